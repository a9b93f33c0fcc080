from __future__ import annotations

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn


def normal(*shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(3), shape, dtype="float64")


def test_dense_is_an_affine_map() -> None:
    model = tg.init(nn.Dense(in_features=3, out_features=2), tg.random.key(0), dtype="float64")
    x = normal(4, 3)
    assert model.bias is not None
    assert np.allclose(model(x).numpy(), x.numpy() @ model.weight.numpy() + model.bias.numpy())


def test_layer_norm_normalises_each_example() -> None:
    model = tg.init(nn.LayerNorm(features=8), tg.random.key(0), dtype="float64")
    y = model(3 + 2 * normal(5, 8)).numpy()
    assert np.allclose(y.mean(-1), 0, atol=1e-12)
    assert np.allclose(y.var(-1), 1, atol=1e-4)


def test_batch_norm_uses_the_batch_in_training_and_its_memory_elsewhere() -> None:
    model = tg.init(nn.BatchNorm(features=3), tg.random.key(0), dtype="float64")
    x = 3 + 2 * normal(64, 3, 2)
    assert np.allclose(model(x).numpy(), x.numpy() / np.sqrt(1 + 1e-5))
    with tg.training(tg.random.key(1)) as run:
        y = model(x).numpy()
    assert np.allclose(y.mean((0, 2)), 0, atol=1e-12)
    assert np.allclose(y.var((0, 2)), 1, atol=1e-4)
    after = run.updated(model)
    assert np.allclose(after.running_mean.numpy(), 0.1 * x.numpy().mean((0, 2)))
    assert np.allclose(after.running_var.numpy(), 0.9 + 0.1 * x.numpy().var((0, 2), ddof=1))
    assert not model.running_mean.numpy().any()


def test_batch_norm_trains_through_a_gradient_and_keeps_its_states() -> None:
    model = tg.init(nn.Sequential(nn.Dense(in_features=3, out_features=3), nn.BatchNorm(features=3)), tg.random.key(0))
    with tg.training(tg.random.key(1)) as run:
        gradient = tg.grad(lambda m, x: tg.sum(m(x) ** 2))(model, tg.random.normal(tg.random.key(2), (8, 3)))
    assert gradient[1].weight.shape == (3,)
    assert tg.tree_map(lambda a, b: a, model, gradient)[1].momentum == 0.1
    assert run.updated(model)[1].running_mean.numpy().any()


def test_batch_norm_refuses_a_batch_of_one_in_training() -> None:
    model = tg.init(nn.BatchNorm(features=3), tg.random.key(0))
    with tg.training(tg.random.key(0)), pytest.raises(ValueError, match="at least 2 values per feature"):
        model(tg.ones((1, 3)))


def test_dropout_drops_in_training_only_and_keeps_the_mean() -> None:
    layer = nn.Dropout(drop=0.25)
    x = tg.ones(10_000)
    assert layer(x) is x
    with tg.training(tg.random.key(0)):
        first, second = layer(x).numpy(), layer(x).numpy()
    assert abs((first == 0).mean() - 0.25) < 0.02
    assert np.allclose(first[first != 0], 1 / 0.75)
    assert not np.array_equal(first, second)
    with tg.training(tg.random.key(0)):
        assert np.array_equal(layer(x).numpy(), first)


@pytest.mark.parametrize("drop", [-0.1, 1.0, float("nan")])
def test_dropout_refuses_what_is_no_probability(drop: float) -> None:
    with pytest.raises(ValueError, match="Dropout: `drop` must be at least 0 and less than 1"):
        nn.Dropout(drop=drop)


def test_embedding_looks_up_rows() -> None:
    model = tg.init(nn.Embedding(vocabulary=5, features=3), tg.random.key(0))
    rows = tg.asarray([[0, 4], [4, 1]])
    assert np.array_equal(model(rows).numpy(), model.weight.numpy()[rows.numpy()])
    gradient = tg.grad(lambda m: tg.sum(m(rows)))(model)
    assert gradient.weight.numpy().sum(1).tolist() == [3.0, 3.0, 0.0, 0.0, 6.0]


def test_embedding_refuses_floats_and_strangers() -> None:
    model = tg.init(nn.Embedding(vocabulary=5, features=3), tg.random.key(0))
    with pytest.raises(tg.ShapeError, match="`indices` must be Int, not float32"):
        model(tg.ones(2))
    with pytest.raises((IndexError, ValueError), match="5"):
        model(tg.asarray([5]))


def test_sequential_takes_functions_and_refuses_the_rest() -> None:
    model = tg.init(nn.Sequential(nn.Dense(in_features=2, out_features=2), tg.relu), tg.random.key(0))
    assert (model(normal(3, 2).astype("float32")) >= 0).all()
    with pytest.raises(TypeError, match="Sequential: stage 1 must be a layer or a function, not int"):
        nn.Sequential(tg.relu, 3)  # type: ignore[arg-type]  # the mistake under test


def test_a_checkpointed_layer_replays_its_randomness() -> None:
    model = tg.init(
        nn.Sequential(nn.Dense(in_features=4, out_features=64), nn.Dropout(drop=0.5), nn.BatchNorm(features=64)),
        tg.random.key(0),
    )
    x = tg.random.normal(tg.random.key(1), (8, 4))

    def loss(m: nn.Sequential, x: Tensor) -> Tensor:
        return tg.sum(m(x) ** 2)

    def checkpointed(m: nn.Sequential, x: Tensor) -> Tensor:
        return tg.sum(tg.checkpoint(lambda m, x: m(x))(m, x) ** 2)

    with tg.training(tg.random.key(2)) as run:
        plain = tg.grad(loss)(model, x)
    with tg.training(tg.random.key(2)) as replayed:
        again = tg.grad(checkpointed)(model, x)
    assert np.allclose(plain[0].weight.numpy(), again[0].weight.numpy(), atol=1e-5)
    assert np.allclose(
        run.updated(model)[2].running_mean.numpy(), replayed.updated(model)[2].running_mean.numpy(), atol=1e-6
    )


@pytest.mark.parametrize(
    ("initialiser", "variance"),
    [
        (nn.glorot_uniform, 2 / 500),
        (nn.glorot_normal, 2 / 500),
        (nn.he_uniform, 2 / 200),
        (nn.he_normal, 2 / 200),
        (nn.lecun_normal, 1 / 200),
        (nn.normal(0.5), 0.25),
    ],
)
def test_initialisers_have_the_variance_they_promise(initialiser: nn.Initializer, variance: float) -> None:
    x = initialiser(tg.random.key(0), (200, 300), "float64", (200, 300)).numpy()
    assert abs(x.mean()) < 4 * np.sqrt(variance / x.size)
    assert abs(x.var() / variance - 1) < 0.03
