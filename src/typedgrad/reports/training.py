"""A training as a page: how it goes, what happens in the model, what it costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from typedgrad.reports.course import Course, Record, Series, course_of, number, smoothed, words
from typedgrad.reports.inside import histograms, model
from typedgrad.reports.markup import Markup, element, joined
from typedgrad.reports.page import Section, card, cards, figure, page, pairs, panel, row
from typedgrad.reports.plot import Frame, Line, legend, lines_drawn
from typedgrad.reports.scale import amount, digits, scale_of, short

# How much of the average is what came before, for each choice of smoothing.
_SMOOTHING: Final = (("none", 0.0), ("light", 0.6), ("medium", 0.9), ("strong", 0.98))
_USUAL: Final = 2
# Scores that are watched, of which there are pictures.
_WATCHED: Final = 12


def training_page(records: Iterable[Record] | Course, *, title: str = "Training", refresh: int | None = None) -> str:
    """A page of HTML about a training, from what `tg.train.Stats` recorded: score, model, histograms, system.

    It is one file that loads nothing and runs nothing, and stays small however long the training is. With `refresh`,
    browsers load it again after so many seconds until the training has ended.

    >>> records = [{"kind": "step", "step": n, "epoch": 1, "score": 1 / n} for n in range(1, 5)]
    >>> "<title>Digits</title>" in tg.reports.training_page(records, title="Digits")
    True
    """
    course = records if isinstance(records, Course) else course_of(records)
    sections = [
        Section("overview", "Overview", _overview(course)),
        Section("model", "Model", model(course)),
        Section("histograms", "Histograms", histograms(course)),
        Section("system", "System", _system(course)),
    ]
    name = words(course.start, "model")
    began = "" if math.isnan(course.began) else f"started {_when(course.began)}"
    again = f"run {course.runs} in this file" if course.runs > 1 else ""
    subtitle = " · ".join(part for part in (name, began, again) if part) or "nothing is recorded yet"
    return page(title, subtitle, _head(course), sections, refresh=None if course.ended else refresh)


def _when(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "at no time that there is"


def _head(course: Course) -> Markup:
    epochs, batches = number(course.start, "epochs"), number(course.start, "batches")
    whole = epochs * batches
    done = f"{100 * course.step / whole:.0f} % of {amount(whole)}" if math.isfinite(whole) and whole else ""
    state = course.ended or ("running" if course.step else "waiting")
    took = course.latest - course.began
    left = _left(course, whole, took)
    best = "" if math.isinf(course.best) else f"best {digits(course.best)}"
    return cards(
        [
            card("Score", digits(course.score.last), best),
            card("Epoch", str(course.epoch), f"of {amount(epochs)}" if math.isfinite(epochs) else ""),
            card("Step", amount(course.step), done),
            card("Time", _duration(took), left),
            card("Speed", f"{short(course.speed.last)} / s" if course.speed.ys else "–", "examples"),
            card("State", state),
        ]
    )


def _left(course: Course, whole: float, took: float) -> str:
    if course.ended or not course.step or not math.isfinite(whole) or not took > 0 or course.runs > 1:
        return ""
    return f"about {_duration(took * max(0.0, whole / course.step - 1))} left"


def _duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "–"
    minutes, rest = divmod(max(0.0, seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest:.0f} s" if minutes else f"{rest:.1f} s"


def _overview(course: Course) -> Markup:
    watched = list(course.watched.items())[:_WATCHED]
    pictures = [
        *(curve(name, series, name, dots=True) for name, series in watched),
        curve("Learning rate", course.rate, "learning rate"),
        curve("Speed", course.speed, "examples per second", smooth=0.9),
    ]
    return joined([_score(course), row([p for p in pictures if p is not None])])


def _score(course: Course) -> Markup:
    if not course.score.ys:
        return panel(element("p", "No step is recorded yet."))
    series, means = course.score, course.epochs
    every = [*series.ys, *means.ys]
    told = f"From {digits(series.ys[0])} to {digits(series.last)} in {amount(course.step)} steps."
    frame = Frame(scale_of(series.xs, marks=8), scale_of(every), "step", "score", "Score by step", told, 1120.0, 380.0)
    versions = []
    for i, (_, weight) in enumerate(_SMOOTHING):
        line = Line("", series.xs, smoothed(series.ys, weight))
        versions.append(element("g", lines_drawn(frame, [line]), class_=f"smooth smooth-{i}"))
    raw = Line("each recorded step", series.xs, series.ys, 0, "faded")
    by_epoch = Line("mean of each epoch", means.xs, means.ys, 1, "", dots=True)
    shown = [raw, *([by_epoch] if means.ys else [])]
    inputs = [
        element(
            "input",
            type="radio",
            name="smoothing",
            id=f"smooth-{i}",
            class_="pick",
            checked=i == _USUAL,
            aria_label=name,
        )
        for i, (name, _) in enumerate(_SMOOTHING)
    ]
    labels = [element("label", name, for_=f"smooth-{i}") for i, (name, _) in enumerate(_SMOOTHING)]
    choices = element("div", element("span", "Smoothing", class_="faint"), *labels, class_="choices")
    drawn = frame.drawn(lines_drawn(frame, [raw]), *versions, lines_drawn(frame, shown[1:]))
    names = legend([Line("smoothed", [], []), *shown])
    return element("figure", element("figcaption", "Score"), *inputs, choices, drawn, names)


def curve(title: str, series: Series, name: str, *, smooth: float = 0.0, dots: bool = False) -> Markup | None:
    """A series over steps, smoothed where it is not smooth by nature; None if there is nothing in it."""
    if not series.ys:
        return None
    told = f"{short(series.last)} at the end; from {short(min(series.ys))} to {short(max(series.ys))}."
    y = scale_of(series.ys, least=0.0 if min(series.ys) >= 0 and not dots else None)
    frame = Frame(scale_of(series.xs), y, "step", name, title, told, 560.0, 260.0)
    line = Line(name, series.xs, smoothed(series.ys, smooth), dots=dots and len(series.xs) <= 100)
    raw = [Line(name, series.xs, series.ys, 0, "faded")] if smooth else []
    return figure(title, frame.drawn(lines_drawn(frame, [*raw, line])))


def _system(course: Course) -> Markup:
    found = course.start.get("system")
    facts = [(str(k), str(v)) for k, v in found.items()] if isinstance(found, Mapping) else []
    memory = Series(course.memory.xs, [y / 1e6 for y in course.memory.ys])
    picture = curve("Memory of the process", memory, "MB")
    told = panel(pairs(facts[:40])) if facts else panel(element("p", "Nothing is recorded."))
    return joined([told, None if picture is None else row([picture])])
