"""Channels last, for any layer or chain of layers that has channels first."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.branches import Stage
from typedgrad.nn.layer import Layer
from typedgrad.ops.shuffle import channels_first, channels_last


class ChannelsLast(Layer):
    """A layer, or a chain of them, for tensors whose last axis holds the channels: `n w c`, `n h w c`, `n d h w c`.

    What comes in is seen with its channels first, and what comes out with its channels last; neither is copied.

    Raises TypeError for a layer that cannot be called.

    >>> layer = tg.nn.ChannelsLast(layer=tg.nn.Conv2d(out_channels=8, kernel=3))
    >>> tg.init(layer, tg.random.key(0), input="n 9 9 3")(tg.ones((1, 9, 9, 3))).shape
    (1, 7, 7, 8)
    """

    layer: Stage

    def __check__(self) -> None:
        if isinstance(self.layer, type) or not callable(self.layer):
            raise TypeError(f"ChannelsLast: `layer` must be a layer or a function, not {self.layer!r}")

    def __call__(self, x: Float[Tensor, "n *spatial c"]) -> Float[Tensor, "n ..."]:
        return channels_last(self.layer(channels_first(x)))
