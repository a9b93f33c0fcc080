"""What a function reads beside its arguments: if it changes, what was compiled is out of date."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType
from typing import Any

from typedgrad.core.pytree import flatten
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor


class Closure:
    """The variables around a function, and those of its module that hold tensors, as they were once.

    Names and what they stand for are compared, also those in a dict and those of an object, one level deep:
    tensors are immutable, and so are layers.
    """

    __slots__ = ("_cells", "_globals")

    def __init__(self, function: Callable[..., Any]) -> None:
        self._cells: list[tuple[Any, object]] = []
        self._globals: list[tuple[dict[str, Any], str, object]] = []
        self._watch(function, set())

    def _watch(self, function: Callable[..., Any], seen: set[int]) -> None:
        """A function, and those that it finds in the variables around it."""
        seen.add(id(function))
        for cell in getattr(function, "__closure__", None) or ():
            try:
                found = cell.cell_contents
            except ValueError:  # not bound yet: a function that calls itself
                continue
            self._cells.append((cell, found))
            if isinstance(found, FunctionType) and id(found) not in seen:
                self._watch(found, seen)
            self._watch_inside(found)
        if isinstance(function, MethodType):
            self._watch_inside(function.__self__)
        names: dict[str, Any] = getattr(function, "__globals__", {})
        used = getattr(getattr(function, "__code__", None), "co_names", ())
        for name in used:
            if name in names and _holds_tensors(names[name]):
                self._globals.append((names, name, names[name]))
                self._watch_inside(names[name])

    def _watch_inside(self, value: object) -> None:
        """The tensors in a dict, or in an object's attributes, which can be exchanged for others."""
        found = value if isinstance(value, dict) else getattr(value, "__dict__", None)
        if isinstance(found, dict) and not isinstance(value, (ModuleType, FunctionType)):
            self._globals += [(found, name, part) for name, part in found.items() if _holds_tensors(part)]

    def is_same(self) -> bool:
        """Whether all of them stand for what they stood for."""
        for cell, known in self._cells:
            if cell.cell_contents is not known:
                return False
        return all(names.get(name) is known for names, name, known in self._globals)


def _holds_tensors(value: object) -> bool:
    if isinstance(value, (Tensor, State)):
        return True
    return any(isinstance(leaf, (Tensor, State)) for leaf in flatten(value)[0])
