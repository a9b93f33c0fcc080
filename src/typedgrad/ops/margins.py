"""Elements put around signals, images and volumes, or cut off: along all axes but the first two."""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Shaped

from typedgrad.core.primitive import jvp, linear, primitive, vjp, where
from typedgrad.core.tensor import Scalar, Tensor
from typedgrad.ops.pad import Mode, filled, pad, pad_back, padded_size
from typedgrad.ops.windows import Pads, dims, pads_of
from typedgrad.shapes import Dim, Inconclusive, Shape, at_most

Widths: TypeAlias = int | tuple[int, ...] | tuple[tuple[int, int], ...]


@primitive
def pad_spatial(
    x: Shaped[Tensor, "n c *old"],
    /,
    padding: int | tuple[int, ...] | tuple[tuple[int, int], ...],
    *,
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant",
    value: Scalar = 0,
) -> Shaped[Tensor, "n c *new"]:
    """`x` with more elements around all axes but the first two.

    Args:
        x: channels first.
        padding: how many: one number for all axes, or one for each, or a pair (before, after) for each.
        mode: what they are, as for `pad`.
        value: what `constant` fills with.

    Raises:
        ShapeError: if `padding` makes no sense, or there are too few elements to mirror.

    >>> tg.pad_spatial(tg.asarray([[[1, 2, 3]]]), 1, mode="circular")
    Tensor([[[3, 1, 2, 3, 1]]], dtype=int64)
    """
    return filled(x, _all_widths(padding, len(x.shape)), mode, value)


@where(pad_spatial)
def _(old: Shape, padding: Widths, mode: Mode) -> dict[str, Shape]:
    sizes = dims(old)
    pairs = _pairs(padding, len(sizes))
    each = enumerate(zip(sizes, pairs, strict=True), start=2)
    return {"new": tuple(padded_size(n, *pair, mode, f"`padding` {pair} of axis {axis}") for axis, (n, pair) in each)}


@vjp(pad_spatial)
def _(g: Tensor, out: Tensor, x: Tensor, *, padding: Widths, mode: Mode, value: Scalar) -> tuple[Tensor]:
    return (pad_back(g, x.shape, _all_widths(padding, len(x.shape)), mode),)


@jvp(pad_spatial)
def _(t: Tensor, out: Tensor, x: Tensor, *, padding: Widths, mode: Mode, value: Scalar) -> Tensor:
    return pad_spatial(t, padding, mode=mode)


@linear
@primitive
def crop_spatial(
    x: Shaped[Tensor, "n c *old"], /, cropping: int | tuple[int, ...] | tuple[tuple[int, int], ...]
) -> Shaped[Tensor, "n c *new"]:
    """`x` without the outermost elements of all axes but the first two: as many as `pad_spatial` would add.

    Raises ShapeError if `cropping` makes no sense, or nothing would be left of an axis.

    >>> tg.crop_spatial(tg.asarray([[[1, 2, 3, 4]]]), ((1, 0),))
    Tensor([[[2, 3, 4]]], dtype=int64)
    """
    pairs = _pairs(cropping, len(x.shape) - 2)
    return x[(..., *(slice(before, n - after) for n, (before, after) in zip(x.shape[2:], pairs, strict=True)))]


@where(crop_spatial)
def _(old: Shape, cropping: Widths) -> dict[str, Shape]:
    sizes = dims(old)
    left: list[Dim] = []
    for axis, (n, pair) in enumerate(zip(sizes, _pairs(cropping, len(sizes)), strict=True), start=2):
        at_most(sum(pair) + 1, n, f"`cropping` {pair} leaves nothing of axis {axis} of `x`")
        left.append(n - sum(pair))
    return {"new": tuple(left)}


@vjp(crop_spatial)
def _(g: Tensor, out: Tensor, x: Tensor, *, cropping: Widths) -> tuple[Tensor]:
    return (pad(g, _all_widths(cropping, len(x.shape))),)


def _pairs(padding: Widths, rank: int) -> Pads:
    if not isinstance(padding, (int, tuple)):
        raise Inconclusive("how many is not known")
    return pads_of((0,) * rank, (1,) * rank, 1, padding)


def _all_widths(padding: Widths, axes: int) -> Pads:
    return ((0, 0), (0, 0), *_pairs(padding, axes - 2))
