"""From the raw outputs of a graph to the tree that a function returns, by a function written for that tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from typedgrad.core.tensor import Tensor
from typedgrad.graph.pulls import on_cpu

if TYPE_CHECKING:
    from typedgrad.core.pytree import Structure
    from typedgrad.graph.ir import Value
    from typedgrad.graph.trees import Result

Build = Callable[[tuple[Any, ...], Sequence[Any]], Any]


def builder(result: Result, outputs: Sequence[Value]) -> Build:
    """A function from the raw outputs, and the leaves of the arguments, to the result."""
    avals = [on_cpu(value) if value.kind == "array" else None for value in outputs]
    if not _is_plain(result.structure) or any(kind != "output" for kind, _, _ in result.leaves):

        def general(raw: tuple[Any, ...], leaves: Sequence[Any]) -> Any:
            boxed = [x if a is None else Tensor(x, a) for x, a in zip(raw, avals, strict=True)]
            return result.whole(boxed, list(leaves))

        return general
    scope: dict[str, Any] = {"new": object.__new__, "Tensor": Tensor}
    lines = ["def build(raw, leaves):", f"    {''.join(f'x{i}, ' for i in range(len(outputs)))}= raw"]
    for i, aval in enumerate(avals):
        if aval is None:
            continue
        scope[f"a{i}"], scope[f"s{i}"], scope[f"d{i}"] = aval, aval.shape, aval.dtype
        lines += [f"    t = new(Tensor); t.data = x{i}; t.aval = a{i}; t.shape = s{i}; t.dtype = d{i}; t.node = None"]
        lines += [f"    x{i} = t"]
    places = iter([what for _, what, _ in result.leaves])
    lines.append(f"    return {_expression(result.structure, places)}")
    if not outputs:
        lines[1] = "    pass"
    exec(compile("\n".join(lines), "<result>", "exec"), scope)
    found: Build = scope["build"]
    return found


def _is_plain(structure: Structure) -> bool:
    """Whether the tree is made of plain tuples, lists and Nones."""
    if structure.cls is None:
        return structure.rest is None
    return structure.cls in {tuple, list, type(None)} and all(map(_is_plain, structure.children))


def _expression(structure: Structure, places: Any) -> str:
    if structure.cls is None:
        return f"x{next(places)}"
    if structure.cls is type(None):
        return "None"
    inside = "".join(f"{_expression(child, places)}, " for child in structure.children)
    return f"[{inside}]" if structure.cls is list else f"({inside})"
