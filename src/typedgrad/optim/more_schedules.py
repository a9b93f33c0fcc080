"""More schedules: by formula, by table, in cycles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from typedgrad.optim.hyper import check
from typedgrad.optim.schedules import count


@dataclass(frozen=True, repr=False)
class Curve:
    """A schedule that is a function of the step and of named numbers."""

    formula: Callable[..., float]
    settings: tuple[tuple[str, float | tuple[int, ...]], ...]

    def __call__(self, step: int) -> float:
        """The value for the update with this number, the first being 0."""
        return self.formula(step, **dict(self.settings))

    def __repr__(self) -> str:
        name = self.formula.__name__.lstrip("_")
        return f"{name}({', '.join(f'{setting}={value!r}' for setting, value in self.settings)})"


def _multi_step(i: int, initial: float, factor: float, at: tuple[int, ...]) -> float:
    return initial * float(factor) ** sum(i >= change for change in at)


def _exponential(i: int, initial: float, factor: float) -> float:
    return initial * float(factor) ** i


def _inverse(i: int, initial: float, rate: float, power: float) -> float:
    return initial * math.pow(1 + rate * i, -power)


def _polynomial(i: int, initial: float, final: float, power: float, steps: int) -> float:
    return final + (initial - final) * math.pow(1 - min(i, steps) / steps, power)


def _sigmoid(i: int, initial: float, rate: float, middle: float) -> float:
    # Half of (1 - tanh) never overflows.
    return initial * (1 - math.tanh(rate * (i - middle) / 2)) / 2


def _one_cycle(i: int, peak: float, initial: float, final: float, steps: int, rise: float) -> float:
    top = rise * steps - 1
    if i <= top:
        return _eased(initial, peak, i / top)
    return _eased(peak, final, min(1.0, (i - top) / (steps - 1 - top)))


def _cosine_restarts(i: int, peak: float, final: float, period: int, factor: int) -> float:
    while factor > 1 and i >= period:
        i, period = i - period, period * factor
    return _eased(peak, final, i % period / period)


def _eased(start: float, end: float, done: float) -> float:
    """From one value to another along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


def _curve(formula: Callable[..., float], /, **settings: float | tuple[int, ...]) -> Curve:
    title = formula.__name__.lstrip("_")
    for name, value in settings.items():
        if isinstance(value, int) and name in ("steps", "period", "factor") and title in _WHOLE:
            count(title, name, value, 1)
        elif not isinstance(value, tuple):
            check(title, name, value, "at least 0", schedule=False)
    return Curve(formula, tuple(settings.items()))


_WHOLE = ("polynomial", "one_cycle", "cosine_restarts")


def multi_step(initial: float, *, factor: float, at: Sequence[int]) -> Curve:
    """`initial`, multiplied by `factor` at each of the steps `at`.

    Raises ValueError if a value is negative or not finite, or `at` is not rising.

    >>> rate = tg.optim.multi_step(0.8, factor=0.5, at=[10, 15])
    >>> rate(9), rate(10), rate(15)
    (0.8, 0.4, 0.2)
    """
    if sorted({*at}) != list(at) or (at and at[0] < 0):
        raise ValueError(f"multi_step: `at` must be rising steps of at least 0, got {list(at)}")
    return _curve(_multi_step, initial=initial, factor=factor, at=tuple(at))


def exponential(initial: float, *, factor: float) -> Curve:
    """`initial * factor ** step`.

    Raises ValueError if a value is negative or not finite.

    >>> tg.optim.exponential(0.8, factor=0.5)(3)
    0.1
    """
    return _curve(_exponential, initial=initial, factor=factor)


def inverse(initial: float, *, rate: float, power: float = 1.0) -> Curve:
    """`initial * (1 + rate * step) ** -power`.

    Raises ValueError if a value is negative or not finite.

    >>> tg.optim.inverse(0.8, rate=0.1)(10)
    0.4
    """
    return _curve(_inverse, initial=initial, rate=rate, power=power)


def polynomial(initial: float, *, steps: int, power: float = 1.0, final: float = 0.0) -> Curve:
    """From `initial` down to `final` at step `steps`, in proportion to `(1 - step / steps) ** power`, then `final`.

    Raises ValueError if a value is negative or not finite, or `steps` is below 1.

    >>> rate = tg.optim.polynomial(0.8, steps=10, power=2.0)
    >>> rate(0), round(rate(5), 3), rate(10), rate(99)
    (0.8, 0.2, 0.0, 0.0)
    """
    return _curve(_polynomial, initial=initial, final=final, power=power, steps=steps)


def sigmoid(initial: float, *, rate: float, middle: float) -> Curve:
    """`initial / (1 + exp(rate * (step - middle)))`: half of `initial` at step `middle`, and falling.

    Raises ValueError if a value is negative or not finite.

    >>> tg.optim.sigmoid(0.8, rate=0.1, middle=50)(50)
    0.4
    """
    return _curve(_sigmoid, initial=initial, rate=rate, middle=middle)


def one_cycle(
    peak: float, *, steps: int, rise: float = 0.3, initial: float | None = None, final: float | None = None
) -> Curve:
    """Up from `initial` to `peak` during the part `rise` of all `steps`, then down to `final`, along half cosines.

    `initial` is a 25th of the peak unless given, and `final` 10000 times less than that; it is reached at the last step
    and kept. Source: Smith and Topin, "Super-convergence", 2018; the curve is that of PyTorch.

    Raises ValueError if a value is negative or not finite, or `rise` leaves no step on one of the sides.

    >>> rate = tg.optim.one_cycle(1.0, steps=11, rise=0.5, initial=0.2, final=0.0)
    >>> [round(rate(step), 2) for step in (0, 4, 5, 10, 99)]
    [0.2, 0.98, 0.98, 0.0, 0.0]
    """
    initial = peak / 25 if initial is None else initial
    final = initial / 1e4 if final is None else final
    made = _curve(_one_cycle, peak=peak, initial=initial, final=final, steps=steps, rise=rise)
    if not 1 < rise * steps < steps:
        raise ValueError(f"one_cycle: `rise` must leave steps on both sides, got rise={rise} and steps={steps}")
    return made


def cosine_restarts(peak: float, *, period: int, factor: int = 1, final: float = 0.0) -> Curve:
    """From `peak` towards `final` along half a cosine in `period` steps, again and again, each `factor` times as long.

    Source: Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017.

    Raises ValueError if a value is negative or not finite, or `period` or `factor` is below 1.

    >>> rate = tg.optim.cosine_restarts(1.0, period=2, factor=2)
    >>> [round(rate(step), 2) for step in range(7)]
    [1.0, 0.5, 1.0, 0.85, 0.5, 0.15, 1.0]
    """
    return _curve(_cosine_restarts, peak=peak, final=final, period=period, factor=factor)
