"""Pictures that do not fit the layers they meet, or each other."""

from __future__ import annotations

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Conv2d, ConvTranspose2d, Dense, Flatten, Layer, MaxPool2d, Sequential, sub


def too_small(x: Float32[Tensor, "n 3 4 4"]) -> None:
    Conv2d(in_channels=3, out_channels=8, kernel=5)(x)  # E: conv2d: the height of the kernel is more than that of the padded input: 5 > 4 [shape]
    MaxPool2d(kernel=6)(x)  # E: max_pool2d: the height of the window is more than that of the padded input: 6 > 4 [shape]


def wrong_head(x: Float32[Tensor, "n 1 28 28"]) -> None:
    model = Sequential(
        Conv2d(in_channels=1, out_channels=20, kernel=5),
        tg.relu,
        MaxPool2d(kernel=2),
        Flatten(),
        Dense(in_features=2880, out_features=10),
    )
    model(x)
    wrong = Sequential(
        Conv2d(in_channels=1, out_channels=20, kernel=5), MaxPool2d(kernel=2), Flatten(), Dense(in_features=2881, out_features=10)
    )
    wrong(x)  # E: Dense(in_features=2881, out_features=10): `x` has in_features=2880, but in_features is 2881 [shape]


def forgotten_padding(x: Float32[Tensor, "n c h w"]) -> Tensor:
    y = Conv2d(out_channels=8, kernel=3)(x)
    return y + tg.sum(x, axis=1, keepdims=True)  # E: add: `x1` and `x2` do not broadcast: axis -1 is w-2 in `x1` but w in `x2` [shape]


def pooled_shortcut(x: Float32[Tensor, "n 8 32 32"]) -> Tensor:
    return MaxPool2d(kernel=2)(x) + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 16 in `x1` but 32 in `x2` [shape]


def halved(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return MaxPool2d(kernel=2)(x)  # E: halved: the result must have h on axis 2 (n c h w), not h//2 [shape]


def mixed(x: Float32[Tensor, "n c h w"], y: Float32[Tensor, "n c w h"]) -> Tensor:
    return MaxPool2d(kernel=2)(x) + MaxPool2d(kernel=2)(y)  # E: add: `x1` and `x2` do not broadcast: axis -1 is w//2 in `x1` but h//2 in `x2` [shape]


class Block(Layer):
    channels: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=2 * self.channels, kernel=3, padding=1))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        y = self.second(x)
        return y + self.first(y)  # E: add: `x1` and `x2` do not broadcast: axis -3 is channels in `x1` but 2*channels in `x2` [shape]


class Strided(Layer):
    channels: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=3, padding=1, stride=2))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        return self.conv(x)  # E: __call__: the result must have h on axis 2 (n channels h w), not (h+1)//2 [shape]


class Unpadded(Layer):
    channels: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=(1, 3), padding=(1, 0)))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        return x + self.conv(x)  # E: add: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but w-2 in `x2` [shape]


class Tower(Layer):
    channels: int
    blocks: tuple[Conv2d, ...] = sub(
        lambda self: tuple(Conv2d(in_channels=2 * self.channels, out_channels=self.channels, kernel=1) for _ in range(3))
    )
    chain: Sequential = sub(lambda self: Sequential(Conv2d(in_channels=self.channels, out_channels=8, kernel=1), Flatten()))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Tensor:
        for block in self.blocks:
            block(x)  # E: Conv2d(in_channels=2*channels, out_channels=channels, kernel=1): `x` has in_channels=channels, but in_channels is 2*channels [shape]
        self.blocks[1](x)  # E: Conv2d(in_channels=2*channels, out_channels=channels, kernel=1): `x` has in_channels=channels, but in_channels is 2*channels [shape]
        return self.chain(x) @ tg.zeros((8, 10))  # E: matmul: `k` is 8*h*w in `x1` but 8 in `x2` [shape]


class Residual(Layer):
    """The shortcut is taken, whatever the channels."""

    inside: int
    outside: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n inside h w"]) -> Float[Tensor, "n outside h w"]:
        return self.conv(x) + x  # E: add: `x1` and `x2` do not broadcast: axis -3 is outside in `x1` but inside in `x2` [shape]


class Decoder(Layer):
    channels: int
    up: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=self.channels, out_channels=self.channels, kernel=2, stride=2))

    def __call__(self, x: Float[Tensor, "n channels h w"], skip: Float[Tensor, "n channels 3*h 3*w"]) -> Tensor:
        return tg.concat([self.up(x), skip], axis=1)  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [2*h 2*w] and [3*h 3*w] [shape]


def flattened(x: Float32[Tensor, "n 3 8 8"]) -> None:
    Dense(in_features=192, out_features=10)(MaxPool2d(kernel=2)(x))  # E: Dense(in_features=192, out_features=10): `x` has in_features=4, but in_features is 192 [shape]
    Dense(in_features=192, out_features=10)(Flatten()(MaxPool2d(kernel=2)(x)))  # E: Dense(in_features=192, out_features=10): `x` has in_features=48, but in_features is 192 [shape]
