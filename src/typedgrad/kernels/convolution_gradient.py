"""The gradients of convolutions.

That in the images is a convolution again, one for each remainder of a place divided by the stride.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from typedgrad.kernels.geometry import (
    SHARES,
    Geometry,
    Packed,
    Phase,
    Three,
    dtype_code,
    packing,
    phase_of,
    runs_of,
    three,
    weights_plan,
    whole_vectors,
)
from typedgrad.kernels.plans import MANY_REGISTERS, Like, Plan, lanes, plan

MOST_SHARED = 1 << 21  # numbers in all those sums


def _phases(g: Geometry) -> list[list[Phase]]:
    """For each axis, the taps that reach the places with each remainder."""
    return [
        [
            phase_of(
                r, size=g.size[i], window=g.window[i], stride=g.stride[i], before=g.before[i], dilation=g.dilation[i]
            )
            for r in range(min(g.stride[i], g.size[i]))
        ]
        for i in range(3)
    ]


def input_gradient(g: Geometry) -> Callable[[Any, Any], Any]:
    """The function from the cotangent `[n c d h w]` and the kernels to the gradient in the images, `[n d h w c]`."""
    return _scattered(g) if _few_channels(g) else _gathered(g)


def _few_channels(g: Geometry) -> bool:
    """Whether vectors of channels would be nearly empty, while those of neighbouring taps and channels are not."""
    by_tap = g.window[2] * whole_vectors(g.inputs, g.dtype)
    by_run = whole_vectors(g.window[2] * g.inputs, g.dtype)
    return g.groups == 1 and g.dilation[2] == 1 and g.images > 1 and by_run * 5 < by_tap * 4


def _scattered(g: Geometry) -> Callable[[Any, Any], Any]:
    """From pixel to pixel of the cotangent: what each gives to all that it comes from."""
    run = g.window[2] * g.inputs
    padded, rows = whole_vectors(run, g.dtype), g.window[0] * g.window[1]
    pack = packing(g.images, g.outputs, g.place, (0, 0, 0), (0, 0, 0), g.dtype)
    shape = (g.images, *g.size, g.inputs)
    of_weights = (g.outputs, rows, padded)
    parts = _parts(rows * padded, g.dtype)
    scatter = plan(
        "conv_scatter",
        (Like((g.images, *g.place, g.outputs), g.dtype), Like(of_weights, g.dtype)),
        ((dtype_code(g.dtype), shape),),
        work=g.images,
        unit=math.prod(g.place) * g.outputs * rows * padded // 8,
        sizes=(
            g.inputs, *g.size, *g.place, *g.window, *g.stride, *g.before, *g.dilation[:2], padded, run, g.outputs,
        ),
    )  # fmt: skip

    def compute(cotangent: Any, kernel: Any) -> Any:
        weights = np.zeros(of_weights, g.dtype)
        last = np.moveaxis(kernel.reshape(g.outputs, g.inputs, *g.window), 1, -1)
        weights[..., :run] = last.reshape(g.outputs, rows, run)
        flat = weights.reshape(g.outputs, rows * padded)
        return scatter(pack(cotangent), np.concatenate([flat[:, a:b].ravel() for a, b in parts]))

    return compute


def _parts(numbers: int, dtype: Any) -> list[tuple[int, int]]:
    """Where the groups of vectors begin and end that the kernel takes together, see `scatter_of` there."""
    register = lanes(dtype)
    most = 6 if register * dtype.itemsize >= MANY_REGISTERS else 3
    found, begin = [], 0
    while begin < numbers:
        left = (numbers - begin) // register
        end = begin + -(-left // -(-left // most)) * register
        found.append((begin, end))
        begin = end
    return found


def _gathered(g: Geometry) -> Callable[[Any, Any], Any]:
    """From pixel to pixel of the images: a convolution with the kernels turned round."""
    phases = _phases(g)
    before = [max(0, *(-p.start for p in along)) for along in phases]
    after = [
        max(0, *(p.places + p.start + (p.taps - 1) * p.apart - g.place[i] for p in along if p.taps), 0)
        for i, along in enumerate(phases)
    ]
    zeros, channels = three(tuple(before)), g.groups * g.outputs
    pack = packing(g.images, channels, g.place, zeros, three(tuple(after)), g.dtype)
    sizes = tuple(b + s + a for b, s, a in zip(before, g.place, after, strict=True))
    packed = Packed(three(sizes), channels)
    shape = (g.images, *g.size, g.groups * g.inputs)
    remainders = list(itertools.product(*(range(len(along)) for along in phases)))
    met = [(r, taps) for r in remainders if (taps := _taps(phases, r)) is not None]
    parts = [_phase_parts(g, packed, zeros, three(r), taps, group) for r, taps in met for group in range(g.groups)]
    make = np.empty if len(met) == len(remainders) else np.zeros

    def compute(cotangent: Any, kernel: Any) -> Any:
        images = pack(cotangent)
        dx = make(shape, g.dtype)
        for of_weight, run in parts:
            run(images, of_weight(kernel), None, dx)
        return dx

    return compute


def _taps(phases: list[list[Phase]], remainders: tuple[int, ...]) -> tuple[Phase, Phase, Phase] | None:
    """The taps along each axis that reach places with these remainders; None if along one there are none."""
    d, h, w = (along[r] for along, r in zip(phases, remainders, strict=True))
    return (d, h, w) if d.taps and h.taps and w.taps else None


def _phase_parts(
    g: Geometry, packed: Packed, before: Three, remainder: Three, phases: tuple[Phase, Phase, Phase], group: int
) -> tuple[Callable[[Any], Any], Callable[..., Any]]:
    """The kernels turned round, and the convolution that gives the places with these remainders."""
    d, h, w = phases
    result = Packed(g.size, g.groups * g.inputs)
    padded = whole_vectors(g.inputs, g.dtype)
    runs, length, tap_run = runs_of(w.taps, g.outputs, w.apart, packed.pixel)
    begin = (
        (d.start + before[0]) * packed.depth + (h.start + before[1]) * packed.row + (w.start + before[2]) * packed.pixel
    )
    to = remainder[0] * result.depth + remainder[1] * result.row + remainder[2] * result.pixel
    sizes = (
        d.places, h.places, w.places, packed.image, packed.depth, packed.row, packed.pixel,
        d.taps, h.taps, runs, length, d.apart * packed.depth, h.apart * packed.row, tap_run,
        result.image, g.stride[0] * result.depth, g.stride[1] * result.row, g.stride[2] * result.pixel,
        padded, g.inputs, begin + group * g.outputs, to + group * g.inputs,
    )  # fmt: skip
    counts = (d.taps, h.taps, w.taps)
    run = plan(
        "conv_rows",
        (
            Like((g.images, *packed.size, packed.channels), g.dtype),
            Like((math.prod(counts) * g.outputs, padded), g.dtype),
            None,
            Like((g.images, *g.size, result.channels), g.dtype),
        ),
        (),
        overwrites=(3,),
        results=(3,),
        work=g.images * d.places * h.places,
        unit=w.places * math.prod(counts) * g.outputs * padded // 8,
        sizes=sizes,
    )
    firsts, steps = (d.first, h.first, w.first), (d.step, h.step, w.step)
    return weights_plan(g, counts, firsts, steps, group, turned=True), run


def weight_gradient(g: Geometry) -> Callable[[Any, Any], tuple[Any, Any]]:
    """The function from the cotangent and the packed images to the gradients in the kernels and the bias."""
    pack_cotangent = packing(g.images, g.groups * g.outputs, g.place, (0, 0, 0), (0, 0, 0), g.dtype)
    plans = [_weight_part(g, group) for group in range(g.groups)]
    shape, count = (g.groups * g.outputs, g.inputs, *g.window), g.groups * g.outputs

    def compute(g_out: Any, images: Any) -> tuple[Any, Any]:
        given = pack_cotangent(g_out)
        of_weights, shift = np.empty(shape, g.dtype), np.empty(count, g.dtype)
        for parts, totals in plans:
            totals(parts(images, given), of_weights, shift)
        return of_weights, shift

    return compute


def _weight_part(g: Geometry, group: int) -> tuple[Plan, Plan]:
    """The sums over each share of the images, and the sum of these."""
    packed, cotangent = g.packed, Packed(g.place, g.groups * g.outputs)
    padded, taps = whole_vectors(g.outputs, g.dtype), g.taps * g.inputs
    shares = max(1, min(SHARES, g.images, MOST_SHARED // ((taps + 1) * padded)))
    runs, length, tap_run = runs_of(g.window[2], g.inputs, g.dilation[2], packed.pixel)
    sizes = (
        g.images, shares, *g.place,
        packed.image, g.stride[0] * packed.depth, g.stride[1] * packed.row, g.stride[2] * packed.pixel,
        g.window[0], g.window[1], runs, length,
        g.dilation[0] * packed.depth, g.dilation[1] * packed.row, tap_run,
        cotangent.image, cotangent.depth, cotangent.row, cotangent.pixel,
        padded, g.outputs, group * g.inputs, group * g.outputs,
    )  # fmt: skip
    images = Like((g.images, *packed.size, packed.channels), g.dtype)
    given = Like((g.images, *g.place, cotangent.channels), g.dtype)
    of_parts = (shares, taps + 1, padded)
    made = ((dtype_code(g.dtype), of_parts),)
    parts = plan("conv_weight_parts", (images, given), made, work=shares, unit=1 << 20, sizes=sizes)
    weights = Like((g.groups * g.outputs, g.inputs, *g.window), g.dtype)
    distances = (g.window[1] * g.window[2], g.window[2], 1, g.taps)
    begin = group * g.outputs * g.inputs * g.taps
    of_sum = (
        shares, taps, padded, g.outputs, *g.window, g.inputs, *distances, begin, group * g.outputs, g.inputs * g.taps,
    )  # fmt: skip
    totals = plan(
        "conv_weight_sum",
        (Like(of_parts, g.dtype), weights, Like((g.groups * g.outputs,), g.dtype)),
        (),
        overwrites=(1, 2),
        results=(1,),
        work=taps + 1,
        unit=shares * padded,
        sizes=of_sum,
    )
    return parts, totals
