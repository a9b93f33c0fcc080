"""Layers that pool: one number for each window, or for each channel."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_choice, check_sliding
from typedgrad.ops.pool import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from typedgrad.ops.reduce import max, mean, sum
from typedgrad.ops.windows import Padding, Size


class MaxPool1d(Layer):
    """The largest element under each window, which slides over signals `n c w`.

    The options are those of `typedgrad.max_pool1d`. Raises ValueError for options that make no sense.

    >>> tg.nn.MaxPool1d(kernel=2)(tg.ones((1, 2, 4))).shape
    (1, 2, 2)
    """

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"

    def __check__(self) -> None:
        check_sliding(self, 1)
        check_choice(self, "rounding", ("floor", "ceil"))

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return max_pool1d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class MaxPool2d(Layer):
    """The largest element under each window, which slides over images `n c h w`.

    The options are those of `typedgrad.max_pool2d`. Raises ValueError for options that make no sense.

    >>> tg.nn.MaxPool2d(kernel=2)(tg.ones((1, 2, 4, 4))).shape
    (1, 2, 2, 2)
    """

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"

    def __check__(self) -> None:
        check_sliding(self, 2)
        check_choice(self, "rounding", ("floor", "ceil"))

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return max_pool2d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class MaxPool3d(Layer):
    """The largest element under each window, which slides over volumes `n c d h w`.

    The options are those of `typedgrad.max_pool3d`. Raises ValueError for options that make no sense.

    >>> tg.nn.MaxPool3d(kernel=2)(tg.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"

    def __check__(self) -> None:
        check_sliding(self, 3)
        check_choice(self, "rounding", ("floor", "ceil"))

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return max_pool3d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class AvgPool1d(Layer):
    """The mean under each window, which slides over signals `n c w`.

    The options are those of `typedgrad.avg_pool1d`. Raises ValueError for options that make no sense.

    >>> tg.nn.AvgPool1d(kernel=2)(tg.ones((1, 2, 4))).shape
    (1, 2, 2)
    """

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"
    count_padding: bool = True

    def __check__(self) -> None:
        check_sliding(self, 1)
        check_choice(self, "rounding", ("floor", "ceil"))

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return avg_pool1d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
            count_padding=self.count_padding,
        )


class AvgPool2d(Layer):
    """The mean under each window, which slides over images `n c h w`.

    The options are those of `typedgrad.avg_pool2d`. Raises ValueError for options that make no sense.

    >>> tg.nn.AvgPool2d(kernel=2)(tg.ones((1, 2, 4, 4))).shape
    (1, 2, 2, 2)
    """

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"
    count_padding: bool = True

    def __check__(self) -> None:
        check_sliding(self, 2)
        check_choice(self, "rounding", ("floor", "ceil"))

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return avg_pool2d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
            count_padding=self.count_padding,
        )


class AvgPool3d(Layer):
    """The mean under each window, which slides over volumes `n c d h w`.

    The options are those of `typedgrad.avg_pool3d`. Raises ValueError for options that make no sense.

    >>> tg.nn.AvgPool3d(kernel=2)(tg.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"
    count_padding: bool = True

    def __check__(self) -> None:
        check_sliding(self, 3)
        check_choice(self, "rounding", ("floor", "ceil"))

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return avg_pool3d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
            count_padding=self.count_padding,
        )


class GlobalPool(Layer):
    """One number for each channel: the mean, the maximum or the sum over all axes but the first two.

    Raises ValueError for another `kind`.

    >>> tg.nn.GlobalPool()(tg.asarray([[[[1.0, 2.0], [3.0, 4.0]]]]))
    Tensor([[2.5]], dtype=float32)
    """

    kind: Literal["mean", "max", "sum"] = "mean"

    def __check__(self) -> None:
        check_choice(self, "kind", tuple(_KINDS))

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n c"]:
        return _KINDS[self.kind](x, axis=tuple(range(2, x.ndim)))


_KINDS = {"mean": mean, "max": max, "sum": sum}
