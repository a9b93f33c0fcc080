"""Locally connected maps: convolutions whose kernels differ from place to place."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float

from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.reduce import sum
from typedgrad.ops.taps import Taps, taps_of
from typedgrad.ops.unshared import products, unshared_input, unshared_kernel
from typedgrad.ops.windows import Padding, Size, pads_of, per_axis, places
from typedgrad.shapes import Dim, same


@primitive
def local_conv1d(
    x: Float[Tensor, "n c_in w"],
    kernel: Float[Tensor, "w_out c_out c_in kw"],
    /,
    bias: Float[Tensor, "c_out w_out"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> Float[Tensor, "n c_out w_out"]:
    """Each signal slid over by a window that has kernels of its own at each place.

    The options are those of `conv2d`.

    Raises ShapeError if there is not a kernel for each place, or an option makes no sense.

    >>> kernel = tg.reshape(tg.asarray([1.0, 10.0, 1.0, 100.0]), (2, 1, 1, 2))
    >>> tg.local_conv1d(tg.asarray([[[1.0, 2.0, 4.0]]]), kernel)
    Tensor([[[ 21., 402.]]], dtype=float32)
    """
    made = products(x, kernel, _taps(x, kernel, stride, padding, dilation))
    return made if bias is None else made + bias


@where(local_conv1d)
def _(w: Dim, kw: Dim, w_out: Dim, stride: Size, padding: Padding, dilation: Size) -> dict[str, Dim]:
    same((w_out,), places((w,), (kw,), stride, padding, dilation), _EACH)
    return {}


@primitive
def local_conv2d(
    x: Float[Tensor, "n c_in h w"],
    kernel: Float[Tensor, "h_out w_out c_out c_in kh kw"],
    /,
    bias: Float[Tensor, "c_out h_out w_out"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> Float[Tensor, "n c_out h_out w_out"]:
    """Each image slid over by a window that has kernels of its own at each place.

    The options are those of `conv2d`.

    Raises ShapeError if there is not a kernel for each place, or an option makes no sense.

    >>> tg.local_conv2d(tg.ones((1, 3, 5, 5)), tg.ones((2, 2, 4, 3, 3, 3)), stride=2).shape
    (1, 4, 2, 2)
    """
    made = products(x, kernel, _taps(x, kernel, stride, padding, dilation))
    return made if bias is None else made + bias


@where(local_conv2d)
def _(
    h: Dim, w: Dim, kh: Dim, kw: Dim, h_out: Dim, w_out: Dim, stride: Size, padding: Padding, dilation: Size
) -> dict[str, Dim]:
    same((h_out, w_out), places((h, w), (kh, kw), stride, padding, dilation), _EACH)
    return {}


_EACH = "`kernel` must have one for each place of the window"


def _options(x: Tensor, kernel: Tensor, stride: Size, padding: Padding, dilation: Size) -> dict[str, Any]:
    sizes = x.shape[2:]
    rank = len(sizes)
    window = kernel.shape[rank + 2 :]
    return {
        "window": window,
        "stride": per_axis(stride, rank, "stride"),
        "pads": pads_of(sizes, window, stride, padding, dilation),
        "dilation": per_axis(dilation, rank, "dilation"),
    }


def _taps(x: Tensor, kernel: Tensor, stride: Size, padding: Padding, dilation: Size) -> Taps:
    return taps_of(x.shape[2:], **_options(x, kernel, stride, padding, dilation), flat=False)


def _input_rule(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, bias: Tensor | None, *,
    stride: Size, padding: Padding, dilation: Size,
) -> Tensor:  # fmt: skip
    return unshared_input(g, kernel, size=x.shape[2:], **_options(x, kernel, stride, padding, dilation))


def _kernel_rule(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, bias: Tensor | None, *,
    stride: Size, padding: Padding, dilation: Size,
) -> Tensor:  # fmt: skip
    return unshared_kernel(x, g, **_options(x, kernel, stride, padding, dilation))


def _bias_rule(g: Tensor, *_: object, **options: object) -> Tensor:
    return sum(g, axis=0)


for _op in (local_conv1d, local_conv2d):
    vjp(_op, "x")(_input_rule)
    vjp(_op, "kernel")(_kernel_rule)
    vjp(_op, "bias")(_bias_rule)
