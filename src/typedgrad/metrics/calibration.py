"""`Calibration`: whether of what is predicted with 70 % about 70 % is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from typedgrad.metrics.inputs import classified, elementwise, refuse_unless_binary, refuse_unless_probabilities
from typedgrad.metrics.matrix import aligned
from typedgrad.metrics.report import number
from typedgrad.metrics.roc import reached
from typedgrad.metrics.value import Metric, counts_array, names_of, positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics.value import Counts, Floats


class Reliability(NamedTuple):
    """A reliability diagram. Where nobody predicted, the mean probability and the frequency are NaN.

    `edges` of the bins are one more than bins; `frequency` is the share that was so.
    """

    edges: Floats
    counts: Counts
    mean_probability: Floats
    frequency: Floats


class Histogram(NamedTuple):
    """How many values lie between `edges[i]` and `edges[i + 1]`, the upper one left out but for the last."""

    edges: Floats
    counts: Counts


class Calibration(Metric):
    """Predicted probabilities in bins, and how often they were right.

    With one class, probabilities are of "yes" and labels 0 or 1; with more, exactly one class is right.

    Args:
        bins: `[classes + 1, 3, bins]`: for every class, and for the predicted class, how many predictions fell into the
            bin, the sum of their probabilities, and how many came true.
        residuals: `[classes, histogram_bins]`: of |label - probability|.
        probabilities: `[classes, histogram_bins]`.
        brier_sum: the sum over examples of squared differences to the one-hot label.
        names: of the classes; their numbers unless given.

    >>> found = tg.metrics.Calibration.empty(2)
    >>> found = found.update(tg.asarray([[0.75, 0.25], [0.75, 0.25]], dtype=tg.float64), tg.asarray([0, 1]))
    >>> found.ece, found.brier
    (0.25, 0.625)
    """

    _held: ClassVar[tuple[str, ...]] = ("bins", "residuals", "probabilities", "brier_sum", "names")
    _counted: ClassVar[tuple[str, ...]] = ("bins", "residuals", "probabilities", "brier_sum")
    _sizes: ClassVar[tuple[str, ...]] = ("classes",)

    bins: Counts
    residuals: Counts
    probabilities: Counts
    brier_sum: float
    names: tuple[str, ...]

    def __init__(
        self,
        bins: Counts | Sequence[Sequence[Sequence[float]]],
        residuals: Counts | Sequence[Sequence[float]],
        probabilities: Counts | Sequence[Sequence[float]],
        brier_sum: float,
        names: Sequence[str] | None = None,
    ) -> None:
        left = counts_array("Calibration: `residuals`", residuals, (None, None))
        classes, fine = (
            positive("Calibration", what, n) for what, n in zip(("classes", "bins"), left.shape, strict=True)
        )
        diagram = counts_array("Calibration: `bins`", bins, (classes + 1, 3, None))
        if not isinstance(brier_sum, (int, float)) or not 0 <= brier_sum < float("inf"):
            raise ValueError(f"Calibration: `brier_sum` must be finite and at least 0, got {brier_sum!r}")
        self._hold(bins=diagram, residuals=left, brier_sum=float(brier_sum))
        self._hold(probabilities=counts_array("Calibration: `probabilities`", probabilities, (classes, fine)))
        self._hold(names=names_of("Calibration", names, classes, "classes"))

    @classmethod
    def empty(
        cls, classes: int, names: Sequence[str] | None = None, *, bins: int = 10, histogram_bins: int = 50
    ) -> Calibration:
        """No examples yet: the neutral element of `merge`.

        >>> tg.metrics.Calibration.empty(3, bins=15).confidence.edges.shape
        (16,)
        """
        for name, n in (("classes", classes), ("bins", bins), ("histogram_bins", histogram_bins)):
            positive("Calibration.empty", name, n)
        fine = np.zeros((classes, histogram_bins), np.int64)
        return cls(np.zeros((classes + 1, 3, bins)), fine, fine, 0.0, names)

    def update(
        self,
        probabilities: Tensor,
        labels: Tensor,
        *,
        mask: Tensor | None = None,
        weights: Tensor | None = None,
        axis: int = -1,
    ) -> Calibration:
        """With the examples of one more batch.

        Args:
            probabilities: `[*batch classes]`, which sum to 1; with one class, `[*batch]`.
            labels: integers `[*batch]`, or one-hot like the probabilities.
            mask: `[*batch]`: 0 for examples that do not count.
            weights: `[*batch]`: how much each example counts.
            axis: of the probabilities along which the classes lie.

        Raises:
            TypeError: if probabilities are not floats or labels not integers.
            ShapeError: if sizes differ.
            ValueError: for what is no probability (such as a logit), and for labels out of range.
        """
        title, names, n = "Calibration.update", ("probabilities", "labels"), self.classes
        if n == 1:
            found, _ = elementwise(title, probabilities, labels, mask, weights, columns=1, names=names, what="classes")
            refuse_unless_binary(title, found, names[1])
        else:
            found = classified(title, probabilities, labels, mask, weights, classes=n, axis=axis, names=names)
        refuse_unless_probabilities(title, found, names[0], sums=n > 1)
        p = found.values.astype(np.float64, copy=False)
        is_so = found.labels == 1 if n == 1 else found.labels[:, None] == np.arange(n)
        return self._counting(p, is_so, found.weights)

    def _counting(self, p: Floats, is_so: NDArray[np.bool_], weights: Floats | None) -> Calibration:
        first = p.argmax(axis=1)[:, None]
        top = [np.take_along_axis(x, first, axis=1) for x in (p, is_so)]
        columns = [np.concatenate([x, extra], axis=1) for x, extra in zip((p, is_so), top, strict=True)]
        bins, fine = self.bins.shape[2], self.residuals.shape[1]
        place = _bin(columns[0], bins)
        diagram = [_counted(place, bins, weights, of) for of in (None, columns[0], columns[1])]
        off = np.abs(is_so - p)
        squares = (off**2).sum(axis=1) if self.classes > 1 else off[:, 0] ** 2
        return self._with(
            bins=self.bins + np.stack(diagram, axis=1),
            residuals=self.residuals + _counted(_bin(off, fine), fine, weights),
            probabilities=self.probabilities + _counted(_bin(p, fine), fine, weights),
            brier_sum=self.brier_sum + float((squares if weights is None else squares * weights).sum()),
        )

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.residuals)

    @property
    def count(self) -> float:
        """How many examples there are; with weights, their sum."""
        found: float = self.residuals[0].sum().item()
        return found

    def reliability(self, of: int | str) -> Reliability:
        """The diagram of one class, by number or name.

        Raises ValueError if there is no such class.

        >>> found = tg.metrics.Calibration.empty(1, bins=2).update(tg.asarray([0.75, 0.75]), tg.asarray([0, 1]))
        >>> found.reliability(0).counts.tolist(), found.reliability(0).frequency.tolist()
        ([0.0, 2.0], [nan, 0.5])
        """
        return self._diagram(self._index("reliability", of))

    @property
    def confidence(self) -> Reliability:
        """The diagram of the predicted class: how often it was right, by its probability."""
        return self._diagram(-1)

    def _diagram(self, k: int) -> Reliability:
        count, total, so = self.bins[k]
        safe = np.where(count > 0, count, 1)
        mean, frequency = (np.where(count > 0, x / safe, np.nan) for x in (total, so))
        return Reliability(np.arange(count.size + 1) / count.size, count, mean, frequency)

    def residual_histogram(self, of: int | str | None = None) -> Histogram:
        """Of |label - probability|, for one class or for all. Raises ValueError if there is no such class."""
        return self._histogram("residual_histogram", self.residuals, of)

    def probability_histogram(self, of: int | str | None = None) -> Histogram:
        """Of the probabilities, for one class or for all. Raises ValueError if there is no such class."""
        return self._histogram("probability_histogram", self.probabilities, of)

    def _histogram(self, function: str, counts: Counts, of: int | str | None) -> Histogram:
        count = counts.sum(axis=0) if of is None else counts[self._index(function, of)]
        return Histogram(np.arange(count.size + 1) / count.size, count)

    def _index(self, function: str, of: int | str) -> int:
        if isinstance(of, str) and of in self.names:
            return self.names.index(of)
        if isinstance(of, int) and 0 <= of < self.classes:
            return of
        raise ValueError(f"Calibration.{function}: there is no class {of!r}; there are {', '.join(self.names)}")

    def _errors(self, k: int) -> Floats:
        """By bin: how far the mean probability is from the frequency, times how many there are."""
        _, total, so = self.bins[k]
        return np.asarray(np.abs(total - so), np.float64)

    @property
    def ece(self) -> float:
        """The expected calibration error: of the predicted class, how far confidence is from accuracy, bin by bin.

        With one class, of its probability. Source: Guo and others, "On calibration of modern neural networks", 2017.
        """
        self._needs_examples()
        return float(self._errors(-1).sum() / self.count)

    @property
    def max_error(self) -> float:
        """The largest such distance in a bin."""
        self._needs_examples()
        count = self.bins[-1, 0]
        return float((self._errors(-1) / np.where(count > 0, count, 1)).max())

    @property
    def ece_by_class(self) -> tuple[float, ...]:
        """The expected calibration error of every class's probability."""
        self._needs_examples()
        return tuple(float(self._errors(k).sum() / self.count) for k in range(self.classes))

    @property
    def brier(self) -> float:
        """The mean of squared differences to the label; with several classes, summed over them (0 to 2)."""
        self._needs_examples()
        return self.brier_sum / self.count

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        found: dict[str, object] = {"examples": self.count, "ece": self.ece, "max_error": self.max_error}
        return found | {"brier": self.brier, "ece_by_class": self.ece_by_class}

    def report(self) -> str:
        """The errors, and the reliability diagram of the predicted class as a table."""
        if not self.count:
            return self._nothing()
        head = f"{self._title()}: ECE {self.ece:.4f}, at most {self.max_error:.4f}; Brier score {self.brier:.4f}"
        edges, count, mean, frequency = self.confidence
        rows = [("probability", "examples", "mean", "right")]
        for i, n in enumerate(count.tolist()):
            rows.append((f"{edges[i]:.2f}-{edges[i + 1]:.2f}", f"{n:g}", number(mean[i]), number(frequency[i])))
        return f"{head}\n\n{aligned(rows, least=6)}"

    def __repr__(self) -> str:
        return f"Calibration(classes={self.classes}, bins={self.bins.shape[2]}, examples={self.count:g})"


def _bin(values: Floats, bins: int) -> NDArray[np.intp]:
    """The bin of each value; the last one includes 1."""
    return np.minimum(reached(values, bins), bins - 1)


def _counted(
    place: NDArray[np.intp], bins: int, weights: Floats | None, of: NDArray[np.generic] | None = None
) -> Counts:
    """`[columns, bins]`: how many rows fall into each bin of each column, or the sums of something over them."""
    rows, columns = place.shape
    cells = (place + np.arange(columns) * bins).reshape(-1)
    importance = None if weights is None else np.broadcast_to(weights[:, None], (rows, columns))
    if of is not None:
        importance = of.astype(np.float64) * (1.0 if importance is None else importance)
    flat = None if importance is None else importance.reshape(-1)
    return np.bincount(cells, flat, minlength=columns * bins).reshape(columns, bins)
