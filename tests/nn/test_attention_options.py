"""Attention whose weights are dropped, of another kind, with queries that are learnt; what hides everything."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

KEY = tg.random.key(0)


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def made(layer: Any) -> Any:
    return tg.init(layer, KEY, dtype="float64")


def test_weights_are_dropped_in_training_only() -> None:
    x = normal(2, 6, 8)
    layer = made(nn.MultiHeadAttention(features=8, heads=2, drop=0.5))
    plain = made(nn.MultiHeadAttention(features=8, heads=2))
    assert np.array_equal(layer(x).numpy(), plain(x).numpy())
    with tg.training(KEY):
        first, second = layer(x).numpy(), layer(x).numpy()
    with tg.training(KEY):
        assert np.array_equal(layer(x).numpy(), first)
    assert not np.allclose(first, second)
    assert not np.allclose(first, layer(x).numpy())
    with pytest.raises(ValueError, match="MultiHeadAttention: `drop` must be at least 0 and less than 1"):
        nn.MultiHeadAttention(features=8, heads=2, drop=1.0)


def test_dropping_keeps_the_mean_and_has_the_gradient_of_what_was_kept() -> None:
    q, k, v = normal(2, 3, 4), normal(2, 5, 4), tg.ones((2, 5, 1), dtype="float64")
    total = np.zeros((2, 3, 1))
    for seed in range(400):
        noise = tg.asarray([seed, 7], dtype="uint32")
        total += tg.scaled_dot_product_attention(q, k, v, None, noise, drop=0.25).numpy()
    assert np.allclose(total / 400, 1.0, atol=0.1)
    noise = tg.asarray([1, 2], dtype="uint32")
    assert_gradients(
        lambda q, k, v: tg.scaled_dot_product_attention(q, k, v, None, noise, drop=0.25), q, k, normal(2, 5, 3)
    )

    def gradients(q: Tensor, k: Tensor) -> Any:
        return tg.grad(
            lambda q, k: tg.sum(tg.scaled_dot_product_attention(q, k, k, None, noise, drop=0.25) ** 2), (0, 1)
        )(q, k)

    assert_gradients(gradients, q, k)


def test_a_checkpoint_drops_the_same_again() -> None:
    model = made(nn.TransformerEncoderBlock(features=8, heads=2, drop=0.2, attention_drop=0.3))
    x = normal(2, 6, 8)

    def of(f: Callable[..., Tensor]) -> Any:
        with tg.training(KEY):
            return tg.grad(lambda m: tg.sum(f(m) ** 2))(model)

    def forward(model: Any) -> Tensor:
        out: Tensor = model(x)
        return out

    plain, again = of(forward), of(tg.checkpoint(forward))
    for (path, a), (_, b) in zip(tg.leaves_with_paths(plain), tg.leaves_with_paths(again), strict=True):
        assert np.allclose(a.numpy(), b.numpy()), path


@pytest.mark.parametrize("drop", [0.0, 0.5])
def test_the_tape_keeps_no_weights(drop: float) -> None:
    t = 512
    x = tg.random.normal(KEY, (4, t, 16))
    noise = tg.asarray([1, 2], dtype="uint32") if drop else None
    weights = 4 * t * t * 4
    tg.vjp(lambda x: tg.scaled_dot_product_attention(x, x, x, None, noise, drop=drop), x)
    tracemalloc.start()
    try:
        _out, pull = tg.vjp(lambda x: tg.scaled_dot_product_attention(x, x, x, None, noise, drop=drop), x)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < weights / 8, f"{kept} bytes are kept, the weights are {weights}"
    assert np.isfinite(pull(x)[0].numpy()).all()


HIDDEN: dict[str, Callable[[], tuple[Any, tuple[Tensor, ...], int]]] = {
    "attention": lambda: (nn.MultiHeadAttention(features=4, heads=2), (normal(2, 3, 4),), 3),
    "queries": lambda: (nn.LearnedQueries(queries=3, features=4, heads=2), (normal(2, 5, 4),), 5),
    "additive": lambda: (
        nn.AdditiveAttention(features=4, memory_features=6, hidden=5),
        (normal(2, 3, 4), normal(2, 7, 6)),
        7,
    ),
    "encoder": lambda: (nn.TransformerEncoderBlock(features=4, heads=2), (normal(2, 3, 4),), 3),
    "decoder": lambda: (
        nn.TransformerDecoderBlock(features=4, heads=2, causal=False),
        (normal(2, 3, 4), normal(2, 3, 4)),
        3,
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_may_see_nothing_gives_no_nan(name: str) -> None:
    layer, inputs, places = HIDDEN[name]()
    model = made(layer)
    mask = np.ones((3, places), dtype=bool)
    mask[1] = False

    def run(model: Any, *inputs: Tensor) -> Tensor:
        out: Tensor = model(*inputs, mask=tg.asarray(mask))
        return out

    assert np.isfinite(run(model, *inputs).numpy()).all()
    report = assert_gradients(run, model, *inputs)
    assert np.isfinite(list(report.values())).all()
    with pytest.raises(tg.ShapeError):
        model(*inputs, mask=tg.ones((3, places + 1), dtype="bool"))


def test_additive_attention_is_what_the_source_says() -> None:
    model = made(nn.AdditiveAttention(features=4, memory_features=6, hidden=5))
    x, memory = normal(2, 3, 4), normal(2, 7, 6)
    mask = normal(2, 3, 7).numpy() > -0.5
    asked = x.numpy() @ model.query.numpy() + model.bias.numpy()
    told = memory.numpy() @ model.key.numpy()
    scores = np.tanh(asked[:, :, None] + told[:, None]) @ model.score.numpy()
    e = np.where(mask, np.exp(scores), 0)
    wanted = e / e.sum(-1, keepdims=True) @ memory.numpy()
    assert np.allclose(model(x, memory, mask=tg.asarray(mask)).numpy(), wanted)
    learnt = tg.init(nn.AdditiveAttention(hidden=5), KEY, input=("n t 4", "n s 6"))
    assert (learnt.features, learnt.memory_features) == (4, 6)
    with pytest.raises(ValueError, match="`memory` is an empty sequence"):
        model(x, memory[:, :0])
    with pytest.raises(tg.ShapeError, match=r"mask|broadcast"):
        model(x, memory, mask=tg.ones((5, 2, 3, 7), dtype="bool"))


def test_learnt_queries_look_at_sequences_of_any_length() -> None:
    model = made(nn.LearnedQueries(queries=3, features=8, heads=2))
    assert model(normal(4, 5, 8)).shape == model(normal(4, 9, 8)).shape == (4, 3, 8)
    x = normal(4, 5, 8)
    hidden = tg.length_mask(tg.asarray([5, 3, 5, 5]), 5)[:, None, None, :]
    assert np.allclose(model(x, mask=hidden).numpy()[1], model(x[1:2, :3]).numpy()[0])


def test_learnt_positions_are_added_and_run_out() -> None:
    model = made(nn.LearnedPositions(length=6, features=4))
    x = normal(2, 5, 4)
    assert np.allclose(model(x).numpy(), x.numpy() + model.weight.numpy()[:5])
    assert_gradients(lambda m, x: m(x), model, x)
    with pytest.raises(tg.ShapeError, match="LearnedPositions: `x` has 7 places, but there are only length=6"):
        model(normal(2, 7, 4))


def test_rotary_positions_refuse_odd_features() -> None:
    x = normal(2, 5, 4)
    assert np.array_equal(nn.RotaryPositions(base=50.0)(x).numpy(), tg.rotary(x, base=50.0).numpy())
    for layer in (nn.RotaryPositions(), nn.SinusoidalPositions()):
        with pytest.raises(tg.ShapeError, match="the features must come in pairs"):
            layer(normal(2, 5, 3))
        with pytest.raises(ValueError, match="`base` must be positive"):
            type(layer)(base=0.0)
    with pytest.raises(
        ValueError, match="rotary positions need heads of even size, but `features`=6 in `heads`=2 makes 3"
    ):
        nn.MultiHeadAttention(features=6, heads=2, rotary=True)
