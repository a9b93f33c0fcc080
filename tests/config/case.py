"""What a configuration that makes no sense is, beside one that does."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Case(NamedTuple):
    """Two programs, the second of which is right, the words of the refusal, and who refuses: mypy, or the builder."""

    wrong: str
    right: str
    words: tuple[str, ...]
    by: Literal["mypy", "build"] = "build"


def of(first: str, wrong: str, right: str, words: str, by: Literal["mypy", "build"] = "build") -> Case:
    """Programs that begin alike; the words are parted by bars."""
    return Case(first + wrong, first + right, tuple(words.split("|")), by)
