"""Rows of a table as numbers: features and labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch
from typedgrad.data.dataset import Dataset
from typedgrad.data.loader import loader_of
from typedgrad.data.order import checked_int

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxtyping import Float32

    from typedgrad.data.epochs import Epochs
    from typedgrad.data.loader import Loader
    from typedgrad.data.schema import Column, Schema

S = TypeVar("S")

Missing: TypeAlias = float | Literal["error", "skip"]


class Encoded(Generic[S]):
    """A table's features and labels as numbers. Made by `Table.encode`.

    `feature_names` are the columns of `x`; `class_names` what the labels stand for, or None if they are numbers.

    >>> from typing import Literal, NamedTuple
    >>> class Fruit(NamedTuple):
    ...     weight: float
    ...     colour: Literal["red", "green"]
    >>> fruits = tg.data.table([Fruit(1.5, "green"), Fruit(1.0, "red")], Fruit).encode("colour")
    >>> fruits.feature_names, fruits.class_names, fruits.dataset().y.tolist()
    (('weight',), ('red', 'green'), [1, 0])
    """

    __slots__ = ("_features", "_labels", "_missing", "_one_hot", "_rows", "_single", "class_names", "feature_names")

    def __init__(
        self,
        rows: Epochs[S],
        schema: Schema[S],
        label: str | Sequence[str],
        drop: Sequence[str],
        one_hot: bool,
        missing: Missing,
    ) -> None:
        labels = (label,) if isinstance(label, str) else tuple(label)
        for name in (*labels, *drop):
            schema.column("encode", name)
        if not labels or {*labels} & {*drop}:
            raise ValueError(f"encode: `label` must name columns that are not dropped, got {label!r}")
        if isinstance(missing, str) and missing not in {"error", "skip"}:
            raise ValueError(f"encode: `missing` must be 'error', 'skip' or a number, got {missing!r}")
        self._single = isinstance(label, str)
        self._rows, self._missing, self._one_hot = rows, missing, one_hot
        self._labels = tuple(schema.column("encode", name) for name in labels)
        self._features = tuple(c for c in schema.columns if c.name not in {*labels, *drop})
        if not self._features:
            raise ValueError("encode: no column is left for features")
        for column in (*self._features, *self._labels):
            if column.kind == "str":
                raise TypeError(
                    f"encode: the column {column.name!r} is text: drop it, or declare its values with Literal[...]"
                )
        if not isinstance(label, str) and any(column.kind == "category" for column in self._labels):
            raise TypeError("encode: several labels must be numbers; a category must be the only one")
        self.feature_names = tuple(name for column in self._features for name in self._names(column))
        self.class_names = _classes(self._labels[0]) if isinstance(label, str) else None

    def positions(self, *columns: str) -> tuple[int, ...]:
        """Which features columns became, for `Standardize(only=...)` and the like.

        Raises:
            ValueError: if a column is none of the features.

        >>> from typing import NamedTuple
        >>> class Point(NamedTuple):
        ...     x: float
        ...     y: float
        ...     z: float
        >>> tg.data.table([Point(1.0, 2.0, 3.0)], Point).encode("x").positions("z")
        (1,)
        """
        spans: dict[str, list[int]] = {}
        at = 0
        for column in self._features:
            width = len(self._names(column))
            spans[column.name] = list(range(at, at + width))
            at += width
        for name in columns:
            if name not in spans:
                raise ValueError(f"encode: {name!r} is none of the features {', '.join(map(repr, spans))}")
        return tuple(i for name in columns for i in spans[name])

    def dataset(self) -> Dataset[Float32[Tensor, "n features"], Tensor]:
        """All rows in memory.

        Raises:
            ValueError: if there are none, or a value is missing and must not be.

        >>> from typing import NamedTuple
        >>> class Point(NamedTuple):
        ...     x: float
        ...     y: float
        >>> tg.data.table([Point(1.0, 2.0)], Point).encode(["y"]).dataset()
        Dataset(x=float32[1 1], y=float32[1 1])
        """
        rows = list(self._numbers(0))
        if not rows:
            raise ValueError("encode: the table has no rows")
        classes = None if self.class_names is None else len(self.class_names)
        return Dataset(*self._batch(rows), classes=classes)

    def loader(self, *, batch: int) -> Loader[Float32[Tensor, "n features"], Tensor]:
        """Batches that are read as they are asked for; `shuffle(buffer=...)` shuffles them.

        >>> from typing import NamedTuple
        >>> class Point(NamedTuple):
        ...     x: float
        ...     y: float
        >>> loader = tg.data.table([Point(1.0, 2.0), Point(3.0, 4.0)], Point).encode("y").loader(batch=1)
        >>> [x.tolist() for x, y in loader]
        [[[1.0]], [[3.0]]]
        """
        return loader_of(_Batches(self, checked_int("encode", "batch", batch, 1)))

    def _names(self, column: Column) -> list[str]:
        if column.kind == "category" and self._one_hot:
            return [f"{column.name}={text}" for text in column.texts]
        return [column.name]

    def _numbers(self, epoch: int) -> Iterator[tuple[list[float], list[float | int]]]:
        """The numbers of each row."""
        for i, row in enumerate(self._rows.epoch(epoch)):
            found = {c.name: _get(row, c.name) for c in (*self._features, *self._labels)}
            lost = next((name for name, value in found.items() if value is None), None)
            if lost is not None:
                if self._missing == "skip":
                    continue
                if self._missing == "error" or any(found[c.name] is None for c in self._labels):
                    raise ValueError(f"encode: row {i} has no value in the column {lost!r}: see `missing`")
            features = [number for c in self._features for number in self._encoded(c, found[c.name])]
            yield features, [_number(c, found[c.name]) for c in self._labels]

    def _encoded(self, column: Column, value: object) -> list[float]:
        if column.kind == "category" and self._one_hot:
            # A missing category is none of its values.
            return [float(value == state) for state in column.states]
        if value is None:
            return [float(self._missing)]
        try:
            return [float(_number(column, value))]
        except OverflowError:  # refused with its batch, where the name of the feature is known
            return [float("inf")]

    def _batch(self, rows: list[tuple[list[float], list[float | int]]]) -> Batch[Tensor, Tensor]:
        exact = np.asarray([features for features, _ in rows], np.float64)
        with np.errstate(over="ignore"):
            x = exact.astype(np.float32)
        bad = ~np.isfinite(x)
        if isinstance(self._missing, float) and math.isnan(self._missing):
            bad &= ~np.isnan(exact)
        if bad.any():
            at, column = (int(i) for i in np.argwhere(bad)[0])
            value = exact[at, column]
            why = ": say missing=nan to allow that" if np.isnan(value) else ", which float32 does not hold"
            raise ValueError(f"encode: the feature {self.feature_names[column]!r} is {value}{why}")
        whole = self._single and self._labels[0].kind != "float"
        labels = [labels for _, labels in rows]
        try:
            with np.errstate(over="raise"):
                y = np.asarray(labels, np.float64).astype(np.float32) if not whole else np.asarray(labels, np.int64)
        except (FloatingPointError, OverflowError) as error:
            kind = "int64" if whole else "float32"
            raise ValueError(f"encode: {kind} does not hold a label of {self._labels[0].name!r}") from error
        return Batch(Tensor(x), Tensor(y[:, 0] if self._single else y))


class _Batches(Generic[S]):
    """The batches of an encoded table."""

    size = None

    def __init__(self, encoded: Encoded[S], batch: int) -> None:
        self.encoded = encoded
        self.batch = batch

    def epoch(self, number: int) -> Iterator[Batch[Tensor, Tensor]]:
        held = []
        for row in self.encoded._numbers(number):
            held.append(row)
            if len(held) == self.batch:
                yield self.encoded._batch(held)
                held = []
        if held:
            yield self.encoded._batch(held)


def _get(row: object, name: str) -> object:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _number(column: Column, value: object) -> float | int:
    if column.kind == "category":
        return column.states.index(value)
    if not isinstance(value, int | float):
        raise TypeError(f"encode: the column {column.name!r} must hold {column.expected}, got {value!r}")
    return value


def _classes(label: Column) -> tuple[str, ...] | None:
    if label.kind == "bool":
        return ("false", "true")
    return label.texts if label.kind == "category" else None
