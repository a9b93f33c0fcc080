"""Convolution of signals, images and volumes with a bank of kernels.

It is cross-correlation: kernels are not turned round. All three run through `typedgrad.ops.correlation`.
"""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops import correlation
from typedgrad.ops.convolve import convolve_input, convolve_kernel, refuse_channels
from typedgrad.ops.correlation import Sliding
from typedgrad.ops.reduce import sum
from typedgrad.ops.windows import Padding, Size, pads_of, per_axis, places
from typedgrad.shapes import Dim


@primitive
def conv1d(
    x: Float[Tensor, "n c_in w"],
    kernel: Float[Tensor, "c_out c_per_group kw"],
    /,
    bias: Float[Tensor, "c_out"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out w_out"]:
    """Each signal slid over by a bank of kernels: at every place, and for every kernel, the sum of the products.

    The options are those of `conv2d`; `padding="causal"` puts all zeros in front, so that no place sees what follows.

    Raises ShapeError if the kernel is larger than the padded input, the groups do not divide the channels, or an option
    makes no sense.

    >>> x = tg.asarray([[[1.0, 2.0, 4.0, 8.0]]])
    >>> tg.conv1d(x, tg.asarray([[[1.0, -1.0]]]))
    Tensor([[[-1., -2., -4.]]], dtype=float32)
    """
    return correlation.correlate(x, kernel, bias, _sliding(x.shape, kernel.shape, stride, padding, dilation, groups))


@where(conv1d)
def _(
    c_in: Dim, c_out: Dim, c_per_group: Dim, w: Dim, kw: Dim,
    stride: Size, padding: Padding, dilation: Size, groups: int,
) -> dict[str, Dim]:  # fmt: skip
    refuse_channels(c_in, c_out, c_per_group, groups)
    (w_out,) = places((w,), (kw,), stride, padding, dilation)
    return {"w_out": w_out}


@primitive
def conv2d(
    x: Float[Tensor, "n c_in h w"],
    kernel: Float[Tensor, "c_out c_per_group kh kw"],
    /,
    bias: Float[Tensor, "c_out"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out h_out w_out"]:
    """Each image slid over by a bank of kernels: at every place, and for every kernel, the sum of the products.

    Args:
        x: channels first.
        kernel: for each output channel one kernel over the input channels of its group.
        bias: added to each output channel.
        stride: how far the kernel moves from place to place.
        padding: zeros around each axis: how many, or (before, after); `same` keeps the size, divided by the stride
            and rounded up; `valid` adds none; `causal` adds them in front; `strict` adds none and refuses a rest.
        dilation: how far apart the elements lie that neighbours in the kernel meet.
        groups: into how many groups the channels are parted that know nothing of each other.

    Raises:
        ShapeError: if the kernel is larger than the padded input, the groups do not divide the channels, or an option
            makes no sense.

    >>> x = tg.asarray([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    >>> tg.conv2d(x, tg.ones((1, 1, 2, 2)), stride=(1, 1))
    Tensor([[[[12., 16.]]]], dtype=float32)
    """
    return correlation.correlate(x, kernel, bias, _sliding(x.shape, kernel.shape, stride, padding, dilation, groups))


@where(conv2d)
def _(
    c_in: Dim, c_out: Dim, c_per_group: Dim, h: Dim, w: Dim, kh: Dim, kw: Dim,
    stride: Size, padding: Padding, dilation: Size, groups: int,
) -> dict[str, Dim]:  # fmt: skip
    refuse_channels(c_in, c_out, c_per_group, groups)
    h_out, w_out = places((h, w), (kh, kw), stride, padding, dilation)
    return {"h_out": h_out, "w_out": w_out}


@primitive
def conv3d(
    x: Float[Tensor, "n c_in d h w"],
    kernel: Float[Tensor, "c_out c_per_group kd kh kw"],
    /,
    bias: Float[Tensor, "c_out"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out d_out h_out w_out"]:
    """Each volume slid over by a bank of kernels: at every place, and for every kernel, the sum of the products.

    The options are those of `conv2d`.

    Raises ShapeError if the kernel is larger than the padded input, the groups do not divide the channels, or an option
    makes no sense.

    >>> tg.conv3d(tg.ones((1, 2, 5, 5, 5)), tg.ones((4, 2, 3, 3, 3)), padding="same").shape
    (1, 4, 5, 5, 5)
    """
    return correlation.correlate(x, kernel, bias, _sliding(x.shape, kernel.shape, stride, padding, dilation, groups))


@where(conv3d)
def _(
    c_in: Dim, c_out: Dim, c_per_group: Dim, d: Dim, h: Dim, w: Dim, kd: Dim, kh: Dim, kw: Dim,
    stride: Size, padding: Padding, dilation: Size, groups: int,
) -> dict[str, Dim]:  # fmt: skip
    refuse_channels(c_in, c_out, c_per_group, groups)
    d_out, h_out, w_out = places((d, h, w), (kd, kh, kw), stride, padding, dilation)
    return {"d_out": d_out, "h_out": h_out, "w_out": w_out}


def _sliding(
    x: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: Size,
    padding: Padding,
    dilation: Size,
    groups: int,
) -> Sliding:
    """The options in full, for inputs and kernels of these shapes."""
    sizes, window = x[2:], kernel[2:]
    rank = len(sizes)
    pads = pads_of(sizes, window, stride, padding, dilation)
    return Sliding(per_axis(stride, rank, "stride"), pads, per_axis(dilation, rank, "dilation"), groups)


def _input_rule(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, bias: Tensor | None, *,
    stride: Size, padding: Padding, dilation: Size, groups: int,
) -> Tensor:  # fmt: skip
    how = _sliding(x.shape, kernel.shape, stride, padding, dilation, groups)
    return convolve_input(g, kernel, size=x.shape[2:], **how._asdict())


def _kernel_rule(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, bias: Tensor | None, *,
    stride: Size, padding: Padding, dilation: Size, groups: int,
) -> Tensor:  # fmt: skip
    how = _sliding(x.shape, kernel.shape, stride, padding, dilation, groups)
    return convolve_kernel(x, g, size=kernel.shape[2:], **how._asdict())


def bias_rule(g: Tensor, *_: object, **options: object) -> Tensor:
    """The cotangent of what is added to each channel."""
    return sum(g, axis=(0, *range(2, len(g.shape))))


for _op in (conv1d, conv2d, conv3d):
    vjp(_op, "x")(_input_rule)
    vjp(_op, "kernel")(_kernel_rule)
    vjp(_op, "bias")(bias_rule)
