"""`Listener`: what is told how a training goes, and `Moment`, what it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from typedgrad.core.tensor import Tensor

Model: TypeAlias = Callable[..., Tensor]


class Moment(NamedTuple):
    """Where a training is. All of it is immutable; to keep a model for later, keep the reference.

    >>> def shout(at: tg.train.Moment) -> str:
    ...     return f"epoch {at.epoch}: {at.loss}!"
    >>> shout(tg.train.Moment(1, 10, 32, 1, 0.5, model=abs, state=None))
    'epoch 1: 0.5!'
    """

    # The current epoch, from 1; how many there will be; how many batches an epoch has, if that is known.
    epoch: int
    epochs: int
    batches: int | None
    # How many updates were made, over all epochs.
    step: int
    # After a step that of its batch, before it was updated; after an epoch the mean over its rows; NaN before any.
    loss: float
    # As they are now, and the updater's state to go on from.
    model: Model
    state: object


class Listener(Protocol):
    """Is told at six moments of a `fit`. Derive from it to have those that do not matter do nothing.

    >>> class Count(tg.train.Listener):
    ...     steps = 0
    ...
    ...     def on_step_end(self, at: tg.train.Moment) -> None:
    ...         self.steps = at.step
    >>> Count().steps
    0
    """

    def on_fit_start(self, at: Moment) -> None:
        """Before the first epoch."""
        return

    def on_epoch_start(self, at: Moment) -> None:
        """Before the first batch of an epoch."""
        return

    def on_gradients(self, at: Moment, gradients: object) -> None:
        """After a backward pass: the gradients, a tree like the model; the model is not updated yet."""
        return

    def on_step_end(self, at: Moment) -> None:
        """After an update."""
        return

    def on_epoch_end(self, at: Moment) -> None:
        """After the last batch of an epoch."""
        return

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        """After the last epoch, or after the step at which Ctrl-C stopped the training. Not after an error."""
        return
