"""`BinaryClassification`: yes or no, for one or several outputs on their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from typedgrad.metrics.inputs import elementwise, refuse_unless_binary, refuse_unless_probabilities
from typedgrad.metrics.matrix import aligned, shown
from typedgrad.metrics.outcomes import MEASURES, Average, Outcomes, averaged
from typedgrad.metrics.report import number
from typedgrad.metrics.value import Metric, counts_array, names_of, positive

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics.value import Counts


class BinaryClassification(Metric):
    """For every output, how often a probability at or above its threshold was right, and one below.

    Args:
        counts: `[4 outputs]`: true positives, false positives, false negatives, true negatives.
        names: of the outputs; their numbers unless given.
        thresholds: one for every output, or one for all; each in (0, 1].

    Raises ValueError if `counts` are none, or there is not one name or threshold for every output.

    >>> result = tg.metrics.BinaryClassification.empty().update(tg.asarray([0.9, 0.6, 0.2]), tg.asarray([1, 0, 0]))
    >>> result.precision, result.recall
    ((0.5,), (1.0,))
    """

    _held: ClassVar[tuple[str, ...]] = ("counts", "names", "thresholds")
    _counted: ClassVar[tuple[str, ...]] = ("counts",)
    _sizes: ClassVar[tuple[str, ...]] = ("outputs",)

    counts: Counts
    names: tuple[str, ...]
    thresholds: tuple[float, ...]

    def __init__(
        self,
        counts: Counts | Sequence[Sequence[float]],
        names: Sequence[str] | None = None,
        thresholds: float | Sequence[float] = 0.5,
    ) -> None:
        table = counts_array("BinaryClassification: `counts`", counts, (4, None))
        outputs = positive("BinaryClassification", "outputs", table.shape[1])
        given = (thresholds,) * outputs if isinstance(thresholds, (int, float)) else tuple(thresholds)
        if len(given) != outputs:
            raise ValueError(f"BinaryClassification: there are {outputs} outputs but {len(given)} `thresholds`")
        if not all(isinstance(t, (int, float)) and 0 < t <= 1 for t in given):
            raise ValueError(f"BinaryClassification: `thresholds` must lie in (0, 1], got {given}")
        self._hold(counts=table)
        self._hold(names=names_of("BinaryClassification", names, outputs, "outputs"))
        self._hold(thresholds=tuple(map(float, given)))

    @classmethod
    def empty(
        cls, outputs: int = 1, names: Sequence[str] | None = None, *, threshold: float | Sequence[float] = 0.5
    ) -> BinaryClassification:
        """No examples yet: the neutral element of `merge`.

        >>> tg.metrics.BinaryClassification.empty(2, threshold=(0.5, 0.9)).thresholds
        (0.5, 0.9)
        """
        positive("BinaryClassification.empty", "outputs", outputs)
        return cls(np.zeros((4, outputs), np.int64), names, threshold)

    def update(
        self, probabilities: Tensor, labels: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None
    ) -> BinaryClassification:
        """With the examples of one more batch.

        Args:
            probabilities: `[*batch outputs]`; with one output its axis may be left out.
            labels: 0 or 1, of the same shape.
            mask: `[*batch]`, or for every output on its own: 0 for what does not count.
            weights: `[*batch]`: how much each example counts.

        Raises:
            TypeError: if probabilities are not floats.
            ShapeError: if sizes differ.
            ValueError: for what is no probability (such as a logit), and for labels that are neither 0 nor 1.
        """
        title, names = "BinaryClassification.update", ("probabilities", "labels")
        outputs = self.outputs
        found, each = elementwise(
            title, probabilities, labels, mask, weights, columns=outputs, names=names, what="outputs"
        )
        refuse_unless_probabilities(title, found, names[0])
        refuse_unless_binary(title, found, names[1], each)
        said, is_so = found.values >= np.asarray(self.thresholds), found.labels == 1
        cells = np.where(said, np.where(is_so, 0, 1), np.where(is_so, 2, 3)) * outputs + np.arange(outputs)
        importance = None if found.weights is None else np.broadcast_to(found.weights[:, None], cells.shape)
        if each is not None:
            cells, importance = cells[each], None if importance is None else importance[each]
        flat = None if importance is None else importance.reshape(-1)
        new = np.bincount(cells.reshape(-1), flat, minlength=4 * outputs).reshape(4, outputs)
        return self._with(counts=self.counts + new)

    @property
    def outputs(self) -> int:
        """How many outputs there are."""
        return int(self.counts.shape[1])

    @property
    def count(self) -> float:
        """How many decisions were counted, over all outputs; with weights, their sum."""
        found: float = self.counts.sum().item()
        return found

    @property
    def outcomes(self) -> Outcomes:
        """True and false positives and negatives, for every output."""
        return Outcomes(*self.counts)

    @property
    def accuracy(self) -> tuple[float, ...]:
        """The share of decisions that are right, for every output."""
        self._needs_examples()
        return tuple(self.outcomes.accuracy.tolist())

    @property
    def precision(self) -> tuple[float, ...]:
        """Of those said to be positive, the share that are, for every output."""
        return self.by_output("precision")

    @property
    def recall(self) -> tuple[float, ...]:
        """Of the positive ones, the share that was found, for every output."""
        return self.by_output("recall")

    @property
    def f1(self) -> tuple[float, ...]:
        """The harmonic mean of precision and recall, for every output."""
        return self.by_output("f1")

    @property
    def false_alarm_rate(self) -> tuple[float, ...]:
        """The mean of the false positive and the false negative rate, for every output."""
        return self.by_output("false_alarm_rate")

    def by_output(self, measure: str) -> tuple[float, ...]:
        """A measure of every output, by the names that `Classification.by_class` takes.

        Raises ValueError for another, or if there are no examples.

        >>> result = tg.metrics.BinaryClassification([[8], [2], [1], [9]])
        >>> result.by_output("specificity")
        (0.8181818181818182,)
        """
        self._needs_examples()
        if measure not in MEASURES:
            names = ", ".join(MEASURES)
            raise ValueError(f"BinaryClassification.by_output: there is no measure {measure!r}; there are {names}")
        return tuple(MEASURES[measure](self.outcomes).tolist())

    def f_beta(self, beta: float) -> tuple[float, ...]:
        """The harmonic mean of precision and recall, in which recall counts `beta` times as much, for every output."""
        self._needs_examples()
        return tuple(self.outcomes.f_beta(beta).tolist())

    def average(self, measure: str, average: Average = "macro", *, beta: float | None = None) -> float:
        """One number for all outputs, as `Classification.average` for all classes."""
        self._needs_examples()
        return averaged("BinaryClassification.average", self.outcomes, measure, average, beta)

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        found: dict[str, object] = {"examples": self.count, "accuracy": self.accuracy}
        return found | {name: self.by_output(name) for name in MEASURES}

    def report(self) -> str:
        """A row for every output.

        >>> print(tg.metrics.BinaryClassification([[8], [2], [1], [9]], names=["ill"]).report())
        BinaryClassification of 20 examples
        <BLANKLINE>
             threshold  accuracy  precision    recall        f1       mcc  false alarms  tp  fp  fn  tn
        ill        0.5    0.8500     0.8000    0.8889    0.8421    0.7035        0.1465   8   2   1   9
        """
        if not self.count:
            return self._nothing()
        head = ("", "threshold", "accuracy", "precision", "recall", "f1", "mcc", "false alarms", "tp", "fp", "fn", "tn")
        columns = [self.accuracy, *map(self.by_output, ("precision", "recall", "f1", "mcc", "false_alarm_rate"))]
        rows = [
            (name, f"{t:g}", *map(number, values), *(shown(n) or "0" for n in counts))
            for name, t, *values, counts in zip(
                self.names, self.thresholds, *columns, self.counts.T.tolist(), strict=True
            )
        ]
        padded = [
            [row[0], *(cell.rjust(8) if 1 < i < 7 else cell for i, cell in enumerate(row[1:], 1))] for row in rows
        ]
        return f"{self._title()}\n\n{aligned([head, *padded], least=2)}"
