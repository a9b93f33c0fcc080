"""Residual networks: each block adds to what it was given."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dense, GlobalPool, Layer, MaxPool2d, sub
from typedgrad.ops.activation import relu
from typedgrad.zoo.units import ConvUnit, linear


def _shortcut(in_channels: int, out_channels: int, stride: int) -> ConvUnit | None:
    """What is added to: the input itself, if it has the shape of the result, else a projection of it."""
    if stride == 1 and in_channels == out_channels:
        return None
    return ConvUnit(in_channels=in_channels, out_channels=out_channels, kernel=1, stride=stride, activation=linear)


class BasicBlock(Layer):
    """Two 3x3 convolutions, added to their input.

    >>> tg.eval_shape(tg.zoo.BasicBlock(in_channels=64, width=128, stride=2), "n 64 56 56")
    Tensor(float32[n 128 28 28], abstract)
    """

    in_channels: int
    width: int
    stride: int = 1
    first: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.in_channels, out_channels=self.width, kernel=3, stride=self.stride, padding=1
        )
    )
    second: ConvUnit = sub(
        lambda self: ConvUnit(in_channels=self.width, out_channels=self.width, kernel=3, padding=1, activation=linear)
    )
    shortcut: ConvUnit | None = sub(lambda self: _shortcut(self.in_channels, self.width, self.stride))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n width _ _"]:
        y = self.second(self.first(x))
        return relu(y + (x if self.shortcut is None else self.shortcut(x)))


class Bottleneck(Layer):
    """A 3x3 convolution between two 1x1 ones, the last of which makes 4 times as many channels; added to the input.

    The 3x3 convolution is the one that moves by `stride`, as in most libraries; in the paper the first is.

    >>> tg.eval_shape(tg.zoo.Bottleneck(in_channels=256, width=128, stride=2), "n 256 56 56")
    Tensor(float32[n 512 28 28], abstract)
    """

    in_channels: int
    width: int
    stride: int = 1
    first: ConvUnit = sub(lambda self: ConvUnit(in_channels=self.in_channels, out_channels=self.width, kernel=1))
    second: ConvUnit = sub(
        lambda self: ConvUnit(in_channels=self.width, out_channels=self.width, kernel=3, stride=self.stride, padding=1)
    )
    third: ConvUnit = sub(
        lambda self: ConvUnit(in_channels=self.width, out_channels=4 * self.width, kernel=1, activation=linear)
    )
    shortcut: ConvUnit | None = sub(lambda self: _shortcut(self.in_channels, 4 * self.width, self.stride))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n 4*width _ _"]:
        y = self.third(self.second(self.first(x)))
        return relu(y + (x if self.shortcut is None else self.shortcut(x)))


def _blocks(net: ResNet) -> tuple[BasicBlock | Bottleneck, ...]:
    kind = Bottleneck if net.bottleneck else BasicBlock
    blocks: list[BasicBlock | Bottleneck] = []
    channels = net.width
    for group, depth in enumerate(net.depths):
        width = net.width * 2**group
        for place in range(depth):
            blocks.append(kind(in_channels=channels, width=width, stride=2 if group and not place else 1))
            channels = 4 * width if net.bottleneck else width
    return tuple(blocks)


class ResNet(Layer):
    """A convolution, four groups of residual blocks, the mean over each channel, and a dense layer: logits.

    `depths` says how many blocks each group has; `width` how many channels there are in the first, twice as many in
    each further one. Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015, table 1.

    Raises ShapeError for images of another number of channels.

    >>> model = tg.zoo.ResNet(depths=(1, 1, 1, 1), width=8, classes=10)
    >>> tg.eval_shape(model, "n 3 32 32")
    Tensor(float32[n 10], abstract)
    """

    depths: tuple[int, int, int, int]
    bottleneck: bool = False
    channels: int = 3
    classes: int = 1000
    width: int = 64
    stem: ConvUnit = sub(
        lambda self: ConvUnit(in_channels=self.channels, out_channels=self.width, kernel=7, stride=2, padding=3)
    )
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2, padding=1))
    blocks: tuple[BasicBlock | Bottleneck, ...] = sub(_blocks)
    mean: GlobalPool = sub(lambda self: GlobalPool())
    head: Dense = sub(
        lambda self: Dense(in_features=self.width * (32 if self.bottleneck else 8), out_features=self.classes)
    )

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        y = self.pool(self.stem(x))
        for block in self.blocks:
            y = block(y)
        return self.head(self.mean(y))


def resnet18(*, classes: int = 1000, channels: int = 3, width: int = 64) -> ResNet:
    """ResNet with 18 layers, of pictures of any size of at least 32 or so (224 in the paper). See `ResNet`.

    >>> model = tg.zoo.resnet18(classes=10)
    >>> tg.eval_shape(model, "n 3 224 224"), tg.nn.count_parameters(model)
    (Tensor(float32[n 10], abstract), 11181642)
    """
    return ResNet(depths=(2, 2, 2, 2), classes=classes, channels=channels, width=width)


def resnet34(*, classes: int = 1000, channels: int = 3, width: int = 64) -> ResNet:
    """ResNet with 34 layers. See `resnet18`.

    >>> tg.nn.count_parameters(tg.zoo.resnet34())
    21797672
    """
    return ResNet(depths=(3, 4, 6, 3), classes=classes, channels=channels, width=width)


def resnet50(*, classes: int = 1000, channels: int = 3, width: int = 64) -> ResNet:
    """ResNet with 50 layers, in blocks of three. See `resnet18`.

    >>> tg.nn.count_parameters(tg.zoo.resnet50())
    25557032
    """
    return ResNet(depths=(3, 4, 6, 3), bottleneck=True, classes=classes, channels=channels, width=width)
