"""`Standardize`. What is fitted is another type than what is not: applying before fitting is a static error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.fitting import Samples, check_features, learn, like
from typedgrad.data.only import elsewhere

if TYPE_CHECKING:
    from typedgrad.data.fitting import Axes, Fittable

T = TypeVar("T", bound=Tensor)


@dataclass(frozen=True)
class Standardize:
    """How to give every feature mean 0 and standard deviation 1.

    Args:
        axis: the axes that are averaged over; 0, the rows, gives each feature its own mean and deviation. Images with
            one mean per channel have `(0, 2, 3)`, sequences `[batch, time, feature]` have `(0, 1)`.
        only: the positions on the last axis that are changed; None: all.

    >>> x = tg.asarray([[1.0, 10.0], [3.0, 10.0]])
    >>> fitted = tg.data.Standardize().fit(x)
    >>> fitted.apply(x)
    Tensor([[-1.,  0.],
            [ 1.,  0.]], dtype=float32)
    """

    axis: Axes = 0
    only: tuple[int, ...] | None = None

    def fit(self, data: Fittable) -> FittedStandardize:
        """Learn means and deviations of the features, in float64 and one pass. One that never changes keeps its scale.

        Args:
            data: a tensor, a dataset, or a loader or other batches; of masked ones, what the mask leaves.

        Raises:
            TypeError: if the features are not floats.
            ValueError: if there are none, or they hold NaN or infinity.
            ShapeError: if batches differ in features.

        >>> tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]])).mean
        Tensor([[2.]], dtype=float32)
        """
        return self.fit_samples(Samples(data))

    def fit_labels(self, data: Fittable) -> FittedStandardize:
        """The same of the labels; see `fit`.

        >>> data = tg.data.Dataset(tg.zeros((2, 5)), tg.asarray([[10.0], [30.0]]))
        >>> tg.data.Standardize().fit_labels(data).apply(data.y).tolist()
        [[-1.0], [1.0]]
        """
        return self.fit_samples(Samples(data, "y"))

    def fit_samples(self, samples: Samples) -> FittedStandardize:
        """The same of samples after some changes; see `fit`."""
        found, x = learn("Standardize.fit", samples, self.axis)
        # Rounding leaves a constant feature a deviation of a few ulps of its mean; to divide by that would blow it up.
        constant = found.deviation <= 8 * np.finfo(np.float64).eps * np.abs(found.mean)
        left = elsewhere("Standardize", self.only, found.mean.shape)
        mean = np.where(left, 0.0, found.mean)
        return FittedStandardize(like(x, mean), like(x, np.where(constant | left, 1.0, found.deviation)), self.axis)


@dataclass(frozen=True, eq=False)
class FittedStandardize:
    """`(x - mean) / deviation`, with what was learned. Made by `Standardize.fit`."""

    mean: Tensor
    deviation: Tensor
    axis: Axes

    def apply(self, x: T) -> T:
        """`x`, normalised.

        Raises:
            ShapeError: if its features are not those that were fitted.

        >>> fitted = tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.apply(tg.asarray([[5.0]]))
        Tensor([[3.]], dtype=float32)
        """
        check_features("Standardize.apply", x, self.mean, self.axis)
        return cast("T", (x - self.mean) / self.deviation)

    def invert(self, x: T) -> T:
        """What `apply` made into `x`.

        Raises:
            ShapeError: as `apply` does.

        >>> fitted = tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.invert(tg.asarray([[3.0]]))
        Tensor([[5.]], dtype=float32)
        """
        check_features("Standardize.invert", x, self.mean, self.axis)
        return cast("T", x * self.deviation + self.mean)
