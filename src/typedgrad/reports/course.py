"""What the records of a training add up to: series that stay short, and the latest of what is large."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

# A line of the file that `tg.train.Stats` writes. It may come from anywhere: nothing is taken on trust.
Record: TypeAlias = Mapping[str, object]
Value = TypeVar("Value")
# Points of a series; above twice as many every second one is left out.
POINTS: Final = 1500
# Parameters or layers whose course is kept.
PATHS: Final = 400


@dataclass
class Series:
    """Numbers over steps. When there are too many, neighbours become their mean."""

    xs: list[float] = field(default_factory=list)
    ys: list[float] = field(default_factory=list)
    # How many numbers went into each point but the last, and into that one.
    each: int = 1
    begun: int = 0

    def add(self, x: float, y: float) -> None:
        """One more; numbers that are not finite are left out."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return
        if self.begun and self.begun < self.each:
            self.xs[-1] += (x - self.xs[-1]) / (self.begun + 1)
            self.ys[-1] += (y - self.ys[-1]) / (self.begun + 1)
            self.begun += 1
        else:
            self.xs.append(x)
            self.ys.append(y)
            self.begun = 1
        if len(self.xs) > 2 * POINTS:
            self.xs, self.ys = _halved(self.xs), _halved(self.ys)
            self.each, self.begun = self.each * 2, self.each * 2

    @property
    def last(self) -> float:
        """The latest; NaN if there is none."""
        return self.ys[-1] if self.ys else math.nan


def _halved(values: list[float]) -> list[float]:
    return [sum(values[i : i + 2]) / len(values[i : i + 2]) for i in range(0, len(values), 2)]


@dataclass(frozen=True)
class Bars:
    """A histogram of equal bins, and the moments of what it counts."""

    low: float
    high: float
    counts: tuple[float, ...]
    mean: float
    deviation: float


@dataclass
class Course:
    """A training so far, from its records."""

    start: Record = field(default_factory=dict)
    ended: str = ""
    began: float = math.nan
    latest: float = math.nan
    epoch: int = 0
    step: int = 0
    runs: int = 0
    best: float = math.inf
    score: Series = field(default_factory=Series)
    epochs: Series = field(default_factory=Series)
    rate: Series = field(default_factory=Series)
    speed: Series = field(default_factory=Series)
    memory: Series = field(default_factory=Series)
    # By path of a parameter: log10 of what its update is of it; by path and kind the latest histogram.
    ratios: dict[str, Series] = field(default_factory=dict)
    histograms: dict[str, dict[str, Bars]] = field(default_factory=dict)
    # By name: scores that are looked at after each epoch.
    watched: dict[str, Series] = field(default_factory=dict)
    left_out: int = 0

    def add(self, record: Record) -> None:
        """Take one more record into account; one of a kind that is not known is passed over."""
        time = number(record, "time")
        if not math.isnan(time):
            self.began = time if math.isnan(self.began) else self.began
            self.latest = time
        step = number(record, "step")
        if math.isfinite(step):
            self.step = int(step)
        kind = record.get("kind")
        if kind == "start":
            self.start, self.ended, self.runs = record, "", self.runs + 1
        elif kind == "step":
            self._step(record)
        elif kind == "epoch":
            self.epochs.add(number(record, "step"), number(record, "score"))
            self.epoch = int(_or_zero(number(record, "epoch")))
            for name, value in _items(record, "watched"):
                watched = self._of(self.watched, name, Series())
                if watched is not None and isinstance(value, (int, float)):
                    watched.add(number(record, "step"), float(value))
        elif kind == "end":
            self.ended = "interrupted" if record.get("interrupted") is True else "finished"

    def _step(self, record: Record) -> None:
        step = number(record, "step")
        if not math.isfinite(step):
            return
        self.epoch = int(_or_zero(number(record, "epoch")))
        score = number(record, "score")
        self.best = min(self.best, score) if math.isfinite(score) else self.best
        for series, name in (
            (self.score, "score"),
            (self.rate, "rate"),
            (self.speed, "speed"),
            (self.memory, "memory"),
        ):
            series.add(step, number(record, name))
        for path, ratio in _items(record, "ratios"):
            found = self._of(self.ratios, path, Series())
            if found is not None and isinstance(ratio, (int, float)):
                found.add(step, float(ratio))
        for path, kinds in _items(record, "histograms"):
            held = self._of(self.histograms, path, {})
            if held is not None and isinstance(kinds, Mapping):
                held.update({str(kind): bars for kind, given in kinds.items() if (bars := bars_of(given)) is not None})

    def _of(self, held: dict[str, Value], path: str, new: Value) -> Value | None:
        """What is kept for a path; None where there are too many already."""
        if path not in held and len(held) >= PATHS:
            self.left_out += 1
            return None
        return held.setdefault(path, new)


def course_of(records: Iterable[Record]) -> Course:
    """What records add up to.

    >>> course_of([{"kind": "step", "step": 3, "score": 0.5}]).score.last
    0.5
    """
    course = Course()
    for record in records:
        course.add(record)
    return course


def number(record: Record, name: str) -> float:
    """A number of a record; NaN if it is none."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def words(record: Record, name: str) -> str:
    """A text of a record; empty if it is none."""
    value = record.get(name)
    return value if isinstance(value, str) else ""


def bars_of(given: object) -> Bars | None:
    """A histogram of a record; None if it is none."""
    if not isinstance(given, Mapping):
        return None
    counts, low, high = given.get("counts"), number(given, "low"), number(given, "high")
    if not isinstance(counts, list) or not 0 < len(counts) <= 200 or not (math.isfinite(low) and math.isfinite(high)):
        return None
    found = [number({"n": n}, "n") for n in counts]
    if high < low or not all(n >= 0 for n in found):
        return None
    return Bars(low, high, tuple(found), number(given, "mean"), number(given, "deviation"))


def _items(record: Record, name: str) -> list[tuple[str, object]]:
    found = record.get(name)
    return [(str(key), value) for key, value in found.items()] if isinstance(found, Mapping) else []


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def smoothed(values: list[float], weight: float) -> list[float]:
    """An exponential moving average that begins at the first value.

    Source: the bias correction of Kingma and Ba, "Adam", 2014.

    >>> smoothed([1.0, 1.0, 4.0], 0.5)
    [1.0, 1.0, 2.7142857142857144]
    """
    found, held, share = [], 0.0, 0.0
    for value in values:
        held = weight * held + (1 - weight) * value
        share = weight * share + (1 - weight)
        found.append(held / share)
    return found
