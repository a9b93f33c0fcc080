"""Convolutions of raw arrays, and their adjoints, as products of matrices.

The elements under a window, in a column for each place (`taps`), make one factor; the kernel is the other. A few images
at a time, so that the columns stay in the cache and their memory is used again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from typedgrad.backends import namespace
from typedgrad.ops.taps import Taps, runs, taps_of

if TYPE_CHECKING:
    from typedgrad.backends import Namespace
    from typedgrad.core.tensor import Tensor
    from typedgrad.ops.windows import Pads

_ELEMENTS = 1 << 19  # of the columns at one time
_ALL = slice(None)


class Sliding(NamedTuple):
    """How a kernel moves over its input."""

    stride: tuple[int, ...]
    pads: Pads
    dilation: tuple[int, ...]
    groups: int

    def taps(self, sizes: tuple[int, ...], window: tuple[int, ...]) -> Taps:
        """Where the kernel's elements meet those of inputs of these sizes."""
        return taps_of(sizes, window, self.stride, self.pads, self.dilation)

    def turned(self, window: tuple[int, ...]) -> Sliding | None:
        """With stride 1 and little padding: how the kernel, turned round, moves over results to give the adjoint."""
        spans = [(k - 1) * d for k, d in zip(window, self.dilation, strict=True)]
        pads = tuple((k - before, k - after) for k, (before, after) in zip(spans, self.pads, strict=True))
        if any(s != 1 for s in self.stride) or any(min(pair) < 0 for pair in pads):
            return None
        return self._replace(pads=pads)


def correlate(x: Tensor, kernel: Tensor, bias: Tensor | None, how: Sliding) -> Tensor:
    """`out[n, o, p] = Σ x[n, c, stride * p + dilation * t] kernel[o, c, t] + bias[o]`, over `c` and `t`."""
    xp, g = namespace(x), how.groups
    (n, c), sizes = x.shape[:2], x.shape[2:]
    o, c_group, *window = kernel.shape
    taps = how.taps(sizes, tuple(window))
    out: Any = xp.empty((n, g, o // g, *taps.places), dtype=x.dtype)
    matrix = xp.reshape(kernel, (g, o // g, c_group * math.prod(window)))
    shift = None if bias is None else xp.reshape(bias, (g, o // g, 1))
    for first, end, m in runs(n if 0 not in out.shape else 0, _images(taps, c)):
        image, columns = _input_buffers(xp, x, taps, (g, c // g, m))
        for i in range(first, end, m):
            image[(..., *taps.inner)] = _grouped(xp, x[i : i + m, ...], g)
            made = xp.matmul(matrix, taps.gather(xp, image, columns))
            made = made if shift is None else made + shift
            whole = xp.reshape(made, (g, o // g, m, *taps.grid))
            out[i : i + m, ...] = xp.moveaxis(whole[(..., *taps.kept)], 2, 0)
    return xp.reshape(out, (n, o, *taps.places))


def input_cotangent(g_out: Tensor, kernel: Tensor, sizes: tuple[int, ...], how: Sliding) -> Tensor:
    """The adjoint of `correlate` in its input, which had these sizes: columns go back to where they came from."""
    xp, g = namespace(g_out), how.groups
    n, o, c = g_out.shape[0], kernel.shape[0], kernel.shape[1] * how.groups
    taps = how.taps(sizes, kernel.shape[2:])
    turned = how.turned(kernel.shape[2:])
    if o == g and turned is not None and 0 not in g_out.shape:  # columns are gathered faster than they are spread
        back = xp.asarray(xp.flip(kernel, axis=tuple(range(2, len(kernel.shape)))), copy=True)  # in order, for the BLAS
        return correlate(g_out, xp.reshape(back, (c, 1, *kernel.shape[2:])), None, turned)
    out: Any = xp.zeros((n, g, c // g, *sizes), dtype=g_out.dtype)
    matrix = xp.matrix_transpose(xp.reshape(kernel, (g, o // g, c // g * len(taps.parts))))
    product = xp.multiply if o == g else xp.matmul  # one number per place needs no sum
    for first, end, m in runs(n if 0 not in out.shape and o and 0 not in g_out.shape else 0, _images(taps, c)):
        spread: Any = xp.zeros((g, o // g, m, *taps.grid), dtype=g_out.dtype)
        image: Any = xp.empty((g, c // g, *taps.image_shape(m)), dtype=g_out.dtype)
        for i in range(first, end, m):
            spread[(..., *taps.kept)] = _grouped(xp, g_out[i : i + m, ...], g)
            image[...] = 0
            taps.add(xp, product(matrix, xp.reshape(spread, (g, o // g, m * math.prod(taps.grid)))), image)
            whole: Any = xp.reshape(image, (g, c // g, m, *taps.padded))
            out[i : i + m, ...] = xp.moveaxis(whole[(..., *taps.inner)], 2, 0)
    return xp.reshape(out, (n, c, *sizes))


def kernel_cotangent(x: Tensor, g_out: Tensor, window: tuple[int, ...], how: Sliding) -> Tensor:
    """The adjoint of `correlate` in its kernel, which had this window: sums over all places of all images."""
    xp, g = namespace(x), how.groups
    (n, c), o = x.shape[:2], g_out.shape[1]
    taps = how.taps(x.shape[2:], window)
    total: Any = xp.zeros((g, o // g, c // g * len(taps.parts)), dtype=x.dtype)
    for first, end, m in runs(n if 0 not in g_out.shape and c else 0, _images(taps, c)):
        image, columns = _input_buffers(xp, x, taps, (g, c // g, m))
        spread: Any = xp.zeros((g, o // g, m, *taps.grid), dtype=x.dtype)
        for i in range(first, end, m):
            image[(..., *taps.inner)] = _grouped(xp, x[i : i + m, ...], g)
            spread[(..., *taps.kept)] = _grouped(xp, g_out[i : i + m, ...], g)
            rows = xp.reshape(spread, (g, o // g, m * math.prod(taps.grid)))
            total = total + xp.matmul(rows, xp.matrix_transpose(taps.gather(xp, image, columns)))
    return xp.reshape(total, (o, c // g, *window))


def _images(taps: Taps, channels: int) -> int:
    return _ELEMENTS // max(1, channels * len(taps.parts) * math.prod(taps.grid))


def _input_buffers(xp: Namespace[Tensor], x: Tensor, taps: Taps, lead: tuple[int, int, int]) -> tuple[Any, Any]:
    """Memory for padded images, zero where the padding is, and for their columns."""
    image = xp.zeros((*lead, *taps.padded), dtype=x.dtype)
    width = lead[2] * math.prod(taps.grid)
    return image, xp.zeros((*lead[:2], len(taps.parts), *taps.column_shape(width)), dtype=x.dtype)


def _grouped(xp: Namespace[Tensor], x: Tensor, groups: int) -> Tensor:
    """`m c *sizes` as `groups c/groups m *sizes`."""
    m, c, *sizes = x.shape
    return xp.moveaxis(xp.reshape(x, (m, groups, c // groups, *sizes)), 0, 2)
