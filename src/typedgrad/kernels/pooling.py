"""Kernels for pooling, with channels last inside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.geometry import channels_first, packing, three
from typedgrad.kernels.plans import Like, code_of, plan, serves
from typedgrad.ops.pooling import Pooling, counts

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node


class _Pool:
    """What the plans of one call share."""

    def __init__(self, x: Aval, out: Aval, statics: dict[str, Any]) -> None:
        options = {name: statics[name] for name in ("window", "stride", "padding", "dilation", "rounding")}
        self.pooling = Pooling(**options)
        windows = self.pooling.full(x.shape)
        self.n, self.c = x.shape[:2]
        self.size, self.place = three(x.shape[2:]), three(out.shape[2:])
        before = three(tuple(pair[0] for pair in windows.pads), 0)
        shape = (three(windows.window), three(windows.stride), before, three(windows.dilation))
        self.sizes = (self.c, *self.size, *self.place, *(n for axes in shape for n in axes))
        nothing = (0, 0, 0)
        self.into = packing(self.n, self.c, self.size, nothing, nothing, x.dtype)
        self.out_of = packing(self.n, self.c, self.place, nothing, nothing, x.dtype)
        self.x = Like((self.n, *self.size, self.c), x.dtype)
        self.y = Like((self.n, *self.place, self.c), x.dtype)
        self.code = code_of(x)
        self.shapes = (x.shape, out.shape)

    def plan(self, name: str, inputs: tuple[Like, ...], made: Like) -> Any:
        """A plan for one of the kernels."""
        unit = math.prod(self.y.shape[1:]) * math.prod(self.sizes[7:10])
        return plan(name, inputs, ((self.code, made.shape),), work=self.n, unit=unit, sizes=self.sizes)

    def last(self, x: Any) -> Any:
        """Images with their channels last."""
        return self.into(x.reshape(self.n, self.c, *self.size))

    def last_result(self, y: Any) -> Any:
        """Results, or their cotangents, with their channels last."""
        return self.out_of(y.reshape(self.n, self.c, *self.place))

    def first(self, y: Any, which: int) -> Any:
        """The shape that users see of images (0) or results (1)."""
        shape = self.shapes[which]
        return channels_first(y, (self.n, *shape[2:]))


def _max(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    (x,) = avals
    if not serves(x, outs[0]):
        return None
    pool = _Pool(x, outs[0], statics)
    forward = pool.plan("max_pool", (pool.x,), pool.y)
    back = pool.plan("max_pool_back", (pool.y, pool.x, pool.y), pool.x)

    def run(x: Any) -> Any:
        return pool.first(forward(pool.last(x)), 1)

    def pull(g: Any, node: Node, saved: object) -> Any:
        _, inputs, out = node
        return (pool.first(back(pool.last_result(g), pool.last(inputs[0].data), pool.last_result(out)), 0),)

    return Kernel(run, pull)


def _avg(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    (x,) = avals
    if not serves(x, outs[0]):
        return None
    pool = _Pool(x, outs[0], statics)
    along = counts(x.shape[2:], pool.pooling, count_padding=statics["count_padding"])
    divisor = np.ones((), x.dtype)
    for count in along:
        divisor = divisor[..., None] * np.asarray(count, x.dtype)
    divisor = np.ascontiguousarray(divisor)
    places = Like(divisor.shape, x.dtype)
    forward = pool.plan("avg_pool", (pool.x, places), pool.y)
    back = pool.plan("avg_pool_back", (pool.y, places), pool.x)

    def run(x: Any) -> Any:
        return pool.first(forward(pool.last(x), divisor), 1)

    def pull(g: Any, node: Node, saved: object) -> Any:
        return (pool.first(back(pool.last_result(g), divisor), 0),)

    return Kernel(run, pull)


for _rank in (1, 2, 3):
    accelerates(f"typedgrad.ops.pool.max_pool{_rank}d")(_max)
    accelerates(f"typedgrad.ops.pool.avg_pool{_rank}d")(_avg)
