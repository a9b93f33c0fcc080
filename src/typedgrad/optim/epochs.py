"""`by_epoch`: schedules that count epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typedgrad.optim.schedules import count

if TYPE_CHECKING:
    from typedgrad.optim.hyper import Schedule


@dataclass(frozen=True)
class ByEpoch:
    """See `by_epoch`."""

    schedule: Schedule
    steps: int

    def __call__(self, step: int) -> float:
        """The value for the update with this number, the first being 0."""
        return self.schedule(step // self.steps)


def by_epoch(schedule: Schedule, *, steps: int) -> ByEpoch:
    """A schedule that counts epochs of `steps` updates instead of updates; the first epoch is 0.

    Raises:
        TypeError: if `schedule` is no function.
        ValueError: if `steps` is below 1.

    >>> rate = tg.optim.by_epoch(tg.optim.exponential(0.8, factor=0.5), steps=100)
    >>> rate(0), rate(99), rate(100)
    (0.8, 0.8, 0.4)
    """
    if not callable(schedule):
        raise TypeError(f"by_epoch: `schedule` must be a schedule, not {type(schedule).__name__}")
    count("by_epoch", "steps", steps, 1)
    return ByEpoch(schedule, steps)
