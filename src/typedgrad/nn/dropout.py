"""Dropout."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.random import bernoulli
from typedgrad.core.run import current_run
from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops.selection import where


class Dropout(Layer):
    """In training, sets each element to zero with probability `drop` and scales the others by 1 / (1 - drop).

    Outside a training run it does nothing.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014 (inverted).

    Raises ValueError unless 0 <= drop < 1.

    >>> layer = tg.nn.Dropout(drop=0.5)
    >>> layer(tg.ones(3))
    Tensor([1., 1., 1.], dtype=float32)
    """

    drop: float

    def __check__(self) -> None:
        if not isinstance(self.drop, (int, float)):
            raise TypeError(f"Dropout: `drop` must be a number, not {self.drop!r}")
        if not 0.0 <= self.drop < 1.0:
            raise ValueError(f"Dropout: `drop` must be at least 0 and less than 1, got {self.drop}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        run = current_run()
        if run is None or self.drop == 0.0:
            return x
        if x.device == "abstract":
            return x
        keep = bernoulli(run.next_key(), 1.0 - self.drop, x.shape, device=x.device)
        return where(keep, x * (1.0 / (1.0 - self.drop)), 0.0)
