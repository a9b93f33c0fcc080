"""`Stream`: elements of any type, epoch after epoch."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from typedgrad.data.epochs import Epochs
from typedgrad.data.order import Draws, checked_int, checked_seed
from typedgrad.data.source import Given
from typedgrad.data.steps import Kept, Mapped, Remembered, Zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typedgrad.data.source import Source

E = TypeVar("E")
F = TypeVar("F")

# What random numbers are for; see `Draws`.
SHUFFLE_PURPOSE = 1


class Stream(Epochs[E]):
    """The elements of an iterable; or of what a function returns, which is called with the number of the epoch.

    `size`: how many elements there are, if that is known and the iterable does not know it.

    Raises:
        TypeError: if it is an iterator, which is used up after one epoch.

    >>> stream = tg.data.Stream(lambda epoch: (10 * epoch + i for i in range(3)), size=3)
    >>> list(stream), list(stream), len(stream)
    ([0, 1, 2], [10, 11, 12], 3)
    """

    __slots__ = ()

    def __init__(self, elements: Iterable[E] | Callable[[int], Iterable[E]], *, size: int | None = None) -> None:
        super().__init__(Given(elements, None if size is None else checked_int("Stream", "size", size, 0)))

    def map(self, change: Callable[[E], F]) -> Stream[F]:
        """`change` of every element. An exception of it gets a note that says at which element.

        >>> list(tg.data.Stream([1, 2]).map(str))
        ['1', '2']
        """
        return stream_of(Mapped(self._source, change, f"map({name_of(change)})", "element"))

    def filter(self, keep: Callable[[E], bool]) -> Stream[E]:
        """The elements for which `keep` says True.

        >>> list(tg.data.Stream([1, 2, 3]).filter(lambda i: i != 2))
        [1, 3]
        """
        return stream_of(Kept(self._source, keep, f"filter({name_of(keep)})"))

    def zip(self, other: Epochs[F]) -> Stream[tuple[E, F]]:
        """Pairs of these elements and those of another, which must be as many.

        >>> list(tg.data.Stream([1, 2]).zip(tg.data.Stream("ab")))
        [(1, 'a'), (2, 'b')]
        """
        return stream_of(Zipped(self._source, other._source, _pair))

    def shuffle(self, buffer: int, *, seed: int = 0) -> Stream[E]:
        """The elements in an order of its own for each epoch: each is drawn from the next `buffer` ones.

        >>> sorted(tg.data.Stream(range(5)).shuffle(3)) == [0, 1, 2, 3, 4]
        True
        """
        return stream_of(_Shuffled(self._source, checked_int("shuffle", "buffer", buffer, 1), checked_seed(seed)))

    def cache(self) -> Stream[E]:
        """The elements of epoch 0, made once and kept in memory. Shuffle after this, not before.

        >>> cached = tg.data.Stream(lambda epoch: [epoch]).cache()
        >>> list(cached), list(cached)
        ([0], [0])
        """
        return stream_of(Remembered(self._source))

    def window(self, size: int, stride: int = 1) -> Stream[tuple[E, ...]]:
        """`size` elements at a time, `stride` later each time; what is left at the end is left out.

        Raises:
            ValueError: when it is iterated over, if there are fewer than `size` elements.

        >>> list(tg.data.Stream([1, 2, 3, 4]).window(3))
        [(1, 2, 3), (2, 3, 4)]
        """
        return stream_of(
            _Windows(self._source, checked_int("window", "size", size, 1), checked_int("window", "stride", stride, 1))
        )


def stream_of(source: Source[E]) -> Stream[E]:
    """A stream of the elements of a source.

    >>> list(stream_of(Given([1, 2])))
    [1, 2]
    """
    made = object.__new__(Stream)
    Epochs.__init__(made, source)
    return made


def name_of(function: object) -> str:
    """How to call a function in a message.

    >>> name_of(len)
    'len'
    """
    return str(getattr(function, "__name__", type(function).__name__))


def _pair(one: E, other: F) -> tuple[E, F]:
    return one, other


@dataclass(frozen=True)
class _Shuffled(Generic[E]):
    """The elements of a source, each drawn from the next `buffer` ones."""

    source: Source[E]
    buffer: int
    seed: int

    @property
    def size(self) -> int | None:
        return self.source.size

    def epoch(self, number: int) -> Iterator[E]:
        draws = Draws(self.seed, number, SHUFFLE_PURPOSE)
        shares = draws.uniforms()
        held: list[E] = []
        for element in self.source.epoch(number):
            held.append(element)
            if len(held) > self.buffer:
                at = int(next(shares) * len(held))
                held[at], held[-1] = held[-1], held[at]
                yield held.pop()
        yield from (held[i] for i in draws.order(len(held)).tolist())


@dataclass(frozen=True)
class _Windows(Generic[E]):
    """The windows of a source."""

    source: Source[E]
    length: int
    stride: int

    @property
    def size(self) -> int | None:
        n = self.source.size
        return None if n is None else max(0, (n - self.length) // self.stride + 1)

    def epoch(self, number: int) -> Iterator[tuple[E, ...]]:
        window: deque[E] = deque(maxlen=self.length)
        seen = 0
        for element in self.source.epoch(number):
            window.append(element)
            seen += 1
            if seen >= self.length and (seen - self.length) % self.stride == 0:
                yield tuple(window)
        if seen < self.length:
            raise ValueError(f"window: `size` is {self.length}, but there are {seen} elements")
