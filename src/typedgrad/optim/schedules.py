"""How a hyper-parameter changes with the number of updates made so far: pure functions with a readable repr."""

from __future__ import annotations

import math
from dataclasses import dataclass

from typedgrad.optim.hyper import Schedule, check


@dataclass(frozen=True)
class Constant:
    """See `constant`."""

    value: float

    def __call__(self, step: int) -> float:
        """The value for the update with this number, the first being 0."""
        return self.value


@dataclass(frozen=True)
class StepDecay:
    """See `step_decay`."""

    initial: float
    factor: float
    every: int

    def __call__(self, step: int) -> float:
        """The value for the update with this number, the first being 0."""
        return self.initial * self.factor ** (step // self.every)


@dataclass(frozen=True)
class Cosine:
    """See `cosine`."""

    peak: float
    steps: int
    warmup: int
    final: float

    def __call__(self, step: int) -> float:
        """The value for the update with this number, the first being 0."""
        if step < self.warmup:
            return self.peak * (step + 1) / (self.warmup + 1)
        if step >= self.steps:
            return self.final
        progress = (step - self.warmup) / (self.steps - self.warmup)
        return self.final + (self.peak - self.final) * (1 + math.cos(math.pi * progress)) / 2


@dataclass(frozen=True)
class LinearWarmup:
    """See `linear_warmup`."""

    after: Schedule
    steps: int

    def __call__(self, step: int) -> float:
        """The value for the update with this number, the first being 0."""
        value = self.after(step)
        return value * (step + 1) / (self.steps + 1) if step < self.steps else value


def constant(value: float) -> Constant:
    """The same value at every step.

    Raises ValueError if `value` is negative or not finite.

    >>> tg.optim.constant(0.1)(1000)
    0.1
    """
    check("constant", "value", value, "at least 0", schedule=False)
    return Constant(value)


def step_decay(initial: float, *, factor: float, every: int) -> StepDecay:
    """`initial`, multiplied by `factor` after every `every` steps.

    Raises ValueError if a value is negative or not finite, or `every` is below 1.

    >>> halving = tg.optim.step_decay(0.8, factor=0.5, every=100)
    >>> halving(0), halving(99), halving(100), halving(250)
    (0.8, 0.8, 0.4, 0.2)
    """
    check("step_decay", "initial", initial, "at least 0", schedule=False)
    check("step_decay", "factor", factor, "at least 0", schedule=False)
    count("step_decay", "every", every, 1)
    return StepDecay(initial, factor, every)


def cosine(peak: float, *, steps: int, warmup: int = 0, final: float = 0.0) -> Cosine:
    """Up to `peak` in a straight line over `warmup` steps, then down to `final` at step `steps` along half a cosine.

    The first step is `peak / (warmup + 1)`, not 0, so that it is not wasted; step number `warmup` has the peak.
    Source: Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017, equation 5.

    Raises ValueError if a value is negative or not finite, or unless 0 <= warmup < steps.

    >>> rate = tg.optim.cosine(1.0, steps=10, warmup=4)
    >>> [round(rate(step), 2) for step in (0, 1, 3, 4, 7, 10, 99)]
    [0.2, 0.4, 0.8, 1.0, 0.5, 0.0, 0.0]
    """
    check("cosine", "peak", peak, "at least 0", schedule=False)
    check("cosine", "final", final, "at least 0", schedule=False)
    count("cosine", "steps", steps, 1)
    count("cosine", "warmup", warmup, 0)
    if warmup >= steps:
        raise ValueError(f"cosine: `warmup` must be less than `steps`, got warmup={warmup} and steps={steps}")
    return Cosine(peak, steps, warmup, final)


def linear_warmup(after: float | Schedule, *, steps: int) -> LinearWarmup:
    """`after`, scaled up in a straight line during the first `steps` steps: by `(step + 1) / (steps + 1)`.

    A schedule in `after` counts its steps from the very first as well.

    Raises:
        TypeError: if `after` is neither a number nor a schedule.
        ValueError: if it is a negative number or not finite, or `steps` is below 1.

    >>> rate = tg.optim.linear_warmup(1.0, steps=4)
    >>> [rate(step) for step in (0, 1, 3, 4, 99)]
    [0.2, 0.4, 0.8, 1.0, 1.0]
    """
    check("linear_warmup", "after", after, "at least 0")
    count("linear_warmup", "steps", steps, 1)
    return LinearWarmup(after if callable(after) else Constant(after), steps)


def count(title: str, name: str, value: int, least: int) -> None:
    """Refuse what is no count, or less than `least`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{title}: `{name}` must be an int, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{title}: `{name}` must be at least {least}, got {value}")
