"""Xception: Inception with each channel on its own."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import BatchNorm, Dense, GlobalPool, Layer, MaxPool2d, SeparableConv2d, sub
from typedgrad.ops.activation import relu
from typedgrad.zoo.units import ConvUnit, Given, linear


class SeparableUnit(Layer):
    """A separable convolution of 3x3 that keeps the size of the picture, and batch normalisation.

    >>> tg.eval_shape(tg.zoo.SeparableUnit(in_channels=64, out_channels=128), "n 64 37 37")
    Tensor(float32[n 128 37 37], abstract)
    """

    in_channels: int
    out_channels: int
    conv: SeparableConv2d = sub(
        lambda self: SeparableConv2d(
            in_channels=self.in_channels, out_channels=self.out_channels, kernel=3, padding=1, use_bias=False
        )
    )
    norm: BatchNorm = sub(lambda self: BatchNorm(features=self.out_channels))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels h w"]:
        return self.norm(self.conv(x))


class XceptionBlock(Layer):
    """Separable units, each after a rectifier, added to the input; with `shrink` pooled and added to its projection.

    `widths` are the channels that the units make. The first block of all has no rectifier before its first unit.

    >>> tg.eval_shape(tg.zoo.XceptionBlock(in_channels=64, widths=(128, 128), shrink=True), "n 64 147 147")
    Tensor(float32[n 128 74 74], abstract)
    """

    in_channels: int
    widths: tuple[int, ...]
    shrink: bool = False
    rectify_first: bool = True
    out_channels: int = sub(lambda self: self.widths[-1])
    units: tuple[SeparableUnit, ...] = sub(
        lambda self: tuple(
            SeparableUnit(in_channels=i, out_channels=o)
            for i, o in zip((self.in_channels, *self.widths), self.widths, strict=False)
        )
    )
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2, padding=1))
    shortcut: ConvUnit | None = sub(
        lambda self: (
            ConvUnit(
                in_channels=self.in_channels, out_channels=self.out_channels, kernel=1, stride=2, activation=linear
            )
            if self.shrink
            else None
        )
    )

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        y: Tensor = x
        for place, unit in enumerate(self.units):
            y = unit(relu(y) if place or self.rectify_first else y)
        return x + y if self.shortcut is None else self.shortcut(x) + self.pool(y)


def _blocks(net: Xception) -> tuple[XceptionBlock, ...]:
    a, b, c, d = (n * net.width // 32 for n in (128, 256, 728, 1024))
    return (
        XceptionBlock(in_channels=2 * net.width, widths=(a, a), shrink=True, rectify_first=False),
        XceptionBlock(in_channels=a, widths=(b, b), shrink=True),
        XceptionBlock(in_channels=b, widths=(c, c), shrink=True),
        *(XceptionBlock(in_channels=c, widths=(c, c, c)) for _ in range(8)),
        XceptionBlock(in_channels=c, widths=(c, d), shrink=True),
    )


class Xception(Layer):
    """Two convolutions, three blocks that shrink, eight that do not, a last one, and a dense layer: logits.

    `width` scales all channels, 32 is the paper's. Source: Chollet, "Xception: deep learning with depthwise separable
    convolutions", 2016, figure 5.

    Raises ShapeError for images of another number of channels.

    >>> tg.eval_shape(tg.zoo.Xception(classes=10), "n 3 299 299")
    Tensor(float32[n 10], abstract)
    """

    channels: int = 3
    classes: int = 1000
    width: int = 32
    first: ConvUnit = sub(lambda self: ConvUnit(in_channels=self.channels, out_channels=self.width, kernel=3, stride=2))
    second: ConvUnit = sub(lambda self: ConvUnit(in_channels=self.width, out_channels=2 * self.width, kernel=3))
    blocks: tuple[XceptionBlock, ...] = sub(_blocks)
    third: SeparableUnit = sub(
        lambda self: SeparableUnit(in_channels=self.blocks[-1].out_channels, out_channels=48 * self.width)
    )
    fourth: SeparableUnit = sub(lambda self: SeparableUnit(in_channels=48 * self.width, out_channels=64 * self.width))
    mean: GlobalPool = sub(lambda self: GlobalPool())
    head: Dense = sub(lambda self: Dense(in_features=64 * self.width, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        with Given(self, x):
            y: Tensor = self.second(self.first(x))
            for block in self.blocks:
                y = block(y)
            return self.head(self.mean(relu(self.fourth(relu(self.third(y))))))


def xception(*, classes: int = 1000, channels: int = 3) -> Xception:
    """Xception, of images of any size of at least 71 or so (299 in the paper). See `Xception`.

    >>> tg.nn.count_parameters(tg.zoo.xception())
    22855952
    """
    return Xception(classes=classes, channels=channels)
