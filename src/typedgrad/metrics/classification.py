"""`Classification`: what a classifier got right and wrong, as one frozen table of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from typedgrad.metrics import matrix
from typedgrad.metrics.inputs import Examples, classified, refuse_unless_probabilities
from typedgrad.metrics.outcomes import MEASURES, Average, Outcomes, averaged, mean_of_defined
from typedgrad.metrics.report import report
from typedgrad.metrics.value import Metric, counts_array, names_of, positive

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics.value import Counts


class Classification(Metric):
    """Counts of examples by their label and by what was predicted, and the measures that follow from them.

    A class's precision or recall that would be 0 / 0 is 0; if the class occurs neither as a label nor as a prediction,
    its measures are NaN and the macro averages leave it out. Every other class has the same weight in those.

    Args:
        confusion: `confusion[label][predicted]`, how many examples, or the sum of their weights.
        names: of the classes; their numbers unless given.
        ranks: how many examples have their label at the highest score, at the second, and so on: as many as are told
            apart by `top_accuracy`.
        costs: one factor for every class; the prediction is the class with the highest cost times probability.

    Raises ValueError if `confusion` is not a square table of counts, or there is not one name or cost per class.

    >>> result = tg.metrics.Classification([[8, 2], [1, 9]], names=("cat", "dog"))
    >>> result.accuracy, result.recall, round(result.mcc, 3)
    (0.85, (0.8, 0.9), 0.704)
    """

    _held: ClassVar[tuple[str, ...]] = ("confusion", "names", "ranks", "costs")
    _counted: ClassVar[tuple[str, ...]] = ("confusion", "ranks")
    _sizes: ClassVar[tuple[str, ...]] = ("classes", "top")

    confusion: Counts
    names: tuple[str, ...]
    ranks: Counts
    costs: tuple[float, ...] | None

    def __init__(
        self,
        confusion: Counts | Sequence[Sequence[float]],
        names: Sequence[str] | None = None,
        *,
        ranks: Counts | Sequence[float] | None = None,
        costs: Sequence[float] | None = None,
    ) -> None:
        table = counts_array("Classification: `confusion`", confusion)
        if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
            raise ValueError(f"Classification: `confusion` must be a square table, got shape {list(table.shape)}")
        found = counts_array("Classification: `ranks`", [table.trace()] if ranks is None else ranks, (None,))
        if not 1 <= len(found) <= len(table):
            raise ValueError(f"Classification: there are {len(table)} classes but {len(found)} `ranks`")
        self._hold(confusion=table)
        self._hold(names=names_of("Classification", names, len(table), "classes"))
        self._hold(ranks=found)
        self._hold(costs=_factors(costs, len(table)))

    @classmethod
    def empty(
        cls, classes: int, names: Sequence[str] | None = None, *, top: int = 1, costs: Sequence[float] | None = None
    ) -> Classification:
        """No examples yet: the neutral element of `merge`.

        Args:
            classes: how many there are.
            names: of the classes.
            top: up to which place a label is told apart in the order of the scores: 5 for top-5 accuracy.
            costs: one factor for every class, if mistakes are not equally bad.

        >>> tg.metrics.Classification.empty(2).merge(tg.metrics.Classification([[8, 2], [1, 9]])).examples
        20
        """
        positive("Classification.empty", "classes", classes)
        positive("Classification.empty", "top", top)
        if top > classes:
            raise ValueError(f"Classification.empty: `top` is {top}, but there are {classes} classes")
        return cls(np.zeros((classes, classes), np.int64), names, ranks=np.zeros(top, np.int64), costs=costs)

    def update(
        self,
        scores: Tensor,
        labels: Tensor,
        *,
        mask: Tensor | None = None,
        weights: Tensor | None = None,
        axis: int = -1,
    ) -> Classification:
        """With the examples of one more batch. The class with the highest score is predicted, the first of several.

        Args:
            scores: one per class, `[*batch classes]`: logits or probabilities; with costs, probabilities.
            labels: integers `[*batch]`, or one-hot like the scores.
            mask: `[*batch]`: 0 for examples that do not count.
            weights: `[*batch]`: how much each example counts.
            axis: of the scores along which the classes lie, such as 1 for `[n classes h w]`.

        Raises:
            TypeError: if scores are not floats or labels not integers.
            ShapeError: if sizes differ.
            ValueError: if a label is out of range or not one-hot, a score is NaN, or with costs no probability.

        >>> result = tg.metrics.Classification.empty(2)
        >>> result.update(tg.asarray([[0.9, 0.1], [0.2, 0.8]]), tg.asarray([0, 0])).confusion.tolist()
        [[1, 1], [0, 0]]
        """
        title = "Classification.update"
        found = classified(title, scores, labels, mask, weights, classes=self.classes, axis=axis)
        if self.costs is not None:
            refuse_unless_probabilities(title, found, "scores", sums=True)
            found = found._replace(values=found.values * np.asarray(self.costs))
        n = self.classes
        pairs = found.labels * n + found.values.argmax(axis=1)
        counts = np.bincount(pairs, found.weights, minlength=n * n).reshape(n, n)
        ranks = ranks_of(found, self.top) if self.top > 1 else counts.trace()[None]
        return self._with(confusion=self.confusion + counts, ranks=self.ranks + ranks)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.confusion)

    @property
    def top(self) -> int:
        """The largest n for which there is a `top_accuracy`."""
        return len(self.ranks)

    @property
    def count(self) -> float:
        """How many examples were counted; with weights, their sum."""
        found: float = self.confusion.sum().item()
        return found

    @property
    def examples(self) -> float:
        """The same as `count`."""
        return self.count

    @property
    def support(self) -> tuple[float, ...]:
        """How many examples have each label."""
        return tuple(self.confusion.sum(axis=1).tolist())

    @property
    def outcomes(self) -> Outcomes:
        """Every class against all others."""
        tp = self.confusion.diagonal()
        fp, fn = self.confusion.sum(axis=0) - tp, self.confusion.sum(axis=1) - tp
        return Outcomes(tp, fp, fn, self.confusion.sum() - tp - fp - fn)

    @property
    def accuracy(self) -> float:
        """The share of examples whose prediction is their label. Raises ValueError if there are no examples."""
        self._needs_examples()
        return float(self.confusion.trace() / self.confusion.sum())

    def top_accuracy(self, n: int) -> float:
        """The share of examples whose label is among the `n` highest scores; of equal ones, those in front come first.

        Raises ValueError if there are no examples, or they were not counted so far: see `top` in `empty`.

        >>> scores, labels = tg.asarray([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), tg.asarray([1, 2])
        >>> result = tg.metrics.Classification.empty(3, top=2).update(scores, labels)
        >>> result.accuracy, result.top_accuracy(2)
        (0.0, 0.5)
        """
        self._needs_examples()
        if not 1 <= n <= self.top:
            raise ValueError(f"Classification.top_accuracy: `n` is {n}, but places were counted from 1 to {self.top}")
        return float(self.ranks[:n].sum() / self.confusion.sum())

    @property
    def precision(self) -> tuple[float, ...]:
        """Of the examples predicted to be of a class, the share that are."""
        return self.by_class("precision")

    @property
    def recall(self) -> tuple[float, ...]:
        """Of the examples of a class, the share that were predicted to be."""
        return self.by_class("recall")

    @property
    def f1(self) -> tuple[float, ...]:
        """The harmonic mean of precision and recall, per class."""
        return self.by_class("f1")

    def by_class(self, measure: str) -> tuple[float, ...]:
        """A measure of every class against all others.

        It may be precision, recall, specificity, f1, g_measure, mcc, iou, false_positive_rate, false_negative_rate or
        false_alarm_rate (the mean of the two). Raises ValueError for another, or if there are no examples.

        >>> tg.metrics.Classification([[8, 2], [1, 9]]).by_class("specificity")
        (0.9, 0.8)
        """
        self._needs_examples()
        if measure not in MEASURES:
            raise ValueError(
                f"Classification.by_class: there is no measure {measure!r}; there are {', '.join(MEASURES)}"
            )
        return tuple(MEASURES[measure](self.outcomes).tolist())

    def f_beta(self, beta: float) -> tuple[float, ...]:
        """The harmonic mean of precision and recall, in which recall counts `beta` times as much, per class.

        Raises ValueError if `beta` is not positive, or there are no examples.
        """
        self._needs_examples()
        return tuple(self.outcomes.f_beta(beta).tolist())

    def average(self, measure: str, average: Average = "macro", *, beta: float | None = None) -> float:
        """One number for all classes: the "macro" or "weighted" mean of `by_class`, or "micro": of all counts as one.

        Raises ValueError for an unknown measure, or if there are no examples.

        >>> result = tg.metrics.Classification([[8, 2], [1, 9]])
        >>> round(result.average("f_beta", "micro", beta=2.0), 3)
        0.85
        """
        self._needs_examples()
        return averaged("Classification.average", self.outcomes, measure, average, beta)

    @property
    def macro_precision(self) -> float:
        """The mean of the classes' precisions."""
        return self.average("precision")

    @property
    def macro_recall(self) -> float:
        """The mean of the classes' recalls, also known as balanced accuracy."""
        return self.average("recall")

    @property
    def macro_f1(self) -> float:
        """The mean of the classes' F1: not the F1 of the means."""
        return self.average("f1")

    @property
    def false_alarm_rate(self) -> float:
        """The mean over the classes of their false alarm rates, which are means of the two rates of errors."""
        self._needs_examples()
        return mean_of_defined(self.outcomes.false_alarm_rate)

    @property
    def mcc(self) -> float:
        """Matthews' correlation of labels and predictions; 0 where one of them does not vary.

        For several classes it is the R_K of Gorodkin, "Comparing two K-category assignments", 2004.
        """
        self._needs_examples()
        table = np.asarray(self.confusion, np.float64) / self.count
        labels, predicted = table.sum(axis=1), table.sum(axis=0)
        scale = np.sqrt((1 - labels @ labels) * (1 - predicted @ predicted))
        return float((table.trace() - labels @ predicted) / scale) if scale > 1e-12 else 0.0

    @property
    def kappa(self) -> float:
        """Cohen's kappa: how much more often they agree than by chance; 0 where chance explains everything."""
        self._needs_examples()
        table = np.asarray(self.confusion, np.float64) / self.count
        chance = table.sum(axis=0) @ table.sum(axis=1)
        return float((table.trace() - chance) / (1 - chance)) if chance < 1 - 1e-12 else 0.0

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        names = ("macro_precision", "macro_recall", "macro_f1", "kappa")
        found: dict[str, object] = {"examples": self.count, "accuracy": self.accuracy}
        found |= {f"top_{n}_accuracy": self.top_accuracy(n) for n in range(2, self.top + 1)}
        found |= {name: getattr(self, name) for name in names}
        # By class there are measures of these names too, of every class against all others.
        found |= {"overall_mcc": self.mcc, "mean_false_alarm_rate": self.false_alarm_rate}
        return found | {name: self.by_class(name) for name in MEASURES}

    def to_text(self) -> str:
        """The confusion matrix as aligned text."""
        return matrix.as_text(self.confusion, self.names)

    def to_csv(self) -> str:
        r"""The confusion matrix as comma-separated values, with the names in the first row and column.

        >>> print(tg.metrics.Classification([[8, 2], [1, 9]], names=("cat", "dog")).to_csv())
        label \ predicted,cat,dog
        cat,8,2
        dog,1,9
        <BLANKLINE>
        """
        return matrix.as_csv(self.confusion, self.names)

    def to_html(self) -> str:
        """The confusion matrix as a table, coloured by shares of the label's examples."""
        return matrix.as_html(self.confusion, self.names)

    def report(self) -> str:
        r"""All of it as aligned text.

        >>> print(tg.metrics.Classification([[8, 2], [1, 9]], names=("cat", "dog")).report())
        20 examples, accuracy 85.00 %
        Matthews correlation 0.7035, kappa 0.7000
        <BLANKLINE>
                       precision    recall        f1  examples
        cat               0.8889    0.8000    0.8421        10
        dog               0.8182    0.9000    0.8571        10
        macro mean        0.8535    0.8500    0.8496        20
        weighted mean     0.8535    0.8500    0.8496        20
        <BLANKLINE>
        label \ predicted  cat  dog
        cat                  8    2
        dog                  1    9
        """
        return report(self) if self.count else self._nothing()

    def __repr__(self) -> str:
        share = f", accuracy={self.accuracy:.4f}" if self.count else ""
        return f"Classification(classes={self.classes}, examples={self.count:g}{share})"


def ranks_of(found: Examples, top: int) -> Counts:
    """How many labels have the highest score, the second highest, and so on."""
    own = np.take_along_axis(found.values, found.labels[:, None], axis=1)
    in_front = (found.values == own) & (np.arange(found.values.shape[1]) < found.labels[:, None])
    rank = ((found.values > own) | in_front).sum(axis=1)
    return np.bincount(rank, found.weights, minlength=top)[:top]


def _factors(costs: Sequence[float] | None, classes: int) -> tuple[float, ...] | None:
    if costs is None:
        return None
    if len(costs) != classes:
        raise ValueError(f"Classification: there are {classes} classes but {len(costs)} `costs`")
    if not all(isinstance(c, (int, float)) and 0 < c < float("inf") for c in costs):
        raise ValueError(f"Classification: `costs` must be positive and finite, got {tuple(costs)}")
    return tuple(map(float, costs))
