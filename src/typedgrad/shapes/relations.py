"""The vocabulary of shape rules: the only ways in which a rule may compare dimensions.

Each takes `what`, a phrase for the user, and raises `ShapeError` only on what is certainly wrong. On what cannot be
decided they are silent, or, where an answer is needed to go on, raise `Inconclusive`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import overload

from typedgrad.shapes.calls import extremum
from typedgrad.shapes.compare import compare, compare_runs, sign
from typedgrad.shapes.dim import Dim, Shape, Sym
from typedgrad.shapes.errors import AxisError, ShapeError, show
from typedgrad.shapes.unknown import ANY_AXES, UNKNOWN, Star, Unknown


class Inconclusive(Exception):
    """A rule cannot go on, because something it needs is not known. The result is unknown, and nobody is told.

    `each` is what can be said all the same: what the new names mean in every item of a result that is a sequence.
    """

    def __init__(self, reason: str = "", *, each: Mapping[str, Dim | Shape] = {}) -> None:
        super().__init__(reason)
        self.each = dict(each)


@overload
def same(a: Dim, b: Dim, what: str) -> Dim: ...
@overload
def same(a: Shape, b: Shape, what: str) -> Shape: ...
def same(a: Dim | Shape, b: Dim | Shape, what: str) -> Dim | Shape:
    """The dimension, or the shape, that `a` and `b` both are; the better known of the two.

    >>> same(3, UNKNOWN, "the widths differ")
    3
    """
    if isinstance(a, tuple):
        assert isinstance(b, tuple)
        if compare_runs(a, b) == "refuted":
            raise ShapeError(f"{what}: {show(a)} and {show(b)}")
        return merge_runs(a, b)
    assert not isinstance(b, tuple)
    if compare(a, b) == "refuted":
        raise ShapeError(f"{what}: {show(a)} and {show(b)}")
    return b if isinstance(a, Unknown) else a


def merge_runs(a: Shape, b: Shape) -> Shape:
    """Two runs that may be the same, as one: known axes win over unknown ones."""
    if len(a) != len(b) or any(isinstance(x, Star) != isinstance(y, Star) for x, y in zip(a, b, strict=True)):
        return b if any(isinstance(x, Star) for x in a) else a
    return tuple(y if isinstance(x, Unknown) or x == ANY_AXES else x for x, y in zip(a, b, strict=True))


def broadcast(a: Shape, b: Shape) -> Shape:
    """The common shape of two operands, aligned at the right; only a literal 1 stretches.

    >>> broadcast((8, 1, 3), (4, 1))
    (8, 4, 3)
    """
    clash = broadcast_clash(a, b)
    if clash is not None:
        one, other = show(a[clash]), show(b[clash])
        raise ShapeError(
            f"{show(a)} and {show(b)} do not broadcast: axis {clash} is {one} in one but {other} in the other"
        )
    out: list[Dim | Star] = []
    i, j = len(a), len(b)
    while i and j:
        x, y = a[i - 1], b[j - 1]
        if isinstance(x, Star) or isinstance(y, Star):
            if x != y or x == ANY_AXES:
                return (ANY_AXES, *reversed(out))
            out.append(x)
        else:
            out.append(stretch(x, y))
        i, j = i - 1, j - 1
    return (*a[:i], *b[:j], *reversed(out))


def broadcast_clash(a: Shape, b: Shape) -> int | None:
    """The last axis, counted from the right as -1, -2, ..., on which two shapes certainly do not broadcast."""
    for back in range(1, min(len(a), len(b)) + 1):
        x, y = a[-back], b[-back]
        if isinstance(x, Star) or isinstance(y, Star):
            if x != y or x == ANY_AXES:
                return None
        elif not _is_one(x) and not _is_one(y) and compare(x, y) == "refuted":
            return -back
    return None


def stretch(x: Dim, y: Dim) -> Dim:
    """The common size of two axes that do not clash."""
    if _is_one(x):
        return y
    if _is_one(y) or compare(x, y) == "equal":
        return x
    # An axis has a size, which is not negative: if `h-2` is one, then `max(0,h-2)` is the same.
    for one, other in ((x, y), (y, x)):
        if isinstance(one, Sym) and maximum(one, 0) == other:
            return one
    # Undecided: each may be 1 or the other's equal. A number settles it; two symbols do not.
    return x if isinstance(x, int) else y if isinstance(y, int) else UNKNOWN


def _is_one(dim: Dim) -> bool:
    return isinstance(dim, int) and dim == 1


def at_most(a: Dim, b: Dim, what: str) -> None:
    """Refuse `a > b` where it is certain; `what` says so, as in "the kernel is taller than the padded image"."""
    if sign(a - b) == 1:
        raise ShapeError(f"{what}: {show(a)} > {show(b)}")


def divides(k: Dim, n: Dim, what: str) -> None:
    """Refuse an `n` that is certainly no multiple of `k`."""
    if isinstance(k, int) and k == 0:
        raise ShapeError(f"{what}: {show(n)} is not a multiple of 0")
    rest = n % k
    if isinstance(rest, int) and rest != 0:
        raise ShapeError(f"{what}: {show(n)} is not a multiple of {show(k)}")


def without_common_runs(a: Shape, b: Shape) -> tuple[Shape, Shape]:
    """Two shapes without the runs of axes that both have: `*b` holds equally many elements in each.

    >>> without_common_runs((Star("b"), 6), (2, Star("b"), 3))
    ((6,), (2, 3))
    """
    shared = {run for run in a if isinstance(run, Star) and run.name and a.count(run) == b.count(run)}
    return tuple(n for n in a if n not in shared), tuple(n for n in b if n not in shared)


def prod(shape: Iterable[Dim | Star]) -> Dim:
    """The number of elements; not known where a run of axes is not.

    >>> prod((2, 3, 4)), prod((2, UNKNOWN))
    (24, _)
    """
    total: Dim = 1
    for dim in shape:
        total = total * (UNKNOWN if isinstance(dim, Star) else dim)
    return total


def minimum(*dims: Dim) -> Dim:
    """The smallest dimension; the symbolic form of `min`."""
    return extremum("min", dims)


def maximum(*dims: Dim) -> Dim:
    """The largest dimension; the symbolic form of `max`."""
    return extremum("max", dims)


def axis_index(shape: Shape, axis: Dim) -> int:
    """Where `axis`, possibly negative, stands in the tuple `shape`.

    Raises `ShapeError` when it certainly is out of range, `Inconclusive` when a run of unknown length is in the way.

    >>> axis_index((Star("batch"), 3), -1)
    1
    """
    if not isinstance(axis, int):
        raise Inconclusive(f"axis {axis} is not known")
    if isinstance(axis, bool):
        raise ShapeError(f"an axis is an int, not {axis}")
    stars = [i for i, dim in enumerate(shape) if isinstance(dim, Star)]
    rank = len(shape)
    if not stars:
        if not -rank <= axis < rank:
            raise AxisError(f"axis {axis} is out of range for {rank} {'axis' if rank == 1 else 'axes'}")
        return axis % rank
    if 0 <= axis < stars[0]:
        return axis
    if stars[-1] - rank < axis < 0:
        return rank + axis
    raise Inconclusive(f"axis {axis} may be one of {show(shape)}")
