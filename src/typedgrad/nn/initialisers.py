"""How parameters get their first values: constants, and draws that do not look at the layer.

Each is a function of (key, shape, dtype, (fan_in, fan_out)); those with options are made by calling their name.
`scaling` has those that look at how many inputs and outputs a unit has, `patterns` those with a structure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from typedgrad.core.casting import astype
from typedgrad.core.random import Key, bernoulli, fold_in
from typedgrad.core.random import normal as draw_normal
from typedgrad.core.random import truncated_normal as draw_truncated
from typedgrad.core.random import uniform as draw_uniform
from typedgrad.nn.made import made
from typedgrad.ops import create
from typedgrad.ops.elementwise import exp

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.nn.fields import Initializer

Shape: TypeAlias = tuple[int, ...]
Fans: TypeAlias = tuple[int, int]


def zeros(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """All zeros.

    >>> tg.nn.zeros(tg.random.key(0), (2,), "float32", (2, 2))
    Tensor([0., 0.], dtype=float32)
    """
    return create.zeros(shape, dtype=dtype)


def ones(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """All ones.

    >>> tg.nn.ones(tg.random.key(0), (2,), "float32", (2, 2))
    Tensor([1., 1.], dtype=float32)
    """
    return create.ones(shape, dtype=dtype)


@made
def constant(value: float) -> Initializer:
    """Every element `value`.

    >>> tg.nn.constant(0.5)(tg.random.key(0), (2,), "float32", (2, 2))
    Tensor([0.5, 0.5], dtype=float32)
    """
    return lambda key, shape, dtype, fans: create.full(shape, value, dtype=dtype)


@made
def normal(std: float = 0.01, *, mean: float = 0.0) -> Initializer:
    """Normal with standard deviation `std`.

    Raises ValueError if `std` is negative or not finite.

    >>> tg.nn.normal(0.02)(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    check_finite("normal", mean=mean, std=std)
    check_at_least_zero("normal", std=std)
    return lambda key, shape, dtype, fans: draw_normal(key, shape, mean=mean, std=std, dtype=dtype)


@made
def truncated_normal(std: float = 0.05, *, mean: float = 0.0, cut: float = 2.0) -> Initializer:
    """Normal, but drawn again where it is further than `cut` standard deviations from the mean.

    `std` is that before the cut; for the usual `cut` of 2 what is left has 0.8796 of it.

    Raises ValueError if `std` is negative or not finite, or `cut` leaves too little to be drawn from.

    >>> x = tg.nn.truncated_normal(0.5)(tg.random.key(0), (1000,), "float32", (1, 1))
    >>> -1.0 <= float(x.min()) and float(x.max()) <= 1.0
    True
    """
    check_finite("truncated_normal", mean=mean, std=std, cut=cut)
    check_at_least_zero("truncated_normal", std=std)
    if not cut >= 0.025:
        raise ValueError(f"truncated_normal: `cut` must be at least 0.025, got {cut}")
    return lambda key, shape, dtype, fans: mean + std * draw_truncated(key, shape, low=-cut, high=cut, dtype=dtype)


@made
def uniform(low: float = -0.05, high: float = 0.05) -> Initializer:
    """Uniform over [low, high).

    Raises ValueError unless `low` <= `high`, both finite.

    >>> x = tg.nn.uniform(-1.0, 1.0)(tg.random.key(0), (1000,), "float32", (1, 1))
    >>> -1.0 <= float(x.min()) and float(x.max()) < 1.0
    True
    """
    check_finite("uniform", low=low, high=high)
    if not low <= high:
        raise ValueError(f"uniform: `low` must not exceed `high`, got {low} and {high}")
    return lambda key, shape, dtype, fans: draw_uniform(key, shape, low=low, high=high, dtype=dtype)


@made
def log_normal(std: float = 1.0, *, mean: float = 0.0) -> Initializer:
    """The exponential of what is normal with this mean and standard deviation.

    Raises ValueError if `std` is negative or not finite.

    >>> tg.nn.log_normal(0.0, mean=0.0)(tg.random.key(0), (2,), "float32", (1, 1))
    Tensor([1., 1.], dtype=float32)
    """
    check_finite("log_normal", mean=mean, std=std)
    check_at_least_zero("log_normal", std=std)
    return lambda key, shape, dtype, fans: exp(draw_normal(key, shape, mean=mean, std=std, dtype=dtype))


@made
def binomial(n: int, p: float) -> Initializer:
    """How many of `n` throws succeed, each with probability `p`.

    Raises ValueError if `n` is below 1, or `p` is no probability.

    >>> tg.nn.binomial(3, 1.0)(tg.random.key(0), (2,), "float32", (1, 1))
    Tensor([3., 3.], dtype=float32)
    """
    if type(n) is not int or n < 1:
        raise ValueError(f"binomial: `n` must be a positive int, got {n!r}")
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"binomial: `p` must be between 0 and 1, got {p}")

    def drawn(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
        count = create.zeros(shape, dtype=dtype)
        for i in range(n):
            count = count + astype(bernoulli(fold_in(key, i), p, shape), dtype)
        return count

    return drawn


def check_finite(name: str, **numbers: float) -> None:
    """Raise ValueError unless all are finite."""
    for argument, value in numbers.items():
        if not math.isfinite(value):
            raise ValueError(f"{name}: `{argument}` must be finite, got {value}")


def check_at_least_zero(name: str, **numbers: float) -> None:
    """Raise ValueError unless none is negative."""
    for argument, value in numbers.items():
        if not value >= 0:
            raise ValueError(f"{name}: `{argument}` must not be negative, got {value}")
