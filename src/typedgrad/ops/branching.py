"""Whether both branches of a condition return the same: the one that is not taken runs once, on shapes alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from types import CellType, FunctionType, MethodType
from typing import TypeVar, cast

from typedgrad.core.abstract import eval_shape
from typedgrad.core.pytree import flatten, tree_map
from typedgrad.core.run import inference
from typedgrad.core.tensor import Tensor
from typedgrad.ops.carrying import same_tree
from typedgrad.shapes import ShapeError

F = TypeVar("F")

RULE = "cond: true_fun and false_fun must return the same"
_LIMIT = 4096
_DEPTH = 4  # of functions in the closures of functions
_seen: dict[Hashable, None] = {}


def refuse_unlike(
    result: object,
    taken: Callable[..., object],
    other: Callable[..., object],
    operands: Sequence[object],
    *,
    pred: bool,
) -> None:
    """Raise unless `other` would return a tree like `result`, which `taken` returned.

    What was compared once is not again, for arguments and closures of the same shapes. What cannot run without values
    is let pass.

    Raises TypeError for another structure, ShapeError for other shapes, and where `other` itself would raise it.
    """
    functions = (taken, other) if pred else (other, taken)
    key = (*(_signature(f, _DEPTH) for f in functions), _signature(operands, _DEPTH))
    if key in _seen:
        return
    if len(_seen) >= _LIMIT:
        _seen.clear()
    try:
        with inference:
            made = eval_shape(_without_values(other, _DEPTH), *operands)
    except ShapeError:
        raise
    except Exception:  # noqa: BLE001  # it may look at values, as nobody promised that it would not
        _seen[key] = None
        return
    shapes = tree_map(lambda x: eval_shape(lambda y: y, x), result)
    first, second = (shapes, made) if pred else (made, shapes)
    same_tree(RULE, first, second, "and")
    _seen[key] = None


def _signature(x: object, depth: int) -> Hashable:
    """What the shapes of a function's result can depend on: the code of functions, shapes and dtypes of tensors."""
    if isinstance(x, MethodType):
        return x.__func__.__code__, _signature(x.__self__, depth)
    if isinstance(x, FunctionType) and depth:
        cells = tuple(_signature(_content(cell), depth - 1) for cell in x.__closure__ or ())
        return x.__code__, cells, _signature(x.__defaults__, depth - 1)
    if isinstance(x, Tensor):
        return x.aval
    if isinstance(x, (int, float, str, bool, complex)) or x is None:
        return type(x), x
    leaves, structure = flatten(x)
    if len(leaves) == 1 and leaves[0] is x:
        return id(type(x))
    return structure, tuple(_signature(leaf, depth) for leaf in leaves)


def _without_values(f: F, depth: int) -> F:
    """A function like `f` whose closure holds tensors without values."""
    if isinstance(f, MethodType):
        return cast("F", MethodType(f.__func__, _without_values(f.__self__, depth)))
    if isinstance(f, FunctionType):
        if not depth:
            return f
        cells = tuple(_cell(cell, depth) for cell in f.__closure__ or ())
        made = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, cells)
        made.__kwdefaults__ = f.__kwdefaults__
        return cast("F", made)
    return f if isinstance(f, str) else cast("F", eval_shape(lambda tree: tree, f))


def _cell(cell: CellType, depth: int) -> CellType:
    content = _content(cell)
    return cell if content is None else CellType(_without_values(content, depth - 1))


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
