"""Sums of products over pairs of axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from jaxtyping import Num

from typedgrad.core.primitive import jvp, primitive, takes_lists, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import with_rank_known
from typedgrad.ops.contraction import einsum
from typedgrad.ops.contraction_program import contract
from typedgrad.shapes import Operand, ShapeError, axis_index, compare

if TYPE_CHECKING:
    from typedgrad.shapes import Shape

Pairs: TypeAlias = int | Sequence[Sequence[int]]


@takes_lists
@primitive
def tensordot(x1: Num[Tensor, "..."], x2: Num[Tensor, "..."], /, *, axes: Pairs = 2) -> Num[Tensor, "*product"]:
    """Multiply all elements of `x1` and `x2`, and sum over pairs of axes. The axes of `x1` that are left come first.

    Args:
        x1: the first factor.
        x2: the second one.
        axes: the axes of `x1` and those of `x2` that pair up, or how many of the last of `x1` and the first of `x2`.

    >>> tg.tensordot(tg.ones((2, 3, 4)), tg.ones((4, 3, 5)), axes=((1, 2), (1, 0))).shape
    (2, 5)
    """
    left, right, result = _labels(x1.shape, x2.shape, axes)
    return contract((left, right), result, (x1, x2))


def _labels(x1: Shape, x2: Shape, axes: Pairs) -> tuple[str, str, str]:
    """The axes of both and of the result as letters: pairs have the same one."""
    first, second = _paired(x1, x2, axes)
    left = [chr(0x3B1 + i) for i in range(len(x1))]
    right = [chr(0x561 + i) for i in range(len(x2))]
    for i, j in zip(first, second, strict=True):
        right[j] = left[i]
    rest = [label for i, label in enumerate(left) if i not in first]
    return "".join(left), "".join(right), "".join(rest + [label for j, label in enumerate(right) if j not in second])


def _paired(x1: Shape, x2: Shape, axes: Pairs) -> tuple[list[int], list[int]]:
    with_rank_known(x1), with_rank_known(x2)
    if isinstance(axes, int):
        if not 0 <= axes <= min(len(x1), len(x2)):
            raise ShapeError(f"axes={axes}, but `x1` has {len(x1)} axes and `x2` has {len(x2)}")
        return [*range(len(x1) - axes, len(x1))], [*range(axes)]
    if len(axes) != 2:
        raise ShapeError(f"`axes` must be a number or a pair, the axes of `x1` and those of `x2`, not {axes}")
    first, second = [axis_index(x1, i) for i in axes[0]], [axis_index(x2, j) for j in axes[1]]
    if len(first) != len(second):
        raise ShapeError(f"axes={axes} names {len(first)} axes of `x1`, but {len(second)} of `x2`")
    for name, found in (("x1", first), ("x2", second)):
        if len(set(found)) < len(found):
            raise ShapeError(f"axes={axes} names an axis of `{name}` more than once")
    return first, second


@where(tensordot)
def _(x1: Shape, x2: Shape, axes: Pairs) -> dict[str, Shape]:
    first, second = _paired(x1, x2, axes)
    for i, j in zip(first, second, strict=True):
        if compare(x1[i], x2[j]) == "refuted":
            raise ShapeError(
                f"axis {i} of `x1` is {x1[i]}, but axis {j} of `x2` is {x2[j]}",
                operands=[Operand("x1", [*map(str, x1)], [i]), Operand("x2", [*map(str, x2)], [j])],
            )
    rest = [n for i, n in enumerate(x1) if i not in first]
    return {"product": (*rest, *(n for j, n in enumerate(x2) if j not in second))}


@vjp(tensordot, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor, *, axes: Pairs) -> Tensor:
    left, right, result = _labels(x1.shape, x2.shape, axes)
    return einsum((g, x2), subscripts=f"{result},{right}->{left}")


@vjp(tensordot, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor, *, axes: Pairs) -> Tensor:
    left, right, result = _labels(x1.shape, x2.shape, axes)
    return einsum((g, x1), subscripts=f"{result},{left}->{right}")


@jvp(tensordot)
def _(t1: Tensor | None, t2: Tensor | None, out: Tensor, x1: Tensor, x2: Tensor, *, axes: Pairs) -> Tensor:
    parts = [tensordot(a, b, axes=axes) for a, b in ((t1, x2), (x1, t2)) if a is not None and b is not None]
    return sum(parts[1:], parts[0])
