"""Classes that are rarer than others: weights for the loss, and loaders that draw them more often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import labels_of
from typedgrad.data.loader import loader_of
from typedgrad.data.order import Draws, checked_int, checked_seed
from typedgrad.data.parting import by_class
from typedgrad.data.row_steps import Cut
from typedgrad.data.rows import host

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float32, Int
    from numpy.typing import NDArray

    from typedgrad.data.batch import Rows
    from typedgrad.data.loader import Loader

X = TypeVar("X")
Y = TypeVar("Y")

# What random numbers are for; see `Draws`.
SAMPLE_PURPOSE = 3


def class_weights(
    y: Int[Tensor, "n"], classes: int, *, method: Literal["balanced", "sqrt"] = "balanced"
) -> Float32[Tensor, "classes"]:
    """A weight for each class, larger the rarer it is; all rows together weigh as much as without.

    "balanced" gives each class that occurs the same weight in all, "sqrt" its root of it. One that never occurs has 0.

    Raises:
        TypeError: if the labels are not integers, one per row.
        ValueError: if there are none, or one is out of range.

    >>> tg.data.class_weights(tg.asarray([0, 0, 0, 1]), 2)
    Tensor([0.6666667, 2.       ], dtype=float32)
    """
    if method not in {"balanced", "sqrt"}:
        raise ValueError(f"class_weights: `method` must be 'balanced' or 'sqrt', got {method!r}")
    counts = _counts("class_weights", y, classes)
    seen = counts > 0
    raw = np.where(seen, 1.0 / np.maximum(counts, 1), 0.0) ** (1.0 if method == "balanced" else 0.5)
    weights = raw * (counts.sum() / (raw * counts).sum())
    return Tensor(backend_of(y.data).asarray(weights, dtype="float32", device=y.device))


def sample_weights(
    y: Int[Tensor, "n"], classes: int, *, method: Literal["balanced", "sqrt"] = "balanced"
) -> Float32[Tensor, "n"]:
    """The weight of each row: that of its class; see `class_weights`.

    >>> tg.data.sample_weights(tg.asarray([0, 0, 0, 1]), 2).sum().item()
    4.0
    """
    weights = host(class_weights(y, classes, method=method))
    return Tensor(backend_of(y.data).asarray(weights[host(y).astype(np.int64)], device=y.device))


def class_counts(y: Int[Tensor, "n"], classes: int) -> tuple[int, ...]:
    """How many rows each class has; raises what `class_weights` does.

    >>> tg.data.class_counts(tg.asarray([0, 0, 2]), 3)
    (2, 0, 1)
    """
    return tuple(_counts("class_counts", y, classes).tolist())


def balanced_loader(
    data: Rows[X, Y],
    *,
    batch: int,
    method: Literal["over", "under", "draw"] = "over",
    seed: int = 0,
) -> Loader[X, Y]:
    """Batches in which all classes are about as frequent, in an order of its own for each epoch.

    "over" repeats rows of the rarer classes until all have as many as the largest, "under" leaves rows of the others
    out until all have as many as the smallest; "draw" draws as many rows as there are, with replacement.

    Raises:
        TypeError: if the classes of the rows are not known.

    >>> data = tg.data.Dataset(tg.zeros((4, 1)), tg.asarray([0, 0, 0, 1]), classes=2)
    >>> (batch,) = tg.data.balanced_loader(data, batch=6)
    >>> sorted(batch.y.tolist())
    [0, 0, 0, 1, 1, 1]
    """
    checked_int("balanced_loader", "batch", batch, 1)
    labels = labels_of("balanced_loader", data)
    if method not in {"over", "under", "draw"}:
        raise ValueError(f"balanced_loader: `method` must be 'over', 'under' or 'draw', got {method!r}")
    if labels.ndim != 1 or labels.size == 0:
        raise TypeError(f"balanced_loader: needs one label per row, but they have the shape {list(labels.shape)}")
    if method == "draw":
        counts = np.bincount(labels)
        return weighted_loader(data, (1.0 / counts[labels]).tolist(), batch=batch, seed=seed)
    return loader_of(Cut(data, batch, _Even(labels, method == "over", checked_seed(seed)), drop_last=False))


def weighted_loader(
    data: Rows[X, Y], weights: Sequence[float] | Tensor, *, batch: int, rows: int | None = None, seed: int = 0
) -> Loader[X, Y]:
    """Batches of rows that are drawn with replacement, each as often as its weight says.

    `rows`: how many an epoch has; as many as `data` if not given.

    Raises:
        ValueError: unless there is a weight for each row, none negative or infinite, not all 0.

    >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0]]), tg.asarray([0, 1]), classes=2)
    >>> (batch,) = tg.data.weighted_loader(data, [0.0, 1.0], batch=3, rows=3)
    >>> batch.y.tolist()
    [1, 1, 1]
    """
    checked_int("weighted_loader", "batch", batch, 1)
    given = host(weights) if isinstance(weights, Tensor) else np.asarray(weights)
    if given.shape != (len(data),) or given.dtype.kind not in "iuf":
        raise ValueError(
            f"weighted_loader: `weights` must be {len(data)} numbers, one per row, got {given.dtype}{list(given.shape)}"
        )
    values = given.astype(np.float64)
    if not np.isfinite(values).all() or (values < 0).any() or values.sum() == 0:
        raise ValueError("weighted_loader: `weights` must be finite and not negative, and not all 0")
    n = len(data) if rows is None else checked_int("weighted_loader", "rows", rows, 1)
    return loader_of(Cut(data, batch, _Drawn(np.cumsum(values), n, checked_seed(seed)), drop_last=False))


def _counts(title: str, y: Tensor, classes: int) -> NDArray[np.int64]:
    checked_int(title, "classes", classes, 1)
    labels = host(y)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise TypeError(f"{title}: `y` must be integers, one per row, got {labels.dtype}{list(labels.shape)}")
    if labels.size == 0:
        raise ValueError(f"{title}: there are no labels")
    whole = labels.astype(np.int64)
    bad = (whole < 0) | (whole >= classes)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise ValueError(f"{title}: `y` has the label {labels[at]} at row {at}, but there are {classes} classes")
    counts: NDArray[np.int64] = np.bincount(whole, minlength=classes)
    return counts


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Rows drawn with replacement, by their cumulated weights."""

    cumulated: NDArray[np.float64]
    rows: int
    seed: int

    def count(self, n: int) -> int:
        del n
        return self.rows

    def of(self, n: int, epoch: int) -> NDArray[np.int64]:
        at = Draws(self.seed, epoch, SAMPLE_PURPOSE).uniform(self.rows) * self.cumulated[-1]
        # A product may round up to the whole; rows of weight 0 at the end must not be drawn then.
        last = int(np.searchsorted(self.cumulated, self.cumulated[-1]))
        drawn: NDArray[np.int64] = np.searchsorted(self.cumulated, at, side="right").astype(np.int64)
        return np.minimum(drawn, min(last, n - 1))


@dataclass(frozen=True, eq=False)
class _Even:
    """As many rows of each class that occurs as the largest has, or the smallest."""

    labels: NDArray[np.int64]
    over: bool
    seed: int

    def _each(self) -> tuple[int, int]:
        counts = np.bincount(self.labels)
        counts = counts[counts > 0]
        return int(counts.max() if self.over else counts.min()), len(counts)

    def count(self, n: int) -> int:
        del n
        each, classes = self._each()
        return each * classes

    def of(self, n: int, epoch: int) -> NDArray[np.int64]:
        draws = Draws(self.seed, epoch, SAMPLE_PURPOSE)
        each, _ = self._each()
        # np.resize begins again at the front, so that no row comes twice before all of its class came once.
        picked = [np.resize(rows, each) for _, rows in by_class(self.labels, draws.order(n))]
        together = np.concatenate(picked)
        return together[draws.order(len(together))]
