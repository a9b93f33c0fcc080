"""Layers that spread their input: transposed convolutions, which make it larger."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.activate import activated
from typedgrad.nn.fields import param, sub
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.kernels import GroupedKernels
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.nn.sliding import tap
from typedgrad.ops.conv_transpose import Padding, conv_transpose1d, conv_transpose2d, conv_transpose3d
from typedgrad.ops.windows import Size


class TransposedKernels(GroupedKernels):
    """The options of transposed convolutions."""

    padding: Padding = 0
    output_padding: Size = 0

    def __check__(self) -> None:
        super().__check__()
        if isinstance(self.padding, str) and self.padding not in ("same", "valid"):
            raise ValueError(f"{type(self).__name__}: `padding` must not be {self.padding!r}")


class ConvTranspose1d(TransposedKernels):
    """Spreads signals: the transposition of `Conv1d`.

    The options are those of `typedgrad.conv_transpose1d`. Raises ValueError for options that make no sense, and groups
    that do not divide the channels.

    >>> layer = tg.nn.ConvTranspose1d(in_channels=3, out_channels=2, kernel=2, stride=2)
    >>> tg.init(layer, tg.random.key(0))(tg.ones((1, 3, 5))).shape
    (1, 2, 10)
    """

    rank = 1
    kernel_size: int = sub(lambda self: tap(self.kernel, 0))
    weight: Float[Tensor, "in_channels out_channels//groups kernel_size"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels w"]) -> Float[Tensor, "n out_channels _"]:
        return activated(
            conv_transpose1d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                output_padding=self.output_padding,
                dilation=self.dilation,
                groups=self.groups,
            ),
            self.activation,
        )


class ConvTranspose2d(TransposedKernels):
    """Spreads images: the transposition of `Conv2d`.

    The options are those of `typedgrad.conv_transpose2d`. Raises ValueError for options that make no sense, and groups
    that do not divide the channels.

    >>> layer = tg.nn.ConvTranspose2d(in_channels=3, out_channels=2, kernel=2, stride=2)
    >>> tg.init(layer, tg.random.key(0))(tg.ones((1, 3, 4, 4))).shape
    (1, 2, 8, 8)
    """

    rank = 2
    kernel_h: int = sub(lambda self: tap(self.kernel, 0))
    kernel_w: int = sub(lambda self: tap(self.kernel, 1))
    weight: Float[Tensor, "in_channels out_channels//groups kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        return activated(
            conv_transpose2d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                output_padding=self.output_padding,
                dilation=self.dilation,
                groups=self.groups,
            ),
            self.activation,
        )


class ConvTranspose3d(TransposedKernels):
    """Spreads volumes: the transposition of `Conv3d`.

    The options are those of `typedgrad.conv_transpose3d`. Raises ValueError for options that make no sense, and groups
    that do not divide the channels.

    >>> layer = tg.nn.ConvTranspose3d(in_channels=3, out_channels=2, kernel=2, stride=2)
    >>> tg.init(layer, tg.random.key(0))(tg.ones((1, 3, 2, 2, 2))).shape
    (1, 2, 4, 4, 4)
    """

    rank = 3
    kernel_d: int = sub(lambda self: tap(self.kernel, 0))
    kernel_h: int = sub(lambda self: tap(self.kernel, 1))
    kernel_w: int = sub(lambda self: tap(self.kernel, 2))
    weight: Float[Tensor, "in_channels out_channels//groups kernel_d kernel_h kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "n in_channels d h w"]) -> Float[Tensor, "n out_channels _ _ _"]:
        return activated(
            conv_transpose3d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                output_padding=self.output_padding,
                dilation=self.dilation,
                groups=self.groups,
            ),
            self.activation,
        )
