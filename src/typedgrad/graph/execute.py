"""A graph as one Python function of raw arrays: each step a line, and nothing kept longer than it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.graph.ir import Graph, Step, Value


def function_of(graph: Graph) -> Callable[..., tuple[Any, ...]]:
    """A function from the raw inputs to the raw outputs."""
    names: dict[Value, str] = {}
    scope: dict[str, Any] = {}
    for i, value in enumerate(graph.inputs):
        names[value] = f"x{i}"
    for i, (value, data) in enumerate(graph.constants.items()):
        names[value] = f"c{i}"
        scope[f"c{i}"] = data
    lines: list[str] = []
    last = _last_uses(graph)
    for i, step in enumerate(graph.steps):
        scope[f"f{i}"] = step.operation.ready(step)
        for j, value in enumerate(step.outputs):
            names[value] = f"v{i}_{j}"
        made = ", ".join(names[value] for value in step.outputs)
        lines.append(f"    {made} = f{i}({_arguments(step, names)})")
        dead = [names[v] for v in dict.fromkeys((*step.inputs, *step.outputs)) if last.get(v, i) == i]
        dead = [name for name in dead if name[0] == "v"]
        if dead:
            lines.append(f"    del {', '.join(dead)}")
    outputs = "".join(f"{names[value]}, " for value in graph.outputs)
    text = "\n".join([f"def run({', '.join(names[v] for v in graph.inputs)}):", *lines, f"    return ({outputs})"])
    exec(compile(text, "<graph>", "exec"), scope)
    found: Callable[..., tuple[Any, ...]] = scope.pop("run")
    return found


def _arguments(step: Step, names: dict[Value, str]) -> str:
    given = [names[value] for value in step.inputs]
    layout = step.operation.layout
    if layout is None:
        return ", ".join(given)
    parts: list[str] = []
    rest = iter(given)
    for k in layout:
        if k is None:
            parts.append("None")
        elif k < 0:
            parts.append(next(rest))
        else:
            parts.append("(" + "".join(f"{next(rest)}, " for _ in range(k)) + ")")
    return ", ".join(parts)


def _last_uses(graph: Graph) -> dict[Value, int]:
    """The step after which nobody asks for a value any more."""
    last: dict[Value, int] = {}
    for i, step in enumerate(graph.steps):
        for value in step.inputs:
            last[value] = i
    for value in graph.outputs:
        last[value] = len(graph.steps)
    return last
