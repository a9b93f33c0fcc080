"""`Roc`: how well scores rank positives before negatives, at all thresholds at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

import numpy as np

from typedgrad.metrics.curves import OperatingPoint, PrecisionRecallCurve, PrRule, Ranking, RocCurve, best
from typedgrad.metrics.inputs import elementwise, refuse_unless_binary, refuse_unless_probabilities
from typedgrad.metrics.value import Metric, counts_array, frozen_array, positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics.value import Counts, Floats


class Run(NamedTuple):
    """Positives and negatives by rising scores, every score once."""

    scores: Floats
    positives: Counts
    negatives: Counts

    def merged(self, other: Run) -> Run:
        """Both together."""
        scores, place = np.unique(np.concatenate([self.scores, other.scores]), return_inverse=True)
        counts = []
        for mine, theirs in ((self.positives, other.positives), (self.negatives, other.negatives)):
            added = np.zeros(len(scores), np.result_type(mine, theirs))
            added[place[: len(mine)]] += mine
            added[place[len(mine) :]] += theirs
            counts.append(added)
        return Run(scores, *counts)


class Roc(Metric):
    """Positives and negatives by score: the ROC and the precision-recall curve, and the areas under them.

    Exact unless `steps` is given: then probabilities are rounded down to multiples of 1 / steps, and however many
    examples there are, no more than steps + 1 scores are kept. Exact ones keep every score that occurred.

    Args:
        scores: rising, every one once.
        positives: how many positives have each score.
        negatives: how many negatives.
        steps: how many thresholds besides 0, or None for all.

    >>> roc = tg.metrics.Roc.empty().update(tg.asarray([0.1, 0.4, 0.35, 0.8]), tg.asarray([0, 0, 1, 1]))
    >>> roc.auroc, round(roc.auprc, 4)
    (0.75, 0.8333)
    """

    _held: ClassVar[tuple[str, ...]] = ("scores", "positives", "negatives", "steps")
    _counted: ClassVar[tuple[str, ...]] = ("scores", "positives", "negatives")

    steps: int | None
    _runs: tuple[Run, ...]

    def __init__(
        self,
        scores: Floats | Sequence[float],
        positives: Counts | Sequence[float],
        negatives: Counts | Sequence[float],
        steps: int | None = None,
    ) -> None:
        if steps is not None:
            positive("Roc", "steps", steps)
        found = frozen_array("Roc: `scores`", scores, "iuf", (None,)).astype(np.float64)
        wrong = (found < 0) | (found > 1) | (np.diff(found, prepend=-1) <= 0)
        if wrong.any() or (steps is not None and not np.isin(found, _grid(steps)).all()):
            raise ValueError(
                "Roc: `scores` must be rising probabilities, and multiples of 1 / steps if there are steps"
            )
        n = (len(found),)
        run = Run(found, counts_array("Roc: `positives`", positives, n), counts_array("Roc: `negatives`", negatives, n))
        self._hold(steps=steps, _runs=(run,) if n[0] else ())

    @classmethod
    def empty(cls, *, steps: int | None = None) -> Roc:
        """No examples yet: the neutral element of `merge`.

        >>> tg.metrics.Roc.empty(steps=100)
        Roc(steps=100, examples=0)
        """
        return cls((), (), (), steps)

    def update(
        self, probabilities: Tensor, labels: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None
    ) -> Roc:
        """With the examples of one more batch.

        Args:
            probabilities: of being positive, `[*batch]`.
            labels: 0 or 1, of the same shape.
            mask: `[*batch]`: 0 for examples that do not count.
            weights: `[*batch]`: how much each example counts.

        Raises:
            TypeError: if probabilities are not floats.
            ShapeError: if sizes differ.
            ValueError: for what is no probability (such as a logit), and for labels that are neither 0 nor 1.
        """
        title, names = "Roc.update", ("probabilities", "labels")
        found, _ = elementwise(title, probabilities, labels, mask, weights, columns=1, names=names, what="outputs")
        refuse_unless_probabilities(title, found, names[0])
        refuse_unless_binary(title, found, names[1])
        return self.with_examples(found.values[:, 0], found.labels[:, 0] == 1, found.weights)

    def with_examples(self, values: Floats, is_so: NDArray[np.bool_], weights: Floats | None) -> Roc:
        """With examples that were checked before."""
        if not len(values):
            return self
        scores, place = np.unique(_rounded(values, self.steps), return_inverse=True)
        cells = place * 2 + is_so
        counts = np.bincount(cells, weights, minlength=2 * len(scores)).reshape(-1, 2)
        return self._of((*self._runs, Run(scores, counts[:, 1], counts[:, 0])))

    def merge(self, other: Self) -> Self:
        """Both together, as if all examples had been in one.

        Raises:
            TypeError: if `other` is another kind of metric.
            ValueError: if `steps` differ.
        """
        self._agree(other)
        return self._of((*self._runs, *other._runs))

    def _of(self, runs: tuple[Run, ...]) -> Self:
        """Runs are merged when they are of about one size, so that many updates cost little more than one sort."""
        kept: list[Run] = []
        for run in runs:
            new = run
            while kept and len(kept[-1].scores) <= 2 * len(new.scores):
                new = kept.pop().merged(new)
            kept.append(new)
        made = object.__new__(type(self))
        made._hold(steps=self.steps, _runs=tuple(kept))
        return made

    @property
    def _whole(self) -> Run:
        """All runs as one; remembered."""
        if not self._runs:
            nothing = np.zeros(0, np.int64)
            return Run(np.zeros(0), nothing, nothing)
        if len(self._runs) > 1:
            whole = self._runs[-1]
            for run in reversed(self._runs[:-1]):
                whole = run.merged(whole)
            self._hold(_runs=(whole,))
        return self._runs[0]

    @property
    def scores(self) -> Floats:
        """The scores that occurred, rising."""
        return self._whole.scores

    @property
    def positives(self) -> Counts:
        """How many positives have each score."""
        return self._whole.positives

    @property
    def negatives(self) -> Counts:
        """How many negatives have each score."""
        return self._whole.negatives

    @property
    def count(self) -> float:
        """How many examples there are; with weights, their sum."""
        found: float = sum((run.positives.sum() + run.negatives.sum()).item() for run in self._runs)
        return found

    def _ranking(self, *, negatives: bool) -> Ranking:
        """Raises ValueError if there are no examples, or only of one kind where both are needed."""
        self._needs_examples()
        found = Ranking.of(*self._whole)
        for kind, n in (("positive", found.positives), ("negative", found.negatives)):
            if not n and (negatives or kind == "positive"):
                raise ValueError(f"Roc: no example is {kind}, so there is no such curve")
        return found

    @property
    def auroc(self) -> float:
        """The area under the ROC curve: how often a positive has a higher score than a negative; ties count half.

        Raises ValueError if there are not both.
        """
        return self._ranking(negatives=True).auroc()

    @property
    def auprc(self) -> float:
        """The area under the precision-recall curve, as average precision: the precision at each positive, averaged.

        Raises ValueError if there is no positive.
        """
        return self._ranking(negatives=False).auprc("step")

    def area_under_pr(self, rule: PrRule) -> float:
        """The area under the precision-recall curve by another rule between its points.

        "step" is `auprc`; "achievable" interpolates counts, as Keras does; "trapezoid" draws straight lines, as
        Deeplearning4j does, which is too optimistic.

        Raises ValueError if there is no positive, or for another rule.

        >>> roc = tg.metrics.Roc.empty().update(tg.asarray([0.1, 0.4, 0.35, 0.8]), tg.asarray([0, 0, 1, 1]))
        >>> round(roc.area_under_pr("trapezoid"), 4), round(roc.area_under_pr("achievable"), 4)
        (0.7917, 0.7973)
        """
        if rule not in ("step", "achievable", "trapezoid"):
            raise ValueError(f"Roc.area_under_pr: `rule` must be 'step', 'achievable' or 'trapezoid', not {rule!r}")
        return self._ranking(negatives=False).auprc(rule)

    @property
    def roc_curve(self) -> RocCurve:
        """The ROC curve, from (0, 0) to (1, 1). Raises ValueError if there are not positives and negatives."""
        return self._ranking(negatives=True).roc()

    @property
    def pr_curve(self) -> PrecisionRecallCurve:
        """The precision-recall curve, for falling thresholds. Raises ValueError if there is no positive."""
        return self._ranking(negatives=False).precision_recall()

    def precision_at_recall(self, recall: float) -> OperatingPoint:
        """The highest precision with at least this recall, and its threshold.

        Raises ValueError if `recall` is not between 0 and 1, or there is no positive.

        >>> roc = tg.metrics.Roc.empty().update(tg.asarray([0.1, 0.4, 0.35, 0.8]), tg.asarray([0, 0, 1, 1]))
        >>> roc.precision_at_recall(0.5)
        OperatingPoint(value=1.0, threshold=0.8)
        """
        curve = self._ranking(negatives=False).precision_recall()
        return best(curve.precision, curve.recall >= _share("precision_at_recall", "recall", recall), curve.thresholds)

    def recall_at_precision(self, precision: float) -> OperatingPoint:
        """The highest recall with at least this precision; 0 at an infinite threshold if that is never reached.

        Raises ValueError if `precision` is not between 0 and 1, or there is no positive.
        """
        curve = self._ranking(negatives=False).precision_recall()
        wanted = _share("recall_at_precision", "precision", precision)
        return best(curve.recall, curve.precision >= wanted, curve.thresholds)

    def sensitivity_at_specificity(self, specificity: float) -> OperatingPoint:
        """The highest sensitivity (recall) with at least this specificity.

        Raises ValueError if `specificity` is not between 0 and 1, or there are not positives and negatives.
        """
        ranking = self._ranking(negatives=True)
        curve = ranking.roc()
        allowed = ranking.specificity() >= _share("sensitivity_at_specificity", "specificity", specificity)
        return best(curve.true_positive_rate, allowed, curve.thresholds)

    def specificity_at_sensitivity(self, sensitivity: float) -> OperatingPoint:
        """The highest specificity with at least this sensitivity (recall).

        Raises ValueError if `sensitivity` is not between 0 and 1, or there are not positives and negatives.
        """
        ranking = self._ranking(negatives=True)
        curve = ranking.roc()
        allowed = curve.true_positive_rate >= _share("specificity_at_sensitivity", "sensitivity", sensitivity)
        return best(ranking.specificity(), allowed, curve.thresholds)

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name; NaN where there are not both kinds of examples."""
        self._needs_examples()
        whole = self._whole
        up, down = whole.positives.sum().item(), whole.negatives.sum().item()
        return {
            "examples": self.count,
            "auroc": self.auroc if up and down else math.nan,
            "auprc": self.auprc if up else math.nan,
            "positives": up,
            "negatives": down,
        }


def _grid(steps: int) -> Floats:
    return np.arange(steps + 1) / steps


def _rounded(values: Floats, steps: int | None) -> Floats:
    """The largest threshold that a value reaches."""
    if steps is None:
        return values
    return np.asarray(_grid(steps)[reached(values, steps)])


def reached(values: Floats, steps: int) -> NDArray[np.intp]:
    """The largest k for which k / steps, as a float, is at most the value.

    A product may be rounded over a threshold or below it, so it is compared with its neighbours.
    """
    grid = np.append(_grid(steps), np.inf)
    place = (values * steps).astype(np.intp)
    place -= values < grid[place]
    place += values >= grid[place + 1]
    return place


def _share(function: str, name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"Roc.{function}: `{name}` must be between 0 and 1, got {value}")
    return value
