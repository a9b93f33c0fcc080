"""Pictures on their way through layers: their sizes follow from kernels, strides and paddings."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    AvgPool2d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose2d,
    Dense,
    DepthwiseConv2d,
    Flatten,
    GlobalPool,
    Layer,
    MaxPool1d,
    MaxPool2d,
    PixelShuffle,
    SeparableConv2d,
    Sequential,
    sub,
)


def literal(x: Float32[Tensor, "n 3 32 32"]) -> None:
    reveal_type(Conv2d(in_channels=3, out_channels=8, kernel=3)(x))  # R: Float[Tensor, "n 8 30 30"]
    reveal_type(Conv2d(in_channels=3, out_channels=8, kernel=(3, 5), stride=2)(x))  # R: Float[Tensor, "n 8 15 14"]
    reveal_type(Conv2d(out_channels=8, kernel=3, padding="same")(x))  # R: Float[Tensor, "n 8 32 32"]
    reveal_type(Conv2d(out_channels=8, kernel=3, padding=2, dilation=2)(x))  # R: Float[Tensor, "n 8 32 32"]
    reveal_type(Conv2d(in_channels=3, out_channels=6, groups=3, kernel=1)(x))  # R: Float[Tensor, "n 6 32 32"]
    reveal_type(MaxPool2d(kernel=2)(x))  # R: Float32[Tensor, "n 3 16 16"]
    reveal_type(MaxPool2d(kernel=3, stride=2, rounding="ceil")(x))  # R: Float32[Tensor, "n 3 16 16"]
    reveal_type(AvgPool2d(kernel=3, stride=1, padding=1)(x))  # R: Float32[Tensor, "n 3 32 32"]
    reveal_type(ConvTranspose2d(out_channels=4, kernel=2, stride=2)(x))  # R: Float[Tensor, "n 4 64 64"]
    reveal_type(GlobalPool()(x))  # R: Float[Tensor, "n 3"]
    reveal_type(Flatten()(x))  # R: Float32[Tensor, "n 3072"]
    reveal_type(SeparableConv2d(out_channels=16, kernel=3, padding=1)(x))  # R: Float[Tensor, "n 16 32 32"]


def other_ranks(x: Float32[Tensor, "n 2 100"], y: Float32[Tensor, "n 1 8 8 8"]) -> None:
    reveal_type(Conv1d(out_channels=4, kernel=5, padding="causal")(x))  # R: Float[Tensor, "n 4 100"]
    reveal_type(MaxPool1d(kernel=4)(x))  # R: Float32[Tensor, "n 2 25"]
    reveal_type(Conv3d(out_channels=2, kernel=3, padding=1)(y))  # R: Float[Tensor, "n 2 8 8 8"]


def symbols(x: Float32[Tensor, "n c h w"]) -> None:
    reveal_type(Conv2d(out_channels=8, kernel=3)(x))  # R: Float[Tensor, "n 8 h-2 w-2"]
    reveal_type(Conv2d(out_channels=8, kernel=3, padding=1)(x))  # R: Float[Tensor, "n 8 h w"]
    reveal_type(Conv2d(out_channels=8, kernel=3, padding=1, stride=2)(x))  # R: Float[Tensor, "n 8 (h+1)//2 (w+1)//2"]
    reveal_type(MaxPool2d(kernel=2)(x))  # R: Float32[Tensor, "n c h//2 w//2"]
    reveal_type(Flatten()(x))  # R: Float32[Tensor, "n c*h*w"]


def options(x: Float32[Tensor, "n 3 32 32"], k: int, padding: int) -> None:
    reveal_type(Conv2d(out_channels=8, kernel=k)(x))  # R: Float[Tensor, "n 8 _ _"]
    layer = Conv2d(out_channels=8, kernel=3, padding=padding)
    reveal_type(layer(x))  # R: Float[Tensor, "n 8 _ _"]


def chains(x: Float32[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 10"]:
    lenet = Sequential(
        Conv2d(in_channels=1, out_channels=20, kernel=5),
        tg.relu,
        MaxPool2d(kernel=2),
        Conv2d(in_channels=20, out_channels=50, kernel=5),
        tg.relu,
        MaxPool2d(kernel=2),
        Flatten(),
        Dense(in_features=800, out_features=500),
        tg.relu,
        Dense(in_features=500, out_features=10),
    )
    reveal_type(lenet(x))  # R: Float[Tensor, "n 10"]
    return lenet(x)


class Block(Layer):
    """Halves a picture, and doubles its channels."""

    channels: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=2 * self.channels, kernel=3, padding=1))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=2 * self.channels, out_channels=2 * self.channels, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n 2*channels h//2 w//2"]:
        y = self.first(x)
        reveal_type(y)  # R: Float[Tensor, "n 2*channels h w"]
        return tg.max_pool2d(tg.relu(self.second(y)), 2)


class Open(Layer):
    """A layer that says nothing of what comes out; it delegates."""

    channels: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=4, kernel=3))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n 4 _ _"]:
        return tg.relu(self.conv(x))


class Tower(Layer):
    """Blocks one after the other, in a tuple and in a chain."""

    channels: int
    blocks: tuple[Conv2d, ...] = sub(
        lambda self: tuple(Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=3, padding=1) for _ in range(3))
    )
    chain: Sequential = sub(lambda self: Sequential(Conv2d(in_channels=self.channels, out_channels=8, kernel=1), Flatten()))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n 8*h*w"]:
        for block in self.blocks:
            x = x + block(x)
        reveal_type(self.blocks[0](x))  # R: Float[Tensor, "n channels h w"]
        reveal_type(self.chain(x))  # R: Float[Tensor, "n 8*h*w"]
        return self.chain(x)


class Resized(Layer):
    """A shortcut where the channels stay, a convolution where they do not."""

    inside: int
    outside: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n inside h w"]) -> Float[Tensor, "n outside h w"]:
        y = self.conv(x)
        if self.inside == self.outside:
            y = y + x
        return y


class Shortcut(Layer):
    inside: int
    outside: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=3, padding=1))
    fit: Conv2d | None = sub(
        lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=1) if self.inside != self.outside else None
    )

    def __call__(self, x: Float[Tensor, "n inside h w"]) -> Float[Tensor, "n outside h w"]:
        y = self.conv(x)
        if self.fit is None:
            return y + x
        return y + self.fit(x)


def user_layers(x: Float32[Tensor, "n 4 64 64"]) -> None:
    block = Block(channels=4)
    reveal_type(block(x))  # R: Float[Tensor, "n 8 32 32"]
    reveal_type(Block(channels=8)(block(x)))  # R: Float[Tensor, "n 16 16 16"]
    reveal_type(block.first(x))  # R: Float[Tensor, "n 8 64 64"]
    reveal_type(Open(channels=4)(x))  # R: Float[Tensor, "n 4 62 62"]
    reveal_type(Tower(channels=4)(x))  # R: Float[Tensor, "n 32768"]
    reveal_type(Tower(channels=4).blocks[1](x))  # R: Float[Tensor, "n 4 64 64"]
    reveal_type(PixelShuffle(factor=2)(x))  # R: Shaped[Tensor, "n 1 128 128"]
    reveal_type(DepthwiseConv2d(in_channels=4, kernel=3)(x))  # R: Float[Tensor, "n 4 62 62"]


def unet(x: Float32[Tensor, "n c h w"]) -> Tensor:
    down = MaxPool2d(kernel=2)(x)
    up = ConvTranspose2d(in_channels=8, out_channels=8, kernel=2, stride=2)
    # Whether h is even is not known here, and nothing is said.
    return tg.concat([up(Conv2d(out_channels=8, kernel=3, padding=1)(down)), x], axis=1)
