"""Objects of JSON read with care: unknown and ill-typed entries are refused, with the nearest name that exists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from typedgrad.cli.outcome import Failure

T = TypeVar("T")


class Description:
    """The entries of an object, taken one by one; `finished` refuses what nobody took.

    >>> given = Description("data.json", {"format": "digits"})
    >>> given.take("format", str)
    'digits'
    >>> given.finished()
    """

    def __init__(self, where: str, entries: Mapping[str, object]) -> None:
        self.where = where
        self.entries = entries
        self.known: list[str] = []

    def has(self, name: str) -> bool:
        """Whether there is such an entry."""
        self.known.append(name)
        return name in self.entries

    def take(self, name: str, kind: type[T]) -> T:
        """An entry that must be there."""
        if not self.has(name):
            near = self._near(name)
            raise Failure(f"{self.where}: `{name}` is missing{near}")
        return self._checked(name, kind)

    def maybe(self, name: str, kind: type[T], default: T) -> T:
        """An entry that need not be there."""
        return self._checked(name, kind) if self.has(name) else default

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of several words."""
        value = self.take(name, str) if default is None else self.maybe(name, str, default)
        if value not in choices:
            near = get_close_matches(value, choices, 1)
            hint = f"; do you mean {near[0]!r}?" if near else ""
            raise Failure(f"{self.where}: `{name}` is {value!r}, but must be one of {', '.join(choices)}{hint}")
        return value

    def inner(self, name: str) -> Description:
        """An entry that is an object itself."""
        return Description(f"{self.where}, {name}", self.take(name, dict))

    def finished(self) -> None:
        """Refuse entries that mean nothing."""
        for name in self.entries:
            if name not in self.known:
                near = get_close_matches(name, self.known, 1)
                hint = f"; do you mean `{near[0]}`?" if near else f"; there are {', '.join(dict.fromkeys(self.known))}"
                raise Failure(f"{self.where}: there is no `{name}`{hint}")

    def _checked(self, name: str, kind: type[T]) -> T:
        value = self.entries[name]
        fits = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            words = {str: "a string", int: "an integer", float: "a number", dict: "an object", bool: "true or false"}
            raise Failure(f"{self.where}: `{name}` must be {words.get(kind, 'a list')}, not {json.dumps(value)}")
        return value  # type: ignore[return-value]  # of this kind, as was just looked at

    def _near(self, name: str) -> str:
        near = get_close_matches(name, self.entries, 1)
        return f"; there is `{near[0]}`" if near else ""


def read_description(path: Path) -> Description:
    """The object in a file of JSON. Raises Failure for another file, naming the line."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: this is no text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise Failure(f"{path}, line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}") from error
    except RecursionError as error:
        raise Failure(f"{path}: this is nested too deeply") from error
    if not isinstance(found, dict):
        raise Failure(f"{path}: there must be an object, {{...}}")
    return Description(str(path), found)
