"""DenseNet: each layer sees what all layers before it have made."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import AvgPool2d, BatchNorm, Conv2d, Dense, GlobalPool, Layer, MaxPool2d, sub
from typedgrad.ops.activation import relu
from typedgrad.ops.move import concat
from typedgrad.zoo.units import ConvUnit, Given


class DenseNetLayer(Layer):
    """Adds `growth` channels to those there are: a 1x1 and a 3x3 convolution, each after a norm and a rectifier.

    >>> tg.eval_shape(tg.zoo.DenseNetLayer(in_channels=64, growth=32), "n 64 56 56")
    Tensor(float32[n 96 56 56], abstract)
    """

    in_channels: int
    growth: int
    first_norm: BatchNorm = sub(lambda self: BatchNorm(features=self.in_channels))
    first: Conv2d = sub(
        lambda self: Conv2d(in_channels=self.in_channels, out_channels=4 * self.growth, kernel=1, use_bias=False)
    )
    second_norm: BatchNorm = sub(lambda self: BatchNorm(features=4 * self.growth))
    second: Conv2d = sub(
        lambda self: Conv2d(in_channels=4 * self.growth, out_channels=self.growth, kernel=3, padding=1, use_bias=False)
    )

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n in_channels+growth h w"]:
        y = self.first(relu(self.first_norm(x)))
        return concat([x, self.second(relu(self.second_norm(y)))], axis=1)


class Transition(Layer):
    """Halves the channels, the height and the width, between two dense blocks.

    >>> tg.eval_shape(tg.zoo.Transition(in_channels=256), "n 256 56 56")
    Tensor(float32[n 128 28 28], abstract)
    """

    in_channels: int
    norm: BatchNorm = sub(lambda self: BatchNorm(features=self.in_channels))
    conv: Conv2d = sub(
        lambda self: Conv2d(in_channels=self.in_channels, out_channels=self.in_channels // 2, kernel=1, use_bias=False)
    )
    pool: AvgPool2d = sub(lambda self: AvgPool2d(kernel=2))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n in_channels//2 h//2 w//2"]:
        return self.pool(self.conv(relu(self.norm(x))))


def _blocks(net: DenseNet) -> tuple[DenseNetLayer | Transition, ...]:
    blocks: list[DenseNetLayer | Transition] = []
    channels = net.width
    for place, depth in enumerate(net.depths):
        if place:
            blocks.append(Transition(in_channels=channels))
            channels //= 2
        for _ in range(depth):
            blocks.append(DenseNetLayer(in_channels=channels, growth=net.growth))
            channels += net.growth
    return tuple(blocks)


def _made_by(blocks: tuple[DenseNetLayer | Transition, ...]) -> int:
    last = blocks[-1]
    return last.in_channels + last.growth if isinstance(last, DenseNetLayer) else last.in_channels // 2


class DenseNet(Layer):
    """A convolution, dense blocks with transitions between them, the mean of each channel, and a dense layer: logits.

    `depths` says how many layers each block has, `growth` how many channels each adds to `width`. Source: Huang, Liu,
    van der Maaten and Weinberger, "Densely connected convolutional networks", 2016, table 1.

    Raises ShapeError for images of another number of channels.

    >>> model = tg.zoo.DenseNet(depths=(2, 2), growth=4, width=8, classes=10)
    >>> tg.eval_shape(model, "n 3 32 32")
    Tensor(float32[n 10], abstract)
    """

    depths: tuple[int, ...]
    channels: int = 3
    classes: int = 1000
    growth: int = 32
    width: int = 64
    stem: ConvUnit = sub(
        lambda self: ConvUnit(in_channels=self.channels, out_channels=self.width, kernel=7, stride=2, padding=3)
    )
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2, padding=1))
    blocks: tuple[DenseNetLayer | Transition, ...] = sub(_blocks)
    norm: BatchNorm = sub(lambda self: BatchNorm(features=_made_by(self.blocks)))
    mean: GlobalPool = sub(lambda self: GlobalPool())
    head: Dense = sub(lambda self: Dense(in_features=_made_by(self.blocks), out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        with Given(self, x):
            y: Tensor = self.pool(self.stem(x))
            for block in self.blocks:
                y = block(y)
            return self.head(self.mean(relu(self.norm(y))))


def densenet121(*, classes: int = 1000, channels: int = 3) -> DenseNet:
    """DenseNet with 121 layers, of images of any size of at least 32 or so (224 in the paper). See `DenseNet`.

    >>> tg.nn.count_parameters(tg.zoo.densenet121())
    7978856
    """
    return DenseNet(depths=(6, 12, 24, 16), classes=classes, channels=channels)
