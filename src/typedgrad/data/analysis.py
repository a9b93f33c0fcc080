"""What is in some data: a look at every feature and class before training on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.dataset import Dataset
from typedgrad.data.epochs import Epochs
from typedgrad.data.masked import MaskedBatch
from typedgrad.data.moments import Moments
from typedgrad.data.rows import host

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from typedgrad.data.fitting import Fittable


# Integers beyond this are no classes but numbers.
MOST_CLASSES = 100_000


@dataclass(frozen=True)
class Feature:
    """What is known of one feature; `missing` counts NaN, which the rest leaves out. None where nothing is left."""

    name: str
    count: int
    missing: int
    mean: float | None
    deviation: float | None
    least: float | None
    greatest: float | None


@dataclass(frozen=True)
class Report:
    """What `analyze` found."""

    rows: int
    features: tuple[Feature, ...]
    # How many rows each class has; None if the labels are not classes.
    classes: dict[str, int] | None

    def __str__(self) -> str:
        head = ("feature", "count", "missing", "mean", "deviation", "least", "greatest")
        numbers = [[f.mean, f.deviation, f.least, f.greatest] for f in self.features]
        body = [
            (f.name, str(f.count), str(f.missing), *("-" if v is None else f"{v:.6g}" for v in values))
            for f, values in zip(self.features, numbers, strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
        lines = [f"{self.rows} rows"]
        for first, *rest in (head, *body):
            cells = [first.ljust(widths[0]), *(text.rjust(n) for text, n in zip(rest, widths[1:], strict=True))]
            lines.append("  ".join(cells))
        for name, n in (self.classes or {}).items():
            lines.append(f"class {name}: {n} ({n / self.rows:.1%})")
        return "\n".join(lines)

    def to_json(self) -> str:
        """The report as JSON.

        >>> import json
        >>> json.loads(tg.data.analyze(tg.asarray([[1.0], [3.0]])).to_json())["features"][0]["mean"]
        2.0
        """
        features = [vars(feature) for feature in self.features]
        return json.dumps({"rows": self.rows, "features": features, "classes": self.classes}, allow_nan=False)


def analyze(data: Fittable, *, names: Sequence[str] | None = None, class_names: Sequence[str] | None = None) -> Report:
    """Count, mean, deviation, least and greatest of every feature, and the rows of every class, in one pass.

    Features are positions on the last axis, over all others. Infinite values are counted as they are.

    Args:
        data: a tensor, a dataset, or a loader or other batches.
        names: of the features.
        class_names: of the classes.

    Raises:
        TypeError: if the features are not numbers.
        ValueError: if there are no rows, or another number of names than of features.

    >>> data = tg.data.Dataset(tg.asarray([[1.0, 5.0], [3.0, float("nan")]]), tg.asarray([0, 1]), classes=2)
    >>> print(tg.data.analyze(data, names=["a", "b"]))
    2 rows
    feature  count  missing  mean  deviation  least  greatest
    a            2        0     2          1      1         3
    b            1        1     5          0      5         5
    class 0: 1 (50.0%)
    class 1: 1 (50.0%)
    """
    known_classes = tuple(class_names or ())
    found: Moments | None = None
    total, elements = 0, 0
    counts: NDArray[np.int64] | None = np.zeros(len(known_classes), np.int64)
    for x, y, real in _parts(data):
        values = host(x)
        if values.dtype.kind not in "fiub":
            raise TypeError(f"analyze: the features must be numbers, got {x.dtype}")
        counts = _count(counts, y)
        if values.ndim == 0 or values.size == 0:
            continue
        if real is not None and values.ndim == 2:
            values = values[..., None]
        flat = values.astype(np.float64).reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
        inside = np.ones(len(flat), bool) if real is None else _every_feature(real, values)
        known = ~np.isnan(flat) & inside[:, None]
        total += len(values)
        elements += int(inside.sum())
        if found is not None and found.mean.shape[1] != flat.shape[1]:
            raise ValueError(f"analyze: there are batches of {found.mean.shape[1]} and of {flat.shape[1]} features")
        with np.errstate(invalid="ignore", over="ignore"):  # infinite values
            moments = Moments.of(np.where(known, flat, 0.0), (0,), known)
            found = moments if found is None else found.merge(moments)
    if found is None:
        raise ValueError("analyze: there are no rows")
    titles = tuple(names or ()) or tuple(map(str, range(found.mean.shape[1])))
    if len(titles) != found.mean.shape[1]:
        raise ValueError(f"analyze: there are {len(titles)} `names` but {found.mean.shape[1]} features")
    names_of_classes = [*known_classes, *map(str, range(len(known_classes), len(counts) if counts is not None else 0))]
    classes = None if counts is None or not counts.any() else dict(zip(names_of_classes, counts.tolist(), strict=True))
    return Report(total, _features(found, titles, elements), classes)


def _features(found: Moments, titles: tuple[str, ...], elements: int) -> tuple[Feature, ...]:
    columns = [found.mean, found.deviation, found.least, found.greatest]
    made = []
    for i, title in enumerate(titles):
        n = int(found.counts[0, i])
        values = [float(column[0, i]) if n and np.isfinite(column[0, i]) else None for column in columns]
        made.append(Feature(title, n, elements - n, *values))
    return tuple(made)


def _parts(data: Fittable) -> Iterator[tuple[Tensor, Tensor | None, NDArray[np.bool_] | None]]:
    """The features and labels of each batch, and which steps are real."""
    if isinstance(data, Tensor):
        yield data, None, None
    elif isinstance(data, Dataset):
        yield data.x, data.y, None
    else:
        for batch in data.epoch(0) if isinstance(data, Epochs) else data:
            x, y = batch[0], batch[1]
            yield x, y, host(batch.mask).astype(bool) if isinstance(batch, MaskedBatch) else None


def _every_feature(real: NDArray[np.bool_], values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Which of the flattened rows are real."""
    shape = values.shape[:-1]
    return np.broadcast_to(real.reshape(real.shape + (1,) * (len(shape) - 2)), shape).reshape(-1)


def _count(counts: NDArray[np.int64] | None, y: Tensor | None) -> NDArray[np.int64] | None:
    """The rows of each class with those of a batch; None once the labels are not integers, one per row."""
    if counts is None or y is None:
        return None
    labels = host(y)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        return None
    whole = labels.astype(np.int64)
    if (whole < 0).any() or (whole.size and int(whole.max()) > MOST_CLASSES):
        return None
    more: NDArray[np.int64] = np.bincount(whole, minlength=len(counts))
    more[: len(counts)] += counts
    return more
