"""Layers that pool to a size that is given: one number for each channel, or as many as are wanted."""

from __future__ import annotations

from typing import ClassVar, Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.dropout import training_key
from typedgrad.nn.layer import Layer
from typedgrad.nn.pool import check_norm
from typedgrad.nn.sliding import check_choice, check_sliding
from typedgrad.ops.adaptive import adaptive_max_pool, fractional_max_pool
from typedgrad.ops.norms import vector_norm
from typedgrad.ops.pool_norm import spatial_pyramid_pool
from typedgrad.ops.reduce import max, mean, sum
from typedgrad.ops.resize import adaptive_avg_pool
from typedgrad.ops.windows import Size


class GlobalPool(Layer):
    """One number for each channel: the mean, the maximum, the sum or the `p`-norm over all axes but the first two.

    Raises ValueError for another `kind`, or a `p` below 1.

    >>> tg.nn.GlobalPool()(tg.asarray([[[[1.0, 2.0], [3.0, 4.0]]]]))
    Tensor([[2.5]], dtype=float32)
    """

    kind: Literal["mean", "max", "sum", "norm"] = "mean"
    p: float = 2.0

    def __check__(self) -> None:
        check_choice(self, "kind", ("mean", "max", "sum", "norm"))
        check_norm(self)

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n c"]:
        axes = tuple(range(2, x.ndim))
        if self.kind == "norm":
            return vector_norm(x, axis=axes, ord=self.p)
        return _KINDS[self.kind](x, axis=axes)


_KINDS = {"mean": mean, "max": max, "sum": sum}


class Sized(Layer):
    """The option that adaptive pooling layers have in common."""

    size: Size
    rank: ClassVar[int]

    def __check__(self) -> None:
        check_sliding(self, self.rank)


class AdaptiveAvgPool1d(Sized):
    """The means of `size` windows along each axis of signals `n c w`; see `typedgrad.adaptive_avg_pool`.

    Raises ValueError if `size` makes no sense.

    >>> tg.nn.AdaptiveAvgPool1d(size=3)(tg.ones((1, 2, 7))).shape
    (1, 2, 3)
    """

    rank = 1

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return adaptive_avg_pool(x, self.size)


class AdaptiveAvgPool2d(Sized):
    """The means of `size` windows along each axis of images `n c h w`; see `typedgrad.adaptive_avg_pool`.

    Raises ValueError if `size` makes no sense.

    >>> tg.nn.AdaptiveAvgPool2d(size=3)(tg.ones((1, 2, 7, 7))).shape
    (1, 2, 3, 3)
    """

    rank = 2

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return adaptive_avg_pool(x, self.size)


class AdaptiveAvgPool3d(Sized):
    """The means of `size` windows along each axis of volumes `n c d h w`; see `typedgrad.adaptive_avg_pool`.

    Raises ValueError if `size` makes no sense.

    >>> tg.nn.AdaptiveAvgPool3d(size=3)(tg.ones((1, 2, 7, 7, 7))).shape
    (1, 2, 3, 3, 3)
    """

    rank = 3

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return adaptive_avg_pool(x, self.size)


class AdaptiveMaxPool1d(Sized):
    """The largest elements of `size` windows along each axis of signals `n c w`; see `typedgrad.adaptive_max_pool`.

    Raises ValueError if `size` makes no sense.

    >>> tg.nn.AdaptiveMaxPool1d(size=3)(tg.ones((1, 2, 7))).shape
    (1, 2, 3)
    """

    rank = 1

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return adaptive_max_pool(x, self.size)


class AdaptiveMaxPool2d(Sized):
    """The largest elements of `size` windows along each axis of images `n c h w`; see `typedgrad.adaptive_max_pool`.

    Raises ValueError if `size` makes no sense.

    >>> tg.nn.AdaptiveMaxPool2d(size=3)(tg.ones((1, 2, 7, 7))).shape
    (1, 2, 3, 3)
    """

    rank = 2

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return adaptive_max_pool(x, self.size)


class AdaptiveMaxPool3d(Sized):
    """The largest elements of `size` windows along each axis of volumes `n c d h w`; see `typedgrad.adaptive_max_pool`.

    Raises ValueError if `size` makes no sense.

    >>> tg.nn.AdaptiveMaxPool3d(size=3)(tg.ones((1, 2, 7, 7, 7))).shape
    (1, 2, 3, 3, 3)
    """

    rank = 3

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return adaptive_max_pool(x, self.size)


class FractionalMaxPool2d(Sized):
    """The largest elements of `size` windows at random distances over images `n c h w`; see `fractional_max_pool`.

    Outside of training they lie evenly.

    Raises ValueError if an option makes no sense, ShapeError if there are more windows than places.

    >>> tg.nn.FractionalMaxPool2d(kernel=2, size=6)(tg.ones((1, 2, 9, 9))).shape
    (1, 2, 6, 6)
    """

    kernel: Size
    rank = 2

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return fractional_max_pool(x, self.kernel, size=self.size, key=training_key(x))


class FractionalMaxPool3d(Sized):
    """The largest elements of `size` windows at random distances over volumes `n c d h w`; see `fractional_max_pool`.

    Outside of training they lie evenly.

    Raises ValueError if an option makes no sense, ShapeError if there are more windows than places.

    >>> tg.nn.FractionalMaxPool3d(kernel=2, size=6)(tg.ones((1, 2, 9, 9, 9))).shape
    (1, 2, 6, 6, 6)
    """

    kernel: Size
    rank = 3

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return fractional_max_pool(x, self.kernel, size=self.size, key=training_key(x))


class SpatialPyramidPool(Layer):
    """As many features for each channel, however large the input is: it is pooled to each of the sizes `levels`.

    Raises ValueError if `levels` makes no sense.

    Source: He et al., "Spatial pyramid pooling in deep convolutional networks for visual recognition", 2014.

    >>> tg.nn.SpatialPyramidPool(levels=(4, 2, 1))(tg.ones((2, 3, 7, 9))).shape
    (2, 63)
    """

    levels: tuple[int, ...]
    kind: Literal["max", "mean"] = "max"

    def __check__(self) -> None:
        check_choice(self, "kind", ("max", "mean"))
        if not self.levels or not all(type(n) is int and n > 0 for n in self.levels):
            raise ValueError(f"SpatialPyramidPool: `levels` must be positive ints, got {self.levels}")

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n _"]:
        return spatial_pyramid_pool(x, self.levels, kind=self.kind)
