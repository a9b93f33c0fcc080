"""What happens inside the model: how far each parameter moves, what it looks like, and the graph of the layers."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from typedgrad.reports.course import Bars, Course, smoothed, words
from typedgrad.reports.markup import Markup, element, joined
from typedgrad.reports.page import figure, folded, panel, row, table
from typedgrad.reports.plot import Frame, Line, bars_drawn, guide, legend, lines_drawn
from typedgrad.reports.scale import Scale, amount, scale_of, short

# Lines that are told apart in a picture, rows of a table, parameters with histograms, and those that are shown open.
_LINES: Final = 12
_ROWS: Final = 300
_HISTOGRAMS: Final = 60
_OPEN: Final = 2
# log10 of what is often good; far above learning is unstable, far below it is slow.
_USUAL: Final = -3.0
_LARGEST_GRAPH: Final = 400_000
_KINDS: Final = (("parameters", "Parameters"), ("gradients", "Gradients"), ("updates", "Updates"))


def model(course: Course) -> Markup:
    """Ratios of updates to parameters, the table of layers, and the graph."""
    return joined([_ratios(course), _layers(course), _graph(course)])


def _ratios(course: Course) -> Markup | None:
    if not course.ratios:
        return None
    chosen = _spread(list(course.ratios))
    lines = [
        Line(path, course.ratios[path].xs, smoothed(course.ratios[path].ys, 0.7), i) for i, path in enumerate(chosen)
    ]
    y = scale_of([_USUAL, *(v for line in lines for v in line.ys)])
    x = scale_of([v for line in lines for v in line.xs], marks=8)
    last = ", ".join(f"{line.name} {line.ys[-1]:.2f}" for line in lines if line.ys)
    title = "Updates relative to parameters, by step"
    frame = Frame(x, y, "step", "log10 of the ratio", title, f"At the end: {last}.", 1120.0, 360.0)
    straight = guide(frame, (x.low, _USUAL), (x.high, _USUAL))
    some = f"{len(chosen)} of {len(course.ratios)} parameters" if len(chosen) < len(course.ratios) else ""
    note = "mean |update| / mean |parameter|. −3 (dashed) is usual: far above it learning is unstable, far below slow."
    drawn = frame.drawn(straight, lines_drawn(frame, lines))
    shown = figure("Updates relative to parameters", drawn, legend(lines), remark=some)
    return joined([shown, element("p", note, class_="faint")])


def _spread(paths: list[str]) -> list[str]:
    """Some of them, from the first to the last."""
    if len(paths) <= _LINES:
        return paths
    return [paths[round(i * (len(paths) - 1) / (_LINES - 1))] for i in range(_LINES)]


def _layers(course: Course) -> Markup | None:
    given = course.start.get("layers")
    rows = []
    for layer in given[:_ROWS] if isinstance(given, list) else []:
        if isinstance(layer, Mapping):
            depth = layer.get("depth")
            name = words(layer, "path") or words(layer, "layer")
            indent = (
                f"display:inline-block;padding-left:{1.1 * min(depth, 12):.1f}rem" if isinstance(depth, int) else None
            )
            outputs = layer.get("outputs")
            out = ", ".join(map(str, outputs)) if isinstance(outputs, (list, tuple)) else ""
            what = f"{words(layer, 'layer')}({words(layer, 'options')})"
            path = element("span", name, style=indent)
            rows.append([path, what, out, *(_count(layer.get(k)) for k in ("parameters", "multiply_adds"))])
    if not rows:
        return _without_layers(course)
    more = f"The first {_ROWS} of {len(given):,}." if isinstance(given, list) and len(given) > _ROWS else None
    note = None if more is None else element("p", more, class_="faint")
    listed = table(["layer", "what it is", "output", "parameters", "multiply-adds"], rows, left=2)
    return panel(element("h3", "Layers"), note, listed)


def _without_layers(course: Course) -> Markup | None:
    """The parameters alone, where nobody said what comes into the model."""
    rows = []
    for path, series in list(course.ratios.items())[:_ROWS]:
        bars = course.histograms.get(path, {}).get("parameters")
        spread = "–" if bars is None else f"{short(bars.mean)} ± {short(bars.deviation)}"
        rows.append([path, spread, "–" if math.isnan(series.last) else f"{series.last:.2f}"])
    if not rows:
        return None
    listed = table(["parameter", "mean ± deviation", "log10 of update / parameter"], rows)
    return panel(element("h3", "Parameters"), listed)


def _count(value: object) -> str:
    if isinstance(value, bool) or value in (0, "0", None):
        return "–"
    return amount(value) if isinstance(value, (int, float)) and math.isfinite(value) else str(value)


def _graph(course: Course) -> Markup | None:
    """The graph as an image of its own, in which a browser runs no script, wherever the record comes from."""
    found = words(course.start, "graph")
    if not found.startswith("<svg") or len(found) > _LARGEST_GRAPH:
        return None
    data = base64.b64encode(found.encode("utf-8", "replace")).decode("ascii")
    name = words(course.start, "model") or "the model"
    image = element(
        "img", src=f"data:image/svg+xml;base64,{data}", alt=f"Graph of {name}: layers as boxes, shapes beside arrows"
    )
    return panel(folded("Graph", element("div", image, class_="graph"), opened=True))


def histograms(course: Course) -> Markup:
    """Of every parameter with its gradients and updates, and of what comes out of every layer."""
    found = course.histograms
    if not found:
        return panel(element("p", "No histogram is recorded yet."))
    layers = [path for path, kinds in found.items() if "activations" in kinds]
    parameters = [path for path, kinds in found.items() if kinds.keys() & {kind for kind, _ in _KINDS}]
    parts: list[Markup | None] = [element("p", f"At step {amount(course.step)} or shortly before.", class_="faint")]
    for i, path in enumerate(parameters[:_HISTOGRAMS]):
        pictures = [_histogram(title, found[path][kind]) for kind, title in _KINDS if kind in found[path]]
        parts.append(panel(folded(path or "(the model itself)", row(pictures, small=True), opened=i < _OPEN)))
    if len(parameters) > _HISTOGRAMS:
        parts.append(element("p", f"{len(parameters) - _HISTOGRAMS} further parameters are left out.", class_="faint"))
    if layers:
        parts.append(element("h3", "Activations"))
        pictures = [_histogram(path or "output", found[path]["activations"]) for path in layers[:_HISTOGRAMS]]
        parts.append(row(pictures, small=True))
    return joined(parts)


def _histogram(title: str, bars: Bars) -> Markup:
    n = len(bars.counts)
    low, high = bars.low, bars.high
    if high <= low:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    edges = [low + (high - low) * i / n for i in range(n + 1)]
    x = Scale(low, high, tuple(m for m in scale_of([low, high], marks=3).marks if low <= m <= high))
    told = f"Mean {short(bars.mean)}, deviation {short(bars.deviation)}, from {short(bars.low)} to {short(bars.high)}"
    frame = Frame(x, scale_of(bars.counts, marks=3, least=0.0), "", "", title, f"{told}.", 340.0, 190.0, bottom=26.0)
    hints = [f"{short(a)} to {short(b)}: {amount(c)}" for (a, b), c in zip(pairwise(edges), bars.counts, strict=True)]
    drawn = frame.drawn(bars_drawn(frame, edges, bars.counts, hints))
    spread = f"{short(bars.mean)} ± {short(bars.deviation)}"
    return figure(title, drawn, remark=spread)
