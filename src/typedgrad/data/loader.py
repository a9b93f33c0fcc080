"""`Loader`: batches, epoch after epoch, in an order that a seed decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch, Subset, labels_of
from typedgrad.data.cache import Stored
from typedgrad.data.dataset import Dataset
from typedgrad.data.epochs import Epochs
from typedgrad.data.order import checked_int, checked_seed
from typedgrad.data.parting import Parts, fold_rows, split_rows
from typedgrad.data.row_steps import (
    Chosen,
    Cut,
    InOrder,
    Mixed,
    Regrouped,
    Shuffled,
    Windowed,
    joined,
    rerooted,
    root_of,
)
from typedgrad.data.rows import count
from typedgrad.data.steps import Keyed, Mapped, Remembered, Zipped
from typedgrad.data.stream import name_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from numpy.typing import NDArray

    from typedgrad.core.keys import Key
    from typedgrad.data.batch import Rows
    from typedgrad.data.source import Source

X = TypeVar("X")
Y = TypeVar("Y")
X2 = TypeVar("X2")
Y2 = TypeVar("Y2")
TX = TypeVar("TX", bound=Tensor)
TY = TypeVar("TY", bound=Tensor)


class Loader(Epochs[Batch[X, Y]], Generic[X, Y]):
    """Batches of `batch` rows of `data`; every iteration is one epoch.

    With `shuffle`, each epoch has its own order, and a loader made anew with the same seed goes through the same orders
    in the same sequence. The last batch is smaller if the rows do not divide evenly, unless `drop_last` leaves it out.
    Every step below makes a new loader; the batches of an epoch depend on its number alone.

    Raises:
        TypeError: if `batch` or `seed` is not an int, or `data` has no rows to ask for.
        ValueError: if `batch` is below 1, `seed` is not a 32-bit word, or `drop_last` would leave no batch at all.

    >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0], [3.0], [4.0]]), tg.asarray([0, 1, 0, 1, 0]))
    >>> loader = tg.data.Loader(data, batch=2, shuffle=True, seed=7)
    >>> len(loader), [len(x) for x, y in loader]
    (3, [2, 2, 1])
    """

    __slots__ = ()

    def __init__(
        self, data: Rows[X, Y], *, batch: int, shuffle: bool = False, seed: int = 0, drop_last: bool = False
    ) -> None:
        checked_int("Loader", "batch", batch, 1)
        if not hasattr(data, "rows"):
            kind = type(data).__name__
            raise TypeError(f"Loader: `data` must be a Dataset or have rows(...), not a {kind}; see from_batches")
        n = len(data)
        if n == 0:
            raise ValueError("Loader: there are no rows in `data`")
        if drop_last and batch > n:
            raise ValueError(f"Loader: drop_last leaves no batch: `batch` is {batch} but `data` has {n} rows")
        order = Shuffled(checked_seed(seed)) if shuffle else InOrder()
        checked_seed(seed)
        super().__init__(Cut(data, batch, order, drop_last))

    def map(self, change: Callable[[X], X2]) -> Loader[X2, Y]:
        """`change` of the features of every batch. An exception of it gets a note that says in which batch.

        >>> data = tg.data.Dataset(tg.asarray([[1.0], [2.0]]), tg.asarray([0, 1]))
        >>> next(iter(tg.data.Loader(data, batch=2).map(lambda x: x * 10))).x.tolist()
        [[10.0], [20.0]]
        """
        return self._mapped(lambda batch: Batch(change(batch.x), batch.y), f"map({name_of(change)})")

    def map_labels(self, change: Callable[[Y], Y2]) -> Loader[X, Y2]:
        """`change` of the labels of every batch.

        >>> data = tg.data.Dataset(tg.asarray([[1.0], [2.0]]), tg.asarray([0, 1]))
        >>> next(iter(tg.data.Loader(data, batch=2).map_labels(lambda y: tg.one_hot(y, classes=2)))).y.shape
        (2, 2)
        """
        return self._mapped(lambda batch: Batch(batch.x, change(batch.y)), f"map_labels({name_of(change)})")

    def map_batches(self, change: Callable[[X, Y], tuple[X2, Y2]]) -> Loader[X2, Y2]:
        """`change` of the features and labels of every batch together.

        >>> data = tg.data.Dataset(tg.asarray([[1.0], [2.0]]), tg.asarray([0, 1]))
        >>> next(iter(tg.data.Loader(data, batch=2).map_batches(lambda x, y: (x, x)))).y.tolist()
        [[1.0], [2.0]]
        """
        return self._mapped(lambda batch: _pair(change(batch.x, batch.y)), f"map_batches({name_of(change)})")

    def map_with_key(self, change: Callable[[Key, X], X2], key: Key) -> Loader[X2, Y]:
        """`change` of a key and the features of every batch: random changes that a seed decides.

        Each batch of each epoch has a key of its own, made from `key`.

        >>> data = tg.data.Dataset(tg.ones((2, 1, 4, 4)), tg.asarray([0, 1]))
        >>> shift = lambda key, x: tg.data.random_shift(key, x, most=1)
        >>> loader = tg.data.Loader(data, batch=2).map_with_key(shift, tg.random.key(0))
        >>> next(iter(loader)).x.shape
        (2, 1, 4, 4)
        """
        return loader_of(
            Keyed(
                self._source,
                lambda one, batch: Batch(change(one, batch.x), batch.y),
                key,
                f"map_with_key({name_of(change)})",
            )
        )

    def filter(self, keep: Callable[[X, Y], Tensor]) -> Loader[X, Y]:
        """The rows for which `keep`, called with each batch's features and labels, says True.

        Batches get smaller, and are left out when they are empty; `batch` after this makes them even.

        Raises:
            TypeError: when it is iterated over, if `keep` does not return one truth value per row.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [2.0], [4.0]]), tg.asarray([0, 1, 1]), classes=2)
        >>> [x.tolist() for x, y in tg.data.Loader(data, batch=2).filter(lambda x, y: y == 1)]
        [[[2.0]], [[4.0]]]
        """
        return loader_of(Chosen(self._source, keep, f"filter({name_of(keep)})"))

    def zip(self, other: Loader[X2, Y2]) -> Loader[tuple[X, X2], tuple[Y, Y2]]:
        """The batches of two loaders side by side; they must have as many, with as many rows.

        >>> loader = tg.data.Loader(tg.data.Dataset(tg.zeros((2, 1)), tg.asarray([0, 1])), batch=2)
        >>> [(len(x), len(y)) for x, y in loader.zip(loader)]
        [(2, 2)]
        """
        return loader_of(Zipped(self._source, other._source, _beside))

    def batch(self, n: int, *, drop_last: bool = False) -> Loader[X, Y]:
        """The same rows in batches of `n`.

        >>> loader = tg.data.Loader(tg.data.Dataset(tg.zeros((5, 1)), tg.zeros((5,))), batch=2)
        >>> [len(x) for x, y in loader.batch(3)]
        [3, 2]
        """
        return loader_of(Regrouped(self._source, checked_int("batch", "n", n, 1), drop_last))

    def shuffle(self, seed: int = 0, *, buffer: int | None = None) -> Loader[X, Y]:
        """The rows in an order of its own for each epoch.

        Without `buffer`, all rows are shuffled; they must be those of a dataset, mapped at most. With it, rows are
        taken as they come, from wherever, and each is drawn from the next `buffer` ones.

        Raises:
            TypeError: if the rows are not known before they are made, and there is no `buffer`.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([0, 1, 2]))
        >>> sorted(next(iter(tg.data.Loader(data, batch=3).shuffle(seed=1))).y.tolist())
        [0, 1, 2]
        """
        checked_seed(seed)
        if buffer is not None:
            return loader_of(Mixed(self._source, checked_int("shuffle", "buffer", buffer, 1), seed))
        root = root_of(self._source)
        if root is None or not isinstance(root.order, InOrder | Shuffled):
            raise TypeError("shuffle: the rows are not known before they are made: say how many to hold, buffer=...")
        return loader_of(rerooted("shuffle", self._source, lambda root: replace(root, order=Shuffled(seed))))

    def window(
        self: Loader[TX, TY], size: int, stride: int = 1, *, label: Literal["each", "last"] = "last"
    ) -> Loader[Tensor, Tensor]:
        """Windows of `size` rows, `stride` rows later each time: `x` becomes `[windows, size, ...]`.

        The label of a window is that of its last row, or with `label="each"` those of all. Windows cross from one batch
        into the next; each batch has those that end in it, and `batch` after this makes them even.

        Raises:
            ValueError: if the rows are shuffled; when it is iterated over, if there are fewer than `size` rows.

        >>> series = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0], [3.0]]), tg.asarray([0, 1, 2, 3]))
        >>> x, y = next(iter(tg.data.Loader(series, batch=4).window(3)))
        >>> x.shape, y.tolist()
        ((2, 3, 1), [2, 3])
        """
        root = root_of(self._source)
        if root is not None and not isinstance(root.order, InOrder):
            raise ValueError(
                "window: the rows are shuffled: shuffle the windows instead, with window(...).shuffle(buffer=...)"
            )
        checked_int("window", "size", size, 1)
        return loader_of(Windowed(self._source, size, checked_int("window", "stride", stride, 1), label))

    def split(self, fraction: float, *, seed: int = 0, stratify: bool = False) -> Parts[Loader[X, Y]]:
        """Two loaders with the same steps: on a random `fraction` of the rows, and on the rest; see `Dataset.split`.

        Raises:
            TypeError: if the rows are not known before they are made, or with `stratify` not their classes.
            ValueError: unless both parts get a row, and with `stratify` one of every class that occurs.

        >>> data = tg.data.Dataset(tg.asarray([[float(i)] for i in range(10)]), tg.asarray([0, 1] * 5), classes=2)
        >>> train, test = tg.data.Loader(data, batch=2).split(0.8)
        >>> len(train), len(test)
        (4, 1)
        """
        rows, labels = self._parted("split", stratify)
        in_train = split_rows(rows, fraction, seed, labels)
        return Parts(self._where("split", in_train), self._where("split", ~in_train))

    def k_fold(self, k: int, *, seed: int = 0, stratify: bool = False) -> tuple[Parts[Loader[X, Y]], ...]:
        """`k` splits for cross-validation, each of two loaders with the same steps; see `Dataset.k_fold`.

        >>> data = tg.data.Dataset(tg.asarray([[float(i)] for i in range(10)]), tg.asarray([0, 1] * 5), classes=2)
        >>> [(len(train), len(test)) for train, test in tg.data.Loader(data, batch=1).k_fold(5)]
        [(8, 2), (8, 2), (8, 2), (8, 2), (8, 2)]
        """
        rows, labels = self._parted("k_fold", stratify)
        folds = fold_rows(rows, k, seed, labels)
        return tuple(Parts(self._where("k_fold", ~fold), self._where("k_fold", fold)) for fold in folds)

    def cache(self, folder: str | os.PathLike[str] | None = None, *, key: str = "") -> Loader[X, Y]:
        """The batches of epoch 0, made once and kept: in memory, or in the files of a folder. Shuffle after this.

        A folder is filled beside its place and moved there when it is complete, so it is complete or absent. It is not
        filled again when the steps before change: name their version in `key`, which is compared.

        Raises:
            ValueError: when it is iterated over, if the folder holds something else, another key or damaged files.

        >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0]]), tg.asarray([0, 1]))
        >>> cached = tg.data.Loader(data, batch=1, shuffle=True).cache()
        >>> [y.item() for x, y in cached] == [y.item() for x, y in cached]
        True
        """
        if folder is None:
            return loader_of(Remembered(self._source))
        return loader_of(Stored(self._source, folder, key))

    def collect(self: Loader[TX, TY], *, classes: int | None = None) -> Dataset[TX, TY]:
        """All rows of epoch 0 in memory.

        Raises:
            ValueError: if there are none, or batches differ in more than rows.

        >>> loader = tg.data.Loader(tg.data.Dataset(tg.zeros((5, 1)), tg.zeros((5,))), batch=2).map(lambda x: x + 1)
        >>> len(loader.collect())
        5
        """
        batches = list(self.epoch(0))
        if not batches:
            raise ValueError("collect: there are no batches")
        return Dataset(*joined(batches), classes=classes)

    def _mapped(self, change: Callable[[Batch[X, Y]], Batch[X2, Y2]], name: str) -> Loader[X2, Y2]:
        return loader_of(Mapped(self._source, change, name))

    def _parted(self, title: str, stratify: bool) -> tuple[int, NDArray[np.int64] | None]:
        """How many rows there are to part, and their classes if they are wanted."""
        root = root_of(self._source)
        if root is None or not isinstance(root.order, InOrder | Shuffled):
            raise TypeError(f"{title}: the rows are not known before they are made: do this first, or collect() them")
        return len(root.data), labels_of(title, root.data) if stratify else None

    def _where(self, title: str, mask: NDArray[np.bool_]) -> Loader[X, Y]:
        """The same steps on some rows."""
        positions = np.flatnonzero(mask)
        return loader_of(rerooted(title, self._source, lambda root: replace(root, data=Subset(root.data, positions))))


def loader_of(source: Source[Batch[X, Y]]) -> Loader[X, Y]:
    """A loader of the batches of a source.

    >>> from typedgrad.data.source import Given
    >>> len(loader_of(Given([tg.data.Batch(tg.zeros((2, 1)), tg.zeros((2,)))])))
    1
    """
    made: Loader[X, Y] = object.__new__(Loader)
    Epochs.__init__(made, source)
    return made


def _pair(made: tuple[X, Y]) -> Batch[X, Y]:
    """What a function of a batch returned. A tensor could be taken apart as well, into its rows."""
    if not isinstance(made, tuple) or len(made) != 2:
        raise TypeError(f"map_batches: the function must return a pair (x, y), not a {type(made).__name__}")
    return Batch(*made)


def _beside(one: Batch[X, Y], other: Batch[X2, Y2]) -> Batch[tuple[X, X2], tuple[Y, Y2]]:
    both = Batch((one.x, other.x), (one.y, other.y))
    count(*both)
    return both
