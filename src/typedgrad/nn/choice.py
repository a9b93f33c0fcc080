"""Initialisers other than a layer's own, for parameters that are chosen by their paths."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typedgrad.nn.fields import Initializer


class Chosen:
    """Which initialiser a parameter gets instead of its own, and which patterns were of use.

    Raises ValueError for a name that no initialiser has, TypeError for what is none.
    """

    def __init__(self, given: Mapping[str, Initializer | str]) -> None:
        self._made = {pattern: _initializer(pattern, wanted) for pattern, wanted in given.items()}
        self._unused = set(given)
        self._paths: list[str] = []

    def __call__(self, path: str) -> Initializer | None:
        """The initialiser for the parameter at a path; None if it keeps its own."""
        self._paths.append(path)
        for pattern, initializer in self._made.items():
            if fnmatchcase(path, pattern) or fnmatchcase(path, f"*.{pattern}"):
                self._unused.discard(pattern)
                return initializer
        return None

    def finish(self) -> None:
        """Raise ValueError if a pattern fitted nothing."""
        for pattern in self._made:
            if pattern in self._unused:
                shown = ", ".join(f"`{path}`" for path in self._paths[:5]) or "no parameters to be filled"
                more = ", ..." if len(self._paths) > 5 else ""
                raise ValueError(f"init: no parameter for {pattern!r} in `initializers`; there are {shown}{more}")


def _initializer(pattern: str, wanted: Initializer | str) -> Initializer:
    if isinstance(wanted, str):
        from typedgrad.nn.names import named_initializer

        return named_initializer(wanted)
    if not callable(wanted):
        raise TypeError(f"init: for {pattern!r} there must be an initializer, not {type(wanted).__name__}")
    return wanted
