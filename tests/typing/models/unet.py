"""A U-Net of three floors: down to a quarter of the side and up again, with what was seen on the way beside it."""

from __future__ import annotations

from jaxtyping import Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Conv2d, ConvTranspose2d, Layer, MaxPool2d, sub


class DoubleConv(Layer):
    inputs: int
    outputs: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=self.inputs, out_channels=self.outputs, kernel=3, padding=1))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=self.outputs, out_channels=self.outputs, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n inputs h w"]) -> Float[Tensor, "n outputs h w"]:
        y = tg.assert_shape(tg.relu(self.first(x)), "n outputs h w")
        return tg.assert_shape(tg.relu(self.second(y)), "n outputs h w")


class Up(Layer):
    """Twice the sides and half the channels, then the picture from the way down beside it."""

    outputs: int
    widen: ConvTranspose2d = sub(
        lambda self: ConvTranspose2d(in_channels=2 * self.outputs, out_channels=self.outputs, kernel=2, stride=2)
    )
    convs: DoubleConv = sub(lambda self: DoubleConv(inputs=2 * self.outputs, outputs=self.outputs))

    def __call__(
        self, x: Float[Tensor, "n 2*outputs h w"], beside: Float[Tensor, "n outputs 2*h 2*w"]
    ) -> Float[Tensor, "n outputs 2*h 2*w"]:
        wide = tg.assert_shape(self.widen(x), "n outputs 2*h 2*w")
        both = tg.assert_shape(tg.concat([beside, wide], axis=1), "n 2*outputs 2*h 2*w")
        return tg.assert_shape(self.convs(both), "n outputs 2*h 2*w")


class UNet(Layer):
    channels: int
    classes: int
    width: int
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))
    down1: DoubleConv = sub(lambda self: DoubleConv(inputs=self.channels, outputs=self.width))
    down2: DoubleConv = sub(lambda self: DoubleConv(inputs=self.width, outputs=2 * self.width))
    bottom: DoubleConv = sub(lambda self: DoubleConv(inputs=2 * self.width, outputs=4 * self.width))
    up2: Up = sub(lambda self: Up(outputs=2 * self.width))
    up1: Up = sub(lambda self: Up(outputs=self.width))
    head: Conv2d = sub(lambda self: Conv2d(in_channels=self.width, out_channels=self.classes, kernel=1))

    def __call__(self, x: Float[Tensor, "n channels 4*h 4*w"]) -> Float[Tensor, "n classes 4*h 4*w"]:
        first = tg.assert_shape(self.down1(x), "n width 4*h 4*w")
        second = tg.assert_shape(self.down2(self.pool(first)), "n 2*width 2*h 2*w")
        third = tg.assert_shape(self.bottom(self.pool(second)), "n 4*width h w")
        y = tg.assert_shape(self.up2(third, second), "n 2*width 2*h 2*w")
        y = tg.assert_shape(self.up1(y, first), "n width 4*h 4*w")
        return tg.assert_shape(self.head(y), "n classes 4*h 4*w")


def loss(model: UNet, x: Float[Tensor, "n channels 4*h 4*w"], labels: Int[Tensor, "n 4*h 4*w"]) -> Float[Tensor, ""]:
    logits = tg.permute_dims(model(x), (0, 2, 3, 1))
    return tg.softmax_cross_entropy(logits, labels)


def run(size: int) -> Tensor:
    model = tg.init(UNet(channels=2, classes=3, width=4), tg.random.key(0))
    x, labels = tg.ones((2, 2, 4 * size, 8 * size)), tg.zeros((2, 4 * size, 8 * size), dtype=tg.int64)
    assert tg.grad(loss)(model, x, labels).up1.widen.weight.shape == (8, 4, 2, 2)
    return model(x)
