"""Attention: averages of values, weighted by how well their keys match each query.

Queries may have more heads than keys and values have (grouped queries): each head of the keys then serves as many
consecutive heads of the queries. These are put one below the other, so that one product of matrices serves the group.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxtyping import Bool, Float, UInt32

from typedgrad.backends import backend_of, namespace
from typedgrad.core.primitive import nondifferentiable, primitive, vjp, where
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import sum
from typedgrad.ops.softmax import top
from typedgrad.shapes import Dim, Shape, ShapeError, at_most, broadcast, divides
from typedgrad.shapes.compare import compare_runs
from typedgrad.shapes.relations import broadcast_clash

if TYPE_CHECKING:
    from typing import Any

    from typedgrad.backends import Namespace


@primitive
def attention_weights(
    query: Float[Tensor, "*batch heads t d"],
    key: Float[Tensor, "*batch kv_heads s d"],
    mask: Bool[Tensor, "..."] | None = None,
    *,
    causal: bool = False,
    scale: Number | None = None,
) -> Float[Tensor, "*batch heads t s"]:
    """`softmax(query @ key.mT * scale)` over what each query may see: the weights of `scaled_dot_product_attention`.

    Takes and raises what that does. A query that may see nothing has weights 0.

    >>> x = tg.zeros((1, 2, 4))
    >>> tg.attention_weights(x, x, causal=True)
    Tensor([[[1. , 0. ],
            [0.5, 0.5]]], dtype=float32)
    """
    return _weights(query, key, mask, causal, _scale(query, scale))


@primitive
def scaled_dot_product_attention(
    query: Float[Tensor, "*batch heads t d"],
    key: Float[Tensor, "*batch kv_heads s d"],
    value: Float[Tensor, "*batch kv_heads s d_out"],
    mask: Bool[Tensor, "..."] | None = None,
    noise: UInt32[Tensor, "2"] | None = None,
    *,
    causal: bool = False,
    scale: Number | None = None,
    drop: Number = 0.0,
) -> Float[Tensor, "*batch heads t d_out"]:
    """`softmax(query @ key.mT * scale) @ value`: for each query, the average of the values that it may see.

    A query that may see nothing gets zeros. Weights are not kept for the gradient, but computed again; so is which of
    them are dropped.

    Args:
        query: what is looked for, at `t` places.
        key: what there is, at `s` places; its heads divide those of the queries, and serve as many of them each.
        value: what is to be averaged.
        mask: true where a query may see a key; it broadcasts to `*batch heads t s`.
        noise: the two words of a random key, from which it follows what is dropped; without it nothing is.
        causal: whether query `i` may only see keys 0 to `i`.
        scale: of the products; 1 / sqrt(d) by default.
        drop: the probability to drop a weight; the others are scaled by 1 / (1 - drop).

    Source: Vaswani et al., "Attention is all you need", 2017, equation 1; grouped queries: Ainslie et al., "GQA", 2023;
    the gradient: Dao et al., "FlashAttention", 2022.

    Raises ShapeError unless the sizes agree, there are keys and features, the heads divide, and the mask broadcasts;
    ValueError unless 0 <= drop < 1.

    >>> x = tg.asarray([[[1.0, 0.0], [0.0, 1.0]]])
    >>> tg.scaled_dot_product_attention(x, x, x, mask=tg.asarray([[True, False], [True, True]]), scale=0)
    Tensor([[[1. , 0. ],
            [0.5, 0.5]]], dtype=float32)
    """
    xp = namespace(query)
    _check_drop(float(drop))
    weights = _weights(query, key, mask, causal, _scale(query, scale))
    if noise is not None:
        weights = weights * _factors(weights, noise, float(drop))
    averages = xp.matmul(xp.reshape(weights, _grouped(weights, key)), value)
    return xp.reshape(averages, (*query.shape[:-1], value.shape[-1]))


def _checked(batch: Shape, heads: Dim, kv_heads: Dim, t: Dim, s: Dim, d: Dim, mask: Shape | None) -> dict[str, Shape]:
    at_most(1, s, "`key` has no places to be seen")
    at_most(1, d, "the heads have no features to compare")
    divides(kv_heads, heads, "the heads of `key` must divide those of `query`")
    wanted = (*batch, heads, t, s)
    if mask is not None and (
        broadcast_clash(mask, wanted) is not None or compare_runs(broadcast(mask, wanted), wanted) == "refuted"
    ):
        raise ShapeError(
            f"`mask` [{' '.join(map(str, mask))}] must broadcast to [{' '.join(map(str, wanted))}], "
            "the queries by the keys of each head"
        )
    return {}


where(attention_weights)(_checked)
where(scaled_dot_product_attention)(_checked)


# With p = softmax(s) and s = scale q k': ds = p (dp - sum(dp p)), dq = scale ds k, dk = scale ds' q. Where p is masked
# it is 0, and so is ds: the same formula serves.
@vjp(attention_weights)
def _(
    g: Tensor,
    out: Tensor,
    query: Tensor,
    key: Tensor,
    mask: Tensor | None,
    *,
    causal: bool,
    scale: Number | None,
) -> tuple[Tensor, Tensor, None]:
    ds = out * (g - sum(g * out, -1, keepdims=True)) * _scale(query, scale)
    return (*_products(reshape(ds, _grouped(ds, key)), query, key), None)


# With o = p v: dv = p' g, dp = g v', and sum(dp p) = sum(g o), which needs no p. Where weights are dropped, by
# factors f, o = (f p) v: dv = (f p)' g, dp = f (g v'), and sum(dp p) = sum(g o) all the same.
@vjp(scaled_dot_product_attention)
def _(
    g: Tensor,
    out: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    noise: Tensor | None,
    *,
    causal: bool,
    scale: Number | None,
    drop: Number,
) -> tuple[Tensor, Tensor, Tensor, None, None]:
    p = attention_weights(query, key, mask, causal=causal, scale=scale)
    factors = None if noise is None else reshape(dropped_weights(p, noise, drop=drop), _grouped(p, key))
    p, rows = reshape(p, _grouped(p, key)), reshape(g, _grouped(g, key))
    taken = reshape(sum(g * out, -1, keepdims=True), (*rows.shape[:-1], 1))
    dp, seen = rows @ value.mT, p
    if factors is not None:
        dp, seen = dp * factors, p * factors
    ds = p * (dp - taken) * _scale(query, scale)
    return (*_products(ds, query, key), seen.mT @ rows, None, None)


@nondifferentiable
@primitive
def dropped_weights(x: Float[Tensor, "*s"], noise: UInt32[Tensor, "2"], /, *, drop: Number) -> Float[Tensor, "*s"]:
    """What to multiply weights such as `x` by: 0 with probability `drop`, and 1 / (1 - drop) elsewhere.

    `noise` has the two words of a random key, from which it follows where.

    Raises ValueError unless 0 <= drop < 1.

    >>> from typedgrad.ops.attention import dropped_weights
    >>> dropped_weights(tg.ones(4), tg.asarray([0, 0], dtype="uint32"), drop=0.5)
    Tensor([2., 0., 0., 0.], dtype=float32)
    """
    return _factors(x, noise, float(drop))


def _check_drop(drop: float) -> None:
    if not 0.0 <= drop < 1.0:
        raise ValueError(f"scaled_dot_product_attention: `drop` must be at least 0 and less than 1, got {drop}")


def _factors(x: Tensor, noise: Tensor, drop: float) -> Tensor:
    _check_drop(drop)
    xp, backend = namespace(x), backend_of(x)
    first, second = (int(word) for word in backend.to_numpy(noise))
    words: Any = backend.random_bits((first, second), 0, math.prod(x.shape), device=backend.device(x))
    kept = xp.astype(words >> 8, xp.float32) * 2.0**-24 < 1.0 - drop
    return xp.astype(xp.reshape(kept, x.shape), x.dtype) * (1.0 / (1.0 - drop))


def _products(ds: Tensor, query: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
    """The cotangents of the queries and the keys from that of their products, which stand in groups."""
    return reshape(ds @ key, query.shape), ds.mT @ reshape(query, _grouped(query, key))


def _grouped(x: Tensor, key: Tensor) -> tuple[int, ...]:
    """The shape of `x`, an array `*batch heads t n`, with the heads that share a head of the keys below each other."""
    *batch, heads, t, n = x.shape
    kv_heads = key.shape[-3]
    return (*batch, kv_heads, t if kv_heads == 0 else heads // kv_heads * t, n)


def _scale(query: Tensor, scale: Number | None) -> float:
    if scale is not None:
        if not math.isfinite(scale):
            raise ValueError(f"scaled_dot_product_attention: `scale` must be a finite number, got {scale}")
        return float(scale)
    d: Any = query.shape[-1]
    # Only shapes are wanted where the size is not a number, so that any scale will do.
    return 1.0 / math.sqrt(max(d, 1)) if isinstance(d, int) else 1.0


def _weights(query: Tensor, key: Tensor, mask: Tensor | None, causal: bool, scale: float) -> Tensor:
    """The weights, computed on raw arrays."""
    xp = namespace(query)
    shape = (*query.shape[:-1], key.shape[-2])
    if 0 in shape:
        return xp.zeros(shape, dtype=query.dtype)
    rows = xp.reshape(query * scale, _grouped(query, key))
    scores = xp.reshape(xp.matmul(rows, xp.matrix_transpose(key)), shape)
    seen = _seen(xp, mask, shape) if causal else mask
    if seen is not None:
        scores = xp.where(seen, scores, xp.asarray(-math.inf, dtype=scores.dtype))
    e = xp.exp(scores - top(xp, scores, -1))
    total = xp.sum(e, axis=-1, keepdims=True)
    return e / xp.where(total == 0.0, xp.asarray(1.0, dtype=e.dtype), total)


def _seen(xp: Namespace[Tensor], mask: Tensor | None, shape: tuple[int, ...]) -> Tensor:
    """What causal queries may see."""
    before = xp.arange(shape[-2])[:, None] >= xp.arange(shape[-1])[None, :]
    return before if mask is None else before & mask
