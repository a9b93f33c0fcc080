"""Which axes an argument such as `axis` names: the part that the shape rules of many ops share.

Shapes may hold symbols and runs of axes; what they leave open raises `Inconclusive`.
"""

from __future__ import annotations

from typing import TypeAlias

from typedgrad.shapes import ANY_AXES, UNKNOWN, Dim, Inconclusive, Shape, ShapeError, Star, axis_index

Axis: TypeAlias = int | tuple[int, ...] | None


def axes_of(shape: Shape, axis: Axis) -> tuple[int, ...]:
    """The positions that `axis` names, in ascending order; None names them all. Refuses to be told one axis twice.

    >>> axes_of((2, 3, 4), (-1, 0))
    (0, 2)
    """
    if axis is None:
        return tuple(range(len(with_rank_known(shape))))
    found = [axis_index(shape, a) for a in axis] if isinstance(axis, tuple) else [axis_index(shape, axis)]
    for position in found:
        if found.count(position) > 1:
            raise ShapeError(f"axis {position} is named more than once by axis={axis}")
    return tuple(sorted(found))


def with_rank_known(shape: Shape) -> Shape:
    """`shape`, if its number of axes is certain."""
    if any(isinstance(n, Star) for n in shape):
        raise Inconclusive("the number of axes is not known")
    return shape


def reduced(shape: Shape, axis: Axis, *, keepdims: bool) -> Shape:
    """The shape after a reduction over `axis`.

    >>> reduced((2, 3, 4), (0, 2), keepdims=True)
    (1, 3, 1)
    """
    if axis is None:
        return tuple(ANY_AXES if isinstance(n, Star) else 1 for n in shape) if keepdims else ()
    gone = axes_of(shape, axis)
    return tuple(1 if i in gone else n for i, n in enumerate(shape) if keepdims or i not in gone)


def permuted(shape: Shape, axes: tuple[int, ...]) -> tuple[int, ...]:
    """The positions that `axes` lists, which must be each of the axes once.

    >>> permuted((2, 3, 4), (-1, 0, 1))
    (2, 0, 1)
    """
    found = tuple(axis_index(shape, a) for a in axes)
    if sorted(found) != list(range(len(shape))):
        raise ShapeError(f"axes={axes} must name each of the {len(shape)} axes once")
    return found


def of_rank(shape: Shape, rank: int) -> Shape:
    """`shape` with its run of axes, if it has exactly one, written out so that there are `rank` axes.

    >>> of_rank((Star("batch"), 3), 3)
    (_, _, 3)
    """
    runs = [i for i, n in enumerate(shape) if isinstance(n, Star)]
    if len(runs) == 1 and rank >= len(shape) - 1:
        (i,) = runs
        return (*shape[:i], *(UNKNOWN,) * (rank - len(shape) + 1), *shape[i + 1 :])
    return with_rank_known(shape)


def inserted(shape: Shape, axis: int, size: Dim = 1) -> Shape:
    """`shape` with a new axis that is number `axis` of the result.

    >>> inserted((2, 3), -1)
    (2, 3, 1)
    """
    i = axis_index((1, *shape) if axis >= 0 else (*shape, 1), axis)
    return (*shape[:i], size, *shape[i:])
