"""`on_plateau`: a schedule that looks at how the training goes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from typedgrad.optim.hyper import check
from typedgrad.optim.schedules import count


class Scored(Protocol):
    """What a listener of `fit` is told, as far as it matters here."""

    @property
    def loss(self) -> float:
        """The mean loss of the epoch."""


class PlateauState(NamedTuple):
    """The value now, the best score so far, and the scores since then and until they count again."""

    value: float
    best: float
    waited: int = 0
    resting: int = 0


class Plateau:
    """See `on_plateau`. What it has seen is in `state`, to be saved and set again."""

    def __init__(
        self, state: PlateauState, factor: float, patience: int, threshold: float, rest: int, least: float, sign: int
    ) -> None:
        self.state = state
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.rest = rest
        self.least = least
        self.sign = sign

    def __call__(self, step: int) -> float:
        """The value now, whatever the step."""
        return self.state.value

    def observe(self, score: float) -> float:
        """Take note of a score, one per epoch; gives the value from now on. NaN is no improvement."""
        value, best, waited, resting = self.state
        # How much better must be: a part of the best, whatever its sign.
        if self.sign * score < self.sign * best - self.threshold * (abs(best) if math.isfinite(best) else 0.0):
            best, waited = score, 0
        else:
            waited += 1
        if resting:
            resting, waited = resting - 1, 0
        if waited > self.patience:
            value, waited, resting = max(value * self.factor, self.least), 0, self.rest
        self.state = PlateauState(value, best, waited, resting)
        return value

    def on_epoch_end(self, at: Scored) -> None:
        """As a listener of `fit`: the score is the mean loss of the epoch."""
        self.observe(at.loss)

    def on_fit_start(self, at: object) -> None:
        """Nothing; listeners have this."""

    def on_epoch_start(self, at: object) -> None:
        """Nothing; listeners have this."""

    def on_gradients(self, at: object, gradients: object) -> None:
        """Nothing; listeners have this."""

    def on_step_end(self, at: object) -> None:
        """Nothing; listeners have this."""

    def on_fit_end(self, at: object, *, interrupted: bool) -> None:
        """Nothing; listeners have this."""

    if TYPE_CHECKING:  # what it does not hear of, `fit` need not prepare; to type checkers it is a listener whole

        def on_forward(self, at: object, activations: object) -> None:
            """Not at all; listeners have this."""

        def on_backward(self, at: object, update: object) -> None:
            """Not at all; listeners have this."""

        def close(self) -> None:
            """Not at all; listeners have this."""

        def kept(self) -> str | None:
            """Not at all; listeners have this."""


def on_plateau(
    initial: float,
    *,
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    rest: int = 0,
    least: float = 0.0,
    mode: Literal["min", "max"] = "min",
) -> Plateau:
    """`initial`, multiplied by `factor` whenever more than `patience` scores in a row were no better than the best.

    Give it as a learning rate to an updater, and the same object to `fit` as a listener: then its scores are the mean
    losses of the epochs. Or call `observe` with scores of your own, where more may be better (`mode="max"`). Better
    means by the part `threshold` of the best. After a change, `rest` scores do not count as bad; the value stays at
    least `least`. Source: the callback of this kind in PyTorch, with its relative threshold.

    Raises ValueError if a number is negative or not finite, `factor` is not below 1, or `mode` is another word.

    >>> rate = tg.optim.on_plateau(0.8, factor=0.5, patience=1)
    >>> [rate.observe(loss) for loss in (3.0, 2.0, 2.0, 2.0, 1.0)]
    [0.8, 0.8, 0.8, 0.4, 0.4]
    >>> rate(1000)
    0.4
    """
    check("on_plateau", "initial", initial, "positive", schedule=False)
    check("on_plateau", "factor", factor, "at least 0 and below 1", schedule=False)
    check("on_plateau", "threshold", threshold, "at least 0 and below 1", schedule=False)
    check("on_plateau", "least", least, "at least 0", schedule=False)
    count("on_plateau", "patience", patience, 0)
    count("on_plateau", "rest", rest, 0)
    if mode not in ("min", "max"):
        raise ValueError(f'on_plateau: `mode` must be "min" or "max", got {mode!r}')
    sign = 1 if mode == "min" else -1
    return Plateau(PlateauState(initial, sign * math.inf), factor, patience, threshold, rest, least, sign)
