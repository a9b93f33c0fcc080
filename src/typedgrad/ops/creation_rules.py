"""What the shape judge knows of the functions that make tensors out of sizes.

They are no primitives, since they take no tensor, and nothing checks them when a program runs. Static checkers import
this module; a program does not.
"""

from __future__ import annotations

from typing import Final

from typedgrad.shapes import Dim, Inconclusive, Shape, Signature, Slot, Unknown
from typedgrad.shapes.registry import Entry, register_lazy

_OF_FLOATS: Final[dict[str, object]] = {"shape": (), "dtype": "float32"}
_SHAPED: Final[dict[str, dict[str, object]]] = {
    "typedgrad.ops.create.zeros": {"dtype": "float32"},
    "typedgrad.ops.create.ones": {"dtype": "float32"},
    "typedgrad.ops.create.empty": {"dtype": "float32"},
    "typedgrad.ops.create.full": {"dtype": None},
    "typedgrad.core.random.uniform": _OF_FLOATS,
    "typedgrad.core.random.normal": _OF_FLOATS,
    "typedgrad.core.random.truncated_normal": _OF_FLOATS,
    "typedgrad.core.random.bernoulli": {"shape": (), "dtype": "bool"},
    "typedgrad.core.random.randint": {"shape": (), "dtype": "int64"},
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


def enter() -> None:
    """Enter the functions into the judge's registry."""
    for name, defaults in _SHAPED.items():
        entry = Entry(Signature({}, Slot("*new"), _shaped, name.rpartition(".")[2]), defaults, _dtype)
        register_lazy(name, lambda entry=entry: entry)  # type: ignore[misc]  # mypy cannot infer such a default
    eye = Entry(
        Signature({}, Slot("rows columns"), _square, "eye"),
        {"n_cols": None, "dtype": "float32"},
        _dtype,
        ("n_rows", "n_cols", "k", "dtype", "device"),
    )
    register_lazy("typedgrad.ops.create.eye", lambda: eye)
    permutation = Entry(Signature({}, Slot("size"), _counted, "permutation"), {"dtype": "int64"}, _dtype)
    register_lazy("typedgrad.core.random.permutation", lambda: permutation)
