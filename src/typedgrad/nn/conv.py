"""Layers that slide a bank of kernels over signals, images and volumes."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.activate import activated
from typedgrad.nn.fields import param, sub
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.kernels import GroupedKernels
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.nn.sliding import tap
from typedgrad.ops.conv import conv1d, conv2d, conv3d


class Conv1d(GroupedKernels):
    """Slides `out_channels` kernels over signals `n in_channels w`.

    The options are those of `typedgrad.conv1d`. Raises ValueError for options that make no sense, and
    for groups that do not divide the channels.

    >>> layer = tg.init(tg.nn.Conv1d(out_channels=8, kernel=3, padding="causal"), tg.random.key(0), input="n 2 10")
    >>> layer(tg.ones((4, 2, 10))).shape
    (4, 8, 10)
    """

    rank = 1
    kernel_size: int = sub(lambda self: tap(self.kernel, 0))
    weight: Float[Tensor, "out_channels in_channels//groups kernel_size"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels w"]) -> Float[Tensor, "n out_channels _"]:
        return activated(
            conv1d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
                groups=self.groups,
            ),
            self.activation,
        )


class Conv2d(GroupedKernels):
    """Slides `out_channels` kernels over images `n in_channels h w`.

    The options are those of `typedgrad.conv2d`. Raises ValueError for options that make no sense, and
    for groups that do not divide the channels.

    >>> layer = tg.init(tg.nn.Conv2d(in_channels=3, out_channels=8, kernel=(3, 5), stride=2), tg.random.key(0))
    >>> layer.weight.shape, layer(tg.ones((1, 3, 9, 9))).shape
    ((8, 3, 3, 5), (1, 8, 4, 3))
    """

    rank = 2
    kernel_h: int = sub(lambda self: tap(self.kernel, 0))
    kernel_w: int = sub(lambda self: tap(self.kernel, 1))
    weight: Float[Tensor, "out_channels in_channels//groups kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        return activated(
            conv2d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
                groups=self.groups,
            ),
            self.activation,
        )


class Conv3d(GroupedKernels):
    """Slides `out_channels` kernels over volumes `n in_channels d h w`.

    The options are those of `typedgrad.conv3d`. Raises ValueError for options that make no sense, and
    for groups that do not divide the channels.

    >>> layer = tg.init(tg.nn.Conv3d(in_channels=1, out_channels=2, kernel=3, padding=1), tg.random.key(0))
    >>> layer(tg.ones((1, 1, 4, 4, 4))).shape
    (1, 2, 4, 4, 4)
    """

    rank = 3
    kernel_d: int = sub(lambda self: tap(self.kernel, 0))
    kernel_h: int = sub(lambda self: tap(self.kernel, 1))
    kernel_w: int = sub(lambda self: tap(self.kernel, 2))
    weight: Float[Tensor, "out_channels in_channels//groups kernel_d kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels d h w"]) -> Float[Tensor, "n out_channels _ _ _"]:
        return activated(
            conv3d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
                groups=self.groups,
            ),
            self.activation,
        )
