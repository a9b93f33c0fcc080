"""Kernels for batch normalisation, with channels last inside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.convolution import packing
from typedgrad.kernels.plans import Like, code_of, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node

_CHUNK = 8_192  # numbers whose statistics are taken while they are in the cache


@accelerates("typedgrad.ops.normalise.batch_norm")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x, weight, bias = avals
    if not serves(x, weight, bias):
        return None
    n, c, *spatial = x.shape
    places = math.prod(spatial)
    rows = n * places
    pack = packing(n, c, (1, 1, places), (0, 0, 0), (0, 0, 0), x.dtype)
    length = max(1, _CHUNK // c)
    chunks = -(-rows // length)
    code, settings = code_of(x), (statics["epsilon"],)
    flat, channels = Like((rows, c), x.dtype), Like((c,), x.dtype)
    of_parts = Like((chunks, 2, c), x.dtype)
    made = {"flat": (code, flat.shape), "channels": (code, (c,)), "parts": (code, of_parts.shape)}
    by_chunk: dict[str, Any] = {"work": chunks, "unit": length * c, "sizes": (rows, c, length, chunks)}
    by_row: dict[str, Any] = {"work": rows, "unit": c, "settings": settings}
    parts = plan("batch_norm_parts", (flat,), (made["parts"],), **by_chunk)
    whole = plan(
        "batch_norm_whole", (of_parts,), (made["channels"],) * 2, work=c, unit=chunks, sizes=(rows, c, length, chunks)
    )
    apply = plan("batch_norm_apply", (flat, weight, bias, channels, channels), (made["flat"],), **by_row, sizes=(c,))
    back_parts = plan("batch_norm_back_parts", (flat, flat, channels, channels), (made["parts"],), **by_chunk)
    back_whole = plan(
        "batch_norm_back_whole", (of_parts, channels), (made["channels"],) * 2, work=c, unit=chunks, sizes=(chunks, c),
        settings=settings,
    )  # fmt: skip
    back = plan("batch_norm_back", (flat, flat, weight, *(channels,) * 4), (made["flat"],), **by_row, sizes=(rows, c))

    def last(x: Any) -> Any:
        moved = np.moveaxis(x, 1, -1)
        return moved if moved.flags.c_contiguous else pack(x.reshape(n, c, 1, 1, places))

    def first(y: Any) -> Any:
        return np.moveaxis(y.reshape(n, *spatial, c), -1, 1)

    def run(x: Any, weight: Any, bias: Any) -> Any:
        images = last(x)
        mean, variance = whole(parts(images))
        return first(apply(images, weight, bias, mean, variance)), mean, variance

    def pull(g: Any, node: Node, saved: object) -> Any:
        _, inputs, out = node
        images = last(inputs[0].data)
        _, mean, variance = out
        given = last(g.parts[0]) if 0 in g.parts else np.zeros(flat.shape, x.dtype)
        scale = None if weight is None else inputs[1].data
        of_gx, of_g = back_whole(back_parts(given, images, mean, variance), variance)
        dx = first(back(given, images, scale, mean, variance, of_gx, of_g))
        if 1 in g.parts or 2 in g.parts:
            dx = dx + _through_statistics(g.parts, inputs[0].data, mean, rows)
        return (dx, *([] if weight is None else [of_gx]), *([] if bias is None else [of_g]))

    return Kernel(run, pull)


def _through_statistics(parts: dict[int, Any], x: Any, mean: Any, rows: int) -> Any:
    """What the cotangents of the mean and the variance give to each value."""
    column = (-1, *(1,) * (x.ndim - 2))
    found = parts[1].reshape(column) / rows if 1 in parts else 0
    if 2 in parts:
        found = found + parts[2].reshape(column) * (2 / rows) * (x - mean.reshape(column))
    return found
