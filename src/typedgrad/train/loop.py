"""`fit`: epochs of batches, each a gradient and an update."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.pytree import flatten
from typedgrad.core.random import Key, fold_in
from typedgrad.core.run import training
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import value_and_grad
from typedgrad.shapes import ShapeError
from typedgrad.train.batches import checked, count, pairs_of
from typedgrad.train.interruption import Interruption
from typedgrad.train.listener import Model, Moment
from typedgrad.train.progress import Progress, wanted

if TYPE_CHECKING:
    from typedgrad.optim import Updater
    from typedgrad.train.batches import Data, Pairs
    from typedgrad.train.listener import Listener

M = TypeVar("M", bound=Callable[..., Tensor])
S = TypeVar("S")
BATCH = 32


class Diverged(FloatingPointError):
    """The loss became NaN or infinite. `model` is the one that gave it: the last one before this step.

    >>> raise tg.train.Diverged("fit: the loss is nan", 1, 7, model=abs)
    Traceback (most recent call last):
    typedgrad.train.loop.Diverged: fit: the loss is nan
    """

    def __init__(self, message: str, epoch: int, step: int, model: Model) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.step = step
        self.model = model


def fit(
    model: M,
    data: Data,
    *,
    loss: Callable[[Tensor, Tensor], Tensor],
    updater: Updater[S],
    epochs: int,
    key: Key,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    state: S | None = None,
    progress: bool = True,
) -> M:
    """The model after training it to make `loss(model(x), y)` small.

    The same arguments give the same model, bit by bit on the same machine: dropout and the like draw from `key`, one
    child of it per step, and a dataset is shuffled by it. A loader has its own seed and counts its own epochs.

    Ctrl-C stops after the current step and returns the model as it is then, saying so on standard error.

    Args:
        model: a layer, or any tree of tensors that can be called.
        data: a dataset, to be shuffled and cut into batches anew each epoch; or a loader or other iterable of batches
            `(x, y)`, which is iterated over once per epoch.
        loss: the scalar to minimise, of the model's output and the labels of a batch.
        updater: how to follow the gradients.
        epochs: how often to go through the data.
        key: where the randomness comes from.
        batch: rows per batch of a dataset; 32 unless given.
        listeners: told at each step and epoch, in this order.
        state: the updater's state to go on from, such as a listener was told; a new one unless given.
        progress: whether to draw a bar if standard error is a terminal.

    Raises:
        Diverged: (a FloatingPointError) if the loss is NaN or infinite; names the epoch and the step.
        TypeError: if a batch is not a pair of tensors, or `batch` is given for data that has its own batches.
        ValueError: if there are no batches, a batch is empty, or `epochs` is negative.
        ShapeError: if shapes do not fit, or the loss is not a scalar.

    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data = tg.data.Dataset(tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([[1.0], [3.0], [5.0]]))
    >>> def loss(y: tg.Tensor, target: tg.Tensor) -> tg.Tensor:
    ...     return tg.mean(tg.square(y - target))
    >>> model = tg.fit(model, data, loss=loss, updater=tg.optim.sgd(0.1), epochs=200, key=tg.random.key(1))
    >>> round(model.weight.item(), 3), round(model.bias.item(), 3)
    (2.0, 1.0)
    """
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 0:
        raise ValueError(f"fit: `epochs` must be an int of at least 0, got {epochs!r}")
    if not isinstance(key, Key):
        raise TypeError(f"fit: `key` must be a random key, made by tg.random.key(seed), not {type(key).__name__}")
    _refuse_what_is_none_of_them(loss, updater, listeners)
    pairs = pairs_of("fit", data, batch, BATCH, shuffle=True, seed=key.words[0])
    bar = Progress() if wanted(progress) else None
    course = _Course(
        model,
        updater.init(model) if state is None else state,
        loss=loss,
        updater=updater,
        key=key,
        listeners=(*listeners, *([] if bar is None else [bar])),
        epochs=epochs,
        batches=count(pairs),
    )
    try:
        with Interruption() as interruption:
            course.run(pairs, interruption)
    finally:
        if bar is not None:
            bar.close()
    return course.model


def _refuse_what_is_none_of_them(loss: object, updater: object, listeners: Sequence[object]) -> None:
    """Say so now, not in the first step."""
    if not callable(loss):
        raise TypeError(f"fit: `loss` must be a function of the output and the labels, not {loss!r}")
    if not hasattr(updater, "init") or not hasattr(updater, "update"):
        raise TypeError(f"fit: `updater` must be an updater such as tg.optim.adam(1e-3), not {updater!r}")
    for i, listener in enumerate(listeners):
        if not hasattr(listener, "on_fit_start"):
            raise TypeError(f"fit: `listeners[{i}]` must be a Listener, not {listener!r}")


class _Course(Generic[M, S]):
    """A training on its way: the only thing here that changes."""

    def __init__(
        self,
        model: M,
        state: S,
        *,
        loss: Callable[[Tensor, Tensor], Tensor],
        updater: Updater[S],
        key: Key,
        listeners: tuple[Listener, ...],
        epochs: int,
        batches: int | None,
    ) -> None:
        def objective(model: M, x: Tensor, y: Tensor) -> Tensor:
            value = loss(model(x), y)
            if not isinstance(value, Tensor):
                raise TypeError(f"fit: `loss` must return a Tensor, not {type(value).__name__}")
            if value.shape != ():
                found = f"[{' '.join(map(str, value.shape))}]"
                raise ShapeError(f"`loss` must return a scalar, but it returned {found}; take its mean", where="fit")
            return value

        self.model = model
        self.state = state
        self.descend = value_and_grad(objective)
        self.updater = updater
        self.key = key
        self.listeners = listeners
        self.epochs = epochs
        self.batches = batches
        self.epoch = 0
        self.step = 0
        # Most models have none, and to look for them costs as much as a small layer.
        leaves = flatten(model)[0]
        if not any(isinstance(leaf, Tensor) for leaf in leaves):
            raise ValueError("fit: `model` has no parameters to train; a layer gets them by tg.init(model, key)")
        self.has_states = any(isinstance(leaf, State) for leaf in leaves)

    def at(self, loss: float = math.nan) -> Moment:
        """Now, as listeners see it."""
        return Moment(self.epoch, self.epochs, self.batches, self.step, loss, self.model, self.state)

    def run(self, pairs: Pairs, interruption: Interruption) -> None:
        """All epochs, or as many as there is time for."""
        for listener in self.listeners:
            listener.on_fit_start(self.at())
        loss = math.nan
        while self.epoch < self.epochs and not interruption.asked:
            self.epoch += 1
            loss = self.one_epoch(pairs, interruption)
        for listener in self.listeners:
            listener.on_fit_end(self.at(loss), interrupted=interruption.asked)
        if interruption.asked:
            sys.stderr.write(
                f"fit: interrupted after step {self.step}, in epoch {self.epoch} of {self.epochs}; "
                "returning the model as it is\n"
            )

    def one_epoch(self, pairs: Pairs, interruption: Interruption) -> float:
        """The mean loss over the rows of an epoch."""
        for listener in self.listeners:
            listener.on_epoch_start(self.at())
        total, rows, number = 0.0, 0, 0
        for number, batch in enumerate(pairs, 1):
            x, y = checked("fit", batch, f"batch {number} of epoch {self.epoch}")
            loss = self.one_step(x, y)
            n = x.shape[0] if x.shape else 1
            total += loss * n
            rows += n
            if interruption.asked:
                return total / rows
        if number == 0:
            used_up = "; an iterator is used up after one epoch: pass a list or a Loader" if self.epoch > 1 else ""
            raise ValueError(f"fit: `data` has no batches in epoch {self.epoch}{used_up}")
        mean = total / rows
        for listener in self.listeners:
            listener.on_epoch_end(self.at(mean))
        return mean

    def one_step(self, x: Tensor, y: Tensor) -> float:
        """The loss of a batch, and the model after it."""
        with training(fold_in(self.key, self.step)) as run:
            value, gradients = self.descend(self.model, x, y)
        loss = float(value)
        if not math.isfinite(loss):
            raise self.diverged(loss, x)
        if self.listeners:
            at = self.at(loss)
            for listener in self.listeners:
                listener.on_gradients(at, gradients)
        self.model, self.state = self.updater.update(self.model, gradients, self.state)
        if self.has_states:
            self.model = run.updated(self.model)
        self.step += 1
        if self.listeners:
            at = self.at(loss)
            for listener in self.listeners:
                listener.on_step_end(at)
        return loss

    def diverged(self, loss: float, x: Tensor) -> Diverged:
        """What is known of a loss that is no number."""
        why = "a smaller learning rate or tg.optim.clip_global_norm may help"
        if not np.isfinite(backend_of(x.data).to_numpy(x.data)).all():
            why = "`x` of this batch holds NaN or infinity"
        message = f"fit: the loss is {loss} in epoch {self.epoch}, step {self.step + 1}; {why}"
        return Diverged(message, self.epoch, self.step + 1, self.model)
