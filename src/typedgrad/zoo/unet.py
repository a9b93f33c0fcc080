"""U-Net: down to a small picture and up again, with what was seen on the way down beside what is made on the way up."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import Conv2d, ConvTranspose2d, Layer, MaxPool2d, sub
from typedgrad.ops.move import concat
from typedgrad.zoo.units import ConvUnit, Given


class DoubleConv(Layer):
    """Two convolutions of 3x3, each with a rectifier. Without padding each takes a pixel from every side.

    >>> tg.eval_shape(tg.zoo.DoubleConv(in_channels=1, out_channels=64), "n 1 572 572")
    Tensor(float32[n 64 568 568], abstract)
    """

    in_channels: int
    out_channels: int
    padding: Literal["valid", "same"] = "valid"
    batch_norm: bool = False
    first: ConvUnit = sub(lambda self: self.unit(self.in_channels))
    second: ConvUnit = sub(lambda self: self.unit(self.out_channels))

    def unit(self, inputs: int) -> ConvUnit:
        """One of the convolutions."""
        return ConvUnit(
            in_channels=inputs,
            out_channels=self.out_channels,
            kernel=3,
            padding=self.padding,
            batch_norm=self.batch_norm,
        )

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        return self.second(self.first(x))


class UpStep(Layer):
    """Doubles height and width, puts what was there on the way down beside it, cropped to its size, and convolves.

    >>> step = tg.zoo.UpStep(in_channels=1024)
    >>> tg.eval_shape(step, "n 1024 28 28", "n 512 64 64")
    Tensor(float32[n 512 52 52], abstract)
    """

    in_channels: int
    padding: Literal["valid", "same"] = "valid"
    batch_norm: bool = False
    up: ConvTranspose2d = sub(
        lambda self: ConvTranspose2d(
            in_channels=self.in_channels, out_channels=self.in_channels // 2, kernel=2, stride=2
        )
    )
    convs: DoubleConv = sub(
        lambda self: DoubleConv(
            in_channels=self.in_channels,
            out_channels=self.in_channels // 2,
            padding=self.padding,
            batch_norm=self.batch_norm,
        )
    )

    def __call__(
        self, x: Float[Tensor, "n in_channels h w"], seen: Float[Tensor, "n in_channels//2 a b"]
    ) -> Float[Tensor, "n in_channels//2 _ _"]:
        y = self.up(x)
        return self.convs(concat([_centre(seen, y), y], axis=1))


def _convs(net: UNet, inputs: int, outputs: int) -> DoubleConv:
    return DoubleConv(in_channels=inputs, out_channels=outputs, padding=net.padding, batch_norm=net.batch_norm)


class UNet(Layer):
    """A label for each pixel (logits): `depth` times down to half the size, and as often up again.

    As in the paper there is no padding, so that the result is smaller than the picture: 388 of 572. With
    `padding="same"` it has the size of the picture, if `depth` halvings of that leave no rest. Source: Ronneberger,
    Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015, figure 1.

    Raises ShapeError for pictures of another number of channels, or too small for the convolutions.

    >>> tg.eval_shape(tg.zoo.UNet(), "n 1 572 572")
    Tensor(float32[n 2 388 388], abstract)
    """

    channels: int = 1
    classes: int = 2
    width: int = 64
    depth: int = 4
    padding: Literal["valid", "same"] = "valid"
    batch_norm: bool = False
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=2))
    stem: DoubleConv = sub(lambda self: _convs(self, self.channels, self.width))
    downs: tuple[DoubleConv, ...] = sub(
        lambda self: tuple(
            _convs(self, self.width * 2**place, self.width * 2 ** (place + 1)) for place in range(self.depth)
        )
    )
    ups: tuple[UpStep, ...] = sub(
        lambda self: tuple(
            UpStep(in_channels=self.width * 2**place, padding=self.padding, batch_norm=self.batch_norm)
            for place in range(self.depth, 0, -1)
        )
    )
    head: Conv2d = sub(lambda self: Conv2d(in_channels=self.width, out_channels=self.classes, kernel=1))

    def __check__(self) -> None:
        if type(self.depth) is not int or self.depth < 1:
            raise ValueError(f"UNet: `depth` must be a positive int, got {self.depth!r}")
        if self.padding not in ("valid", "same"):
            raise ValueError(f"UNet: `padding` must be 'valid' or 'same', got {self.padding!r}")

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n classes _ _"]:
        with Given(self, x):
            y: Tensor = self.stem(x)
            seen = []
            for down in self.downs:
                seen.append(y)
                y = down(self.pool(y))
            for up, beside in zip(self.ups, reversed(seen), strict=True):
                y = up(y, beside)
            return self.head(y)


def _centre(x: Tensor, like: Tensor) -> Tensor:
    """The middle of an image, as large as another one."""
    (h, w), (rows, columns) = x.shape[2:], like.shape[2:]
    top, left = (h - rows) // 2, (w - columns) // 2
    return x[:, :, top : top + rows, left : left + columns]


def unet(
    *, classes: int = 2, channels: int = 1, padding: Literal["valid", "same"] = "valid", batch_norm: bool = False
) -> UNet:
    """The U-Net of the paper. See `UNet`.

    >>> tg.nn.count_parameters(tg.zoo.unet())
    31030658
    """
    return UNet(classes=classes, channels=channels, padding=padding, batch_norm=batch_norm)
