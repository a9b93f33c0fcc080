"""What several of the models are made of."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn import BatchNorm, Conv2d, Layer, sub
from typedgrad.ops.activation import relu
from typedgrad.ops.windows import Padding, Size
from typedgrad.shapes import ShapeError


class Given:
    """Around the body of a model's call: where a picture turns out to be too small, the error says for which model."""

    def __init__(self, layer: Layer, x: Tensor) -> None:
        self.layer = layer
        self.x = x

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if isinstance(error, ShapeError):
            error.add_note(f"in {self.layer!r}, which was given `x` of shape [{' '.join(map(str, self.x.shape))}]")


def linear(x: Tensor) -> Tensor:
    """The activation that does nothing."""
    return x


class ConvUnit(Layer):
    """A convolution, batch normalisation unless told otherwise, and an activation.

    Only without the norm, which would undo it, does the convolution have a bias.

    >>> unit = tg.zoo.ConvUnit(in_channels=3, out_channels=8, kernel=3, stride=2, padding=1)
    >>> tg.eval_shape(unit, "n 3 32 32")
    Tensor(float32[n 8 16 16], abstract)
    """

    in_channels: int
    out_channels: int
    kernel: Size
    stride: Size = 1
    padding: Padding = 0
    groups: int = 1
    batch_norm: bool = True
    activation: Callable[[Tensor], Tensor] = relu
    conv: Conv2d = sub(
        lambda self: Conv2d(
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            groups=self.groups,
            use_bias=not self.batch_norm,
        )
    )
    norm: BatchNorm | None = sub(lambda self: BatchNorm(features=self.out_channels) if self.batch_norm else None)

    def __call__(self, x: Float[Tensor, "n in_channels h w"]) -> Float[Tensor, "n out_channels _ _"]:
        y = self.conv(x)
        return self.activation(y if self.norm is None else self.norm(y))
