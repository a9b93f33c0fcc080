"""Datasets and loaders from what users have: arrays, iterables, functions that make batches or rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch
from typedgrad.data.dataset import Dataset
from typedgrad.data.loader import Loader, loader_of
from typedgrad.data.order import checked_int
from typedgrad.data.rows import count, host
from typedgrad.data.source import Given
from typedgrad.data.steps import Mapped
from typedgrad.ops.create import asarray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

X = TypeVar("X")
Y = TypeVar("Y")


def from_arrays(x: object, y: object, *, classes: int | None = None) -> Dataset[Tensor, Tensor]:
    """A dataset of arrays of any library, or nested lists; see `asarray` for their dtypes and `Dataset` for the rest.

    Raises:
        TypeError: if they do not hold numbers.
        ValueError: if they are ragged, differ in their rows, or a label is out of range.

    >>> tg.data.from_arrays([[0.0, 1.0], [2.0, 3.0]], [0, 1], classes=2)
    Dataset(x=float32[2 2], y=int64[2], classes=2)
    """
    parts = []
    for name, value in (("x", x), ("y", y)):
        try:
            parts.append(value if isinstance(value, Tensor) else asarray(value))
        except (TypeError, ValueError) as error:
            raise type(error)(f"from_arrays: `{name}`: {error}") from error
    return Dataset(parts[0], parts[1], classes=classes)


def from_batches(
    batches: Iterable[tuple[X, Y]] | Callable[[int], Iterable[tuple[X, Y]]], *, size: int | None = None
) -> Loader[X, Y]:
    """A loader of batches `(x, y)` of an iterable, or of what a function makes, which gets the number of the epoch.

    `size`: how many there are, if that is known and the iterable does not know it.

    Raises:
        TypeError: if it is an iterator, which is used up after one epoch; when it is iterated over, if a batch is not a
            pair of tensors or tuples of tensors.
        ValueError: when it is iterated over, if a batch has more rows in one part than in another.

    >>> def batches(epoch):
    ...     for i in range(3):
    ...         yield tg.full((2, 1), float(epoch)), tg.asarray([i, i])
    >>> [x[0, 0].item() for x, y in tg.data.from_batches(batches).starting_at(7)]
    [7.0, 7.0, 7.0]
    """
    given = Given(batches, None if size is None else checked_int("from_batches", "size", size, 0))
    return loader_of(Mapped(given, _checked, "from_batches"))


def from_rows(
    rows: Iterable[tuple[object, object]] | Callable[[int], Iterable[tuple[object, object]]], *, batch: int
) -> Loader[Tensor, Tensor]:
    """A loader of single rows `(x, y)`, arrays or numbers, that are put together in batches as they come.

    Raises:
        TypeError: if it is an iterator; when it is iterated over, if a row is not a pair of numbers.
        ValueError: when it is iterated over, if the rows of a batch differ in shape.

    >>> loader = tg.data.from_rows([([0.0, 1.0], 0), ([2.0, 3.0], 1), ([4.0, 5.0], 1)], batch=2)
    >>> [(x.shape, y.tolist()) for x, y in loader]
    [((2, 2), [0, 1]), ((1, 2), [1])]
    """
    return loader_of(_Stacked(Given(rows), checked_int("from_rows", "batch", batch, 1)))


def _checked(batch: tuple[X, Y]) -> Batch[X, Y]:
    if not isinstance(batch, tuple) or len(batch) != 2:
        raise TypeError(f"from_batches: a batch must be a pair (x, y), not a {type(batch).__name__}")
    x, y = batch
    try:
        count(x, y)
    except (TypeError, ValueError) as error:
        raise type(error)(f"from_batches: {error}") from None
    return Batch(x, y)


@dataclass(frozen=True)
class _Stacked:
    """Batches of single rows."""

    rows: Given[tuple[object, object]]
    batch: int

    @property
    def size(self) -> int | None:
        n = self.rows.size
        return None if n is None else -(-n // self.batch)

    def epoch(self, number: int) -> Iterator[Batch[Tensor, Tensor]]:
        held: list[tuple[object, object]] = []
        first = 0
        for i, row in enumerate(self.rows.epoch(number)):
            if not isinstance(row, tuple) or len(row) != 2:
                raise TypeError(
                    f"from_rows: row {i} of epoch {number} must be a pair (x, y), not a {type(row).__name__}"
                )
            held.append(row)
            if len(held) == self.batch:
                yield _stack(held, first)
                held, first = [], i + 1
        if held:
            yield _stack(held, first)


def _stack(rows: list[tuple[object, object]], first: int) -> Batch[Tensor, Tensor]:
    columns = []
    for name, values in zip("xy", zip(*rows, strict=True), strict=True):
        arrays = []
        for i, value in enumerate(values, first):
            try:
                arrays.append(host(value if isinstance(value, Tensor) else asarray(value)))
            except (TypeError, ValueError) as error:
                raise type(error)(f"from_rows: `{name}` of row {i}: {error}") from error
            if arrays[0].shape != arrays[-1].shape:
                shapes = f"{list(arrays[0].shape)} in row {first} but {list(arrays[-1].shape)} in row {i}"
                raise ValueError(f"from_rows: `{name}` has the shape {shapes}")
        columns.append(Tensor(np.stack(arrays)))
    return Batch(columns[0], columns[1])
