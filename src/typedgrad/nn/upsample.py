"""Layers that make signals, images and volumes larger, or bring them to a given size."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_choice, check_sliding
from typedgrad.ops import resize
from typedgrad.ops.windows import Size


class Upsample1d(Layer):
    """Signals `n c w`, `scale` times as long: elements repeated, or with `method="linear"` interpolated.

    The options are those of `typedgrad.upsample`. Raises ValueError for options that make no sense.

    >>> tg.nn.Upsample1d(scale=2)(tg.asarray([[[1.0, 2.0]]]))
    Tensor([[[1., 1., 2., 2.]]], dtype=float32)
    """

    scale: Size
    method: Literal["nearest", "linear"] = "nearest"
    align_corners: bool = False

    def __check__(self) -> None:
        check_sliding(self, 1)
        check_choice(self, "method", ("nearest", "linear"))

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return resize.upsample(x, self.scale, method=self.method, align_corners=self.align_corners)


class Upsample2d(Layer):
    """Images `n c h w`, `scale` times as large: pixels repeated, or with `method="linear"` interpolated (bilinear).

    The options are those of `typedgrad.upsample`. Raises ValueError for options that make no sense.

    >>> tg.nn.Upsample2d(scale=2)(tg.ones((1, 3, 4, 4))).shape
    (1, 3, 8, 8)
    """

    scale: Size
    method: Literal["nearest", "linear"] = "nearest"
    align_corners: bool = False

    def __check__(self) -> None:
        check_sliding(self, 2)
        check_choice(self, "method", ("nearest", "linear"))

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return resize.upsample(x, self.scale, method=self.method, align_corners=self.align_corners)


class Upsample3d(Layer):
    """Volumes `n c d h w`, `scale` times as large: elements repeated, or with `method="linear"` interpolated.

    The options are those of `typedgrad.upsample`. Raises ValueError for options that make no sense.

    >>> tg.nn.Upsample3d(scale=(1, 2, 2), method="linear")(tg.ones((1, 3, 4, 4, 4))).shape
    (1, 3, 4, 8, 8)
    """

    scale: Size
    method: Literal["nearest", "linear"] = "nearest"
    align_corners: bool = False

    def __check__(self) -> None:
        check_sliding(self, 3)
        check_choice(self, "method", ("nearest", "linear"))

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return resize.upsample(x, self.scale, method=self.method, align_corners=self.align_corners)


class Resize(Layer):
    """Signals, images or volumes of any size brought to the sizes `size`, one number for all axes or one for each.

    The options are those of `typedgrad.resize`. Raises ValueError for options that make no sense.

    >>> tg.nn.Resize(size=(5, 7), method="linear")(tg.ones((1, 3, 4, 4))).shape
    (1, 3, 5, 7)
    """

    size: Size
    method: Literal["nearest", "linear"] = "nearest"
    align_corners: bool = False

    def __check__(self) -> None:
        check_sliding(self, None)
        check_choice(self, "method", ("nearest", "linear"))

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n c ..."]:
        return resize.resize(x, self.size, method=self.method, align_corners=self.align_corners)
