"""Lines and bars as SVG, in the colours of the page around them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from typedgrad.reports.markup import Child, Markup, element, joined
from typedgrad.reports.scale import Scale, short
from typedgrad.reports.style import COLOURS

_LEFT, _RIGHT, _TOP, _BOTTOM = 68.0, 24.0, 10.0, 42.0


class Line(NamedTuple):
    """Points to be joined. Where one of the two is NaN or infinite, the line is interrupted."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    # Which of the colours, counted through; further ones are the same with dashes.
    colour: int = 0
    kind: str = ""
    dots: bool = False


@dataclass(frozen=True)
class Frame:
    """Axes with names, and what they are drawn for: a title and a description for who cannot see it."""

    x: Scale
    y: Scale
    x_name: str
    y_name: str
    title: str
    description: str
    width: float = 560.0
    height: float = 340.0
    bottom: float = field(default=_BOTTOM)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point is in the picture."""
        across, down = self.width - _LEFT - _RIGHT, self.height - _TOP - self.bottom
        return _LEFT + across * self.x.place(x), self.height - self.bottom - down * self.y.place(y)

    def drawn(self, *content: Child) -> Markup:
        """The picture: axes first, then what is given."""
        return svg(self.title, self.description, self.width, self.height, self._axes(), *content)

    def _axes(self) -> Markup:
        left, base = self.at(self.x.low, self.y.low)
        right, top = self.at(self.x.high, self.y.high)
        parts: list[Markup] = []
        for mark in self.y.marks:
            y = self.at(self.x.low, mark)[1]
            parts.append(_segment(left, y, right, y, "grid"))
            parts.append(element("text", short(mark), x=left - 8, y=y + 4, text_anchor="end"))
        for mark in self.x.marks:
            x = self.at(mark, self.y.low)[0]
            parts.append(_segment(x, base, x, base + 4, "axis"))
            parts.append(element("text", short(mark), x=x, y=base + 18, text_anchor="middle"))
        parts.append(_segment(left, base, right, base, "axis"))
        if self.x_name:
            parts.append(element("text", self.x_name, x=(left + right) / 2, y=self.height - 6.0, text_anchor="middle"))
        if self.y_name:
            middle = (top + base) / 2
            turned = f"rotate(-90 13 {middle:.1f})"
            parts.append(element("text", self.y_name, x=13.0, y=middle, text_anchor="middle", transform=turned))
        return joined(parts)


def svg(title: str, description: str, width: float, height: float, *content: Child) -> Markup:
    """A picture with its name and description.

    >>> svg("A", "nothing", 10, 20)[:56]
    '<svg class="plot" viewBox="0 0 10 20" role="img" aria-la'
    """
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *content,
        class_="plot",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=f"{title}. {description}",
    )


def lines_drawn(frame: Frame, lines: Iterable[Line]) -> Markup:
    """The lines inside a frame."""
    parts: list[Markup] = []
    for line in lines:
        dash = "6 4" if line.colour >= COLOURS else None
        style = f"line c{line.colour % COLOURS} {line.kind}".strip()
        for piece in _pieces(frame, line):
            if len(piece) > 1:
                path = "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in piece)
                parts.append(element("path", d=path, class_=style, stroke_dasharray=dash))
            if line.dots or len(piece) == 1:
                parts += [
                    element("circle", cx=round(x, 1), cy=round(y, 1), r=3.2, class_=f"dot f{line.colour % COLOURS}")
                    for x, y in piece
                ]
    return joined(parts)


def _pieces(frame: Frame, line: Line) -> list[list[tuple[float, float]]]:
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(line.xs, line.ys, strict=True):
        if math.isfinite(x) and math.isfinite(y):
            pieces[-1].append(frame.at(x, y))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def legend(lines: Iterable[Line]) -> Markup:
    """The names of lines beside a piece of each."""
    entries = []
    for line in lines:
        dash = "6 4" if line.colour >= COLOURS else None
        style = f"line c{line.colour % COLOURS} {line.kind}".strip()
        piece = element("path", d="M1,5 H21", class_=style, stroke_dasharray=dash)
        entries.append(element("li", element("svg", piece, viewBox="0 0 22 10", aria_hidden="true"), line.name))
    return element("ul", *entries, class_="legend")


def bars_drawn(frame: Frame, edges: Sequence[float], heights: Sequence[float], hints: Sequence[str] = ()) -> Markup:
    """A bar from 0 between each two edges; `hints` are shown under the pointer."""
    parts = []
    for i, ((start, end), height) in enumerate(zip(itertools.pairwise(edges), heights, strict=True)):
        if not math.isfinite(height) or height <= 0:
            continue
        (left, top), (right, base) = frame.at(start, height), frame.at(end, max(0.0, frame.y.low))
        gap = min(1.0, (right - left) * 0.12)
        hint = element("title", hints[i]) if hints else None
        wide, high = max(0.6, right - left - gap), max(0.8, base - top)
        parts.append(
            element("rect", hint, x=left + gap / 2, y=base - high, width=wide, height=high, rx=1.0, class_="bar")
        )
    return joined(parts)


def guide(frame: Frame, start: tuple[float, float], end: tuple[float, float]) -> Markup:
    """A dashed line to compare with."""
    (x1, y1), (x2, y2) = frame.at(*start), frame.at(*end)
    return _segment(x1, y1, x2, y2, "guide")


def _segment(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def thinned(xs: Sequence[float], ys: Sequence[float], most: int = 240) -> tuple[list[float], list[float]]:
    """Fewer points of a curve inside the unit square, which look the same: those that are apart from the last kept.

    >>> thinned([0.0, 1e-9, 2e-9, 1.0], [0.0, 0.0, 0.0, 1.0])
    ([0.0, 2e-09, 1.0], [0.0, 0.0, 1.0])
    """
    if not len(xs):
        return [], []
    # One point before each jump is kept too, so that steps stay steps.
    kept = [0]
    for i in range(1, len(xs)):
        far = abs(xs[i] - xs[kept[-1]]) + abs(ys[i] - ys[kept[-1]]) > 2.0 / most
        if far or i == len(xs) - 1:
            if kept[-1] < i - 1:
                kept.append(i - 1)
            kept.append(i)
    return [float(xs[i]) for i in kept], [float(ys[i]) for i in kept]
