"""Elements several times over."""

from __future__ import annotations

import math

from jaxtyping import Int, Int64, Integer, Shaped, UInt

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.primitive import dynamic, linear, lookup, nondifferentiable, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import with_rank_known
from typedgrad.ops.gather import take
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import sum
from typedgrad.shapes import Dim, Inconclusive, Shape, ShapeError, Star, axis_index, prod, registry
from typedgrad.shapes.errors import show


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


def repeat(
    x: Shaped[Tensor, "*old"], /, repeats: int | Int[Tensor, "..."] | UInt[Tensor, "..."], *, axis: int | None = None
) -> Shaped[Tensor, "..."]:
    """Each element `repeats` times in a row, along an axis; with None, of the flattened tensor.

    `repeats` may be a tensor that says it for each position of the axis.

    Raises:
        ShapeError: for a negative number, or a tensor of another size than the axis.
        ValueError: for a tensor that holds a negative number.

    >>> tg.repeat(tg.asarray([1, 2, 3]), 2)
    Tensor([1, 1, 2, 2, 3, 3], dtype=int64)
    >>> tg.repeat(tg.asarray([1, 2, 3]), tg.asarray([0, 1, 2]))
    Tensor([2, 3, 3], dtype=int64)
    """
    if not isinstance(repeats, Tensor):
        return repeat_evenly(x, repeats, axis=axis)
    if axis is None:
        x, axis = reshape(x, (-1,) if 0 not in x.shape else (0,)), 0
    n = x.shape[axis_index(x.shape, axis)]
    if repeats.shape not in ((), (1,), (n,)):
        raise ShapeError(f"`repeats` must have one element or {n}, as axis {axis} has, not {show(repeats.shape)}")
    return take(x, repeated_positions(broadcast_to(repeats, (n,))), axis=axis)


@dynamic
@nondifferentiable
@primitive
def repeated_positions(repeats: Integer[Tensor, "n"], /) -> Int64[Tensor, "total"]:
    """The numbers from 0 to n - 1, each as often as `repeats` says.

    Raises ValueError for a negative number.

    >>> from typedgrad.ops.repeat import repeated_positions
    >>> repeated_positions(tg.asarray([1, 0, 2]))
    Tensor([0, 2, 2], dtype=int64)
    """
    xp = namespace(repeats)
    if xp.any(repeats < 0):
        raise ValueError("repeat: `repeats` must not hold negative numbers")
    return xp.repeat(xp.arange(repeats.shape[0], device=repeats.device), xp.astype(repeats, xp.int64))


@linear
@primitive
def repeat_evenly(x: Shaped[Tensor, "*old"], /, repeats: int, *, axis: int | None = None) -> Shaped[Tensor, "*new"]:
    """Each element `repeats` times in a row, along an axis; with None, of the flattened tensor.

    >>> from typedgrad.ops.repeat import repeat_evenly
    >>> repeat_evenly(tg.asarray([1, 2, 3]), 2)
    Tensor([1, 1, 2, 2, 3, 3], dtype=int64)
    """
    return namespace(x).repeat(x, repeats, axis=axis)


lookup(repeat_evenly).name = "repeat"  # what messages call it


def _entry() -> registry.Entry:
    found = registry.find(f"{__name__}.repeat_evenly")
    assert found is not None
    return found


# Static checkers look `repeat` up under its own name.
registry.register_lazy(f"{__name__}.repeat", _entry)


@where(repeat_evenly)
def _(old: Shape, repeats: int, axis: int | None) -> dict[str, Shape]:
    _refuse_negative("repeats", repeats)
    if axis is None:
        return {"new": (prod(old) * repeats,)}
    i = axis_index(old, axis)
    return {"new": (*old[:i], _times(old[i], repeats), *old[i + 1 :])}


@vjp(repeat_evenly)
def _(g: Tensor, out: Tensor, x: Tensor, *, repeats: int, axis: int | None) -> tuple[Tensor]:
    if axis is None:
        return (reshape(sum(reshape(g, (math.prod(x.shape), repeats)), axis=1), x.shape),)
    after = axis_index(x.shape, axis) + 1
    return (sum(reshape(g, (*x.shape[:after], repeats, *x.shape[after:])), axis=after),)
