"""Pooling by sums and by norms."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.arithmetic import abs
from typedgrad.ops.pooling import Pooling
from typedgrad.ops.power import power
from typedgrad.ops.selection import where
from typedgrad.ops.sliding import slide_sum
from typedgrad.ops.windows import Padding, Size


@typed
def sum_pool(
    x: Float[Tensor, "n c *spatial"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> Float[Tensor, "n c ..."]:
    """The sum of the elements under each window, along any number of axes; the options are those of `max_pool2d`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.sum_pool(tg.asarray([[[1.0, 3.0, 2.0, 5.0]]]), 2)
    Tensor([[[4., 7.]]], dtype=float32)
    """
    return slide_sum(x, **Pooling(window, stride, padding, dilation, rounding).full(x.shape)._asdict())


@typed
def lp_pool(
    x: Float[Tensor, "n c *spatial"],
    /,
    window: Size,
    *,
    p: float = 2.0,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> Float[Tensor, "n c ..."]:
    """The p-norm of the elements under each window, along any number of axes; the options are those of `max_pool2d`.

    The gradient is 0 where all elements under a window are.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense, ValueError if `p` is
    less than 1.

    >>> tg.lp_pool(tg.asarray([[[3.0, -4.0, 0.0, 2.0]]]), 2)
    Tensor([[[5., 2.]]], dtype=float32)
    """
    if not p >= 1.0:
        raise ValueError(f"lp_pool: `p` must be at least 1, got {p}")
    powers = x * x if p == 2.0 else power(abs(x), p)
    total = slide_sum(powers, **Pooling(window, stride, padding, dilation, rounding).full(x.shape)._asdict())
    some = total > 0.0
    return where(some, power(where(some, total, 1.0), 1.0 / p), total)
