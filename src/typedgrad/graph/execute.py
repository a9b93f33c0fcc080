"""A graph as one Python function of raw arrays: each step a line, and nothing kept longer than it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.graph.ir import Graph, Step, Value


def function_of(graph: Graph) -> Callable[[list[Any]], tuple[Any, ...]]:
    """A function from a list of the raw inputs, which it empties, to the raw outputs.

    As the list is empty afterwards, the memory of an input that nobody else holds is free after its last use.
    """
    names = _names(graph)
    scope: dict[str, Any] = {names[value]: data for value, data in graph.constants.items()}
    scope.update({f"f{i}": step.operation.ready(step) for i, step in enumerate(graph.steps)})
    text = text_of(graph)
    exec(compile(text, "<graph>", "exec"), scope)
    found: Callable[[list[Any]], tuple[Any, ...]] = scope["run"]
    return found


def _names(graph: Graph) -> dict[Value, str]:
    names = {value: f"x{i}" for i, value in enumerate(graph.inputs)}
    names.update({value: f"c{i}" for i, value in enumerate(graph.constants)})
    for i, step in enumerate(graph.steps):
        names.update({value: f"v{i}_{j}" for j, value in enumerate(step.outputs)})
    return names


def text_of(graph: Graph) -> str:
    """The text of the function; `f0`, `f1`, ... do the steps."""
    names = _names(graph)
    last = _last_uses(graph)
    given = "".join(f"{names[value]}, " for value in graph.inputs)
    lines = ["def run(values):"]
    if given:
        lines += [f"    {given}= values", "    values.clear()"]
    for i, step in enumerate(graph.steps):
        made = ", ".join(names[value] for value in step.outputs)
        lines.append(f"    {made} = f{i}({_arguments(step, names)})  # {step.operation.name}")
        used = dict.fromkeys((*step.inputs, *step.outputs))
        dead = [names[v] for v in used if v not in graph.constants and last.get(v, i) == i]
        if dead:
            lines.append(f"    del {', '.join(dead)}")
    outputs = "".join(f"{names[value]}, " for value in graph.outputs)
    return "\n".join([*lines, f"    return ({outputs})"])


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


def peak_of(graph: Graph) -> int:
    """The most bytes that the values made on the way take at one time, the outputs among them."""
    last = _last_uses(graph)
    dying: dict[int, int] = {}
    for i, step in enumerate(graph.steps):
        for value in step.outputs:
            end = last.get(value, i)
            dying[end] = dying.get(end, 0) + value.nbytes
    now = most = 0
    for i, step in enumerate(graph.steps):
        now += sum(value.nbytes for value in step.outputs)
        most = max(most, now)
        now -= dying.get(i, 0)
    return most
