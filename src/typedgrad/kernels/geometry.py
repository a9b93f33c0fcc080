"""Convolutions and images as the kernels see them: always three axes, the channels last."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from typedgrad.kernels.plans import Like, lanes, plan
from typedgrad.ops.windows import pads_of, per_axis

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval

Three = tuple[int, int, int]
SHARES = 8  # of the images, each with a sum of its own in the gradient of the weights


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
    def packed(self) -> Packed:
        """The images with their zeros around them."""
        pads = tuple(b + s + a for b, s, a in zip(self.before, self.size, self.after, strict=True))
        return Packed((pads[0], pads[1], pads[2]), self.groups * self.inputs)

    def pack(self) -> Callable[[Any], Any]:
        """The function that makes these."""
        return packing(self.images, self.groups * self.inputs, self.size, self.before, self.after, self.dtype)

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
    out = (dtype_code(dtype), (images, *padded, channels))
    options: dict[str, Any] = {
        "work": images * padded[0] * padded[1],
        "unit": padded[2] * channels,
        "sizes": (channels, *size, *padded, *before),
    }
    turn = plan("conv_pack", (x,), (out,), **options)
    copy = plan("conv_pack_rows", (x,), (out,), **options) if padded != size else None

    def pack(x: Any) -> Any:
        last = x.transpose(0, 2, 3, 4, 1)
        if not last.flags.c_contiguous:
            return turn(x)
        return last if copy is None else copy(last)

    return pack


def channels_first(y: Any, shape: tuple[int, ...]) -> Any:
    """What has its channels last, whatever its shape, as users see it: `shape` is without channels."""
    y = y.reshape(*shape, y.shape[-1])
    rank = y.ndim
    return y.transpose(0, rank - 1, *range(1, rank - 1))


def dtype_code(dtype: Any) -> str:
    """The letter of a float dtype."""
    return "f" if dtype.name == "float32" else "d"


def runs_of(taps: int, channels: int, apart: int, pixel: int) -> Three:
    """Neighbouring taps as one run of numbers if nothing is in between: how many runs, how long, how far apart."""
    return (1, taps * channels, 0) if apart == 1 and pixel == channels else (taps, channels, apart * pixel)


def whole_vectors(channels: int, dtype: Any) -> int:
    """The channels, filled up to whole vectors."""
    width = lanes(dtype)
    return -(-channels // width) * width


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


def weights_plan(
    g: Geometry, counts: Three, firsts: Three, steps: Three, group: int, *, turned: bool
) -> Callable[[Any], Any]:
    """A function that gives some taps of a group's kernels as rows of output channels; `turned` swaps the channels."""
    distance = (g.window[1] * g.window[2], g.window[2], 1)
    of_input, of_output = g.taps, g.inputs * g.taps
    inputs, outputs = g.inputs, g.outputs
    if turned:
        of_input, of_output, inputs, outputs = of_output, of_input, outputs, inputs
    padded = whole_vectors(outputs, g.dtype)
    begin = group * g.outputs * g.inputs * g.taps + sum(f * d for f, d in zip(firsts, distance, strict=True))
    sizes = (
        *counts, *(s * d for s, d in zip(steps, distance, strict=True)),
        inputs, outputs, padded, of_input, of_output, begin,
    )  # fmt: skip
    rows = math.prod(counts) * inputs
    weights = Like((g.groups * g.outputs, g.inputs, *g.window), g.dtype)
    return plan(
        "conv_pack_weight", (weights,), ((dtype_code(g.dtype), (rows, padded)),), work=rows, unit=padded, sizes=sizes
    )
