"""Pooling by sums and by norms, and at several sizes at once."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops import selection
from typedgrad.ops.adaptive import adaptive_max_pool
from typedgrad.ops.arithmetic import abs, sign
from typedgrad.ops.move import concat
from typedgrad.ops.pooling import Pooling, Rounding, sizes_after, sums
from typedgrad.ops.power import power
from typedgrad.ops.rearrange import flatten
from typedgrad.ops.resize import adaptive_avg_pool
from typedgrad.ops.sliding import spread_sum
from typedgrad.ops.windows import Padding, Size, dims
from typedgrad.shapes import Shape, ShapeError


@linear
@primitive
def sum_pool(
    x: Float[Tensor, "n c *spatial"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> Float[Tensor, "n c *places"]:
    """The sum of the elements under each window, along any number of axes; the options are those of `max_pool2d`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.sum_pool(tg.asarray([[[1.0, 3.0, 2.0, 5.0]]]), 2)
    Tensor([[[4., 7.]]], dtype=float32)
    """
    return sums(x, Pooling(window, stride, padding, dilation, rounding))


@primitive
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
) -> Float[Tensor, "n c *places"]:
    """The p-norm of the elements under each window, along any number of axes; the options are those of `max_pool2d`.

    The gradient is 0 where all elements under a window are.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense, ValueError if `p` is
    less than 1.

    >>> tg.lp_pool(tg.asarray([[[3.0, -4.0, 0.0, 2.0]]]), 2)
    Tensor([[[5., 2.]]], dtype=float32)
    """
    powers = x * x if p == 2.0 else namespace(x).abs(x) ** p
    return sums(powers, Pooling(window, stride, padding, dilation, rounding)) ** (1.0 / p)


@where(sum_pool)
def _(
    spatial: Shape, window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Rounding
) -> dict[str, Shape]:
    return {"places": sizes_after(dims(spatial), Pooling(window, stride, padding, dilation, rounding))}


@where(lp_pool)
def _(
    spatial: Shape, window: Size, p: float, stride: Size | None, padding: Padding, dilation: Size, rounding: Rounding
) -> dict[str, Shape]:
    if isinstance(p, (int, float)) and not p >= 1.0:
        raise ValueError(f"lp_pool: `p` must be at least 1, got {p}")
    return {"places": sizes_after(dims(spatial), Pooling(window, stride, padding, dilation, rounding))}


@vjp(sum_pool)
def _(
    g: Tensor, out: Tensor, x: Tensor, *,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Rounding,
) -> tuple[Tensor]:  # fmt: skip
    windows = Pooling(window, stride, padding, dilation, rounding).full(x.shape)
    return (spread_sum(g, size=x.shape[2:], **windows._asdict()),)


@vjp(lp_pool)
def _(
    g: Tensor, out: Tensor, x: Tensor, *,
    window: Size, p: float, stride: Size | None, padding: Padding, dilation: Size, rounding: Rounding,
) -> tuple[Tensor]:  # fmt: skip
    # d (Σ |x|^p)^(1/p) / dx = |x|^(p-1) sign(x) out^(1-p), and nothing where out is 0.
    windows = Pooling(window, stride, padding, dilation, rounding).full(x.shape)
    some = out > 0.0
    share = selection.where(some, g * power(selection.where(some, out, 1.0), 1.0 - p), 0.0 * g)
    slope = x if p == 2.0 else sign(x) * power(abs(x), p - 1.0)
    return (slope * spread_sum(share, size=x.shape[2:], **windows._asdict()),)


@typed
def spatial_pyramid_pool(
    x: Float[Tensor, "n c *spatial"], /, levels: tuple[int, ...], *, kind: Literal["max", "mean"] = "max"
) -> Float[Tensor, "n _"]:
    """Each channel pooled to each of the sizes `levels` along all axes, all of it as one row of features.

    However large the input is, there are as many features: c * Σ level^rank.

    Raises ShapeError if there are no levels, or one is not positive.

    Source: He et al., "Spatial pyramid pooling in deep convolutional networks for visual recognition", 2014.

    >>> tg.spatial_pyramid_pool(tg.ones((2, 3, 7, 9)), (4, 2, 1)).shape
    (2, 63)
    """
    if not levels:
        raise ShapeError("spatial_pyramid_pool: `levels` must not be empty")
    pool = adaptive_max_pool if kind == "max" else adaptive_avg_pool
    return concat([flatten(pool(x, level), start=1) for level in levels], axis=1)
