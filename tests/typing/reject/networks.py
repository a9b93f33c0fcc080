"""Networks that are described step by step."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.config import Network
from typedgrad.nn import Conv2d, Dense, Embedding, LastStep, Lstm, MaxPool2d


def network_1(x: Float32[Tensor, "b 1 28 28"], bad: Float32[Tensor, "b 784"], hidden: int) -> Float[Tensor, "b 10"]:
    net = (
        tg.network(seed=7, activation="relu", l2=1e-4)
        .input("n 1 28 28")
        .layer(Conv2d, out_channels=20, kernel=5)
        .layer(MaxPool2d, kernel=2)
        .layer(Dense, out_features=500)
        .output("softmax_cross_entropy", Dense, out_features=10)
        .build()
    )
    reveal_type(net)  # R: typedgrad.config.network.Network[Float[Tensor, "n 1 28 28"], Float[Tensor, "n 10"]]
    reveal_type(net(x))  # R: Float[Tensor, "b 10"]
    reveal_type(net.predict(x))  # R: Float[Tensor, "b 10"]
    net(bad)  # E: Network(): `x` needs 4 axes (n 1 28 28), got 2 [shape]
    other = tg.network().input("n 784").layer(Dense, out_features=hidden).layer(Dense, out_features=3).build()
    reveal_type(other(bad))  # R: Float[Tensor, "b 3"]
    tg.network().input("n 1 4 4").layer(
        Conv2d, out_channels=2, kernel=9  # E: conv2d: the height of the kernel is more than that of the padded input: 9 > 4 [shape]
    )
    tg.network().input("n 784").layer(
        Conv2d, out_channels=2, kernel=3  # E: Conv2d(out_channels=2, kernel=3): `x` needs 4 axes (n in_channels h w), got 2 [shape]
    )
    tg.network().input("n 784").layer(Dense, in_features=3, out_features=3).layer(  # E: Dense(in_features=3, out_features=3): `x` has in_features=784, but in_features is 3 [shape]
        Dense, in_features=4, out_features=3
    )
    seq = (
        tg.network()
        .input("n time 8")
        .layer(Lstm, features=16)
        .layer(LastStep)
        .output("softmax_cross_entropy", Dense, out_features=3)
        .build()
    )
    reveal_type(seq)  # R: typedgrad.config.network.Network[Float[Tensor, "n time 8"], Float[Tensor, "n 3"]]
    words = (
        tg.network()
        .input("Int n time")
        .layer(Embedding, vocabulary=100, features=32)
        .layer(Lstm, features=16)
        .add(LastStep())
        .loss("mse")
        .build()
    )
    reveal_type(words)  # R: typedgrad.config.network.Network[Int[Tensor, "n time"], Shaped[Tensor, "n 16"]]
    b = tg.network().input("n 1 28 28")
    b = b.layer(Conv2d, out_channels=2, kernel=3)
    for _i in range(3):
        b = b.layer(Conv2d, out_channels=2, kernel=3)
    reveal_type(
        b.build()  # R: typedgrad.config.network.Backbone[Float[Tensor, "n 1 28 28"], Float[Tensor, "n 1 28 28"]]
    )
    return net(x)


def network_2(net: Network, x: Float32[Tensor, "b 4"]) -> Tensor:
    return net(x)


def network_3(
    net: Network[Float32[Tensor, "n 4"], Float32[Tensor, "n 2"]], x: Float32[Tensor, "b 5"], y: Float32[Tensor, "b 4"]
) -> Tensor:
    reveal_type(net(y))  # R: Float32[Tensor, "b 2"]
    return net(x)  # E: Network(): `x` must have 4 on axis 1 (n 4), not 5 [shape]


def network_4(
    x: Float32[Tensor, "b 1 28 28"], y: Float32[Tensor, "b 4"], s: Float32[Tensor, "b t 8"], i: Int[Tensor, "b t"]
) -> None:
    a = tg.network().input("n 1 28 28").layer(Conv2d, out_channels=20, kernel=5)
    reveal_type(a.build()(x))  # R: Float[Tensor, "b 20 24 24"]
    reveal_type(a.layer(MaxPool2d, kernel=2).build()(x))  # R: Float[Tensor, "b 20 12 12"]
    reveal_type(a.layer(MaxPool2d, kernel=2).layer(Dense, out_features=5).build()(x))  # R: Float[Tensor, "b 5"]
    reveal_type(tg.network().input("n 4").output("mse", Dense, out_features=2).build()(y))  # R: Float[Tensor, "b 2"]
    reveal_type(
        tg.network().input("n 4").layer(Dense, out_features=2).loss("mse").build()(y)  # R: Float[Tensor, "b 2"]
    )
    reveal_type(tg.network().input("n time 8").layer(Lstm, features=16).build()(s))  # R: Float[Tensor, "b t 16"]
    reveal_type(
        tg.network().input("n time 8").layer(Lstm, features=16).layer(LastStep).build()(s)  # R: Shaped[Tensor, "b 16"]
    )
    reveal_type(
        tg.network().input("Int n time").layer(Embedding, vocabulary=100, features=32).build()(i)  # R: Float[Tensor, "b t 32"]
    )
    n = tg.network().input("n 4").output("mse", Dense, out_features=2).build()
    reveal_type(n(y))  # R: Float[Tensor, "b 2"]
    reveal_type(n.predict(y))  # R: Float[Tensor, "b 2"]
    n(x)  # E: Network(): `x` needs 2 axes (n 4), got 4 [shape]
    n.predict(x)  # E: predict: `x` needs 2 axes (n 4), got 4 [shape]
