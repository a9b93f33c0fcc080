"""Listeners that come with the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.train.evaluation import evaluate
from typedgrad.train.listener import Listener
from typedgrad.train.progress import write_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typedgrad.metrics import Classification
    from typedgrad.train.batches import Data
    from typedgrad.train.listener import Moment


class History(Listener):
    """Keeps the loss of every step in `steps`, and the mean loss of every epoch in `epochs`.

    >>> history = tg.train.History()
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> data = [(tg.ones((2, 1)), tg.zeros((2, 1)))]
    >>> def loss(y: tg.Tensor, target: tg.Tensor) -> tg.Tensor:
    ...     return tg.mean(tg.square(y - target))
    >>> updater = tg.optim.sgd(0.1)
    >>> _ = tg.fit(model, data, loss=loss, updater=updater, epochs=3, key=tg.random.key(1), listeners=[history])
    >>> len(history.steps), history.epochs[0] > history.epochs[-1]
    (3, True)
    """

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.epochs: list[float] = []

    def on_step_end(self, at: Moment) -> None:
        """Keep the loss of the batch."""
        self.steps.append(at.loss)

    def on_epoch_end(self, at: Moment) -> None:
        """Keep the mean loss of the epoch."""
        self.epochs.append(at.loss)


class LogScore(Listener):
    """Writes the loss of every `every`-th step, and the mean loss of every epoch, by `write`: to standard output.

    Raises ValueError if `every` is below 1.

    >>> tg.train.LogScore(every=100).every
    100
    """

    def __init__(self, *, every: int = 10, write: Callable[[str], object] = write_line) -> None:
        if every < 1:
            raise ValueError(f"LogScore: `every` must be at least 1, got {every}")
        self.every = every
        self.write = write

    def on_step_end(self, at: Moment) -> None:
        """Write, if it is the turn of this step."""
        if at.step % self.every == 0:
            self.write(f"epoch {at.epoch}, step {at.step}: loss {at.loss:.6f}")

    def on_epoch_end(self, at: Moment) -> None:
        """Write the mean."""
        self.write(f"epoch {at.epoch} of {at.epochs}: mean loss {at.loss:.6f}")


class EvaluateEvery(Listener):
    """Evaluates the model on `data` after every `epochs`-th epoch and after the last; writes the accuracy by `write`.

    What it found is in `results`: pairs of the epoch and a `Classification`. An iterator as `data` is used up after
    the first time: pass a dataset, a loader or a list.

    Raises ValueError if `epochs` is below 1; from `fit`, what `evaluate` raises.

    >>> data = tg.data.Dataset(tg.asarray([[0.9, 0.1]]), tg.asarray([0]), classes=2)
    >>> tg.train.EvaluateEvery(data, epochs=5).results
    []
    """

    def __init__(
        self,
        data: Data,
        *,
        epochs: int = 1,
        names: Sequence[str] | None = None,
        write: Callable[[str], object] = write_line,
    ) -> None:
        if epochs < 1:
            raise ValueError(f"EvaluateEvery: `epochs` must be at least 1, got {epochs}")
        self.data = data
        self.epochs = epochs
        self.names = names
        self.write = write
        self.results: list[tuple[int, Classification]] = []

    def on_epoch_end(self, at: Moment) -> None:
        """Evaluate, if it is the turn of this epoch."""
        if at.epoch % self.epochs and at.epoch != at.epochs:
            return
        found = evaluate(at.model, self.data, names=self.names)
        self.results.append((at.epoch, found))
        self.write(f"epoch {at.epoch} of {at.epochs}: accuracy {100 * found.accuracy:.2f} %")
