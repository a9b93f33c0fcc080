"""Signals, images and volumes brought to other sizes: elements repeated, interpolated, or averaged."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.interpolation import Method, adjoint, resized
from typedgrad.ops.windows import Size, dims, per_axis
from typedgrad.shapes import Shape, at_most


@linear
@primitive
def resize(
    x: Float[Tensor, "n c *old"],
    /,
    size: Size,
    *,
    method: Literal["nearest", "linear"] = "nearest",
    align_corners: bool = False,
) -> Float[Tensor, "n c *new"]:
    """`x` with new sizes of all axes but the first two.

    Args:
        x: channels first.
        size: one number for all axes, or one for each.
        method: `nearest` takes the element at the same place, rounded down; `linear` interpolates between neighbours:
            linearly, bilinearly, trilinearly.
        align_corners: whether `linear` lays the centres of the outermost elements on each other, rather than the
            outer edges.

    Raises:
        ShapeError: if `size` makes no sense, or an axis has no elements.

    >>> tg.resize(tg.asarray([[[1.0, 3.0]]]), 4, method="linear")
    Tensor([[[1. , 1.5, 2.5, 3. ]]], dtype=float32)
    """
    return resized(x, per_axis(size, len(x.shape) - 2, "size"), method, align_corners=align_corners)


@where(resize)
def _(old: Shape, size: Size) -> dict[str, Shape]:
    return {"new": sizes_given(old, size)}


@linear
@primitive
def upsample(
    x: Float[Tensor, "n c *old"],
    /,
    scale: Size,
    *,
    method: Literal["nearest", "linear"] = "nearest",
    align_corners: bool = False,
) -> Float[Tensor, "n c *new"]:
    """`x` with all axes but the first two `scale` times as long; one number for all axes, or one for each.

    The options are those of `resize`. Raises ShapeError if `scale` makes no sense, or an axis has no elements.

    >>> tg.upsample(tg.asarray([[[1.0, 2.0]]]), 2)
    Tensor([[[1., 1., 2., 2.]]], dtype=float32)
    """
    times = per_axis(scale, len(x.shape) - 2, "scale")
    size = tuple(n * s for n, s in zip(x.shape[2:], times, strict=True))
    return resized(x, size, method, align_corners=align_corners)


@where(upsample)
def _(old: Shape, scale: Size) -> dict[str, Shape]:
    axes = dims(old)
    for i, n in enumerate(axes, start=2):
        at_most(1, n, f"axis {i} of `x` has no elements to repeat")
    return {"new": tuple(n * s for n, s in zip(axes, per_axis(scale, len(axes), "scale"), strict=True))}


@linear
@primitive
def adaptive_avg_pool(x: Float[Tensor, "n c *old"], /, size: Size) -> Float[Tensor, "n c *new"]:
    """The means of `size` windows of nearly equal sizes along each axis; one size for all axes, or one for each.

    Window i goes from floor(i n / size) to ceil((i + 1) n / size). Raises ShapeError if an axis has no elements, or
    `size` makes no sense.

    >>> tg.adaptive_avg_pool(tg.asarray([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    Tensor([[[2., 4.]]], dtype=float32)
    """
    return resized(x, per_axis(size, len(x.shape) - 2, "size"), "mean", align_corners=False)


@where(adaptive_avg_pool)
def _(old: Shape, size: Size) -> dict[str, Shape]:
    return {"new": sizes_given(old, size)}


@linear
@primitive
def resize_adjoint(
    g: Float[Tensor, "n c *new"], /, *, size: tuple[int, ...], method: Literal["nearest", "linear", "mean"],
    align_corners: bool,
) -> Float[Tensor, "n c *old"]:  # fmt: skip
    """The adjoint of `resize` for inputs that had the sizes `size`; with `mean` that of `adaptive_avg_pool`.

    >>> from typedgrad.ops.resize import resize_adjoint
    >>> resize_adjoint(tg.ones((1, 1, 4)), size=(2,), method="nearest", align_corners=False)
    Tensor([[[2., 2.]]], dtype=float32)
    """
    return adjoint(g, size, method, align_corners=align_corners)


@where(resize_adjoint)
def _(new: Shape, size: Size) -> dict[str, Shape]:
    return {"old": per_axis(size, len(dims(new)), "size")}


def sizes_given(old: Shape, size: Size) -> tuple[int, ...]:
    """The sizes that are wanted of all axes but the first two, one for each; there must be elements along them."""
    axes = dims(old)
    found = per_axis(size, len(axes), "size")
    for i, n in enumerate(axes, start=2):
        at_most(1, n, f"axis {i} of `x` has no elements to make others of")
    return found


@vjp(resize)
def _(g: Tensor, out: Tensor, x: Tensor, *, size: Size, method: Method, align_corners: bool) -> tuple[Tensor]:
    return (resize_adjoint(g, size=x.shape[2:], method=method, align_corners=align_corners),)


@vjp(upsample)
def _(g: Tensor, out: Tensor, x: Tensor, *, scale: Size, method: Method, align_corners: bool) -> tuple[Tensor]:
    return (resize_adjoint(g, size=x.shape[2:], method=method, align_corners=align_corners),)


@vjp(adaptive_avg_pool)
def _(g: Tensor, out: Tensor, x: Tensor, *, size: Size) -> tuple[Tensor]:
    return (resize_adjoint(g, size=x.shape[2:], method="mean", align_corners=False),)


@vjp(resize_adjoint)
def _(t: Tensor, out: Tensor, g: Tensor, *, size: Size, method: Method, align_corners: bool) -> tuple[Tensor]:
    if method == "mean":
        return (adaptive_avg_pool(t, g.shape[2:]),)
    return (resize(t, g.shape[2:], method=method, align_corners=align_corners),)
