"""Intersection over union: how well predicted regions cover the right ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from typedgrad.metrics.inputs import (
    agree,
    chosen,
    classified,
    elementwise,
    host,
    refuse,
    refuse_unless_binary,
    refuse_unless_probabilities,
)
from typedgrad.metrics.outcomes import Outcomes, mean_of_defined
from typedgrad.metrics.report import number
from typedgrad.metrics.value import Metric, counts_array, names_of, positive

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics.value import Counts, Floats


class IoU(Metric):
    """For every class, the elements that are it and are predicted to be, over those that are one of the two.

    A class that occurs neither as a label nor as a prediction has none (NaN), and the mean leaves it out.

    Args:
        confusion: `confusion[label][predicted]`, how many elements, or the sum of their weights.
        names: of the classes; their numbers unless given.

    >>> found = tg.metrics.IoU.empty(2).update(tg.asarray([[0, 1], [1, 1]]), tg.asarray([[0, 1], [0, 1]]))
    >>> found.iou[0], round(found.mean_iou, 4)
    (0.5, 0.5833)
    """

    _held: ClassVar[tuple[str, ...]] = ("confusion", "names")
    _counted: ClassVar[tuple[str, ...]] = ("confusion",)
    _sizes: ClassVar[tuple[str, ...]] = ("classes",)

    confusion: Counts
    names: tuple[str, ...]

    def __init__(self, confusion: Counts | Sequence[Sequence[float]], names: Sequence[str] | None = None) -> None:
        table = counts_array("IoU: `confusion`", confusion)
        if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
            raise ValueError(f"IoU: `confusion` must be a square table, got shape {list(table.shape)}")
        self._hold(confusion=table, names=names_of("IoU", names, len(table), "classes"))

    @classmethod
    def empty(cls, classes: int, names: Sequence[str] | None = None) -> IoU:
        """No examples yet: the neutral element of `merge`."""
        positive("IoU.empty", "classes", classes)
        return cls(np.zeros((classes, classes), np.int64), names)

    def update(
        self,
        predictions: Tensor,
        labels: Tensor,
        *,
        mask: Tensor | None = None,
        weights: Tensor | None = None,
        axis: int = -1,
    ) -> IoU:
        """With the examples of one more batch.

        Args:
            predictions: classes as integers `[*batch]`, or floats `[*batch classes]`, of which the highest counts.
            labels: integers `[*batch]`, or one-hot like the scores.
            mask: `[*batch]`: 0 for elements that do not count; their labels may be anything.
            weights: `[*batch]`: how much each element counts.
            axis: of the scores along which the classes lie, such as 1 for `[n classes h w]`.

        Raises:
            TypeError: if labels are not integers.
            ShapeError: if sizes differ.
            ValueError: if a class is out of range.
        """
        title, n = "IoU.update", self.classes
        given = host(title, "predictions", predictions)
        if given.dtype.kind in "iu":
            wanted = host(title, "labels", labels)
            agree(title, "labels", wanted.shape, "predictions", given.shape)
            if wanted.dtype.kind not in "iu":
                raise TypeError(f"{title}: labels must be integers, not {wanted.dtype.name}")
            found = chosen(title, given.reshape(-1), wanted.reshape(-1), mask, weights, given.shape, "labels")
            for name, values in (("predictions", found.values), ("labels", found.labels)):
                why = f"there are {n} classes, 0 to {n - 1}"
                refuse(title, found, name, (values < 0) | (values >= n), values, why)
            predicted = found.values.astype(np.int64)
        else:
            names = ("predictions", "labels")
            found = classified(title, predictions, labels, mask, weights, classes=n, axis=axis, names=names)
            predicted = found.values.argmax(axis=1)
        pairs = found.labels.astype(np.int64) * n + predicted
        return self._with(confusion=self.confusion + np.bincount(pairs, found.weights, minlength=n * n).reshape(n, n))

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.confusion)

    @property
    def count(self) -> float:
        """How many elements were counted; with weights, their sum."""
        found: float = self.confusion.sum().item()
        return found

    @property
    def iou(self) -> tuple[float, ...]:
        """For every class. Raises ValueError if there are no examples."""
        self._needs_examples()
        return tuple(_overlap(self.confusion).tolist())

    @property
    def mean_iou(self) -> float:
        """The mean over the classes that occur. Raises ValueError if there are no examples."""
        return mean_of_defined(np.asarray(self.iou))

    def mean_of(self, classes: Sequence[int | str]) -> float:
        """The mean over some of the classes, by number or name: without the background, for instance.

        Raises ValueError if there is no such class, or there are no examples.

        >>> tg.metrics.IoU([[8, 2], [1, 9]], names=("sky", "tree")).mean_of(["tree"])
        0.75
        """
        for c in classes:
            if c not in (self.names if isinstance(c, str) else range(self.classes)):
                raise ValueError(f"IoU.mean_of: there is no class {c!r}; there are {', '.join(self.names)}")
        places = [self.names.index(c) if isinstance(c, str) else c for c in classes]
        return mean_of_defined(np.asarray(self.iou)[places])

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        return {"examples": self.count, "mean_iou": self.mean_iou, "iou": self.iou}

    def report(self) -> str:
        """A line for every class, and the mean."""
        if not self.count:
            return self._nothing()
        width = max(map(len, (*self.names, "mean")))
        pairs = [*zip(self.names, self.iou, strict=True), ("mean", self.mean_iou)]
        lines = [f"{name:<{width}}  {number(x)}" for name, x in pairs]
        return "\n".join([self._title(), "", *lines])


class BinaryIoU(Metric):
    """Intersection over union of what is positive and what is said to be, with a probability at or above a threshold.

    Args:
        counts: true positives, false positives, false negatives, true negatives.
        threshold: in (0, 1].

    >>> tg.metrics.BinaryIoU.empty().update(tg.asarray([0.9, 0.6, 0.2]), tg.asarray([1, 0, 0])).iou
    0.5
    """

    _held: ClassVar[tuple[str, ...]] = ("counts", "threshold")
    _counted: ClassVar[tuple[str, ...]] = ("counts",)

    counts: Counts
    threshold: float

    def __init__(self, counts: Counts | Sequence[float], threshold: float = 0.5) -> None:
        if not isinstance(threshold, (int, float)) or not 0 < threshold <= 1:
            raise ValueError(f"BinaryIoU: `threshold` must lie in (0, 1], got {threshold!r}")
        self._hold(counts=counts_array("BinaryIoU: `counts`", counts, (4,)), threshold=float(threshold))

    @classmethod
    def empty(cls, *, threshold: float = 0.5) -> BinaryIoU:
        """No examples yet: the neutral element of `merge`."""
        return cls(np.zeros(4, np.int64), threshold)

    def update(
        self, probabilities: Tensor, labels: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None
    ) -> BinaryIoU:
        """With the examples of one more batch; takes and raises what `Roc.update` does."""
        title, names = "BinaryIoU.update", ("probabilities", "labels")
        found, _ = elementwise(title, probabilities, labels, mask, weights, columns=1, names=names, what="outputs")
        refuse_unless_probabilities(title, found, names[0])
        refuse_unless_binary(title, found, names[1])
        said, is_so = found.values[:, 0] >= self.threshold, found.labels[:, 0] == 1
        cells = np.where(said, np.where(is_so, 0, 1), np.where(is_so, 2, 3))
        return self._with(counts=self.counts + np.bincount(cells, found.weights, minlength=4))

    @property
    def count(self) -> float:
        """How many elements were counted; with weights, their sum."""
        found: float = self.counts.sum().item()
        return found

    @property
    def iou(self) -> float:
        """Of the positive elements; NaN if nothing is positive or said to be. Raises ValueError without examples."""
        self._needs_examples()
        return float(Outcomes(*self.counts[:, None]).iou[0])

    @property
    def mean_iou(self) -> float:
        """The mean of that of the positive and that of the negative elements, where they are defined."""
        self._needs_examples()
        tp, fp, fn, tn = self.counts[:, None]
        return mean_of_defined(np.concatenate([Outcomes(tp, fp, fn, tn).iou, Outcomes(tn, fn, fp, tp).iou]))

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        return {"examples": self.count, "iou": self.iou, "mean_iou": self.mean_iou}


def _overlap(confusion: Counts) -> Floats:
    tp = confusion.diagonal()
    fp, fn = confusion.sum(axis=0) - tp, confusion.sum(axis=1) - tp
    return Outcomes(tp, fp, fn, np.zeros_like(tp)).iou
