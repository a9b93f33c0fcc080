"""Parameters by name, and the leaves of the arguments that belong to them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from typedgrad.core.pytree import flatten


class Places:
    """Some parameters of a function."""

    def __init__(self, signature: inspect.Signature | None, names: frozenset[str]) -> None:
        self.signature = signature
        self.names = names

    def __bool__(self) -> bool:
        return bool(self.names)

    def leaves(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> frozenset[int]:
        """The leaves of `(args, kwargs)` that belong to the parameters."""
        assert self.signature is not None
        parameters = list(self.signature.parameters)
        found: set[int] = set()
        start = 0
        for i, value in enumerate(args):
            count = len(flatten(value)[0])
            if i < len(parameters) and parameters[i] in self.names:
                found.update(range(start, start + count))
            start += count
        for name, value in kwargs.items():
            count = len(flatten(value)[0])
            if name in self.names:
                found.update(range(start, start + count))
            start += count
        return frozenset(found)


def places_of(function: Callable[..., Any], names: Iterable[str]) -> Places:
    """The parameters of these names. Raises TypeError for a name that is none of the function's."""
    wanted = frozenset(names)
    if not wanted:
        return Places(None, wanted)
    signature = inspect.signature(function)
    for name in sorted(wanted):
        p = signature.parameters.get(name)
        if p is None or p.kind in {p.VAR_POSITIONAL, p.VAR_KEYWORD}:
            raise TypeError(
                f"compile: `{name}` in `donate` is no parameter of {getattr(function, '__name__', function)!s}; "
                f"it has {', '.join(signature.parameters)}"
            )
    return Places(signature, wanted)
