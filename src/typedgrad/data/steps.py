"""Steps from one source of elements to another. None of them looks into an element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from typedgrad.core.keys import fold_in
from typedgrad.data.order import WORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.keys import Key
    from typedgrad.data.source import Source

E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")


@dataclass(frozen=True)
class Mapped(Generic[E, F]):
    """`change` of every element; an exception of it gets a note that says which element it was."""

    source: Source[E]
    change: Callable[[E], F]
    name: str
    # What elements are called.
    noun: str = "batch"

    @property
    def size(self) -> int | None:
        """As many as the source has."""
        return self.source.size

    def epoch(self, number: int) -> Iterator[F]:
        """The changed elements of one epoch."""
        for i, element in enumerate(self.source.epoch(number)):
            try:
                changed = self.change(element)
            except Exception as error:
                error.add_note(f"in {self.name}, given {self.noun} {i} of epoch {number}")
                raise
            yield changed


@dataclass(frozen=True)
class Keyed(Generic[E, F]):
    """`change` of every element with a key of its own, which the epoch and the element's number decide."""

    source: Source[E]
    change: Callable[[Key, E], F]
    key: Key
    name: str

    @property
    def size(self) -> int | None:
        """As many as the source has."""
        return self.source.size

    def epoch(self, number: int) -> Iterator[F]:
        """The changed elements of one epoch."""
        of_epoch = fold_in(self.key, number)
        numbered: Source[tuple[int, E]] = Counted(self.source)
        changed = Mapped(numbered, lambda pair: self.change(fold_in(of_epoch, pair[0]), pair[1]), self.name)
        return changed.epoch(number)


@dataclass(frozen=True)
class Counted(Generic[E]):
    """The elements with their numbers."""

    source: Source[E]

    @property
    def size(self) -> int | None:
        """As many as the source has."""
        return self.source.size

    def epoch(self, number: int) -> Iterator[tuple[int, E]]:
        """The numbered elements of one epoch."""
        return enumerate(self.source.epoch(number))


@dataclass(frozen=True)
class Kept(Generic[E]):
    """The elements for which `keep` says True."""

    source: Source[E]
    keep: Callable[[E], bool]
    name: str = "filter"
    size: None = None

    def epoch(self, number: int) -> Iterator[E]:
        """The kept elements of one epoch."""
        judged = Mapped(self.source, lambda element: (self.keep(element), element), self.name, "element")
        return (element for keep, element in judged.epoch(number) if keep)


@dataclass(frozen=True)
class Sliced(Generic[E]):
    """The elements from one position to another."""

    source: Source[E]
    start: int
    stop: int | None = None

    @property
    def size(self) -> int | None:
        """What the source has between the two."""
        n = self.source.size
        return None if n is None else len(range(n)[self.start : self.stop])

    def epoch(self, number: int) -> Iterator[E]:
        """The elements of one epoch between the two."""
        return islice(self.source.epoch(number), self.start, self.stop)


@dataclass(frozen=True)
class Repeated(Generic[E]):
    """Several epochs of the source as one; without `times`, without end."""

    source: Source[E]
    times: int | None

    @property
    def size(self) -> int | None:
        """As many as all its epochs have."""
        n = self.source.size
        return None if n is None or self.times is None else n * self.times

    def epoch(self, number: int) -> Iterator[E]:
        """Epochs of the source that no other epoch of this has; without `times`, those from `number` on."""
        first = number if self.times is None else number * self.times
        passes = 0
        while self.times is None or passes < self.times:
            empty = True
            for element in self.source.epoch((first + passes) % WORD):
                empty = False
                yield element
            if empty:
                return
            passes += 1


@dataclass(frozen=True)
class Joined(Generic[E]):
    """The elements of several sources, one source after another."""

    sources: tuple[Source[E], ...]

    @property
    def size(self) -> int | None:
        """As many as all have together."""
        total = 0
        for source in self.sources:
            if source.size is None:
                return None
            total += source.size
        return total

    def epoch(self, number: int) -> Iterator[E]:
        """The same epoch of each."""
        for source in self.sources:
            yield from source.epoch(number)


@dataclass(frozen=True)
class Zipped(Generic[E, F, G]):
    """Two sources side by side.

    Raises:
        ValueError: if they have different numbers of elements.
    """

    first: Source[E]
    second: Source[F]
    combine: Callable[[E, F], G]

    def __post_init__(self) -> None:
        n, m = self.first.size, self.second.size
        if n is not None and m is not None and n != m:
            raise ValueError(f"zip: the first has {n} elements but the second has {m}")

    @property
    def size(self) -> int | None:
        """As many as each has."""
        return self.second.size if self.first.size is None else self.first.size

    def epoch(self, number: int) -> Iterator[G]:
        """The same epoch of both.

        Raises ValueError if one ends before the other.
        """
        second = self.second.epoch(number)
        made = 0
        for made, one in enumerate(self.first.epoch(number), 1):
            for other in second:
                try:
                    both = self.combine(one, other)
                except Exception as error:
                    error.add_note(f"in zip, given element {made - 1} of epoch {number}")
                    raise
                yield both
                break
            else:
                raise ValueError(f"zip: the second ended after {made - 1} elements, before the first")
        for _ in second:
            raise ValueError(f"zip: the first ended after {made} elements, before the second")


class Remembered(Generic[E]):
    """The elements of epoch 0 of a source, made once and kept; every epoch has the same."""

    def __init__(self, source: Source[E]) -> None:
        self.source = source
        self._kept: tuple[E, ...] | None = None

    @property
    def size(self) -> int | None:
        """As many as the source has, or turned out to have."""
        return self.source.size if self._kept is None else len(self._kept)

    def epoch(self, number: int) -> Iterator[E]:
        """The kept elements; while there are none, those of the source."""
        del number
        return self._first() if self._kept is None else iter(self._kept)

    def _first(self) -> Iterator[E]:
        made: list[E] = []
        for element in self.source.epoch(0):
            made.append(element)
            yield element
        # Only now: an epoch that was broken off is not all there is.
        self._kept = tuple(made)
