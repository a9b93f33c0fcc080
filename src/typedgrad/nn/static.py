"""The part of a layer that is not tensors: one object for equal ones, so that it can stand in cache keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_INTERNED: dict[Any, Static] = {}
_LIMIT = 16_384


class Static:
    """The class of a layer, the names of its children, and its other fields."""

    __slots__ = ("children", "cls", "rest")

    def __init__(self, cls: type, children: tuple[str, ...], rest: dict[str, Any]) -> None:
        self.cls = cls
        self.children = children
        self.rest = rest

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Static):
            return NotImplemented
        return self.cls is other.cls and self.children == other.children and self.rest == other.rest

    __hash__ = object.__hash__

    def __reduce__(self) -> tuple[Callable[..., Static], tuple[object, ...]]:
        return intern_static, (self.cls, self.children, self.rest)


def intern_static(cls: type, children: tuple[str, ...], rest: dict[str, Any]) -> Static:
    """The one `Static` for these parts, if they can be compared; otherwise a new one, which costs cache misses only."""
    try:
        # Types matter too: 1, 1.0 and True are equal keys.
        key = (cls, children, tuple((n, type(v), v) for n, v in rest.items()))
        found = _INTERNED.get(key)
        if found is None:
            if len(_INTERNED) >= _LIMIT:
                _INTERNED.clear()
            found = _INTERNED[key] = Static(cls, children, rest)
    except TypeError:
        return Static(cls, children, rest)
    return found
