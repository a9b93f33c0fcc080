"""Several ROC curves: one for every output, or one for every class against all others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from typedgrad.metrics.inputs import classified, elementwise, refuse_unless_binary, refuse_unless_probabilities
from typedgrad.metrics.matrix import aligned
from typedgrad.metrics.outcomes import mean_of_defined
from typedgrad.metrics.report import number
from typedgrad.metrics.roc import Roc
from typedgrad.metrics.value import Metric, names_of, positive

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor


class _Several(Metric):
    """One `Roc` for every name."""

    _held: ClassVar[tuple[str, ...]] = ("curves", "names", "steps")
    _counted: ClassVar[tuple[str, ...]] = ("curves",)
    _what: ClassVar[str]

    curves: tuple[Roc, ...]
    names: tuple[str, ...]
    steps: int | None

    def __init__(
        self,
        curves: Sequence[Roc | Mapping[str, object]],
        names: Sequence[str] | None = None,
        steps: int | None = None,
    ) -> None:
        title = type(self).__name__
        made = tuple(c if isinstance(c, Roc) else Roc(**c) for c in curves)  # type: ignore[arg-type]  # JSON; Roc checks it
        positive(title, self._what, len(made))
        if any(c.steps != steps for c in made):
            raise ValueError(f"{title}: every curve must have {steps} `steps`")
        self._hold(curves=made, names=names_of(title, names, len(made), self._what), steps=steps)

    def merge(self, other: Self) -> Self:
        """Both together, as if all examples had been in one.

        Raises:
            TypeError: if `other` is another kind of metric.
            ValueError: if names or `steps` differ.
        """
        self._agree(other)
        return self._with(curves=tuple(a.merge(b) for a, b in zip(self.curves, other.curves, strict=True)))

    @property
    def count(self) -> float:
        """How many examples there are for the name that has most; with weights, their sum."""
        return max(curve.count for curve in self.curves)

    @property
    def auroc(self) -> tuple[float, ...]:
        """The area under each ROC curve; NaN where there are not positives and negatives."""
        return self._each("auroc")

    @property
    def auprc(self) -> tuple[float, ...]:
        """The average precision of each; NaN where there is no positive."""
        return self._each("auprc")

    def _each(self, measure: str) -> tuple[float, ...]:
        self._needs_examples()
        return tuple(float(c.measures()[measure]) if c.count else math.nan for c in self.curves)  # type: ignore[arg-type]  # a number

    @property
    def macro_auroc(self) -> float:
        """The mean of the areas under the ROC curves that are defined."""
        return mean_of_defined(np.asarray(self.auroc))

    @property
    def macro_auprc(self) -> float:
        """The mean of the average precisions that are defined."""
        return mean_of_defined(np.asarray(self.auprc))

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        means = {"macro_auroc": self.macro_auroc, "macro_auprc": self.macro_auprc}
        return {"examples": self.count, **means, "auroc": self.auroc, "auprc": self.auprc}

    def report(self) -> str:
        """A row for every name, and the means."""
        if not self.count:
            return self._nothing()
        rows: list[tuple[str, ...]] = [("", "AUROC", "AUPRC", "positives", "negatives")]
        for name, curve, *areas in zip(self.names, self.curves, self.auroc, self.auprc, strict=True):
            rows.append((name, *map(number, areas), *(f"{n.sum():g}" for n in (curve.positives, curve.negatives))))
        rows.append(("macro mean", number(self.macro_auroc), number(self.macro_auprc), "", ""))
        return f"{self._title()}\n\n{aligned(rows, least=6)}"


class RocBinary(_Several):
    """A `Roc` for every output on its own: several labels may be right at once.

    >>> roc = tg.metrics.RocBinary.empty(2)
    >>> roc = roc.update(tg.asarray([[0.9, 0.2], [0.1, 0.3]]), tg.asarray([[1, 1], [0, 0]]))
    >>> roc.auroc
    (1.0, 0.0)
    """

    _what: ClassVar[str] = "outputs"
    _sizes: ClassVar[tuple[str, ...]] = ("outputs",)

    @classmethod
    def empty(cls, outputs: int, names: Sequence[str] | None = None, *, steps: int | None = None) -> RocBinary:
        """No examples yet: the neutral element of `merge`. `steps` is as in `Roc`."""
        positive("RocBinary.empty", "outputs", outputs)
        return cls([Roc.empty(steps=steps)] * outputs, names, steps)

    @property
    def outputs(self) -> int:
        """How many outputs there are."""
        return len(self.curves)

    def update(
        self, probabilities: Tensor, labels: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None
    ) -> RocBinary:
        """With the examples of one more batch; takes and raises what `BinaryClassification.update` does."""
        title, names = "RocBinary.update", ("probabilities", "labels")
        n = self.outputs
        found, each = elementwise(title, probabilities, labels, mask, weights, columns=n, names=names, what="outputs")
        refuse_unless_probabilities(title, found, names[0])
        refuse_unless_binary(title, found, names[1], each)
        made = []
        for k, curve in enumerate(self.curves):
            kept = slice(None) if each is None else each[:, k]
            weighted = None if found.weights is None else found.weights[kept]
            made.append(curve.with_examples(found.values[kept, k], found.labels[kept, k] == 1, weighted))
        return self._with(curves=tuple(made))


class RocMulticlass(_Several):
    """A `Roc` for every class against all others: exactly one label is right.

    >>> roc = tg.metrics.RocMulticlass.empty(2).update(tg.asarray([[0.9, 0.1], [0.6, 0.4]]), tg.asarray([0, 1]))
    >>> roc.macro_auroc
    1.0
    """

    _what: ClassVar[str] = "classes"
    _sizes: ClassVar[tuple[str, ...]] = ("classes",)

    @classmethod
    def empty(cls, classes: int, names: Sequence[str] | None = None, *, steps: int | None = None) -> RocMulticlass:
        """No examples yet: the neutral element of `merge`. `steps` is as in `Roc`."""
        positive("RocMulticlass.empty", "classes", classes)
        return cls([Roc.empty(steps=steps)] * classes, names, steps)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.curves)

    def update(
        self,
        probabilities: Tensor,
        labels: Tensor,
        *,
        mask: Tensor | None = None,
        weights: Tensor | None = None,
        axis: int = -1,
    ) -> RocMulticlass:
        """With the examples of one more batch.

        Args:
            probabilities: one per class, `[*batch classes]`; they sum to 1.
            labels: integers `[*batch]`, or one-hot like the probabilities.
            mask: `[*batch]`: 0 for examples that do not count.
            weights: `[*batch]`: how much each example counts.
            axis: of the probabilities along which the classes lie.

        Raises:
            TypeError: if probabilities are not floats or labels not integers.
            ShapeError: if sizes differ.
            ValueError: for what is no probability (such as a logit), and for labels out of range.
        """
        title, names = "RocMulticlass.update", ("probabilities", "labels")
        found = classified(title, probabilities, labels, mask, weights, classes=self.classes, axis=axis, names=names)
        refuse_unless_probabilities(title, found, names[0], sums=True)
        values = found.values.astype(np.float64, copy=False)
        made = [
            curve.with_examples(values[:, k], found.labels == k, found.weights) for k, curve in enumerate(self.curves)
        ]
        return self._with(curves=tuple(made))
