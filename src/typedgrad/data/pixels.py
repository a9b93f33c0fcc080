"""Normalisers of pictures: `ImageScale` for the range of pixels, `SubtractMean` for the mean colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from jaxtyping import Float, Num

from typedgrad.core.tensor import Tensor
from typedgrad.data.fitting import Samples, check_features, learn, like

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typedgrad.data.fitting import Axes, Fittable

T = TypeVar("T", bound=Tensor)
# The means of red, green and blue that were taken off before VGG was trained (Simonyan and Zisserman, 2015).
VGG_MEANS = (123.68, 116.779, 103.939)


@dataclass(frozen=True)
class ImageScale:
    """Pixels from 0 to `2**max_bits - 1` brought to `low` to `high`. There is nothing to fit.

    Raises:
        ValueError: unless `low` is below `high`, both finite, and `max_bits` is from 1 to 32.

    >>> tg.data.ImageScale(-1.0, 1.0).apply(tg.asarray([0, 51, 255], dtype="uint8"))
    Tensor([-1. , -0.6,  1. ], dtype=float32)
    """

    low: float = 0.0
    high: float = 1.0
    max_bits: int = 8

    def __post_init__(self) -> None:
        if not -np.inf < self.low < self.high < np.inf:
            raise ValueError(f"ImageScale: `low` must be below `high`, got low={self.low} and high={self.high}")
        if isinstance(self.max_bits, bool) or not isinstance(self.max_bits, int) or not 1 <= self.max_bits <= 32:
            raise ValueError(f"ImageScale: `max_bits` must be an int from 1 to 32, got {self.max_bits!r}")

    def apply(self, x: Num[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        """`x` from `low` to `high`; integers become float32.

        >>> tg.data.ImageScale(max_bits=4).apply(tg.asarray([0.0, 15.0])).tolist()
        [0.0, 1.0]
        """
        floats = x if x.dtype.kind == "f" else x.astype("float32")
        return floats * self._step() + self.low

    def invert(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        """What `apply` made into `x`, as floats.

        >>> tg.data.ImageScale(max_bits=4).invert(tg.asarray([0.0, 1.0])).tolist()
        [0.0, 15.0]
        """
        return (x - self.low) / self._step()

    def _step(self) -> float:
        return (self.high - self.low) / ((1 << self.max_bits) - 1)


@dataclass(frozen=True)
class SubtractMean:
    """How to give every channel of pictures `[n, channels, height, width]` the mean 0.

    `axis`: the axes that are averaged over.

    >>> x = tg.asarray([[[[1.0, 3.0]], [[10.0, 10.0]]]])
    >>> tg.data.SubtractMean().fit(x).apply(x).tolist()
    [[[[-1.0, 1.0]], [[0.0, 0.0]]]]
    """

    axis: Axes = (0, 2, 3)

    def fit(self, data: Fittable) -> FittedSubtractMean:
        """Learn the means; raises what `Standardize.fit` does.

        >>> tg.data.SubtractMean(axis=0).fit(tg.asarray([[1.0], [3.0]])).mean.tolist()
        [[2.0]]
        """
        return self.fit_samples(Samples(data))

    def fit_labels(self, data: Fittable) -> FittedSubtractMean:
        """The same of the labels; see `fit`.

        >>> data = tg.data.Dataset(tg.zeros((2, 5)), tg.asarray([[10.0], [30.0]]))
        >>> tg.data.SubtractMean(axis=0).fit_labels(data).mean.tolist()
        [[20.0]]
        """
        return self.fit_samples(Samples(data, "y"))

    def fit_samples(self, samples: Samples) -> FittedSubtractMean:
        """The same of samples after some changes; see `fit`."""
        found, x = learn("SubtractMean.fit", samples, self.axis)
        return FittedSubtractMean(like(x, found.mean), self.axis)

    @staticmethod
    def of(means: Sequence[float] = VGG_MEANS) -> FittedSubtractMean:
        """Known means, one per channel; those of VGG (red, green, blue; pixels from 0 to 255) if none are given.

        Raises:
            ValueError: if there is none, or one is not finite.

        >>> tg.data.SubtractMean.of().apply(tg.full((1, 3, 1, 1), 200.0)).shape
        (1, 3, 1, 1)
        """
        if not means or not all(map(math.isfinite, means)):
            raise ValueError(f"SubtractMean.of: `means` must be finite numbers, one per channel, got {list(means)}")
        mean = np.asarray(means, "float32").reshape(1, -1, 1, 1)
        return FittedSubtractMean(Tensor(mean), (0, 2, 3))


@dataclass(frozen=True, eq=False)
class FittedSubtractMean:
    """`x - mean`, with what was learned. Made by `SubtractMean.fit` or `SubtractMean.of`."""

    mean: Tensor
    axis: Axes

    def apply(self, x: T) -> T:
        """`x`, without the means.

        Raises:
            ShapeError: if its channels are not those that were fitted.

        >>> tg.data.SubtractMean.of([1.0]).apply(tg.full((1, 1, 1, 1), 3.0)).item()
        2.0
        """
        check_features("SubtractMean.apply", x, self.mean, self.axis)
        return cast("T", x - self.mean)

    def invert(self, x: T) -> T:
        """What `apply` made into `x`.

        Raises:
            ShapeError: as `apply` does.

        >>> tg.data.SubtractMean.of([1.0]).invert(tg.full((1, 1, 1, 1), 2.0)).item()
        3.0
        """
        check_features("SubtractMean.invert", x, self.mean, self.axis)
        return cast("T", x + self.mean)
