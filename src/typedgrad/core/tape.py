"""The tape: how each tensor was made, and the walk back along it.

A node is `(entry, inputs, out)`: the remembered call, the tensors it was called with, and the raw result. Nodes hang
on the tensors they made, so what nobody needs any more frees itself, and no node refers to its own tensor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from typedgrad.core.accelerate import total
from typedgrad.core.batching import innermost, rewrapped
from typedgrad.core.mode import raw
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typedgrad.core.call import Entry

Node: TypeAlias = "tuple[Entry, tuple[Any, ...], Any]"


def backward(seeds: Iterable[tuple[Node, Any]], leaves: Iterable[Node], *, taped: bool) -> dict[int, Any]:
    """Pull cotangents of some nodes back to `leaves`; the result maps the id of each reached leaf to its cotangent.

    Args:
        seeds: nodes and the cotangents to start with.
        leaves: where to stop.
        taped: run the rules on tensors, recording them, so that the result can be differentiated again. Otherwise
            they run on raw arrays, and the cotangents are raw arrays.
    """
    cotangents: dict[int, Any] = {}
    roots: list[Node] = []
    for node, g in seeds:
        key = id(node)
        if key in cotangents:
            cotangents[key] = cotangents[key] + g
        else:
            cotangents[key] = g
            roots.append(node)
    stops = {id(leaf) for leaf in leaves}
    wanted = _leading_to(roots, stops) if taped else None
    uses = _count_uses(roots, stops, wanted)
    if taped:
        _sweep(roots, cotangents, uses, stops, taped=True)
    else:
        with raw:
            _sweep(roots, cotangents, uses, stops, taped=False)
    return cotangents


def _count_uses(roots: list[Node], stops: set[int], wanted: set[int] | None) -> dict[int, int]:
    """How often each node's result is used by the part of the tape below `roots`."""
    uses: dict[int, int] = {}
    stack = list(roots)
    seen = {id(root) for root in roots}
    while stack:
        node = stack.pop()
        if id(node) in stops:
            continue
        for x in node[1]:
            parent = x.node
            if parent is None:
                continue
            key = id(parent)
            if wanted is not None and key not in wanted:
                continue
            if key in uses:
                uses[key] += 1
            else:
                uses[key] = 1
                if key not in seen:
                    seen.add(key)
                    stack.append(parent)
    return uses


def _leading_to(roots: list[Node], stops: set[int]) -> set[int]:
    """The nodes from which a leaf can be reached: a nested differentiation must not walk into the outer one."""
    reaching: set[int] = set()
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(root, False) for root in roots]
    while stack:
        node, done = stack.pop()
        key = id(node)
        if done:
            if any(x.node is not None and id(x.node) in reaching for x in node[1]):
                reaching.add(key)
        elif key in stops:
            reaching.add(key)
        elif key not in seen:
            seen.add(key)
            stack.append((node, True))
            stack.extend((x.node, False) for x in node[1] if x.node is not None)
    return reaching


def _sweep(
    roots: list[Node], cotangents: dict[int, Any], uses: dict[int, int], stops: set[int], *, taped: bool
) -> None:
    """Visit each node once, after everything that used its result."""
    ready = [root for root in roots if id(root) not in uses]
    while ready:
        node = ready.pop()
        if id(node) in stops:
            continue
        g = cotangents.pop(id(node), None)
        inputs = node[1]
        if g is None:
            pulled: Iterable[Any] = (None,) * len(inputs)
        elif taped:
            pulled = node[0].pull_taped(g, node)
        else:
            pulled = node[0].pull(g, node)
        for x, c in zip(inputs, pulled, strict=True):
            parent = x.node
            if parent is None:
                continue
            key = id(parent)
            left = uses.get(key)
            if left is None:
                continue
            if c is not None:
                seen = cotangents.get(key)
                cotangents[key] = c if seen is None else seen + c if taped else total(seen, c)
            if left == 1:
                ready.append(parent)
                uses[key] = 0
            else:
                uses[key] = left - 1


class Partial:
    """The cotangents of some of an op's several outputs."""

    __slots__ = ("parts",)

    def __init__(self, parts: dict[int, Any]) -> None:
        self.parts = parts

    def __add__(self, other: Partial) -> Partial:
        parts = dict(self.parts)
        for i, g in other.parts.items():
            parts[i] = parts[i] + g if i in parts else g
        return Partial(parts)


class Bundle:
    """Stands between an op with several outputs and each of them."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node


def detached(x: Tensor) -> Tensor:
    """The same values, off the tape."""
    if x.node is None:
        return x
    plain = innermost(x)
    return rewrapped(Tensor(plain.data, plain.aval), x)
