"""Kernels for convolutions: direct, in registers, with channels last inside.

Results have their channels last in memory, whatever the layout of the input; their shapes say channels first, as ever.
The gradient in the input is a convolution again, one for each remainder of a place divided by the stride.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import Like, lanes, plan, serves
from typedgrad.ops.windows import pads_of, per_axis

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node

Three = tuple[int, int, int]
SHARES = 8  # of the images, each with a sum of its own in the gradient of the weights
MOST_SHARED = 1 << 21  # numbers in all those sums


class Geometry(NamedTuple):
    """A convolution with three axes; those that are missing have size 1."""

    images: int
    groups: int
    inputs: int  # channels of a group
    outputs: int  # likewise
    size: Three
    window: Three
    place: Three  # the sizes of the result
    stride: Three
    before: Three  # zeros around each axis
    after: Three
    dilation: Three
    dtype: np.dtype[np.generic]

    @property
    def taps(self) -> int:
        """The places of the window."""
        return math.prod(self.window)


class Phase(NamedTuple):
    """The taps that reach the places with one remainder along one axis, in the order of what they meet."""

    taps: int
    first: int  # the tap that meets the earliest
    step: int  # from one tap to the next, negative
    start: int  # what the first tap meets, for the first place
    apart: int  # from what one tap meets to what the next meets
    places: int


def phase_of(remainder: int, *, size: int, window: int, stride: int, before: int, dilation: int) -> Phase:
    """The taps k with (remainder + before - k dilation) divisible by the stride."""
    common = math.gcd(stride, dilation)
    taps = [k for k in range(window) if (remainder + before - k * dilation) % stride == 0]
    places = -(-(size - remainder) // stride)
    if not taps:
        return Phase(0, 0, 0, 0, 1, places)
    start = (remainder + before - taps[-1] * dilation) // stride
    return Phase(len(taps), taps[-1], -(stride // common), start, dilation // common, places)


class Packed(NamedTuple):
    """Images with their channels last and a border: how large, and how far apart its numbers are."""

    size: Three
    channels: int

    @property
    def pixel(self) -> int:
        """The numbers of a pixel."""
        return self.channels

    @property
    def row(self) -> int:
        """The numbers of a row."""
        return self.size[2] * self.channels

    @property
    def depth(self) -> int:
        """The numbers of a plane."""
        return self.size[1] * self.row

    @property
    def image(self) -> int:
        """The numbers of an image."""
        return self.size[0] * self.depth


def packing(images: int, channels: int, size: Three, before: Three, after: Three, dtype: Any) -> Callable[[Any], Any]:
    """A function that gives images `[n c d h w]` with their channels last and a border, however they lie in memory."""
    padded = tuple(b + s + a for b, s, a in zip(before, size, after, strict=True))
    x = Like((images, channels, *size), dtype)
    out = (_code(dtype), (images, *padded, channels))
    options: dict[str, Any] = {
        "work": images * padded[0] * padded[1],
        "unit": padded[2] * channels,
        "sizes": (channels, *size, *padded, *before),
    }
    turn = plan("conv_pack", (x,), (out,), **options)
    copy = plan("conv_pack_rows", (x,), (out,), **options) if padded != size else None

    def pack(x: Any) -> Any:
        last = np.moveaxis(x, 1, -1)
        if not last.flags.c_contiguous:
            return turn(x)
        return last if copy is None else copy(last)

    return pack


def _code(dtype: Any) -> str:
    return "f" if dtype.name == "float32" else "d"


def _runs(taps: int, channels: int, apart: int, pixel: int) -> Three:
    """Neighbouring taps as one run of numbers if nothing is in between: how many runs, how long, how far apart."""
    return (1, taps * channels, 0) if apart == 1 and pixel == channels else (taps, channels, apart * pixel)


def weights_plan(
    g: Geometry, counts: Three, firsts: Three, steps: Three, group: int, *, turned: bool
) -> Callable[[Any], Any]:
    """A function that gives some taps of a group's kernels as rows of output channels; `turned` swaps the channels."""
    distance = (g.window[1] * g.window[2], g.window[2], 1)
    of_input, of_output = g.taps, g.inputs * g.taps
    inputs, outputs = g.inputs, g.outputs
    if turned:
        of_input, of_output, inputs, outputs = of_output, of_input, outputs, inputs
    padded = _padded(outputs, g.dtype)
    begin = group * g.outputs * g.inputs * g.taps + sum(f * d for f, d in zip(firsts, distance, strict=True))
    sizes = (
        *counts, *(s * d for s, d in zip(steps, distance, strict=True)),
        inputs, outputs, padded, of_input, of_output, begin,
    )  # fmt: skip
    rows = math.prod(counts) * inputs
    weights = Like((g.groups * g.outputs, g.inputs, *g.window), g.dtype)
    return plan(
        "conv_pack_weight", (weights,), ((_code(g.dtype), (rows, padded)),), work=rows, unit=padded, sizes=sizes
    )


def _padded(channels: int, dtype: Any) -> int:
    width = lanes(dtype)
    return -(-channels // width) * width


def forward(g: Geometry, *, bias: bool) -> Callable[[Any, Any, Any], Any]:
    """The function from images, kernels and bias to the result, `[n d h w c]`."""
    pads = tuple(b + s + a for b, s, a in zip(g.before, g.size, g.after, strict=True))
    packed = Packed((pads[0], pads[1], pads[2]), g.groups * g.inputs)
    pack = packing(g.images, packed.channels, g.size, g.before, g.after, g.dtype)
    shape = (g.images, *g.place, g.groups * g.outputs)
    result = Packed(g.place, shape[-1])
    padded = _padded(g.outputs, g.dtype)
    runs, length, tap_run = _runs(g.window[2], g.inputs, g.dilation[2], packed.pixel)
    x = Like((g.images, *packed.size, packed.channels), g.dtype)
    weight = Like((g.taps * g.inputs, padded), g.dtype)
    parts = []
    for group in range(g.groups):
        sizes = (
            *g.place, packed.image, g.stride[0] * packed.depth, g.stride[1] * packed.row, g.stride[2] * packed.pixel,
            g.window[0], g.window[1], runs, length,
            g.dilation[0] * packed.depth, g.dilation[1] * packed.row, tap_run,
            result.image, result.depth, result.row, result.pixel, padded, g.outputs,
            group * g.inputs, group * g.outputs,
        )  # fmt: skip
        run = plan(
            "conv_rows",
            (x, weight, Like((padded,), g.dtype) if bias else None, Like(shape, g.dtype)),
            (),
            overwrites=(3,),
            results=(3,),
            work=g.images * g.place[0] * g.place[1],
            unit=g.place[2] * g.taps * g.inputs * padded // 8,
            sizes=sizes,
        )
        begin = (1, 1, 1, 0, 0, 0, 1, g.outputs, padded, 0, 1, group * g.outputs)
        of_bias = plan(
            "conv_pack_weight",
            (Like((g.groups * g.outputs,), g.dtype),),
            ((_code(g.dtype), (padded,)),),
            work=1,
            unit=padded,
            sizes=begin,
        )
        parts.append((weights_plan(g, g.window, (0, 0, 0), (1, 1, 1), group, turned=False), of_bias, run))

    def compute(x: Any, kernel: Any, shift: Any) -> Any:
        images = pack(x)
        y = np.empty(shape, g.dtype)
        for of_weight, of_bias, run in parts:
            run(images, of_weight(kernel), None if shift is None else of_bias(shift), y)
        return y

    return compute


def input_gradient(g: Geometry) -> Callable[[Any, Any], Any]:
    """The function from the cotangent `[n c d h w]` and the kernels to the gradient in the images, `[n d h w c]`."""
    phases = [
        [
            phase_of(
                r, size=g.size[i], window=g.window[i], stride=g.stride[i], before=g.before[i], dilation=g.dilation[i]
            )
            for r in range(min(g.stride[i], g.size[i]))
        ]
        for i in range(3)
    ]
    before = [max(0, *(-p.start for p in along)) for along in phases]
    after = [
        max(0, *(p.places + p.start + (p.taps - 1) * p.apart - g.place[i] for p in along if p.taps), 0)
        for i, along in enumerate(phases)
    ]
    channels = g.groups * g.outputs
    pack = packing(
        g.images, channels, g.place, (before[0], before[1], before[2]), (after[0], after[1], after[2]), g.dtype
    )
    sizes = [b + s + a for b, s, a in zip(before, g.place, after, strict=True)]
    packed = Packed((sizes[0], sizes[1], sizes[2]), channels)
    shape = (g.images, *g.size, g.groups * g.inputs)
    parts = []
    everywhere = True
    for d, along_d in enumerate(phases[0]):
        for h, along_h in enumerate(phases[1]):
            for w, along_w in enumerate(phases[2]):
                three = (along_d, along_h, along_w)
                if all(p.taps for p in three):
                    parts += [
                        _phase_parts(g, packed, (before[0], before[1], before[2]), (d, h, w), three, group)
                        for group in range(g.groups)
                    ]
                else:
                    everywhere = False
    make = np.empty if everywhere else np.zeros

    def compute(cotangent: Any, kernel: Any) -> Any:
        images = pack(cotangent)
        dx = make(shape, g.dtype)
        for of_weight, run in parts:
            run(images, of_weight(kernel), None, dx)
        return dx

    return compute


def _phase_parts(
    g: Geometry, packed: Packed, before: Three, remainder: Three, phases: tuple[Phase, Phase, Phase], group: int
) -> tuple[Callable[[Any], Any], Callable[..., Any]]:
    """The kernels turned round, and the convolution that gives the places with these remainders."""
    d, h, w = phases
    result = Packed(g.size, g.groups * g.inputs)
    padded = _padded(g.inputs, g.dtype)
    runs, length, tap_run = _runs(w.taps, g.outputs, w.apart, packed.pixel)
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
    """The function from the cotangent and the images to the gradients in the kernels and the bias."""
    pads = tuple(b + s + a for b, s, a in zip(g.before, g.size, g.after, strict=True))
    packed = Packed((pads[0], pads[1], pads[2]), g.groups * g.inputs)
    pack = packing(g.images, packed.channels, g.size, g.before, g.after, g.dtype)
    cotangent = Packed(g.place, g.groups * g.outputs)
    pack_cotangent = packing(g.images, cotangent.channels, g.place, (0, 0, 0), (0, 0, 0), g.dtype)
    padded, taps = _padded(g.outputs, g.dtype), g.taps * g.inputs
    shares = max(1, min(SHARES, g.images, MOST_SHARED // ((taps + 1) * padded)))
    runs, length, tap_run = _runs(g.window[2], g.inputs, g.dilation[2], packed.pixel)
    of_parts = (_code(g.dtype), (shares, taps + 1, padded))
    weights = Like((g.groups * g.outputs, g.inputs, *g.window), g.dtype)
    of_bias = Like((g.groups * g.outputs,), g.dtype)
    plans = []
    for group in range(g.groups):
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
        parts = plan("conv_weight_parts", (images, given), (of_parts,), work=shares, unit=1 << 20, sizes=sizes)
        window = (g.window[1] * g.window[2], g.window[2], 1, g.taps)
        begin = group * g.outputs * g.inputs * g.taps
        totals = plan(
            "conv_weight_sum",
            (Like(of_parts[1], g.dtype), weights, of_bias),
            (),
            overwrites=(1, 2),
            results=(1,),
            work=taps + 1,
            unit=shares * padded,
            sizes=(
                shares, taps, padded, g.outputs, *g.window, g.inputs, *window, begin, group * g.outputs,
                g.inputs * g.taps,
            ),
        )  # fmt: skip
        plans.append((parts, totals))

    def compute(g_out: Any, x: Any) -> tuple[Any, Any]:
        images, given = pack(x), pack_cotangent(g_out)
        of_weights, shift = np.empty(weights.shape, g.dtype), np.empty(of_bias.shape, g.dtype)
        for parts, totals in plans:
            totals(parts(images, given), of_weights, shift)
        return of_weights, shift

    return compute


def geometry_of(x: Aval, kernel: Aval, out: Aval, statics: dict[str, Any]) -> Geometry:
    """The convolution that a call asks for."""
    rank = len(x.shape) - 2
    stride, dilation = per_axis(statics["stride"], rank, "stride"), per_axis(statics["dilation"], rank, "dilation")
    pads = pads_of(x.shape[2:], kernel.shape[2:], stride, statics["padding"], dilation)
    return Geometry(
        x.shape[0], statics["groups"], kernel.shape[1], kernel.shape[0] // statics["groups"],
        three(x.shape[2:]), three(kernel.shape[2:]), three(out.shape[2:]), three(stride),
        three(tuple(b for b, _ in pads), 0), three(tuple(a for _, a in pads), 0), three(dilation), x.dtype,
    )  # fmt: skip


def three(values: tuple[int, ...], missing: int = 1) -> Three:
    """A number for each of three axes; those that are missing come first."""
    a, b, c = (missing,) * (3 - len(values)) + tuple(values)
    return (a, b, c)


def _make(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x, kernel, bias = avals
    out = outs[0]
    if not serves(x, kernel, bias, out) or 0 in out.shape:
        return None
    g = geometry_of(x, kernel, out, statics)
    if g.groups > 1 and (g.inputs < 4 or g.outputs < 4):
        return None  # vectors would be nearly empty
    run = forward(g, bias=bias is not None)
    to_input = functools.cache(lambda: input_gradient(g))
    to_weights = functools.cache(lambda: weight_gradient(g))
    spatial = out.shape[2:]
    full = (x.shape[0], g.groups * g.inputs, *g.size)

    def compute(x: Any, kernel: Any, shift: Any) -> Any:
        y = run(x.reshape(full), kernel, shift)
        return np.moveaxis(y.reshape(y.shape[0], *spatial, y.shape[-1]), -1, 1)

    def pull(c: Any, node: Node, saved: object) -> Any:
        inputs = node[1]
        c = c.reshape(c.shape[0], c.shape[1], *g.place)
        dx = dw = db = None
        if inputs[0].node is not None:
            dx = to_input()(c, inputs[1].data)
            dx = np.moveaxis(dx.reshape(dx.shape[0], *x.shape[2:], dx.shape[-1]), -1, 1)
        if any(i.node is not None for i in inputs[1:]):
            dw, db = to_weights()(c, inputs[0].data.reshape(full))
            dw = dw.reshape(kernel.shape)
        return (dx, dw, db)[: len(inputs)]

    return Kernel(compute, pull)


for _name in ("conv1d", "conv2d", "conv3d"):
    accelerates(f"typedgrad.ops.conv.{_name}")(_make)
