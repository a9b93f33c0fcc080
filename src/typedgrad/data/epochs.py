"""`Epochs`: elements that can be gone through again and again, and what can be done without looking into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from typedgrad.data.order import checked_int
from typedgrad.data.prefetch import Prefetched
from typedgrad.data.source import checked_epoch
from typedgrad.data.steps import Joined, Repeated, Sliced

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from typedgrad.data.source import Source

E = TypeVar("E")


class Epochs(Generic[E]):
    """Elements in an order that the number of the epoch decides. Every iteration is one epoch, from number 0 on.

    All steps make new ones with a count of their own. `Loader` has batches as elements, `Stream` anything.

    >>> numbers = tg.data.Stream([1, 2, 3]).repeat(2).skip(1).take(4)
    >>> len(numbers), list(numbers)
    (4, [2, 3, 1, 2])
    """

    __slots__ = ("_next", "_source")

    def __init__(self, source: Source[E]) -> None:
        self._source = source
        self._next = 0

    def __iter__(self) -> Iterator[E]:
        number = self._next
        self._next += 1
        return self.epoch(number)

    def __len__(self) -> int:
        """The number of elements of an epoch.

        Raises TypeError if that is not known before they are made.
        """
        n = self._source.size
        if n is None:
            raise TypeError(f"this {type(self).__name__} does not know how many elements it has before it makes them")
        return n

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        n = self._source.size
        return f"<{type(self).__name__} of {'unknown length' if n is None else n}>"

    @property
    def size(self) -> int | None:
        """How many elements an epoch has; None if that is not known before they are made."""
        return self._source.size

    @property
    def begun(self) -> int:
        """How many iterations were begun: the number of the next epoch."""
        return self._next

    def epoch(self, number: int) -> Iterator[E]:
        """The elements of one epoch, by its number from 0; does not count as an iteration. For resuming a training.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([0, 1, 2]))
        >>> loader = tg.data.Loader(data, batch=3, shuffle=True)
        >>> next(loader.epoch(5)).y.tolist() == next(loader.epoch(5)).y.tolist()
        True
        """
        return self._source.epoch(checked_epoch(number))

    def starting_at(self, epoch: int) -> Self:
        """The same, where the next iteration is the epoch of that number.

        >>> stream = tg.data.Stream(lambda epoch: [epoch, epoch]).starting_at(5)
        >>> list(stream), list(stream)
        ([5, 5], [6, 6])
        """
        made = self._like(self._source)
        made._next = checked_epoch(epoch)
        return made

    def take(self, n: int) -> Self:
        """The first `n` elements of each epoch, or all if there are fewer.

        >>> list(tg.data.Stream([1, 2, 3]).take(2))
        [1, 2]
        """
        return self._like(Sliced(self._source, 0, checked_int("take", "n", n, 0)))

    def skip(self, n: int) -> Self:
        """All but the first `n` elements of each epoch.

        >>> list(tg.data.Stream([1, 2, 3]).skip(2))
        [3]
        """
        return self._like(Sliced(self._source, checked_int("skip", "n", n, 0)))

    def repeat(self, times: int | None = None) -> Self:
        """`times` epochs as one, each in its own order; without `times`, epochs without end, for `take`.

        >>> list(tg.data.Stream(lambda epoch: [epoch]).repeat().take(3))
        [0, 1, 2]
        """
        return self._like(Repeated(self._source, None if times is None else checked_int("repeat", "times", times, 1)))

    def concat(self, *others: Self) -> Self:
        """These elements and then those of others.

        >>> list(tg.data.Stream([1]).concat(tg.data.Stream([2]), tg.data.Stream([3])))
        [1, 2, 3]
        """
        for other in others:
            if not isinstance(other, type(self)):
                raise TypeError(f"concat: expected a {type(self).__name__}, not a {type(other).__name__}")
        return self._like(Joined((self._source, *(other._source for other in others))))

    def prefetch(self, n: int = 2) -> Self:
        """The same elements in the same order, up to `n` of them made ahead in a thread while earlier ones are used.

        What the steps before raise, is raised where the element would have come. Nothing is left running when an
        iteration is broken off.

        >>> list(tg.data.Stream([1, 2, 3]).map(lambda i: i * i).prefetch(2))
        [1, 4, 9]
        """
        return self._like(Prefetched(self._source, checked_int("prefetch", "n", n, 1)))

    def _like(self, source: Source[E]) -> Self:
        """One of the same class with other elements."""
        made = object.__new__(type(self))
        Epochs.__init__(made, source)
        return made
