"""YOLO: where things are in a picture, in one look. The networks, without the loss that they learn by."""

from __future__ import annotations

from itertools import pairwise

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, Layer, MaxPool2d, SpaceToDepth, sub
from typedgrad.ops.move import concat
from typedgrad.zoo.darknet import stages_of, unit
from typedgrad.zoo.units import ConvUnit, Given


def _units(net: TinyYolo) -> tuple[ConvUnit, ...]:
    widths = [net.channels, *(net.width * 2**place for place in range(7)), 64 * net.width]
    return tuple(unit(i, o, 3) for i, o in pairwise(widths))


class TinyYolo(Layer):
    """Eight convolutions, and a 1x1 convolution: for each of `boxes` boxes at each of the places, the numbers of one.

    These are where its centre is, its size, whether there is anything, and the logits of the classes. Pictures become
    32 times smaller; the poolings are after each of the first six convolutions, the last of them with a stride of 1.
    Source: Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2016; the small network is that of their program.

    Raises ShapeError for pictures of another number of channels, or smaller than 32 x 32.

    >>> tg.eval_shape(tg.zoo.TinyYolo(), "n 3 416 416")
    Tensor(float32[n 125 13 13], abstract)
    """

    channels: int = 3
    classes: int = 20
    boxes: int = 5
    width: int = 16
    out_channels: int = sub(lambda self: self.boxes * (self.classes + 5))
    units: tuple[ConvUnit, ...] = sub(_units)
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))
    last_pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2, stride=1, padding="same"))
    head: Conv2d = sub(lambda self: Conv2d(in_channels=64 * self.width, out_channels=self.out_channels, kernel=1))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        with Given(self, x):
            y: Tensor = x
            for place, each in enumerate(self.units):
                y = each(y)
                if place < 6:
                    y = self.pool(y) if place < 5 else self.last_pool(y)
            return self.head(y)


class Yolo2(Layer):
    """Darknet-19 without its head, and convolutions that also see what it has found at twice the size.

    What comes out is as in `TinyYolo`. Source: Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2016.

    Raises ShapeError for pictures of another number of channels, and of sizes that 32 does not divide.

    >>> tg.eval_shape(tg.zoo.Yolo2(), "n 3 608 608")
    Tensor(float32[n 425 19 19], abstract)
    """

    channels: int = 3
    classes: int = 80
    boxes: int = 5
    width: int = 32
    out_channels: int = sub(lambda self: self.boxes * (self.classes + 5))
    stages: tuple[tuple[ConvUnit, ...], ...] = sub(stages_of)
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))
    first: ConvUnit = sub(lambda self: unit(32 * self.width, 32 * self.width, 3))
    second: ConvUnit = sub(lambda self: unit(32 * self.width, 32 * self.width, 3))
    narrow: ConvUnit = sub(lambda self: unit(16 * self.width, 2 * self.width, 1))
    finer: SpaceToDepth = sub(lambda self: SpaceToDepth(block=2))
    third: ConvUnit = sub(lambda self: unit(40 * self.width, 32 * self.width, 3))
    head: Conv2d = sub(lambda self: Conv2d(in_channels=32 * self.width, out_channels=self.out_channels, kernel=1))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        with Given(self, x):
            y: Tensor = x
            before = y
            for place, stage in enumerate(self.stages):
                before = y
                y = self.pool(y) if place else y
                for each in stage:
                    y = each(y)
            y = self.second(self.first(y))
            return self.head(self.third(concat([self.finer(self.narrow(before)), y], axis=1)))


def tiny_yolo(*, classes: int = 20, boxes: int = 5, channels: int = 3) -> TinyYolo:
    """The small YOLO, for the classes of VOC unless told otherwise. See `TinyYolo`.

    >>> tg.nn.count_parameters(tg.zoo.tiny_yolo())
    15861773
    """
    return TinyYolo(classes=classes, boxes=boxes, channels=channels)


def yolo2(*, classes: int = 80, boxes: int = 5, channels: int = 3) -> Yolo2:
    """The second YOLO, for the classes of COCO unless told otherwise. See `Yolo2`.

    >>> tg.nn.count_parameters(tg.zoo.yolo2())
    50962889
    """
    return Yolo2(classes=classes, boxes=boxes, channels=channels)
