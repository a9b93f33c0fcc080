"""VGG: nothing but 3x3 convolutions, until pictures are small enough for dense layers."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, Dense, Dropout, Layer, MaxPool2d, sub
from typedgrad.ops.activation import relu
from typedgrad.ops.rearrange import flatten


class VggStage(Layer):
    """`depth` convolutions of 3x3, then pooling, which halves the picture.

    >>> tg.eval_shape(tg.zoo.VggStage(in_channels=64, out_channels=128, depth=2), "n 64 56 56")
    Tensor(float32[n 128 28 28], abstract)
    """

    in_channels: int
    out_channels: int
    depth: int
    convs: tuple[Conv2d, ...] = sub(
        lambda self: tuple(
            Conv2d(
                in_channels=self.out_channels if place else self.in_channels,
                out_channels=self.out_channels,
                kernel=3,
                padding=1,
            )
            for place in range(self.depth)
        )
    )
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels h//2 w//2"]:
        y: Tensor = x
        for conv in self.convs:
            y = relu(conv(y))
        return self.pool(y)


def _stages(net: Vgg) -> tuple[VggStage, ...]:
    widths = [net.channels, *(net.width * min(2**place, 8) for place in range(5))]
    sizes = zip(widths, widths[1:], net.depths, strict=False)
    return tuple(VggStage(in_channels=i, out_channels=o, depth=depth) for i, o, depth in sizes)


class Vgg(Layer):
    """Five stages of convolutions and three dense layers: logits of square images with sides of `size`.

    `depths` says how many convolutions each stage has. Source: Simonyan and Zisserman, "Very deep convolutional
    networks for large-scale image recognition", 2014, table 1, columns D and E.

    Raises:
        ValueError: if `size` is less than 32.
        ShapeError: for images of another size.

    >>> model = tg.zoo.Vgg(depths=(1, 1, 1, 1, 1), size=32, width=4, hidden=16, classes=10)
    >>> tg.eval_shape(model, "n 3 32 32")
    Tensor(float32[n 10], abstract)
    """

    depths: tuple[int, int, int, int, int]
    channels: int = 3
    size: int = 224
    classes: int = 1000
    width: int = 64
    hidden: int = 4096
    drop: float = 0.5
    stages: tuple[VggStage, ...] = sub(_stages)
    first: Dense = sub(
        lambda self: Dense(in_features=8 * self.width * (self.size // 32) ** 2, out_features=self.hidden)
    )
    second: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.classes))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))

    def __check__(self) -> None:
        if self.size < 32:
            raise ValueError(f"Vgg: `size` must be at least 32, because it is halved five times, got {self.size}")

    def __call__(self, x: Float[Tensor, "n channels size size"]) -> Float[Tensor, "n classes"]:
        y: Tensor = x
        for stage in self.stages:
            y = stage(y)
        y = self.dropout(relu(self.first(flatten(y, start=1))))
        return self.head(self.dropout(relu(self.second(y))))


def vgg16(*, classes: int = 1000, channels: int = 3, size: int = 224) -> Vgg:
    """VGG with 16 layers that have weights. See `Vgg`.

    >>> tg.nn.count_parameters(tg.zoo.vgg16())
    138357544
    """
    return Vgg(depths=(2, 2, 3, 3, 3), classes=classes, channels=channels, size=size)


def vgg19(*, classes: int = 1000, channels: int = 3, size: int = 224) -> Vgg:
    """VGG with 19 layers that have weights. See `Vgg`.

    >>> tg.nn.count_parameters(tg.zoo.vgg19())
    143667240
    """
    return Vgg(depths=(2, 2, 4, 4, 4), classes=classes, channels=channels, size=size)
