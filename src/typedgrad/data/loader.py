"""`Loader`: a dataset in batches, epoch after epoch, in an order that a seed decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from typedgrad.data.dataset import Batch, Dataset, X, Y
from typedgrad.data.order import checked_seed, permutation

if TYPE_CHECKING:
    from collections.abc import Iterator


class Loader(Generic[X, Y]):
    """Batches of `batch` rows of `data`; every iteration is one epoch.

    With `shuffle`, each epoch has its own order, and a loader made anew with the same seed goes through the same orders
    in the same sequence. The last batch is smaller if the rows do not divide evenly, unless `drop_last` leaves it out.

    Raises:
        TypeError: if `batch` or `seed` is not an int.
        ValueError: if `batch` is below 1, `seed` is not a 32-bit word, or `drop_last` would leave no batch at all.

    >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0], [3.0], [4.0]]), tg.asarray([0, 1, 0, 1, 0]))
    >>> loader = tg.data.Loader(data, batch=2, shuffle=True, seed=7)
    >>> len(loader), [len(x) for x, y in loader]
    (3, [2, 2, 1])
    """

    __slots__ = ("_epoch", "batch", "data", "drop_last", "seed", "shuffle")

    def __init__(
        self, data: Dataset[X, Y], *, batch: int, shuffle: bool = False, seed: int = 0, drop_last: bool = False
    ) -> None:
        if isinstance(batch, bool) or not isinstance(batch, int):
            raise TypeError(f"Loader: `batch` must be an int, not {batch!r}")
        if batch < 1:
            raise ValueError(f"Loader: `batch` must be at least 1, got {batch}")
        if drop_last and batch > len(data):
            raise ValueError(f"Loader: drop_last leaves no batch: `batch` is {batch} but `data` has {len(data)} rows")
        self.data = data
        self.batch = batch
        self.shuffle = shuffle
        self.seed = checked_seed(seed)
        self.drop_last = drop_last
        self._epoch = 0

    def __len__(self) -> int:
        n = len(self.data)
        return n // self.batch if self.drop_last else -(-n // self.batch)

    def __iter__(self) -> Iterator[Batch[X, Y]]:
        epoch = self._epoch
        self._epoch += 1
        return self.epoch(epoch)

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The batches of one epoch, by its number from 0; does not count as an iteration. For resuming a training.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([0, 1, 2]))
        >>> loader = tg.data.Loader(data, batch=3, shuffle=True)
        >>> next(loader.epoch(5)).y.tolist() == next(loader.epoch(5)).y.tolist()
        True
        """
        starts = range(0, len(self) * self.batch, self.batch)
        if not self.shuffle:
            # The standard leaves open what a slice beyond the end gives.
            n = len(self.data)
            return (self.data.rows(slice(start, min(start + self.batch, n))) for start in starts)
        order = permutation(len(self.data), self.seed, number)
        return (self.data.rows(order[start : start + self.batch]) for start in starts)
