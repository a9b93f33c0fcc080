"""Normalisation: of a batch, and of each example."""

from __future__ import annotations

import math

from jaxtyping import Float

from typedgrad.core.run import Run, current_run
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import stop_gradient
from typedgrad.nn.activate import Activated, activated, check_activation, fused
from typedgrad.nn.fields import inferred, param, state
from typedgrad.nn.initialisers import ones, zeros
from typedgrad.nn.layer import Layer, state_of
from typedgrad.ops.elementwise import sqrt
from typedgrad.ops.move import reshape
from typedgrad.ops.normalise import batch_norm, layer_norm


class LayerNorm(Layer):
    """Normalises the last axis of each example to mean 0 and variance 1, then scales and shifts it.

    Without `affine` it is neither scaled nor shifted, without `use_bias` it is not shifted.

    Raises ValueError if `epsilon` is not positive.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> layer = tg.init(tg.nn.LayerNorm(features=2), tg.random.key(0))
    >>> layer(tg.asarray([[0.0, 2.0]])).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """

    features: int = inferred
    epsilon: float = 1e-5
    affine: bool = True
    use_bias: bool = True
    weight: Float[Tensor, "features"] | None = param(ones, when=lambda self: self.affine)
    bias: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.affine and self.use_bias)

    def __check__(self) -> None:
        check_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        return layer_norm(x, self.weight, self.bias, epsilon=self.epsilon)


class BatchNorm(Layer):
    """Normalises each feature (axis 1) to mean 0 and variance 1 over the batch and all further axes.

    In training the batch's own statistics are used, and the running ones move towards them. Elsewhere the running ones
    are used. Fields:

        features: how many there are.
        momentum: the weight of the new statistics in the running ones, as in PyTorch; Keras counts the old ones.
        epsilon: added to the variance.
        affine: whether features are scaled and shifted afterwards, by parameters.
        unbiased: whether the running variance is divided by one less than the number of values, as in PyTorch and
            Caffe, and not in Keras. The batch is normalised by the biased one in any case.
        activation: what the result goes through, by name or as a function; "relu" costs nothing beside the rest.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Raises ValueError for a momentum outside of [0, 1], an epsilon that is not positive, and in training for a batch
    with fewer than two values per feature.

    >>> model = tg.init(tg.nn.BatchNorm(features=2), tg.random.key(0))
    >>> with tg.training(tg.random.key(1)) as run:
    ...     y = model(tg.asarray([[0.0, 2.0], [2.0, 4.0]]))
    >>> y.numpy().round(3)
    array([[-1., -1.],
           [ 1.,  1.]], dtype=float32)
    >>> run.updated(model).running_mean
    Tensor([0.1, 0.3], dtype=float32)
    """

    features: int = inferred
    momentum: float = 0.1
    epsilon: float = 1e-5
    affine: bool = True
    unbiased: bool = True
    activation: Activated = None
    weight: Float[Tensor, "features"] | None = param(ones, when=lambda self: self.affine)
    bias: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.affine)
    running_mean: Float[Tensor, "features"] = state(zeros)
    running_var: Float[Tensor, "features"] = state(ones)

    def __check__(self) -> None:
        if not 0.0 <= self.momentum <= 1.0:
            raise ValueError(f"BatchNorm: `momentum` must be between 0 and 1, got {self.momentum}")
        check_epsilon(self, self.epsilon)
        check_activation("BatchNorm", "activation", self.activation)

    def __call__(self, x: Float[Tensor, "n features *spatial"]) -> Float[Tensor, "n features *spatial"]:
        run = current_run()
        if run is not None and x.device != "abstract":
            at_once = fused(self.activation) == "relu"
            y, average, variance = batch_norm(
                x, self.weight, self.bias, epsilon=self.epsilon, activation="relu" if at_once else "none"
            )
            self._remember(run, average, variance, x)
            return y if at_once else activated(y, self.activation)
        column = (1, self.features) + (1,) * (x.ndim - 2)
        y = (x - reshape(self.running_mean, column)) / sqrt(reshape(self.running_var, column) + self.epsilon)
        if self.weight is not None and self.bias is not None:
            y = y * reshape(self.weight, column) + reshape(self.bias, column)
        return activated(y, self.activation)

    def _remember(self, run: Run, average: Tensor, variance: Tensor, x: Tensor) -> None:
        """Move the running statistics towards those of a batch."""
        count = x.size // max(1, x.shape[1])
        if count < 2:
            raise ValueError(
                f"BatchNorm: training needs at least 2 values per feature, but the input has shape {x.shape}"
            )
        old, new = 1.0 - self.momentum, self.momentum
        average, variance = stop_gradient((average, variance))
        seen = variance * (count / (count - 1) if self.unbiased else 1.0)
        mean_now = self.running_mean * old + average * new
        run.update(state_of(self, "running_mean"), mean_now)
        run.update(state_of(self, "running_var"), self.running_var * old + seen * new)


def check_epsilon(layer: Layer, epsilon: float) -> None:
    """Raise ValueError unless `epsilon` is positive and finite."""
    if not 0.0 < epsilon < math.inf:
        raise ValueError(f"{type(layer).__name__}: `epsilon` must be positive, got {epsilon}")
