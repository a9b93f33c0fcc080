"""What is not needed, and what is there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.graph.control import Ended

if TYPE_CHECKING:
    from collections.abc import Hashable

    from typedgrad.graph.ir import Graph, Step, Value

_SMALL = 256  # bytes: constants up to this size are compared by their elements


def without_dead(graph: Graph) -> Graph:
    """The graph without steps whose results nobody uses. What a kernel keeps for a rule that is gone goes as well."""
    needed = set(graph.outputs)
    kept: list[Step] = []
    for step in reversed(graph.steps):
        if not needed.isdisjoint(step.outputs) or isinstance(step.operation, Ended):
            last = step.outputs[-1]
            if last.kind == "kept" and last not in needed:
                step = step._replace(outputs=step.outputs[:-1])
            kept.append(step)
            needed.update(step.inputs)
    kept.reverse()
    constants = {value: data for value, data in graph.constants.items() if value in needed}
    return graph.replaced(kept, constants=constants)


def without_twins(graph: Graph) -> Graph:
    """The graph with one step where several do the same with the same inputs, and one value for equal constants."""
    instead: dict[Value, Value] = {}
    constants: dict[Value, Any] = {}
    known: dict[Hashable, Value] = {}
    for value, data in graph.constants.items():
        first = known.setdefault(_key_of(value, data), value)
        if first is value:
            constants[value] = data
        else:
            instead[value] = first
    met: dict[Hashable, Step] = {}
    steps: list[Step] = []
    for step in graph.steps:
        here = step._replace(inputs=tuple([instead.get(v, v) for v in step.inputs]))
        key = step.operation.key()
        first_step = here if key is None else met.setdefault((key, here.inputs), here)
        if first_step is here:
            steps.append(here)
            continue
        if len(first_step.outputs) < len(here.outputs):  # the later one's kernel keeps something: so must the first
            i = steps.index(first_step)
            steps[i] = first_step._replace(outputs=(*first_step.outputs, here.outputs[-1]))
            met[(key, here.inputs)] = steps[i]
            first_step = steps[i]
        pairs = zip(here.outputs, first_step.outputs, strict=False)
        instead.update({old: new for old, new in pairs if old is not new})
    return graph.replaced(steps, [instead.get(v, v) for v in graph.outputs], constants)


def _key_of(value: Value, data: Any) -> Hashable:
    if isinstance(data, np.ndarray):
        if data.nbytes <= _SMALL:
            return data.shape, data.dtype, data.tobytes()
        where = data.__array_interface__["data"][0]
        return data.shape, data.dtype, where, data.strides
    return value.kind, data.__class__, repr(data)
