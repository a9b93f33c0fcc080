"""What the shape judge knows of the functions that make tensors out of sizes.

They are no primitives, since they take no tensor, and nothing checks them when a program runs. Static checkers import
this module; a program does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

from typedgrad.shapes import UNKNOWN, Dim, Inconclusive, Shape, Signature, Slot, Unknown
from typedgrad.shapes.dim import Sym
from typedgrad.shapes.registry import DTypeRule, Entry, register_lazy

_OF_FLOATS: Final[dict[str, object]] = {"shape": (), "dtype": "float32"}
_SHAPED: Final[dict[str, dict[str, object]]] = {
    "typedgrad.ops.create.zeros": {"dtype": "float32"},
    "typedgrad.ops.create.ones": {"dtype": "float32"},
    "typedgrad.ops.create.empty": {"dtype": "float32"},
    "typedgrad.core.random.uniform": _OF_FLOATS,
    "typedgrad.core.random.normal": _OF_FLOATS,
    "typedgrad.core.random.truncated_normal": _OF_FLOATS,
    "typedgrad.core.random.bernoulli": {"shape": (), "dtype": "bool"},
    "typedgrad.core.random.randint": {"shape": (), "dtype": "int64"},
    "typedgrad.core.random.bits": {"shape": (), "dtype": "uint32"},
}


def _shaped(shape: Dim | Shape) -> dict[str, Shape]:
    if isinstance(shape, Unknown):
        raise Inconclusive("the shape is not known")
    return {"new": shape if isinstance(shape, tuple) else (shape,)}


def _square(n_rows: Dim, n_cols: Dim | None) -> dict[str, Dim]:
    return {"rows": n_rows, "columns": n_rows if n_cols is None else n_cols}


def _counted(n: Dim) -> dict[str, Dim]:
    return {"size": n}


def _dtype(dtype: str | None) -> str:
    if dtype is None:
        raise Inconclusive("the dtype follows from a value")
    return dtype


def _filled(fill_value: object, dtype: str | None) -> str:
    return dtype or _dtype_of([fill_value])


def _spaced(num: Dim) -> dict[str, Dim]:
    return {"size": num}


def _positions(length: Dim, features: Dim) -> dict[str, Dim]:
    return {"t": length, "size": features}


def _squared(length: Dim) -> dict[str, Dim]:
    return {"t": length}


def _stepped(start: Dim | float, stop: Dim | float | None, step: Dim | float) -> dict[str, Dim]:
    first, last = (0, start) if stop is None else (start, stop)
    if isinstance(first, float) or isinstance(last, float) or isinstance(step, float):
        return {"size": max(ceil((last - first) / step), 0)}  # type: ignore[operator]  # a symbol is refused: no result
    length = last - first
    count = length if isinstance(step, int) and step == 1 else -(-length // step)
    return {"size": max(count, 0) if isinstance(count, int) else count}


def _dtype_of_steps(start: object, stop: object, step: object, dtype: str | None) -> str:
    return dtype or _dtype_of([start, 0 if stop is None else stop, step])


def _nested(obj: object) -> dict[str, Shape]:
    shape = _shape_of(obj)
    if isinstance(shape, Unknown):
        raise Inconclusive("what is made a tensor is not known")
    return {"new": shape}


def _shape_of(obj: object) -> Shape | Unknown:
    """The shape of nested lists. One of several items tells it, since all must have the same."""
    if isinstance(obj, bool | int | float | complex | Sym):
        return ()
    if not isinstance(obj, tuple):
        return UNKNOWN
    each = [shape for shape in map(_shape_of, obj) if isinstance(shape, tuple)]
    if obj and not each:
        return UNKNOWN
    return (len(obj), *(each[0] if each else ()))


def _dtype_of_items(obj: object, dtype: str | None) -> str:
    return dtype or _dtype_of([obj])


def _dtype_of(values: list[object] | tuple[object, ...]) -> str:
    """The dtype of Python numbers, in lists or by themselves."""
    kinds: set[type] = set()
    for value in values:
        if isinstance(value, tuple):
            kinds.add(_KINDS[_dtype_of(value)])
        elif isinstance(value, str):  # a size, as text
            kinds.add(int)
        elif isinstance(value, bool | int | float | complex):
            kinds.add(type(value))
        else:
            raise Inconclusive("a value is not known")
    return _DTYPES[max(kinds or {float}, key=list(_DTYPES).index)]


_DTYPES: Final[dict[type, str]] = {bool: "bool", int: "int64", float: "float32", complex: "complex64"}
_KINDS: Final = {name: kind for kind, name in _DTYPES.items()}


def enter() -> None:
    """Enter the functions into the judge's registry."""
    for name, defaults in _SHAPED.items():
        _enter(name, "*new", _shaped, defaults)
    _enter("typedgrad.ops.create.full", "*new", _shaped, {"dtype": None}, dtype=_filled)
    square = ("n_rows", "n_cols", "k", "dtype", "device")
    _enter("typedgrad.ops.create.eye", "rows columns", _square, {"n_cols": None, "dtype": "float32"}, square)
    _enter("typedgrad.core.random.permutation", "size", _counted, {"dtype": "int64"})
    steps: dict[str, object] = {"stop": None, "step": 1, "dtype": None}
    ranged = ("start", "stop", "step", "dtype", "device")
    _enter("typedgrad.ops.create.arange", "size", _stepped, steps, ranged, _dtype_of_steps)
    spaced = ("start", "stop", "num", "dtype", "device", "endpoint")
    _enter("typedgrad.ops.create.linspace", "size", _spaced, {"dtype": "float32"}, spaced)
    made = ("obj", "dtype", "device", "copy")
    _enter("typedgrad.ops.create.asarray", "*new", _nested, {"dtype": None}, made, _dtype_of_items)
    _enter("typedgrad.ops.masks.causal_mask", "t t", _squared, {"dtype": "bool"})
    _enter("typedgrad.ops.positions.sinusoidal_positions", "t size", _positions, {"dtype": "float32"})


def _enter(
    name: str,
    out: str,
    rule: Callable[..., Mapping[str, object]],
    defaults: Mapping[str, object],
    parameters: tuple[str, ...] = (),
    dtype: DTypeRule = _dtype,
) -> None:
    title = name.rpartition(".")[2]
    register_lazy(name, lambda: Entry(Signature({}, Slot(out), rule, title), defaults, dtype, parameters))
