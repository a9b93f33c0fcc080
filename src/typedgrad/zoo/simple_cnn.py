"""A small network without dense layers, for pictures such as faces of 48x48."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import AvgPool2d, BatchNorm, Conv2d, Dropout, GlobalPool, Layer, sub
from typedgrad.ops.activation import relu


class SimpleStage(Layer):
    """Two convolutions, each normalised, then a rectifier, pooling and dropout.

    >>> tg.eval_shape(tg.zoo.SimpleStage(in_channels=1, out_channels=16, kernel=7), "n 1 48 48")
    Tensor(float32[n 16 24 24], abstract)
    """

    in_channels: int
    out_channels: int
    kernel: int
    drop: float = 0.5
    first: Conv2d = sub(lambda self: _conv(self.in_channels, self.out_channels, self.kernel))
    first_norm: BatchNorm = sub(lambda self: BatchNorm(features=self.out_channels))
    second: Conv2d = sub(lambda self: _conv(self.out_channels, self.out_channels, self.kernel))
    second_norm: BatchNorm = sub(lambda self: BatchNorm(features=self.out_channels))
    pool: AvgPool2d = sub(lambda self: AvgPool2d(kernel=2, padding="same"))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        y = self.second_norm(self.second(self.first_norm(self.first(x))))
        return self.dropout(self.pool(relu(y)))


def _conv(inputs: int, outputs: int, kernel: int) -> Conv2d:
    return Conv2d(in_channels=inputs, out_channels=outputs, kernel=kernel, padding="same")


def _stages(net: SimpleCNN) -> tuple[SimpleStage, ...]:
    widths = [net.channels, *(net.width * 2**place for place in range(4))]
    sizes = zip(widths, widths[1:], (7, 5, 3, 3), strict=False)
    return tuple(SimpleStage(in_channels=i, out_channels=o, kernel=kernel, drop=net.drop) for i, o, kernel in sizes)


class SimpleCNN(Layer):
    """Four stages of two convolutions, two more to the classes, and the mean of each channel: logits.

    Source: Arriaga, Valdenegro-Toro and Plöger, "Real-time convolutional neural networks for emotion and gender
    classification", 2017, of which Deeplearning4j has a version.

    Raises ShapeError for pictures of another number of channels.

    >>> tg.eval_shape(tg.zoo.SimpleCNN(), "n 1 48 48")
    Tensor(float32[n 7], abstract)
    """

    channels: int = 1
    classes: int = 7
    width: int = 16
    drop: float = 0.5
    stages: tuple[SimpleStage, ...] = sub(_stages)
    last: Conv2d = sub(lambda self: _conv(8 * self.width, 16 * self.width, 3))
    norm: BatchNorm = sub(lambda self: BatchNorm(features=16 * self.width))
    head: Conv2d = sub(lambda self: _conv(16 * self.width, self.classes, 3))
    mean: GlobalPool = sub(lambda self: GlobalPool())

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes"]:
        y: Tensor = x
        for stage in self.stages:
            y = stage(y)
        return self.mean(self.head(self.norm(self.last(y))))


def simple_cnn(*, classes: int = 7, channels: int = 1) -> SimpleCNN:
    """A small network for pictures of any size of at least 16 (48 in the paper). See `SimpleCNN`.

    >>> tg.nn.count_parameters(tg.zoo.simple_cnn())
    641463
    """
    return SimpleCNN(classes=classes, channels=channels)
