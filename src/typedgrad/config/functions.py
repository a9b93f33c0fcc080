"""Functions that specs call by name: activations, and those that users register."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, get_args

from typedgrad.nn.names import ActivationName, activation

F = TypeVar("F", bound=Callable[..., Any])

_REGISTERED: dict[str, Callable[..., Any]] = {}
_NAMES: dict[object, str] = {}


def register_function(function: F) -> F:
    """Let a function of one's own stand in files under its name: as an activation, or in `nn.Lambda`.

    Raises ValueError for a name that is taken, TypeError for what has none.

    >>> @tg.config.register_function
    ... def doubled(x: tg.Tensor) -> tg.Tensor:
    ...     return x * 2.0
    >>> tg.config.LayerSpec.of(tg.nn.Lambda, function=doubled)
    Lambda(function='doubled')
    """
    name = getattr(function, "__name__", "")
    if not name.isidentifier():
        raise TypeError(f"register_function: a function with a name is due, not {function!r}")
    taken = functions().get(name)
    # A module that is loaded again defines the same function again.
    if taken is not None and taken is not function and taken.__qualname__ != getattr(function, "__qualname__", ""):
        raise ValueError(f"register_function: there is a function `{name}` already")
    _REGISTERED[name] = function
    _NAMES.pop(taken, None)
    _NAMES[function] = name
    return function


def functions() -> dict[str, Callable[..., Any]]:
    """All functions that have names."""
    return {**_library(), **_REGISTERED}


@cache
def _library() -> dict[str, Callable[..., Any]]:
    names: tuple[ActivationName, ...] = get_args(ActivationName)
    found: dict[str, Callable[..., Any]] = {name: activation(name) for name in names}
    for name, function in found.items():
        _NAMES.setdefault(function, name)
    return found


def name_of_function(function: object) -> str | None:
    """The name of a function, if it has one."""
    _library()
    try:
        return _NAMES.get(function)
    except TypeError:  # it has no hash
        return None


def is_registered(name: object) -> bool:
    """Whether a function of the user's is called so."""
    return isinstance(name, str) and name in _REGISTERED


def function_of(name: str, hint: str) -> object:
    """The function of a name where an annotation wants one; the name where it wants that."""
    if any(word in hint for word in ("Callable", "Stage")) or (hint == "Activated" and name in _REGISTERED):
        return functions().get(name, name)
    return name
