"""Initial values whose size follows from how many inputs and outputs a unit has, so that signals keep theirs.

The two counts, `fan_in` and `fan_out`, are those of the layer: of a convolution with its window and its groups, of a
gate of a recurrent layer alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from typedgrad.core.random import normal as draw_normal
from typedgrad.core.random import truncated_normal as draw_truncated
from typedgrad.core.random import uniform as draw_uniform
from typedgrad.nn.initialisers import check_at_least_zero, check_finite
from typedgrad.nn.made import made

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.core.tensor import Tensor
    from typedgrad.nn.fields import Initializer
    from typedgrad.nn.initialisers import Fans, Shape

Mode: TypeAlias = Literal["fan_in", "fan_out", "fan_avg"]
Spread: TypeAlias = Literal["normal", "truncated_normal", "uniform"]
# The standard deviation of a standard normal distribution cut off at two.
_CUT_AT_TWO: Final = 0.87962566103423978


@made
def variance_scaling(
    scale: float = 1.0, mode: Mode = "fan_in", distribution: Spread = "truncated_normal"
) -> Initializer:
    """Values with variance `scale` over the number of inputs, or of outputs, or the mean of both.

    "truncated_normal" is cut off at two standard deviations, and wider by as much as the cut takes away. Most other
    initialisers of this kind are this one: `docs/initialisers.md` has the table.

    Raises ValueError if `scale` is negative or not finite, or for another word.

    >>> tg.nn.variance_scaling(2.0, "fan_in", "normal")(tg.random.key(0), (4, 3), "float32", (4, 3)).shape
    (4, 3)
    """
    check_finite("variance_scaling", scale=scale)
    check_at_least_zero("variance_scaling", scale=scale)
    if mode not in ("fan_in", "fan_out", "fan_avg"):
        raise ValueError(f'variance_scaling: `mode` must be "fan_in", "fan_out" or "fan_avg", got {mode!r}')
    if distribution not in ("normal", "truncated_normal", "uniform"):
        raise ValueError(
            f'variance_scaling: `distribution` must be "normal", "truncated_normal" or "uniform", got {distribution!r}'
        )

    def drawn(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
        count = {"fan_in": float(fans[0]), "fan_out": float(fans[1]), "fan_avg": 0.5 * (fans[0] + fans[1])}[mode]
        return _drawn(key, shape, dtype, scale / max(1.0, count), distribution)

    return drawn


def glorot_uniform(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Uniform on ±sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> tg.nn.glorot_uniform(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _drawn(key, shape, dtype, 2.0 / max(1, sum(fans)), "uniform")


def glorot_normal(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Normal with variance 2 / (fan_in + fan_out); the same source as `glorot_uniform`.

    >>> tg.nn.glorot_normal(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _drawn(key, shape, dtype, 2.0 / max(1, sum(fans)), "normal")


@made
def xavier_uniform(gain: float = 1.0) -> Initializer:
    """`glorot_uniform`, times `gain`.

    Raises ValueError if `gain` is negative or not finite.

    >>> tg.nn.xavier_uniform(tg.nn.gain("tanh"))(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    check_finite("xavier_uniform", gain=gain)
    check_at_least_zero("xavier_uniform", gain=gain)
    return variance_scaling(gain * gain, "fan_avg", "uniform")


@made
def xavier_normal(gain: float = 1.0) -> Initializer:
    """`glorot_normal`, times `gain`.

    Raises ValueError if `gain` is negative or not finite.

    >>> tg.nn.xavier_normal(2.0)(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    check_finite("xavier_normal", gain=gain)
    check_at_least_zero("xavier_normal", gain=gain)
    return variance_scaling(gain * gain, "fan_avg", "normal")


def he_uniform(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Uniform on ±sqrt(6 / fan_in), for layers followed by a ReLU.

    Source: He et al., "Delving deep into rectifiers", 2015.

    >>> tg.nn.he_uniform(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _drawn(key, shape, dtype, 2.0 / max(1, fans[0]), "uniform")


def he_normal(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Normal with variance 2 / fan_in; the same source as `he_uniform`.

    >>> tg.nn.he_normal(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _drawn(key, shape, dtype, 2.0 / max(1, fans[0]), "normal")


@made
def kaiming_uniform(gain: float = math.sqrt(2.0), *, mode: Mode = "fan_in") -> Initializer:
    """Uniform with standard deviation `gain / sqrt(fan)`; `he_uniform` unless told otherwise.

    Raises ValueError if `gain` is negative or not finite, or for another mode.

    >>> tg.nn.kaiming_uniform(tg.nn.gain("leaky_relu", 0.2))(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    check_finite("kaiming_uniform", gain=gain)
    check_at_least_zero("kaiming_uniform", gain=gain)
    return variance_scaling(gain * gain, mode, "uniform")


@made
def kaiming_normal(gain: float = math.sqrt(2.0), *, mode: Mode = "fan_in") -> Initializer:
    """Normal with standard deviation `gain / sqrt(fan)`; `he_normal` unless told otherwise.

    Raises ValueError if `gain` is negative or not finite, or for another mode.

    >>> tg.nn.kaiming_normal(1.0, mode="fan_out")(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    check_finite("kaiming_normal", gain=gain)
    check_at_least_zero("kaiming_normal", gain=gain)
    return variance_scaling(gain * gain, mode, "normal")


def lecun_uniform(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Uniform on ±sqrt(3 / fan_in); the same source as `lecun_normal`.

    >>> tg.nn.lecun_uniform(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _drawn(key, shape, dtype, 1.0 / max(1, fans[0]), "uniform")


def lecun_normal(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Normal with variance 1 / fan_in.

    Source: LeCun et al., "Efficient backprop", 1998.

    >>> tg.nn.lecun_normal(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _drawn(key, shape, dtype, 1.0 / max(1, fans[0]), "normal")


GainName: TypeAlias = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


def gain(activation: GainName, slope: float = 0.01) -> float:
    """By how much larger weights should be before an activation, so that signals keep their size behind it.

    Raises ValueError for another activation.

    >>> tg.nn.gain("relu") == 2**0.5
    True
    """
    known = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5.0 / 3.0,
        "relu": math.sqrt(2.0),
        "leaky_relu": math.sqrt(2.0 / (1.0 + slope * slope)),
        "selu": 0.75,
    }
    if activation not in known:
        raise ValueError(f"gain: there is none for {activation!r}; there are {', '.join(known)}")
    return known[activation]


def _drawn(key: Key, shape: Shape, dtype: str, variance: float, distribution: Spread) -> Tensor:
    if distribution == "uniform":
        bound = math.sqrt(3.0 * variance)
        return draw_uniform(key, shape, low=-bound, high=bound, dtype=dtype)
    if distribution == "normal":
        return draw_normal(key, shape, std=math.sqrt(variance), dtype=dtype)
    return (math.sqrt(variance) / _CUT_AT_TWO) * draw_truncated(key, shape, dtype=dtype)
