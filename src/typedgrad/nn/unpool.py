"""Layers that put the largest elements back to where max pooling found them."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Float, Int64

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_sliding
from typedgrad.ops.unpool import max_unpool
from typedgrad.ops.windows import Size, per_axis


class Unpooling(Layer):
    """The options that unpooling layers have in common: those of the pooling that they undo."""

    kernel: Size
    stride: Size | None = None
    padding: Size = 0
    rank: ClassVar[int]

    def __check__(self) -> None:
        check_sliding(self, self.rank)

    def sizes(self, places: tuple[int, ...]) -> tuple[int, ...]:
        """The least sizes of what was pooled to so many places."""
        window = per_axis(self.kernel, self.rank, "kernel")
        stride = window if self.stride is None else per_axis(self.stride, self.rank, "stride")
        pads = per_axis(self.padding, self.rank, "padding", least=0)
        each = zip(places, window, stride, pads, strict=True)
        return tuple((p - 1) * s + k - 2 * a for p, k, s, a in each)


class MaxUnpool1d(Unpooling):
    """Zeros, with the elements of `x` at the places in `indices`: the way back from max pooling of signals `n c w`.

    `indices` are those of `typedgrad.max_pool_with_indices`; `size` is what was pooled, if that is more than the least
    that leads to these places. What goes to the same place is added up.

    Raises ValueError for options that make no sense, IndexError for indices out of range.

    >>> values, indices = tg.max_pool_with_indices(tg.ones((1, 2, 4)), 2)
    >>> tg.nn.MaxUnpool1d(kernel=2)(values, indices).shape
    (1, 2, 4)
    """

    rank = 1

    def __call__(
        self,
        x: Float[Tensor, "n c w"],
        indices: Int64[Tensor, "n c w"],
        size: tuple[int, ...] | None = None,
    ) -> Float[Tensor, "n c _"]:
        return max_unpool(x, indices, size=self.sizes(x.shape[2:]) if size is None else size)


class MaxUnpool2d(Unpooling):
    """Zeros, with the elements of `x` at the places in `indices`: the way back from max pooling of images `n c h w`.

    `indices` are those of `typedgrad.max_pool_with_indices`; `size` is what was pooled, if that is more than the least
    that leads to these places. What goes to the same place is added up.

    Raises ValueError for options that make no sense, IndexError for indices out of range.

    >>> values, indices = tg.max_pool_with_indices(tg.ones((1, 2, 4, 4)), 2)
    >>> tg.nn.MaxUnpool2d(kernel=2)(values, indices).shape
    (1, 2, 4, 4)
    """

    rank = 2

    def __call__(
        self,
        x: Float[Tensor, "n c h w"],
        indices: Int64[Tensor, "n c h w"],
        size: tuple[int, ...] | None = None,
    ) -> Float[Tensor, "n c _ _"]:
        return max_unpool(x, indices, size=self.sizes(x.shape[2:]) if size is None else size)


class MaxUnpool3d(Unpooling):
    """Zeros, with the elements of `x` at the places in `indices`: the way back from max pooling of volumes `n c d h w`.

    `indices` are those of `typedgrad.max_pool_with_indices`; `size` is what was pooled, if that is more than the least
    that leads to these places. What goes to the same place is added up.

    Raises ValueError for options that make no sense, IndexError for indices out of range.

    >>> values, indices = tg.max_pool_with_indices(tg.ones((1, 2, 4, 4, 4)), 2)
    >>> tg.nn.MaxUnpool3d(kernel=2)(values, indices).shape
    (1, 2, 4, 4, 4)
    """

    rank = 3

    def __call__(
        self,
        x: Float[Tensor, "n c d h w"],
        indices: Int64[Tensor, "n c d h w"],
        size: tuple[int, ...] | None = None,
    ) -> Float[Tensor, "n c _ _ _"]:
        return max_unpool(x, indices, size=self.sizes(x.shape[2:]) if size is None else size)
