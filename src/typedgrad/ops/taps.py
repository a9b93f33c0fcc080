"""Where the elements lie that a sliding window sees: for each of its taps, one part of the padded input.

With stride 1 everything is read along one flat axis that holds all images: a tap is then an offset, and its part is
one long run, which is copied and added many times faster than rows. Between the rows of the result lie columns that
belong to no place; they are computed and left out. With other strides a tap's part is a slice of each axis.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.backends import Namespace
    from typedgrad.core.tensor import Tensor
    from typedgrad.ops.windows import Pads

Buffer: TypeAlias = Any  # a raw array that is written to, which tensors are not
Sizes = tuple[int, ...]
Slices = tuple[slice, ...]


class Taps(NamedTuple):
    """One way of sliding: over inputs of one size, with one window."""

    flat: bool
    padded: Sizes  # the padded input
    grid: Sizes  # what one image has columns for; more than `places` if flat
    places: Sizes
    inner: Slices  # the input within the padded input
    kept: Slices  # the places within the grid
    parts: tuple[Slices, ...]  # per tap; if flat, its start alone
    window: Sizes

    @property
    def tail(self) -> int:
        """How far beyond the last place the last tap of a flat window reaches."""
        return self.parts[-1][0].start if self.flat else 0

    def runs(self, images: int, most: int) -> Iterator[tuple[int, int, slice]]:
        """Cut the grid of some images into runs of at most `most` columns.

        Each is a range of offsets if flat, otherwise one of the first axis; with the columns that it holds.
        """
        if self.flat:
            for first, end, size in runs(images * math.prod(self.grid), most):
                for i in range(first, end, size):
                    yield i, i + size, slice(i, i + size)
            return
        row = images * math.prod(self.grid[1:])
        # Only those of one image lie one behind the other.
        for first, end, size in runs(self.grid[0], most // max(1, row) if images == 1 else self.grid[0]):
            for i in range(first, end, size):
                yield i, i + size, slice(i * row, (i + size) * row)

    def gather(self, xp: Namespace[Tensor], image: Buffer, first: int, end: int) -> Tensor:
        """Each tap's part of a run of padded images, `g c m *padded` or flat `g c line`, as `g c*taps columns`."""
        g, c = image.shape[:2]
        if self.flat:
            if len(self.parts) == 1:
                return image[:, :, first:end]  # type: ignore[no-any-return]  # a raw array
            columns: Any = xp.empty((g, c, len(self.parts), end - first), dtype=image.dtype)
            for t, (tap,) in enumerate(self.parts):
                columns[:, :, t, :] = image[:, :, tap.start + first : tap.start + end]
        else:
            columns = xp.empty((g, c, len(self.parts), image.shape[2], end - first, *self.grid[1:]), dtype=image.dtype)
            for t, part in enumerate(self.parts):
                columns[:, :, t, ...] = image[(slice(None),) * 3 + self._rows(part, first, end)]
        return xp.reshape(columns, (g, c * len(self.parts), math.prod(columns.shape[3:])))

    def add(self, xp: Namespace[Tensor], columns: Tensor, image: Buffer, first: int, end: int) -> None:
        """The adjoint of `gather`: add the columns `g c*taps columns` to where they came from."""
        g, c = image.shape[:2]
        shape = (end - first,) if self.flat else (image.shape[2], end - first, *self.grid[1:])
        parts: Any = xp.reshape(columns, (g, c, len(self.parts), *shape))
        for t, part in enumerate(self.parts):
            if self.flat:
                image[:, :, part[0].start + first : part[0].start + end] += parts[:, :, t, :]
            else:
                image[(slice(None),) * 3 + self._rows(part, first, end)] += parts[:, :, t, ...]

    def _rows(self, part: Slices, first: int, end: int) -> Slices:
        start, step = part[0].start, part[0].step
        return (slice(start + first * step, start + (end - 1) * step + 1, step), *part[1:])

    def zeros(self, xp: Namespace[Tensor], lead: tuple[int, int, int], dtype: object) -> tuple[Buffer, Buffer]:
        """Memory for padded images: as `gather` and `add` see it, and as `g c m *padded`."""
        if not self.flat:
            image = xp.zeros((*lead, *self.padded), dtype=dtype)
            return image, image
        length = lead[2] * math.prod(self.padded)
        line: Any = xp.zeros((*lead[:2], length + self.tail), dtype=dtype)
        return line, xp.reshape(line[:, :, :length], (*lead, *self.padded), copy=False)


@functools.lru_cache(maxsize=4096)
def taps_of(sizes: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes, *, flat: bool = True) -> Taps:
    """The taps for inputs of these sizes; `flat` allows them to be offsets."""
    flat = flat and all(s == 1 for s in stride)
    padded = tuple(n + before + after for n, (before, after) in zip(sizes, pads, strict=True))
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    places = tuple((q - span) // s + 1 for q, span, s in zip(padded, spans, stride, strict=True))
    steps = [math.prod(padded[i + 1 :]) for i in range(len(padded))]
    parts: list[Slices] = []
    for tap in itertools.product(*map(range, window)):
        first = [t * d for t, d in zip(tap, dilation, strict=True)]
        if flat:
            parts.append((slice(sum(a * b for a, b in zip(first, steps, strict=True)), None),))
        else:
            ends = [a + (p - 1) * s + 1 for a, p, s in zip(first, places, stride, strict=True)]
            parts.append(tuple(slice(a, b, s) for a, b, s in zip(first, ends, stride, strict=True)))
    inner = tuple(slice(before, before + n) for n, (before, _) in zip(sizes, pads, strict=True))
    grid = padded if flat else places
    return Taps(flat, padded, grid, places, inner, tuple(slice(0, p) for p in places), tuple(parts), window)


def runs(count: int, most: int) -> Iterator[tuple[int, int, int]]:
    """Cut `count` images into equal parts of at most `most`, and a rest: (first, end, size of a part)."""
    size = max(1, min(most, count))
    rest = count % size
    if count - rest:
        yield 0, count - rest, size
    if rest:
        yield count - rest, count, rest
