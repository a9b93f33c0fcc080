"""Convolutions that treat channels one by one, alone or followed by a mixture of them."""

from __future__ import annotations

from typing import Any, ClassVar

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.activate import Activated, activated
from typedgrad.nn.conv import Conv1d, Conv2d, Conv3d
from typedgrad.nn.fields import inferred, param, sub
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.kernels import Kernels, reach
from typedgrad.nn.layer import Layer
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.nn.sliding import check_sliding, tap
from typedgrad.ops.conv import conv1d, conv2d, conv3d
from typedgrad.ops.windows import Padding, Size


class DepthwiseKernels(Layer):
    """The options of a layer that gives each channel kernels of its own."""

    in_channels: int = inferred
    multiplier: int = 1
    kernel: Size
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    use_bias: bool = True
    activation: Activated = None
    rank: ClassVar[int]

    def __check__(self) -> None:
        check_sliding(self, self.rank)

    @property
    def fan_in(self) -> int:
        """How many inputs an element of the result has."""
        return reach(self.kernel, self.rank)

    @property
    def fan_out(self) -> int:
        """How many elements of the result an input reaches, if the kernel moves by one."""
        return self.multiplier * reach(self.kernel, self.rank)


class DepthwiseConv1d(DepthwiseKernels):
    """Slides `multiplier` kernels over each channel of signals `n in_channels w`, on its own.

    The options are those of `typedgrad.conv1d`. Raises ValueError for options that make no sense.

    >>> layer = tg.init(tg.nn.DepthwiseConv1d(in_channels=3, multiplier=2, kernel=3), tg.random.key(0))
    >>> layer.weight.shape, layer(tg.ones((1, 3, 5))).shape
    ((6, 1, 3), (1, 6, 3))
    """

    rank = 1
    kernel_size: int = sub(lambda self: tap(self.kernel, 0))
    weight: Float[Tensor, "in_channels*multiplier 1 kernel_size"] = param(glorot_uniform, fans=("fan_in", "fan_out"))
    bias: Float[Tensor, "in_channels*multiplier"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels w"]) -> Float[Tensor, "n in_channels*multiplier _"]:
        return activated(
            conv1d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
                groups=self.in_channels,
            ),
            self.activation,
        )


class DepthwiseConv2d(DepthwiseKernels):
    """Slides `multiplier` kernels over each channel of images `n in_channels h w`, on its own.

    The options are those of `typedgrad.conv2d`. Raises ValueError for options that make no sense.

    >>> layer = tg.init(tg.nn.DepthwiseConv2d(in_channels=3, multiplier=2, kernel=3), tg.random.key(0))
    >>> layer.weight.shape, layer(tg.ones((1, 3, 5, 5))).shape
    ((6, 1, 3, 3), (1, 6, 3, 3))
    """

    rank = 2
    kernel_h: int = sub(lambda self: tap(self.kernel, 0))
    kernel_w: int = sub(lambda self: tap(self.kernel, 1))
    weight: Float[Tensor, "in_channels*multiplier 1 kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "in_channels*multiplier"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n in_channels*multiplier _ _"]:
        return activated(
            conv2d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
                groups=self.in_channels,
            ),
            self.activation,
        )


class DepthwiseConv3d(DepthwiseKernels):
    """Slides `multiplier` kernels over each channel of volumes `n in_channels d h w`, on its own.

    The options are those of `typedgrad.conv3d`. Raises ValueError for options that make no sense.

    >>> layer = tg.init(tg.nn.DepthwiseConv3d(in_channels=3, multiplier=2, kernel=3), tg.random.key(0))
    >>> layer.weight.shape, layer(tg.ones((1, 3, 5, 5, 5))).shape
    ((6, 1, 3, 3, 3), (1, 6, 3, 3, 3))
    """

    rank = 3
    kernel_d: int = sub(lambda self: tap(self.kernel, 0))
    kernel_h: int = sub(lambda self: tap(self.kernel, 1))
    kernel_w: int = sub(lambda self: tap(self.kernel, 2))
    weight: Float[Tensor, "in_channels*multiplier 1 kernel_d kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "in_channels*multiplier"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels d h w"]) -> Float[Tensor, "n in_channels*multiplier _ _ _"]:
        return activated(
            conv3d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
                groups=self.in_channels,
            ),
            self.activation,
        )


class SeparableKernels(Kernels):
    """The options of a layer that slides kernels over each channel, and then mixes the channels."""

    multiplier: int = 1

    def depthwise_options(self) -> dict[str, Any]:
        """The options of the first half."""
        known = {name: n for name, n in self.__dict__.items() if name == "in_channels"}
        shared = {name: getattr(self, name) for name in ("multiplier", "kernel", "stride", "padding", "dilation")}
        return {**known, **shared, "use_bias": False}

    def pointwise_options(self) -> dict[str, Any]:
        """The options of the second half."""
        known = {name: n * self.multiplier for name, n in self.__dict__.items() if name == "in_channels"}
        return {**known, "out_channels": self.out_channels, "kernel": 1, "use_bias": self.use_bias}


class SeparableConv1d(SeparableKernels):
    """A `DepthwiseConv1d`, whose channels a convolution with a kernel of one element then mixes into `out_channels`.

    Raises ValueError for options that make no sense.

    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.

    >>> layer = tg.init(tg.nn.SeparableConv1d(out_channels=4, kernel=3), tg.random.key(0), input="n 3 5")
    >>> layer(tg.ones((1, 3, 5))).shape
    (1, 4, 3)
    """

    rank = 1
    depthwise: DepthwiseConv1d = sub(lambda self: DepthwiseConv1d(**self.depthwise_options()))
    pointwise: Conv1d = sub(lambda self: Conv1d(**self.pointwise_options()))

    def __call__(self, x: Float[Tensor, "n in_channels w"]) -> Float[Tensor, "n out_channels _"]:
        return activated(self.pointwise(self.depthwise(x)), self.activation)


class SeparableConv2d(SeparableKernels):
    """A `DepthwiseConv2d`, whose channels a convolution with a kernel of one element then mixes into `out_channels`.

    Raises ValueError for options that make no sense.

    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.

    >>> layer = tg.init(tg.nn.SeparableConv2d(out_channels=4, kernel=3), tg.random.key(0), input="n 3 5 5")
    >>> layer(tg.ones((1, 3, 5, 5))).shape
    (1, 4, 3, 3)
    """

    rank = 2
    depthwise: DepthwiseConv2d = sub(lambda self: DepthwiseConv2d(**self.depthwise_options()))
    pointwise: Conv2d = sub(lambda self: Conv2d(**self.pointwise_options()))

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        return activated(self.pointwise(self.depthwise(x)), self.activation)


class SeparableConv3d(SeparableKernels):
    """A `DepthwiseConv3d`, whose channels a convolution with a kernel of one element then mixes into `out_channels`.

    Raises ValueError for options that make no sense.

    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.

    >>> layer = tg.init(tg.nn.SeparableConv3d(out_channels=4, kernel=3), tg.random.key(0), input="n 3 5 5 5")
    >>> layer(tg.ones((1, 3, 5, 5, 5))).shape
    (1, 4, 3, 3, 3)
    """

    rank = 3
    depthwise: DepthwiseConv3d = sub(lambda self: DepthwiseConv3d(**self.depthwise_options()))
    pointwise: Conv3d = sub(lambda self: Conv3d(**self.pointwise_options()))

    def __call__(self, x: Float[Tensor, "n in_channels d h w"]) -> Float[Tensor, "n out_channels _ _ _"]:
        return activated(self.pointwise(self.depthwise(x)), self.activation)
