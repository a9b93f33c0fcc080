"""Running means and sums of anything, and how often a label is among the k highest scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from typedgrad.metrics.classification import ranks_of
from typedgrad.metrics.inputs import Examples, chosen, classified, host, refuse
from typedgrad.metrics.value import Metric, positive

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor


class Mean(Metric):
    """The mean of numbers, such as the losses of examples.

    Args:
        mean_so_far: of the numbers until now.
        weight: how many numbers, or the sum of their weights.

    >>> tg.metrics.Mean.empty().update(tg.asarray([1.0, 2.0])).update(tg.asarray([6.0])).mean
    3.0
    """

    _held: ClassVar[tuple[str, ...]] = ("mean_so_far", "weight")
    _counted: ClassVar[tuple[str, ...]] = ("mean_so_far", "weight")

    mean_so_far: float
    weight: float

    def __init__(self, mean_so_far: float, weight: float) -> None:
        self._hold(mean_so_far=_finite("Mean: `mean_so_far`", mean_so_far), weight=_finite("Mean: `weight`", weight, 0))

    @classmethod
    def empty(cls) -> Mean:
        """Nothing yet: the neutral element of `merge`."""
        return cls(0.0, 0.0)

    def update(self, values: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None) -> Mean:
        """With more numbers, of any shape; mask and weights have the same.

        Raises:
            TypeError: if values are no real numbers.
            ShapeError: if sizes differ.
            ValueError: for NaN and infinity.
        """
        found = _numbers("Mean.update", values, mask, weights)
        importance = np.ones(len(found.values)) if found.weights is None else found.weights
        total = float(importance.sum())
        mean = float(found.values @ importance / total) if total else 0.0
        return self.merge(Mean(mean, total))

    def merge(self, other: Self) -> Self:
        """Both together. Raises TypeError if `other` is another kind of metric."""
        self._agree(other)
        total = self.weight + other.weight
        step = (other.mean_so_far - self.mean_so_far) * (other.weight / total) if total else 0.0
        return self._with(mean_so_far=self.mean_so_far + step, weight=total)

    @property
    def count(self) -> float:
        """How many numbers there are; with weights, their sum."""
        return self.weight

    @property
    def mean(self) -> float:
        """The mean. Raises ValueError if there is nothing."""
        self._needs_examples()
        return self.mean_so_far

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        return {"examples": self.count, "mean": self.mean}


class Sum(Metric):
    """The sum of numbers; 0 for none.

    Args:
        total: so far.
        weight: how many numbers, or the sum of their weights.

    >>> tg.metrics.Sum.empty().update(tg.asarray([1.0, 2.0])).update(tg.asarray([6.0])).total
    9.0
    """

    _held: ClassVar[tuple[str, ...]] = ("total", "weight")
    _counted: ClassVar[tuple[str, ...]] = ("total", "weight")

    total: float
    weight: float

    def __init__(self, total: float, weight: float) -> None:
        self._hold(total=_finite("Sum: `total`", total), weight=_finite("Sum: `weight`", weight, 0))

    @classmethod
    def empty(cls) -> Sum:
        """Nothing yet: the neutral element of `merge`."""
        return cls(0.0, 0.0)

    def update(self, values: Tensor, *, mask: Tensor | None = None, weights: Tensor | None = None) -> Sum:
        """With more numbers; takes and raises what `Mean.update` does."""
        found = _numbers("Sum.update", values, mask, weights)
        importance = np.ones(len(found.values)) if found.weights is None else found.weights
        return self.merge(Sum(float(found.values @ importance), float(importance.sum())))

    @property
    def count(self) -> float:
        """How many numbers there are; with weights, their sum."""
        return self.weight

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        return {"examples": self.count, "total": self.total}


class TopK(Metric):
    """How often the label is among the `k` highest scores; of equal scores, those in front count first.

    `Classification.empty(..., top=k)` says that and more; this one keeps three numbers however many classes there are.

    >>> scores, labels = tg.asarray([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), tg.asarray([1, 2])
    >>> tg.metrics.TopK.empty(2).update(scores, labels).accuracy
    0.5
    """

    _held: ClassVar[tuple[str, ...]] = ("k", "right", "weight")
    _counted: ClassVar[tuple[str, ...]] = ("right", "weight")
    _sizes: ClassVar[tuple[str, ...]] = ()

    k: int
    right: float
    weight: float

    def __init__(self, k: int, right: float, weight: float) -> None:
        found = [_finite(f"TopK: `{name}`", x, 0) for name, x in (("right", right), ("weight", weight))]
        if found[0] > found[1]:
            raise ValueError(f"TopK: `right` is {right}, but `weight` only {weight}")
        self._hold(k=positive("TopK", "k", k), right=found[0], weight=found[1])

    @classmethod
    def empty(cls, k: int) -> TopK:
        """No examples yet: the neutral element of `merge`."""
        return cls(k, 0.0, 0.0)

    def update(
        self,
        scores: Tensor,
        labels: Tensor,
        *,
        mask: Tensor | None = None,
        weights: Tensor | None = None,
        axis: int = -1,
    ) -> TopK:
        """With the examples of one more batch; takes and raises what `Classification.update` does.

        Raises ValueError if there are fewer than k classes as well.
        """
        size = host("TopK.update", "scores", scores).shape
        classes = size[axis] if -len(size) <= axis < len(size) else 0
        found = classified("TopK.update", scores, labels, mask, weights, classes=classes, axis=axis)
        if classes < self.k:
            raise ValueError(f"TopK.update: `k` is {self.k}, but scores has {classes} classes along axis {axis}")
        right = float(ranks_of(found, self.k).sum())
        total = float(len(found.labels) if found.weights is None else found.weights.sum())
        return self._with(right=self.right + right, weight=self.weight + total)

    @property
    def count(self) -> float:
        """How many examples there are; with weights, their sum."""
        return self.weight

    @property
    def accuracy(self) -> float:
        """The share of examples whose label is among the k highest scores. Raises ValueError without examples."""
        self._needs_examples()
        return self.right / self.weight

    def measures(self) -> Mapping[str, object]:
        """All that follows, by name."""
        return {"examples": self.count, "accuracy": self.accuracy}


def _numbers(title: str, values: Tensor, mask: Tensor | None, weights: Tensor | None) -> Examples:
    given = host(title, "values", values)
    if given.dtype.kind == "c":
        raise TypeError(f"{title}: values must be real numbers, not {given.dtype.name}")
    flat = given.astype(np.float64).reshape(-1)
    found = chosen(title, flat, flat, mask, weights, given.shape, "values")
    refuse(title, found, "values", ~np.isfinite(found.values), found.values, "it must be finite")
    return found


def _finite(title: str, value: float, least: float = -np.inf) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not np.isfinite(value) or value < least:
        raise ValueError(
            f"{title} must be a finite number{'' if least < 0 else f' of at least {least:g}'}, got {value!r}"
        )
    return float(value)
