"""Early stopping: training until it is enough, and the best model that was seen on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar, overload

from typedgrad.core.tensor import Tensor
from typedgrad.train.conditions import Condition, Standing, invalid_score
from typedgrad.train.diverged import Diverged
from typedgrad.train.evaluation import evaluate
from typedgrad.train.listener import Listener, StopTraining
from typedgrad.train.loop import fit
from typedgrad.train.progress import ENDLESS
from typedgrad.train.scoring import score as loss_of

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.metrics import Classification
    from typedgrad.optim import Updater
    from typedgrad.train.batches import Data
    from typedgrad.train.listener import Moment
    from typedgrad.train.precision import Precision
    from typedgrad.train.solvers import Solver
    from typedgrad.train.trainable import Trainable

M = TypeVar("M", bound=Callable[..., Any])
T = TypeVar("T", bound="Trainable")
# Told a model that is better than all before, its epoch and its score.
Saver: TypeAlias = Callable[[Any, int, float], object]
Reason: TypeAlias = Literal["epoch condition", "step condition", "interrupted", "stopped by a listener"]


class Score(NamedTuple):
    """What a model is worth, and which way is better. Made by `loss_on` and `accuracy_on`, or of a function.

    >>> tg.train.Score(lambda model: 0.5).smaller_is_better
    True
    """

    of: Callable[[Any], float]
    smaller_is_better: bool = True


def loss_on(data: Data, *, loss: Callable[..., Tensor] | None = None) -> Score:
    """The mean loss on data that are not trained with; the recipe's loss unless another is given.

    >>> data = tg.data.Dataset(tg.asarray([1.0, 2.0]), tg.asarray([1.0, 4.0]))
    >>> tg.train.loss_on(data, loss=tg.mse).of(lambda x: x)
    2.0
    """
    return Score(lambda model: loss_of(model, data, loss=loss))


def accuracy_on(data: Data) -> Score:
    """The share of examples that are classified correctly; the larger, the better.

    >>> data = tg.data.Dataset(tg.asarray([[0.9, 0.1], [0.2, 0.8]]), tg.asarray([0, 0]), classes=2)
    >>> tg.train.accuracy_on(data).of(lambda x: x)
    0.5
    """
    return metric_on(data, lambda found: found.accuracy)


def metric_on(data: Data, read: Callable[[Classification], float], *, smaller_is_better: bool = False) -> Score:
    """A number from what `evaluate` finds, such as `lambda found: found.f1(average="macro")`.

    >>> data = tg.data.Dataset(tg.asarray([[0.9, 0.1], [0.2, 0.8]]), tg.asarray([0, 0]), classes=2)
    >>> tg.train.metric_on(data, lambda found: found.accuracy).of(lambda x: x)
    0.5
    """
    return Score(lambda model: read(evaluate(model, data)), smaller_is_better)


@dataclass(frozen=True)
class EarlyStopping:
    """When a training is to end, and what counts as better.

    Args:
        stop_when: conditions; the training ends as soon as one of them is met.
        score: what a model is worth, looked at after every `every`-th epoch: a `Score`, or a function of the model
            whose results are better when smaller. The mean training loss of the epoch unless given.
        every: see `score`.
        saver: told each model that is better than all before, with its epoch and its score: to save it. It is kept in
            memory anyway.
        clock: seconds, for `max_time`.

    Raises:
        TypeError: if something is no condition, or `score` no function.
        ValueError: if there are no conditions, or `every` is below 1.

    >>> stopping = tg.train.EarlyStopping(stop_when=[tg.train.max_epochs(30), tg.train.no_improvement(5)])
    >>> [condition.title for condition in stopping.stop_when]
    ['max_epochs(30)', 'no_improvement(5, min_delta=0.0)']
    """

    stop_when: Sequence[Condition]
    score: Score | Callable[[Any], float] | None = None
    every: int = 1
    saver: Saver | None = None
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        if isinstance(self.stop_when, Condition) or not isinstance(self.stop_when, Sequence) or not self.stop_when:
            raise ValueError("EarlyStopping: `stop_when` must be a list of at least one condition, as [max_epochs(30)]")
        for i, condition in enumerate(self.stop_when):
            if not isinstance(condition, Condition):
                raise TypeError(f"EarlyStopping: `stop_when[{i}]` must be a condition, not {condition!r}")
        if self.score is not None and not isinstance(self.score, Score) and not callable(self.score):
            raise TypeError(f"EarlyStopping: `score` must be a Score or a function of the model, not {self.score!r}")
        if isinstance(self.every, bool) or not isinstance(self.every, int) or self.every < 1:
            raise ValueError(f"EarlyStopping: `every` must be an int of at least 1, got {self.every!r}")
        if self.saver is not None and not callable(self.saver):
            raise TypeError(f"EarlyStopping: `saver` must be a function of model, epoch and score, not {self.saver!r}")


class EarlyStoppingResult(NamedTuple, Generic[M]):
    """How a training ended, and the best model on the way.

    >>> result = tg.train.EarlyStoppingResult("epoch condition", "max_epochs(2)", {1: 0.5, 2: 0.7}, 1, 0.5, 2, abs)
    >>> result.best_model_epoch
    1
    """

    termination_reason: Reason
    # The condition that was met.
    termination_details: str
    score_vs_epoch: Mapping[int, float]
    # None if the training ended before there was a score: then the best model is the last one, and its score NaN.
    best_model_epoch: int | None
    best_model_score: float
    total_epochs: int
    best_model: M


@overload
def fit_until(
    model: T,
    data: Data,
    stopping: EarlyStopping,
    *,
    loss: Callable[..., Tensor] | None = None,
    updater: Updater[Any] | Solver | None = None,
    key: Key | None = None,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    progress: bool = True,
    accumulate: int = 1,
    truncate: int | None = None,
    precision: Precision | None = None,
) -> EarlyStoppingResult[T]: ...


@overload
def fit_until(
    model: M,
    data: Data,
    stopping: EarlyStopping,
    *,
    loss: Callable[..., Tensor],
    updater: Updater[Any] | Solver,
    key: Key,
    batch: int | None = None,
    listeners: Sequence[Listener] = (),
    progress: bool = True,
    accumulate: int = 1,
    truncate: int | None = None,
    precision: Precision | None = None,
) -> EarlyStoppingResult[M]: ...


def fit_until(
    model: Any,
    data: Data,
    stopping: EarlyStopping,
    *,
    listeners: Sequence[Listener] = (),
    **options: Any,
) -> EarlyStoppingResult[Any]:
    """Train until one of the conditions of `stopping` is met; the best model on the way, and how it ended.

    Takes, besides, what `fit` does, and raises what it does; but a loss that is no number ends the training in good
    order if `invalid_score()` is among the conditions.

    >>> x = tg.asarray([[0.0], [1.0], [2.0]])
    >>> data = tg.data.Dataset(x, 2.0 * x + 1.0)
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> stopping = tg.train.EarlyStopping(stop_when=[tg.train.max_epochs(200), tg.train.good_enough(1e-3)])
    >>> updater, key = tg.optim.sgd(0.1), tg.random.key(1)
    >>> result = tg.fit_until(model, data, stopping, loss=tg.mse, updater=updater, key=key)
    >>> result.termination_reason, result.termination_details, result.total_epochs < 200
    ('epoch condition', 'good_enough(0.001)', True)
    """
    if not isinstance(stopping, EarlyStopping):
        raise TypeError(f"fit_until: `stopping` must be an EarlyStopping, not {stopping!r}")
    watch = _Watch(stopping)
    epochs = min((c.epochs for c in stopping.stop_when if c.epochs is not None), default=ENDLESS)
    try:
        last = fit(model, data, epochs=epochs, listeners=[*listeners, watch], **options)
    except Diverged as error:
        if invalid_score().title not in {c.title for c in stopping.stop_when}:
            raise
        last = error.model
        watch.ended = ("step condition", invalid_score().title)
    reason, details = watch.ended or ("stopped by a listener", "")
    best = watch.best
    epoch, score, kept = (None, math.nan, last) if best is None else best
    scores = {epoch: watch.sign * value for epoch, value in watch.scores.items()}
    return EarlyStoppingResult(reason, details, scores, epoch, watch.sign * score, watch.epochs, kept)


class _Watch(Listener):
    """Looks whether it is enough."""

    def __init__(self, stopping: EarlyStopping) -> None:
        self.stopping = stopping
        given = stopping.score
        self.score = given if isinstance(given, Score) or given is None else Score(given)
        self.sign = 1.0 if self.score is None or self.score.smaller_is_better else -1.0
        self.scores: dict[int, float] = {}
        self.best: tuple[int, float, Any] | None = None
        self.epochs = 0
        self.ended: tuple[Reason, str] | None = None
        self._by_step = [c for c in stopping.stop_when if c.at_steps]
        self._began = stopping.clock()

    def on_fit_start(self, at: Moment) -> None:
        """Look at the clock."""
        self._began = self.stopping.clock()

    def on_step_end(self, at: Moment) -> None:
        """Stop, if a condition says so."""
        if self._by_step:
            self._look(at, self._by_step, "step condition")

    def on_epoch_end(self, at: Moment) -> None:
        """Find out what the model is worth; stop, if a condition says so."""
        self.epochs = at.epoch
        if at.epoch % self.stopping.every == 0 or at.epoch == at.epochs:
            found = at.loss if self.score is None else float(self.score.of(at.model))
            self.scores[at.epoch] = self.sign * found
            if not math.isnan(found) and (self.best is None or self.sign * found < self.best[1]):
                self.best = (at.epoch, self.sign * found, at.model)
                if self.stopping.saver is not None:
                    self.stopping.saver(at.model, at.epoch, found)
        self._look(at, self.stopping.stop_when, "epoch condition")

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        """Note that Ctrl-C was pressed."""
        if interrupted:
            self.ended = self.ended or ("interrupted", "Ctrl-C")

    def _look(self, at: Moment, conditions: Sequence[Condition], reason: Reason) -> None:
        now = Standing(at.epoch, self.stopping.clock() - self._began, at.loss, self.scores)
        for condition in conditions:
            if condition.met(now):
                self.ended = (reason, condition.title)
                raise StopTraining(condition.title)
