"""`Regression`: how far predicted numbers are from the right ones, column by column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from typedgrad.metrics.inputs import elementwise, refuse
from typedgrad.metrics.matrix import aligned
from typedgrad.metrics.moments import Moments
from typedgrad.metrics.outcomes import mean_of_defined
from typedgrad.metrics.report import number
from typedgrad.metrics.value import Metric, frozen_array, names_of, positive

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics.value import Floats

_MOMENTS = len(Moments._fields)
# Rows of `sums` below the moments: what is summed over examples.
_ABSOLUTE, _RELATIVE, _NO_RELATIVE, _LOGARITHMIC, _NO_LOGARITHM, _LOG_COSH = range(6)


class Regression(Metric):
    """Errors of predictions by column, and how labels and predictions vary together.

    `r2`, `pearson`, `rse`, `explained_variance` and `concordance` are NaN for a column that does not vary; `mape` for
    one with a label of 0, `msle` for one with a label or a prediction of -1 or less.

    Args:
        moments: `[8 columns]`, see `Moments`.
        sums: `[6 columns]`: sums of absolute, relative, squared logarithmic errors and of log-cosh; what had no
            relative or logarithmic error is counted behind it.
        cosine: the sum over examples of the cosine of prediction and label, and the weight of these examples.
        names: of the columns; their numbers unless given.

    >>> result = tg.metrics.Regression.empty().update(tg.asarray([1.0, 2.5, 3.0]), tg.asarray([1.0, 2.0, 3.0]))
    >>> round(result.mse[0], 4), round(result.r2[0], 4)
    (0.0833, 0.875)
    """

    _held: ClassVar[tuple[str, ...]] = ("moments", "sums", "cosine", "names")
    _counted: ClassVar[tuple[str, ...]] = ("moments", "sums", "cosine")
    _sizes: ClassVar[tuple[str, ...]] = ("columns",)

    moments: Floats
    sums: Floats
    cosine: Floats
    names: tuple[str, ...]

    def __init__(
        self,
        moments: Floats | Sequence[Sequence[float]],
        sums: Floats | Sequence[Sequence[float]],
        cosine: Floats | Sequence[float],
        names: Sequence[str] | None = None,
    ) -> None:
        table = frozen_array("Regression: `moments`", moments, "iuf", (_MOMENTS, None))
        columns = positive("Regression", "columns", table.shape[1])
        found = Moments(*table)
        if (np.stack([found.weight, found.label_square, found.value_square, found.error_square]) < 0).any():
            raise ValueError("Regression: `moments` must hold weights and squares of at least 0")
        self._hold(moments=table)
        self._hold(sums=frozen_array("Regression: `sums`", sums, "iuf", (6, columns)))
        self._hold(cosine=frozen_array("Regression: `cosine`", cosine, "iuf", (2,)))
        self._hold(names=names_of("Regression", names, columns, "columns"))

    @classmethod
    def empty(cls, columns: int = 1, names: Sequence[str] | None = None) -> Regression:
        """No examples yet: the neutral element of `merge`.

        >>> tg.metrics.Regression.empty(2, names=("x", "y")).columns
        2
        """
        positive("Regression.empty", "columns", columns)
        return cls(np.zeros((_MOMENTS, columns)), np.zeros((6, columns)), np.zeros(2), names)

    def update(
        self, predictions: Tensor, labels: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None
    ) -> Regression:
        """With the examples of one more batch.

        Args:
            predictions: `[*batch columns]`; with one column its axis may be left out.
            labels: of the same shape.
            mask: `[*batch]`, or for every column on its own: 0 for what does not count.
            weights: `[*batch]`: how much each example counts.

        Raises:
            TypeError: if predictions are not floats.
            ShapeError: if sizes differ.
            ValueError: for NaN and infinity in what counts.
        """
        title, names = "Regression.update", ("predictions", "labels")
        found, each = elementwise(
            title, predictions, labels, mask, weights, columns=self.columns, names=names, what="columns"
        )
        counts = np.ones(found.values.shape, np.bool_) if each is None else each
        for name, values in zip(names, (found.values, found.labels), strict=True):
            refuse(title, found, name, counts & ~np.isfinite(values), values, "it must be finite")
        p, y = (np.where(counts, x, 0.0) for x in (found.values, found.labels))
        importance = counts.astype(np.float64) * (1.0 if found.weights is None else found.weights[:, None])
        both = Moments(*self.moments).merged(Moments.of(p, y, importance))
        sums, cosine = self.sums + _sums(p, y, importance), self.cosine + _cosine(p, y, importance)
        return self._with(moments=np.stack(both), sums=sums, cosine=cosine)

    def merge(self, other: Self) -> Self:
        """Both together, as if all examples had been in one, to rounding; nothing cancels."""
        self._agree(other)
        both = np.stack(Moments(*self.moments).merged(Moments(*other.moments)))
        return self._with(moments=both, sums=self.sums + other.sums, cosine=self.cosine + other.cosine)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self.moments.shape[1])

    @property
    def count(self) -> float:
        """How many examples there are in the column that has most; with weights, their sum."""
        most = float(self.moments[0].max())
        return int(most) if most == int(most) else most

    @property
    def _all(self) -> Moments:
        self._needs_examples()
        return Moments(*self.moments)

    @property
    def mse(self) -> tuple[float, ...]:
        """The mean of squared errors."""
        m = self._all
        return _over(m.error_square + m.weight * m.error_mean**2, m.weight)

    @property
    def rmse(self) -> tuple[float, ...]:
        """The square root of the mean of squared errors."""
        return tuple(map(math.sqrt, self.mse))

    @property
    def mae(self) -> tuple[float, ...]:
        """The mean of absolute errors."""
        return _over(self.sums[_ABSOLUTE], self._all.weight)

    @property
    def rse(self) -> tuple[float, ...]:
        """The squared errors relative to those of always predicting the mean label."""
        m = self._all
        return _over(m.error_square + m.weight * m.error_mean**2, m.label_square)

    @property
    def r2(self) -> tuple[float, ...]:
        """The coefficient of determination, 1 - `rse`."""
        return tuple(1 - x for x in self.rse)

    @property
    def explained_variance(self) -> tuple[float, ...]:
        """1 - variance of errors / variance of labels: `r2` of predictions without their constant error."""
        m = self._all
        return tuple(1 - x for x in _over(m.error_square, m.label_square))

    @property
    def pearson(self) -> tuple[float, ...]:
        """The correlation of labels and predictions."""
        m = self._all
        found = _over(m.product, np.sqrt(m.label_square) * np.sqrt(m.value_square))
        return tuple(x if math.isnan(x) else max(-1.0, min(1.0, x)) for x in found)

    @property
    def concordance(self) -> tuple[float, ...]:
        """Lin's concordance: 1 only where predictions equal the labels, not merely follow them.

        Source: Lin, "A concordance correlation coefficient to evaluate reproducibility", 1989.
        """
        m = self._all
        return _over(2 * m.product, m.label_square + m.value_square + m.weight * m.error_mean**2)

    @property
    def mape(self) -> tuple[float, ...]:
        """The mean of absolute errors relative to the label, as a share: 0.1 is ten percent."""
        return _over(np.where(self.sums[_NO_RELATIVE] > 0, np.nan, self.sums[_RELATIVE]), self._all.weight)

    @property
    def msle(self) -> tuple[float, ...]:
        """The mean of squared differences of log(1 + x)."""
        return _over(np.where(self.sums[_NO_LOGARITHM] > 0, np.nan, self.sums[_LOGARITHMIC]), self._all.weight)

    @property
    def log_cosh(self) -> tuple[float, ...]:
        """The mean of log(cosh(error)): half the square of small errors, the size of large ones."""
        return _over(self.sums[_LOG_COSH], self._all.weight)

    @property
    def cosine_similarity(self) -> float:
        """The mean over examples of the cosine of the angle between prediction and label; that with 0 is 0."""
        self._needs_examples()
        return float(self.cosine[0] / self.cosine[1])

    def average(self, measure: str) -> float:
        """The mean over the columns of one of the measures by column, where it is defined.

        Raises ValueError for an unknown one, or if there are no examples.

        >>> x, y = tg.asarray([[1.0, 2.0], [3.0, 4.0]]), tg.asarray([[1.0, 2.0], [3.0, 6.0]])
        >>> tg.metrics.Regression.empty(2).update(x, y).average("mse")
        1.0
        """
        if measure not in _BY_COLUMN:
            raise ValueError(f"Regression.average: there is no measure {measure!r}; there are {', '.join(_BY_COLUMN)}")
        return mean_of_defined(np.asarray(getattr(self, measure)))

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        found: dict[str, object] = {"examples": self.count, "cosine_similarity": self.cosine_similarity}
        return found | {name: getattr(self, name) for name in _BY_COLUMN}

    def report(self) -> str:
        """A row for every measure, a column for every column, and their mean.

        >>> result = tg.metrics.Regression.empty().update(tg.asarray([1.0, 2.5, 3.0]), tg.asarray([1.0, 2.0, 3.0]))
        >>> print(result.report().splitlines()[3])
        mse                 0.0833
        """
        if not self.count:
            return self._nothing()
        several = self.columns > 1
        rows = [("", *self.names, *(["mean"] if several else []))]
        for name in _BY_COLUMN:
            means = [self.average(name)] if several else []
            rows.append((name, *map(number, [*getattr(self, name), *means])))
        title = f"{self._title()}, cosine similarity {self.cosine_similarity:.4f}"
        return f"{title}\n\n{aligned(rows, least=6)}"


_BY_COLUMN = (
    "mse",
    "rmse",
    "mae",
    "rse",
    "r2",
    "explained_variance",
    "pearson",
    "concordance",
    "mape",
    "msle",
    "log_cosh",
)


def _sums(p: Floats, y: Floats, weights: Floats) -> Floats:
    """What is summed over examples, in the order of the constants above."""
    error = np.abs(p - y)
    there = weights > 0
    nothing, below = there & (y == 0), there & ((y <= -1) | (p <= -1))
    relative = error / np.where(y == 0, 1.0, np.abs(y))
    logarithms = np.log1p(np.where(p <= -1, 0.0, p)) - np.log1p(np.where(y <= -1, 0.0, y))
    # log(cosh(e)) = e + log(1 + exp(-2 e)) - log 2, which does not overflow.
    log_cosh = error + np.log1p(np.exp(-2 * error)) - math.log(2.0)
    each = (error, np.where(nothing, 0.0, relative), nothing, np.where(below, 0.0, logarithms**2), below, log_cosh)
    return np.stack([(weights * x).sum(axis=0) for x in each])


def _cosine(p: Floats, y: Floats, weights: Floats) -> Floats:
    """The sum of cosines between rows, and the weight of the rows."""
    importance = weights.max(axis=1, initial=0.0)
    lengths = np.sqrt((p * p).sum(axis=1)) * np.sqrt((y * y).sum(axis=1))
    cosines = (p * y).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    return np.array([(importance * cosines).sum(), importance.sum()])


def _over(part: Floats, whole: Floats) -> tuple[float, ...]:
    found = np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
    return tuple(found.tolist())
