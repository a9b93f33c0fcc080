"""Whole training steps, compiled: a few updates lead to the parameters that the eager backend finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg


def lenet(p: dict[str, tg.Tensor], x: tg.Tensor) -> tg.Tensor:
    x = tg.max_pool2d(tg.relu(tg.conv2d(x, p["a"], p["a_bias"])), 2)
    x = tg.max_pool2d(tg.relu(tg.conv2d(x, p["b"], p["b_bias"])), 2)
    return tg.linear(tg.flatten(x, start=1), p["c"], p["c_bias"])


def transformer(p: dict[str, tg.Tensor], x: tg.Tensor) -> tg.Tensor:
    y = tg.layer_norm(x, p["scale"], p["shift"])
    q, k, v = tg.split(y @ p["qkv"], 3, axis=-1)
    x = x + tg.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], causal=True)[:, 0]
    x = x + tg.gelu(x @ p["up"], approximate="tanh") @ p["down"]
    return tg.mean(x, axis=1) @ p["head"]


def lstm(p: dict[str, tg.Tensor], x: tg.Tensor) -> tg.Tensor:
    def cell(state: Any, given: tg.Tensor) -> Any:
        h, c = state
        i, f, g, o = tg.split(given @ p["input"] + h @ p["recurrent"] + p["bias"], 4, axis=-1)
        c = tg.sigmoid(f) * c + tg.sigmoid(i) * tg.tanh(g)
        h = tg.sigmoid(o) * tg.tanh(c)
        return (h, c), h

    start = tg.zeros((x.shape[0], 8), dtype=x.dtype)
    (h, _), _ = tg.scan(cell, (start, start), x, axis=1)
    return h @ p["head"]


SIZES: dict[str, tuple[Any, dict[str, tuple[int, ...]], tuple[int, ...]]] = {
    "lenet": (
        lenet,
        {"a": (4, 1, 5, 5), "a_bias": (4,), "b": (6, 4, 5, 5), "b_bias": (6,), "c": (96, 10), "c_bias": (10,)},
        (8, 1, 28, 28),
    ),
    "transformer": (
        transformer,
        {"scale": (16,), "shift": (16,), "qkv": (16, 48), "up": (16, 64), "down": (64, 16), "head": (16, 10)},
        (8, 12, 16),
    ),
    "lstm": (lstm, {"input": (6, 32), "recurrent": (8, 32), "bias": (32,), "head": (8, 10)}, (8, 5, 6)),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SIZES)
def test_updates_lead_to_the_same_parameters(name: str, dtype: str) -> None:
    model, shapes, inputs = SIZES[name]
    rng = np.random.default_rng(0)
    params: Any = {k: tg.asarray((rng.standard_normal(s) * 0.2).astype(dtype)) for k, s in shapes.items()}
    x, y = tg.asarray(rng.standard_normal(inputs).astype(dtype)), tg.asarray(rng.integers(0, 10, inputs[0]))
    updater = tg.optim.momentum(0.05)

    def step(params: Any, state: Any) -> Any:
        loss, g = tg.value_and_grad(lambda p: tg.softmax_cross_entropy(model(p, x), y))(params)
        return loss, *updater.update(params, g, state)

    fast = tg.compile(step)
    ours = theirs = (tg.asarray(0.0), params, updater.init(params))
    for _ in range(5):
        ours, theirs = fast(ours[1], ours[2]), step(theirs[1], theirs[2])
    assert len(fast.signatures) == 1
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    for k in shapes:
        a, b = ours[1][k].numpy(), theirs[1][k].numpy()
        assert np.linalg.norm(a - b) <= tolerance * np.linalg.norm(b), k
