"""Weighted means and central moments of two quantities, in a form that merges without cancellation.

Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typedgrad.metrics.value import Floats


class Moments(NamedTuple):
    """By column: the weight, and of labels, predictions and errors the mean and the sum of squares around it.

    `product` is the sum of products of labels and predictions around their means.
    """

    weight: Floats
    label_mean: Floats
    label_square: Floats
    value_mean: Floats
    value_square: Floats
    error_mean: Floats
    error_square: Floats
    product: Floats

    @classmethod
    def of(cls, values: Floats, labels: Floats, weights: Floats) -> Moments:
        """Of examples in rows; what has no weight is left out."""
        total = weights.sum(axis=0)
        safe = np.where(total > 0, total, 1.0)

        def around(x: Floats) -> tuple[Floats, Floats]:
            mean = (weights * x).sum(axis=0) / safe
            off = x - mean
            mean = mean + (weights * off).sum(axis=0) / safe  # what rounding took from the first pass
            return mean, x - mean

        label_mean, label = around(labels)
        value_mean, value = around(values)
        error_mean, error = around(values - labels)
        squares = [(weights * a * b).sum(axis=0) for a, b in ((label, label), (value, value), (error, error))]
        product = (weights * label * value).sum(axis=0)
        return cls(total, label_mean, squares[0], value_mean, squares[1], error_mean, squares[2], product)

    def merged(self, other: Moments) -> Moments:
        """Both together."""
        total = self.weight + other.weight
        part = np.divide(other.weight, np.where(total > 0, total, 1.0))
        scale = self.weight * part

        def square(mean: Floats, other_mean: Floats, mine: Floats, theirs: Floats) -> Floats:
            return mine + theirs + scale * (other_mean - mean) ** 2

        apart = (other.label_mean - self.label_mean) * (other.value_mean - self.value_mean)
        return Moments(
            total,
            self.label_mean + part * (other.label_mean - self.label_mean),
            square(self.label_mean, other.label_mean, self.label_square, other.label_square),
            self.value_mean + part * (other.value_mean - self.value_mean),
            square(self.value_mean, other.value_mean, self.value_square, other.value_square),
            self.error_mean + part * (other.error_mean - self.error_mean),
            square(self.error_mean, other.error_mean, self.error_square, other.error_square),
            self.product + other.product + scale * apart,
        )
