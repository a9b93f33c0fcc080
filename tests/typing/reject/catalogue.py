"""Layers of every family that do not fit what goes into them."""

from __future__ import annotations

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn


def merging(x: Float32[Tensor, "32 784"], y: Float32[Tensor, "32 10"]) -> None:
    nn.Add()(x, y)  # E: Add(): `*s` is [32 784] in `x` but [32 10] in `others[0]` [shape]
    nn.Dot()(x, y)  # E: Dot(): `n` is 784 in `x` but 10 in `y` [shape]
    nn.Bilinear(left_features=784, right_features=9, out_features=3)(x, y)  # E: Bilinear(left_features=784, right_features=9, out_features=3): `y` has right_features=10, but right_features is 9 [shape]
    tg.cosine_similarity(x, y)  # E: cosine_similarity: `n` is 784 in `x1` but 10 in `x2` [shape]


def dropping(x: Float32[Tensor, "n 3 8"]) -> None:
    nn.Dropout(0.5)  # E: Too many positional arguments for "Dropout" [call-arg]
    nn.Dropout(rate=0.5)  # E: Unexpected keyword argument "rate" for "Dropout" [call-arg]
    nn.SpatialDropout2d(drop=0.5)(x)  # E: SpatialDropout2d(): `x` needs 4 axes (n c h w), got 3 [shape]


def words(i: Int64[Tensor, "b t"], x: Float32[Tensor, "b t 4"], seen: Bool[Tensor, "t b"]) -> None:
    nn.Embedding(vocabulary=10, features=4)(x)  # E: Embedding(vocabulary=10, features=4): `indices` must be Int, not float32 [dtype]
    nn.Lstm(in_features=4, features=3)(x, mask=seen)  # E: Lstm(in_features=4, features=3): `batch` is b in `x` but t in `mask` [shape]
    nn.LearnedPositions(length=9, features=5)(x)  # E: LearnedPositions(length=9, features=5): `x` has features=4, but features is 5 [shape]


def two(a: nn.Input) -> nn.Dag[tuple[Tensor, Tensor]]:
    return nn.Dag(inputs=a, outputs=a)  # E: Incompatible return value type (got "Dag[Tensor]", expected "Dag[tuple[Tensor, Tensor]]") [return-value]


def graphs() -> None:
    a = nn.Input(name="a")
    a.then(nn.Add(), "b")  # E: Argument 2 to "then" of "Node" has incompatible type "str"; expected "Node" [arg-type]
