"""`Dataset`: features and labels that share their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.data.order import WORD, checked_seed, permutation

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

X = TypeVar("X", bound=Tensor)
Y = TypeVar("Y", bound=Tensor)
X2 = TypeVar("X2", bound=Tensor)
T = TypeVar("T", bound=Tensor)

# Loaders count epochs from 0 up; splitting draws from the other end, so that one seed can serve both.
_SPLIT_STREAM = WORD - 1


class Batch(NamedTuple, Generic[X, Y]):
    """Some rows of a dataset: `x` and `y` have the same first axis."""

    x: X
    y: Y


class Split(NamedTuple, Generic[X, Y]):
    """The two parts of a dataset."""

    train: Dataset[X, Y]
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
        return Batch(_rows(self._x, which), _rows(self._y, which))

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
        order = permutation(len(self), checked_seed(seed), _SPLIT_STREAM)
        if not 0 < fraction < 1:
            raise ValueError(f"split: `fraction` must lie between 0 and 1, got {fraction}")
        if stratify:
            if self._classes is None:
                raise TypeError("split: stratify=True needs labels that are classes: make the dataset with classes=...")
            labels = _host(self._y)
            taken = _stratified(labels, order, fraction)
        else:
            taken = order[: _share(len(self), fraction, "the dataset")]
        in_train = np.zeros(len(self), dtype=bool)
        in_train[taken] = True
        train, test = (self.rows(np.flatnonzero(part)) for part in (in_train, ~in_train))
        return Split(Dataset(*train, classes=self._classes), Dataset(*test, classes=self._classes))


def _rows(tensor: T, which: slice | NDArray[np.int64]) -> T:
    backend = backend_of(tensor.data)
    if isinstance(which, slice):
        return cast("T", tensor[which])
    positions = backend.asarray(which, device=tensor.device)
    return cast("T", Tensor(backend.xp.take(tensor.data, positions, axis=0)))


def _host(tensor: Tensor) -> NDArray[np.generic]:
    return backend_of(tensor.data).to_numpy(tensor.data)


def _check_labels(y: Tensor, classes: int | None) -> None:
    labels = _host(y)
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


def _share(n: int, fraction: float, what: str) -> int:
    """How many of `n` rows are `fraction` of them, so that neither part is empty."""
    share = round(n * fraction)
    if not 0 < share < n:
        raise ValueError(f"split: {fraction} of the {n} rows of {what} leaves one part empty")
    return share


def _stratified(labels: NDArray[np.generic], order: NDArray[np.int64], fraction: float) -> NDArray[np.int64]:
    if labels.ndim != 1:
        raise TypeError(f"split: stratify=True needs one label per row, but `y` has {labels.ndim} axes")
    shuffled = labels[order]
    members = [order[shuffled == label] for label in np.unique(labels)]
    taken = [
        rows[: _share(len(rows), fraction, f"class {labels[rows[0]]}")] for rows in members
    ]  # each class is in the shuffled order already
    return np.concatenate(taken)
