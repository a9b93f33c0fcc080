"""Layers of every family: what merges, drops, embeds, recurs, attends, and graphs of them."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn


def merging(x: Float32[Tensor, "32 784"], y: Float32[Tensor, "32 784"], z: Float32[Tensor, "b 3"]) -> None:
    reveal_type(nn.Add()(x, y, x))  # R: Num[Tensor, "32 784"]
    reveal_type(nn.Average()(z, z))  # R: Float[Tensor, "b 3"]
    reveal_type(nn.Dot()(x, y))  # R: Float[Tensor, "32"]
    reveal_type(nn.Bilinear(left_features=784, right_features=784, out_features=3)(x, y))  # R: Float[Tensor, "32 3"]
    reveal_type(tg.pairwise_distance(z, z))  # R: Float[Tensor, "b"]
    nn.Concat(axis=-1)(x, y)
    nn.Residual(layer=nn.Dense(out_features=784))(x)


def dropping(x: Float32[Tensor, "n 3 8 8"]) -> None:
    reveal_type(nn.Dropout(drop=0.5)(x))  # R: Float[Tensor, "n 3 8 8"]
    reveal_type(nn.SpatialDropout2d(keep=0.5)(x))  # R: Float[Tensor, "n 3 8 8"]
    reveal_type(nn.GaussianNoise(std=0.5)(x))  # R: Float[Tensor, "n 3 8 8"]
    reveal_type(nn.BatchNorm(features=3, affine=False)(x))  # R: Float[Tensor, "n 3 8 8"]
    reveal_type(nn.MeanVarianceNorm()(x))  # R: Float[Tensor, "n 3 8 8"]


def words(i: Int64[Tensor, "b t"], seen: Bool[Tensor, "b t"], lengths: Int64[Tensor, "b"]) -> None:
    x = nn.Embedding(vocabulary=10, features=4, padding_index=0)(i)
    reveal_type(x)  # R: Float[Tensor, "b t 4"]
    reveal_type(nn.EmbeddingBag(vocabulary=10, features=4)(i, mask=seen))  # R: Float[Tensor, "b 4"]
    reveal_type(nn.OneHot(classes=10)(i))  # R: Float[Tensor, "b t 10"]
    reveal_type(nn.Lstm(in_features=4, features=3, activation=tg.relu)(x, lengths=lengths))  # R: Float[Tensor, "b t 3"]
    reveal_type(tg.last_step(x, mask=seen))  # R: Shaped[Tensor, "b 4"]
    reveal_type(nn.ReverseTime()(x, mask=seen))  # R: Shaped[Tensor, "b t 4"]
    reveal_type(nn.MultiHeadAttention(features=4, heads=2, drop=0.1)(x))  # R: Float[Tensor, "b t 4"]
    reveal_type(nn.LearnedQueries(queries=3, features=4, heads=2)(x))  # R: Float[Tensor, "b 3 4"]
    reveal_type(nn.AdditiveAttention(features=4, memory_features=4, hidden=3)(x, x))  # R: Float[Tensor, "b t 4"]
    stacked = nn.Stacked(nn.Lstm(in_features=4, features=3), nn.Gru(in_features=3, features=2), drop=0.1)
    outputs, state = nn.truncated(stacked, x, steps=5, lengths=lengths)
    nn.Dense(in_features=2, out_features=1)(outputs)


def frozen(x: Float32[Tensor, "b 4"]) -> None:
    dense = nn.freeze(nn.Dense(in_features=4, out_features=2))
    dense(x)
    reveal_type(dense.layer(x))  # R: Float[Tensor, "b 2"]


def graphs(x: Float32[Tensor, "b 4"], y: Float32[Tensor, "b 6"]) -> Tensor:
    a, b = nn.Input(name="a", shape="n 4"), nn.Input(name="b", shape="n 6")
    both = a.then(nn.Concat(axis=-1), b).then(nn.Dense(out_features=2), name="both")
    one: nn.Dag[Tensor] = nn.Dag(inputs=(a, b), outputs=both)
    two: nn.Dag[tuple[Tensor, Tensor]] = nn.Dag(inputs=(a, b), outputs=(both, a))
    named: nn.Dag[dict[str, Tensor]] = nn.Dag(inputs=(a, b), outputs={"both": both})
    first, second = tg.init(two, tg.random.key(0))(x, b=y)
    return one(x, y) + first + second + named(x, y)["both"]
