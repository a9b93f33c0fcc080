"""`Listener`: what is told how a training goes, and `Moment`, what it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from typedgrad.core.random import Key

Model: TypeAlias = Callable[..., Tensor]
# The outputs of the layers by their paths, computed when it is called.
Activations: TypeAlias = Callable[[], Mapping[str, Tensor]]


class Position(NamedTuple):
    """Where a training stands, as plain numbers: with the model, the updater's state and the key all that it needs.

    >>> tg.train.Position(**tg.train.Position(epochs=2, batch=7, step=71)._asdict()).step
    71
    """

    # Epochs that are done; batches that are done of the next one; updates that were made.
    epochs: int = 0
    batch: int = 0
    step: int = 0
    # Of the batches done: the losses times how much they count, and how much they count, which give the epoch's mean.
    total: float = 0.0
    weight: float = 0.0
    # How many epochs the data had begun before the training.
    offset: int = 0


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
    # How many examples the step was made of.
    rows: int = 0
    # What `fit(..., resume=at)` needs besides.
    position: Position = Position()
    key: Key | None = None
    # Whether one can go on from here: not from between the pieces of a sequence.
    resumable: bool = True


class Resumable(Protocol):
    """What a training can go on from: a `Moment`, or what was saved of one."""

    @property
    def state(self) -> object:
        """The updater's state; or a mapping from the paths of its leaves to their values."""

    @property
    def position(self) -> Position | None:
        """Where the training stood."""

    @property
    def key(self) -> Key | None:
        """Where its randomness came from, if that is known."""


class Update(NamedTuple):
    """What a step does: the model before it, the gradients there, and the model after it. Three trees alike.

    >>> tg.train.Update(before=abs, gradients=abs, after=abs).after
    <built-in function abs>
    """

    before: Model
    gradients: object
    after: Model


class StopTraining(Exception):  # no error: a way to say that it is enough
    """Raised by a listener to end the training in good order; `fit` returns the model as it is then.

    >>> raise tg.train.StopTraining("good enough")
    Traceback (most recent call last):
    typedgrad.train.listener.StopTraining: good enough
    """


class Listener(Protocol):
    """Is told at the moments of a `fit`. Derive from it to have those that do not matter do nothing, at no cost.

    An error in a listener ends the training; a note on it says which listener it was, and when.

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
        """Before the first batch of an epoch, or the next one of an epoch that is resumed."""
        return

    def on_forward(self, at: Moment, activations: Activations) -> None:
        """After a forward pass. `activations()` runs it again, with the same randomness: call it when it matters."""
        return

    def on_gradients(self, at: Moment, gradients: object) -> None:
        """After a backward pass: the gradients, a tree like the model; the model is not updated yet."""
        return

    def on_backward(self, at: Moment, update: Update) -> None:
        """After the updater: what it makes of the gradients. `at.model` is still the model before."""
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

    def close(self) -> None:
        """When the training is over, after an error too: close files."""
        return

    def kept(self) -> str | None:
        """The file from which the training can go on, if this listener wrote one. Shown when Ctrl-C stopped it."""
        return None
