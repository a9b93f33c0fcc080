"""The SVG: layers as boxes, boxes around layers made of layers, arrows with shapes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from typedgrad.overview.amounts import count
from typedgrad.overview.arrange import GAP_Y, Arrangement, Link, Point, arrange
from typedgrad.overview.flow import Box, Graph, graph_of
from typedgrad.overview.look import FAINT, FONT, INK, LINE, MONO, OTHER, SIGNS, colour_of, shortened, text_width
from typedgrad.overview.trace import Call

if TYPE_CHECKING:
    from typedgrad.overview.summarise import Summary
    from typedgrad.shapes import Dim

_MARGIN, _PADDING, _HEADER = 24.0, 18.0, 8.0
_WIDEST = 290.0
_CIRCLE = 26.0


@dataclass
class _Laid:
    """A graph with places for everything in it. `entries` are where arrows come in, `way_out` where they leave."""

    graph: Graph
    inside: list[_Laid | None]
    places: Arrangement
    sizes: list[tuple[float, float]]
    width: float
    height: float
    entries: list[float]
    way_out: float


def picture(summary: Summary, depth: int | None) -> str:
    """The SVG of a summary."""
    laid = _lay(graph_of(summary.trace, depth), summary.inputs)
    width, height = laid.width + 2 * _MARGIN, laid.height + 2 * _MARGIN
    title = f"{summary.name}: {count(summary.parameters)} parameters, {count(summary.multiply_adds)} multiply-adds"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" role="img" aria-label="{escape(title)}">'
    )
    marker = (
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0,0.6 L7.5,4 L0,7.4 L1.8,4 z" fill="{FAINT}"/></marker></defs>'
    )
    lines = [head, f"<title>{escape(title)}</title>", marker, '<rect width="100%" height="100%" fill="#ffffff"/>']
    lines += _drawn(laid, _MARGIN, _MARGIN, 0)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _lay(graph: Graph, inputs: tuple[str, ...] = ()) -> _Laid:
    inside = [None if box.inside is None else _lay(box.inside) for box in graph.boxes]
    sizes = [_size(box, laid, graph.call.path) for box, laid in zip(graph.boxes, inside, strict=True)]
    n, entries = len(graph.boxes), len(graph.entries)
    sizes += [(text_width(name, 12) + 28, 28.0) for name in inputs[:entries]] if inputs else [(12.0, 0.0)] * entries
    sizes += [(12.0, 0.0)] * (n + entries - len(sizes) + 1)
    links = []
    for arrow in graph.arrows:
        source = arrow.source if arrow.source >= 0 else n - arrow.source - 1
        from_, into = inside[arrow.source] if arrow.source >= 0 else None, None
        if arrow.target is not None:
            into = inside[arrow.target]
        start = 0.0 if from_ is None else from_.way_out - from_.width / 2
        end = 0.0 if into is None else into.entries[arrow.entry] - into.width / 2
        links.append(Link(source, n + entries if arrow.target is None else arrow.target, start, end))
    places = arrange(sizes, links, n, n + entries)
    least = (
        0.0 if inputs else 2 * (sum(text_width(t, 12) for t in _title(graph.call)) + 30)
    )  # the title is beside the arrow
    width = max(places.width + (0.0 if inputs else 2 * _PADDING), least)
    shift = (width - places.width) / 2
    height = places.height + (0.0 if inputs else 2 * _HEADER - 20.0)  # the way out needs less room than a label
    xs = [x + shift for x in places.x]
    places.x = xs
    places.ways = [[(x + shift, y) for x, y in way] for way in places.ways]
    return _Laid(graph, inside, places, sizes, width, height, xs[n : n + entries], xs[-1])


def _size(box: Box, inside: _Laid | None, outer: str) -> tuple[float, float]:
    if inside is not None:
        return inside.width, inside.height
    if not _is_layer(box):
        name = box.step.name
        return (_CIRCLE, _CIRCLE) if name in SIGNS else (text_width(name, 12) + 26, 26.0)
    texts = _texts(box, outer)
    widths = [text_width(texts[0], 13), *(text_width(t, 11) for t in texts[1:])]
    return min(_WIDEST, max(110.0, *widths) + 34), 22.0 + 16 * len(texts)


def _is_layer(box: Box) -> bool:
    return isinstance(box.step, Call) and box.step.layer is not None


def _title(call: Call) -> tuple[str, str]:
    times = f" × {call.times}" if call.times != 1 else ""
    return f"{call.name}{times}", call.path


def _texts(box: Box, outer: str) -> list[str]:
    """The class, its options, its path inside of the frame it stands in, and parameters."""
    call = box.step
    assert isinstance(call, Call)
    name, path = _title(call)
    # What goes in is beside the arrow already.
    options = ", ".join(part for part in call.options.split(", ") if not part.startswith("in_"))
    held = _held(call)
    amount = "shared" if call.again else f"{count(held)} parameters" if held != 0 else ""
    last = " · ".join(part for part in (path.removeprefix(f"{outer}."), amount) if part)
    return [text for text in (name, shortened(options, 11, _WIDEST - 34), shortened(last, 11, _WIDEST - 34)) if text]


def _held(call: Call) -> Dim:
    """The numbers that a layer and those inside it hold, but for what was counted before."""
    total = call.weights.parameters + call.weights.states
    for step in call.steps:
        if isinstance(step, Call):
            total = total + _held(step)
    return total


def _drawn(laid: _Laid, x: float, y: float, depth: int) -> list[str]:
    """Everything inside a group whose content begins at this corner: frames first, then arrows, then boxes."""
    n = len(laid.graph.boxes)
    lines: list[str] = []
    for i, inner in enumerate(laid.inside):
        left, top = x + laid.places.x[i] - laid.sizes[i][0] / 2, y + laid.places.y[i]
        if inner is not None:
            frame, title = _frame(inner, left, top, depth, laid.graph.call.path)
            # The title comes last, with a rim in the colour of the frame, so that no arrow crosses it out.
            lines += [frame, *_drawn(inner, left, top + _HEADER, depth + 1), title]
    lines += _arrows(laid, x, y)
    for i, box in enumerate(laid.graph.boxes):
        if laid.inside[i] is None:
            lines += _box(box, x + laid.places.x[i], y + laid.places.y[i], laid.sizes[i], laid.graph.call.path)
    if depth == 0:
        for k, name in enumerate(laid.graph.call.inputs[: len(laid.graph.entries)]):
            lines += _input(name, x + laid.places.x[n + k], y + laid.places.y[n + k], laid.sizes[n + k])
    return lines


def _frame(laid: _Laid, x: float, y: float, depth: int, outer: str) -> tuple[str, str]:
    name, path = _title(laid.graph.call)
    path = path.removeprefix(f"{outer}.")
    fill = "#f8fafc" if depth % 2 == 0 else "#eef2f7"
    place = f'x="{x:.1f}" y="{y:.1f}" width="{laid.width:.1f}" height="{laid.height:.1f}"'
    start = f'<text x="{x + 12:.1f}" y="{y + 18:.1f}" font-size="12" font-weight="600"'
    tail = f'<tspan dx="8" font-size="11" font-weight="400"{{0}}>{escape(path)}</tspan></text>'
    rim = f'{start} aria-hidden="true" fill="none" stroke="{fill}" stroke-width="5">{escape(name)}{tail.format("")}'
    title = f'{start} fill="{INK}">{escape(name)}' + tail.format(f' fill="{FAINT}"')
    return f'<rect {place} rx="10" fill="{fill}" stroke="#cbd5e1"/>', f"{rim}{title}"


def _box(box: Box, middle: float, y: float, size: tuple[float, float], outer: str) -> list[str]:
    width, height = size
    x, name = middle - width / 2, box.step.name
    if not _is_layer(box):
        radius = height / 2
        lines = [
            (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:.1f}" '
                f'fill="#ffffff" stroke="{colour_of(name)}" stroke-width="1.3"><title>{escape(name)}</title></rect>'
            )
        ]
        sign = SIGNS.get(name)
        at, letters = (y + radius + 5.5, 17) if sign else (y + radius + 4, 12)
        text = escape(sign or name)
        lines.append(
            f'<text x="{middle:.1f}" y="{at:.1f}" font-size="{letters}" text-anchor="middle" fill="{INK}">{text}</text>'
        )
        return lines
    colour = OTHER if any(isinstance(s, Call) and s.layer for s in box.step.steps) else colour_of(name)
    hint = "\n".join(part for part in (*_title(box.step), getattr(box.step, "options", "")) if part)  # type: ignore[arg-type]  # a layer's step is a Call
    lines = [
        (
            f"<g><title>{escape(hint)}</title>"
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="7" '
            f'fill="{colour}" fill-opacity="0.09" stroke="{colour}" stroke-opacity="0.55"/>'
        ),
        f'<path d="M{x + 7:.1f},{y:.1f} h-1 a6,6 0 0 0 -6,6 v{height - 12:.1f} a6,6 0 0 0 6,6 h1 z" fill="{colour}"/>',
    ]
    for k, text in enumerate(_texts(box, outer)):
        style = f'font-size="13" font-weight="600" fill="{INK}"' if not k else f'font-size="11" fill="{FAINT}"'
        lines.append(f'<text x="{x + 19:.1f}" y="{y + 20 + 16 * k:.1f}" {style}>{escape(text)}</text>')
    return [*lines, "</g>"]


def _input(array: object, middle: float, y: float, size: tuple[float, float]) -> list[str]:
    width, height = size
    place = f'x="{middle - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    text = f"{array.dtype.name}[{' '.join(map(str, array.shape))}]"  # type: ignore[attr-defined]  # an array
    return [
        f'<rect {place} rx="14" fill="{INK}"/>',
        (
            f'<text x="{middle:.1f}" y="{y + 18:.1f}" font-size="11.5" font-family="{MONO}" text-anchor="middle" '
            f'fill="#ffffff">{escape(text)}</text>'
        ),
    ]


def _arrows(laid: _Laid, x: float, y: float) -> list[str]:
    lines: list[str] = []
    labelled: set[tuple[int, str]] = set()
    # The shortest way from a box carries the label; others from there show the same.
    order = sorted(range(len(laid.graph.arrows)), key=lambda i: len(laid.places.ways[i]))
    for i in order:
        arrow, way = laid.graph.arrows[i], [(px + x, py + y) for px, py in laid.places.ways[i]]
        within = laid.graph.call.layer is not None
        leaves = arrow.target is None and within
        # An arrow goes on inside of a frame: it begins at its upper edge and ends at its lower one.
        if within and arrow.source < 0:
            way[0] = (way[0][0], y - _HEADER)
        if leaves:
            way[-1] = (way[-1][0], y - _HEADER + laid.height)
        goes_on = leaves or (arrow.target is not None and laid.inside[arrow.target] is not None)
        tip = "" if goes_on else ' marker-end="url(#tip)"'
        lines.append(f'<path d="{_curve(way)}" fill="none" stroke="{LINE}" stroke-width="1.4"{tip}/>')
        if leaves or (within and arrow.source < 0) or (arrow.source, arrow.label) in labelled:
            continue
        labelled.add((arrow.source, arrow.label))
        (x1, y1), (x2, y2) = next(piece for piece in itertools.pairwise(way) if piece[1][1] - piece[0][1] > GAP_Y / 2)
        straight = abs(x1 - x2) < 40
        at, below = ((x1 + x2) / 2 + 6, (y1 + y2) / 2 + 3) if straight else (x1 + (6 if x2 <= x1 else -6), y1 + 13)
        anchor = "" if straight or x2 <= x1 else ' text-anchor="end"'
        lines.append(
            f'<text x="{at:.1f}" y="{below:.1f}" font-size="10.5" font-family="{MONO}" fill="{FAINT}"{anchor}>'
            f"{escape(arrow.label)}</text>"
        )
    return lines


def _curve(way: list[Point]) -> str:
    """A smooth line: straight down beside boxes, bent between ranks."""
    text = f"M{way[0][0]:.1f},{way[0][1]:.1f}"
    for (x1, y1), (x2, y2) in itertools.pairwise(way):
        if abs(x1 - x2) < 0.5:
            text += f" L{x2:.1f},{y2:.1f}"
        else:
            middle = (y1 + y2) / 2
            text += f" C{x1:.1f},{middle:.1f} {x2:.1f},{middle:.1f} {x2:.1f},{y2:.1f}"
    return text
