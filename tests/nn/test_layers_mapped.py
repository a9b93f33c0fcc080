"""Layers of every family under `vmap`: mapping them over examples is stacking their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn

KEY = tg.random.key(0)
DENSE = nn.Dense(in_features=4, out_features=4)
A = nn.Input(name="a", shape="n t 4")
GRU = tg.init(nn.Gru(in_features=4, features=2), KEY)
LAYERS: list[nn.Layer] = [
    nn.BatchNorm(features=5),
    nn.GroupNorm(groups=5, features=5),
    nn.LocalResponseNorm(size=2, region="within"),
    nn.MeanVarianceNorm(),
    nn.WeightNorm(layer=DENSE),
    nn.SpectralNorm(layer=DENSE),
    nn.Dropout(drop=0.5),
    nn.Stacked(nn.Lstm(in_features=4, features=3), nn.Gru(in_features=3, features=2)),
    nn.MaskValue(layer=nn.Rnn(in_features=4, features=3)),
    nn.MultiHeadAttention(features=4, heads=2),
    nn.LearnedQueries(queries=3, features=4, heads=2),
    nn.Sequential(nn.LearnedPositions(length=6, features=4), nn.RotaryPositions(), nn.SinusoidalPositions()),
    nn.Residual(layer=DENSE),
    nn.Branches(DENSE, tg.tanh, merge=nn.Concat(axis=1)),
    nn.Maxout(in_features=4, out_features=3),
    nn.Highway(features=4),
    nn.freeze(DENSE),
    nn.Sequential(nn.Permute(axes=(2, 1)), nn.Subset(start=1, stop=3), nn.Reshape(shape=(-1,))),
    nn.Dag(inputs=A, outputs=A.then(DENSE).then(nn.Multiply(), A)),
    nn.TransformerEncoderBlock(features=4, heads=2),
]
X = tg.random.normal(KEY, (3, 2, 5, 4))
MASK, LENGTHS = tg.random.bernoulli(KEY, 0.5, (3, 2, 5)), tg.random.randint(KEY, (3, 2), low=1, high=6)
WITH_VALUES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "masked": lambda x, mask, lengths: GRU(x, mask=mask),
    "lengths": lambda x, mask, lengths: GRU(x, lengths=lengths),
    "last": lambda x, mask, lengths: tg.last_step(x, lengths=lengths),
    "reversed": lambda x, mask, lengths: tg.reverse_time(x, lengths=lengths),
    "reversed by mask": lambda x, mask, lengths: tg.reverse_time(x, mask=tg.length_mask(lengths, 5)),
    "truncated": lambda x, mask, lengths: nn.truncated(GRU, x, steps=2, lengths=lengths)[0],
}


def same(f: Callable[..., Any], *inputs: Tensor) -> None:
    stacked = tg.stack([f(*(x[i] for x in inputs)) for i in range(3)])
    assert np.allclose(tg.vmap(f)(*inputs).numpy(), stacked.numpy(), atol=1e-5)


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_layers_are_mapped(layer: nn.Layer) -> None:
    model: Any = tg.init(layer, KEY)
    same(model, X)


@pytest.mark.parametrize("name", WITH_VALUES)
def test_what_looks_at_masks_and_lengths_is_mapped(name: str) -> None:
    same(WITH_VALUES[name], X, MASK, LENGTHS)


def test_what_looks_at_indices_is_mapped_and_refuses_strangers() -> None:
    places = tg.random.randint(KEY, (3, 2, 5), high=6)
    for layer in (nn.Embedding(vocabulary=6, features=3, padding_index=1), nn.EmbeddingBag(vocabulary=6, features=3)):
        model: Any = tg.init(layer, KEY)
        same(model, places)
        with pytest.raises(IndexError, match="an index is 6, but must be from 0 to 5, as vocabulary=6"):
            tg.vmap(model)(places + (6 - tg.max(places)))
    with pytest.raises(ValueError, match="Gru: a length is 6, but must be from 1 to 5"):
        tg.vmap(WITH_VALUES["lengths"])(X, MASK, LENGTHS + (6 - tg.max(LENGTHS)))
