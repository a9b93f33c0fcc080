"""Depthwise convolutions of raw arrays, and their adjoints, as products with banded matrices.

Where a kernel sees one channel only there is no sum over channels to make a large product of. But along the last axis a
row of the kernel is a banded matrix, which leads from `reach` neighbours to `block` results. So the input is cut into
blocks that overlap: all blocks of a channel are the rows of one factor, and the band is the other. What the band
multiplies by zero costs less than gathering the elements for each tap.

The rows of blocks lie one behind the other, so that a row of the kernel is an offset. Between the rows of the result
lie some that belong to no place; they are computed and left out. A stride along the last axis is in the band; one along
the axis before parts the rows into phases; along any other axis all places are computed and some are kept. The band may
also lead to more results than there are elements: that is how the adjoint of a stride is computed.

Zero times what is not finite is not zero, so that inputs with infinities or NaN must not come here.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from typedgrad.backends import backend_of, namespace
from typedgrad.backends.workers import for_each, workers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.backends import Namespace
    from typedgrad.core.tensor import Tensor
    from typedgrad.ops.windows import Pads

Buffer: TypeAlias = Any  # a raw array that is written to, which tensors are not
Sizes = tuple[int, ...]

_BLOCK = 14  # results of a block, about
_ELEMENTS = 1 << 19  # of the blocks at one time: few enough for the cache, enough to be worth the calls


class Diagonal(NamedTuple):
    """Where an element of a row of the kernel stands in the band: from row `first` and column `start` on."""

    first: int
    start: int
    down: int
    right: int
    length: int


class Bands(NamedTuple):
    """One way of sliding over images or volumes of one size."""

    sizes: Sizes
    places: Sizes
    before: Sizes  # the padding in front
    outer: Sizes  # the padded sizes of all axes but the last, in rows of one phase
    phases: int
    rows: tuple[tuple[int, int], ...]  # for each row of the kernel, its phase and its offset
    band: tuple[Diagonal, ...]  # for each element of a row of the kernel
    step: int  # from block to block, in elements of the input
    deep: int  # that along the first of three
    block: int
    blocks: int
    reach: int

    @property
    def lines(self) -> int:
        """Rows of blocks, per image and phase."""
        return math.prod(self.outer)

    @property
    def last(self) -> int:
        """How many blocks one behind the other hold the padded last axis."""
        return self.blocks + max(0, -(-self.reach // self.step) - 1)

    def parts(self, images: int, channels: int) -> tuple[list[slice], list[slice]]:
        """A few images and channels at a time."""
        each = self.phases * self.lines * self.last * self.step
        m = max(1, min(images, _ELEMENTS // max(1, each)))
        c = max(1, min(-(-channels // workers()), _ELEMENTS // max(1, each * m)))
        images_parts, channel_parts = (
            [slice(i, min(i + size, n)) for i in range(0, n, size)] for n, size in ((images, m), (channels, c))
        )
        return images_parts, channel_parts

    def diagonals(self, multiplier: int) -> Iterator[tuple[int, int, slice]]:
        """For each result channel and element of a row: where it stands in the band `reach multiplier block`."""
        width = multiplier * self.block
        for k, (t, (first, start, down, right, length)) in itertools.product(range(multiplier), enumerate(self.band)):
            begin, step = first * width + k * self.block + start, down * width + right
            yield k, t, slice(begin, begin + (length - 1) * step + 1, step)


class Up(NamedTuple):
    """A stride to be undone along the last axis, and what it leads back to; see `bands_back`."""

    stride: int
    shift: int
    size: int


@functools.lru_cache(maxsize=1024)
def bands_of(sizes: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> Bands:
    """The bands for inputs of these sizes."""
    padded = [n + before + after for n, (before, after) in zip(sizes, pads, strict=True)]
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    places = tuple((q - span) // s + 1 for q, span, s in zip(padded, spans, stride, strict=True))
    phases, along = stride[-2:]
    outer = (*padded[:-2], -(-padded[-2] // phases))
    rows = _offsets(window[:-1], dilation, phases, outer[-1])
    blocks = max(1, round(places[-1] / max(_BLOCK // along, spans[-1], 4)))
    block = -(-places[-1] // blocks)
    band = tuple(Diagonal(t * dilation[-1], 0, along, 1, block) for t in range(window[-1]))
    before, reach = tuple(pair[0] for pair in pads), (block - 1) * along + spans[-1]
    deep = stride[0] if len(stride) == 3 else 1
    return Bands(sizes, places, before, outer, phases, rows, band, block * along, deep, block, blocks, reach)


@functools.lru_cache(maxsize=1024)
def bands_back(sizes: Sizes, window: Sizes, pads: Pads, dilation: Sizes, up: Up) -> Bands:
    """The bands that lead from results of these sizes back over a stride along the last axis, in steps of 1 elsewhere.

    The kernel is the one turned round. Its element `t` takes result `p` to the place `q` if
    `up.stride * p = q + up.shift + dilation * t`.
    """
    padded = [n + before + after for n, (before, after) in zip(sizes[:-1], pads, strict=True)]
    places = (*(q - (k - 1) * d for q, k, d in zip(padded, window, dilation, strict=False)), up.size)
    step = max(1, round(_BLOCK / up.stride))
    block, low = step * up.stride, up.shift // up.stride
    band = []
    for t in range(window[-1]):
        ahead = up.shift - low * up.stride + dilation[-1] * t
        start = -ahead % up.stride
        band.append(Diagonal((start + ahead) // up.stride, start, 1, up.stride, len(range(start, block, up.stride))))
    reach, blocks = max(each.first + each.length for each in band), -(-up.size // block)
    rows, before = _offsets(window[:-1], dilation, 1, padded[-1]), (*(pair[0] for pair in pads), -low)
    return Bands(sizes, places, before, tuple(padded), 1, rows, tuple(band), step, 1, block, blocks, reach)


def _offsets(window: Sizes, dilation: Sizes, phases: int, outer: int) -> tuple[tuple[int, int], ...]:
    """For each row of the kernel, its phase and its offset."""
    rows = []
    for tap in itertools.product(*map(range, window)):
        at = [t * d for t, d in zip(tap, dilation, strict=False)]
        rows.append((at[-1] % phases, at[-1] // phases + sum(at[:-1]) * outer))
    return tuple(rows)


def correlate(x: Tensor, kernel: Tensor, bias: Tensor | None, bands: Bands) -> Tensor:
    """`out[n, c, k, p] = Σ x[n, c, stride * p + dilation * t] kernel[c, k, t] + bias[c, k]`, over `t`."""
    xp, (n, c), k, rank = namespace(x), x.shape[:2], kernel.shape[1], len(bands.sizes)
    factors = _factors(xp, kernel, bands)
    out: Any = xp.empty((n, c, k, *bands.places[:-1], bands.blocks, bands.block), dtype=x.dtype)
    shift: Any = None
    if bias is not None:
        shift = xp.reshape(xp.repeat(xp.reshape(bias, (c * k,)), bands.block), (c, 1, 1, k * bands.block))
    image_parts, channel_parts = bands.parts(n, c)

    def work(channels: slice) -> None:
        for images in image_parts:
            made: Any = None
            for i, rows in enumerate(_rows(_cut(xp, x[images, channels, ...], bands), bands)):
                part = xp.matmul(rows, factors[channels, i, None, ...])
                if made is None:
                    made = part
                else:
                    made += part
            if shift is not None:
                made += shift[channels, ...]
            placed = _placed(xp, made, k, bands)  # c blocks m *places k block
            out[images, channels, ...] = xp.permute_dims(placed, (2, 0, rank + 2, *range(3, rank + 2), 1, rank + 3))

    for_each(x, channel_parts, work)
    return xp.reshape(out, (*out.shape[:-2], bands.blocks * bands.block))[..., : bands.places[-1]]


def kernel_cotangent(x: Tensor, g: Tensor, window: Sizes, bands: Bands) -> Tensor:
    """The adjoint of `correlate` in its kernel."""
    xp, (n, c, k) = namespace(x), g.shape[:3]
    total: Any = xp.zeros((c, len(bands.rows), bands.reach, k * bands.block), dtype=x.dtype)
    image_parts, channel_parts = bands.parts(n, c)

    def work(channels: slice) -> None:
        for images in image_parts:
            blocks, spread = _cut(xp, x[images, channels, ...], bands), _spread(xp, g[images, channels, ...], bands)
            for i, rows in enumerate(_rows(blocks, bands)):
                total[channels, i, ...] += xp.sum(xp.matmul(xp.matrix_transpose(rows), spread), axis=1)

    for_each(x, channel_parts, work)
    flat = xp.reshape(total, (c, len(bands.rows), -1))
    out: Any = xp.empty((c, k, len(bands.rows), len(bands.band)), dtype=x.dtype)
    for j, t, places in bands.diagonals(k):
        out[:, j, :, t] = xp.sum(flat[:, :, places], axis=-1)
    return xp.reshape(out, (c, k, *window))


def _factors(xp: Namespace[Tensor], kernel: Tensor, bands: Bands) -> Tensor:
    """For each channel and row of the kernel `c k *window`, its band `reach k*block`."""
    c, k = kernel.shape[:2]
    given = xp.reshape(kernel, (c, k, len(bands.rows), len(bands.band), 1))
    flat: Any = xp.zeros((c, len(bands.rows), bands.reach * k * bands.block), dtype=kernel.dtype)
    for j, t, places in bands.diagonals(k):
        flat[:, :, places] = given[:, j, :, t, :]
    return xp.reshape(flat, (c, len(bands.rows), bands.reach, k * bands.block))


def _cut(xp: Namespace[Tensor], x: Tensor, bands: Bands) -> Buffer:
    """Images `m c *sizes` as blocks `c blocks phases rows reach`, with as many rows behind as the kernel has."""
    (m, c), width = x.shape[:2], bands.last * bands.step
    count = m * bands.lines
    line: Any = xp.zeros((c, bands.phases, count + max(offset for _, offset in bands.rows), width), dtype=x.dtype)
    padded: Buffer = xp.reshape(line[:, :, :count, :], (c, bands.phases, m, *bands.outer, width), copy=False)
    for theirs, ours in _phases(bands):
        padded[(slice(None), *ours)] = xp.moveaxis(x[(..., *theirs)], 1, 0)
    blocks = backend_of(x).windows(line, (bands.reach,), (3,), (bands.step,))
    return xp.moveaxis(blocks[..., : bands.blocks, :], 3, 1)


def _phases(bands: Bands) -> Iterator[tuple[tuple[slice, ...], tuple[Any, ...]]]:
    """For each phase, which elements of the images belong to it, and where they lie in `phases m *outer columns`."""
    *deep, high, before = bands.before
    skipped, column = max(0, -before), max(0, before)
    length = max(0, min(bands.sizes[-1] - skipped, bands.last * bands.step - column))
    inner = tuple(slice(b, b + n) for b, n in zip(deep, bands.sizes, strict=False))
    for phase in range(bands.phases):
        first = (phase - high) % bands.phases
        count = -(-(bands.sizes[-2] - first) // bands.phases)
        start = (first + high) // bands.phases
        if count > 0:
            theirs = (*(slice(None) for _ in deep), slice(first, None, bands.phases), slice(skipped, skipped + length))
            yield theirs, (phase, slice(None), *inner, slice(start, start + count), slice(column, column + length))


def _rows(blocks: Buffer, bands: Bands) -> Iterator[Buffer]:
    """For each row of the kernel, the blocks that it meets: from that of the first place on."""
    count = blocks.shape[3] - max(offset for _, offset in bands.rows)
    for phase, offset in bands.rows:
        yield blocks[:, :, phase, offset : offset + count, :]


def _placed(xp: Namespace[Tensor], rows: Tensor, k: int, bands: Bands) -> Buffer:
    """Those of the rows `c blocks m*lines k*block` that belong to places: `c blocks m *places[:-1] k block`."""
    shape = (*rows.shape[:2], -1, *bands.outer, k, bands.block)
    deep = (slice(0, (bands.places[0] - 1) * bands.deep + 1, bands.deep),) if len(bands.places) == 3 else ()
    return xp.reshape(rows, shape)[(slice(None), slice(None), slice(None), *deep, slice(0, bands.places[-2]), ...)]


def _spread(xp: Namespace[Tensor], g: Tensor, bands: Bands) -> Tensor:
    """Results `m c k *places` as rows `c blocks m*lines k*block`, zero where there is no place."""
    (m, c, k), rank = g.shape[:3], len(bands.places)
    wide: Any = g
    if bands.block * bands.blocks != bands.places[-1]:
        wide = xp.zeros((*g.shape[:-1], bands.block * bands.blocks), dtype=g.dtype)
        wide[..., : bands.places[-1]] = g
    given = xp.reshape(wide, (*g.shape[:-1], bands.blocks, bands.block))
    rows: Any = xp.zeros((c, bands.blocks, m * bands.lines, k * bands.block), dtype=g.dtype)
    placed: Buffer = _placed(xp, rows, k, bands)
    placed[...] = xp.permute_dims(given, (1, rank + 2, 0, *range(3, rank + 2), 2, rank + 3))
    return rows  # type: ignore[no-any-return]  # a raw array
