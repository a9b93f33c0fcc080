"""Kernels for batch normalisation, with channels last inside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.geometry import channels_first, packing
from typedgrad.kernels.plans import Like, Plan, code_of, plan, positive, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node

_CHUNK = 8_192  # numbers whose statistics are taken while they are in the cache


class _BatchNorm:
    """The plans for calls of one signature, and what leads to them."""

    def __init__(self, avals: tuple[Any, ...], epsilon: float, *, cut_off: bool) -> None:
        x, self.weight, self.bias = avals
        self.n, self.c, *self.spatial = x.shape
        places = math.prod(self.spatial)
        self.places, self.rows = places, self.n * places
        self.dtype, self.code = x.dtype, code_of(x)
        self.pack = packing(self.n, self.c, (1, 1, places), (0, 0, 0), (0, 0, 0), x.dtype)
        self.length = max(1, _CHUNK // self.c)
        self.chunks = -(-self.rows // self.length)
        self.flat, self.channels = Like((self.rows, self.c), x.dtype), Like((self.c,), x.dtype)
        self.of_parts = Like((self.chunks, 2, self.c), x.dtype)
        self.settings, self.cut_off = (epsilon,), cut_off
        self.parts, self.whole, self.apply = self._forward()
        self.back_parts, self.back_whole, self.back = self._back()

    def _by_chunk(self, name: str, inputs: tuple[Like | None, ...]) -> Plan:
        sizes = (self.rows, self.c, self.length)
        made = ((self.code, self.of_parts.shape),)
        return plan(name, inputs, made, work=self.chunks, unit=self.length * self.c, sizes=sizes)

    def _by_channel(self, name: str, inputs: tuple[Like, ...], sizes: tuple[int, ...]) -> Plan:
        made = ((self.code, (self.c,)),) * 2
        return plan(name, inputs, made, work=self.c, unit=self.chunks, sizes=sizes, settings=self.settings)

    def _by_row(self, name: str, inputs: tuple[Any, ...], sizes: tuple[int, ...]) -> Plan:
        made = ((self.code, self.flat.shape),)
        return plan(name, inputs, made, work=self.rows, unit=self.c, sizes=sizes, settings=self.settings)

    def _forward(self) -> tuple[Plan, Plan, Plan]:
        flat, channels = self.flat, self.channels
        return (
            self._by_chunk("batch_norm_parts", (flat,)),
            self._by_channel("batch_norm_whole", (self.of_parts,), (self.rows, self.c, self.length, self.chunks)),
            self._by_row(
                "batch_norm_apply", (flat, self.weight, self.bias, channels, channels), (self.c, self.cut_off)
            ),
        )

    def _back(self) -> tuple[Plan, Plan, Plan]:
        flat, channels = self.flat, self.channels
        y = flat if self.cut_off else None
        return (
            self._by_chunk("batch_norm_back_parts", (flat, flat, channels, channels, y)),
            self._by_channel("batch_norm_back_whole", (self.of_parts, channels), (self.chunks, self.c)),
            self._by_row("batch_norm_back", (flat, flat, self.weight, *(channels,) * 4, y), (self.rows, self.c)),
        )

    def last(self, x: Any) -> Any:
        """With the channels last."""
        moved = x.transpose(0, *range(2, x.ndim), 1)
        return moved if moved.flags.c_contiguous else self.pack(x.reshape(self.n, self.c, 1, 1, self.places))

    def first(self, y: Any) -> Any:
        """What kernels make, as users see it."""
        return channels_first(y, (self.n, *self.spatial))

    def run(self, x: Any, weight: Any, bias: Any) -> Any:
        """The result, the means and the variances."""
        images = self.last(x)
        mean, variance = self.whole(self.parts(images))
        return self.first(self.apply(images, weight, bias, mean, variance)), mean, variance

    def pull(self, g: Any, node: Node, saved: object) -> Any:
        """The cotangents of the input, the weight and the bias."""
        _, inputs, out = node
        images = self.last(inputs[0].data)
        y, mean, variance = out
        y = self.last(y) if self.cut_off else None
        given = self.last(g.parts[0]) if 0 in g.parts else np.zeros(self.flat.shape, self.dtype)
        scale = None if self.weight is None else inputs[1].data
        of_gx, of_g = self.back_whole(self.back_parts(given, images, mean, variance, y), variance)
        dx = self.first(self.back(given, images, scale, mean, variance, of_gx, of_g, y))
        if 1 in g.parts or 2 in g.parts:
            dx = dx + _through_statistics(g.parts, inputs[0].data, mean, self.rows)
        return (dx, *([] if self.weight is None else [of_gx]), *([] if self.bias is None else [of_g]))


def _through_statistics(parts: dict[int, Any], x: Any, mean: Any, rows: int) -> Any:
    """What the cotangents of the mean and the variance give to each value."""
    column = (-1, *(1,) * (x.ndim - 2))
    found = parts[1].reshape(column) / rows if 1 in parts else 0
    if 2 in parts:
        found = found + parts[2].reshape(column) * (2 / rows) * (x - mean.reshape(column))
    return found


@accelerates("typedgrad.ops.normalise.batch_norm")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    if not serves(*avals) or not positive(statics["epsilon"]):
        return None
    made = _BatchNorm(avals, statics["epsilon"], cut_off=statics["activation"] == "relu")
    return Kernel(made.run, made.pull)
