"""MobileNetV2: narrow between its blocks, wide within them, where each channel is treated on its own."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Dense, Dropout, GlobalPool, Layer, sub
from typedgrad.ops.selection import clip
from typedgrad.zoo.units import ConvUnit, linear

# Table 2 of the paper: how much wider a block is within, its channels for a width of 32, how many there are, the first
# one's stride.
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def _relu6(x: Tensor) -> Tensor:
    return clip(x, 0.0, 6.0)


class InvertedResidual(Layer):
    """Widens the channels by `expansion`, slides a 3x3 kernel over each, and narrows them, with no activation after it.

    Where the result has the shape of the input, it is added to it.

    >>> block = tg.zoo.InvertedResidual(in_channels=16, out_channels=24, stride=2, expansion=6)
    >>> tg.eval_shape(block, "n 16 112 112")
    Tensor(float32[n 24 56 56], abstract)
    """

    in_channels: int
    out_channels: int
    stride: int = 1
    expansion: int = 6
    expand: ConvUnit | None = sub(
        lambda self: None if self.expansion == 1 else _unit(self.in_channels, self.expansion * self.in_channels)
    )
    depthwise: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.expansion * self.in_channels,
            out_channels=self.expansion * self.in_channels,
            kernel=3,
            stride=self.stride,
            padding=1,
            groups=self.expansion * self.in_channels,
            activation=_relu6,
        )
    )
    project: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.expansion * self.in_channels, out_channels=self.out_channels, kernel=1, activation=linear
        )
    )

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        wide = x if self.expand is None else self.expand(x)
        y: Tensor = self.project(self.depthwise(wide))
        return x + y if self.stride == 1 and self.in_channels == self.out_channels else y


def _unit(inputs: int, outputs: int) -> ConvUnit:
    return ConvUnit(in_channels=inputs, out_channels=outputs, kernel=1, activation=_relu6)


def _blocks(net: MobileNetV2) -> tuple[InvertedResidual, ...]:
    blocks = []
    channels = net.width
    for expansion, width, count, stride in _STAGES:
        outputs = width * net.width // 32
        for place in range(count):
            step = 1 if place else stride
            blocks.append(
                InvertedResidual(in_channels=channels, out_channels=outputs, stride=step, expansion=expansion)
            )
            channels = outputs
    return tuple(blocks)


class MobileNetV2(Layer):
    """A convolution, seventeen inverted residual blocks, a 1x1 convolution, the mean of each channel, dense: logits.

    `width` is the number of channels of the first convolution; a multiple of 4. Source: Sandler et al., "MobileNetV2:
    inverted residuals and linear bottlenecks", 2018, table 2.

    Raises ShapeError for images of another number of channels.

    >>> tg.eval_shape(tg.zoo.MobileNetV2(classes=10), "n 3 224 224")
    Tensor(float32[n 10], abstract)
    """

    channels: int = 3
    classes: int = 1000
    width: int = 32
    drop: float = 0.2
    stem: ConvUnit = sub(
        lambda self: ConvUnit(
            in_channels=self.channels, out_channels=self.width, kernel=3, stride=2, padding=1, activation=_relu6
        )
    )
    blocks: tuple[InvertedResidual, ...] = sub(_blocks)
    last: ConvUnit = sub(lambda self: _unit(10 * self.width, 40 * self.width))
    mean: GlobalPool = sub(lambda self: GlobalPool())
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    head: Dense = sub(lambda self: Dense(in_features=40 * self.width, out_features=self.classes))

    def __check__(self) -> None:
        if self.width % 4:
            raise ValueError(f"MobileNetV2: `width` must be a multiple of 4, got {self.width}")

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        y: Tensor = self.stem(x)
        for block in self.blocks:
            y = block(y)
        return self.head(self.dropout(self.mean(self.last(y))))


def mobilenet_v2(*, classes: int = 1000, channels: int = 3) -> MobileNetV2:
    """MobileNetV2, of images of any size of at least 32 or so (224 in the paper). See `MobileNetV2`.

    >>> tg.nn.count_parameters(tg.zoo.mobilenet_v2())
    3504872
    """
    return MobileNetV2(classes=classes, channels=channels)
