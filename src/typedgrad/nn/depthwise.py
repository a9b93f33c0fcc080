"""Convolutions that treat channels one by one, alone or followed by a mixture of them."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.conv import Conv2d
from typedgrad.nn.fields import inferred, param, sub
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.nn.sliding import check_sliding, fan, tap
from typedgrad.ops.conv import conv2d
from typedgrad.ops.windows import Padding, Size


class DepthwiseConv2d(Layer):
    """Slides `multiplier` kernels over each channel of images `n in_channels h w`, on its own.

    Raises ValueError for options that make no sense.

    >>> layer = tg.init(tg.nn.DepthwiseConv2d(in_channels=3, multiplier=2, kernel=3), tg.random.key(0))
    >>> layer.weight.shape, layer(tg.ones((1, 3, 5, 5))).shape
    ((6, 1, 3, 3), (1, 6, 3, 3))
    """

    in_channels: int = inferred
    multiplier: int = 1
    kernel: Size
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    use_bias: bool = True
    kernel_h: int = sub(lambda self: tap(self.kernel, 0))
    kernel_w: int = sub(lambda self: tap(self.kernel, 1))
    weight: Float[Tensor, "in_channels*multiplier 1 kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "in_channels*multiplier"] | None = param(zeros, when=lambda self: self.use_bias)

    def __check__(self) -> None:
        check_sliding(self, 2)

    @property
    def fan_in(self) -> int:
        """How many inputs an element of the result has."""
        return fan(1, self.kernel_h, self.kernel_w)

    @property
    def fan_out(self) -> int:
        """How many elements of the result an input reaches, if the kernel moves by one."""
        return fan(self.multiplier, self.kernel_h, self.kernel_w)

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n _ _ _"]:
        return conv2d(
            x,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.in_channels,
        )


def _channels(layer: Layer) -> dict[str, Any]:
    """The number of input channels, if it is known already."""
    return {name: n for name, n in layer.__dict__.items() if name == "in_channels"}


class SeparableConv2d(Layer):
    """A `DepthwiseConv2d`, whose channels a convolution with a 1x1 kernel then mixes into `out_channels`.

    Raises ValueError for options that make no sense.

    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.

    >>> layer = tg.init(tg.nn.SeparableConv2d(out_channels=4, kernel=3), tg.random.key(0), input="n 3 5 5")
    >>> layer(tg.ones((1, 3, 5, 5))).shape
    (1, 4, 3, 3)
    """

    in_channels: int = inferred
    out_channels: int
    kernel: Size
    multiplier: int = 1
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    use_bias: bool = True
    depthwise: DepthwiseConv2d = sub(
        lambda self: DepthwiseConv2d(
            **_channels(self),
            multiplier=self.multiplier,
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            use_bias=False,
        )
    )
    pointwise: Conv2d = sub(
        lambda self: Conv2d(
            **{name: n * self.multiplier for name, n in _channels(self).items()},
            out_channels=self.out_channels,
            kernel=1,
            use_bias=self.use_bias,
        )
    )

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        return self.pointwise(self.depthwise(x))
