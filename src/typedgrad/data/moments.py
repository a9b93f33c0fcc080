"""Means, deviations and extremes that are learned piece by piece, as exactly as from the whole.

Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Moments(NamedTuple):
    """What is known of some values, feature by feature; all arrays have one shape, with size 1 where was averaged.

    >>> import numpy as np
    >>> whole = np.asarray([[1.0], [2.0], [6.0]])
    >>> merged = Moments.of(whole[:1], (0,)).merge(Moments.of(whole[1:], (0,)))
    >>> float(merged.mean[0, 0]), float(merged.least[0, 0]), round(float(merged.deviation[0, 0]), 6)
    (3.0, 1.0, 2.160247)
    """

    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    # The sum of the squared distances from the mean: sums of squares would cancel.
    squares: NDArray[np.float64]
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]

    @classmethod
    def of(cls, values: NDArray[np.float64], axes: tuple[int, ...], real: NDArray[np.bool_] | None = None) -> Moments:
        """The moments of `values` over `axes`, of those that are `real` if that is given (broadcast to `values`).

        >>> import numpy as np
        >>> Moments.of(np.asarray([[1.0], [9.0]]), (0,), np.asarray([[True], [False]])).mean.tolist()
        [[1.0]]
        """
        where = np.ones(values.shape, bool) if real is None else np.broadcast_to(real, values.shape)
        count = where.sum(axis=axes, keepdims=True, dtype=np.float64)
        if real is None:
            mean = values.mean(axis=axes, keepdims=True)
            squares = ((values - mean) ** 2).sum(axis=axes, keepdims=True)
        else:
            mean = values.sum(axis=axes, keepdims=True, where=where) / np.maximum(count, 1.0)
            squares = ((values - mean) ** 2).sum(axis=axes, keepdims=True, where=where)
        least = values.min(axis=axes, keepdims=True, where=where, initial=np.inf)
        greatest = values.max(axis=axes, keepdims=True, where=where, initial=-np.inf)
        return cls(count, mean, squares, least, greatest)

    def merge(self, other: Moments) -> Moments:
        """The moments of both together.

        >>> import numpy as np
        >>> one = Moments.of(np.asarray([[1.0]]), (0,))
        >>> one.merge(one).counts.tolist()
        [[2.0]]
        """
        count = self.counts + other.counts
        share = other.counts / np.maximum(count, 1.0)
        step = other.mean - self.mean
        return Moments(
            count,
            self.mean + step * share,
            self.squares + other.squares + step**2 * self.counts * share,
            np.minimum(self.least, other.least),
            np.maximum(self.greatest, other.greatest),
        )

    @property
    def deviation(self) -> NDArray[np.float64]:
        """The standard deviation of the population.

        >>> import numpy as np
        >>> Moments.of(np.asarray([[1.0], [3.0]]), (0,)).deviation.tolist()
        [[1.0]]
        """
        return np.sqrt(self.squares / np.maximum(self.counts, 1.0))
