"""Right and wrong, positive and negative: four counts, and every measure that follows from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from typedgrad.metrics.value import Counts, Floats

Average: TypeAlias = Literal["macro", "micro", "weighted"]


class Outcomes(NamedTuple):
    """True and false positives and negatives, for every class or output.

    Precision, recall and what is made of them are 0 where they would be 0 / 0; NaN for a class that occurs neither as a
    label nor as a prediction. Specificity and its complement are NaN where there is no negative.
    """

    tp: Counts
    fp: Counts
    fn: Counts
    tn: Counts

    def pooled(self) -> Outcomes:
        """All classes as one: what micro averages are made of."""
        return Outcomes(*(np.asarray(part.sum(keepdims=True)) for part in self))

    @property
    def positives(self) -> Counts:
        """How many have the label."""
        return self.tp + self.fn

    @property
    def precision(self) -> Floats:
        """Of those predicted positive, the share that are."""
        return self._share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Floats:
        """Of the positive ones, the share that was predicted to be."""
        return self._share(self.tp, self.positives)

    def f_beta(self, beta: float = 1.0) -> Floats:
        """The harmonic mean of precision and recall, in which recall counts `beta` times as much.

        Raises ValueError if `beta` is not positive.
        """
        if not (beta > 0 and math.isfinite(beta)):
            raise ValueError(f"f_beta: `beta` must be positive and finite, got {beta}")
        b = beta * beta
        tp = np.asarray((1 + b) * self.tp, np.float64)
        return self._share(tp, np.asarray(tp + b * self.fn + self.fp, np.float64))

    @property
    def f1(self) -> Floats:
        """The harmonic mean of precision and recall."""
        return self._share(2 * self.tp, 2 * self.tp + self.fn + self.fp)

    @property
    def g_measure(self) -> Floats:
        """The geometric mean of precision and recall."""
        return np.asarray(np.sqrt(self.precision * self.recall))

    @property
    def iou(self) -> Floats:
        """Intersection over union of labels and predictions, also known as Jaccard's index."""
        return self._share(self.tp, self.tp + self.fn + self.fp)

    @property
    def specificity(self) -> Floats:
        """Of the negative ones, the share that was predicted to be."""
        return _ratio(self.tn, self.tn + self.fp)

    @property
    def false_positive_rate(self) -> Floats:
        """Of the negative ones, the share that was predicted positive."""
        return _ratio(self.fp, self.tn + self.fp)

    @property
    def false_negative_rate(self) -> Floats:
        """Of the positive ones, the share that was predicted negative."""
        return _ratio(self.fn, self.positives)

    @property
    def false_alarm_rate(self) -> Floats:
        """The mean of the false positive and the false negative rate, as Deeplearning4j has it."""
        return (self.false_positive_rate + self.false_negative_rate) / 2

    @property
    def accuracy(self) -> Floats:
        """The share that is right, positive or negative."""
        return _ratio(self.tp + self.tn, self.tp + self.tn + self.fp + self.fn)

    @property
    def mcc(self) -> Floats:
        """Matthews' correlation of labels and predictions; 0 where one of them does not vary."""
        tp, fp, fn, tn = (np.asarray(part, np.float64) for part in self)
        scale = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
        found = (tp * tn - fp * fn) / np.where(scale > 0, scale, 1.0)
        return np.where(self._occurs(), found, np.nan)

    def _occurs(self) -> Counts:
        return self.tp + self.fp + self.fn

    def _share(self, part: Counts, whole: Counts) -> Floats:
        occurs = self._occurs() > 0
        return np.where(occurs, np.divide(part, np.where(whole > 0, whole, 1)), np.nan)


MEASURES: dict[str, Callable[[Outcomes], Floats]] = {
    "precision": lambda o: o.precision,
    "recall": lambda o: o.recall,
    "specificity": lambda o: o.specificity,
    "f1": lambda o: o.f1,
    "g_measure": lambda o: o.g_measure,
    "mcc": lambda o: o.mcc,
    "iou": lambda o: o.iou,
    "false_positive_rate": lambda o: o.false_positive_rate,
    "false_negative_rate": lambda o: o.false_negative_rate,
    "false_alarm_rate": lambda o: o.false_alarm_rate,
}


def averaged(title: str, outcomes: Outcomes, measure: str, average: str, beta: float | None) -> float:
    """One number for all classes: their mean, weighted by their examples or not, or the measure of all as one.

    Classes for which it is not defined are left out of means.
    """
    if beta is not None and measure != "f_beta":
        raise ValueError(f'{title}: `beta` is for measure="f_beta", not {measure!r}')
    if measure != "f_beta" and measure not in MEASURES:
        raise ValueError(f"{title}: there is no measure {measure!r}; there are {', '.join([*MEASURES, 'f_beta'])}")
    if average not in ("macro", "micro", "weighted"):
        raise ValueError(f"{title}: `average` must be 'macro', 'micro' or 'weighted', not {average!r}")
    of = outcomes.pooled() if average == "micro" else outcomes
    values = of.f_beta(1.0 if beta is None else beta) if measure == "f_beta" else MEASURES[measure](of)
    weights = np.asarray(of.positives if average == "weighted" else np.ones(values.shape), np.float64)
    return mean_of_defined(values, weights)


def mean_of_defined(values: Floats, weights: Floats | None = None) -> float:
    """The mean of what is not NaN; NaN if nothing is."""
    known = ~np.isnan(values)
    importance = np.ones(values.shape) if weights is None else weights
    total = importance[known].sum()
    return float((values[known] * importance[known]).sum() / total) if total > 0 else math.nan


def _ratio(part: Counts, whole: Counts) -> Floats:
    return np.where(whole > 0, np.divide(part, np.where(whole > 0, whole, 1)), np.nan)
