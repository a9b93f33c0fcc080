"""`MultiDataset`: several inputs or outputs that share their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from typedgrad.data.batch import Batch
from typedgrad.data.parting import Parts, fold_rows, split_rows
from typedgrad.data.rows import count, take, tensors

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

X = TypeVar("X")
Y = TypeVar("Y")
X2 = TypeVar("X2")


class MultiDataset(Generic[X, Y]):
    """Inputs `x` and outputs `y`, each a tensor or a tuple of tensors, row by row. `Loader` makes batches of them.

    Raises:
        TypeError: if something else than tensors and tuples of tensors is in them, or a tensor has no rows.
        ValueError: if they differ in their rows, or there are none.

    >>> image, text, label = tg.zeros((4, 3, 8, 8)), tg.zeros((4, 20)), tg.asarray([0, 1, 1, 0])
    >>> data = tg.data.MultiDataset((image, text), (label,))
    >>> (images, texts), (labels,) = next(iter(tg.data.Loader(data, batch=3)))
    >>> images.shape, texts.shape, labels.shape
    ((3, 3, 8, 8), (3, 20), (3,))
    """

    __slots__ = ("_x", "_y")

    def __init__(self, x: X, y: Y) -> None:
        try:
            n = count(x, y)
        except (TypeError, ValueError) as error:
            raise type(error)(f"MultiDataset: {error}") from None
        if n == 0:
            raise ValueError("MultiDataset: there are no rows in `x` and `y`")
        self._x, self._y = x, y

    @property
    def x(self) -> X:
        """The inputs of every row."""
        return self._x

    @property
    def y(self) -> Y:
        """The outputs of every row."""
        return self._y

    def __len__(self) -> int:
        return count(self._x)

    def __repr__(self) -> str:
        parts = [*tensors(self._x, "x"), *tensors(self._y, "y")]
        shown = [f"{name}={tensor.dtype}[{' '.join(map(str, tensor.shape))}]" for name, tensor in parts]
        return f"MultiDataset({', '.join(shown)})"

    def rows(self, which: slice | NDArray[np.int64]) -> Batch[X, Y]:
        """The rows at a slice (views) or at an array of positions (copies).

        >>> tg.data.MultiDataset((tg.zeros((4, 2)),), tg.asarray([0, 1, 2, 3])).rows(slice(2, 4)).y.tolist()
        [2, 3]
        """
        return Batch(take(self._x, which), take(self._y, which))

    def map(self, change: Callable[[X], X2]) -> MultiDataset[X2, Y]:
        """The dataset with `change` applied to all inputs at once.

        >>> data = tg.data.MultiDataset((tg.zeros((4, 2)), tg.ones((4, 3))), tg.asarray([0, 1, 2, 3]))
        >>> data.map(lambda x: tg.concat(x, axis=1)).x.shape
        (4, 5)
        """
        return MultiDataset(change(self._x), self._y)

    def split(self, fraction: float, *, seed: int = 0) -> Parts[MultiDataset[X, Y]]:
        """Two datasets: a random `fraction` of the rows to train on, the rest to test with; both keep the rows' order.

        >>> data = tg.data.MultiDataset((tg.zeros((4, 2)),), tg.asarray([0, 1, 2, 3]))
        >>> [len(part) for part in data.split(0.75)]
        [3, 1]
        """
        in_train = split_rows(len(self), fraction, seed, None)
        return Parts(self._where(in_train), self._where(~in_train))

    def k_fold(self, k: int, *, seed: int = 0) -> tuple[Parts[MultiDataset[X, Y]], ...]:
        """`k` splits for cross-validation: every row is in the test part of one of them.

        >>> data = tg.data.MultiDataset((tg.zeros((4, 2)),), tg.asarray([0, 1, 2, 3]))
        >>> [len(test) for train, test in data.k_fold(2)]
        [2, 2]
        """
        folds = fold_rows(len(self), k, seed, None)
        return tuple(Parts(self._where(~fold), self._where(fold)) for fold in folds)

    def _where(self, mask: NDArray[np.bool_]) -> MultiDataset[X, Y]:
        return MultiDataset(*self.rows(np.flatnonzero(mask)))
