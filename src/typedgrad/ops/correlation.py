"""Convolutions of raw arrays, and their adjoints, as products of matrices.

The elements under a window, in a column for each place (`taps`), make one factor; the kernel is the other. A run of
places at a time, so that the columns stay in the cache and their memory is used again. Where each channel has kernels
of its own, the factors would be thin: there the kernel is made a banded matrix (`banded`).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from typedgrad.backends import namespace
from typedgrad.backends.workers import for_each
from typedgrad.ops import banded
from typedgrad.ops.taps import Buffer, Taps, runs, taps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.backends import Namespace
    from typedgrad.core.tensor import Tensor
    from typedgrad.ops.windows import Pads

_ELEMENTS = 1 << 19  # of the columns at one time
_FEW = 4  # elements of a kernel that are multiplied one by one


class Sliding(NamedTuple):
    """How a kernel moves over its input."""

    stride: tuple[int, ...]
    pads: Pads
    dilation: tuple[int, ...]
    groups: int

    def taps(self, sizes: tuple[int, ...], window: tuple[int, ...]) -> Taps:
        """Where the kernel's elements meet those of inputs of these sizes."""
        return taps_of(sizes, window, self.stride, self.pads, self.dilation)

    def bands(self, sizes: tuple[int, ...], kernel: tuple[int, ...]) -> banded.Bands | None:
        """The bands of a kernel of this shape, if each channel has kernels of its own and they have rows."""
        if kernel[1] != 1 or self.groups == 1 or len(sizes) == 1:
            return None
        return banded.bands_of(sizes, kernel[2:], self.stride, self.pads, self.dilation)


def correlate(x: Tensor, kernel: Tensor, bias: Tensor | None, how: Sliding) -> Tensor:
    """`out[n, o, p] = Σ x[n, c, stride * p + dilation * t] kernel[o, c, t] + bias[o]`, over `c` and `t`."""
    xp, g = namespace(x), how.groups
    (n, c), sizes = x.shape[:2], x.shape[2:]
    o, c_group, *window = kernel.shape
    taps = how.taps(sizes, tuple(window))
    out: Any = xp.empty((n, g, o // g, *taps.places), dtype=x.dtype)
    bands = how.bands(sizes, kernel.shape)
    if 0 in out.shape:
        pass
    elif bands is not None and _finite(x) and _finite(kernel):
        out = banded.correlate(x, xp.reshape(kernel, (c, o // c, *window)), bias, bands)
    else:
        matrix = xp.reshape(kernel, (g, o // g, c_group * math.prod(window)))
        shift = None if bias is None else xp.reshape(bias, (g, o // g, 1))
        for images, m in _images(n, taps, c):
            line, image = taps.zeros(xp, (g, c_group, m), x.dtype)
            for i in images:
                image[(..., *taps.inner)] = _grouped(xp, x[i : i + m, ...], g)
                made = _product(xp, matrix, taps, line, m)
                if shift is not None:
                    made += shift
                whole = xp.reshape(made, (g, o // g, m, *taps.grid))
                out[i : i + m, ...] = xp.moveaxis(whole[(..., *taps.kept)], 2, 0)
    return xp.reshape(out, (n, o, *taps.places))


def input_cotangent(g_out: Tensor, kernel: Tensor, sizes: tuple[int, ...], how: Sliding) -> Tensor:
    """The adjoint of `correlate` in its input, which had these sizes."""
    xp, g = namespace(g_out), how.groups
    n, o, c_group, c = g_out.shape[0], kernel.shape[0], kernel.shape[1], kernel.shape[1] * how.groups
    window = kernel.shape[2:]
    if 0 in g_out.shape:
        return xp.zeros((n, c, *sizes), dtype=g_out.dtype)
    if o // g <= 2 * c_group and any(
        s < (k - 1) * d + 1 for s, k, d in zip(how.stride, window, how.dilation, strict=True)
    ):
        bare = how.stride[-1] > 1 and how.bands(sizes, kernel.shape) is not None and o == c
        return (_by_rows if bare and _finite(g_out) and _finite(kernel) else _by_phases)(xp, g_out, kernel, sizes, how)
    taps = how.taps(sizes, window)
    out: Any = xp.empty((n, g, c_group, *sizes), dtype=g_out.dtype)
    matrix = xp.matrix_transpose(xp.reshape(kernel, (g, o // g, c_group * len(taps.parts))))
    for images, m in _images(n, taps, c):
        spread: Any = xp.zeros((g, o // g, m, *taps.grid), dtype=g_out.dtype)
        line, image = taps.zeros(xp, (g, c_group, m), g_out.dtype)
        rows = xp.reshape(spread, (g, o // g, -1), copy=False)
        for i in images:
            spread[(..., *taps.kept)] = _grouped(xp, g_out[i : i + m, ...], g)
            line[...] = 0
            for first, end, columns in taps.runs(m, _columns(matrix.shape[-2])):
                taps.add(xp, xp.matmul(matrix, rows[:, :, columns]), line, first, end)
            out[i : i + m, ...] = xp.moveaxis(image[(..., *taps.inner)], 2, 0)
    return xp.reshape(out, (n, c, *sizes))


def kernel_cotangent(x: Tensor, g_out: Tensor, window: tuple[int, ...], how: Sliding) -> Tensor:
    """The adjoint of `correlate` in its kernel, which had this window: sums over all places of all images."""
    xp, g = namespace(x), how.groups
    (n, c), o = x.shape[:2], g_out.shape[1]
    taps = how.taps(x.shape[2:], window)
    bands = how.bands(x.shape[2:], (o, c // g, *window))
    if bands is not None and 0 not in g_out.shape:
        split = xp.reshape(g_out, (n, c, o // c, *g_out.shape[2:]))
        return xp.reshape(banded.kernel_cotangent(x, split, window, bands), (o, 1, *window))
    # The larger factor first: the other way round the BLAS takes up to twice as long.
    total: Any = xp.zeros((g, c // g * len(taps.parts), o // g), dtype=x.dtype)
    for images, m in _images(n if 0 not in g_out.shape and c else 0, taps, c):
        line, image = taps.zeros(xp, (g, c // g, m), x.dtype)
        spread: Any = xp.zeros((g, o // g, m, *taps.grid), dtype=x.dtype)
        rows = xp.reshape(spread, (g, o // g, -1), copy=False)
        for i in images:
            image[(..., *taps.inner)] = _grouped(xp, x[i : i + m, ...], g)
            spread[(..., *taps.kept)] = _grouped(xp, g_out[i : i + m, ...], g)
            for first, end, columns in taps.runs(m, _columns(total.shape[1])):
                seen = taps.gather(xp, line, first, end)
                total += xp.matmul(seen, xp.matrix_transpose(rows[:, :, columns]))
    return xp.reshape(xp.matrix_transpose(total), (o, c // g, *window))


class _Phase(NamedTuple):
    """Of one axis, the elements `first, first + stride, ...` of the input, and what leads to them from the results."""

    first: int
    size: int
    taps: slice  # of the kernel turned round
    dilation: int
    cut: slice  # of the results
    pads: tuple[int, int]


def _phases(n: int, places: int, k: int, stride: int, dilation: int, before: int) -> Iterator[_Phase]:
    # Input r + stride j lies under tap t at place p if r + stride j + before = stride p + dilation t. With t0 the first
    # tap that does at all, these are t = t0 + u stride/gcd and p = j + c - u dilation/gcd.
    gcd = math.gcd(stride, dilation)
    for r in range(min(stride, n)):
        count, step = -(-(n - r) // stride), stride // gcd
        t0 = next((t for t in range(min(k, step)) if (dilation * t - r - before) % stride == 0), None)
        if t0 is None:
            continue
        last = (k - 1 - t0) // step
        pad = last * dilation // gcd - (r + before - dilation * t0) // stride
        rest = count - 1 + last * dilation // gcd + 1 - places - pad
        cut = slice(max(0, -pad), places - max(0, -rest))
        taps = slice(k - 1 - t0 - last * step, k - t0, step)
        yield _Phase(r, count, taps, dilation // gcd, cut, (max(0, pad), max(0, rest)))


def _all_phases(
    places: tuple[int, ...], window: tuple[int, ...], sizes: tuple[int, ...], how: Sliding
) -> tuple[list[list[_Phase]], bool]:
    """The phases of each axis to which a tap leads, and whether these are all."""
    axes = [
        [phase for phase in _phases(*each) if phase.cut.start < phase.cut.stop]
        for each in zip(sizes, places, window, how.stride, how.dilation, (a for a, _ in how.pads), strict=True)
    ]
    return axes, all(len(along) == min(s, n) for along, s, n in zip(axes, how.stride, sizes, strict=True))


def _by_rows(xp: Namespace[Tensor], g: Tensor, kernel: Tensor, sizes: tuple[int, ...], how: Sliding) -> Tensor:
    """The adjoint where each channel has one kernel: phases of all axes but the last, whose stride is in the band."""
    turned = xp.flip(kernel, axis=tuple(range(2, len(kernel.shape))))
    axes, everywhere = _all_phases(g.shape[2:], kernel.shape[2:], sizes, how)
    fresh = xp.empty if everywhere else xp.zeros  # where no tap leads there is nothing
    out: Any = fresh((*g.shape[:2], *sizes), dtype=g.dtype)
    up = banded.Up(how.stride[-1], how.pads[-1][0] - (kernel.shape[-1] - 1) * how.dilation[-1], sizes[-1])
    for phases in itertools.product(*axes[:-1]):
        part = turned[(..., *(p.taps for p in phases), slice(None))]
        seen = g[(..., *(p.cut for p in phases), slice(None))]
        dilation = (*(p.dilation for p in phases), how.dilation[-1])
        bands = banded.bands_back(seen.shape[2:], part.shape[2:], tuple(p.pads for p in phases), dilation, up)
        lines = (slice(p.first, None, s) for p, s in zip(phases, how.stride, strict=False))
        out[(..., *lines, slice(None))] = xp.reshape(
            banded.correlate(seen, part, None, bands), (*out.shape[:2], *bands.places)
        )
    return out  # type: ignore[no-any-return]  # a raw array


def _finite(x: Tensor) -> bool:
    xp = namespace(x)  # in half the time that all(isfinite(x)) takes
    return 0 in x.shape or bool(xp.isfinite(xp.max(x)) & xp.isfinite(xp.min(x)))


def _by_phases(xp: Namespace[Tensor], g: Tensor, kernel: Tensor, sizes: tuple[int, ...], how: Sliding) -> Tensor:
    """The adjoint as convolutions with stride 1: for each phase of the stride, one with the taps that lead there."""
    groups, (o, c_group, *window) = how.groups, kernel.shape
    # The kernel turned round, with the channels of input and result exchanged within each group.
    parted = xp.flip(
        xp.reshape(kernel, (groups, o // groups, c_group, *window)), axis=tuple(range(3, len(kernel.shape) + 1))
    )
    turned = xp.moveaxis(parted, 1, 2)
    axes, everywhere = _all_phases(g.shape[2:], kernel.shape[2:], sizes, how)
    fresh = xp.empty if everywhere else xp.zeros  # where no tap leads there is nothing
    out: Any = fresh((g.shape[0], c_group * groups, *sizes), dtype=g.dtype)
    ones = (1,) * len(sizes)
    for phases in itertools.product(*axes):
        part = xp.asarray(turned[(..., *(p.taps for p in phases))], copy=True)  # in order, for the BLAS
        part = xp.reshape(part, (groups * c_group, o // groups, *part.shape[3:]))
        moved = Sliding(ones, tuple(p.pads for p in phases), tuple(p.dilation for p in phases), groups)
        seen = g[(..., *(p.cut for p in phases))]
        few = o == groups == part.shape[0] and math.prod(part.shape[2:]) <= _FEW
        made = _tap_by_tap(xp, seen, part, moved) if few else correlate(seen, part, None, moved)
        out[(..., *(slice(p.first, None, s) for p, s in zip(phases, how.stride, strict=True)))] = made
    return out  # type: ignore[no-any-return]  # a raw array


def _tap_by_tap(xp: Namespace[Tensor], x: Tensor, kernel: Tensor, how: Sliding) -> Tensor:
    """`correlate` where each channel has one kernel of few elements: as many products, added up."""
    taps = taps_of(x.shape[2:], kernel.shape[2:], how.stride, how.pads, how.dilation, flat=False)
    weights = xp.reshape(kernel, (kernel.shape[0], len(taps.parts), *(1,) * len(taps.places)))
    out: Any = xp.empty((*x.shape[:2], *taps.places), dtype=x.dtype)

    def work(image: int) -> None:
        padded: Any = x[image, ...]
        if taps.padded != x.shape[2:]:
            padded = xp.zeros((x.shape[1], *taps.padded), dtype=x.dtype)
            padded[(..., *taps.inner)] = x[image, ...]
        made: Any = padded[(..., *taps.parts[0])] * weights[:, 0, ...]
        for t, part in enumerate(taps.parts[1:], start=1):
            made += padded[(..., *part)] * weights[:, t, ...]
        out[image, ...] = made

    for_each(x, range(x.shape[0]), work)
    return out  # type: ignore[no-any-return]  # a raw array


def _product(xp: Namespace[Tensor], matrix: Tensor, taps: Taps, line: Buffer, images: int) -> Buffer:
    """The matrix times all columns."""
    whole: Any = None
    for first, end, columns in taps.runs(images, _columns(matrix.shape[-1])):
        part = xp.matmul(matrix, taps.gather(xp, line, first, end))
        if columns.stop - columns.start == images * math.prod(taps.grid):
            return part
        if whole is None:
            whole = xp.empty((*matrix.shape[:2], images * math.prod(taps.grid)), dtype=matrix.dtype)
        whole[:, :, columns] = part
    return whole


def _images(count: int, taps: Taps, channels: int) -> Iterator[tuple[range, int]]:
    """The first of each few images that are treated at a time, and how many they are."""
    most = _ELEMENTS // max(1, channels * len(taps.parts) * math.prod(taps.grid))
    for first, end, size in runs(count, most):
        yield range(first, end, size), size


def _columns(height: int) -> int:
    return max(256, _ELEMENTS // max(1, height))


def _grouped(xp: Namespace[Tensor], x: Tensor, groups: int) -> Tensor:
    """`m c *sizes` as `groups c/groups m *sizes`."""
    m, c, *sizes = x.shape
    return xp.moveaxis(xp.reshape(x, (m, groups, c // groups, *sizes)), 0, 2)
