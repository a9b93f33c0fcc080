"""Attention, positions, and the blocks of transformers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.layers import Params, of_layer, under
from tests.peers.peer import functional, torch
from tests.peers.row import Draw, Row, Setting
from tests.peers.rows_noise import MASK, close
from typedgrad import nn


def exact(*arguments: Any, **options: Any) -> Any:
    """Their attention by plain matrix products: the fused kernels have no second gradient."""
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return functional.scaled_dot_product_attention(*arguments, **options)


def _attention(d: Draw) -> Setting:
    query, key, features, causal, scale, masked = d.one_of(
        ((2, 3, 4, 5), (2, 3, 6, 5), 7, False, None, False),
        ((2, 4, 5, 6), (2, 2, 5, 6), 6, True, None, False),
        ((1, 6, 3, 2), (1, 1, 4, 2), 3, False, 0.3, True),
        ((3, 2, 8, 4), (3, 2, 8, 4), 4, False, None, True),
    )
    mask = d.mask(query[0], 1, query[2], key[2])
    mask[..., 0] = True  # theirs gives NaN where there is nothing to see
    arrays = (d.normal(*query), d.normal(*key), d.normal(*key[:-1], features))

    def ours(q: Any, k: Any, v: Any, m: Any) -> Any:
        return tg.scaled_dot_product_attention(q, k, v, m if masked else None, causal=causal, scale=scale)

    def theirs(q: Any, k: Any, v: Any, m: Any) -> Any:
        return exact(q, k, v, attn_mask=m if masked else None, is_causal=causal, scale=scale, enable_gqa=True)

    return Setting((*arrays, mask), ours, theirs)


def _weights(d: Draw) -> Setting:
    heads, kv_heads, causal = d.one_of((3, 3, False), (4, 2, True), (4, 1, False))

    def theirs(q: Any, k: Any) -> Any:
        scores = q @ k.repeat_interleave(heads // kv_heads, dim=-3).mT / math.sqrt(q.shape[-1])
        if causal:
            scores = scores.masked_fill(~torch.ones(5, 5, dtype=torch.bool).tril(), -torch.inf)
        return torch.softmax(scores, -1)

    return Setting(
        (d.normal(2, heads, 5, 4), d.normal(2, kv_heads, 5, 4)),
        lambda q, k: tg.attention_weights(q, k, causal=causal),
        theirs,
    )


def _linear(p: Params, name: str, x: Any) -> Any:
    return functional.linear(x, p[f"{name}.weight"].T, p.get(f"{name}.bias"))


def heads_of(
    p: Params, x: Any, memory: Any, heads: int, kv_heads: int, mask: Any = None, *, causal: bool = False
) -> Any:
    """Attention of several heads with our parameters."""

    def parted(y: Any, count: int) -> Any:
        return y.reshape(*y.shape[:-1], count, -1).transpose(-2, -3)

    q, k, v = (
        parted(_linear(p, name, y), count)
        for name, y, count in (("query", x, heads), ("key", memory, kv_heads), ("value", memory, kv_heads))
    )
    found = exact(q, k, v, attn_mask=mask, is_causal=causal, enable_gqa=True)
    return _linear(p, "out", found.transpose(-2, -3).reshape(x.shape))


def _multi_head(d: Draw) -> Setting:
    """Beside their layer, whose weights are ours put together."""
    features, heads, n, t, s = d.one_of((8, 2, 3, 5, 7), (6, 3, 1, 4, 2), (4, 1, 2, 6, 6))
    seen = d.mask(t, s)
    seen[:, 0] = True

    def theirs(p: Params, x: Any, memory: Any, seen: Any) -> Any:
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return functional.multi_head_attention_forward(
                x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), features, heads,
                torch.cat([p[f"{name}.weight"].T for name in ("query", "key", "value")]),
                torch.cat([p[f"{name}.bias"] for name in ("query", "key", "value")]),
                None, None, False, 0.0, p["out.weight"].T, p["out.bias"], attn_mask=~seen, need_weights=False,
            )[0].transpose(0, 1)  # fmt: skip

    return of_layer(
        d,
        nn.MultiHeadAttention(features=features, heads=heads),
        (d.normal(n, t, features), d.normal(n, s, features), seen),
        theirs,
        lambda model, x, memory, seen: model(x, memory, mask=seen),
    )


def _grouped(d: Draw) -> Setting:
    heads, kv_heads = d.one_of((4, 2), (4, 1), (2, 2))
    return of_layer(
        d,
        nn.MultiHeadAttention(features=8, heads=heads, kv_heads=kv_heads, causal=True, use_bias=d.index != 1),
        (d.normal(2, 5, 8),),
        lambda p, x: heads_of(p, x, x, heads, kv_heads, causal=True),
    )


def _rotated(x: Any, interleaved: bool, base: float = 10000.0) -> Any:
    """Each pair of features as a complex number, turned."""
    t, n = x.shape[-2:]
    angles = torch.arange(t, dtype=x.dtype)[:, None] * base ** (-torch.arange(0, n, 2, dtype=x.dtype) / n)
    a, b = (x[..., ::2], x[..., 1::2]) if interleaved else (x[..., : n // 2], x[..., n // 2 :])
    a, b = a * torch.cos(angles) - b * torch.sin(angles), a * torch.sin(angles) + b * torch.cos(angles)
    return torch.stack([a, b], -1).flatten(-2) if interleaved else torch.cat([a, b], -1)


def _rotary(d: Draw) -> Setting:
    interleaved = d.index == 1
    return Setting(
        (d.normal(*d.shape(0, 2), 5, 6),),
        lambda x: tg.rotary(x, interleaved=interleaved),
        lambda x: _rotated(x, interleaved),
    )


def _sinusoidal(t: int, n: int) -> Any:
    angles = torch.arange(t, dtype=torch.float64)[:, None] * 10000.0 ** (-torch.arange(0, n, 2).double() / n)
    return torch.stack([torch.sin(angles), torch.cos(angles)], -1).flatten(-2)


def _positions(d: Draw) -> Setting:
    t, n = d.size(), 2 * d.size()
    return Setting((), lambda: tg.sinusoidal_positions(t, n, dtype="float64"), lambda: _sinusoidal(t, n))


def _positions_like(d: Draw) -> Setting:
    t, n = d.size(), 2 * d.size()
    return Setting((d.normal(2, t, n),), tg.sinusoidal_like, lambda x: _sinusoidal(t, n))


def _positions_layer(d: Draw) -> Setting:
    t, n = d.size(), 2 * d.size()
    return Setting((d.normal(2, t, n),), nn.SinusoidalPositions(), lambda x: x + _sinusoidal(t, n))


def _feed(p: Params, x: Any) -> Any:
    return _linear(p, "down", functional.gelu(_linear(p, "up", x)))


def _feed_forward(d: Draw) -> Setting:
    return of_layer(d, nn.FeedForward(features=4, hidden=d.size()), (d.normal(2, 3, 4),), _feed)


def _norm(p: Params, name: str, x: Any) -> Any:
    return functional.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"])


def _their_encoder(p: Params, features: int, heads: int, pre_norm: bool) -> tuple[Any, Params]:
    """Their layer, and our parameters by its names."""
    layer = torch.nn.TransformerEncoderLayer(
        features, heads, 10, 0.0, "gelu", batch_first=True, norm_first=pre_norm, dtype=torch.float64
    )
    names = {"norm1": "attention_norm", "norm2": "feed_norm", "linear1": "feed.up", "linear2": "feed.down"}
    return layer, {**_attention_names(p, "self_attn", "attention"), **_named(p, names)}


def _their_decoder(p: Params, features: int, heads: int, pre_norm: bool) -> tuple[Any, Params]:
    layer = torch.nn.TransformerDecoderLayer(
        features, heads, 10, 0.0, "gelu", batch_first=True, norm_first=pre_norm, dtype=torch.float64
    )
    names = {
        "norm1": "attention_norm", "norm2": "memory_norm", "norm3": "feed_norm", "linear1": "feed.up",
        "linear2": "feed.down",
    }  # fmt: skip
    attention = {
        **_attention_names(p, "self_attn", "attention"),
        **_attention_names(p, "multihead_attn", "memory_attention"),
    }
    return layer, {**attention, **_named(p, names)}


def _named(p: Params, names: dict[str, str]) -> Params:
    found = {}
    for theirs, ours in names.items():
        weight = p[f"{ours}.weight"]
        found[f"{theirs}.weight"] = weight.T if weight.ndim == 2 else weight
        found[f"{theirs}.bias"] = p[f"{ours}.bias"]
    return found


def _attention_names(p: Params, theirs: str, ours: str) -> Params:
    q = under(p, ours)
    return {
        f"{theirs}.in_proj_weight": torch.cat([q[f"{name}.weight"].T for name in ("query", "key", "value")]),
        f"{theirs}.in_proj_bias": torch.cat([q[f"{name}.bias"] for name in ("query", "key", "value")]),
        f"{theirs}.out_proj.weight": q["out.weight"].T,
        f"{theirs}.out_proj.bias": q["out.bias"],
    }


def _encoder(d: Draw) -> Setting:
    features, heads, pre_norm = d.one_of((8, 2, True), (6, 3, False), (6, 1, True), (8, 4, False))

    def theirs(p: Params, x: Any) -> Any:
        layer, named = _their_encoder(p, features, heads, pre_norm)
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return torch.func.functional_call(layer.train(), named, (x,))

    layer = nn.TransformerEncoderBlock(features=features, heads=heads, hidden=10, pre_norm=pre_norm)
    return of_layer(d, layer, (d.normal(2, 5, features),), theirs, scale=0.2)


def _decoder(d: Draw) -> Setting:
    features, heads, pre_norm = d.one_of((8, 2, True), (6, 3, False), (6, 1, True), (8, 4, False))

    def theirs(p: Params, x: Any, memory: Any) -> Any:
        layer, named = _their_decoder(p, features, heads, pre_norm)
        hidden = ~torch.ones(4, 4, dtype=torch.bool).tril()
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return torch.func.functional_call(layer.train(), named, (x, memory), {"tgt_mask": hidden})

    layer = nn.TransformerDecoderBlock(features=features, heads=heads, hidden=10, pre_norm=pre_norm)
    return of_layer(d, layer, (d.normal(2, 4, features), d.normal(2, 5, features)), theirs, scale=0.2)


def _dropped(d: Draw) -> Setting:
    """Which weights are dropped is seen where the values are unit vectors."""
    drop, t, s = d.one_of(0.1, 0.3, 0.5), 30, 20
    noise = tg.asarray(np.array([d.index, 7], dtype="uint32"))
    zeros = tg.zeros((2, 3, t, 4), dtype="float64")
    shown = tg.scaled_dot_product_attention(
        zeros, zeros[:, :, :s], tg.asarray(np.broadcast_to(np.eye(s), (2, 3, s, s)).copy()), noise=noise, drop=drop
    )
    kept = tg.to_numpy(shown) > 0.0
    close(float(kept.mean()), 1.0 - drop, math.sqrt(drop * (1.0 - drop) / kept.size))

    def theirs(q: Any, k: Any, v: Any) -> Any:
        weights = torch.softmax(q @ k.mT / 2.0, -1)
        return torch.where(torch.tensor(kept), weights / (1.0 - drop), 0.0) @ v

    return Setting(
        (d.normal(2, 3, t, 4), d.normal(2, 3, s, 4), d.normal(2, 3, s, 5)),
        lambda q, k, v: tg.scaled_dot_product_attention(q, k, v, noise=noise, drop=drop),
        theirs,
    )


def _additive(d: Draw) -> Setting:
    seen = d.mask(2, 3, 5)
    seen[..., 0] = True

    def theirs(p: Params, x: Any, memory: Any, seen: Any) -> Any:
        told = torch.tanh((x @ p["query"])[..., None, :] + (memory @ p["key"])[..., None, :, :] + p["bias"])
        return torch.softmax((told @ p["score"]).masked_fill(~seen, -torch.inf), -1) @ memory

    layer = nn.AdditiveAttention(features=4, memory_features=6, hidden=d.size(2, 5))
    return of_layer(
        d,
        layer,
        (d.normal(2, 3, 4), d.normal(2, 5, 6), seen),
        theirs,
        lambda model, x, memory, seen: model(x, memory, mask=seen),
    )


def _queries(d: Draw) -> Setting:
    heads, n = d.one_of(2, 1, 4), d.size()

    def theirs(p: Params, x: Any) -> Any:
        return heads_of(under(p, "attention"), p["query"].expand(2, n, 8), x, heads, heads)

    return of_layer(d, nn.LearnedQueries(queries=n, features=8, heads=heads), (d.normal(2, 5, 8),), theirs)


def _learned(d: Draw) -> Setting:
    t = d.size()
    return of_layer(
        d, nn.LearnedPositions(length=6, features=4), (d.normal(2, t, 4),), lambda p, x: x + p["weight"][:t]
    )


def _rotary_layer(d: Draw) -> Setting:
    interleaved = d.index == 1
    return Setting(
        (d.normal(2, d.size(), 6),), nn.RotaryPositions(interleaved=interleaved), lambda x: _rotated(x, interleaved)
    )


def _causal_mask(d: Draw) -> Setting:
    n = d.size()
    return Setting((), lambda: tg.causal_mask(n), lambda: torch.ones(n, n, dtype=torch.bool).tril())


def _length_mask(d: Draw) -> Setting:
    return Setting((d.integers(0, 6, 4),), lambda n: tg.length_mask(n, 6), lambda n: torch.arange(6) < n[:, None])


MASKED = "masks say what is seen, theirs (in layers) what is hidden; rows that see nothing are 0, theirs NaN"

ROWS = [
    Row("scaled_dot_product_attention", "torch.nn.functional.scaled_dot_product_attention", _attention, draws=4,
        note="masks, causal, scale, grouped queries; rows that see nothing are 0, theirs NaN"),
    Row("scaled_dot_product_attention", "formula in PyTorch, our mask of dropped weights", _dropped, note=MASK),
    Row("nn.AdditiveAttention", "formula in PyTorch", _additive),
    Row("nn.LearnedQueries", "torch.nn.functional.scaled_dot_product_attention", _queries),
    Row("nn.LearnedPositions", "torch.add", _learned), Row("nn.RotaryPositions", "formula in PyTorch", _rotary_layer),
    Row("attention_weights", "formula in PyTorch", _weights),
    Row("nn.MultiHeadAttention", "torch.nn.functional.multi_head_attention_forward", _multi_head, note=MASKED),
    Row("nn.MultiHeadAttention", "torch.nn.functional.scaled_dot_product_attention, grouped queries", _grouped),
    Row("rotary", "formula in PyTorch", _rotary),
    Row("sinusoidal_positions", "formula in PyTorch", _positions, 0, single=False),
    Row("sinusoidal_like", "formula in PyTorch", _positions_like, 0),
    Row("nn.SinusoidalPositions", "formula in PyTorch", _positions_layer),
    Row("nn.FeedForward", "torch.nn.functional.linear, gelu", _feed_forward),
    Row("nn.TransformerEncoderBlock", "torch.nn.TransformerEncoderLayer", _encoder, draws=4,
        note="normalised first by default, as modern models are; theirs afterwards"),
    Row("nn.TransformerDecoderBlock", "torch.nn.TransformerDecoderLayer", _decoder, draws=4,
        note="causal by default, theirs by a mask; normalised first by default, theirs afterwards"),
    Row("causal_mask", "torch.tril", _causal_mask, 0, single=False),
    Row("length_mask", "torch.arange", _length_mask, 0),
]  # fmt: skip
