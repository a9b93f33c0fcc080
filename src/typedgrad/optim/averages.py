"""Averages of the parameters over the updates, which often do better than the last ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from typedgrad.optim import hyper
from typedgrad.optim.adaptive import mixed
from typedgrad.optim.formula import FormulaState
from typedgrad.optim.walk import Moments, placed, stepped, zeros

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.updater import Updater

P = TypeVar("P")
S = TypeVar("S")


class AverageState(NamedTuple, Generic[S]):
    """How many updates were made, the average of each parameter by its path, and the state of the updater inside."""

    step: int
    average: Moments
    inner: S


@dataclass(frozen=True)
class Averaging(Generic[S]):
    """See `ema` and `averaging`."""

    updater: Updater[S]
    decay: Hyper

    def init(self, params: object) -> AverageState[S]:
        """The state before the first update; the average starts at the parameters."""
        return AverageState(0, zeros("ema", params, as_they_are=True), self.updater.init(params))

    def update(self, params: P, grads: P, state: AverageState[S]) -> tuple[P, AverageState[S]]:
        """The parameters and the state after one update."""
        kept = hyper.at("ema", "decay", self.decay, state.step, "at least 0 and below 1")
        params, inner = self.updater.update(params, grads, state.inner)

        def rule(p: Tensor, _: Tensor, average: Tensor) -> tuple[Tensor, Tensor]:
            return p, mixed(average, p, kept)

        _, (average,) = stepped("ema", params, params, (state.average,), rule)
        return params, AverageState(state.step + 1, average, inner)


@dataclass(frozen=True)
class _Equal:
    """How much of a mean of equal parts to keep when one more comes; up to `start` nothing."""

    start: int

    def __call__(self, step: int) -> float:
        return 0.0 if step <= self.start else (step - self.start) / (step - self.start + 1)


def ema(decay: Hyper, updater: Updater[S]) -> Averaging[S]:
    """An updater that also keeps the running mean `decay * mean + (1 - decay) * params` of what another one makes.

    The mean starts at the parameters; `averaged(params, state)` gives it. The parameters are updated as without it.
    Source: Tarvainen and Valpola, "Mean teachers are better role models", 2017.

    Raises:
        TypeError: if `decay` is neither a number nor a schedule.
        ValueError: if it is not at least 0 and below 1; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.ema(0.75, tg.optim.sgd(1.0))
    >>> w = tg.asarray([8.0])
    >>> w, state = updater.update(w, tg.asarray([4.0]), updater.init(w))
    >>> w, tg.optim.averaged(w, state)
    (Tensor([4.], dtype=float32), Tensor([7.], dtype=float32))
    """
    hyper.check("ema", "decay", decay, "at least 0 and below 1")
    return Averaging(updater, decay)


def averaging(updater: Updater[S], *, start: int = 0) -> Averaging[S]:
    """An updater that also keeps the mean of the parameters after each update, all alike, from number `start` on.

    The first update has number 0; `averaged(params, state)` gives the mean, which up to then is the parameters. Source:
    Izmailov et al., "Averaging weights leads to wider optima and better generalization", 2018.

    Raises ValueError if `start` is negative.

    >>> updater = tg.optim.averaging(tg.optim.sgd(1.0))
    >>> w, g = tg.asarray([8.0]), tg.asarray([4.0])
    >>> w, state = updater.update(w, g, updater.init(w))
    >>> w, state = updater.update(w, g, state)
    >>> tg.optim.averaged(w, state)
    Tensor([2.], dtype=float32)
    """
    if start < 0:
        raise ValueError(f"averaging: `start` must be at least 0, got {start}")
    return Averaging(updater, _Equal(start))


def averaged(params: P, state: object) -> P:
    """The parameters' average that a state keeps: that of `ema`, `averaging` or `asgd`, or the solution of `fista`.

    What is no tensor is as in `params`, and so is what has no average. Batch statistics, which are not averaged, should
    be found anew for the averaged model.

    Raises TypeError if the state keeps no average.

    >>> w = {"a": tg.asarray([8.0])}
    >>> tg.optim.averaged(w, tg.optim.ema(0.9, tg.optim.adam()).init(w))
    {'a': Tensor([8.], dtype=float32)}
    """
    if isinstance(state, AverageState):
        return placed(params, state.average)
    if isinstance(state, FormulaState) and "average" in state.memory:
        return placed(params, state.memory["average"])
    raise TypeError(
        f"averaged: {type(state).__name__} keeps no average; wrap the updater: tg.optim.ema(0.999, updater)"
    )
