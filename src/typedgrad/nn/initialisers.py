"""How parameters get their first values.

Each is a function of (key, shape, dtype, (fan_in, fan_out)); those with options are made by calling their name.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.core.random import Key
from typedgrad.core.random import normal as draw_normal
from typedgrad.core.random import uniform as draw_uniform
from typedgrad.ops import create

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.nn.fields import Initializer

Shape = tuple[int, ...]
Fans = tuple[int, int]


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


def constant(value: float) -> Initializer:
    """Every element `value`.

    >>> tg.nn.constant(0.5)(tg.random.key(0), (2,), "float32", (2, 2))
    Tensor([0.5, 0.5], dtype=float32)
    """
    return lambda key, shape, dtype, fans: create.full(shape, value, dtype=dtype)


def normal(std: float = 0.01) -> Initializer:
    """Normal with standard deviation `std`.

    >>> tg.nn.normal(0.02)(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return lambda key, shape, dtype, fans: draw_normal(key, shape, std=std, dtype=dtype)


def glorot_uniform(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Uniform on ±sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> tg.nn.glorot_uniform(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _uniform(key, shape, dtype, 6.0 / max(1, sum(fans)))


def glorot_normal(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Normal with variance 2 / (fan_in + fan_out); the same source as `glorot_uniform`.

    >>> tg.nn.glorot_normal(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return draw_normal(key, shape, std=math.sqrt(2.0 / max(1, sum(fans))), dtype=dtype)


def he_uniform(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Uniform on ±sqrt(6 / fan_in), for layers followed by a ReLU.

    Source: He et al., "Delving deep into rectifiers", 2015.

    >>> tg.nn.he_uniform(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return _uniform(key, shape, dtype, 6.0 / max(1, fans[0]))


def he_normal(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Normal with variance 2 / fan_in; the same source as `he_uniform`.

    >>> tg.nn.he_normal(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return draw_normal(key, shape, std=math.sqrt(2.0 / max(1, fans[0])), dtype=dtype)


def lecun_normal(key: Key, shape: Shape, dtype: str, fans: Fans) -> Tensor:
    """Normal with variance 1 / fan_in.

    Source: LeCun et al., "Efficient backprop", 1998.

    >>> tg.nn.lecun_normal(tg.random.key(0), (2, 3), "float32", (2, 3)).shape
    (2, 3)
    """
    return draw_normal(key, shape, std=math.sqrt(1.0 / max(1, fans[0])), dtype=dtype)


def _uniform(key: Key, shape: Shape, dtype: str, square: float) -> Tensor:
    bound = math.sqrt(square)
    return draw_uniform(key, shape, low=-bound, high=bound, dtype=dtype)
