"""What the laws must be told of `typedgrad.ops.attention`, `typedgrad.ops.positions` and `typedgrad.ops.masks`."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np

import typedgrad as tg
from typedgrad.testing import uniform
from typedgrad.testing.laws import Case

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def _weights(query: Array, key: Array, mask: Array | None, *, causal: bool, scale: float | None) -> Any:
    t, s, d = query.shape[-2], key.shape[-2], query.shape[-1]
    if 0 in (*query.shape[:-1], s):
        return np.zeros((*query.shape[:-1], s))
    key = np.repeat(key, query.shape[-3] // key.shape[-3], axis=-3)
    scores = query @ key.swapaxes(-1, -2) * (1 / math.sqrt(max(d, 1)) if scale is None else scale)
    seen = np.tri(t, s, dtype=bool) if causal else np.ones((t, s), dtype=bool)
    e = np.where(seen if mask is None else seen & mask, np.exp(scores), 0.0)
    total = e.sum(axis=-1, keepdims=True)
    return np.divide(e, total, out=np.zeros_like(e), where=total > 0)


def _kept(shape: tuple[int, ...], noise: Array, drop: float) -> Any:
    key = tg.random.key(int(noise[0]) | int(noise[1]) << 32)
    return tg.random.bernoulli(key, 1 - drop, shape).numpy() / (1 - drop)


def _attention(
    query: Array, key: Array, value: Array, mask: Array | None, noise: Array | None, *, drop: float, **statics: Any
) -> Any:
    weights = _weights(query, key, mask, **statics)
    if noise is not None:
        weights = weights * _kept(weights.shape, noise, drop)
    if weights.size == 0:
        return np.zeros((*query.shape[:-1], value.shape[-1]))
    return weights @ np.repeat(value, query.shape[-3] // key.shape[-3], axis=-3)


def _sizes(rng: Random) -> dict[str, Any]:
    """Queries in as many heads as the keys, or several times as many; often a mask, which hides half of the keys.

    There may be no queries and no values in them; without keys, and features to compare them by, there is no average.
    """
    pool = (0, 1, 2, 3) if rng.random() < 0.2 else (1, 2, 3)
    batch = tuple(rng.choice((1, 2)) for _ in range(rng.randint(0, 2)))
    kv_heads = rng.choice((1, 2))
    heads = kv_heads * rng.choice((1, 1, 2))
    t, s, d, d_out = rng.choice(pool), rng.choice((1, 2, 3)), rng.choice((1, 2, 3)), rng.choice(pool)
    whole = (*batch, heads, t, s)
    cut = tuple(1 if rng.random() < 0.3 else n for n in whole)[rng.randint(0, len(whole)) :]
    return {
        "query": (*batch, heads, t, d),
        "key": (*batch, kv_heads, s, d),
        "value": (*batch, kv_heads, s, d_out),
        "mask": rng.choice((None, cut, whole)),
    }


def _sizes_without_values(rng: Random) -> dict[str, Any]:
    return {name: shape for name, shape in _sizes(rng).items() if name != "value"}


def _options(shapes: object, rng: Random) -> dict[str, object]:
    return {"causal": rng.random() < 0.5, "scale": rng.choice((None, 0.5, 2))}


def _options_and_drop(shapes: object, rng: Random) -> dict[str, object]:
    return {**_options(shapes, rng), "drop": rng.choice((0.25, 0.5))}


def _noise(rng: Random) -> Array:
    return np.array([rng.getrandbits(32), rng.getrandbits(32)], dtype="uint32")


def _arrays(rng: Random) -> dict[str, Any]:
    """Arrays of the sizes drawn; sometimes noise, by which weights are dropped."""
    sizes = _sizes(rng)
    mask = sizes.pop("mask")
    arrays: dict[str, Any] = {name: uniform(rng, shape) for name, shape in sizes.items()}
    if mask is not None:
        arrays["mask"] = np.asarray(uniform(rng, mask) > 0)
    return arrays | {"noise": _noise(rng)} if rng.random() < 0.5 else arrays


def _any_sizes(rng: Random) -> tuple[int, ...]:
    return tuple(rng.choice((0, 1, 2, 3)) for _ in range(rng.randint(0, 3)))


def _pairs(rng: Random) -> dict[str, Any]:
    batch = tuple(rng.choice((0, 1, 2, 3)) for _ in range(rng.randint(0, 2)))
    return {"x": (*batch, rng.randint(0, 4), 2 * rng.randint(0, 3))}


def _waves(x: Array, *, base: float) -> Any:
    t, n = x.shape[-2:]
    return np.array([[(np.cos if j % 2 else np.sin)(i / base ** (j // 2 * 2 / n)) for j in range(n)] for i in range(t)])


def _turned(x: Array, *, base: float, offset: int, interleaved: bool, inverse: bool) -> Any:
    """Pairs of features as complex numbers, multiplied by one of modulus 1."""
    t, n = x.shape[-2:]
    angles = np.outer(np.arange(offset, offset + t), float(base) ** (-np.arange(0, n, 2) / max(n, 1)))
    pairs = x[..., 0::2] + 1j * x[..., 1::2] if interleaved else x[..., : n // 2] + 1j * x[..., n // 2 :]
    pairs = pairs * np.exp((-1j if inverse else 1j) * angles)
    if interleaved:
        return np.stack((pairs.real, pairs.imag), axis=-1).reshape(x.shape)
    return np.concatenate((pairs.real, pairs.imag), axis=-1)


def _turns(shapes: object, rng: Random) -> dict[str, object]:
    flags = {name: rng.random() < 0.5 for name in ("interleaved", "inverse")}
    return {"base": rng.choice((10000.0, 50)), "offset": rng.choice((0, 3)), **flags}


CASES = {
    "attention_weights": Case(_weights, statics=_options, shapes=_sizes_without_values),
    "scaled_dot_product_attention": Case(_attention, statics=_options_and_drop, arrays=_arrays),
    "dropped_weights": Case(
        lambda x, noise, *, drop: _kept(x.shape, noise, drop),
        arrays=lambda rng: {"x": uniform(rng, _any_sizes(rng)), "noise": _noise(rng)},
        statics=lambda shapes, rng: {"drop": rng.choice((0.0, 0.25, 0.5))},
    ),
    "sinusoidal_like": Case(
        lambda x, *, base: _waves(x, base=base).reshape(x.shape[-2:]),
        shapes=_pairs,
        statics=lambda shapes, rng: {"base": rng.choice((10000.0, 50))},
    ),
    "rotary": Case(_turned, shapes=_pairs, statics=_turns),
    "length_mask": Case(
        lambda lengths, *, length: np.arange(length) < lengths[..., None],
        statics=lambda shapes, rng: {"length": rng.randint(2, 4)},
        domain=(0, 2),
    ),
}
