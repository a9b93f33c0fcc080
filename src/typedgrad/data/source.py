"""What loaders and streams are made of: something that can go through its elements once per epoch, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from typedgrad.data.order import WORD, checked_int

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Source(Protocol[E_co]):
    """Elements, epoch after epoch. The same number always gives the same elements in the same order."""

    @property
    def size(self) -> int | None:
        """How many elements an epoch has; None if that is not known before."""
        ...

    def epoch(self, number: int) -> Iterator[E_co]:
        """The elements of one epoch."""
        ...


def checked_epoch(number: int) -> int:
    """The number of an epoch, if it is one.

    >>> checked_epoch(3)
    3
    """
    if checked_int("epoch", "number", number, 0) >= WORD:
        raise ValueError(f"epoch: `number` must be below {WORD}, got {number}")
    return number


@dataclass(frozen=True)
class Given(Generic[E]):
    """Elements that the user gives: an iterable, or a function that makes one from the number of the epoch."""

    elements: Iterable[E] | Callable[[int], Iterable[E]]
    known: int | None = None

    def __post_init__(self) -> None:
        """Refuse what could be gone through only once.

        Raises:
            TypeError: if it is an iterator, or nothing that can be iterated over.
        """
        if isinstance(self.elements, Iterator):
            kind = type(self.elements).__name__
            raise TypeError(
                f"a {kind} is used up after one epoch: pass a list, or the function that makes it, "
                "which gets the number of the epoch"
            )
        if not isinstance(self.elements, Iterable) and not callable(self.elements):
            kind = type(self.elements).__name__
            raise TypeError(f"expected an iterable, or a function that returns one, not a {kind}")

    @property
    def size(self) -> int | None:
        """The known number of elements."""
        if self.known is None and isinstance(self.elements, Sized):
            return len(self.elements)
        return self.known

    def epoch(self, number: int) -> Iterator[E]:
        """The elements, from their beginning."""
        elements = self.elements
        return iter(elements if isinstance(elements, Iterable) else elements(number))
