"""Elements several times over."""

from __future__ import annotations

import math

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import with_rank_known
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import sum
from typedgrad.shapes import Dim, Inconclusive, Shape, ShapeError, Star, axis_index, prod


@linear
@primitive
def tile(x: Shaped[Tensor, "*old"], /, repetitions: tuple[int, ...]) -> Shaped[Tensor, "*new"]:
    """Copies of `x` side by side, so many along each of the last axes; `x` gets new axes where it has too few.

    >>> tg.tile(tg.asarray([1, 2]), (2, 2))
    Tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]], dtype=int64)
    """
    return namespace(x).tile(x, repetitions)


@where(tile)
def _(old: Shape, repetitions: tuple[int, ...]) -> dict[str, Shape]:
    for n in repetitions:
        _refuse_negative("repetitions", n)
    if len(repetitions) > len(old):
        old = (*(1,) * (len(repetitions) - len(with_rank_known(old))), *old)
    lead = len(old) - len(repetitions)
    return {"new": (*old[:lead], *map(_times, old[lead:], repetitions))}


def _times(size: Dim | Star, times: Dim) -> Dim:
    if isinstance(size, Star):
        raise Inconclusive("which axes are repeated is not known")
    return size * times


def _refuse_negative(name: str, n: int) -> None:
    if isinstance(n, int) and n < 0:
        raise ShapeError(f"`{name}` must not be negative, got {n}")


@vjp(tile)
def _(g: Tensor, out: Tensor, x: Tensor, *, repetitions: tuple[int, ...]) -> tuple[Tensor]:
    rank = max(len(x.shape), len(repetitions))
    times = (*(1,) * (rank - len(repetitions)), *repetitions)
    sizes = (*(1,) * (rank - len(x.shape)), *x.shape)
    copies = reshape(g, tuple(n for pair in zip(times, sizes, strict=True) for n in pair))
    return (reshape(sum(copies, axis=tuple(range(0, 2 * rank, 2))), x.shape),)


@linear
@primitive
def repeat(x: Shaped[Tensor, "*old"], /, repeats: int, *, axis: int | None = None) -> Shaped[Tensor, "*new"]:
    """Each element `repeats` times in a row, along an axis; with None, of the flattened tensor.

    >>> tg.repeat(tg.asarray([1, 2, 3]), 2)
    Tensor([1, 1, 2, 2, 3, 3], dtype=int64)
    """
    return namespace(x).repeat(x, repeats, axis=axis)


@where(repeat)
def _(old: Shape, repeats: int, axis: int | None) -> dict[str, Shape]:
    _refuse_negative("repeats", repeats)
    if axis is None:
        return {"new": (prod(old) * repeats,)}
    i = axis_index(old, axis)
    return {"new": (*old[:i], _times(old[i], repeats), *old[i + 1 :])}


@vjp(repeat)
def _(g: Tensor, out: Tensor, x: Tensor, *, repeats: int, axis: int | None) -> tuple[Tensor]:
    if axis is None:
        return (reshape(sum(reshape(g, (math.prod(x.shape), repeats)), axis=1), x.shape),)
    after = axis_index(x.shape, axis) + 1
    return (sum(reshape(g, (*x.shape[:after], repeats, *x.shape[after:])), axis=after),)
