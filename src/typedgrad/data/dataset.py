"""`Dataset`: features and labels that share their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch
from typedgrad.data.order import checked_int
from typedgrad.data.parting import fold_rows, remaining, split_rows
from typedgrad.data.rows import host, take

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

X = TypeVar("X", bound=Tensor)
Y = TypeVar("Y", bound=Tensor)
X2 = TypeVar("X2", bound=Tensor)


class Split(NamedTuple, Generic[X, Y]):
    """The two parts of a dataset."""

    train: Dataset[X, Y]
    test: Dataset[X, Y]


class ThreeWay(NamedTuple, Generic[X, Y]):
    """The three parts of a dataset."""

    train: Dataset[X, Y]
    validation: Dataset[X, Y]
    test: Dataset[X, Y]


class Dataset(Generic[X, Y]):
    """Features `x` and labels `y`, row by row; with `classes`, labels are integers from 0 to `classes - 1`.

    Raises:
        TypeError: if `x` or `y` is not a tensor with rows, or if labels of classes are not integers.
        ValueError: if the two differ in length or are empty, or if a label is NaN or out of range.

    >>> data = tg.data.Dataset(tg.asarray([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), tg.asarray([0, 1, 1]), classes=2)
    >>> len(data), data.x.shape, data.y.shape
    (3, (3, 2), (3,))
    """

    __slots__ = ("_classes", "_x", "_y")

    def __init__(self, x: X, y: Y, *, classes: int | None = None) -> None:
        for name, value in (("x", x), ("y", y)):
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"Dataset: `{name}` must be a tensor, got a {type(value).__name__}: use asarray({name})"
                )
            if value.ndim == 0:
                raise TypeError(f"Dataset: `{name}` must have rows along its first axis, but it is 0-dimensional")
        if x.shape[0] != y.shape[0]:
            raise ValueError(f"Dataset: `x` has {x.shape[0]} rows but `y` has {y.shape[0]}")
        if x.shape[0] == 0:
            raise ValueError("Dataset: there are no rows in `x` and `y`")
        _check_labels(y, classes)
        self._x, self._y, self._classes = x, y, classes

    @property
    def x(self) -> X:
        """The features of every row."""
        return self._x

    @property
    def y(self) -> Y:
        """The label of every row."""
        return self._y

    @property
    def classes(self) -> int | None:
        """How many classes there are, if the labels are classes."""
        return self._classes

    def __len__(self) -> int:
        return self._x.shape[0]

    def __repr__(self) -> str:
        classes = "" if self._classes is None else f", classes={self._classes}"
        x, y = (f"{t.dtype}[{' '.join(map(str, t.shape))}]" for t in (self._x, self._y))
        return f"Dataset(x={x}, y={y}{classes})"

    def rows(self, which: slice | NDArray[np.int64]) -> Batch[X, Y]:
        """The rows at a slice (a view) or at an array of positions (a copy).

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0], [4.0]]), tg.asarray([0, 1, 1]))
        >>> data.rows(slice(1, 3)).x.tolist()
        [[2.0], [4.0]]
        """
        return Batch(take(self._x, which), take(self._y, which))

    def map(self, change: Callable[[X], X2]) -> Dataset[X2, Y]:
        """The dataset with `change` applied to all features at once.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0]]), tg.asarray([0, 1]))
        >>> data.map(lambda x: x / 2).x.tolist()
        [[0.0], [1.0]]
        """
        return Dataset(change(self._x), self._y, classes=self._classes)

    def split(self, fraction: float, *, seed: int = 0, stratify: bool = False) -> Split[X, Y]:
        """Two datasets: a random `fraction` of the rows to train on, the rest to test with; both keep the rows' order.

        With `stratify`, each class is divided in that proportion, to the nearest row.

        Raises:
            ValueError: unless both parts get a row, and with `stratify` one of every class that occurs.
            TypeError: if there are no classes to stratify by.

        >>> data = tg.data.Dataset(tg.asarray([[float(i)] for i in range(10)]), tg.asarray([0, 1] * 5), classes=2)
        >>> parts = data.split(0.6, stratify=True)
        >>> len(parts.train), len(parts.test), sum(parts.test.y.tolist())
        (6, 4, 2)
        """
        labels = self._classes_to_stratify("split") if stratify else None
        in_train = split_rows(len(self), fraction, seed, labels)
        return Split(self._where(in_train), self._where(~in_train))

    def split_three(self, train: float, validation: float, *, seed: int = 0, stratify: bool = False) -> ThreeWay[X, Y]:
        """Three datasets: to train on, to choose by, and what is left to test with; see `split`.

        >>> data = tg.data.Dataset(tg.asarray([[float(i)] for i in range(10)]), tg.asarray([0, 1] * 5), classes=2)
        >>> [len(part) for part in data.split_three(0.6, 0.2)]
        [6, 2, 2]
        """
        both, share = remaining(train, validation)
        seen, test = self.split(both, seed=seed, stratify=stratify)
        return ThreeWay(*seen.split(share, seed=seed, stratify=stratify), test)

    def k_fold(self, k: int, *, seed: int = 0, stratify: bool = False) -> tuple[Split[X, Y], ...]:
        """`k` splits for cross-validation: every row is in the test part of one of them.

        With `stratify`, each class is spread evenly over the folds. Parts are copies; `Loader.k_fold` copies nothing.

        Raises:
            ValueError: unless `k` is at least 2 and there are as many rows, with `stratify` of every class that occurs.
            TypeError: if there are no classes to stratify by.

        >>> data = tg.data.Dataset(tg.asarray([[float(i)] for i in range(10)]), tg.asarray([0, 1] * 5), classes=2)
        >>> [(len(train), len(test)) for train, test in data.k_fold(3)]
        [(6, 4), (7, 3), (7, 3)]
        """
        labels = self._classes_to_stratify("k_fold") if stratify else None
        return tuple(Split(self._where(~t), self._where(t)) for t in fold_rows(len(self), k, seed, labels))

    def filter(self, keep: Callable[[X, Y], Tensor]) -> Dataset[X, Y]:
        """The rows where `keep`, called with all features and labels, says True.

        Raises:
            TypeError: if it does not return one truth value per row.
            ValueError: if no row is left.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0], [4.0]]), tg.asarray([0, 1, 1]), classes=2)
        >>> data.filter(lambda x, y: y == 1).x.tolist()
        [[2.0], [4.0]]
        """
        return self._where(kept("Dataset.filter", keep(self._x, self._y), len(self)))

    def take(self, n: int) -> Dataset[X, Y]:
        """The first `n` rows, or all if there are fewer.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0], [4.0]]), tg.asarray([0, 1, 1]))
        >>> len(data.take(2))
        2
        """
        return Dataset(*self.rows(slice(0, checked_int("Dataset.take", "n", n, 1))), classes=self._classes)

    def skip(self, n: int) -> Dataset[X, Y]:
        """All rows but the first `n`.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0], [4.0]]), tg.asarray([0, 1, 1]))
        >>> data.skip(2).x.tolist()
        [[4.0]]
        """
        n = min(checked_int("Dataset.skip", "n", n, 0), len(self))
        return Dataset(*self.rows(slice(n, len(self))), classes=self._classes)

    def labels(self) -> NDArray[np.int64]:
        """The class of every row, as a numpy array.

        Raises:
            TypeError: if the labels are not classes.

        >>> tg.data.Dataset(tg.zeros((2, 1)), tg.asarray([0, 1]), classes=2).labels().tolist()
        [0, 1]
        """
        if self._classes is None:
            raise TypeError("labels: the labels are not classes: make the dataset with classes=...")
        return host(self._y).astype(np.int64)

    def _where(self, mask: NDArray[np.bool_]) -> Dataset[X, Y]:
        return Dataset(*self.rows(np.flatnonzero(mask)), classes=self._classes)

    def _classes_to_stratify(self, title: str) -> NDArray[np.int64]:
        if self._classes is None:
            raise TypeError(f"{title}: stratify=True needs labels that are classes: make the dataset with classes=...")
        return self.labels()


def kept(title: str, mask: object, rows: int) -> NDArray[np.bool_]:
    """The truth values, one per row, that a filter returned.

    Raises TypeError if they are not that.

    >>> kept("filter", tg.asarray([True, False]), 2).tolist()
    [True, False]
    """
    if not isinstance(mask, Tensor) or mask.dtype.kind != "b" or mask.shape != (rows,):
        found = f"{mask.dtype}{list(mask.shape)}" if isinstance(mask, Tensor) else f"a {type(mask).__name__}"
        raise TypeError(f"{title}: `keep` must return one truth value per row, bool[{rows}], got {found}")
    return host(mask).astype(bool)


def _check_labels(y: Tensor, classes: int | None) -> None:
    labels = host(y)
    if labels.dtype.kind in "fc":
        bad = np.isnan(labels)
        if bad.any():
            raise ValueError(f"Dataset: `y` has a NaN label at row {np.argwhere(bad)[0][0]}")
    if classes is None:
        return
    if classes < 1:
        raise ValueError(f"Dataset: `classes` must be at least 1, got {classes}")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"Dataset: labels of classes must be integers, but `y` is {labels.dtype}")
    values = labels.astype(np.int64)  # an unsigned label too large for int64 comes out negative
    bad = (values < 0) | (values >= classes)
    if bad.any():
        place = tuple(np.argwhere(bad)[0])
        raise ValueError(
            f"Dataset: `y` has the label {labels[place]} at row {place[0]}, "
            f"but classes={classes} allows 0 to {classes - 1}"
        )
