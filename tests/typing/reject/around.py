"""Layers around layers."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Add,
    Bidirectional,
    Branches,
    ChannelsLast,
    Concat,
    Conv2d,
    Dense,
    DropConnect,
    Flatten,
    Gru,
    Identity,
    Lambda,
    LastStep,
    Layer,
    Lstm,
    Parallel,
    Relu,
    Residual,
    Sequential,
    SpectralNorm,
    Stack,
    Stacked,
    TimeDistributed,
    WeightNorm,
    freeze,
    sub,
)


def around_1(x: Float32[Tensor, "n 16"], s: Float32[Tensor, "n t 16"], im: Float32[Tensor, "n 8 8 3"]) -> None:
    reveal_type(WeightNorm(layer=Dense(in_features=16, out_features=4))(x))  # R: Float[Tensor, "n 4"]
    reveal_type(SpectralNorm(layer=Dense(in_features=16, out_features=4))(x))  # R: Float[Tensor, "n 4"]
    reveal_type(DropConnect(layer=Dense(in_features=16, out_features=4), drop=0.5)(x))  # R: Float[Tensor, "n 4"]
    reveal_type(freeze(Dense(in_features=16, out_features=4))(x))  # R: Float[Tensor, "n 4"]
    reveal_type(Lambda(function=tg.relu)(x))  # R: Float32[Tensor, "n 16"]
    reveal_type(Residual(layer=Dense(in_features=16, out_features=16))(x))  # R: Float[Tensor, "n 16"]
    reveal_type(
        Residual(layer=Dense(in_features=16, out_features=4), projection=Dense(in_features=16, out_features=4))(  # R: Float[Tensor, "n 4"]
            x
        )
    )
    Residual(layer=Dense(in_features=16, out_features=4))(  # E: Residual: `*s` is [n 4] in `layer(x)` but [n 16] in `x` [shape]
        x
    )
    Residual(layer=Dense(in_features=16, out_features=4), projection=Dense(in_features=16, out_features=5))(  # E: Residual: `*s` is [n 4] in `layer(x)` but [n 5] in `projection(x)` [shape]
        x
    )
    reveal_type(
        Branches(Dense(in_features=16, out_features=4), Identity(), merge=Concat(axis=-1))(x)  # R: Float[Tensor, "n 20"]
    )
    reveal_type(Branches(Dense(in_features=16, out_features=16), Identity(), merge=Add())(x))  # R: Num[Tensor, "n 16"]
    reveal_type(
        Parallel(Dense(in_features=16, out_features=4), Relu())(x, s)  # R: tuple[Float[Tensor, "n 4"], Float[Tensor, "n t 16"]]
    )
    reveal_type(Bidirectional(forward=Lstm(in_features=16, features=4))(s))  # R: Float[Tensor, "n t 8"]
    reveal_type(Bidirectional(forward=Lstm(in_features=16, features=4), merge="add")(s))  # R: Float[Tensor, "n t 4"]
    reveal_type(
        Stacked(Lstm(in_features=16, features=4), Gru(in_features=4, features=5))(s)  # R: Float[Tensor, "n t 5"]
    )
    reveal_type(
        Stacked(Bidirectional(forward=Lstm(in_features=16, features=4)), Gru(in_features=8, features=5))(s)  # R: Float[Tensor, "n t 5"]
    )
    Stacked(
        Lstm(in_features=16, features=4), Gru(in_features=5, features=5)  # E: Gru(in_features=5, features=5): `x` has in_features=4, but in_features is 5 [shape]
    )
    reveal_type(TimeDistributed(layer=Dense(in_features=16, out_features=4))(s))  # R: Float[Tensor, "n t 4"]
    reveal_type(
        TimeDistributed(layer=Sequential(Flatten(), Dense(in_features=192, out_features=4)))(im[None])  # R: Float[Tensor, "1 n 4"]
    )
    TimeDistributed(layer=Dense(in_features=13, out_features=4))(  # E: Dense(in_features=13, out_features=4): `x` has in_features=16, but in_features is 13 [shape]
        s
    )
    reveal_type(ChannelsLast(layer=Conv2d(in_channels=3, out_channels=5, kernel=3))(im))  # R: Float[Tensor, "n 6 6 5"]
    reveal_type(Concat(axis=1)(x, x, x))  # R: Float32[Tensor, "n 48"]
    reveal_type(Stack(axis=1)(x, x, x))  # R: Float32[Tensor, "n 3 16"]
    reveal_type(Add()(x, x))  # R: Num[Tensor, "n 16"]
    reveal_type(
        Sequential(Residual(layer=Dense(in_features=16, out_features=16)), Dense(in_features=16, out_features=4))(  # R: Float[Tensor, "n 4"]
            x
        )
    )
    Sequential(
        Residual(layer=Dense(in_features=16, out_features=16)), Dense(in_features=32, out_features=4)  # E: Dense(in_features=32, out_features=4): `x` has in_features=16, but in_features is 32 [shape]
    )
    reveal_type(
        Sequential(  # R: Shaped[Tensor, "n 2"]
            TimeDistributed(layer=Dense(in_features=16, out_features=4)), Lstm(in_features=4, features=2), LastStep()
        )(s)
    )
    Sequential(
        TimeDistributed(layer=Dense(in_features=16, out_features=4)),
        Lstm(in_features=5, features=2),  # E: Lstm(in_features=5, features=2): `x` has in_features=4, but in_features is 5 [shape]
        LastStep(),
    )


class M(Layer):
    d: int
    rnn: Bidirectional = sub(lambda self: Bidirectional(forward=Lstm(in_features=self.d, features=2 * self.d)))
    st: Stacked = sub(lambda self: Stacked(Lstm(in_features=self.d, features=8), Gru(in_features=8, features=5)))
    wn: WeightNorm = sub(lambda self: WeightNorm(layer=Dense(in_features=self.d, out_features=3)))
    br: Branches = sub(
        lambda self: Branches(Dense(in_features=self.d, out_features=3), Identity(), merge=Concat(axis=-1))
    )

    def __call__(self, s: Float32[Tensor, "n t d"]) -> Tensor:
        reveal_type(self.rnn(s))  # R: Float[Tensor, "n t 4*d"]
        reveal_type(self.st(s))  # R: Float[Tensor, "n t 5"]
        reveal_type(self.wn(s))  # R: Float[Tensor, "n t 3"]
        reveal_type(self.br(s))  # R: Float[Tensor, "n t d+3"]
        return self.wn(
            tg.concat([s, s], axis=2)  # E: Dense(in_features=d, out_features=3): `x` has in_features=2*d, but in_features is d [shape]
        )
