"""Listeners that come with the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, cast, overload

from typedgrad.train.evaluation import Updated, evaluate
from typedgrad.train.files import checked_every
from typedgrad.train.listener import Listener
from typedgrad.train.progress import write_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typedgrad.core.tensor import Tensor
    from typedgrad.metrics import Classification
    from typedgrad.train.batches import Data
    from typedgrad.train.listener import Moment


R = TypeVar("R", bound=Updated)


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
        self.every = checked_every("LogScore", every)
        self.write = write

    def on_step_end(self, at: Moment) -> None:
        """Write, if it is the turn of this step."""
        if at.step % self.every == 0:
            self.write(f"epoch {at.epoch}, step {at.step}: loss {at.loss:.6f}")

    def on_epoch_end(self, at: Moment) -> None:
        """Write the mean."""
        self.write(f"epoch {at.epoch} of {at.epochs}: mean loss {at.loss:.6f}")


class EvaluateEvery(Listener, Generic[R]):
    """Evaluates the model on `data` after every `epochs`-th epoch and after the last; writes the accuracy by `write`.

    With `steps` it does so after every so many steps instead. With a `metric`, which is one of `typedgrad.metrics`, it
    evaluates that, and writes the first line of its report; `link` and `names` are those of `evaluate`. What it found
    is in `results`: pairs of the epoch (the step) and a `Classification` (a metric like that). An iterator as `data` is
    used up after the first time: pass a dataset, a loader or a list.

    Raises ValueError if `epochs` or `steps` is below 1; from `fit`, what `evaluate` raises.

    >>> data = tg.data.Dataset(tg.asarray([[0.9, 0.1]]), tg.asarray([0]), classes=2)
    >>> tg.train.EvaluateEvery(data, epochs=5).results
    []
    """

    @overload
    def __init__(
        self: EvaluateEvery[Classification],
        data: Data,
        *,
        epochs: int = 1,
        steps: int | None = None,
        link: Callable[..., Tensor] | None = None,
        names: Sequence[str] | None = None,
        write: Callable[[str], object] = write_line,
    ) -> None: ...

    @overload
    def __init__(
        self,
        data: Data,
        *,
        metric: R,
        link: Callable[..., Tensor] | None = None,
        epochs: int = 1,
        steps: int | None = None,
        write: Callable[[str], object] = write_line,
    ) -> None: ...

    def __init__(
        self,
        data: Data,
        *,
        metric: object = None,
        epochs: int = 1,
        steps: int | None = None,
        link: Callable[..., Tensor] | None = None,
        names: Sequence[str] | None = None,
        write: Callable[[str], object] = write_line,
    ) -> None:
        for name, value in (("epochs", epochs), ("steps", steps)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ValueError(f"EvaluateEvery: `{name}` must be at least 1, got {value!r}")
        self.data = data
        self.metric = metric
        self.epochs = epochs
        self.steps = steps
        self.link = link
        self.names = names
        self.write = write
        self.results: list[tuple[int, R]] = []

    def on_step_end(self, at: Moment) -> None:
        """Evaluate, if it is the turn of this step."""
        if self.steps is not None and at.step % self.steps == 0:
            self._evaluate(at, at.step, f"step {at.step}")

    def on_epoch_end(self, at: Moment) -> None:
        """Evaluate, if it is the turn of this epoch."""
        if self.steps is None and (at.epoch % self.epochs == 0 or at.epoch == at.epochs):
            self._evaluate(at, at.epoch, f"epoch {at.epoch} of {at.epochs}")

    def _evaluate(self, at: Moment, number: int, when: str) -> None:
        if self.metric is None:
            classes = evaluate(at.model, self.data, link=self.link, names=self.names)
            self.results.append((number, cast("R", classes)))
            self.write(f"{when}: accuracy {100 * classes.accuracy:.2f} %")
            return
        found = evaluate(at.model, self.data, link=self.link, metric=cast("R", self.metric))
        self.results.append((number, found))
        report = getattr(found, "report", None)
        text: str = report() if callable(report) else repr(found)
        self.write(f"{when}: {text.splitlines()[0]}")
