"""Kernels for attention, a few queries at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import Like, code_of, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node

_BLOCK = 64  # queries of one piece of work, as in `native/attention.h`


@accelerates("typedgrad.ops.attention.scaled_dot_product_attention")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    query, key, value, mask, noise = avals
    if noise is not None or not serves(query, key, value, outs[0]):
        return None
    *batch, heads, t, d = query.shape
    kv_heads, s, d_out = key.shape[-3], key.shape[-2], value.shape[-1]
    n = math.prod(batch)
    scale = 1.0 / math.sqrt(d) if statics["scale"] is None else float(statics["scale"])
    dtype, code = query.dtype, code_of(query)
    q, k, v = (Like((n, *a.shape[-3:]), dtype) for a in (query, key, value))
    hidden = None if mask is None else Like((n, heads, t, s), mask.dtype)
    out, logs = Like((n, t, heads, d_out), dtype), Like((n, heads, t), dtype)
    blocks = -(-t // _BLOCK)
    options: dict[str, Any] = {
        "sizes": (n, heads, kv_heads, t, s, d, d_out, int(statics["causal"]), blocks), "settings": (scale,)
    }  # fmt: skip
    forward = plan(
        "attention",
        (q, k, v, hidden),
        ((code, out.shape), (code, logs.shape)),
        work=n * heads * blocks,
        unit=min(t, _BLOCK) * s * (d + d_out) // 8,
        as_they_lie={0: 2, 1: 2, 2: 2, 3: 3},
        **options,
    )
    back = plan(
        "attention_back",
        (Like((n, heads, t, d_out), dtype), q, k, v, Like((n, heads, t, d_out), dtype), hidden, logs),
        ((code, (n, t, heads, d)), (code, (n, s, kv_heads, d)), (code, (n, s, kv_heads, d_out))),
        work=n * kv_heads,
        unit=heads // kv_heads * t * s * (2 * d + d_out) // 4,
        as_they_lie={0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 3},
        **options,
    )

    def four(x: Any) -> Any:
        return x if x.ndim == 4 else x.reshape(n, *x.shape[-3:])

    def shown(mask: Any) -> Any:
        return None if mask is None else four(np.broadcast_to(mask, (*batch, heads, t, s)))

    def heads_first(x: Any) -> Any:
        return x.swapaxes(1, 2).reshape(*batch, x.shape[2], x.shape[1], x.shape[3])

    def save(query: Any, key: Any, value: Any, mask: Any, noise: None) -> Any:
        made, logs = forward(four(query), four(key), four(value), shown(mask))
        return heads_first(made), logs

    def run(query: Any, key: Any, value: Any, mask: Any, noise: None) -> Any:
        return save(query, key, value, mask, noise)[0]

    def pull(g: Any, node: Node, logs: Any) -> Any:
        _, inputs, out = node
        query, key, value = (four(x.data) for x in inputs[:3])
        hidden = shown(inputs[3].data) if mask is not None else None
        made = back(four(g), query, key, value, four(out), hidden, logs)
        return (*map(heads_first, made), *([None] if mask is not None else []))

    return Kernel(run, pull, save)
