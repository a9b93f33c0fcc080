"""YAML as far as it says what JSON can say: no tags, no anchors, no aliases; words mean what they mean in JSON."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from typedgrad.config.located import DEEPEST, LONGEST, Content, Node, SpecError, below

if TYPE_CHECKING:
    from collections.abc import Iterator

# The numbers of YAML 1.2's JSON schema. Readers of YAML 1.1 take 1e-3 for a word and `no` for false.
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LONGEST_NUMBER: Final = 400


def parse_yaml(text: str, file: str = "<yaml>") -> Node:
    """What a YAML text says.

    Raises:
        ImportError: without PyYAML, which `pip install typedgrad[yaml]` brings.
        SpecError: for what is no YAML, for tags, anchors and aliases, and for what `parse_json` refuses.

    >>> parse_yaml("a: [1, 1e-3]").mapping()["a"].items()[1].content
    0.001
    """
    if len(text) > LONGEST:
        raise SpecError(file, 1, 1, "", f"the text is too long: {len(text)} characters, where {LONGEST} are allowed")
    from importlib import import_module

    try:
        yaml: Any = import_module("yaml")  # it has no types
    except ImportError:
        raise ImportError("YAML needs the package PyYAML: pip install typedgrad[yaml]") from None
    try:
        return _Reader(yaml, iter(yaml.parse(text, Loader=yaml.SafeLoader)), file).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise SpecError(file, line, column, "", f"this is no YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise SpecError(file, 1, 1, "", f"this is no YAML: {error}") from None


class _Reader:
    """Makes nodes of events, which come one after the other, so that nothing is built before it is looked at."""

    def __init__(self, yaml: Any, events: Iterator[Any], file: str) -> None:  # noqa: ANN401  # PyYAML has no types
        self.yaml = yaml
        self.events = events
        self.file = file

    def document(self) -> Node:
        for _ in range(2):  # the stream and the document begin
            event = next(self.events)
            if isinstance(event, self.yaml.StreamEndEvent):
                raise SpecError(self.file, 1, 1, "", "the text is empty")
        node = self.node(next(self.events), "", 0)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, self.yaml.StreamEndEvent):
            raise SpecError(self.file, *_place(after), "", "there must be one document")
        return node

    def node(self, event: Any, path: str, depth: int) -> Node:  # noqa: ANN401  # PyYAML has no types
        line, column = _place(event)
        if isinstance(event, self.yaml.AliasEvent) or event.anchor is not None:
            raise SpecError(self.file, line, column, path, "anchors and aliases are not allowed")
        if event.tag is not None:
            raise SpecError(self.file, line, column, path, f"tags are not allowed: {event.tag}")
        if depth > DEEPEST:
            raise SpecError(self.file, line, column, path, f"nested deeper than {DEEPEST} levels")
        content: Content
        if isinstance(event, self.yaml.MappingStartEvent):
            content = self._mapping(path, depth)
        elif isinstance(event, self.yaml.SequenceStartEvent):
            content = self._list(path, depth)
        else:
            content = self._scalar(event, path)
        return Node(content, self.file, line, column, path)

    def _mapping(self, path: str, depth: int) -> dict[str, Node]:
        made: dict[str, Node] = {}
        while not isinstance(event := next(self.events), self.yaml.MappingEndEvent):
            line, column = _place(event)
            found = self.node(event, path, depth + 1)
            if not isinstance(event, self.yaml.ScalarEvent):
                found.refuse("keys must be words")
            key = event.value
            if key in made:
                raise SpecError(self.file, line, column, below(path, key), f"the key `{key}` is there twice")
            value = self.node(next(self.events), below(path, key), depth + 1)
            made[key] = Node(value.content, self.file, line, column, value.path)
        return made

    def _list(self, path: str, depth: int) -> list[Node]:
        made: list[Node] = []
        while not isinstance(event := next(self.events), self.yaml.SequenceEndEvent):
            made.append(self.node(event, below(path, len(made)), depth + 1))
        return made

    def _scalar(self, event: Any, path: str) -> Content:  # noqa: ANN401  # PyYAML has no types
        text: str = event.value
        if event.style is not None:  # in quotes, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        whole, fraction = _INTEGER.fullmatch(text), _FLOAT.fullmatch(text)
        if (whole or fraction) and len(text) > _LONGEST_NUMBER:
            raise SpecError(self.file, *_place(event), path, "a number of more than 400 characters")
        if whole:
            return int(text)
        if _NO_NUMBER.fullmatch(text) or (fraction and math.isinf(float(text))):
            raise SpecError(self.file, *_place(event), path, f"{text} is not allowed; all numbers must be finite")
        return float(text) if fraction else text


def _place(event: Any) -> tuple[int, int]:  # noqa: ANN401  # PyYAML has no types
    return event.start_mark.line + 1, event.start_mark.column + 1
