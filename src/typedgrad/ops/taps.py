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

    def gather(self, xp: Namespace[Tensor], image: Buffer, columns: Buffer) -> Tensor:
        """Copy each tap's part of padded images `g c m *padded` into columns `g c taps ...`; as `g c*taps columns`."""
        g, c, m = image.shape[:3]
        width = m * math.prod(self.grid)
        if self.flat:
            line: Any = xp.reshape(image, (g, c, width))
            if len(self.parts) == 1:
                return line  # type: ignore[no-any-return]  # a raw array
            for t, (start,) in enumerate(self.parts):
                columns[:, :, t, : width - start.start] = line[:, :, start]
        else:
            for t, part in enumerate(self.parts):
                columns[:, :, t, ...] = image[(slice(None),) * 3 + part]
        return xp.reshape(columns, (g, c * len(self.parts), width))

    def add(self, xp: Namespace[Tensor], columns: Tensor, image: Buffer) -> None:
        """The adjoint of `gather`: add the columns `g c*taps columns` to where they came from."""
        g, taps = columns.shape[0], len(self.parts)
        parts: Any = xp.reshape(columns, (g, -1, taps, *self.column_shape(columns.shape[-1])))
        for t, part in enumerate(self.parts):
            if self.flat:
                start = part[0].start
                image[:, :, part[0]] += parts[:, :, t, : parts.shape[-1] - start]
            else:
                image[(slice(None),) * 3 + part] += parts[:, :, t, ...]

    def column_shape(self, width: int) -> Sizes:
        """The columns of `width // prod(grid)` images, as they are written to."""
        return (width,) if self.flat else (width // max(math.prod(self.grid), 1), *self.grid)

    def image_shape(self, images: int) -> Sizes:
        """Padded images, as `add` writes to them."""
        return (images * math.prod(self.padded),) if self.flat else (images, *self.padded)


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
