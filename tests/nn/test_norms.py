"""Normalisation without parameters, options of that with parameters, and weights that are normalised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def test_the_running_variance_is_biased_on_demand() -> None:
    x = 3 + 2 * normal(8, 3, 2)
    model = tg.init(nn.BatchNorm(features=3, unbiased=False, momentum=0.25), tg.random.key(0), dtype="float64")
    with tg.training(tg.random.key(1)) as run:
        model(x)
    after = run.updated(model)
    assert np.allclose(after.running_var.numpy(), 0.75 + 0.25 * x.numpy().var((0, 2)))
    assert np.allclose(after.running_mean.numpy(), 0.25 * x.numpy().mean((0, 2)))


@pytest.mark.parametrize(
    "layer",
    [
        nn.BatchNorm(features=4, affine=False),
        nn.GroupNorm(groups=2, features=4, affine=False),
        nn.InstanceNorm(features=4),
        nn.LayerNorm(features=4, affine=False),
        nn.RMSNorm(features=4, affine=False),
        nn.LocalResponseNorm(size=3),
        nn.MeanVarianceNorm(),
        nn.L2Normalize(),
    ],
    ids=repr,
)
def test_without_affine_there_are_no_parameters(layer: nn.Layer) -> None:
    model: Any = tg.init(layer, tg.random.key(0), dtype="float64")
    assert not [x for _, x in tg.leaves_with_paths(model) if isinstance(x, Tensor)]
    with tg.training(tg.random.key(1)):
        assert_gradients(model, normal(3, 4, 4))


def test_layer_norm_without_a_bias_only_scales() -> None:
    model = tg.init(nn.LayerNorm(features=4, use_bias=False), tg.random.key(0))
    assert [path for path, _ in tg.leaves_with_paths(model)] == ["weight"]


def test_group_norm_refuses_features_learnt_later() -> None:
    with pytest.raises(ValueError, match="GroupNorm: groups=3 does not divide features=4"):
        tg.init(nn.GroupNorm(groups=3), tg.random.key(0), input="n 4 h w")


@pytest.mark.parametrize("size", [1, 2, 3])
def test_response_within_a_channel_counts_a_square(size: int) -> None:
    x = normal(2, 3, 4, 5)
    layer = nn.LocalResponseNorm(size=size, alpha=0.7, beta=0.75, k=1.5, region="within")
    before = size // 2
    padded = np.pad(x.numpy() ** 2, ((0, 0), (0, 0), (before, size - 1 - before), (before, size - 1 - before)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
    wanted = x.numpy() / (1.5 + 0.7 * windows.mean((-1, -2))) ** 0.75
    assert np.allclose(layer(x).numpy(), wanted)
    assert_gradients(layer, x)


def test_mean_variance_norm_takes_channels_apart_or_together() -> None:
    x = 3 + 2 * normal(2, 3, 4, 5)
    apart = nn.MeanVarianceNorm()(x).numpy()
    assert np.allclose(apart.mean((2, 3)), 0)
    assert np.allclose(apart.std((2, 3)), 1)
    together = nn.MeanVarianceNorm(across_channels=True)(x).numpy()
    assert np.allclose(together.std((1, 2, 3)), 1)
    assert not np.allclose(together.std((2, 3)), 1)
    assert np.allclose(
        nn.MeanVarianceNorm(variance=False)(x).numpy(), x.numpy() - x.numpy().mean((2, 3), keepdims=True)
    )
    assert tg.eval_shape(nn.MeanVarianceNorm(), "n 3 h w").shape[1] == 3


def test_equal_values_give_no_nan_anywhere() -> None:
    x = tg.ones((2, 3, 4))
    for layer in (nn.MeanVarianceNorm(), nn.L2Normalize(), nn.InstanceNorm(features=3)):
        out, pull = tg.vjp(lambda x, layer=layer: layer(x), 0 * x)
        assert np.isfinite(out.numpy()).all()
        assert np.isfinite(pull(x)[0].numpy()).all(), layer


def test_distances_and_angles() -> None:
    a, b = normal(4, 5), normal(4, 5, seed=4)
    gap = a.numpy() - b.numpy()
    assert np.allclose(tg.pairwise_distance(a, b).numpy(), np.linalg.norm(gap, axis=-1))
    assert np.allclose(tg.pairwise_distance(a, b, ord=1).numpy(), abs(gap).sum(-1))
    lengths = np.linalg.norm(a.numpy(), axis=-1) * np.linalg.norm(b.numpy(), axis=-1)
    assert np.allclose(tg.cosine_similarity(a, b).numpy(), (a.numpy() * b.numpy()).sum(-1) / lengths)
    both: list[Any] = [tg.pairwise_distance, tg.cosine_similarity, lambda a, b: tg.l2_normalize(a, axis=(0, 1)) * b]
    for f in both:
        assert_gradients(f, a, b)
        assert_gradients(lambda a, b, f=f: tg.grad(lambda a, b: tg.sum(f(a, b) ** 2), (0, 1))(a, b), a, b)
    assert not tg.grad(lambda a: tg.sum(tg.pairwise_distance(a, b)))(b).numpy().any()
    with pytest.raises(tg.ShapeError, match="`n` is 5 in `x1` but 4 in `x2`"):
        tg.pairwise_distance(a, b[:, :4])


WRAPPED: dict[str, tuple[nn.Layer, tuple[int, ...]]] = {
    "dense": (nn.Dense(in_features=4, out_features=3), (2, 4)),
    "conv": (nn.Conv2d(in_channels=2, out_channels=3, kernel=2), (2, 2, 4, 4)),
    "lstm": (nn.Lstm(in_features=4, features=3), (2, 5, 4)),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_weight_norm_changes_nothing_at_first_and_then_scales(name: str) -> None:
    layer, shape = WRAPPED[name]
    model: Any = tg.init(nn.WeightNorm(layer=layer), tg.random.key(0), dtype="float64")
    x = normal(*shape)
    assert np.allclose(model(x).numpy(), model.layer(x).numpy())
    assert np.allclose(model.weight.numpy(), model.layer.weight.numpy())
    doubled = tg.tree_map(lambda p: p, model)
    doubled = nn.layer.replaced(doubled, {"scale": 2 * model.scale})
    assert np.allclose(doubled.weight.numpy(), 2 * model.layer.weight.numpy())
    assert_gradients(lambda m, x: m(x), model, x)


def test_weight_norm_learns_sizes_and_prints_paths() -> None:
    model = tg.init(nn.WeightNorm(layer=nn.Dense(out_features=3)), tg.random.key(0), input="n 4")
    assert [path for path, _ in tg.leaves_with_paths(model)] == ["scale", "layer.weight", "layer.bias"]
    plain = tg.init(nn.Sequential(nn.WeightNorm(layer=nn.Dense(out_features=3))), tg.random.key(0), input="n 4")
    assert plain[0].scale.shape == (1, 3)


@pytest.mark.parametrize("name", ["dense", "conv"])
def test_spectral_norm_divides_by_the_greatest_singular_value(name: str) -> None:
    layer, shape = WRAPPED[name]
    model: Any = tg.init(nn.SpectralNorm(layer=layer, iterations=3), tg.random.key(0), dtype="float64")
    for step in range(20):
        with tg.training(tg.random.key(step)) as run:
            model(normal(*shape))
        model = run.updated(model)
    weight = model.layer.weight.numpy()
    matrix = weight.T if weight.ndim == 2 else weight.reshape(weight.shape[0], -1)
    u, s, _ = np.linalg.svd(matrix)
    assert np.allclose(model.weight.numpy(), weight / s[0])
    assert np.allclose(abs(model.left.numpy() @ u[:, 0]), 1)
    assert_gradients(lambda m, x: m(x), model, normal(*shape))


def test_spectral_norm_moves_in_training_only() -> None:
    model = tg.init(nn.SpectralNorm(layer=nn.Dense(in_features=4, out_features=3)), tg.random.key(0))
    moved = nn.layer.replaced(model, {"layer": tg.tree_map(lambda p: p + 1.0, model.layer)})
    x = tg.ones((2, 4))
    before = moved(x).numpy()
    assert np.array_equal(moved(x).numpy(), before)
    with tg.training(tg.random.key(1)) as run:
        during = moved(x).numpy()
    assert not np.allclose(during, before)
    assert not np.allclose(run.updated(moved).left.numpy(), moved.left.numpy())


def test_wrappers_refuse_what_has_no_such_parameter() -> None:
    with pytest.raises(TypeError, match="WeightNorm: Relu has no parameter `weight`; it has none"):
        nn.WeightNorm(layer=nn.Relu())
    with pytest.raises(TypeError, match="Dense has no parameter `kernel`; its parameters are weight, bias"):
        nn.SpectralNorm(layer=nn.Dense(in_features=2, out_features=2), name="kernel")
    with pytest.raises(ValueError, match="`iterations` must be a positive int, got 0"):
        nn.SpectralNorm(layer=nn.Dense(in_features=2, out_features=2), iterations=0)
