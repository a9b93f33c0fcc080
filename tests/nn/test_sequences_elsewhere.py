"""Recurrent and attention layers on a backend that refuses numpy's habits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tests.backends.strict
import typedgrad as tg
from typedgrad import Tensor, nn

assert tests.backends.strict.__name__, "importing it registers the device"

LAYERS: list[nn.Layer] = [
    nn.Lstm(in_features=4, features=2),
    nn.Gru(in_features=4, features=2, reset="before"),
    nn.Bidirectional(forward=nn.Rnn(in_features=4, features=2)),
    nn.Sequential(nn.Lstm(in_features=4, features=2, peepholes=True), nn.LastStep()),
    nn.TransformerEncoderBlock(features=4, heads=2, causal=True, rotary=True),
    nn.Sequential(nn.SinusoidalPositions(), nn.MultiHeadAttention(features=4, heads=2, kv_heads=1)),
]


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_values_and_gradients_are_the_same(layer: nn.Layer) -> None:
    model: Any = tg.init(layer, tg.random.key(0), dtype="float64")
    x = tg.random.normal(tg.random.key(1), (4, 5, 4), dtype="float64")

    def loss(model: Any, x: Tensor) -> Tensor:
        return tg.sum(model(x) ** 2)

    here = tg.value_and_grad(loss)(model, x)
    there = tg.value_and_grad(loss)(tg.to(model, "strict"), tg.to(x, "strict"))
    for (path, a), (_, b) in zip(tg.leaves_with_paths(here), tg.leaves_with_paths(there), strict=True):
        assert b.device == "strict"
        assert np.allclose(tg.to_numpy(a), tg.to_numpy(b)), path


def test_lengths_are_looked_at_there() -> None:
    layer = tg.init(nn.Gru(in_features=4, features=2), tg.random.key(0))
    x, lengths = tg.random.normal(tg.random.key(1), (3, 5, 4)), tg.asarray([5, 1, 2])
    there = tg.to(layer, "strict")
    at = tg.to(lengths, "strict")
    wanted = nn.LastStep()(layer(x, lengths=lengths), lengths=lengths)
    made = nn.LastStep()(there(tg.to(x, "strict"), lengths=at), lengths=at)
    assert np.allclose(tg.to_numpy(made), wanted.numpy(), atol=1e-6)
    with pytest.raises(ValueError, match="Gru: a length is 5, but must be from 1 to 4"):
        there(tg.to(x[:, :4], "strict"), lengths=at)
