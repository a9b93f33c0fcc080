"""A graph as a drawing: boxes for steps, ovals for inputs and outputs, arrows with types."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.graph.ir import type_of
from typedgrad.graph.show import literal, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.graph.ir import Graph, Step, Value

_LETTER, _HEIGHT, _GAP, _ROW, _MARGIN = 7.3, 28.0, 22.0, 84.0, 20.0


class Box(NamedTuple):
    """Something to be drawn: its text, and whether it is a step."""

    text: str
    is_step: bool


class Arrow(NamedTuple):
    """From the box with one number to the box with another; `text` is the type of what flows."""

    source: int
    target: int
    text: str


def pieces(graph: Graph) -> tuple[list[Box], list[Arrow]]:
    """The boxes, from inputs to outputs, and the arrows between them."""
    names = named(graph)
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    source: dict[Value, int] = {}
    for value in (*graph.inputs, *(v for v, data in graph.constants.items() if not literal(data))):
        source[value] = len(boxes)
        boxes.append(Box(names[value], is_step=False))
    for step in graph.steps:
        here = len(boxes)
        boxes.append(Box(_title(step, graph), is_step=True))
        arrows += [Arrow(source[v], here, type_of(v)) for v in step.inputs if v in source]
        source.update(dict.fromkeys(step.outputs, here))
    for i, value in enumerate(graph.outputs):
        boxes.append(Box(f"output {i}" if len(graph.outputs) > 1 else "output", is_step=False))
        if value in source:
            arrows.append(Arrow(source[value], len(boxes) - 1, type_of(value)))
    return boxes, arrows


def _title(step: Step, graph: Graph) -> str:
    """The operation, and the numbers among its inputs."""
    numbers = [literal(graph.constants[v]) for v in step.inputs if v in graph.constants]
    return " ".join((step.operation.name, *filter(None, numbers)))


def dot_of(graph: Graph) -> str:
    """The drawing in the language of Graphviz."""
    boxes, arrows = pieces(graph)
    lines = ["digraph {", "  rankdir=TB;"]
    for i, box in enumerate(boxes):
        lines.append(f"  n{i} [label={_quoted(box.text)}, shape={'box' if box.is_step else 'oval'}];")
    lines += [f"  n{a.source} -> n{a.target} [label={_quoted(a.text)}];" for a in arrows]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def svg_of(graph: Graph) -> str:
    """The drawing as SVG: rows from top to bottom, each box below all that lead to it."""
    boxes, arrows = pieces(graph)
    widths = [_LETTER * len(box.text) + 18 for box in boxes]
    middles, width, height = _places(boxes, arrows, widths)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="monospace" font-size="12">'
        ),
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="#777"/></marker></defs>'
        ),
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_lines(boxes, arrows, widths, middles),
    ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _lines(boxes: list[Box], arrows: list[Arrow], widths: list[float], at: list[tuple[float, float]]) -> Iterator[str]:
    for a in arrows:
        (x1, y1), (x2, y2) = at[a.source], at[a.target]
        y1, y2 = y1 + _HEIGHT / 2, y2 - _HEIGHT / 2
        yield (
            f'<path d="M{x1:.0f},{y1:.0f} C{x1:.0f},{y1 + 30:.0f} {x2:.0f},{y2 - 30:.0f} {x2:.0f},{y2:.0f}" '
            f'fill="none" stroke="#777" marker-end="url(#tip)"><title>{escape(a.text)}</title></path>'
        )
    for box, width, (x, y) in zip(boxes, widths, at, strict=True):
        radius, fill = (4, "#e8f0fe") if box.is_step else (_HEIGHT / 2, "#f4f4f4")
        yield (
            f'<rect x="{x - width / 2:.0f}" y="{y - _HEIGHT / 2:.0f}" width="{width:.0f}" height="{_HEIGHT:.0f}" '
            f'rx="{radius:.0f}" fill="{fill}" stroke="#556"/>'
        )
        yield f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{escape(box.text)}</text>'


def _places(
    boxes: list[Box], arrows: list[Arrow], widths: list[float]
) -> tuple[list[tuple[float, float]], float, float]:
    """The middles of the boxes, and the size of the drawing."""
    rank = [0] * len(boxes)
    for a in arrows:  # in an order in which sources come first
        rank[a.target] = max(rank[a.target], rank[a.source] + 1)
    rows: dict[int, list[int]] = {}
    for i, r in enumerate(rank):
        rows.setdefault(r, []).append(i)
    lengths = {r: sum(widths[i] + _GAP for i in row) - _GAP for r, row in rows.items()}
    width = max(lengths.values(), default=0.0) + 2 * _MARGIN
    middles = [(0.0, 0.0)] * len(boxes)
    for r, row in rows.items():
        x = (width - lengths[r]) / 2
        for i in row:
            middles[i] = (x + widths[i] / 2, _MARGIN + _HEIGHT / 2 + r * _ROW)
            x += widths[i] + _GAP
    return middles, width, _MARGIN * 2 + _HEIGHT + max(rows, default=0) * _ROW
