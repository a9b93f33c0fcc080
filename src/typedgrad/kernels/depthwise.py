"""Kernels for convolutions in which each channel has one kernel of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel
from typedgrad.kernels.geometry import SHARES, Geometry, channels_first, dtype_code, packing
from typedgrad.kernels.plans import Like, plan

if TYPE_CHECKING:
    from typedgrad.core.tape import Node


class Depthwise:
    """The plans for calls of one signature, and what leads to them."""

    def __init__(self, g: Geometry, x: tuple[int, ...], kernel: tuple[int, ...], place: tuple[int, ...]) -> None:
        self.g, self.shape, self.kernel_shape, self.place = g, x, kernel, place
        self.n, self.c = g.images, g.groups
        nothing = (0, 0, 0)
        self.into = packing(self.n, self.c, g.size, nothing, nothing, g.dtype)
        self.out_of = packing(self.n, self.c, g.place, nothing, nothing, g.dtype)
        images, made = Like((self.n, *g.size, self.c), g.dtype), Like((self.n, *g.place, self.c), g.dtype)
        weights, bias = Like((g.taps, self.c), g.dtype), Like((self.c,), g.dtype)
        shares = min(SHARES, self.n)
        sizes = (self.c, *g.size, *g.place, *g.window, *g.stride, *g.before, *g.dilation, self.n, shares)
        code, unit = dtype_code(g.dtype), g.place[2] * g.taps * self.c // 4
        rows, image = self.n * g.place[0] * g.place[1], unit * g.place[0] * g.place[1]
        out = ((code, made.shape),)
        self.plain = plan("depthwise", (images, weights, None), out, work=rows, unit=unit, sizes=sizes)
        self.shifted = plan("depthwise", (images, weights, bias), out, work=rows, unit=unit, sizes=sizes)
        to = ((code, images.shape),)
        self.back = plan("depthwise_back", (made, weights), to, work=self.n, unit=image, sizes=sizes)
        parts = ((code, (shares, g.taps + 1, self.c)),)
        self.of_weight = plan("depthwise_weight", (made, images), parts, work=shares, unit=image, sizes=sizes)

    def weights(self, kernel: Any) -> Any:
        """The kernels with the channels last."""
        return np.ascontiguousarray(kernel.reshape(self.c, self.g.taps).T)

    def first(self, y: Any, sizes: tuple[int, ...]) -> Any:
        """What kernels make, as users see it."""
        return channels_first(y, (self.n, *sizes))

    def last(self, x: Any) -> Any:
        """Images with their channels last."""
        return self.into(x.reshape(self.n, self.c, *self.g.size))

    def run(self, x: Any, kernel: Any, shift: Any) -> Any:
        """The result."""
        made = (self.plain if shift is None else self.shifted)(self.last(x), self.weights(kernel), shift)
        return self.first(made, self.place)

    def pull(self, c: Any, node: Node, saved: object) -> Any:
        """The cotangents of the images, the kernels and the bias."""
        inputs = node[1]
        given = self.out_of(c.reshape(self.n, self.c, *self.g.place))
        dx = dw = db = None
        if inputs[0].node is not None:
            dx = self.first(self.back(given, self.weights(inputs[1].data)), self.shape[2:])
        if any(i.node is not None for i in inputs[1:]):
            sums = self.of_weight(given, self.last(inputs[0].data)).sum(axis=0)
            dw, db = np.ascontiguousarray(sums[:-1].T).reshape(self.kernel_shape), sums[-1]
        return (dx, dw, db)[: len(inputs)]


def depthwise(g: Geometry, x: tuple[int, ...], kernel: tuple[int, ...], place: tuple[int, ...]) -> Kernel | None:
    """The kernel for a convolution with one kernel of a channel for each, if the channels fill vectors."""
    if math.prod(g.place) == 0 or g.groups < 4:
        return None
    made = Depthwise(g, x, kernel, place)
    return Kernel(made.run, made.pull)
