"""Transposed convolution: what `conv1d` and its like do, the other way round.

Where a convolution makes one number of a window, its transposition makes a window of one number, and adds up where
windows overlap. It is the adjoint of the convolution with the same kernel, so the shape of the kernel is the same too:
its first axis belongs to the input here.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops import correlation
from typedgrad.ops.conv import bias_rule
from typedgrad.ops.convolve import convolve, convolve_kernel
from typedgrad.ops.correlation import Sliding
from typedgrad.ops.windows import Pair, Size, pads_of, per_axis
from typedgrad.shapes import Dim, Inconclusive, Shape, ShapeError, at_most, divides, same

Padding: TypeAlias = int | tuple[int, ...] | tuple[Pair, ...] | Literal["same", "valid"]


@primitive
def conv_transpose1d(
    x: Float[Tensor, "n c_in w"],
    kernel: Float[Tensor, "c_in c_per_group kw"],
    /,
    bias: Float[Tensor, "c_bias"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out w_out"]:
    """Each signal spread: every element times its kernel, added up where kernels overlap.

    The options are those of `conv_transpose2d`.

    Raises ShapeError if the channels do not fit the kernel or the groups, or an option makes no sense.

    >>> tg.conv_transpose1d(tg.asarray([[[1.0, 2.0]]]), tg.asarray([[[1.0, 10.0]]]))
    Tensor([[[ 1., 12., 20.]]], dtype=float32)
    """
    return _spread(x, kernel, bias, *_sliding(x.shape, kernel.shape, stride, padding, output_padding, dilation, groups))


@where(conv_transpose1d)
def _(
    c_in: Dim, c_per_group: Dim, w: Dim, kw: Dim, bias: Shape | None,
    stride: Size, padding: Padding, output_padding: Size, dilation: Size, groups: int,
) -> dict[str, Dim]:  # fmt: skip
    (w_out,) = _sizes((w,), (kw,), stride, padding, output_padding, dilation)
    return {"c_out": _channels(c_in, c_per_group, bias, groups), "w_out": w_out}


@primitive
def conv_transpose2d(
    x: Float[Tensor, "n c_in h w"],
    kernel: Float[Tensor, "c_in c_per_group kh kw"],
    /,
    bias: Float[Tensor, "c_bias"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out h_out w_out"]:
    """Each image spread: every element times its kernel, added up where kernels overlap.

    Args:
        x: channels first.
        kernel: for each input channel one kernel per output channel of its group.
        bias: added to each output channel.
        stride: how far apart the windows of neighbours lie.
        padding: how many places are cut off the result around each axis: a number, or (before, after); `same` makes
            the result larger than the input by the stride, `valid` cuts nothing.
        output_padding: how many places are added after each axis; less than the stride. Convolutions of so many sizes
            lead to the same one, and this says which of them is meant.
        dilation: how far apart neighbours of the kernel lie.
        groups: into how many groups the channels are parted that know nothing of each other.

    Raises:
        ShapeError: if the channels do not fit the kernel or the groups, or an option makes no sense.

    >>> tg.conv_transpose2d(tg.ones((1, 3, 4, 4)), tg.ones((3, 2, 3, 3)), stride=2, padding=1, output_padding=1).shape
    (1, 2, 8, 8)
    """
    return _spread(x, kernel, bias, *_sliding(x.shape, kernel.shape, stride, padding, output_padding, dilation, groups))


@where(conv_transpose2d)
def _(
    c_in: Dim, c_per_group: Dim, h: Dim, w: Dim, kh: Dim, kw: Dim, bias: Shape | None,
    stride: Size, padding: Padding, output_padding: Size, dilation: Size, groups: int,
) -> dict[str, Dim]:  # fmt: skip
    h_out, w_out = _sizes((h, w), (kh, kw), stride, padding, output_padding, dilation)
    return {"c_out": _channels(c_in, c_per_group, bias, groups), "h_out": h_out, "w_out": w_out}


@primitive
def conv_transpose3d(
    x: Float[Tensor, "n c_in d h w"],
    kernel: Float[Tensor, "c_in c_per_group kd kh kw"],
    /,
    bias: Float[Tensor, "c_bias"] | None = None,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out d_out h_out w_out"]:
    """Each volume spread: every element times its kernel, added up where kernels overlap.

    The options are those of `conv_transpose2d`.

    Raises ShapeError if the channels do not fit the kernel or the groups, or an option makes no sense.

    >>> tg.conv_transpose3d(tg.ones((1, 3, 2, 2, 2)), tg.ones((3, 2, 2, 2, 2)), stride=2).shape
    (1, 2, 4, 4, 4)
    """
    return _spread(x, kernel, bias, *_sliding(x.shape, kernel.shape, stride, padding, output_padding, dilation, groups))


@where(conv_transpose3d)
def _(
    c_in: Dim, c_per_group: Dim, d: Dim, h: Dim, w: Dim, kd: Dim, kh: Dim, kw: Dim, bias: Shape | None,
    stride: Size, padding: Padding, output_padding: Size, dilation: Size, groups: int,
) -> dict[str, Dim]:  # fmt: skip
    d_out, h_out, w_out = _sizes((d, h, w), (kd, kh, kw), stride, padding, output_padding, dilation)
    return {"c_out": _channels(c_in, c_per_group, bias, groups), "d_out": d_out, "h_out": h_out, "w_out": w_out}


def _channels(c_in: Dim, c_per_group: Dim, bias: Shape | None, groups: int) -> Dim:
    if isinstance(groups, int) and groups < 1:
        raise ShapeError(f"`groups` must be at least 1, not {groups}")
    divides(groups, c_in, f"`groups`={groups} must divide the channels of `x`")
    c_out = c_per_group * groups
    if bias:
        same(bias, (c_out,), "`bias` must have one number for each output channel")
    return c_out


def _sizes(
    sizes: tuple[Dim, ...], window: tuple[Dim, ...],
    stride: Size, padding: Padding, output_padding: Size, dilation: Size,
) -> tuple[Dim, ...]:  # fmt: skip
    """The sizes of the result."""
    rank = len(sizes)
    strides, dilations = per_axis(stride, rank, "stride"), per_axis(dilation, rank, "dilation")
    extra = per_axis(output_padding, rank, "output_padding", least=0)
    for s, e in zip(strides, extra, strict=True):
        if e >= s:
            raise ShapeError(f"`output_padding` must be less than the stride, {s}, not {e}")
    if padding == "same":
        if any(extra):
            raise ShapeError("`output_padding` says nothing more where padding='same' fixes the sizes")
        return tuple(n * s for n, s in zip(sizes, strides, strict=True))
    if not isinstance(padding, (int, tuple, str)):
        raise Inconclusive("the padding is not known")
    found: list[Dim] = []
    pads = pads_of((0,) * rank, (1,) * rank, 1, padding)
    for n, k, s, d, e, cut in zip(sizes, window, strides, dilations, extra, pads, strict=True):
        at_most(1, k, "the kernel has no elements")
        size = (n - 1) * s + (k - 1) * d + 1 + e - sum(cut)
        at_most(1, size, f"padding={padding} cuts off all there is")
        found.append(size)
    return tuple(found)


def _sliding(
    x: tuple[int, ...], kernel: tuple[int, ...],
    stride: Size, padding: Padding, output_padding: Size, dilation: Size, groups: int,
) -> tuple[tuple[int, ...], Sliding]:  # fmt: skip
    """The sizes of the result, and the convolution that leads from them to those of `x`."""
    window = kernel[2:]
    sizes: tuple[int, ...] = _sizes(x[2:], window, stride, padding, output_padding, dilation)  # type: ignore[assignment]  # ints lead to ints
    pads = pads_of(sizes, window, stride, padding, dilation)
    rank = len(sizes)
    return sizes, Sliding(per_axis(stride, rank, "stride"), pads, per_axis(dilation, rank, "dilation"), groups)


def _spread(x: Tensor, kernel: Tensor, bias: Tensor | None, sizes: tuple[int, ...], how: Sliding) -> Tensor:
    made = correlation.input_cotangent(x, kernel, sizes, how)
    return made if bias is None else made + namespace(x).reshape(bias, (bias.shape[0], *(1,) * len(sizes)))


def _input_rule(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, bias: Tensor | None, *,
    stride: Size, padding: Padding, output_padding: Size, dilation: Size, groups: int,
) -> Tensor:  # fmt: skip
    _, how = _sliding(x.shape, kernel.shape, stride, padding, output_padding, dilation, groups)
    return convolve(g, kernel, **how._asdict())


def _kernel_rule(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, bias: Tensor | None, *,
    stride: Size, padding: Padding, output_padding: Size, dilation: Size, groups: int,
) -> Tensor:  # fmt: skip
    _, how = _sliding(x.shape, kernel.shape, stride, padding, output_padding, dilation, groups)
    return convolve_kernel(g, x, size=kernel.shape[2:], **how._asdict())


for _op in (conv_transpose1d, conv_transpose2d, conv_transpose3d):
    vjp(_op, "x")(_input_rule)
    vjp(_op, "kernel")(_kernel_rule)
    vjp(_op, "bias")(bias_rule)
