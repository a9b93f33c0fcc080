"""Pictures on their way through layers: what mypy says of their sizes is what comes out."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import AvgPool2d, Conv2d, ConvTranspose2d, Dense, Flatten, Layer, MaxPool2d, Sequential, sub

SIZES = {"n": 2, "h": 8, "w": 6}


class Block(Layer):
    channels: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=2 * self.channels, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n 2*channels h//2 w//2"]:
        return tg.max_pool2d(tg.relu(self.conv(x)), 2)


def literal(x: Float32[Tensor, "n 3 12 12"]) -> None:
    key = tg.random.key(0)
    reveal_type(tg.init(Conv2d(in_channels=3, out_channels=8, kernel=3), key)(x))
    reveal_type(tg.init(Conv2d(in_channels=3, out_channels=8, kernel=(3, 5), stride=2, padding=(1, 0)), key)(x))
    reveal_type(tg.init(Conv2d(in_channels=3, out_channels=8, kernel=3, padding="same"), key)(x))
    reveal_type(tg.init(ConvTranspose2d(in_channels=3, out_channels=4, kernel=3, stride=2), key)(x))
    reveal_type(MaxPool2d(kernel=3, stride=2, rounding="ceil")(x))
    reveal_type(AvgPool2d(kernel=2)(x))
    reveal_type(Flatten()(x))
    chain = Sequential(Conv2d(in_channels=3, out_channels=2, kernel=5), MaxPool2d(kernel=2), Flatten(), Dense(in_features=32, out_features=5))
    reveal_type(tg.init(chain, key)(x))
    reveal_type(tg.init(Block(channels=3), key)(x))


def symbols(x: Float32[Tensor, "n 2 h w"]) -> None:
    key = tg.random.key(0)
    reveal_type(tg.init(Conv2d(in_channels=2, out_channels=8, kernel=3), key)(x))
    reveal_type(tg.init(Conv2d(in_channels=2, out_channels=8, kernel=3, stride=2, padding=1), key)(x))
    reveal_type(MaxPool2d(kernel=2)(x))
    reveal_type(Flatten()(x))


def too_small(x: Float32[Tensor, "n 2 4 4"]) -> None:
    MaxPool2d(kernel=6)(x)  # E: max_pool2d: the height of the window is more than that of the padded input: 6 > 4 [shape]


def wrong_head(x: Float32[Tensor, "n 2 4 4"]) -> None:
    chain = tg.init(Sequential(MaxPool2d(kernel=2), Flatten(), Dense(in_features=9, out_features=5)), tg.random.key(0))
    chain(x)  # E: Dense(in_features=9, out_features=5): `x` has in_features=8, but in_features is 9 [shape]


def run_literal() -> None:
    literal(tg.ones((2, 3, 12, 12)))


def run_symbols() -> None:
    symbols(tg.ones((2, 2, 8, 6)))


def run_too_small() -> None:
    too_small(tg.ones((2, 2, 4, 4)))


def run_wrong_head() -> None:
    wrong_head(tg.ones((2, 2, 4, 4)))
