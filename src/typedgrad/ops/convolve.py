"""Convolution over any number of axes, closed under differentiation.

`convolve` is linear in its input and in its kernel. Its two adjoints are ops themselves; the gradients of each of the
three are the others.
"""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops import correlation, windows
from typedgrad.ops.correlation import Sliding
from typedgrad.ops.windows import Pads
from typedgrad.shapes import Dim, Shape, ShapeError, divides, same

Sizes = tuple[int, ...]


@primitive
def convolve(
    x: Float[Tensor, "n c_in *spatial"],
    kernel: Float[Tensor, "c_out c_per_group *window"],
    /,
    *,
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Float[Tensor, "n c_out *places"]:
    """Cross-correlation over all axes but the first two.

    >>> from typedgrad.ops.convolve import convolve
    >>> convolve(
    ...     tg.asarray([[[1.0, 2.0, 4.0]]]),
    ...     tg.asarray([[[1.0, 10.0]]]),
    ...     stride=(1,),
    ...     pads=((0, 0),),
    ...     dilation=(1,),
    ...     groups=1,
    ... )
    Tensor([[[21., 42.]]], dtype=float32)
    """
    return correlation.correlate(x, kernel, None, Sliding(stride, pads, dilation, groups))


@primitive
def convolve_input(
    g: Float[Tensor, "n c_out *places"],
    kernel: Float[Tensor, "c_out c_per_group *window"],
    /,
    *,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Float[Tensor, "n c_in *spatial"]:
    """The adjoint of `convolve` in its input, which has the sizes `size`: each element of `g` times the kernel.

    >>> from typedgrad.ops.convolve import convolve_input
    >>> convolve_input(
    ...     tg.asarray([[[1.0, 2.0]]]),
    ...     tg.asarray([[[1.0, 10.0]]]),
    ...     size=(3,),
    ...     stride=(1,),
    ...     pads=((0, 0),),
    ...     dilation=(1,),
    ...     groups=1,
    ... )
    Tensor([[[ 1., 12., 20.]]], dtype=float32)
    """
    return correlation.input_cotangent(g, kernel, size, Sliding(stride, pads, dilation, groups))


@primitive
def convolve_kernel(
    x: Float[Tensor, "n c_in *spatial"],
    g: Float[Tensor, "n c_out *places"],
    /,
    *,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Float[Tensor, "c_out c_per_group *window"]:
    """The adjoint of `convolve` in its kernel, whose window has the sizes `size`.

    >>> from typedgrad.ops.convolve import convolve_kernel
    >>> convolve_kernel(
    ...     tg.asarray([[[1.0, 2.0, 4.0]]]),
    ...     tg.asarray([[[1.0, 10.0]]]),
    ...     size=(2,),
    ...     stride=(1,),
    ...     pads=((0, 0),),
    ...     dilation=(1,),
    ...     groups=1,
    ... )
    Tensor([[[21., 42.]]], dtype=float32)
    """
    return correlation.kernel_cotangent(x, g, size, Sliding(stride, pads, dilation, groups))


@where(convolve)
def _(
    c_in: Dim, c_out: Dim, c_per_group: Dim, spatial: Shape, window: Shape,
    stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> dict[str, Shape]:  # fmt: skip
    refuse_channels(c_in, c_out, c_per_group, groups)
    return {"places": windows.places(spatial, window, stride, pads, dilation)}


@where(convolve_input)
def _(
    c_out: Dim, c_per_group: Dim, places: Shape, window: Shape, size: Sizes,
    stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> dict[str, Dim | Shape]:  # fmt: skip
    divides(groups, c_out, f"`groups`={groups} must divide the output channels of `kernel`")
    same(places, windows.places(size, window, stride, pads, dilation), "`g` must have the sizes of the result")
    return {"c_in": c_per_group * groups, "spatial": size}


@where(convolve_kernel)
def _(
    c_in: Dim, c_out: Dim, places: Shape, spatial: Shape, size: Sizes,
    stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> dict[str, Dim | Shape]:  # fmt: skip
    refuse_channels(c_in, c_out, c_in // groups, groups)
    same(places, windows.places(spatial, size, stride, pads, dilation), "`g` must have the sizes of the result")
    return {"c_per_group": c_in // groups, "window": size}


# For each op: the gradients of a sum of products of three things by one of them are sums of products of the other two.


@vjp(convolve, "x")
def _(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, *, stride: Sizes, pads: Pads, dilation: Sizes, groups: int
) -> Tensor:
    return convolve_input(g, kernel, size=x.shape[2:], stride=stride, pads=pads, dilation=dilation, groups=groups)


@vjp(convolve, "kernel")
def _(
    g: Tensor, out: Tensor, x: Tensor, kernel: Tensor, *, stride: Sizes, pads: Pads, dilation: Sizes, groups: int
) -> Tensor:
    return convolve_kernel(x, g, size=kernel.shape[2:], stride=stride, pads=pads, dilation=dilation, groups=groups)


@vjp(convolve_input, "g")
def _(
    t: Tensor, out: Tensor, g: Tensor, kernel: Tensor, *,
    size: Sizes, stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> Tensor:  # fmt: skip
    return convolve(t, kernel, stride=stride, pads=pads, dilation=dilation, groups=groups)


@vjp(convolve_input, "kernel")
def _(
    t: Tensor, out: Tensor, g: Tensor, kernel: Tensor, *,
    size: Sizes, stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> Tensor:  # fmt: skip
    return convolve_kernel(t, g, size=kernel.shape[2:], stride=stride, pads=pads, dilation=dilation, groups=groups)


@vjp(convolve_kernel, "x")
def _(
    t: Tensor, out: Tensor, x: Tensor, g: Tensor, *,
    size: Sizes, stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> Tensor:  # fmt: skip
    return convolve_input(g, t, size=x.shape[2:], stride=stride, pads=pads, dilation=dilation, groups=groups)


@vjp(convolve_kernel, "g")
def _(
    t: Tensor, out: Tensor, x: Tensor, g: Tensor, *,
    size: Sizes, stride: Sizes, pads: Pads, dilation: Sizes, groups: int,
) -> Tensor:  # fmt: skip
    return convolve(x, t, stride=stride, pads=pads, dilation=dilation, groups=groups)


def refuse_channels(c_in: Dim, c_out: Dim, c_per_group: Dim, groups: int) -> None:
    """Refuse channels that do not fit the kernel, or cannot be shared out among the groups."""
    if isinstance(groups, int) and groups < 1:
        raise ShapeError(f"`groups` must be at least 1, not {groups}")
    divides(groups, c_in, f"`groups`={groups} must divide the channels of `x`")
    divides(groups, c_out, f"`groups`={groups} must divide the output channels of `kernel`")
    counted = "the kernel takes" if isinstance(groups, int) and groups == 1 else f"{groups} groups of the kernel take"
    same(c_in, c_per_group * groups, f"`x` must have as many channels as {counted}")
