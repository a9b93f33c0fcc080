"""Layers of every family on a backend that refuses numpy's habits, in inference and in training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tests.backends.strict
import typedgrad as tg
from typedgrad import Tensor, nn

assert tests.backends.strict.__name__, "importing it registers the device"

KEY = tg.random.key(0)
DENSE = nn.Dense(in_features=4, out_features=4)
ON_SEQUENCES: list[nn.Layer] = [
    nn.BatchNorm(features=5),
    nn.BatchNorm(features=5, affine=False, unbiased=False),
    nn.GroupNorm(groups=5, features=5),
    nn.LayerNorm(features=4, use_bias=False),
    nn.LocalResponseNorm(size=2, region="within"),
    nn.MeanVarianceNorm(),
    nn.L2Normalize(),
    nn.WeightNorm(layer=DENSE),
    nn.SpectralNorm(layer=DENSE),
    nn.Dropout(keep=0.5),
    nn.SpatialDropout1d(drop=0.5),
    nn.AlphaDropout(drop=0.5),
    nn.GaussianDropout(drop=0.5),
    nn.GaussianNoise(std=0.5),
    nn.DropConnect(layer=DENSE, drop=0.5),
    nn.WeightNoise(layer=DENSE, noise=nn.normal(0.5)),
    nn.Stacked(nn.Lstm(in_features=4, features=3), nn.Gru(in_features=3, features=2, activation=tg.relu), drop=0.5),
    nn.MaskValue(layer=nn.Rnn(in_features=4, features=3)),
    nn.ReverseTime(),
    nn.Sequential(nn.LastStep(), nn.RepeatTime(times=3)),
    nn.MultiHeadAttention(features=4, heads=2, drop=0.5),
    nn.LearnedQueries(queries=3, features=4, heads=2),
    nn.Sequential(nn.LearnedPositions(length=6, features=4), nn.RotaryPositions()),
    nn.Residual(layer=DENSE),
    nn.Branches(DENSE, nn.Scale(factor=2.0), tg.tanh, merge=nn.Maximum()),
    nn.Maxout(in_features=4, out_features=3),
    nn.Highway(features=4),
    nn.ElementwiseMultiplication(features=4),
    nn.Sequential(nn.Permute(axes=(2, 1)), nn.Reshape(shape=(2, -1)), nn.Subset(start=0, stop=3), nn.Shift(amount=1.0)),
    nn.Sequential(nn.Unstack(index=1, axis=1), nn.Chunk(index=1, parts=2), nn.GradientReversal()),
    nn.freeze(nn.Sequential(DENSE, nn.Dropout(drop=0.5))),
]


def same_there(layer: Any, *inputs: Tensor, train: bool = False, **options: Tensor) -> None:
    model = tg.init(layer, KEY, dtype="float64")

    def loss(model: Any, *inputs: Tensor) -> Tensor:
        device = inputs[0].device
        at = {name: tg.to(value, device) for name, value in options.items()}
        if not train:
            return tg.sum(tg.sin(model(*inputs, **at)))
        with tg.training(KEY):
            return tg.sum(tg.sin(model(*inputs, **at)))

    floats = tuple(i for i, x in enumerate((None, *inputs)) if x is None or x.dtype.kind == "f")
    here = tg.value_and_grad(loss, floats)(model, *inputs)
    there = tg.value_and_grad(loss, floats)(*(tg.to(x, "strict") for x in (model, *inputs)))
    for (path, a), (_, b) in zip(tg.leaves_with_paths(here), tg.leaves_with_paths(there), strict=True):
        if isinstance(a, Tensor):
            assert b.device == "strict"
            assert np.allclose(tg.to_numpy(a), tg.to_numpy(b)), path


@pytest.mark.parametrize("train", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("layer", ON_SEQUENCES, ids=repr)
def test_values_and_gradients_are_the_same(layer: nn.Layer, train: bool) -> None:
    same_there(layer, tg.random.normal(tg.random.key(1), (4, 5, 4), dtype="float64"), train=train)


def test_several_inputs_masks_and_indices_are_the_same() -> None:
    x, y = (tg.random.normal(tg.random.key(i), (4, 5, 4), dtype="float64") for i in (1, 2))
    mask = tg.random.bernoulli(KEY, 0.5, (4, 5))
    for layer in (
        nn.Subtract(),
        nn.Average(),
        nn.Minimum(),
        nn.Dot(normalize=True),
        nn.PairwiseDistance(),
        nn.Concat(axis=1),
    ):
        same_there(layer, x, y)
    same_there(nn.Bilinear(left_features=4, right_features=4, out_features=2), x, y)
    same_there(nn.AdditiveAttention(features=4, memory_features=4, hidden=3), x, y, mask=mask[:, None, :])
    same_there(nn.LastStep(), x, mask=mask)
    same_there(nn.ReverseTime(), x, mask=tg.length_mask(tg.asarray([1, 5, 3, 2]), 5))
    places = tg.random.randint(KEY, (4, 5), high=6)
    for reduction in ("mean", "sum", "max"):
        bag = nn.EmbeddingBag(vocabulary=6, features=3, padding_index=2, reduction=reduction)
        same_there(bag, places, mask=mask)
    same_there(nn.Embedding(vocabulary=6, features=3, padding_index=2), places)


def test_a_graph_is_the_same() -> None:
    a, b = nn.Input(name="a", shape="n t 4"), nn.Input(name="b", shape="n t 4")
    both = a.then(DENSE).then(nn.Multiply(), b.then(DENSE)).then(nn.TransformerDecoderBlock(features=4, heads=2), a)
    x, y = (tg.random.normal(tg.random.key(i), (2, 3, 4), dtype="float64") for i in (1, 2))
    same_there(nn.Dag(inputs=(a, b), outputs=both), x, y)
