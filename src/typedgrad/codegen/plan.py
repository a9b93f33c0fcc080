"""A graph with its elementwise steps in groups, and all groups of it as one file of C."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedgrad.codegen import cache, compiler, library
from typedgrad.codegen.loops import Code, Unsuited, code_of, suits, sum_of
from typedgrad.codegen.scalar import error_functions, printer_of
from typedgrad.graph.fusion import Fused, fused, with_own_masks
from typedgrad.graph.pulls import entry_of

if TYPE_CHECKING:
    from typedgrad.graph.ir import Graph, Step

_HEADER = Path(__file__).parent / "native" / "elementary.h"
# Beyond so many statements without a loop, elementary functions are called instead of copied into each.
_LONG = 64
_LARGE = 2_048
_QUICK = frozenset(("broadcast_to", "astype"))  # views, and what numpy does as quickly
_CALLED = ("exp", "log", "tanh", "sigmoid", "softplus", "log_sigmoid", "expm1", "log1p", "erf", "erfc")


def is_on() -> bool:
    """Whether code is generated at all: TYPEDGRAD_CODEGEN is on or off. Raises ValueError for anything else."""
    choice = os.environ.get("TYPEDGRAD_CODEGEN", "on")
    if choice not in {"on", "off"}:
        raise ValueError(f"TYPEDGRAD_CODEGEN must be on or off, got {choice!r}")
    return choice == "on"


def shape_of(step: Step) -> tuple[int, ...] | None:
    """The shape over which a step can be part of a loop; None if it cannot."""
    found = sum_of(step)
    if found is not None:
        return step.inputs[0].shape if suits(found) else None
    if printer_of(step) is None or 0 in step.outputs[0].shape:
        return None
    return step.outputs[0].shape


def is_worth_it(steps: list[Step]) -> bool:
    """Whether steps are faster as a group: several of them, or one on a large array that has no kernel."""
    if len(steps) > 1:
        return True
    (step,) = steps
    large = max(value.size for value in (*step.inputs, *step.outputs)) >= _LARGE
    return large and step.operation.name not in _QUICK and entry_of(step).kernel is None


def planned(graph: Graph) -> Graph:
    """The graph in which groups are compiled. Without a compiler their steps run one after the other."""
    made, groups = grouped(graph)
    if groups:
        attach(groups)
    return made


def grouped(graph: Graph) -> tuple[Graph, list[tuple[Fused, Code]]]:
    """The graph with its groups, which are not compiled yet, and C for them."""
    graph = with_own_masks(graph, shape_of)
    whole = fused(graph, shape_of, lambda step: sum_of(step) is not None, is_worth_it)
    groups: list[tuple[Fused, Code]] = []
    steps: list[Step] = []
    for step in whole.steps:
        if not isinstance(step.operation, Fused):
            steps.append(step)
            continue
        try:
            groups.append((step.operation, code_of(step.operation)))
        except Unsuited:
            steps += step.operation.graph.steps
            continue
        steps.append(step)
    return whole.replaced(steps, constants=_constants(graph, whole, steps)), groups


def _constants(graph: Graph, whole: Graph, steps: list[Step]) -> dict[Any, Any]:
    used = {value for step in steps for value in step.inputs} | set(whole.outputs)
    return {value: data for value, data in graph.constants.items() if value in used}


def source_of(groups: list[Code]) -> tuple[str, list[list[str]]]:
    """The file, and the names of each group's functions. Functions with the same text are there once."""
    names: dict[str, str] = {}
    used: list[list[str]] = []
    short: list[str] = []
    long: list[str] = []
    for code in groups:
        used.append([])
        for function in code.functions:
            name = names.get(function.text)
            if name is None:
                name = names[function.text] = f"loop_{len(names)}"
                straight = "for (" not in function.text and function.text.count("\n") > _LONG
                (long if straight else short).append(function.text.replace("NAME", name, 1))
            used[-1].append(name)
    parts = [_HEADER.read_text("ascii"), error_functions(), *short]
    if long:
        parts += [_called(), *long]
    return "\n".join(parts), used


def _called() -> str:
    """Elementary functions that are called, for code in which each stands many times."""
    lines = []
    for name in _CALLED:
        for s, real in (("f32", "float"), ("f64", "double")):
            called = f"called_{name}_{s}"
            lines.append(
                f"static __attribute__((noinline, unused)) {real} {called}({real} x) {{ return {name}_{s}(x); }}"
            )
    lines += [f"#define {name}_{s} called_{name}_{s}" for name in _CALLED for s in ("f32", "f64")]
    return "\n".join(lines) + "\n"


def attach(groups: list[tuple[Fused, Code]]) -> None:
    """Compile all groups, and tell each how to run."""
    source, names = source_of([code for _, code in groups])
    found = compiler.find()
    if found is None:
        cache.warn_once(
            "no C compiler was found (CC, cc, gcc, clang, ziglang), so compiled functions run op by op, which is slower"
        )
        return
    try:
        loaded = library.load(cache.object_of(source, found))
    except (compiler.CompilerError, OSError) as error:
        cache.warn_once(f"generated code was not compiled, so the function runs op by op, which is slower: {error}")
        return
    for (group, code), used in zip(groups, names, strict=True):
        group.make = _maker(loaded, used, code)
        group.source = "\n".join(f.text.replace("NAME", name, 1) for f, name in zip(code.functions, used, strict=True))


def _maker(loaded: Any, names: list[str], code: Code) -> Callable[[Fused, Step], Callable[..., Any]]:
    return lambda group, step: library.launcher(loaded, names, code, step.inputs, step.outputs)
