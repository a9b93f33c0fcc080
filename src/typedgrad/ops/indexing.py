"""The shape of `x[index]`, where `index` is written in a form that can be remembered: hashable, and without tensors.

An index is a tuple. Each item is

* an int, which picks from one axis and drops it; a symbol, or an unknown size, for an int that is not known,
* `(start, stop, step)`, a slice of one axis, each part an int or None; where it need not be hashable also a `slice`,
* `...`, which stands for the axes that nothing else takes; without it they come last,
* None, a new axis of size 1,
* `int`, the type: the next tensor of integers, which picks from one axis,
* `(bool, n, m)`: a tensor of bools with the sizes n and m, which picks from two axes; likewise for other numbers of
  axes. It is not among the tensors. Only shapes are computed with it: when a program runs, such a tensor has been
  replaced by the integers that say where it is true.

The rules are numpy's: index tensors broadcast together, and their axes stand where they stood in the index if nothing
stands between them, else in front; an int beside tensors counts as one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import TypeAlias, TypeGuard

from typedgrad.shapes import (
    UNKNOWN,
    AxisError,
    Dim,
    Inconclusive,
    Shape,
    ShapeError,
    Star,
    broadcast,
    compare,
    maximum,
    minimum,
)
from typedgrad.shapes.compare import sign

Index: TypeAlias = tuple[object, ...]
Axes: TypeAlias = "list[tuple[int, Dim]]"  # the number and the size of each


def indexed(shape: Shape, tensors: tuple[Shape, ...], index: Index) -> Shape:
    """The shape of `x[index]` for an `x` of this shape and integer tensors of those.

    >>> indexed((8, 3, 5), ((2, 7),), (int, (None, 2, None)))
    (2, 7, 2, 5)
    """
    out: list[Dim | Star] = []
    picked: list[Shape] = []
    places: list[int] = []  # of tensors and ints in the index
    front = 0
    waiting = iter(tensors)
    items = index if any(item is ... for item in index) else (*index, ...)
    for place, (item, axes) in enumerate(zip(items, _shared_out(shape, items), strict=True)):
        if item is None:
            out.append(1)
        elif item is ...:
            out.extend(size for _, size in axes)
        elif _is_slice(item):
            out.append(sliced(axes[0][1], item))
        else:
            front = front if places else len(out)
            places.append(place)
            picked.append(_picked(item, axes, waiting))
    if not any(item is int or _is_mask(item) for item in index):
        return tuple(out)
    front = front if places[-1] - places[0] < len(places) else 0
    return (*out[:front], *reduce(broadcast, picked), *out[front:])


def _picked(item: object, axes: Axes, waiting: Iterator[Shape]) -> Shape:
    """The shape of what one tensor or int picks positions with."""
    if item is int:
        return next(waiting)
    if not isinstance(item, tuple):
        axis, size = axes[0]
        if isinstance(item, int) and isinstance(size, int) and not -size <= item < size:
            raise AxisError(f"index {item} is out of range for axis {axis} of size {size}")
        return ()
    for (axis, size), n in zip(axes, item[1:], strict=True):
        if n != 0 and compare(size, n) == "refuted":  # a mask without elements fits everything, as in numpy
            raise AxisError(f"a mask of size {n} does not fit axis {axis} of size {size}")
    return (UNKNOWN,)


def _shared_out(shape: Shape, items: Index) -> list[Axes]:
    """The axes that each item takes."""
    takes = [0 if item is None or item is ... else len(item) - 1 if _is_mask(item) else 1 for item in items]
    dots = [i for i, item in enumerate(items) if item is ...]
    if len(dots) > 1:
        raise ShapeError("an index can hold only one `...`")
    before, after = sum(takes[: dots[0]]), sum(takes[dots[0] :])
    runs = [isinstance(n, Star) for n in shape]
    if not any(runs) and before + after > len(shape):
        raise AxisError(f"too many indices: {before + after} for {len(shape)} {'axis' if len(shape) == 1 else 'axes'}")
    if any(runs[:before]) or any(runs[len(shape) - after :]):
        raise Inconclusive("which axes are indexed is not known")
    takes[dots[0]] = len(shape) - before - after
    axes = iter(enumerate(shape))
    return [[next(axes) for _ in range(n)] for n in takes]  # type: ignore[misc]  # stars are left to `...`


def _is_mask(item: object) -> TypeGuard[tuple[Dim, ...]]:
    return isinstance(item, tuple) and item[:1] == (bool,)


def _is_slice(item: object) -> TypeGuard[slice | tuple[Dim | None, ...]]:
    return isinstance(item, slice) or (isinstance(item, tuple) and not _is_mask(item))


def sliced(size: Dim, item: slice | tuple[Dim | None, ...]) -> Dim:
    """The size of a slice of an axis.

    >>> sliced(10, (2, -1, 3)), sliced(UNKNOWN, (None, None, -1))
    (3, _)
    """
    start, stop, step = item if isinstance(item, tuple) else (item.start, item.stop, item.step)
    if isinstance(step, int) and step == 0:
        raise ShapeError("the step of a slice must not be 0")
    if all(part is None or isinstance(part, int) for part in (start, stop, step)) and isinstance(size, int):
        return len(range(*slice(start, stop, step).indices(size)))
    step = 1 if step is None else step
    if not isinstance(step, int) or (step < 0 and not (start is None and stop is None)):
        return UNKNOWN
    return (_length(start, stop, size) + abs(step) - 1) // abs(step)


def _length(start: Dim | None, stop: Dim | None, size: Dim) -> Dim:
    """How many positions there are from `start` to `stop`, in terms of symbols."""
    if start is None:
        return size if stop is None else _within(stop, size)
    if sign(start) == -1:
        return _smaller(-start, size) if stop is None else _at_least_zero(_within(stop, size) - _within(start, size))
    # A start beyond the axis leaves nothing, wherever the stop is: it need not be brought back into the axis.
    first = UNKNOWN if sign(start) is None else start
    last = size if stop is None else size + stop if sign(stop) == -1 else _within(stop, size)
    return _at_least_zero(last - first)


def _within(part: Dim, size: Dim) -> Dim:
    """Where a slice's start or stop falls on an axis of this size."""
    side = sign(part)
    if side is None:
        return UNKNOWN
    return _at_least_zero(size + part) if side < 0 else _smaller(part, size)


def _smaller(part: Dim, size: Dim) -> Dim:
    return part if sign(size - part + 1) == 1 else minimum(part, size)


def _at_least_zero(n: Dim) -> Dim:
    if isinstance(n, int):
        return max(n, 0)
    return n if sign(n + 1) == 1 else 0 if sign(-n + 1) == 1 else maximum(n, 0)
