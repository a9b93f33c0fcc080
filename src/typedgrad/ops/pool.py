"""Pooling: the largest, the mean, the sum or the norm of what lies under a window that slides over each channel."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.pooling import Pooling, counts, divided, maxima, mean_rule, sizes_after, sums
from typedgrad.ops.sliding import spread_first
from typedgrad.ops.windows import Padding, Size
from typedgrad.shapes import Dim


@primitive
def max_pool1d(
    x: Float[Tensor, "n c w"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> Float[Tensor, "n c w_out"]:
    """The largest element under each window; its gradient goes to the first of them if there are several.

    The options are those of `max_pool2d`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.max_pool1d(tg.asarray([[[1.0, 3.0, 2.0, 5.0, 4.0]]]), 2)
    Tensor([[[3., 5.]]], dtype=float32)
    """
    return maxima(x, Pooling(window, stride, padding, dilation, rounding))


@where(max_pool1d)
def _(
    w: Dim,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> dict[str, Dim]:  # fmt: skip
    (w_out,) = sizes_after((w,), Pooling(window, stride, padding, dilation, rounding))
    return {"w_out": w_out}


@primitive
def avg_pool1d(
    x: Float[Tensor, "n c w"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
    count_padding: bool = True,
) -> Float[Tensor, "n c w_out"]:
    """The mean of the elements under each window.

    The options are those of `avg_pool2d`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.avg_pool1d(tg.asarray([[[1.0, 3.0, 2.0, 5.0, 4.0]]]), 2)
    Tensor([[[2. , 3.5]]], dtype=float32)
    """
    return _means(x, Pooling(window, stride, padding, dilation, rounding), count_padding=count_padding)


@where(avg_pool1d)
def _(
    w: Dim,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> dict[str, Dim]:  # fmt: skip
    (w_out,) = sizes_after((w,), Pooling(window, stride, padding, dilation, rounding))
    return {"w_out": w_out}


@primitive
def max_pool2d(
    x: Float[Tensor, "n c h w"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> Float[Tensor, "n c h_out w_out"]:
    """The largest element under each window; its gradient goes to the first of them if there are several.

    Args:
        x: channels first.
        window: the sizes of the window.
        stride: how far it moves from place to place; by its own size if not given.
        padding: how many places are added around each axis, as for `conv2d`.
        dilation: how far apart the elements lie that it sees.
        rounding: what to do with a rest where no whole window fits: `floor` leaves it out, `ceil` takes what there is.

    Raises:
        ShapeError: if the window is larger than the padded input, or an option makes no sense.

    >>> tg.max_pool2d(tg.asarray([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), 2, stride=1)
    Tensor([[[[5., 6.]]]], dtype=float32)
    """
    return maxima(x, Pooling(window, stride, padding, dilation, rounding))


@where(max_pool2d)
def _(
    h: Dim, w: Dim,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> dict[str, Dim]:  # fmt: skip
    h_out, w_out = sizes_after((h, w), Pooling(window, stride, padding, dilation, rounding))
    return {"h_out": h_out, "w_out": w_out}


@primitive
def avg_pool2d(
    x: Float[Tensor, "n c h w"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
    count_padding: bool = True,
) -> Float[Tensor, "n c h_out w_out"]:
    """The mean of the elements under each window.

    Args:
        x: channels first.
        window: the sizes of the window.
        stride: how far it moves from place to place; by its own size if not given.
        padding: how many places are added around each axis, as for `conv2d`.
        dilation: how far apart the elements lie that it sees.
        rounding: what to do with a rest where no whole window fits: `floor` leaves it out, `ceil` takes what there is.
        count_padding: whether what `padding` adds counts as zeros; otherwise the mean is that of the real elements.

    Raises:
        ShapeError: if the window is larger than the padded input, or an option makes no sense.

    >>> tg.avg_pool2d(tg.asarray([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), 2, stride=1)
    Tensor([[[[3., 4.]]]], dtype=float32)
    """
    return _means(x, Pooling(window, stride, padding, dilation, rounding), count_padding=count_padding)


@where(avg_pool2d)
def _(
    h: Dim, w: Dim,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> dict[str, Dim]:  # fmt: skip
    h_out, w_out = sizes_after((h, w), Pooling(window, stride, padding, dilation, rounding))
    return {"h_out": h_out, "w_out": w_out}


@primitive
def max_pool3d(
    x: Float[Tensor, "n c d h w"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> Float[Tensor, "n c d_out h_out w_out"]:
    """The largest element under each window; its gradient goes to the first of them if there are several.

    The options are those of `max_pool2d`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.max_pool3d(tg.ones((1, 2, 4, 4, 4)), 2).shape
    (1, 2, 2, 2, 2)
    """
    return maxima(x, Pooling(window, stride, padding, dilation, rounding))


@where(max_pool3d)
def _(
    d: Dim, h: Dim, w: Dim,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> dict[str, Dim]:  # fmt: skip
    d_out, h_out, w_out = sizes_after((d, h, w), Pooling(window, stride, padding, dilation, rounding))
    return {"d_out": d_out, "h_out": h_out, "w_out": w_out}


@primitive
def avg_pool3d(
    x: Float[Tensor, "n c d h w"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
    count_padding: bool = True,
) -> Float[Tensor, "n c d_out h_out w_out"]:
    """The mean of the elements under each window.

    The options are those of `avg_pool2d`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.avg_pool3d(tg.ones((1, 2, 4, 4, 4)), 2).shape
    (1, 2, 2, 2, 2)
    """
    return _means(x, Pooling(window, stride, padding, dilation, rounding), count_padding=count_padding)


@where(avg_pool3d)
def _(
    d: Dim, h: Dim, w: Dim,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> dict[str, Dim]:  # fmt: skip
    d_out, h_out, w_out = sizes_after((d, h, w), Pooling(window, stride, padding, dilation, rounding))
    return {"d_out": d_out, "h_out": h_out, "w_out": w_out}


def _means(x: Tensor, pooling: Pooling, *, count_padding: bool) -> Tensor:
    return divided(sums(x, pooling), counts(x.shape[2:], pooling, count_padding=count_padding))


def _max_rule(
    g: Tensor, out: Tensor, x: Tensor, *,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
) -> tuple[Tensor]:  # fmt: skip
    return (spread_first(g, x, **Pooling(window, stride, padding, dilation, rounding).full(x.shape)._asdict()),)


def _avg_rule(
    g: Tensor, out: Tensor, x: Tensor, *,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Literal["floor", "ceil"],
    count_padding: bool,
) -> tuple[Tensor]:  # fmt: skip
    pooling = Pooling(window, stride, padding, dilation, rounding)
    return (mean_rule(g, x, pooling, count_padding=count_padding),)


for _op in (max_pool1d, max_pool2d, max_pool3d):
    vjp(_op)(_max_rule)
for _op in (avg_pool1d, avg_pool2d, avg_pool3d):
    vjp(_op)(_avg_rule)
