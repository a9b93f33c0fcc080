"""Normalisers. A fitted one is another type than an unfitted one, so that applying before fitting is a static error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.shapes.errors import Operand, ShapeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T", bound=Tensor)


@dataclass(frozen=True)
class Standardize:
    """How to give every feature mean 0 and standard deviation 1.

    `axis`: the axes that are averaged over; 0, the rows, gives each feature its own mean and deviation.

    >>> x = tg.asarray([[1.0, 10.0], [3.0, 10.0]])
    >>> fitted = tg.data.Standardize().fit(x)
    >>> fitted.apply(x)
    Tensor([[-1.,  0.],
            [ 1.,  0.]], dtype=float32)
    """

    axis: int | tuple[int, ...] = 0

    def fit(self, x: Tensor) -> FittedStandardize:
        """Learn means and deviations, in float64. A feature that never changes keeps its scale.

        Raises:
            TypeError: if `x` does not hold floats.
            ValueError: if `x` is empty, or holds NaN or infinity.

        >>> tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]])).mean
        Tensor([[2.]], dtype=float32)
        """
        values = _finite("Standardize", x)
        mean = values.mean(axis=self.axis, keepdims=True)
        deviation = values.std(axis=self.axis, keepdims=True)
        # Rounding leaves a constant feature a deviation of a few ulps of its mean; to divide by that would blow it up.
        constant = deviation <= 8 * np.finfo(np.float64).eps * np.abs(mean)
        return FittedStandardize(_like(x, mean), _like(x, np.where(constant, 1.0, deviation)), self.axis)


@dataclass(frozen=True, eq=False)
class FittedStandardize:
    """`(x - mean) / deviation`, with what was learned. Made by `Standardize.fit`."""

    mean: Tensor
    deviation: Tensor
    axis: int | tuple[int, ...]

    def apply(self, x: T) -> T:
        """`x`, normalised.

        Raises:
            ShapeError: if its features are not those that were fitted.

        >>> fitted = tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.apply(tg.asarray([[5.0]]))
        Tensor([[3.]], dtype=float32)
        """
        _check_features("Standardize.apply", x, self.mean, self.axis)
        return cast("T", (x - self.mean) / self.deviation)

    def invert(self, x: T) -> T:
        """What `apply` made into `x`.

        Raises:
            ShapeError: as `apply` does.

        >>> fitted = tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.invert(tg.asarray([[3.0]]))
        Tensor([[5.]], dtype=float32)
        """
        _check_features("Standardize.invert", x, self.mean, self.axis)
        return cast("T", x * self.deviation + self.mean)


@dataclass(frozen=True)
class MinMax:
    """How to stretch every feature to reach from `low` to `high`.

    `axis`: the axes that are searched for the least and the greatest; 0, the rows, gives each feature its own.

    Raises:
        ValueError: unless `low` is below `high`.

    >>> x = tg.asarray([[1.0, 10.0], [3.0, 20.0], [2.0, 20.0]])
    >>> tg.data.MinMax().fit(x).apply(x)
    Tensor([[0. , 0. ],
            [1. , 1. ],
            [0.5, 1. ]], dtype=float32)
    """

    low: float = 0.0
    high: float = 1.0
    axis: int | tuple[int, ...] = 0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"MinMax: `low` must be below `high`, got low={self.low} and high={self.high}")

    def fit(self, x: Tensor) -> FittedMinMax:
        """Learn the least and the greatest values. A feature that never changes is moved to `low`, not stretched.

        Raises:
            TypeError: if `x` does not hold floats.
            ValueError: if `x` is empty, or holds NaN or infinity.

        >>> tg.data.MinMax().fit(tg.asarray([[1.0], [3.0]])).least
        Tensor([[1.]], dtype=float32)
        """
        values = _finite("MinMax", x)
        least = values.min(axis=self.axis, keepdims=True)
        span = values.max(axis=self.axis, keepdims=True) - least
        scale = np.where(span == 0, 1.0, span) / (self.high - self.low)
        return FittedMinMax(_like(x, least), _like(x, scale), self.low, self.axis)


@dataclass(frozen=True, eq=False)
class FittedMinMax:
    """`(x - least) / scale + low`, with what was learned. Made by `MinMax.fit`."""

    least: Tensor
    scale: Tensor
    low: float
    axis: int | tuple[int, ...]

    def apply(self, x: T) -> T:
        """`x`, normalised.

        Raises:
            ShapeError: if its features are not those that were fitted.

        >>> fitted = tg.data.MinMax(low=-1.0).fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.apply(tg.asarray([[2.0]]))
        Tensor([[0.]], dtype=float32)
        """
        _check_features("MinMax.apply", x, self.least, self.axis)
        return cast("T", (x - self.least) / self.scale + self.low)

    def invert(self, x: T) -> T:
        """What `apply` made into `x`.

        Raises:
            ShapeError: as `apply` does.

        >>> fitted = tg.data.MinMax(low=-1.0).fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.invert(tg.asarray([[0.0]]))
        Tensor([[2.]], dtype=float32)
        """
        _check_features("MinMax.invert", x, self.least, self.axis)
        return cast("T", (x - self.low) * self.scale + self.least)


def _finite(what: str, x: Tensor) -> NDArray[np.float64]:
    """The values of `x` in float64, if they are such that something can be learned from them."""
    if x.dtype.kind != "f":
        raise TypeError(f"{what}.fit: `x` must hold floats, got {x.dtype}: use astype(x, 'float32')")
    values = backend_of(x.data).to_numpy(x.data).astype(np.float64)
    if values.size == 0:
        raise ValueError(f"{what}.fit: `x` of shape {x.shape} is empty")
    if not np.isfinite(values).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{what}.fit: `x` holds {values[place]} at {list(place)}")
    return values


def _like(x: Tensor, values: NDArray[np.float64]) -> Tensor:
    """A tensor of `values` with the dtype of `x`, where `x` is."""
    return Tensor(backend_of(x.data).asarray(values, dtype=x.dtype, device=x.device))


def _check_features(where: str, x: Tensor, learned: Tensor, axis: int | tuple[int, ...]) -> None:
    """Broadcasting would let features in that are too few or too many; only the axes averaged over may differ."""
    rank = learned.ndim
    averaged = {a % rank for a in ((axis,) if isinstance(axis, int) else axis)}
    fitted = ["_" if a in averaged else str(n) for a, n in enumerate(learned.shape)]
    if x.ndim != rank:
        blamed = []
        summary = f"`x` has {x.ndim} axes, but what was fitted had {rank}"
    else:
        blamed = [a for a in range(rank) if a not in averaged and x.shape[a] != learned.shape[a]]
        if not blamed:
            return
        at = blamed[0]
        summary = f"axis {at} of `x` is {x.shape[at]}, but was {learned.shape[at]} when it was fitted"
    operands = [Operand("x", [str(n) for n in x.shape], blamed), Operand("fitted", fitted, blamed)]
    raise ShapeError(summary, where=where, operands=operands)
