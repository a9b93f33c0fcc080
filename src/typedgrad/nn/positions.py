"""Telling a sequence where in it each place is."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import param
from typedgrad.nn.initialisers import normal
from typedgrad.nn.layer import Layer
from typedgrad.ops import positions
from typedgrad.shapes import Dim, ShapeError, Signature, Slot, at_most
from typedgrad.shapes.registry import Entry, register_lazy


class SinusoidalPositions(Layer):
    """Adds `typedgrad.sinusoidal_positions` to a sequence: to each place the sines and cosines that tell where it is.

    Raises ShapeError for an odd number of features, ValueError if `base` is not positive.

    >>> tg.nn.SinusoidalPositions()(tg.zeros((1, 2, 2)))
    Tensor([[[0.       , 1.       ],
            [0.8414711, 0.5403023]]], dtype=float32)
    """

    base: float = 10000.0

    def __check__(self) -> None:
        _check_base(self, self.base)

    def __call__(self, x: Float[Tensor, "*batch t n"]) -> Float[Tensor, "*batch t n"]:
        return x + positions.sinusoidal_like(x, base=self.base)


class RotaryPositions(Layer):
    """Turns each pair of features by an angle that tells where in the sequence it is; see `typedgrad.rotary`.

    Attention has it built in, as `MultiHeadAttention(rotary=True)`.

    Raises ShapeError for an odd number of features, ValueError if `base` is not positive.

    >>> tg.nn.RotaryPositions()(tg.asarray([[1.0, 0.0], [1.0, 0.0]]))
    Tensor([[1.       , 0.       ],
            [0.5403023, 0.8414711]], dtype=float32)
    """

    base: float = 10000.0
    interleaved: bool = False

    def __check__(self) -> None:
        _check_base(self, self.base)

    def __call__(self, x: Float[Tensor, "*batch t n"]) -> Float[Tensor, "*batch t n"]:
        return positions.rotary(x, base=self.base, interleaved=self.interleaved)


class LearnedPositions(Layer):
    """Adds to each place of a sequence a vector of its own, of which there are `length`.

    Raises ShapeError for a longer sequence.

    >>> layer = tg.init(tg.nn.LearnedPositions(length=16, features=4), tg.random.key(0))
    >>> layer(tg.zeros((2, 5, 4))).shape
    (2, 5, 4)
    """

    length: int
    features: int
    weight: Float[Tensor, "length features"] = param(normal(0.02))

    def __call__(self, x: Float[Tensor, "*batch t features"]) -> Float[Tensor, "*batch t features"]:
        t = x.shape[-2]
        if isinstance(t, int) and t > self.length:
            raise ShapeError(f"`x` has {t} places, but there are only length={self.length}", where="LearnedPositions")
        return x + self.weight[:t]


def _long_enough(t: Dim, length: Dim) -> dict[str, Dim]:
    at_most(t, length, "there are more places than vectors")
    return {}


def _entry() -> Entry:
    """What static checkers know of `LearnedPositions` besides its annotations."""
    axes = Slot("*batch t features", "Float")
    return Entry(Signature({"x": axes}, axes, _long_enough, "LearnedPositions"))


register_lazy(f"{__name__}.LearnedPositions", _entry)


def _check_base(layer: Layer, base: float) -> None:
    if not base > 0.0:
        raise ValueError(f"{type(layer).__name__}: `base` must be positive, got {base}")
