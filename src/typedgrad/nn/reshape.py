"""Layers that change the sizes of images without parameters: padding, enlarging, moving pixels between channels."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_choice, check_sliding
from typedgrad.ops import resize
from typedgrad.ops.pad import pad
from typedgrad.ops.windows import Pads, Size, pads_of


class Pad2d(Layer):
    """More pixels around images `n c h w`: `value`, or in another `mode` those that are there once more.

    `padding` is one number, one for the height and one for the width, or a pair (before, after) for each. `mode` is as
    for `typedgrad.pad`.

    Raises ValueError for options that make no sense.

    >>> tg.nn.Pad2d(padding=(0, 1), mode="replicate")(tg.asarray([[[[1.0, 2.0]]]]))
    Tensor([[[[1., 1., 2., 2.]]]], dtype=float32)
    """

    padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]
    mode: Literal["constant", "reflect", "replicate"] = "constant"
    value: float = 0.0

    def __check__(self) -> None:
        check_sliding(self, 2)
        check_choice(self, "mode", ("constant", "reflect", "replicate"))

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        widths: Pads = ((0, 0), (0, 0), *pads_of((0, 0), (1, 1), 1, self.padding))
        return pad(x, widths, mode=self.mode, value=self.value)


class ZeroPad2d(Layer):
    """Zeros around images `n c h w`: as many as `padding` says, which is as for `Pad2d`.

    Raises ValueError if `padding` makes no sense.

    >>> tg.nn.ZeroPad2d(padding=1)(tg.ones((1, 3, 4, 4))).shape
    (1, 3, 6, 6)
    """

    padding: int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]

    def __check__(self) -> None:
        check_sliding(self, 2)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return pad(x, ((0, 0), (0, 0), *pads_of((0, 0), (1, 1), 1, self.padding)))


class Upsample2d(Layer):
    """Images `n c h w` with each pixel `scale` times in height and width.

    Raises ValueError if `scale` makes no sense.

    >>> tg.nn.Upsample2d(scale=2)(tg.ones((1, 3, 4, 4))).shape
    (1, 3, 8, 8)
    """

    scale: Size

    def __check__(self) -> None:
        check_sliding(self, 2)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return resize.upsample(x, self.scale)


class PixelShuffle(Layer):
    """Images larger by `factor`, whose pixels were channels; see `typedgrad.pixel_shuffle`.

    Raises ValueError if `factor` is not positive.

    >>> tg.nn.PixelShuffle(factor=2)(tg.ones((1, 12, 4, 4))).shape
    (1, 3, 8, 8)
    """

    factor: int

    def __check__(self) -> None:
        check_sliding(self, 1)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n _ _ _"]:
        return resize.pixel_shuffle(x, self.factor)


class PixelUnshuffle(Layer):
    """The inverse of `PixelShuffle`; see `typedgrad.pixel_unshuffle`.

    Raises ValueError if `factor` is not positive.

    >>> tg.nn.PixelUnshuffle(factor=2)(tg.ones((1, 3, 4, 4))).shape
    (1, 12, 2, 2)
    """

    factor: int

    def __check__(self) -> None:
        check_sliding(self, 1)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n _ _ _"]:
        return resize.pixel_unshuffle(x, self.factor)
