"""Random numbers from explicit keys: counter-based, splittable, the same bits on every backend.

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011 (Philox 4x32-10).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from typedgrad.backends import backend_for_device, namespace
from typedgrad.core.accelerate import load
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.keys import Key as Key
from typedgrad.core.keys import checked_count, checked_key, checked_sizes, checked_whole
from typedgrad.core.keys import fold_in as fold_in
from typedgrad.core.keys import key as key
from typedgrad.core.keys import split as split
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import recorder

if TYPE_CHECKING:
    from typedgrad.backends import Namespace


def bits(key: Key, shape: int | tuple[int, ...] = (), *, device: str = "cpu") -> Tensor:
    """Uniformly distributed 32-bit words.

    >>> tg.random.bits(tg.random.key(0), (2,)).dtype
    dtype('uint32')
    """
    sizes = checked_sizes("bits", shape)
    backend = backend_for_device(device)
    return Tensor(backend.xp.reshape(_words(checked_key("bits", key), math.prod(sizes), device), sizes))


def uniform(
    key: Key,
    shape: int | tuple[int, ...] = (),
    *,
    low: float = 0.0,
    high: float = 1.0,
    dtype: DTypeLike = "float32",
    device: str = "cpu",
) -> Tensor:
    """Numbers distributed uniformly over [low, high).

    Raises ValueError unless `low` <= `high`.

    >>> x = tg.random.uniform(tg.random.key(0), (1000,))
    >>> 0.45 < float(x.mean()) < 0.55
    True
    """
    if not low <= high:
        raise ValueError(f"uniform: `low` must not exceed `high`, got {low} and {high}")
    sizes = checked_sizes("uniform", shape)
    unit = _unit(checked_key("uniform", key), math.prod(sizes), _float_name("uniform", dtype), device)
    xp: Any = namespace(unit)
    return Tensor(xp.reshape(unit * (high - low) + low, sizes))


def normal(
    key: Key,
    shape: int | tuple[int, ...] = (),
    *,
    mean: float = 0.0,
    std: float = 1.0,
    dtype: DTypeLike = "float32",
    device: str = "cpu",
) -> Tensor:
    """Numbers from the normal distribution, by the Box-Muller transform.

    Raises ValueError if `std` is negative.

    >>> x = tg.random.normal(tg.random.key(0), (1000,))
    >>> abs(float(x.mean())) < 0.1
    True
    """
    if not std >= 0:
        raise ValueError(f"normal: `std` must not be negative, got {std}")
    sizes = checked_sizes("normal", shape)
    n = math.prod(sizes)
    half = (n + 1) // 2
    unit = _unit(checked_key("normal", key), 2 * half, _float_name("normal", dtype), device)
    xp: Any = namespace(unit)
    # 1 - u lies in (0, 1], where the logarithm is finite.
    radius = xp.sqrt(-2.0 * xp.log(1.0 - unit[:half]))
    angle = (2.0 * math.pi) * unit[half:]
    both = xp.concat((radius * xp.cos(angle), radius * xp.sin(angle)))[:n]
    return Tensor(xp.reshape(both * std + mean, sizes))


def truncated_normal(
    key: Key,
    shape: int | tuple[int, ...] = (),
    *,
    low: float = -2.0,
    high: float = 2.0,
    dtype: DTypeLike = "float32",
    device: str = "cpu",
) -> Tensor:
    """Numbers from the standard normal distribution restricted to [low, high], by drawing again what falls outside.

    Raises ValueError unless `low` < `high`.

    >>> x = tg.random.truncated_normal(tg.random.key(0), (1000,))
    >>> float(x.max()) <= 2.0
    True
    """
    if not low < high:
        raise ValueError(f"truncated_normal: `low` must be less than `high`, got {low} and {high}")
    if high < -4 or low > 4 or high - low < 0.05:
        raise ValueError(f"truncated_normal: [{low}, {high}] holds too little of the distribution to be drawn from")
    shape = checked_sizes("truncated_normal", shape)
    dtype = _float_name("truncated_normal", dtype)
    drawn: Any = normal(checked_key("truncated_normal", key), shape, dtype=dtype, device=device).data
    xp: Any = namespace(drawn)
    attempt = 0
    while True:
        outside = xp.logical_or(drawn < low, drawn > high)
        if not bool(xp.any(outside)):
            return Tensor(drawn)
        attempt += 1
        again: Any = normal(fold_in(key, attempt), shape, dtype=dtype, device=device).data
        drawn = xp.where(outside, again, drawn)


def bernoulli(key: Key, p: float, shape: int | tuple[int, ...] = (), *, device: str = "cpu") -> Tensor:
    """True with probability `p`.

    Raises ValueError unless 0 <= p <= 1.

    >>> tg.random.bernoulli(tg.random.key(0), 1.0, (3,))
    Tensor([ True,  True,  True], dtype=bool)
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"bernoulli: `p` must be a probability, got {p}")
    sizes = checked_sizes("bernoulli", shape)
    unit = _unit(checked_key("bernoulli", key), math.prod(sizes), "float32", device)
    return Tensor(namespace(unit).reshape(unit < p, sizes))


def randint(key: Key, shape: int | tuple[int, ...] = (), *, low: int = 0, high: int, device: str = "cpu") -> Tensor:
    """Integers distributed uniformly over low, ..., high - 1.

    Raises ValueError unless low < high.

    >>> x = tg.random.randint(tg.random.key(0), (100,), low=2, high=5)
    >>> int(x.min()), int(x.max())
    (2, 4)
    """
    sizes = checked_sizes("randint", shape)
    if not checked_whole("randint", "low", low) < checked_whole("randint", "high", high):
        raise ValueError(f"randint: `low` must be less than `high`, got {low} and {high}")
    span = high - low
    if span > 2**53:
        raise ValueError(f"randint: high - low must be at most 2**53, got {span}")
    unit = _unit(checked_key("randint", key), math.prod(sizes), "float64", device)
    xp: Any = namespace(unit)
    whole = xp.astype(xp.floor(unit * float(span)), xp.int64) + low
    return Tensor(xp.reshape(whole, sizes))


def permutation(key: Key, n: int, *, device: str = "cpu") -> Tensor:
    """The numbers 0, ..., n - 1 in random order.

    >>> sorted(tg.random.permutation(tg.random.key(0), 4).tolist())
    [0, 1, 2, 3]
    """
    words = _words(checked_key("permutation", key), 2 * checked_count("permutation", n), device)
    xp: Any = namespace(words)
    wide = xp.astype(words, xp.uint64)
    # 64 bits a number: ties, which would favour the lower one, are out of reach.
    return Tensor(xp.argsort(wide[:n] * 2**32 + wide[n:], stable=True))


def _float_name(function: str, dtype: DTypeLike) -> str:
    name = dtype_name(dtype)
    if name not in ("float32", "float64", "float16"):
        raise TypeError(f"{function}: `dtype` must be a float, not {name}")
    return name


def _words(key: Key, n: int, device: str) -> Any:
    if key.is_open:
        return recorder().bits(key, n)
    load()  # there may be a kernel for it
    return backend_for_device(device).random_bits(key.words, 0, n, device=device)


def _unit(key: Key, n: int, dtype: str, device: str) -> Any:
    """Uniform numbers in [0, 1) with as many random bits as the dtype holds."""
    if dtype == "float64":
        words = _words(key, 2 * n, device)
        xp: Namespace[Any] = namespace(words)
        wide = xp.astype(words, xp.uint64)
        mantissa = (wide[:n] * 2**32 + wide[n:]) >> 11
        return xp.astype(mantissa, xp.float64) * 2.0**-53
    words = _words(key, n, device)
    xp = namespace(words)
    if dtype == "float16":
        return xp.astype(xp.astype(words >> 21, xp.float32) * 2.0**-11, native(xp, dtype))
    return xp.astype(words >> 8, xp.float32) * 2.0**-24
