"""Rectifiers whose slope is learnt, or drawn while training."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import constant
from typedgrad.nn.layer import Layer
from typedgrad.ops import activation_pieces
from typedgrad.ops.move import reshape


class PRelu(Layer):
    """`x` where it is positive, elsewhere `x` times a slope that is learnt for each channel; 1/4 at first.

    Raises ValueError if `channels` is not positive.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    >>> layer = tg.init(tg.nn.PRelu(channels=2), tg.random.key(0))
    >>> layer(tg.asarray([[-1.0, 2.0]]))
    Tensor([[-0.25,  2.  ]], dtype=float32)
    """

    channels: int = inferred
    slope: Float[Tensor, "channels"] = param(constant(0.25))

    def __call__(self, x: Float[Tensor, "n channels *spatial"]) -> Float[Tensor, "n channels *spatial"]:
        return activation_pieces.prelu(x, reshape(self.slope, (self.channels, *(1,) * (x.ndim - 2))))


class RRelu(Layer):
    """`x` where it is positive, elsewhere `x` times a slope: a random one in training, their mean outside of it.

    Raises ValueError unless `low` <= `high`.

    Source: Xu, Wang, Chen and Li, "Empirical evaluation of rectified activations in convolutional network", 2015.

    >>> tg.nn.RRelu(low=0.25, high=0.75)(tg.asarray([-1.0, 2.0]))
    Tensor([-0.5,  2. ], dtype=float32)
    """

    low: float = 1 / 8
    high: float = 1 / 3

    def __check__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"RRelu: `low` must not exceed `high`, got {self.low} and {self.high}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        run = current_run()
        key = None if run is None else run.next_key()
        return activation_pieces.rrelu(x, low=self.low, high=self.high, key=key)
