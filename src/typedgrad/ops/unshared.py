"""Convolution with a kernel of its own at each place, as raw products of matrices, closed under differentiation.

For each place the elements under the window are the columns of one matrix, one column per example; the kernels of the
place are the rows of the other.
"""

from __future__ import annotations

import math
from typing import Any

from jaxtyping import Float

from typedgrad.backends import Namespace, namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops import windows
from typedgrad.ops.taps import Taps, taps_of
from typedgrad.ops.windows import Pads, dims
from typedgrad.shapes import Dim, Shape, same

Sizes = tuple[int, ...]


@primitive
def unshared(
    x: Float[Tensor, "n c_in *spatial"],
    kernel: Float[Tensor, "*kernel"],
    /,
    *,
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c_out *places"]:
    """Cross-correlation with a kernel `*places c_out c_in *window`.

    >>> from typedgrad.ops.unshared import unshared
    >>> x, kernel = tg.asarray([[[1.0, 2.0, 4.0]]]), tg.reshape(tg.asarray([1.0, 10.0, 1.0, 100.0]), (2, 1, 1, 2))
    >>> unshared(x, kernel, window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[ 21., 402.]]], dtype=float32)
    """
    return products(x, kernel, taps_of(x.shape[2:], window, stride, pads, dilation, flat=False))


@primitive
def unshared_input(
    g: Float[Tensor, "n c_out *places"],
    kernel: Float[Tensor, "*kernel"],
    /,
    *,
    size: tuple[int, ...],
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c_in *spatial"]:
    """The adjoint of `unshared` in its input, which has the sizes `size`.

    >>> from typedgrad.ops.unshared import unshared_input
    >>> g, kernel = tg.asarray([[[1.0, 2.0]]]), tg.reshape(tg.asarray([1.0, 10.0, 1.0, 100.0]), (2, 1, 1, 2))
    >>> unshared_input(g, kernel, size=(3,), window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[  1.,  12., 200.]]], dtype=float32)
    """
    xp, taps = namespace(g), taps_of(size, window, stride, pads, dilation, flat=False)
    n, c_in, rank = g.shape[0], kernel.shape[len(window) + 1], len(window)
    matrices = xp.matrix_transpose(_kernels(xp, kernel, taps, g.shape[1]))
    parts = xp.reshape(xp.matmul(matrices, _results(xp, g)), (*taps.places, c_in, len(taps.parts), n))
    out: Any = xp.zeros((n, c_in, *taps.padded), dtype=g.dtype)
    back = xp.permute_dims(parts, (rank + 1, rank + 2, rank, *range(rank)))
    for t, part in enumerate(taps.parts):
        out[(..., *part)] += back[t, ...]
    return xp.asarray(out[(..., *taps.inner)], copy=True)


@primitive
def unshared_kernel(
    x: Float[Tensor, "n c_in *spatial"],
    g: Float[Tensor, "n c_out *places"],
    /,
    *,
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "*kernel"]:
    """The adjoint of `unshared` in its kernel.

    >>> from typedgrad.ops.unshared import unshared_kernel
    >>> x, g = tg.asarray([[[1.0, 2.0, 4.0]]]), tg.asarray([[[1.0, 2.0]]])
    >>> unshared_kernel(x, g, window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))[:, 0, 0]
    Tensor([[1., 2.],
            [4., 8.]], dtype=float32)
    """
    xp, taps = namespace(x), taps_of(x.shape[2:], window, stride, pads, dilation, flat=False)
    made = xp.matmul(_results(xp, g), xp.matrix_transpose(_columns(xp, x, taps)))
    return xp.reshape(made, (*taps.places, g.shape[1], x.shape[1], *window))


def products(x: Tensor, kernel: Tensor, taps: Taps) -> Tensor:
    """The body of `unshared`."""
    xp, rank = namespace(x), len(taps.places)
    c_out = kernel.shape[rank]
    made = xp.matmul(_kernels(xp, kernel, taps, c_out), _columns(xp, x, taps))
    whole = xp.reshape(made, (*taps.places, c_out, x.shape[0]))
    return xp.asarray(xp.permute_dims(whole, (rank + 1, rank, *range(rank))), copy=True)


def _kernels(xp: Namespace[Tensor], kernel: Tensor, taps: Taps, c_out: int) -> Tensor:
    count, rank = math.prod(taps.places), len(taps.places)
    return xp.reshape(kernel, (count, c_out, kernel.shape[rank + 1] * len(taps.parts)))


def _columns(xp: Namespace[Tensor], x: Tensor, taps: Taps) -> Tensor:
    """`places c*taps n`."""
    (n, c), rank = x.shape[:2], len(taps.places)
    padded: Any = xp.zeros((*taps.padded, c, n), dtype=x.dtype)
    padded[(*taps.inner, ...)] = xp.permute_dims(x, (*range(2, rank + 2), 1, 0))
    out: Any = xp.empty((*taps.places, c, len(taps.parts), n), dtype=x.dtype)
    for t, part in enumerate(taps.parts):
        out[..., t, :] = padded[(*part, ...)]
    return xp.reshape(out, (math.prod(taps.places), c * len(taps.parts), n))


def _results(xp: Namespace[Tensor], g: Tensor) -> Tensor:
    """`places c_out n`, in order for the BLAS."""
    n, c_out, *places = g.shape
    return xp.asarray(xp.permute_dims(xp.reshape(g, (n, c_out, math.prod(places))), (2, 1, 0)), copy=True)


@where(unshared)
def _(
    c_in: Dim, spatial: Shape, kernel: Shape, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> dict[str, Dim | Shape]:
    places = windows.places(spatial, window, stride, pads, dilation)
    c_out = dims(kernel)[len(window)]
    refuse_kernel(dims(kernel), (*places, c_out, c_in, *window))
    return {"c_out": c_out, "places": places}


@where(unshared_input)
def _(
    c_out: Dim, places: Shape, kernel: Shape, size: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> dict[str, Dim | Shape]:
    same(places, windows.places(size, window, stride, pads, dilation), "`g` must have the sizes of the result")
    c_in = dims(kernel)[len(window) + 1]
    refuse_kernel(dims(kernel), (*places, c_out, c_in, *window))
    return {"c_in": c_in, "spatial": size}


@where(unshared_kernel)
def _(
    c_in: Dim, c_out: Dim, places: Shape, spatial: Shape, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> dict[str, Shape]:
    same(places, windows.places(spatial, window, stride, pads, dilation), "`g` must have the sizes of the result")
    return {"kernel": (*places, c_out, c_in, *window)}


def refuse_kernel(kernel: Shape, wanted: Shape) -> None:
    """Refuse a kernel that has not one for each place, or takes other channels."""
    same(kernel, wanted, "`kernel` must have one for each place, of the channels of `x`")


@vjp(unshared, "x")
def _(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> Tensor:
    return unshared_input(g, kernel, size=x.shape[2:], window=window, stride=stride, pads=pads, dilation=dilation)


@vjp(unshared, "kernel")
def _(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> Tensor:
    return unshared_kernel(x, g, window=window, stride=stride, pads=pads, dilation=dilation)


@vjp(unshared_input, "g")
def _(
    t: Tensor, out: Tensor, g: Tensor, kernel: Tensor, *,
    size: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes,
) -> Tensor:  # fmt: skip
    return unshared(t, kernel, window=window, stride=stride, pads=pads, dilation=dilation)


@vjp(unshared_input, "kernel")
def _(
    t: Tensor, out: Tensor, g: Tensor, kernel: Tensor, *,
    size: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes,
) -> Tensor:  # fmt: skip
    return unshared_kernel(t, g, window=window, stride=stride, pads=pads, dilation=dilation)


@vjp(unshared_kernel, "x")
def _(
    t: Tensor, out: Tensor, x: Tensor, g: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> Tensor:
    return unshared_input(g, t, size=x.shape[2:], window=window, stride=stride, pads=pads, dilation=dilation)


@vjp(unshared_kernel, "g")
def _(
    t: Tensor, out: Tensor, x: Tensor, g: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> Tensor:
    return unshared(x, t, window=window, stride=stride, pads=pads, dilation=dilation)
