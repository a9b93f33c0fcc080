"""Layers that pool: one number for each window that slides over signals, images or volumes."""

from __future__ import annotations

from typing import ClassVar, Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_choice, check_sliding
from typedgrad.ops.pool import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from typedgrad.ops.pool_norm import lp_pool, sum_pool
from typedgrad.ops.windows import Padding, Size


class Windowed(Layer):
    """The options that pooling layers have in common."""

    kernel: Size
    stride: Size | None = None
    padding: Padding = 0
    dilation: Size = 1
    rounding: Literal["floor", "ceil"] = "floor"
    rank: ClassVar[int]

    def __check__(self) -> None:
        check_sliding(self, self.rank)
        check_choice(self, "rounding", ("floor", "ceil"))


class MaxPool1d(Windowed):
    """The largest element under each window, which slides over signals `n c w`.

    The options are those of `typedgrad.max_pool1d`. Raises ValueError for options that make no sense.

    >>> tg.nn.MaxPool1d(kernel=2)(tg.ones((1, 2, 4))).shape
    (1, 2, 2)
    """

    rank = 1

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return max_pool1d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class MaxPool2d(Windowed):
    """The largest element under each window, which slides over images `n c h w`.

    The options are those of `typedgrad.max_pool2d`. Raises ValueError for options that make no sense.

    >>> tg.nn.MaxPool2d(kernel=2)(tg.ones((1, 2, 4, 4))).shape
    (1, 2, 2, 2)
    """

    rank = 2

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return max_pool2d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class MaxPool3d(Windowed):
    """The largest element under each window, which slides over volumes `n c d h w`.

    The options are those of `typedgrad.max_pool3d`. Raises ValueError for options that make no sense.

    >>> tg.nn.MaxPool3d(kernel=2)(tg.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return max_pool3d(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class AvgPool1d(Windowed):
    """The mean under each window, which slides over signals `n c w`.

    The options are those of `typedgrad.avg_pool1d`. Raises ValueError for options that make no sense.

    >>> tg.nn.AvgPool1d(kernel=2)(tg.ones((1, 2, 4))).shape
    (1, 2, 2)
    """

    rank = 1
    count_padding: bool = True

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


class AvgPool2d(Windowed):
    """The mean under each window, which slides over images `n c h w`.

    The options are those of `typedgrad.avg_pool2d`. Raises ValueError for options that make no sense.

    >>> tg.nn.AvgPool2d(kernel=2)(tg.ones((1, 2, 4, 4))).shape
    (1, 2, 2, 2)
    """

    rank = 2
    count_padding: bool = True

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


class AvgPool3d(Windowed):
    """The mean under each window, which slides over volumes `n c d h w`.

    The options are those of `typedgrad.avg_pool3d`. Raises ValueError for options that make no sense.

    >>> tg.nn.AvgPool3d(kernel=2)(tg.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
    count_padding: bool = True

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


class SumPool1d(Windowed):
    """The sum under each window, which slides over signals `n c w`.

    The options are those of `typedgrad.sum_pool`. Raises ValueError for options that make no sense.

    >>> tg.nn.SumPool1d(kernel=2)(tg.ones((1, 2, 4))).shape
    (1, 2, 2)
    """

    rank = 1

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return sum_pool(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class SumPool2d(Windowed):
    """The sum under each window, which slides over images `n c h w`.

    The options are those of `typedgrad.sum_pool`. Raises ValueError for options that make no sense.

    >>> tg.nn.SumPool2d(kernel=2)(tg.ones((1, 2, 4, 4))).shape
    (1, 2, 2, 2)
    """

    rank = 2

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return sum_pool(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class SumPool3d(Windowed):
    """The sum under each window, which slides over volumes `n c d h w`.

    The options are those of `typedgrad.sum_pool`. Raises ValueError for options that make no sense.

    >>> tg.nn.SumPool3d(kernel=2)(tg.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return sum_pool(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
        )


class LpPool1d(Windowed):
    """The p-norm under each window, which slides over signals `n c w`.

    The options are those of `typedgrad.lp_pool`. Raises ValueError for options that make no sense.

    >>> tg.nn.LpPool1d(kernel=2)(tg.ones((1, 2, 4))).shape
    (1, 2, 2)
    """

    rank = 1
    p: float = 2.0

    def __check__(self) -> None:
        super().__check__()
        check_norm(self)

    def __call__(self, x: Float[Tensor, "n c w"]) -> Float[Tensor, "n c _"]:
        return lp_pool(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
            p=self.p,
        )


class LpPool2d(Windowed):
    """The p-norm under each window, which slides over images `n c h w`.

    The options are those of `typedgrad.lp_pool`. Raises ValueError for options that make no sense.

    >>> tg.nn.LpPool2d(kernel=2)(tg.ones((1, 2, 4, 4))).shape
    (1, 2, 2, 2)
    """

    rank = 2
    p: float = 2.0

    def __check__(self) -> None:
        super().__check__()
        check_norm(self)

    def __call__(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c _ _"]:
        return lp_pool(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
            p=self.p,
        )


class LpPool3d(Windowed):
    """The p-norm under each window, which slides over volumes `n c d h w`.

    The options are those of `typedgrad.lp_pool`. Raises ValueError for options that make no sense.

    >>> tg.nn.LpPool3d(kernel=2)(tg.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
    p: float = 2.0

    def __check__(self) -> None:
        super().__check__()
        check_norm(self)

    def __call__(self, x: Float[Tensor, "n c d h w"]) -> Float[Tensor, "n c _ _ _"]:
        return lp_pool(
            x,
            self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            rounding=self.rounding,
            p=self.p,
        )


def check_norm(layer: Layer) -> None:
    """Raise ValueError unless `p` makes a norm."""
    p = layer.__dict__["p"]
    if not p >= 1.0:
        raise ValueError(f"{type(layer).__name__}: `p` must be at least 1, got {p}")
