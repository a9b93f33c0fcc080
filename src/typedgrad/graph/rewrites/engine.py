"""One pass over a graph, in which rules put other values in the place of what a step makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from typedgrad.core.primitive import REGISTRY
from typedgrad.graph.ir import Graph, Step, Value
from typedgrad.graph.operations import PrimitiveCall

# What stands in the place of a step's results; None: nothing better is known.
Rule: TypeAlias = Callable[["View", Step], "tuple[Value, ...] | None"]


class Named(NamedTuple):
    """A rule, and what reports call it."""

    name: str
    rule: Rule


class View:
    """What rules see of the graph that is being built: who made what, which values are known."""

    def __init__(self, constants: Mapping[Value, Any]) -> None:
        self.constants = dict(constants)
        self.steps: list[Step] = []
        self.maker: dict[Value, Step] = {}

    def add(self, step: Step) -> tuple[Value, ...]:
        """One more step."""
        self.steps.append(step)
        for value in step.outputs:
            self.maker[value] = step
        return step.outputs

    def call(self, name: str, inputs: tuple[Value, ...], like: Value, **statics: Any) -> Value:
        """The result, which looks like another value, of an op of this full name (without `typedgrad.`)."""
        operation = PrimitiveCall(REGISTRY[f"typedgrad.{name}"], statics, None)
        return self.add(Step(operation, inputs, (Value("array", like.shape, like.dtype),)))[0]

    def constant(self, data: np.ndarray[Any, Any]) -> Value:
        """A value that is known."""
        value = Value("array", data.shape, data.dtype)
        self.constants[value] = data
        return value

    def made_by(self, value: Value, name: str) -> Step | None:
        """The step that made a value, if it is a call of the op of this name."""
        step = self.maker.get(value)
        return step if step is not None and is_call(step, name) else None

    def uniform(self, value: Value) -> complex | None:
        """The one number that all elements of a value are, if that is known."""
        data = self.constants.get(value)
        if not isinstance(data, np.ndarray) or data.size == 0:
            return None
        if data.size > 1 and any(s for s, n in zip(data.strides, data.shape, strict=True) if n > 1):
            return None
        found: complex = data.flat[0].item()
        return found


def is_call(step: Step, name: str) -> bool:
    """Whether a step is a call of the op of this full name (without `typedgrad.`)."""
    operation = step.operation
    return isinstance(operation, PrimitiveCall) and operation.op.full_name == f"typedgrad.{name}"


def filled(shape: tuple[int, ...], dtype: Any, number: Any) -> np.ndarray[Any, Any]:
    """An array that is one number everywhere, in the memory of that one."""
    return np.broadcast_to(np.asarray(number, dtype), shape)


def rewrite(graph: Graph, rules: tuple[Named, ...], counts: dict[str, int] | None = None) -> Graph:
    """One pass from inputs to outputs. Each step is tried against the rules until none applies to it."""
    view = View(graph.constants)
    instead: dict[Value, Value] = {}
    for step in graph.steps:
        inputs = tuple([instead.get(v, v) for v in step.inputs])
        here = step if inputs == step.inputs else step._replace(inputs=inputs)
        for named in rules:
            found = named.rule(view, here)
            if found is None:
                continue
            for old, new in zip(step.outputs, found, strict=True):
                assert (old.shape, old.dtype) == (new.shape, new.dtype), named.name
                instead[old] = new
            if counts is not None:
                counts[named.name] = counts.get(named.name, 0) + 1
            break
        else:
            view.add(here)
    return graph.replaced(view.steps, [instead.get(v, v) for v in graph.outputs], view.constants)
