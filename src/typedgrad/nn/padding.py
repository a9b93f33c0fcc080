"""Layers that put elements around signals, images and volumes, or cut some off."""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_choice, check_sliding
from typedgrad.ops.margins import crop_spatial, pad_spatial

Mode: TypeAlias = Literal["constant", "reflect", "replicate", "circular"]
Pair: TypeAlias = tuple[int, int]


class Pad1d(Layer):
    """More elements around signals `n c w`: `value`, or in another `mode` those that are there once more.

    `padding` is one number, or a pair (before, after) in a tuple; `mode` is as for `typedgrad.pad`.

    Raises ValueError for options that make no sense, ShapeError if there are too few elements to mirror.

    >>> tg.nn.Pad1d(padding=((2, 1),), mode="reflect")(tg.asarray([[[1.0, 2.0, 3.0]]]))
    Tensor([[[3., 2., 1., 2., 3., 2.]]], dtype=float32)
    """

    padding: int | tuple[int] | tuple[Pair]
    mode: Mode = "constant"
    value: float = 0.0

    def __check__(self) -> None:
        check_sliding(self, 1)
        check_choice(self, "mode", ("constant", "reflect", "replicate", "circular"))

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return pad_spatial(x, self.padding, mode=self.mode, value=self.value)


class Pad2d(Layer):
    """More pixels around images `n c h w`: `value`, or in another `mode` those that are there once more.

    `padding` is one number, one for the height and one for the width, or a pair (before, after) for each; `mode` is as
    for `typedgrad.pad`.

    Raises ValueError for options that make no sense, ShapeError if there are too few pixels to mirror.

    >>> tg.nn.Pad2d(padding=(0, 1), mode="replicate")(tg.asarray([[[[1.0, 2.0]]]]))
    Tensor([[[[1., 1., 2., 2.]]]], dtype=float32)
    """

    padding: int | Pair | tuple[Pair, Pair]
    mode: Mode = "constant"
    value: float = 0.0

    def __check__(self) -> None:
        check_sliding(self, 2)
        check_choice(self, "mode", ("constant", "reflect", "replicate", "circular"))

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return pad_spatial(x, self.padding, mode=self.mode, value=self.value)


class Pad3d(Layer):
    """More elements around volumes `n c d h w`: `value`, or in another `mode` those that are there once more.

    `padding` is one number, one for each axis, or a pair (before, after) for each; `mode` is as for `typedgrad.pad`.

    Raises ValueError for options that make no sense, ShapeError if there are too few elements to mirror.

    >>> tg.nn.Pad3d(padding=(0, 1, 2))(tg.ones((1, 3, 4, 4, 4))).shape
    (1, 3, 4, 6, 8)
    """

    padding: int | tuple[int, int, int] | tuple[Pair, Pair, Pair]
    mode: Mode = "constant"
    value: float = 0.0

    def __check__(self) -> None:
        check_sliding(self, 3)
        check_choice(self, "mode", ("constant", "reflect", "replicate", "circular"))

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return pad_spatial(x, self.padding, mode=self.mode, value=self.value)


class ZeroPad1d(Layer):
    """Zeros around signals `n c w`: as many as `padding` says, which is as for `Pad1d`.

    Raises ValueError if `padding` makes no sense.

    >>> tg.nn.ZeroPad1d(padding=1)(tg.ones((1, 3, 4))).shape
    (1, 3, 6)
    """

    padding: int | tuple[int] | tuple[Pair]

    def __check__(self) -> None:
        check_sliding(self, 1)

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return pad_spatial(x, self.padding)


class ZeroPad2d(Layer):
    """Zeros around images `n c h w`: as many as `padding` says, which is as for `Pad2d`.

    Raises ValueError if `padding` makes no sense.

    >>> tg.nn.ZeroPad2d(padding=1)(tg.ones((1, 3, 4, 4))).shape
    (1, 3, 6, 6)
    """

    padding: int | Pair | tuple[Pair, Pair]

    def __check__(self) -> None:
        check_sliding(self, 2)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return pad_spatial(x, self.padding)


class ZeroPad3d(Layer):
    """Zeros around volumes `n c d h w`: as many as `padding` says, which is as for `Pad3d`.

    Raises ValueError if `padding` makes no sense.

    >>> tg.nn.ZeroPad3d(padding=1)(tg.ones((1, 3, 4, 4, 4))).shape
    (1, 3, 6, 6, 6)
    """

    padding: int | tuple[int, int, int] | tuple[Pair, Pair, Pair]

    def __check__(self) -> None:
        check_sliding(self, 3)

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return pad_spatial(x, self.padding)


class Crop1d(Layer):
    """Signals `n c w` without their outermost elements: `cropping` says how many, as `padding` does for `Pad1d`.

    Raises ValueError if `cropping` makes no sense, ShapeError if nothing would be left.

    >>> tg.nn.Crop1d(cropping=((1, 0),))(tg.asarray([[[1.0, 2.0, 3.0]]]))
    Tensor([[[2., 3.]]], dtype=float32)
    """

    cropping: int | tuple[int] | tuple[Pair]

    def __check__(self) -> None:
        check_sliding(self, 1)

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return crop_spatial(x, self.cropping)


class Crop2d(Layer):
    """Images `n c h w` without their outermost pixels: `cropping` says how many, as `padding` does for `Pad2d`.

    Raises ValueError if `cropping` makes no sense, ShapeError if nothing would be left.

    >>> tg.nn.Crop2d(cropping=(1, 2))(tg.ones((1, 3, 8, 8))).shape
    (1, 3, 6, 4)
    """

    cropping: int | Pair | tuple[Pair, Pair]

    def __check__(self) -> None:
        check_sliding(self, 2)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return crop_spatial(x, self.cropping)


class Crop3d(Layer):
    """Volumes `n c d h w` without their outermost elements: `cropping` says how many, as `padding` does for `Pad3d`.

    Raises ValueError if `cropping` makes no sense, ShapeError if nothing would be left.

    >>> tg.nn.Crop3d(cropping=1)(tg.ones((1, 3, 8, 8, 8))).shape
    (1, 3, 6, 6, 6)
    """

    cropping: int | tuple[int, int, int] | tuple[Pair, Pair, Pair]

    def __check__(self) -> None:
        check_sliding(self, 3)

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return crop_spatial(x, self.cropping)
