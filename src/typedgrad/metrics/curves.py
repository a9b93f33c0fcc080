"""ROC and precision-recall curves, and the areas under them, from counts of positives and negatives by score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.metrics.value import Counts, Floats

PrRule: TypeAlias = Literal["step", "achievable", "trapezoid"]


class RocCurve(NamedTuple):
    """For falling thresholds: what part of the negatives, and of the positives, has at least that score."""

    thresholds: Floats
    false_positive_rate: Floats
    true_positive_rate: Floats


class PrecisionRecallCurve(NamedTuple):
    """For falling thresholds: which part of what has at least that score is positive, and of the positives has it."""

    thresholds: Floats
    precision: Floats
    recall: Floats


class OperatingPoint(NamedTuple):
    """The best that can be reached under a condition, and the threshold at which it is reached."""

    value: float
    threshold: float


class Ranking(NamedTuple):
    """Counts for falling scores, the same score once: positives and negatives with at least that score.

    All areas are exact: a tie of a positive and a negative counts half in the area under the ROC curve.
    """

    scores: Floats
    tp: Counts
    fp: Counts

    @classmethod
    def of(cls, scores: Floats, positives: Counts, negatives: Counts) -> Ranking:
        """From counts by rising scores. Scores that nobody has are left out, since there the curves do not move."""
        seen = (positives + negatives) > 0

        def summed(counts: Counts) -> Counts:
            running: NDArray[Any] = np.cumsum(counts[seen][::-1])
            return running

        return cls(scores[seen][::-1], summed(positives), summed(negatives))

    @property
    def positives(self) -> float:
        """How many are positive."""
        return float(self.tp[-1]) if len(self.tp) else 0.0

    @property
    def negatives(self) -> float:
        """How many are negative."""
        return float(self.fp[-1]) if len(self.fp) else 0.0

    def auroc(self) -> float:
        """The share of pairs of a positive and a negative in which the positive has the higher score."""
        before = np.concatenate([[0], self.tp[:-1]])
        twice = ((self.tp + before) * np.diff(self.fp, prepend=0)).sum()
        return float(twice / 2 / (self.positives * self.negatives))

    def auprc(self, rule: PrRule) -> float:
        """The area under precision as a function of recall."""
        gained = np.diff(self.tp, prepend=0)
        precision = self.tp / (self.tp + self.fp)
        if rule == "step":
            area = (gained * precision).sum()
        elif rule == "trapezoid":
            area = (gained * (precision + np.concatenate([precision[:1], precision[:-1]])) / 2).sum()
        else:
            area = self._achievable(gained).sum()
        return float(area / self.positives)

    def _achievable(self, gained: Counts) -> Floats:
        """Between two thresholds false positives grow in proportion to true ones, so precision is no straight line.

        Its integral from a to b is ((b - a) + c log(total_b / total_a)) / (1 + s), with slope s = dfp / dtp and
        c = (s a - fp_a) / (1 + s). Source: Davis, Goadrich, "The relationship between precision-recall and ROC curves".
        """
        moved = gained > 0
        a, fp_a = (np.concatenate([[0], x[:-1]]).astype(np.float64)[moved] for x in (self.tp, self.fp))
        rise, total = gained[moved], (self.tp + self.fp)[moved]
        slope = (self.fp[moved] - fp_a) / rise
        before = a + fp_a
        logarithm = np.log(total / np.where(before > 0, before, total))
        found: Floats = (rise + (slope * a - fp_a) / (1 + slope) * logarithm) / (1 + slope)
        return found

    def roc(self) -> RocCurve:
        """The curve from (0, 0) to (1, 1)."""
        start = np.zeros(1)
        fpr, tpr = (np.concatenate([start, x / x[-1]]) for x in (self.fp, self.tp))
        return RocCurve(np.concatenate([[math.inf], self.scores]), fpr, tpr)

    def specificity(self) -> Floats:
        """Along the ROC curve, the part of the negatives below the threshold: without the rounding of 1 - fpr."""
        return np.concatenate([[1.0], (self.negatives - self.fp) / self.negatives])

    def precision_recall(self) -> PrecisionRecallCurve:
        """The curve from the highest score on."""
        return PrecisionRecallCurve(self.scores, self.tp / (self.tp + self.fp), self.tp / self.positives)


def best(values: Floats, allowed: NDArray[np.bool_], thresholds: Floats) -> OperatingPoint:
    """The highest value where something is allowed, at the highest threshold that reaches it."""
    found = np.where(allowed, values, -1.0)
    at = int(found.argmax())
    return OperatingPoint(float(found[at]), float(thresholds[at])) if found[at] >= 0 else OperatingPoint(0.0, math.inf)
