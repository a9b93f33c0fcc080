"""`Diverged`: a training whose loss is no number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from typedgrad.backends import backend_of

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.train.listener import Model


class Diverged(FloatingPointError):
    """The loss became NaN or infinite. `model` is the one that gave it: the last one before this step.

    >>> raise tg.train.Diverged("fit: the loss is nan", 1, 7, model=abs)
    Traceback (most recent call last):
    typedgrad.train.diverged.Diverged: fit: the loss is nan
    """

    def __init__(self, message: str, epoch: int, step: int, model: Model) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.step = step
        self.model = model


def diverged(what: str, inputs: tuple[Tensor, ...], epoch: int, step: int, model: Model) -> Diverged:
    """What is known of a loss that is no number; `what` is it."""
    why = "a smaller learning rate or tg.optim.clip_global_norm may help"
    if not all(np.isfinite(backend_of(x.data).to_numpy(x.data)).all() for x in inputs if x.dtype.kind in "fc"):
        why = "`x` of this batch holds NaN or infinity"
    return Diverged(f"fit: {what} in epoch {epoch}, step {step}; {why}", epoch, step, model)
