"""How far to go along a direction: until the strong Wolfe conditions hold, or the objective is merely lower."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.optim.flat import Point, dot

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

# What the conditions ask for: a decrease of at least this part of what the slope promises.
DECREASE = 1e-4


class Trial(NamedTuple):
    """A step that was tried: its length, the objective and its slope along the direction, and the whole point."""

    step: float
    value: float
    slope: float
    point: Point
    # At the start of a search: how much of a difference between two values may be rounding.
    noise: float = 0.0


Phi = Callable[[float], Trial]


def strong_wolfe(phi: Phi, start: Trial, step: float, curvature: float, most: int) -> Trial | None:
    """A step with sufficient decrease where the slope has become `curvature` times flatter, either way.

    `None` if there is no decrease to be found in `most` evaluations; if there is one but the slope is too steep yet,
    the best step so far. Source: Nocedal and Wright, "Numerical optimization", 2nd edition, 2006, algorithms 3.5, 3.6.
    """
    before = start
    for i in range(most):
        trial = phi(step)
        if _too_high(trial, start) or (i > 0 and trial.value >= before.value + start.noise):
            return _zoom(phi, start, before, trial, curvature, most - i - 1)
        if abs(trial.slope) <= -curvature * start.slope:
            return trial
        if trial.slope >= 0:
            return _zoom(phi, start, trial, before, curvature, most - i - 1)
        before, step = trial, _further(before, trial)
    return before if before.step > 0 else None


def backtracking(phi: Phi, start: Trial, step: float, curvature: float, most: int) -> Trial | None:
    """The first step with sufficient decrease, each half as long as the one before; `None` if there is none.

    Source: Nocedal and Wright, algorithm 3.1.
    """
    for _ in range(most):
        trial = phi(step)
        if not _too_high(trial, start):
            return trial
        step /= 2
    return None


def _zoom(phi: Phi, start: Trial, low: Trial, high: Trial, curvature: float, most: int) -> Trial | None:
    """A step between two, of which `low` has the lower value, and a slope towards `high`."""
    for _ in range(most):
        trial = phi(_between(low, high))
        if _too_high(trial, start) or trial.value >= low.value + start.noise:
            high = trial
        else:
            if abs(trial.slope) <= -curvature * start.slope:
                return trial
            if trial.slope * (high.step - low.step) >= 0:
                high = low
            low = trial
        if abs(high.step - low.step) <= 1e-14 * max(1.0, abs(low.step)):
            break
    return low if low.step > 0 else None


def _too_high(trial: Trial, start: Trial) -> bool:
    if trial.value <= start.value + DECREASE * trial.step * start.slope:
        return False
    # Where values no longer tell, slopes do: Hager and Zhang, "A new conjugate gradient method with guaranteed descent
    # and an efficient line search", 2005, equation 23.
    told_apart = trial.value > start.value + start.noise
    return told_apart or trial.slope > (2 * DECREASE - 1) * start.slope


def _between(low: Trial, high: Trial) -> float:
    """The lowest point of the cubic through two trials, kept away from both; the middle where there is none."""
    width = high.step - low.step
    found = cubic(low, high)
    margin = 0.1 * abs(width)
    least, most = min(low.step, high.step) + margin, max(low.step, high.step) - margin
    if found is None or not math.isfinite(found):
        return low.step + width / 2
    return min(max(found, least), most)


def _further(before: Trial, trial: Trial) -> float:
    """A longer step: where the cubic through two trials is lowest if that is two to ten times as far."""
    found = cubic(before, trial)
    least, most = 2 * trial.step, 10 * trial.step
    return least if found is None or not math.isfinite(found) else min(max(found, least), most)


def cubic(a: Trial, b: Trial) -> float | None:
    """Where the cubic with the values and slopes of two trials is lowest: Nocedal and Wright, equation 3.59."""
    if not (math.isfinite(a.value) and math.isfinite(b.value) and math.isfinite(b.slope)) or a.step == b.step:
        return None
    d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    under = d1 * d1 - a.slope * b.slope
    if under < 0:
        return None
    d2 = math.copysign(math.sqrt(under), b.step - a.step)
    below = b.slope - a.slope + 2 * d2
    return None if below == 0 else b.step - (b.step - a.step) * (b.slope + d2 - d1) / below


def along(objective: Callable[[Tensor], Point], start: Point, direction: Tensor) -> Phi:
    """The objective as a function of the step from a point."""

    def phi(step: float) -> Trial:
        point = objective(start.x + step * direction)
        return Trial(step, point.value, dot(point.gradient, direction), point)

    return phi
