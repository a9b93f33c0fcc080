"""Hints: try small repairs of a call, and offer the first that satisfies the signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeGuard

from typedgrad.shapes.axes import is_known
from typedgrad.shapes.dim import Dim, Shape, Sym, names_of, substitute
from typedgrad.shapes.errors import ShapeError, SignatureError
from typedgrad.shapes.relations import Inconclusive, prod
from typedgrad.shapes.unknown import Star, Unknown

Shapes = Mapping[str, "Shape | Sequence[Shape] | None"]
Attempt = Callable[[Shapes, Mapping[str, object], Mapping[str, Dim]], object]


def find(
    attempt: Attempt,
    error: ShapeError,
    shapes: Shapes,
    static: Mapping[str, object] = {},
    known: Mapping[str, Dim] = {},
) -> str:
    """The code that would make the call fit, as in "transpose it: y.mT"; empty if no small repair does.

    `attempt` raises `ShapeError` for shapes that do not fit. It is made with numbers in place of names, so that what is
    merely not refuted does not pass for a repair. The arguments that `error` blames are tried first.
    """
    if any(isinstance(n, int) and n == 0 for shape in shapes.values() if is_shape(shape) for n in shape):
        return ""  # no other order makes something of nothing
    numbers = _Numbers()
    fixed = {name: numbers.dim(dim) for name, dim in known.items()}
    for repaired, values, advice in _repairs(error, shapes, static):
        tried = {name: shape if shape is None else numbers.shape(shape) for name, shape in repaired.items()}
        try:
            attempt(tried, {name: numbers.static(value) for name, value in values.items()}, fixed)
        except (ShapeError, SignatureError, Inconclusive, TypeError, ValueError, IndexError, ArithmeticError):
            continue
        return advice
    return ""


class _Numbers:
    """A number for every name, and for every unknown axis: large ones, that many divide and no two of which agree."""

    def __init__(self) -> None:
        self.names: dict[str, object] = {}
        self.count = 0

    def shape(self, shape: Shape | Sequence[Shape]) -> Shape | Sequence[Shape]:
        """A shape, or several, with numbers."""
        if is_shape(shape):
            return tuple(axis if isinstance(axis, Star) else self.dim(axis) for axis in shape)
        several: Sequence[Shape] = shape  # type: ignore[assignment]  # what is not one shape
        return [tuple(axis if isinstance(axis, Star) else self.dim(axis) for axis in one) for one in several]

    def static(self, value: object) -> object:
        """A static argument with numbers; what is not known stays so."""
        if isinstance(value, tuple | list):
            return tuple(map(self.static, value))
        return self.dim(value) if isinstance(value, Sym) else value

    def dim(self, dim: Dim) -> Dim:
        """A dimension as a number."""
        if isinstance(dim, Unknown):
            return self._next()
        for name in names_of(dim):
            if name not in self.names:
                self.names[name] = self._next()
        return substitute(dim, self.names)

    def _next(self) -> int:
        self.count += 1
        return (_PRIME + self.count * self.count) * _DIVISIBLE


_PRIME: Final = 10_007
_DIVISIBLE: Final = 2**6 * 3**2 * 5 * 7


def _repairs(
    error: ShapeError, shapes: Shapes, static: Mapping[str, object]
) -> Iterator[tuple[Shapes, Mapping[str, object], str]]:
    single = {name: shape for name, shape in shapes.items() if is_shape(shape) and is_known(shape)}
    blamed = [operand.name for operand in error.operands if operand.blamed]
    axis = static.get("axis")
    if isinstance(axis, int) and single and not blamed:
        rank = max(map(len, single.values()))
        for other in sorted(range(rank), key=lambda i: abs(i - axis)):
            if other not in (axis, axis + rank):
                yield shapes, {**static, "axis": other}, f"did you mean axis={other}?"
    suspects = blamed or [operand.name for operand in error.operands if len(error.operands) == 1]
    miscounted = not static.keys().isdisjoint(("axis", "index"))  # then it is rather these that are wrong
    ranks = [len(single[name]) for name in suspects if name in single]
    # Beside a vector it is rather an axis that is missing, even where a transposed matrix happens to fit.
    for repair in (*_REPAIRS[1:], *_REPAIRS[:1]) if 1 in ranks else _REPAIRS:
        for name in reversed(suspects):
            if name not in single or (repair is _extended and (miscounted or len(single[name]) > min(ranks))):
                continue
            for shape, advice in repair(name, single[name]):
                # Without a culprit among the axes it is the number of axes that is wrong, or a rule that objects.
                if blamed or len(shape) != len(single[name]):
                    yield {**shapes, name: shape}, static, advice
    for i, first in enumerate(blamed):
        for second in blamed[i + 1 :]:
            if first in single and second in single:
                swapped = {**shapes, first: single[second], second: single[first]}
                yield swapped, static, f"swap `{first}` and `{second}`"


def is_shape(value: Shape | Sequence[Shape] | None) -> TypeGuard[Shape]:
    """Whether this is one shape, not a sequence of them."""
    return isinstance(value, tuple) and not any(isinstance(item, tuple) for item in value)


Repair = Callable[[str, Shape], "Iterator[tuple[Shape, str]]"]
"""Other shapes the caller may have meant, each with the code that gets there."""


def _transposed(name: str, shape: Shape) -> Iterator[tuple[Shape, str]]:
    if len(shape) >= 2 and not any(isinstance(axis, Star) for axis in shape[-2:]):
        yield (*shape[:-2], shape[-1], shape[-2]), f"transpose it: {name}.mT"


def _channels_moved(name: str, shape: Shape) -> Iterator[tuple[Shape, str]]:
    if len(shape) == 4 and not _has_runs(shape):
        n, a, b, c = shape
        yield (n, c, a, b), f"move the channels to axis 1: moveaxis({name}, -1, 1)"
        yield (n, b, c, a), f"move the channels to the back: moveaxis({name}, 1, -1)"


def _flattened(name: str, shape: Shape) -> Iterator[tuple[Shape, str]]:
    if len(shape) > 2 and not _has_runs(shape):
        yield (shape[0], prod(shape[1:])), f"flatten it first: flatten({name}, start=1)"


def _squeezed(name: str, shape: Shape) -> Iterator[tuple[Shape, str]]:
    for i in range(len(shape) - 1, -1, -1):
        if shape[i] == 1 and not _has_runs(shape):
            axis = -1 if i == len(shape) - 1 else i
            yield shape[:i] + shape[i + 1 :], f"drop the axis of size 1: squeeze({name}, axis={axis})"


def _extended(name: str, shape: Shape) -> Iterator[tuple[Shape, str]]:
    if not _has_runs(shape):
        yield (1, *shape), f"add a batch axis: {name}[None]"
        yield (*shape, 1), f"add an axis at the end: {name}[..., None]"


_REPAIRS: tuple[Repair, ...] = (_transposed, _channels_moved, _flattened, _squeezed, _extended)


def _has_runs(shape: Shape) -> bool:
    """With runs of unknown length too much would seem to fit."""
    return any(isinstance(axis, Star) for axis in shape)
