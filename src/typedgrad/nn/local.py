"""Locally connected layers: convolutions whose kernels differ from place to place."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.activate import activated
from typedgrad.nn.fields import inferred, param, sub
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.kernels import Kernels, reach
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.nn.sliding import check_room, room, tap
from typedgrad.ops.local import local_conv1d, local_conv2d


class LocalKernels(Kernels):
    """The options of a layer that has kernels of its own at each place."""

    @property
    def fan_in(self) -> int:
        """How many inputs an element of the result has."""
        return self.in_channels * reach(self.kernel, self.rank)

    @property
    def fan_out(self) -> int:
        """How many elements of the result an input reaches, if the stride is 1."""
        return self.out_channels * reach(self.kernel, self.rank)


class LocallyConnected1d(LocalKernels):
    """Slides a window over signals `n in_channels w` that has `out_channels` kernels of its own at each place.

    The options are those of `typedgrad.local_conv1d`. The sizes of the input are part of the layer: they say how many
    places there are.

    Raises ValueError for options that make no sense.

    >>> layer = tg.init(tg.nn.LocallyConnected1d(out_channels=4, kernel=3), tg.random.key(0), input="n 3 5")
    >>> layer.weight.shape, layer(tg.ones((1, 3, 5))).shape
    ((3, 4, 3, 3), (1, 4, 3))
    """

    w: int = inferred
    rank = 1
    kernel_w: int = sub(lambda self: tap(self.kernel, 0))
    stride_w: int = sub(lambda self: tap(self.stride, 0))
    room_w: int = sub(lambda self: room(self, 0))
    weight: Float[Tensor, "(w+room_w)//stride_w+1 out_channels in_channels kernel_w"] = param(
        glorot_uniform, fans=("fan_in", "fan_out")
    )
    bias: Float[Tensor, "out_channels (w+room_w)//stride_w+1"] | None = param(zeros, when=lambda self: self.use_bias)

    def __check__(self) -> None:
        super().__check__()
        check_room(self, ("w",))

    def __call__(self, x: Float[Tensor, "n in_channels w"]) -> Float[Tensor, "n out_channels (w+room_w)//stride_w+1"]:
        return activated(
            local_conv1d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
            ),
            self.activation,
        )


class LocallyConnected2d(LocalKernels):
    """Slides a window over images `n in_channels h w` that has `out_channels` kernels of its own at each place.

    The options are those of `typedgrad.local_conv2d`. The sizes of the input are part of the layer: they say how many
    places there are.

    Raises ValueError for options that make no sense.

    >>> layer = tg.init(tg.nn.LocallyConnected2d(out_channels=4, kernel=3), tg.random.key(0), input="n 3 5 5")
    >>> layer.weight.shape, layer(tg.ones((1, 3, 5, 5))).shape
    ((3, 3, 4, 3, 3, 3), (1, 4, 3, 3))
    """

    h: int = inferred
    w: int = inferred
    rank = 2
    kernel_h: int = sub(lambda self: tap(self.kernel, 0))
    kernel_w: int = sub(lambda self: tap(self.kernel, 1))
    stride_h: int = sub(lambda self: tap(self.stride, 0))
    stride_w: int = sub(lambda self: tap(self.stride, 1))
    room_h: int = sub(lambda self: room(self, 0))
    room_w: int = sub(lambda self: room(self, 1))
    weight: Float[
        Tensor, "(h+room_h)//stride_h+1 (w+room_w)//stride_w+1 out_channels in_channels kernel_h kernel_w"
    ] = param(glorot_uniform, fans=("fan_in", "fan_out"))
    bias: Float[Tensor, "out_channels (h+room_h)//stride_h+1 (w+room_w)//stride_w+1"] | None = param(
        zeros, when=lambda self: self.use_bias
    )

    def __check__(self) -> None:
        super().__check__()
        check_room(self, ("h", "w"))

    def __call__(
        self, x: Float[Tensor, "n in_channels h w"]
    ) -> Float[Tensor, "n out_channels (h+room_h)//stride_h+1 (w+room_w)//stride_w+1"]:
        return activated(
            local_conv2d(
                x,
                self.weight,
                self.bias,
                stride=self.stride,
                padding=self.padding,
                dilation=self.dilation,
            ),
            self.activation,
        )
