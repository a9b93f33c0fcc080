"""Kernels for convolutions: direct, in registers, with channels last inside.

Results have their channels last in memory, whatever the layout of the input; their shapes say channels first, as ever.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.convolution_gradient import input_gradient, weight_gradient
from typedgrad.kernels.depthwise import depthwise
from typedgrad.kernels.geometry import (
    Geometry,
    Packed,
    channels_first,
    dtype_code,
    geometry_of,
    runs_of,
    weights_plan,
    whole_vectors,
)
from typedgrad.kernels.plans import Like, Plan, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node


def forward(g: Geometry, *, bias: bool) -> Callable[[Any, Any, Any], Any]:
    """The function from packed images, kernels and bias to the result, `[n d h w c]`."""
    shape = (g.images, *g.place, g.groups * g.outputs)
    parts = [_forward_part(g, group, bias=bias) for group in range(g.groups)]

    def compute(images: Any, kernel: Any, shift: Any) -> Any:
        y = np.empty(shape, g.dtype)
        for of_weight, of_bias, run in parts:
            run(images, of_weight(kernel), None if shift is None else of_bias(shift), y)
        return y

    return compute


def _forward_part(g: Geometry, group: int, *, bias: bool) -> tuple[Plan, Plan, Plan]:
    """What packs the kernels of a group and its bias, and the convolution."""
    packed, result = g.packed, Packed(g.place, g.groups * g.outputs)
    padded = whole_vectors(g.outputs, g.dtype)
    runs, length, tap_run = runs_of(g.window[2], g.inputs, g.dilation[2], packed.pixel)
    x = Like((g.images, *packed.size, packed.channels), g.dtype)
    weight = Like((g.taps * g.inputs, padded), g.dtype)
    sizes = (
        *g.place, packed.image, g.stride[0] * packed.depth, g.stride[1] * packed.row, g.stride[2] * packed.pixel,
        g.window[0], g.window[1], runs, length,
        g.dilation[0] * packed.depth, g.dilation[1] * packed.row, tap_run,
        result.image, result.depth, result.row, result.pixel, padded, g.outputs,
        group * g.inputs, group * g.outputs,
    )  # fmt: skip
    run = plan(
        "conv_rows",
        (x, weight, Like((padded,), g.dtype) if bias else None, Like((g.images, *g.place, result.channels), g.dtype)),
        (),
        overwrites=(3,),
        results=(3,),
        work=g.images * g.place[0] * g.place[1],
        unit=g.place[2] * g.taps * g.inputs * padded // 8,
        sizes=sizes,
    )
    begin = (1, 1, 1, 0, 0, 0, 1, g.outputs, padded, 0, 1, group * g.outputs)
    given, made = Like((g.groups * g.outputs,), g.dtype), ((dtype_code(g.dtype), (padded,)),)
    of_bias = plan("conv_pack_weight", (given,), made, work=1, unit=padded, sizes=begin)
    return weights_plan(g, g.window, (0, 0, 0), (1, 1, 1), group, turned=False), of_bias, run


def _make(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x, kernel, bias = avals
    out = outs[0]
    if not serves(x, kernel, bias, out) or 0 in out.shape:
        return None
    g = geometry_of(x, kernel, out, statics)
    if g.groups > 1 and g.inputs == g.outputs == 1:
        return depthwise(g, x.shape, kernel.shape, out.shape[2:])
    if g.groups > 1 and (g.inputs < 4 or g.outputs < 4):
        return None  # vectors would be nearly empty
    pack, run = g.pack(), forward(g, bias=bias is not None)
    to_input = functools.cache(lambda: input_gradient(g))
    to_weights = functools.cache(lambda: weight_gradient(g))
    spatial = out.shape[2:]
    full = (x.shape[0], g.groups * g.inputs, *g.size)

    def keep(x: Any, kernel: Any, shift: Any) -> tuple[Any, Any]:
        images = pack(x.reshape(full))
        return channels_first(run(images, kernel, shift), (g.images, *spatial)), images

    def compute(x: Any, kernel: Any, shift: Any) -> Any:
        return keep(x, kernel, shift)[0]

    def pull(c: Any, node: Node, saved: Any) -> Any:
        inputs = node[1]
        c = c.reshape(c.shape[0], c.shape[1], *g.place)
        dx = dw = db = None
        if inputs[0].node is not None:
            dx = to_input()(c, inputs[1].data)
            dx = channels_first(dx, (dx.shape[0], *x.shape[2:]))
        if any(i.node is not None for i in inputs[1:]):
            dw, db = to_weights()(c, pack(inputs[0].data.reshape(full)) if saved is None else saved)
            dw = dw.reshape(kernel.shape)
        return (dx, dw, db)[: len(inputs)]

    return Kernel(compute, pull, keep)


for _name in ("conv1d", "conv2d", "conv3d"):
    accelerates(f"typedgrad.ops.conv.{_name}")(_make)
