"""`MinMax`: every feature from one number to another."""

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
class MinMax:
    """How to stretch every feature to reach from `low` to `high`.

    Args:
        low: where the least value goes.
        high: where the greatest value goes.
        axis: the axes that are searched for the least and the greatest; 0, the rows, gives each feature its own.
        only: the positions on the last axis that are changed; None: all.

    Raises:
        ValueError: unless `low` is below `high`, both finite.

    >>> x = tg.asarray([[1.0, 10.0], [3.0, 20.0], [2.0, 20.0]])
    >>> tg.data.MinMax().fit(x).apply(x)
    Tensor([[0. , 0. ],
            [1. , 1. ],
            [0.5, 1. ]], dtype=float32)
    """

    low: float = 0.0
    high: float = 1.0
    axis: Axes = 0
    only: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise ValueError(f"MinMax: `low` must be below `high`, got low={self.low} and high={self.high}")

    def fit(self, data: Fittable) -> FittedMinMax:
        """Learn the least and the greatest values. A feature that never changes is moved to `low`, not stretched.

        Args:
            data: a tensor, a dataset, or a loader or other batches; of masked ones, what the mask leaves.

        Raises:
            TypeError: if the features are not floats.
            ValueError: if there are none, or they hold NaN or infinity.
            ShapeError: if batches differ in features.

        >>> tg.data.MinMax().fit(tg.asarray([[1.0], [3.0]])).least
        Tensor([[1.]], dtype=float32)
        """
        return self.fit_samples(Samples(data))

    def fit_labels(self, data: Fittable) -> FittedMinMax:
        """The same of the labels; see `fit`.

        >>> data = tg.data.Dataset(tg.zeros((2, 5)), tg.asarray([[10.0], [30.0]]))
        >>> tg.data.MinMax().fit_labels(data).apply(data.y).tolist()
        [[0.0], [1.0]]
        """
        return self.fit_samples(Samples(data, "y"))

    def fit_samples(self, samples: Samples) -> FittedMinMax:
        """The same of samples after some changes; see `fit`."""
        found, x = learn("MinMax.fit", samples, self.axis)
        span = found.greatest - found.least
        scale = np.where(span == 0, 1.0, span) / (self.high - self.low)
        left = elsewhere("MinMax", self.only, span.shape)
        least = np.where(left, self.low, found.least)
        return FittedMinMax(like(x, least), like(x, np.where(left, 1.0, scale)), self.low, self.axis)


@dataclass(frozen=True, eq=False)
class FittedMinMax:
    """`(x - least) / scale + low`, with what was learned. Made by `MinMax.fit`."""

    least: Tensor
    scale: Tensor
    low: float
    axis: Axes

    def apply(self, x: T) -> T:
        """`x`, normalised.

        Raises:
            ShapeError: if its features are not those that were fitted.

        >>> fitted = tg.data.MinMax(low=-1.0).fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.apply(tg.asarray([[2.0]]))
        Tensor([[0.]], dtype=float32)
        """
        check_features("MinMax.apply", x, self.least, self.axis)
        return cast("T", (x - self.least) / self.scale + self.low)

    def invert(self, x: T) -> T:
        """What `apply` made into `x`.

        Raises:
            ShapeError: as `apply` does.

        >>> fitted = tg.data.MinMax(low=-1.0).fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.invert(tg.asarray([[0.0]]))
        Tensor([[2.]], dtype=float32)
        """
        check_features("MinMax.invert", x, self.least, self.axis)
        return cast("T", (x - self.low) * self.scale + self.least)
