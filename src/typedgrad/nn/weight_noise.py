"""Noise on the weights of a layer while it is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.core.random import bernoulli
from typedgrad.core.tensor import Tensor
from typedgrad.nn.dropout import probability, scaled, training_key
from typedgrad.nn.layer import Layer, forwarding
from typedgrad.nn.reparametrise import called_with, check_parameter, parameter_of
from typedgrad.ops.interchange import to

if TYPE_CHECKING:
    from typedgrad.nn.fields import Initializer


class DropConnect(Layer):
    """A layer whose weights are dropped in training with probability `drop`, and the others scaled by 1 / (1 - drop).

    Fields:

        layer: any layer.
        drop: the probability; `keep` may be given instead, which is 1 - drop.
        name: which of its parameters.

    Source: Wan et al., "Regularization of neural networks using DropConnect", 2013.

    Raises TypeError unless one of `drop` and `keep` is given, and if the layer has no such parameter; ValueError unless
    0 <= drop < 1.

    >>> model = tg.nn.DropConnect(layer=tg.nn.Dense(in_features=4, out_features=2), drop=0.5)
    >>> tg.init(model, tg.random.key(0))(tg.ones((3, 4))).shape
    (3, 2)
    """

    layer: Layer
    drop: float
    name: str = "weight"

    def __init__(
        self, *, layer: Layer, drop: float | None = None, keep: float | None = None, name: str = "weight"
    ) -> None:
        self.layer = layer  # type: ignore[misc]  # set once, before the layer is sealed
        self.drop = probability("DropConnect", drop, keep)  # type: ignore[misc]  # as above
        self.name = name  # type: ignore[misc]  # as above

    def __check__(self) -> None:
        check_parameter(self, self.layer, self.name)

    @forwarding
    def __call__(self, *inputs: object, **options: object) -> Tensor:
        return called_with(self.layer, self.name, self._dropped, inputs, options)

    def _dropped(self) -> Tensor:
        weight = parameter_of(self.layer, self.name)
        key = training_key(weight) if self.drop else None
        if key is None:
            return weight
        return scaled(weight, bernoulli(key, 1.0 - self.drop, weight.shape, device=weight.device), self.drop)


class WeightNoise(Layer):
    """A layer to whose weights numbers are added in training, or by which they are multiplied.

    Fields:

        layer: any layer.
        noise: makes the numbers, as initialisers do: `tg.nn.normal(0.1)`.
        additive: whether they are added; otherwise the weights are multiplied by them.
        name: which of its parameters.

    Raises TypeError if the layer has no such parameter.

    >>> model = tg.nn.WeightNoise(layer=tg.nn.Dense(in_features=4, out_features=2), noise=tg.nn.normal(0.1))
    >>> tg.init(model, tg.random.key(0))(tg.ones((3, 4))).shape
    (3, 2)
    """

    layer: Layer
    noise: Initializer
    additive: bool = True
    name: str = "weight"

    def __check__(self) -> None:
        check_parameter(self, self.layer, self.name)
        if not callable(self.noise):
            raise TypeError(f"WeightNoise: `noise` must be an initialiser, not {type(self.noise).__name__}")

    @forwarding
    def __call__(self, *inputs: object, **options: object) -> Tensor:
        return called_with(self.layer, self.name, self._noisy, inputs, options)

    def _noisy(self) -> Tensor:
        weight = parameter_of(self.layer, self.name)
        key = training_key(weight)
        if key is None:
            return weight
        noise = to(self.noise(key, weight.shape, weight.dtype.name, (1, 1)), weight.device)
        return weight + noise if self.additive else weight * noise
