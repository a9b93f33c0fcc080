"""What stands in a file, with the line and the column where it stands, and the error that points there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, TypeAlias

from typedgrad.config.names import nearest

Content: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"
DEEPEST: Final = 64
LONGEST: Final = 16_000_000


class SpecError(ValueError):
    """A description in a file that cannot be meant: where, and what is wrong.

    >>> print(tg.config.SpecError("net.json", 3, 7, "layers[0].kernel", "must be an int"))
    net.json:3:7: layers[0].kernel: must be an int
    """

    def __init__(self, file: str, line: int, column: int, path: str, reason: str) -> None:
        super().__init__(file, line, column, path, reason)
        self.file, self.line, self.column, self.path, self.reason = file, line, column, path, reason

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {path}{self.reason}"


@dataclass(frozen=True)
class Node:
    """A value in a file; mappings and lists hold more of them."""

    content: Content
    file: str
    line: int
    column: int
    path: str = ""

    def refuse(self, reason: str) -> NoReturn:
        """Raise SpecError that points here."""
        raise SpecError(self.file, self.line, self.column, self.path, reason)

    def mapping(self, known: Collection[str] | None = None, what: str = "") -> Mapping[str, Node]:
        """The entries by their keys. Raises SpecError for what is no mapping, and for a key that is not known."""
        if not isinstance(self.content, dict):
            self.refuse(f"must be a mapping{what and f' that describes {what}'}, not {self.shown()}")
        for key, entry in self.content.items():
            if known is not None and key not in known:
                guess = nearest(key, known) or f"; there are {', '.join(known) or 'none'}"
                raise SpecError(
                    entry.file, entry.line, entry.column, entry.path, f"{what or 'this'} has no `{key}`{guess}"
                )
        return self.content

    def items(self) -> list[Node]:
        """The values of a list. Raises SpecError for anything else."""
        if not isinstance(self.content, list):
            self.refuse(f"must be a list, not {self.shown()}")
        return self.content

    def text(self) -> str:
        """A string. Raises SpecError for anything else."""
        if not isinstance(self.content, str):
            self.refuse(f"must be a string, not {self.shown()}")
        return self.content

    def shown(self) -> str:
        """The value as a message shows it."""
        if isinstance(self.content, dict):
            return "a mapping"
        if isinstance(self.content, list):
            return "a list"
        known = {None: "null", True: "true", False: "false"}
        if self.content is None or isinstance(self.content, bool):
            return known[self.content]
        text = repr(self.content)
        return text if len(text) <= 60 else f"{text[:57]}..."


def below(path: str, key: str | int) -> str:
    """The path of an entry: `layers[2].kernel`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key
