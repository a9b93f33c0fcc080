"""Darknet-19, the classifier under the second YOLO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, GlobalPool, Layer, MaxPool2d, sub
from typedgrad.ops.activation import leaky_relu
from typedgrad.zoo.units import ConvUnit, Given

if TYPE_CHECKING:
    from typedgrad.zoo.yolo import Yolo2

# Table 6 of the paper: the channels of the convolutions between two poolings, for a width of 32. They are of 3x3 and
# 1x1 in turn.
_STAGES = ((32,), (64,), (128, 64, 128), (256, 128, 256), (512, 256, 512, 256, 512), (1024, 512, 1024, 512, 1024))


def leaky(x: Tensor) -> Tensor:
    """The rectifier of Darknet, with a slope of 0.1."""
    return leaky_relu(x, slope=0.1)


def unit(inputs: int, outputs: int, kernel: int) -> ConvUnit:
    """A convolution of Darknet, which keeps the size of the picture."""
    return ConvUnit(in_channels=inputs, out_channels=outputs, kernel=kernel, padding=kernel // 2, activation=leaky)


def stages_of(net: Darknet19 | Yolo2) -> tuple[tuple[ConvUnit, ...], ...]:
    """The convolutions of Darknet-19, without the last one; there is pooling between the stages."""
    stages = []
    channels = net.channels
    for widths in _STAGES:
        stage = []
        for place, width in enumerate(widths):
            outputs = width * net.width // 32
            stage.append(unit(channels, outputs, 1 if place % 2 else 3))
            channels = outputs
        stages.append(tuple(stage))
    return tuple(stages)


class Darknet19(Layer):
    """Eighteen convolutions with batch normalisation, a 1x1 convolution to the classes, whose mean is taken: logits.

    `width` is the number of channels of the first convolution. Source: Redmon and Farhadi, "YOLO9000:
    better, faster, stronger", 2016, table 6.

    Raises ShapeError for images of another number of channels.

    >>> tg.eval_shape(tg.zoo.Darknet19(classes=10), "n 3 224 224")
    Tensor(float32[n 10], abstract)
    """

    channels: int = 3
    classes: int = 1000
    width: int = 32
    stages: tuple[tuple[ConvUnit, ...], ...] = sub(stages_of)
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))
    head: Conv2d = sub(lambda self: Conv2d(in_channels=32 * self.width, out_channels=self.classes, kernel=1))
    mean: GlobalPool = sub(lambda self: GlobalPool())

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        with Given(self, x):
            y: Tensor = x
            for place, stage in enumerate(self.stages):
                y = self.pool(y) if place else y
                for unit in stage:
                    y = unit(y)
            return self.mean(self.head(y))


def darknet19(*, classes: int = 1000, channels: int = 3) -> Darknet19:
    """Darknet-19, of images of any size of at least 32 (224 in the paper). See `Darknet19`.

    >>> tg.nn.count_parameters(tg.zoo.darknet19())
    20842376
    """
    return Darknet19(classes=classes, channels=channels)
