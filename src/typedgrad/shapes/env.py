"""What names stand for, once shapes have been matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from typedgrad.shapes.blame import Source
from typedgrad.shapes.dim import Dim, Shape


class Series:
    """What a name stands for in each item of a result that is a sequence, as in `split`."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[Dim | Shape]) -> None:
        self.items = tuple(items)

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Series({list(self.items)})"


Meaning = Dim | Shape | Series


class Env(dict[str, "Meaning"]):
    """What every name stands for: `n` for a dimension, `*batch` for a run; and where it was learned, for messages."""

    __slots__ = ("runs", "sources", "stretched")
    sources: dict[str, Source]
    runs: dict[str, list[tuple[Source, Shape]]]  # every run that took part in a broadcast
    stretched: set[str]  # the names bound by `#` alone, which may still grow from 1

    def __init__(self, bound: Mapping[str, Meaning] = {}) -> None:
        super().__init__(bound)
        self.sources, self.runs, self.stretched = {}, {}, set()
        if isinstance(bound, Env):
            self.sources = dict(bound.sources)
            self.runs = {key: list(runs) for key, runs in bound.runs.items()}
            self.stretched = set(bound.stretched)

    def forget(self, key: str) -> None:
        """Unbind a name."""
        self.pop(key, None)
        self.sources.pop(key, None)
        self.runs.pop(key, None)
        self.stretched.discard(key)
