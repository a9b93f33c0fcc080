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


class _Attention:
    """The plans for calls of one signature, and what leads to them."""

    def __init__(self, avals: tuple[Any, ...], statics: dict[str, Any]) -> None:
        query, key, value, self.mask, _ = avals
        *self.batch, self.heads, self.t, self.d = query.shape
        self.kv_heads, self.s, self.d_out = key.shape[-3], key.shape[-2], value.shape[-1]
        self.n = math.prod(self.batch)
        self.dtype, self.code = query.dtype, code_of(query)
        self.taken = [Like((self.n, *a.shape[-3:]), query.dtype) for a in (query, key, value)]
        self.hidden = None if self.mask is None else Like((self.n, self.heads, self.t, self.s), self.mask.dtype)
        self.blocks = -(-self.t // _BLOCK)
        scale = 1.0 / math.sqrt(self.d) if statics["scale"] is None else float(statics["scale"])
        sizes = (
            self.n,
            self.heads,
            self.kv_heads,
            self.t,
            self.s,
            self.d,
            self.d_out,
            int(statics["causal"]),
            self.blocks,
        )
        self.options: dict[str, Any] = {"sizes": sizes, "settings": (scale,)}
        self.forward, self.back = self._forward(), self._back()

    def _forward(self) -> Any:
        return plan(
            "attention",
            (*self.taken, self.hidden),
            (
                (self.code, (self.n, self.t, self.heads, self.d_out)),
                (self.code, (self.n, self.heads, self.t)),
            ),
            work=self.n * self.heads * self.blocks,
            unit=min(self.t, _BLOCK) * self.s * (self.d + self.d_out) // 8,
            as_they_lie={0: 2, 1: 2, 2: 2, 3: 3},
            **self.options,
        )

    def _back(self) -> Any:
        out = Like((self.n, self.heads, self.t, self.d_out), self.dtype)
        logs = Like((self.n, self.heads, self.t), self.dtype)
        return plan(
            "attention_back",
            (out, *self.taken, out, self.hidden, logs),
            (
                (self.code, (self.n, self.t, self.heads, self.d)),
                (self.code, (self.n, self.s, self.kv_heads, self.d)),
                (self.code, (self.n, self.s, self.kv_heads, self.d_out)),
            ),
            work=self.n * self.kv_heads,
            unit=self.heads // self.kv_heads * self.t * self.s * (2 * self.d + self.d_out) // 4,
            as_they_lie={0: 2, 1: 2, 2: 2, 3: 2, 4: 2, 5: 3},
            **self.options,
        )

    def four(self, x: Any) -> Any:
        """With all axes of the batch as one."""
        return x if x.ndim == 4 else x.reshape(self.n, *x.shape[-3:])

    def shown(self, mask: Any) -> Any:
        """The mask in full, without room for it."""
        return None if mask is None else self.four(np.broadcast_to(mask, (*self.batch, self.heads, self.t, self.s)))

    def heads_first(self, x: Any) -> Any:
        """What kernels make, as users see it."""
        return x.swapaxes(1, 2).reshape(*self.batch, x.shape[2], x.shape[1], x.shape[3])

    def save(self, query: Any, key: Any, value: Any, mask: Any, noise: None) -> Any:
        """The averages, and the logarithms of what their weights were divided by."""
        made, logs = self.forward(self.four(query), self.four(key), self.four(value), self.shown(mask))
        return self.heads_first(made), logs

    def run(self, query: Any, key: Any, value: Any, mask: Any, noise: None) -> Any:
        """The averages."""
        return self.save(query, key, value, mask, noise)[0]

    def pull(self, g: Any, node: Node, logs: Any) -> Any:
        """The cotangents of queries, keys and values."""
        _, inputs, out = node
        query, key, value = (self.four(x.data) for x in inputs[:3])
        hidden = self.shown(inputs[3].data) if self.mask is not None else None
        made = self.back(self.four(g), query, key, value, self.four(out), hidden, logs)
        return (*map(self.heads_first, made), *([None] if self.mask is not None else []))


@accelerates("typedgrad.ops.attention.scaled_dot_product_attention")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    query, key, value, _, noise = avals
    if noise is not None or not serves(query, key, value, outs[0]) or not 0.0 <= statics["drop"] < 1.0:
        return None
    if statics["scale"] is not None and not math.isfinite(statics["scale"]):
        return None
    made = _Attention(avals, statics)
    return Kernel(made.run, made.pull, made.save)
