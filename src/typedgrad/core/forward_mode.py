"""Forward mode: tangents pushed along the tape in the order in which it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from typedgrad.core.batching import rewrapped
from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.call import Selection, spread
from typedgrad.core.leaves import (
    Leaf,
    cotangents_for,
    matched,
    off_the_tape,
    plain_leaf,
    refuse_uncallable,
    with_leaves,
    zeros_like,
)
from typedgrad.core.mode import differentiating, mode
from typedgrad.core.pytree import flatten, unflatten
from typedgrad.core.tape import Partial, backward
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.tape import Node

R = TypeVar("R")


def jvp(f: Callable[..., R], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[R, R]:
    """The value of `f` at `primals`, and its directional derivative along `tangents`.

    Raises TypeError or ShapeError if the tangents do not match the primals.

    >>> tg.jvp(lambda x: x**2, (tg.asarray(3.0),), (tg.asarray(1.0),))
    (Tensor(9., dtype=float32), Tensor(6., dtype=float32))
    """
    refuse_uncallable("jvp", f)
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple) or len(primals) != len(tangents):
        raise TypeError("jvp: primals and tangents must be tuples of one length")
    with differentiating:
        arguments, leaves, structure = with_leaves("jvp", primals, tuple(range(len(primals))))
        result = f(*arguments)
    seeds = cotangents_for("jvp", leaves, structure, tangents, what="tangent", of="argument")
    outs, out_structure = flatten(result)
    known: dict[int, Any] = {
        id(x.node): matched(t, x) for x, t in zip(leaves, seeds, strict=True) if isinstance(x, Tensor)
    }
    for node in _in_order([out.node for out in outs if isinstance(out, Tensor) and out.node is not None], known):
        known[id(node)] = _push(node, known)
    pushed = [_tangent(out, known) for out in outs]
    value, tangent = result, unflatten(out_structure, pushed)
    return (value, tangent) if mode.depth else (off_the_tape(value), off_the_tape(tangent))


def _in_order(roots: list[Node], known: dict[int, Any]) -> list[Node]:
    """The nodes below `roots` that depend on a leaf, each after those it depends on."""
    order: list[Node] = []
    seen: set[int] = set()
    moving = set(known)
    stack: list[tuple[Node, bool]] = [(root, False) for root in roots]
    while stack:
        node, done = stack.pop()
        if done:
            if any(x.node is not None and id(x.node) in moving for x in node[1]):
                moving.add(id(node))
                order.append(node)
        elif id(node) not in seen and id(node) not in known:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((x.node, False) for x in node[1] if x.node is not None)
    return order


def _tangent(x: Any, known: dict[int, Any]) -> Tensor:
    if isinstance(x, Tensor) and x.node is not None and id(x.node) in known:
        return rewrapped(known[id(x.node)], x)
    return zeros_like(x)


def _push(node: Node, known: dict[int, Any]) -> Any:
    """The tangent of one node's result."""
    entry, inputs, data = node
    if isinstance(entry, Selection):
        return known[id(inputs[0].node)][entry.index]
    if isinstance(entry, Leaf):  # of an inner differentiation
        return known[id(inputs[0].node)]
    tangents = [None if x.node is None else known.get(id(x.node)) for x in inputs]
    # Rules multiply by the primals. Nobody differentiates these products at the outermost level, so they need no tape.
    primals = inputs if mode.depth else tuple(Tensor(x.data, x.aval) for x in inputs)
    op = getattr(entry, "primitive", None)
    if op is None:  # a checkpoint
        return _transpose(node, primals, tangents)
    if op.is_linear and entry.layout is None:
        return op.function(*tangents, **entry.statics)
    if entry.several or (op.jvp_rule is None and not op.derivatives):
        return _transpose(node, primals, tangents)
    out = Tensor(data, entry.avals[0] if entry.avals else None, node if mode.depth else None)
    if op.jvp_rule is not None:
        return op.jvp_rule(*spread(entry.layout, tangents), out, *spread(entry.layout, primals), **entry.statics)
    total: Any = None
    for derivative, t in zip(op.derivatives or (), tangents, strict=True):
        if t is not None:
            part = derivative(t, out, *primals, **entry.statics)
            total = part if total is None else total + part
    return total if total.shape == out.shape else broadcast_to(total, out.shape)


def _transpose(node: Node, primals: tuple[Tensor, ...], tangents: list[Any]) -> Any:
    """J t, from the vjp rule alone: u -> J'u is linear, and the gradient of <J'u, t> with respect to u is J t."""
    entry, _, data = node
    outs = [None if d is None else Tensor(d) for d in data] if entry.several else [Tensor(data)]
    with differentiating:
        starts = {
            i: plain_leaf(zeros_like(out)) for i, out in enumerate(outs) if out is not None and out.dtype.kind == "f"
        }
        g: Any = Partial(dict(starts)) if entry.several else starts[0]
        marked = tuple(_marked(x, t) for x, t in zip(primals, tangents, strict=True))
        pulled = entry.pull_taped(g, (entry, marked, data))
        seeds = [
            (c.node, t) for c, t in zip(pulled, tangents, strict=True) if c is not None and t is not None and c.node
        ]
        found = backward(seeds, [u.node for u in starts.values() if u.node is not None], taped=True)
    made = [found.get(id(starts[i].node)) if i in starts else None for i in range(len(outs))]
    whole = [zeros_like(out) if m is None and out is not None else m for m, out in zip(made, outs, strict=True)]
    return tuple(whole) if entry.several else whole[0]


def _marked(x: Tensor, t: Any) -> Tensor:
    """Rules skip arguments that are off the tape; those with a tangent must look wanted."""
    return plain_leaf(x) if t is not None and x.node is None else x
