"""Steps on the rows of batches: cut from data, cut anew, shuffled as they come, filtered, in windows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar, cast

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch
from typedgrad.data.dataset import kept
from typedgrad.data.order import Draws, permutation
from typedgrad.data.prefetch import Prefetched
from typedgrad.data.rows import count, join, take
from typedgrad.data.steps import Keyed, Mapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from typedgrad.data.batch import Rows
    from typedgrad.data.source import Source

E = TypeVar("E")
X = TypeVar("X")
Y = TypeVar("Y")

SHUFFLE_PURPOSE = 1


class Order(Protocol):
    """Which rows an epoch has, and in which order."""

    def count(self, n: int) -> int:
        """How many rows an epoch has."""
        ...

    def of(self, n: int, epoch: int) -> NDArray[np.int64] | None:
        """The positions of the rows of an epoch; None: all, as they are."""
        ...


@dataclass(frozen=True)
class InOrder:
    """All rows, as they are."""

    def count(self, n: int) -> int:
        """All of them."""
        return n

    def of(self, n: int, epoch: int) -> None:
        """As they are."""
        del n, epoch


@dataclass(frozen=True)
class Shuffled:
    """All rows, each epoch in an order of its own."""

    seed: int

    def count(self, n: int) -> int:
        """All of them."""
        return n

    def of(self, n: int, epoch: int) -> NDArray[np.int64]:
        """The order of that epoch."""
        return permutation(n, self.seed, epoch)


@dataclass(frozen=True)
class Cut(Generic[X, Y]):
    """Batches of the rows of `data`."""

    data: Rows[X, Y]
    batch: int
    order: Order
    drop_last: bool

    @property
    def size(self) -> int:
        """The number of batches."""
        n = self.order.count(len(self.data))
        return n // self.batch if self.drop_last else -(-n // self.batch)

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The batches of one epoch."""
        n = self.order.count(len(self.data))
        starts = range(0, self.size * self.batch, self.batch)
        order = self.order.of(len(self.data), number)
        if order is None:
            # The standard leaves open what a slice beyond the end gives.
            return (self.data.rows(slice(start, min(start + self.batch, n))) for start in starts)
        return (self.data.rows(order[start : start + self.batch]) for start in starts)


def root_of(source: object) -> Cut[object, object] | None:
    """What the rows come from, if no step on the way changes which rows there are.

    >>> root_of(Prefetched(Cut(tg.data.Dataset(tg.zeros((2, 1)), tg.zeros((2,))), 1, InOrder(), False), 2)).batch
    1
    """
    while isinstance(source, Mapped | Keyed | Prefetched | Regrouped):
        source = source.source
    return source if isinstance(source, Cut) else None


def rerooted(title: str, source: Source[E], change: Callable[[Cut[object, object]], Cut[object, object]]) -> Source[E]:
    """The same steps on other rows.

    Raises TypeError if the rows are not known, because a step changes which there are.

    >>> cut = Cut(tg.data.Dataset(tg.zeros((2, 1)), tg.zeros((2,))), 1, InOrder(), False)
    >>> rerooted("batch", cut, lambda root: replace(root, batch=2)).size
    1
    """
    if isinstance(source, Cut):
        return cast("Source[E]", change(source))
    if isinstance(source, Mapped | Keyed | Prefetched | Regrouped):
        return cast("Source[E]", replace(source, source=rerooted(title, source.source, change)))
    raise TypeError(
        f"{title}: the rows are not known before they are made: do this before other steps, or collect() first"
    )


@dataclass(frozen=True)
class Regrouped(Generic[X, Y]):
    """The same rows in batches of another number of rows."""

    source: Source[Batch[X, Y]]
    batch: int
    drop_last: bool

    @property
    def size(self) -> int | None:
        """The number of batches, if the number of rows is known."""
        root = root_of(self.source)
        n = None if root is None else rows_in(self.source)
        if n is None:
            return None
        return n // self.batch if self.drop_last else -(-n // self.batch)

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The batches of one epoch."""
        held: list[Batch[X, Y]] = []
        n = 0
        for batch in self.source.epoch(number):
            held.append(batch)
            n += count(*batch)
            if n < self.batch:
                continue
            whole = joined(held)
            full = n - n % self.batch
            for start in range(0, full, self.batch):
                yield part(whole, slice(start, start + self.batch))
            held = [part(whole, slice(full, n))] if full < n else []
            n -= full
        if held and not self.drop_last:
            yield joined(held)


def rows_in(source: object) -> int | None:
    """How many rows the batches of an epoch have together, if that is known.

    >>> rows_in(Cut(tg.data.Dataset(tg.zeros((5, 1)), tg.zeros((5,))), 2, InOrder(), True))
    4
    """
    if isinstance(source, Cut):
        n = source.order.count(len(source.data))
    elif isinstance(source, Regrouped):
        inner = rows_in(source.source)
        if inner is None:
            return None
        n = inner
    elif isinstance(source, Prefetched):
        return rows_in(source.source)
    else:
        return None
    return n - n % source.batch if source.drop_last else n


@dataclass(frozen=True)
class Mixed(Generic[X, Y]):
    """The rows in another order: each is drawn from the next `buffer` ones. Batches stay as large as they are."""

    source: Source[Batch[X, Y]]
    buffer: int
    seed: int

    @property
    def size(self) -> None:
        """Not known: what is held back comes in batches of its own."""

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The batches of one epoch."""
        draws = Draws(self.seed, number, SHUFFLE_PURPOSE)
        held: Batch[X, Y] | None = None
        rows = 0
        for batch in self.source.epoch(number):
            held = batch if held is None else joined([held, batch])
            rows = max(rows, count(*batch))
            n = count(*held)
            if n >= self.buffer + rows:
                order = draws.order(n)
                yield part(held, order[: n - self.buffer])
                # What stays, stays in the order in which it came: only the draw decides.
                held = part(held, np.sort(order[n - self.buffer :]))
        if held is not None:
            order = draws.order(count(*held))
            for start in range(0, len(order), max(rows, 1)):
                yield part(held, order[start : start + rows])


@dataclass(frozen=True)
class Chosen(Generic[X, Y]):
    """The rows for which `keep` says True; batches of which nothing is left are left out."""

    source: Source[Batch[X, Y]]
    keep: Callable[[X, Y], Tensor]
    name: str
    size: None = None

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The batches of one epoch."""
        title = self.name

        def chosen(batch: Batch[X, Y]) -> Batch[X, Y] | None:
            mask = kept(title, self.keep(*batch), count(*batch))
            return part(batch, np.flatnonzero(mask)) if mask.any() else None

        return (batch for batch in Mapped(self.source, chosen, title).epoch(number) if batch is not None)


@dataclass(frozen=True)
class Windowed(Generic[X, Y]):
    """Windows over the rows, in order: `x` becomes `[windows, size, ...]`, and with `label="each"` so do the labels."""

    source: Source[Batch[X, Y]]
    length: int
    stride: int
    label: Literal["each", "last"]
    size: None = None

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The windows of one epoch, those that end in one batch together.

        Raises ValueError if there are fewer rows than a window has.
        """
        held: Batch[X, Y] | None = None
        seen, skip = 0, 0
        for batch in self.source.epoch(number):
            seen += count(*batch)
            held = batch if held is None else joined([held, batch])
            n = count(*held)
            starts = np.arange(skip, n - self.length + 1, self.stride)
            if starts.size:
                yield self._at(held, starts)
                skip = int(starts[-1]) + self.stride
            # Rows before the next window are done with; it may begin beyond what there is.
            drop = min(skip, n)
            held, skip = (part(held, slice(drop, n)) if drop < n else None), skip - drop
        if seen < self.length:
            raise ValueError(f"window: `size` is {self.length}, but there are {seen} rows")

    def _at(self, rows: Batch[X, Y], starts: NDArray[np.int64]) -> Batch[X, Y]:
        positions = (starts[:, None] + np.arange(self.length)).astype(np.int64)
        return Batch(
            _stacked(rows.x, positions), _stacked(rows.y, positions if self.label == "each" else positions[:, -1])
        )


def _stacked(x: X, positions: NDArray[np.int64]) -> X:
    """The rows at an array of positions of any rank."""
    if isinstance(x, tuple):
        return cast("X", tuple(_stacked(inner, positions) for inner in x))
    flat = take(cast("Tensor", x), positions.reshape(-1))
    return cast("X", flat.reshape((*positions.shape, *flat.shape[1:])))


def joined(batches: list[Batch[X, Y]]) -> Batch[X, Y]:
    """The rows of several batches in one.

    >>> one = Batch(tg.zeros((2, 1)), tg.zeros((2,)))
    >>> joined([one, one]).x.shape
    (4, 1)
    """
    return Batch(join([batch.x for batch in batches]), join([batch.y for batch in batches]))


def part(batch: Batch[X, Y], which: slice | NDArray[np.int64]) -> Batch[X, Y]:
    """Some rows of a batch.

    >>> part(Batch(tg.zeros((2, 1)), tg.zeros((2,))), slice(0, 1)).x.shape
    (1, 1)
    """
    return Batch(take(batch.x, which), take(batch.y, which))
