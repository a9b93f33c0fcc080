"""How to multiply arrays with labelled axes and sum over labels, by products of matrices.

A product of two arrays becomes one product of (stacks of) matrices: labels in both that are still needed afterwards
number the stack, the other labels in both are summed. A program depends on shapes alone and is made once for them.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.backends import namespace
from typedgrad.ops.contraction_order import order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from typedgrad.backends import Namespace
    from typedgrad.core.tensor import Tensor

Axes = tuple[int, ...]


class Arrange(NamedTuple):
    """Take diagonals, sum axes away, permute what is left."""

    operand: int
    diagonals: tuple[Axes, ...]  # for each the permutation that brings the two equal axes to the end
    summed: Axes
    axes: Axes | None


class Factor(NamedTuple):
    """How an operand is made ready for its product."""

    axes: Axes | None
    packed: bool  # whether its elements must be brought together in memory first
    shape: Axes | None
    transposed: bool


class Multiply(NamedTuple):
    """Multiply two operands, as matrices or element by element; the product takes the place of the first of them."""

    left: int
    right: int
    factors: tuple[Factor, Factor]
    as_matrices: bool
    shape: Axes | None


Program = tuple[Arrange | Multiply, ...]


def contract(inputs: tuple[str, ...], output: str, arrays: Sequence[Tensor]) -> Tensor:
    """The array with the axes `output`, which must be different ones, from raw arrays with the axes `inputs`."""
    return run(program(inputs, output, tuple(x.shape for x in arrays)), arrays)


def run(steps: Program, arrays: Sequence[Tensor]) -> Tensor:
    """What the steps of a program make of raw arrays."""
    xp = namespace(arrays[0])
    pool = list(arrays)
    for step in steps:
        if isinstance(step, Arrange):
            pool[step.operand] = _arrange(xp, pool[step.operand], step)
            continue
        left, right = (_ready(xp, pool[i], f) for i, f in zip((step.left, step.right), step.factors, strict=True))
        product = xp.matmul(left, right) if step.as_matrices else xp.multiply(left, right)
        pool[min(step.left, step.right)] = product if step.shape is None else xp.reshape(product, step.shape)
        del pool[max(step.left, step.right)]
    return pool[0]


def _arrange(xp: Namespace[Tensor], x: Tensor, step: Arrange) -> Tensor:
    for axes in step.diagonals:
        x = xp.linalg.diagonal(xp.permute_dims(x, axes))
    if step.summed:
        x = xp.sum(x, axis=step.summed, dtype=x.dtype)
    return x if step.axes is None else xp.permute_dims(x, step.axes)


def _ready(xp: Namespace[Tensor], x: Tensor, factor: Factor) -> Tensor:
    if factor.axes is not None:
        x = xp.permute_dims(x, factor.axes)
    if factor.packed:
        x = xp.reshape(x, (-1,)) if 0 not in x.shape else x
    if factor.shape is not None:
        x = xp.reshape(x, factor.shape)
    return xp.matrix_transpose(x) if factor.transposed else x


@functools.lru_cache(maxsize=4096)
def program(inputs: tuple[str, ...], output: str, shapes: tuple[Axes, ...]) -> Program:
    """The steps that contract operands of these shapes."""
    sizes = {label: n for term, shape in zip(inputs, shapes, strict=True) for label, n in zip(term, shape, strict=True)}
    terms = list(inputs)
    steps: list[Arrange | Multiply] = []

    def arrange(i: int, wanted: str | None = None) -> None:
        needed = output + "".join(terms[:i] + terms[i + 1 :])
        step, terms[i] = _arrangement(i, terms[i], needed, wanted)
        if step.diagonals or step.summed or step.axes:
            steps.append(step)

    for i in range(len(terms)):
        arrange(i)
    for i, j in order(tuple(terms), output, sizes):
        others = "".join(term for k, term in enumerate(terms) if k not in (i, j))
        step, terms[i] = _product((i, terms[i]), (j, terms[j]), {*output, *others}, output, sizes)
        steps.append(step)
        del terms[j]
    arrange(0, output)
    return tuple(steps)


def _arrangement(operand: int, term: str, needed: str, wanted: str | None) -> tuple[Arrange, str]:
    """Drop repeated labels and those that nobody needs; bring the rest into the wanted order."""
    diagonals = []
    while repeated := [label for label in term if term.count(label) > 1]:
        pair = [i for i, label in enumerate(term) if label == repeated[0]][:2]
        others = [i for i in range(len(term)) if i not in pair]
        diagonals.append((*others, *pair))
        term = "".join(term[i] for i in others) + repeated[0]
    summed = tuple(i for i, label in enumerate(term) if label not in needed)
    term = "".join(label for label in term if label in needed)
    if wanted is None:
        return Arrange(operand, tuple(diagonals), summed, None), term
    return Arrange(operand, tuple(diagonals), summed, _permutation(term, wanted)), wanted


def _permutation(term: str, wanted: str) -> Axes | None:
    axes = tuple(term.index(label) for label in wanted)
    return None if axes == tuple(range(len(axes))) else axes


def _product(
    first: tuple[int, str], second: tuple[int, str], needed: Collection[str], output: str, sizes: Mapping[str, int]
) -> tuple[Multiply, str]:
    """The product of two operands, given as positions and labels, and its labels."""
    (i, left), (j, right) = first, second
    free = [label for label in left if label not in right], [label for label in right if label not in left]
    if all(free) and output.find(free[1][0]) < output.find(free[0][0]):
        (i, left), (j, right), free = second, first, (free[1], free[0])  # so that the result need not be permuted
    stack = sorted((label for label in left if label in right and label in needed), key=output.find)
    larger = max(left, right, key=lambda term: math.prod(sizes[label] for label in term))
    summed = [label for label in larger if label in left and label in right and label not in needed]
    made = "".join((*stack, *free[0], *free[1]))
    if not summed:
        made = output if set(made) == set(output) else made
        return Multiply(i, j, (_stretched(left, made, sizes), _stretched(right, made, sizes)), False, None), made
    factors = _matrix(left, stack, free[0], summed, sizes), _matrix(right, stack, summed, free[1], sizes)
    merged = len(free[0]) != 1 or len(free[1]) != 1
    return Multiply(i, j, factors, True, tuple(sizes[label] for label in made) if merged else None), made


def _matrix(term: str, stack: list[str], rows: list[str], columns: list[str], sizes: Mapping[str, int]) -> Factor:
    """A stack of matrices; if columns come first in memory, of their transposes, which costs nothing."""
    inner = [label for label in term if label not in stack]
    transposed = bool(rows) and inner[-1] in rows
    groups = (columns, rows) if transposed else (rows, columns)
    wanted = "".join((*stack, *groups[0], *groups[1]))
    shape = (*(sizes[label] for label in stack), *(math.prod(sizes[label] for label in group) for group in groups))
    packed = term[-1] in stack
    plain = len(rows) == len(columns) == 1 and not packed
    return Factor(_permutation(term, wanted), packed, None if plain else shape, transposed)


def _stretched(term: str, made: str, sizes: Mapping[str, int]) -> Factor:
    """With an axis of size 1 for every label that the other factor alone has."""
    wanted = "".join(label for label in made if label in term)
    shape = tuple(sizes[label] if label in term else 1 for label in made)
    return Factor(_permutation(term, wanted), False, None if wanted == made else shape, False)
