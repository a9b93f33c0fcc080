"""When it is enough: conditions for early stopping."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Standing(NamedTuple):
    """How far a training has come.

    >>> tg.train.Standing(epoch=1, seconds=60.0, loss=0.5, scores={1: 0.7}).best()
    (1, 0.7)
    """

    # The current epoch, from 1; the time since the start; the loss of the step or the mean of the epoch.
    epoch: int
    seconds: float
    loss: float
    # What the model was worth after which epochs; smaller is better, whatever it is.
    scores: Mapping[int, float]

    def best(self, min_delta: float = 0.0) -> tuple[int, float] | None:
        """The epoch with the best score, and the score; None before there is any.

        An epoch counts as better only if its score is smaller by more than `min_delta`.
        """
        found: tuple[int, float] | None = None
        for epoch, score in self.scores.items():
            if not math.isnan(score) and (found is None or score < found[1] - min_delta):
                found = (epoch, score)
        return found


@dataclass(frozen=True)
class Condition:
    """When to stop: after a step or an epoch at which `met` says so. `title` is what the result calls it.

    >>> tg.train.max_epochs(30).title
    'max_epochs(30)'
    """

    title: str
    met: Callable[[Standing], bool]
    # Whether it is looked at after each step as well.
    at_steps: bool = False
    # The most epochs there can be, if the condition limits them.
    epochs: int | None = None


def max_epochs(epochs: int) -> Condition:
    """Stop after so many epochs. Raises ValueError if there are none.

    >>> tg.train.max_epochs(3).met(tg.train.Standing(3, 0.0, 1.0, {}))
    True
    """
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"max_epochs: `epochs` must be an int of at least 1, got {epochs!r}")
    return Condition(f"max_epochs({epochs})", lambda now: now.epoch >= epochs, epochs=epochs)


def no_improvement(epochs: int, *, min_delta: float = 0.0) -> Condition:
    """Stop when for so many epochs no score was better than the best before by more than `min_delta`.

    Raises ValueError if `epochs` is below 1 or `min_delta` negative.

    >>> scores = {1: 0.50, 2: 0.40, 3: 0.41, 4: 0.395}
    >>> tg.train.no_improvement(2, min_delta=0.01).met(tg.train.Standing(4, 0.0, 1.0, scores))
    True
    """
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"no_improvement: `epochs` must be an int of at least 1, got {epochs!r}")
    if not 0 <= min_delta < math.inf:
        raise ValueError(f"no_improvement: `min_delta` must be at least 0 and finite, got {min_delta}")

    def met(now: Standing) -> bool:
        best = now.best(min_delta)
        since = min(now.scores, default=now.epoch) if best is None else best[0]
        return bool(now.scores) and now.epoch - since >= epochs

    return Condition(f"no_improvement({epochs}, min_delta={min_delta})", met)


def max_time(seconds: float) -> Condition:
    """Stop at the first step after so many seconds. Raises ValueError unless that is positive.

    >>> tg.train.max_time(3600).met(tg.train.Standing(1, 10.0, 1.0, {}))
    False
    """
    if not seconds > 0:
        raise ValueError(f"max_time: `seconds` must be positive, got {seconds}")
    return Condition(f"max_time({seconds})", lambda now: now.seconds >= seconds, at_steps=True)


def max_score(loss: float) -> Condition:
    """Stop at the first step whose loss is larger: the training has gone wrong. Raises ValueError for NaN.

    >>> tg.train.max_score(100.0).met(tg.train.Standing(1, 10.0, 250.0, {}))
    True
    """
    if math.isnan(loss):
        raise ValueError("max_score: `loss` must be a number, got nan")
    return Condition(f"max_score({loss})", lambda now: now.loss > loss, at_steps=True)


def invalid_score() -> Condition:
    """Stop where the loss of a step or the score of an epoch is NaN or infinite, instead of raising `Diverged`.

    >>> tg.train.invalid_score().met(tg.train.Standing(1, 10.0, float("nan"), {}))
    True
    """

    def met(now: Standing) -> bool:
        return not math.isfinite(now.loss) or not all(map(math.isfinite, now.scores.values()))

    return Condition("invalid_score()", met, at_steps=True)


def good_enough(score: float, *, larger_is_better: bool = False) -> Condition:
    """Stop after an epoch whose score is at least as good. Raises ValueError for NaN.

    >>> tg.train.good_enough(0.99, larger_is_better=True).met(tg.train.Standing(1, 10.0, 0.1, {1: -0.995}))
    True
    """
    if math.isnan(score):
        raise ValueError("good_enough: `score` must be a number, got nan")
    least = -score if larger_is_better else score
    return Condition(f"good_enough({score})", lambda now: any(s <= least for s in now.scores.values()))
