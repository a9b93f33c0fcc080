"""What was made of a compiled function, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from typedgrad.graph.execute import peak_of, text_of
from typedgrad.graph.fusion import Fused
from typedgrad.graph.ir import type_of
from typedgrad.graph.operations import HostCall, NumberToArray, PrimitiveCall, Pull
from typedgrad.graph.pulls import entry_of

if TYPE_CHECKING:
    from typedgrad.graph.compiling import Specialised
    from typedgrad.graph.ir import Graph, Step


def explanation(name: str, made: Specialised) -> str:
    """The report."""
    return "\n".join(_lines(name, made))


def _lines(name: str, made: Specialised) -> Iterator[str]:
    before, after = made.traced.graph, made.graph
    inputs = ", ".join(f"{before.names.get(v, '?')}: {type_of(v)}" for v in before.inputs)
    yield f"{name}({inputs})"
    yield f"  traced:    {len(before.steps)} steps, planned: {len(after.steps)}, in {made.seconds:.2f} s"
    for rule, count in sorted(made.rules.items(), key=lambda item: -item[1]):
        yield f"  rewritten: {count} x {rule}"
    for step in after.steps:
        if isinstance(step.operation, Fused):
            yield f"  fused:     {_group(step, step.operation)}"
    for what, names in (("kernel", _kernels(after)), ("op", _others(after))):
        for title, count in sorted(names.items()):
            yield f"  {what + ':':10} {count} x {title}"
    yield f"  memory:    at most {_bytes(peak_of(after))} at one time, without fusion {_bytes(peak_of(before))}"
    if made.traced.fixed:
        fixed = ", ".join(str(made.traced.arguments[1][i][1]) for i in sorted(made.traced.fixed))
        yield f"  built in:  {fixed}, because Python had to know it"


def _group(step: Step, group: Fused) -> str:
    shape = " ".join(map(str, group.shape))
    how = "in C" if group.make is not None else "one by one, as nothing compiled it"
    return f"{len(group.graph.steps)} steps over [{shape}], {len(step.inputs)} in, {len(step.outputs)} out, {how}"


def _kernels(graph: Graph) -> Counter[str]:
    """The steps that native kernels do."""
    return Counter(step.operation.name for step in graph.steps if _has_kernel(step))


def _has_kernel(step: Step) -> bool:
    if isinstance(step.operation, Pull):
        return True
    return isinstance(step.operation, PrimitiveCall) and entry_of(step).kernel is not None


def _others(graph: Graph) -> Counter[str]:
    """The steps that run as the eager backend runs them."""
    left = [s for s in graph.steps if not isinstance(s.operation, (Fused, HostCall, NumberToArray))]
    return Counter(step.operation.name for step in left if not _has_kernel(step))


def _bytes(n: int) -> str:
    for unit, size in (("MB", 1 << 20), ("kB", 1 << 10)):
        if n >= size:
            return f"{n / size:.1f} {unit}"
    return f"{n} bytes"


def source(made: Specialised) -> str:
    """The plan in Python, and the C of each fused group."""
    parts = ["# The plan", text_of(made.graph), ""]
    for i, step in enumerate(made.graph.steps):
        if isinstance(step.operation, Fused) and step.operation.source:
            parts += [f"/* f{i}: {step.operation.name} */", step.operation.source]
    return "\n".join(parts)
