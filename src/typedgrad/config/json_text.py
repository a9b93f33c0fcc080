"""JSON that remembers lines and columns, and refuses what JSON's own reader lets pass."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from typing import Final, NoReturn

from typedgrad.config.located import DEEPEST, LONGEST, Content, Node, SpecError, below

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_WORD: Final = re.compile(r"[-+]?\w+")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER: Final = 400


def parse_json(text: str, file: str = "<json>") -> Node:
    """What a JSON text says.

    Raises SpecError for what is no JSON, and for keys that are there twice, numbers that are not finite, values nested
    deeper than 64 levels, and texts of more than 16 million characters.

    >>> parse_json('{"a": [1, 2.5]}').mapping()["a"].items()[1].content
    2.5
    """
    if len(text) > LONGEST:
        raise SpecError(file, 1, 1, "", f"the text is too long: {len(text)} characters, where {LONGEST} are allowed")
    reader = _Reader(text, file)
    node = reader.value("", 0)
    reader.skip()
    if reader.at < len(text):
        reader.refuse("there is more after the end of the value", "")
    return node


class _Reader:
    """How far a text has been read."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0
        self.ends = [found.start() for found in re.finditer("\n", text)]

    def place(self, at: int) -> tuple[int, int]:
        line = bisect_left(self.ends, at)
        return line + 1, at - (self.ends[line - 1] if line else -1)

    def refuse(self, reason: str, path: str) -> NoReturn:
        raise SpecError(self.file, *self.place(self.at), path, reason)

    def skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found is not None  # it matches nothing at all as well
        self.at = found.end()

    def value(self, path: str, depth: int) -> Node:
        self.skip()
        if depth > DEEPEST:
            self.refuse(f"nested deeper than {DEEPEST} levels", path)
        line, column = self.place(self.at)
        return Node(self._content(path, depth), self.file, line, column, path)

    def _content(self, path: str, depth: int) -> Content:
        head = self.text[self.at : self.at + 1]
        if head == "{":
            return self._mapping(path, depth)
        if head == "[":
            return self._list(path, depth)
        if head == '"':
            return self._string(path)
        number = _NUMBER.match(self.text, self.at)
        word = _WORD.match(self.text, self.at)
        if number is not None and (word is None or word.end() <= number.end()):
            return self._number(number, path)
        if word is not None and word.group() in _WORDS:
            self.at = word.end()
            return _WORDS[word.group()]
        if word is not None and word.group().lstrip("-+").lower() in ("nan", "infinity", "inf"):
            self.refuse(f"{word.group()} is no number of JSON; all numbers must be finite", path)
        return self.refuse(
            f"unexpected {word.group() if word else head!r}" if head else "the text ends too early", path
        )

    def _number(self, found: re.Match[str], path: str) -> int | float:
        if len(found.group()) > _LONGEST_NUMBER:
            self.refuse("a number of more than 400 characters", path)
        value = int(found.group()) if found.group(1) is None and found.group(2) is None else float(found.group())
        if isinstance(value, float) and math.isinf(value):
            self.refuse(f"{found.group()} is too large for a number", path)
        self.at = found.end()
        return value

    def _string(self, path: str) -> str:
        import json

        found = _STRING.match(self.text, self.at)
        if found is None:
            self.refuse("a string that does not end, or holds what strings must not", path)
        self.at = found.end()
        return str(json.loads(found.group()))

    def _mapping(self, path: str, depth: int) -> dict[str, Node]:
        made: dict[str, Node] = {}
        self.at += 1
        while not self._closed("}", path, bool(made)):
            line, column = self.place(self.at)
            if self.text[self.at : self.at + 1] != '"':
                self.refuse("a key in double quotes is due", path)
            key = self._string(path)
            if key in made:
                raise SpecError(self.file, line, column, below(path, key), f"the key `{key}` is there twice")
            self.skip()
            if self.text[self.at : self.at + 1] != ":":
                self.refuse(f"a colon is due after `{key}`", path)
            self.at += 1
            value = self.value(below(path, key), depth + 1)
            made[key] = Node(value.content, self.file, line, column, value.path)
        return made

    def _list(self, path: str, depth: int) -> list[Node]:
        made: list[Node] = []
        self.at += 1
        while not self._closed("]", path, bool(made)):
            made.append(self.value(below(path, len(made)), depth + 1))
        return made

    def _closed(self, end: str, path: str, some: bool) -> bool:
        """Whether a mapping or list is at its end; otherwise the comma before the next entry is passed."""
        self.skip()
        head = self.text[self.at : self.at + 1]
        if head == end:
            self.at += 1
            return True
        if some:
            if head != ",":
                self.refuse(f"a comma or {end} is due" if head else "the text ends too early", path)
            self.at += 1
            self.skip()
        return False
