"""Which rows go into which part: splits and folds, at random or class by class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

from typedgrad.data.order import WORD, checked_int, checked_seed, permutation

if TYPE_CHECKING:
    from numpy.typing import NDArray

D = TypeVar("D")

# Loaders count epochs from 0 up; splitting draws from the other end, so that one seed can serve both.
SPLIT_STREAM = WORD - 1
FOLD_STREAM = WORD - 2


class Parts(NamedTuple, Generic[D]):
    """Something in two parts."""

    train: D
    test: D


class ThreeParts(NamedTuple, Generic[D]):
    """Something in three parts."""

    train: D
    validation: D
    test: D


def split_rows(n: int, fraction: float, seed: int, labels: NDArray[np.generic] | None) -> NDArray[np.bool_]:
    """Which of `n` rows are the `fraction` to train on; with labels, of each class.

    Raises ValueError unless both parts get a row, with labels one of each class that occurs.

    >>> split_rows(4, 0.5, 0, None).sum()
    np.int64(2)
    """
    order = permutation(n, checked_seed(seed), SPLIT_STREAM)
    if not 0 < fraction < 1:
        raise ValueError(f"split: `fraction` must lie between 0 and 1, got {fraction}")
    in_train = np.zeros(n, dtype=bool)
    if labels is None:
        in_train[order[: _share(n, fraction, "the dataset")]] = True
    else:
        for label, members in by_class(labels, order):
            in_train[members[: _share(len(members), fraction, f"class {label}")]] = True
    return in_train


def fold_rows(n: int, k: int, seed: int, labels: NDArray[np.generic] | None) -> list[NDArray[np.bool_]]:
    """Which of `n` rows each of `k` folds tests with; folds differ by a row at most, and so do the classes in them.

    Raises ValueError unless `k` is at least 2 and there are as many rows, with labels of each class that occurs.

    >>> [fold.tolist() for fold in fold_rows(2, 2, 0, None)]
    [[False, True], [True, False]]
    """
    checked_int("k_fold", "k", k, 2)
    if k > n:
        raise ValueError(f"k_fold: `k` is {k}, but there are {n} rows")
    order = permutation(n, checked_seed(seed), FOLD_STREAM)
    if labels is not None:
        groups = by_class(labels, order)
        for label, members in groups:
            if len(members) < k:
                raise ValueError(f"k_fold: `k` is {k}, but class {label} has {len(members)} rows")
        order = np.concatenate([members for _, members in groups])
    folds = [np.zeros(n, dtype=bool) for _ in range(k)]
    for i, fold in enumerate(folds):
        fold[order[i::k]] = True
    return folds


def remaining(train: float, validation: float) -> tuple[float, float]:
    """The share of all rows that is not for testing, and the share of those that is to train on.

    Raises ValueError unless something is left for testing.

    >>> remaining(0.5, 0.25)
    (0.75, 0.6666666666666666)
    """
    if not (train > 0 and validation > 0 and train + validation < 1):
        raise ValueError(
            f"split: `train` and `validation` must be positive and leave a part to test, got {train} and {validation}"
        )
    return train + validation, train / (train + validation)


def by_class(labels: NDArray[np.generic], order: NDArray[np.int64]) -> list[tuple[np.generic, NDArray[np.int64]]]:
    """The rows of each class that occurs, in the given order.

    >>> [rows.tolist() for _, rows in by_class(np.asarray([0, 1, 0]), np.asarray([2, 1, 0]))]
    [[2, 0], [1]]
    """
    if labels.ndim != 1:
        raise TypeError(f"split: stratify=True needs one label per row, but `y` has {labels.ndim} axes")
    shuffled = labels[order]
    return [(label, order[shuffled == label]) for label in np.unique(labels)]


def _share(n: int, fraction: float, what: str) -> int:
    """How many of `n` rows are `fraction` of them, so that neither part is empty."""
    share = round(n * fraction)
    if not 0 < share < n:
        raise ValueError(f"split: {fraction} of the {n} rows of {what} leaves one part empty")
    return share
