"""A graph as text: one line for each step, with types as jaxtyping spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.graph.ir import type_of
from typedgrad.graph.operations import HostCall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typedgrad.graph.ir import Graph, Step, Value

_INDENT = "    "


def text_of(graph: Graph) -> str:
    """The whole graph."""
    return "\n".join(lines_of(graph, named(graph)))


def named(graph: Graph) -> dict[Value, str]:
    """Names of all values: those of the arguments, letters for the rest; constants that are numbers as numbers."""
    names = {value: graph.names.get(value, "") for value in graph.inputs}
    taken = set(names.values())
    letters = (name for name in _letters() if name not in taken)
    for value in graph.inputs:
        names[value] = names[value] or next(letters)
    for value, data in graph.constants.items():
        names[value] = literal(data) or next(letters)
    for step in graph.steps:
        for value in step.outputs:
            names[value] = next(letters)
    return names


def literal(data: Any) -> str:
    """A constant as a number, if it is one, or the same one everywhere; otherwise nothing."""
    if isinstance(data, np.ndarray):
        one = data.size == 1 or (data.size > 1 and not any(data.strides))
        return repr(data.flat[0].item()) if one else ""
    return repr(data)


def _letters() -> Iterator[str]:
    """a, b, ..., z, aa, ab, ..."""
    i = 0
    while True:
        name, n = "", i
        while True:
            name = chr(ord("a") + n % 26) + name
            n = n // 26 - 1
            if n < 0:
                break
        yield name
        i += 1


def lines_of(graph: Graph, names: Mapping[Value, str], title: str = "graph") -> Iterator[str]:
    """The lines; graphs inside of steps stand below them, indented."""
    inputs = ", ".join(f"{names[value]}: {type_of(value)}" for value in graph.inputs)
    yield f"{title}({inputs}):"
    for value, data in graph.constants.items():
        if not literal(data):
            yield f"{_INDENT}{names[value]}: {type_of(value)} = constant"
    for step in graph.steps:
        yield _INDENT + line_of(step, names)
        for title_inside, inside in step.operation.graphs():
            yield from (2 * _INDENT + line for line in lines_of(inside, named(inside), title_inside))
    yield f"{_INDENT}return {', '.join(names[value] for value in graph.outputs)}"


def line_of(step: Step, names: Mapping[Value, str]) -> str:
    """One step: its results with their types, and the call."""
    made = ", ".join(f"{names[value]}: {type_of(value)}" for value in step.outputs)
    given = [names[value] for value in step.inputs]
    if isinstance(step.operation, HostCall):
        rest = iter(given)
        given = [next(rest) if k is None else repr(k[0]) for k in step.operation.known]
    statics = [f"{name}={_short(value)}" for name, value in step.operation.statics.items()]
    return f"{made} = {step.operation.name}({', '.join((*given, *statics))})"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
