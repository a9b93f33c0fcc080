"""Hyper-parameters: numbers, or schedules where the caller wants them to change; checked when given and when used."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

from typedgrad.core.tracing import host, is_open

# The number of updates made so far, 0 at first -> the value to use.
Schedule: TypeAlias = Callable[[int], float]
Hyper: TypeAlias = float | Schedule
Domain: TypeAlias = Literal["positive", "at least 0", "at least 0 and below 1"]


def check(title: str, name: str, value: Hyper, domain: Domain, *, schedule: bool = True) -> None:
    """Refuse a hyper-parameter that cannot be meant. What a schedule returns is checked when it is used.

    Raises:
        TypeError: if `value` is no number (and no schedule where one is allowed).
        ValueError: if it is outside its domain.
    """
    if callable(value):
        if not schedule:
            raise TypeError(f"{title}: `{name}` must be a number, it cannot follow a schedule")
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        wanted = "a number or a schedule" if schedule else "a number"
        raise TypeError(f"{title}: `{name}` must be {wanted}, not {type(value).__name__}")
    if not _inside(value, domain):
        raise ValueError(f"{title}: `{name}` must be {_words(domain)}, got {value}")


def at(title: str, name: str, value: Hyper, step: int, domain: Domain) -> float:
    """The hyper-parameter's value for an update. A scheduled learning rate may be 0, as after the end of a cosine.

    Raises ValueError if a schedule returns what makes no sense.
    """
    if not callable(value):
        return float(value)
    if is_open(step):
        left_open: float = host(at, title, name, value, step, domain)
        return left_open
    # A float of Python's own: arrays of float32 times numpy's float64 would be float64.
    given = value(step)
    try:
        found = float(given)
    except (TypeError, ValueError):
        raise TypeError(
            f"{title}: the schedule of `{name}` must return a number, not {given!r}, as for step {step}"
        ) from None
    if not _inside(found, "at least 0" if domain == "positive" else domain):
        wanted = _words("at least 0" if domain == "positive" else domain)
        raise ValueError(f"{title}: `{name}` must be {wanted}, but its schedule returned {found} for step {step}")
    return found


def _inside(value: float, domain: Domain) -> bool:
    if domain == "positive":
        return 0 < value < math.inf
    return 0 <= value < (math.inf if domain == "at least 0" else 1)


def _words(domain: Domain) -> str:
    return domain if domain == "at least 0 and below 1" else f"{domain} and finite"
