"""From a trace to boxes and arrows, one graph for every layer that is looked into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typedgrad.overview.trace import Call, Op, Step

if TYPE_CHECKING:
    from typedgrad.overview.trace import Trace

# More boxes than this are looked at from further away, unless a depth is asked for.
READABLE = 45
# Views that a reader looks for; others are left to the shapes beside the arrows.
SHOWN = frozenset({"flatten"})


@dataclass
class Box:
    """A step that is drawn: as a box, or as a graph of its own if `inside` says what is in it."""

    step: Step
    inside: Graph | None = None


@dataclass
class Arrow:
    """From a box, or an entry, to a box or the way out. Entries are counted from -1 downwards; the way out is None.

    `entry` is the number of the entry of a box that is looked into.
    """

    source: int
    target: int | None
    label: str
    entry: int = 0


@dataclass
class Graph:
    """The boxes inside a layer, in the order in which they run, and the arrays that come in from outside."""

    call: Call
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    def count(self) -> int:
        """How many boxes there are, inside of boxes too."""
        return sum(1 + (box.inside.count() if box.inside else 0) for box in self.boxes)


def graph_of(trace: Trace, depth: int | None) -> Graph:
    """The graph of a whole model, looked into to this depth, or as deep as leaves it readable."""
    root = trace.root
    assert root is not None
    whole = Call("", root.inputs, 1, None, "")
    whole.steps, whole.outputs = [root], root.outputs
    if depth is not None:
        return _graph(whole, trace.flow, depth)
    best = _graph(whole, trace.flow, 1)
    for d in range(2, 12):
        deeper = _graph(whole, trace.flow, d)
        if deeper.count() > READABLE or deeper.count() == best.count():
            break
        best = deeper
    return best


def _graph(call: Call, flow: set[int], depth: int) -> Graph:
    graph = Graph(call)
    # Who made each array: a box, or an entry of this graph.
    maker: dict[int, int] = {}

    def source(x: Any) -> int | None:  # noqa: ANN401  # an array, told apart by identity
        if id(x) not in maker and id(x) in flow:
            graph.entries.append(id(x))
            maker[id(x)] = -len(graph.entries)
        return maker.get(id(x))

    for step in _steps(call):
        if not step.flows:
            continue
        if _hidden(step):
            found = next((s for x in step.inputs if (s := source(x)) is not None), None)
            if found is not None:
                maker.update((id(x), found) for x in _made(step))
            continue
        place = len(graph.boxes)
        inside = _graph(step, flow, depth - 1) if isinstance(step, Call) and depth > 0 and _has_layers(step) else None
        graph.boxes.append(Box(step, inside))
        used = {id(x): x for x in _used(step)}
        wanted = [used[i] for i in inside.entries] if inside else list(used.values())
        for k, x in enumerate(wanted):
            start = source(x)
            arrow = None if start is None else Arrow(start, place, _label(x), k if inside else 0)
            if arrow is not None:
                _add(graph, arrow)
        maker.update((id(x), place) for x in _made(step))
    for x in call.outputs:
        start = source(x)
        if start is not None:
            _add(graph, Arrow(start, None, _label(x)))
    return graph


def _add(graph: Graph, arrow: Arrow) -> None:
    """Add an arrow; where there is one already, its label says what else goes that way."""
    for other in graph.arrows:
        if (other.source, other.target, other.entry) == (arrow.source, arrow.target, arrow.entry):
            if arrow.label not in other.label.split(", "):
                other.label += f", {arrow.label}"
            return
    graph.arrows.append(arrow)


def _steps(call: Call) -> Iterator[Step]:
    """What runs inside; functions that call layers are looked through."""
    for step in call.steps:
        if isinstance(step, Call) and step.layer is None and _has_layers(step):
            yield from _steps(step)
        else:
            yield step


def _has_layers(call: Call) -> bool:
    return any(isinstance(s, Call) and (s.layer is not None or _has_layers(s)) for s in call.steps)


def _hidden(step: Step) -> bool:
    """Whether a step only looks at an array in another way."""
    if isinstance(step, Op):
        return step.view and step.name not in SHOWN
    assert isinstance(step, Call)
    return step.layer is None and step.name not in SHOWN and all(map(_hidden, step.steps))


def _made(step: Step) -> Iterator[Any]:
    """The arrays that come to be inside a step."""
    yield from step.outputs
    for inner in step.steps:
        yield from _made(inner)


def _used(step: Step) -> Iterator[Any]:
    """The arrays that a step reads and did not make."""
    made = {id(x) for inner in step.steps for x in _made(inner)}
    if not step.steps:
        yield from step.inputs
    for inner in step.steps:
        yield from (x for x in _used(inner) if id(x) not in made)


def _label(x: Any) -> str:  # noqa: ANN401  # an array of any kind
    return " ".join(map(str, x.shape)) or "scalar"
