"""Normalisation: of a batch, and of each example."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param, state
from typedgrad.nn.initialisers import ones, zeros
from typedgrad.nn.layer import Layer, state_of
from typedgrad.ops.elementwise import sqrt
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import mean


class LayerNorm(Layer):
    """Normalises the last axis of each example to mean 0 and variance 1, then scales and shifts it.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> layer = tg.init(tg.nn.LayerNorm(features=2), tg.random.key(0))
    >>> layer(tg.asarray([[0.0, 2.0]])).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """

    features: int = inferred
    epsilon: float = 1e-5
    weight: Float[Tensor, "features"] = param(ones)
    bias: Float[Tensor, "features"] = param(zeros)

    def __check__(self) -> None:
        if not self.epsilon > 0.0:
            raise ValueError(f"LayerNorm: `epsilon` must be positive, got {self.epsilon}")

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        centred = x - mean(x, axis=-1, keepdims=True)
        variance = mean(centred * centred, axis=-1, keepdims=True)
        return centred / sqrt(variance + self.epsilon) * self.weight + self.bias


class BatchNorm(Layer):
    """Normalises each feature (axis 1) to mean 0 and variance 1 over the batch and all further axes.

    In training the batch's own statistics are used, and the running ones move towards them by `momentum` (the weight of
    the new ones; the running variance is the unbiased one). Elsewhere the running ones are used.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Raises ValueError in training if the batch has fewer than two values per feature.

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
    weight: Float[Tensor, "features"] = param(ones)
    bias: Float[Tensor, "features"] = param(zeros)
    running_mean: Float[Tensor, "features"] = state(zeros)
    running_var: Float[Tensor, "features"] = state(ones)

    def __check__(self) -> None:
        if not 0.0 <= self.momentum <= 1.0:
            raise ValueError(f"BatchNorm: `momentum` must be between 0 and 1, got {self.momentum}")
        if not self.epsilon > 0.0:
            raise ValueError(f"BatchNorm: `epsilon` must be positive, got {self.epsilon}")

    def __call__(self, x: Float[Tensor, "n features *spatial"]) -> Float[Tensor, "n features *spatial"]:
        column = (1, self.features) + (1,) * (x.ndim - 2)
        run = current_run()
        if run is None or x.device == "abstract":
            average, variance = reshape(self.running_mean, column), reshape(self.running_var, column)
            centred = x - average
        else:
            axes = (0, *range(2, x.ndim))
            count = x.size // max(1, x.shape[1])
            if count < 2:
                raise ValueError(
                    f"BatchNorm: training needs at least 2 values per feature, but the input has shape {x.shape}"
                )
            average = mean(x, axis=axes, keepdims=True)
            centred = x - average
            variance = mean(centred * centred, axis=axes, keepdims=True)
            unbiased = reshape(variance, (self.features,)) * (count / (count - 1))
            fresh = self.momentum
            run.update(
                state_of(self, "running_mean"),
                self.running_mean * (1.0 - fresh) + reshape(average, (self.features,)) * fresh,
            )
            run.update(state_of(self, "running_var"), self.running_var * (1.0 - fresh) + unbiased * fresh)
        scale = reshape(self.weight, column) / sqrt(variance + self.epsilon)
        return centred * scale + reshape(self.bias, column)
