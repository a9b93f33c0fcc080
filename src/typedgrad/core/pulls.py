"""From an op's rules to the function that the walk back along the tape calls.

Each comes twice: on raw arrays for first order, on tensors for everything above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy import ndarray

from typedgrad.core.tape import Partial
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.primitive import Primitive, Rule
    from typedgrad.core.tape import Node


def pull_on_arrays(op: Primitive) -> Callable[[Any, Node], Any]:
    """Pull a raw cotangent back through one node of `op`."""
    derivatives = op.derivatives
    if derivatives and len(derivatives) == 1 and not _has_statics(op):
        return _unary(derivatives[0])
    if derivatives and len(derivatives) == 2 and not _has_statics(op):
        return _binary(*derivatives)

    def pull(g: Any, node: Node) -> Any:
        from typedgrad.core.call import raw_arguments

        entry, inputs, out = node
        if entry.several:
            g = _fill(g, out)
        return _apply(op, g, out, raw_arguments(entry, inputs), node)

    return pull


def pull_on_tensors(op: Primitive) -> Callable[[Any, Node], Any]:
    """Pull a cotangent, a tensor, back through one node of `op`, recording what is done."""

    def pull(g: Any, node: Node) -> Any:
        from typedgrad.core.call import Selection, spread
        from typedgrad.core.tape import Bundle

        entry, inputs, data = node
        if entry.several:
            bundle = (Bundle(node),)
            out: Any = tuple(
                Tensor(d, None, (Selection(i), bundle, d) if d.dtype.kind == "f" else None)  # type: ignore[arg-type]  # plays the part of an entry
                for i, d in enumerate(data)
            )
            g = _fill(g, out)
        else:
            out = Tensor(data, entry.avals[0] if entry.avals else None, node)
        return _apply(op, g, out, spread(entry.layout, inputs), node)

    return pull


def _unary(derivative: Rule) -> Callable[[Any, Node], Any]:
    def pull(g: Any, node: Node) -> Any:
        _, (x,), out = node
        if not x.shape and x.data.__class__ is ndarray:
            return (derivative(g, out[()], x.data[()]),)
        return (derivative(g, out, x.data),)

    return pull


def _binary(first: Rule, second: Rule) -> Callable[[Any, Node], Any]:
    from typedgrad.core.broadcasting import sum_to

    reduce = sum_to.__wrapped__  # type: ignore[attr-defined]  # the body, on raw arrays

    def pull(g: Any, node: Node) -> Any:
        entry, (x, y), out = node
        a, b = x.data, y.data
        if not entry.aval.shape and out.__class__ is ndarray:
            # numpy computes with its scalars ten times faster than with arrays without axes.
            a, b, out = a[()], b[()], out[()]
        u = v = None
        if x.node is not None:
            u = first(g, out, a, b)
            if u.shape != x.shape:
                u = reduce(u, x.shape)
        if y.node is not None:
            v = second(g, out, a, b)
            if v.shape != y.shape:
                v = reduce(v, y.shape)
        return u, v

    return pull


def _apply(op: Primitive, g: Any, out: Any, arguments: tuple[Any, ...], node: Node) -> Any:
    """The flat cotangents of a node's tensors, by whichever rule the op has."""
    entry, inputs, _ = node
    statics = entry.statics
    if op.derivatives:
        from typedgrad.core.broadcasting import unbroadcast

        return [
            None if x.node is None else unbroadcast(derivative(g, out, *arguments, **statics), x.shape)
            for derivative, x in zip(op.derivatives, inputs, strict=True)
        ]
    if op.vjp_rules:
        from typedgrad.core.call import spread

        wanted = spread(entry.layout, inputs)
        cotangents = [
            rule(g, out, *arguments, **statics)
            if (rule := op.vjp_rules.get(a.name)) is not None and _wants(value)
            else _nothing(value)
            for a, value in zip(op.reading.tensors, wanted, strict=True)
        ]
    elif op.vjp_rule is not None:
        cotangents = list(op.vjp_rule(g, out, *arguments, **statics))
    else:
        raise TypeError(f"{op.name} has no gradient: attach a rule with @vjp, or mark it @nondifferentiable")
    if entry.layout is None:
        return cotangents
    flat: list[Any] = []
    for k, c in zip(entry.layout, cotangents, strict=True):
        if k is None:
            continue
        if k < 0:
            flat.append(c)
        elif callable(c):  # a sequence's rule may give a function of the position, called for what is wanted alone
            items = inputs[len(flat) : len(flat) + k]
            flat.extend([None if x.node is None else c(i) for i, x in enumerate(items)])
        else:
            flat.extend((None,) * k if c is None else c)
    return flat


def _wants(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(x.node is not None for x in value)
    return value is not None and value.node is not None


def _nothing(value: Any) -> Any:
    return (None,) * len(value) if isinstance(value, tuple) else None


def _fill(g: Any, outs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Cotangents of all results: zeros for those that nothing used."""
    assert isinstance(g, Partial)
    return tuple(g.parts[i] if i in g.parts else _zeros_like(out) for i, out in enumerate(outs))


def _zeros_like(x: Any) -> Any:
    from typedgrad.backends import namespace
    from typedgrad.core.leaves import zeros_like

    return zeros_like(x) if isinstance(x, Tensor) else namespace(x).zeros_like(x)


def _has_statics(op: Primitive) -> bool:
    code = op.body.__code__
    return bool(code.co_kwonlyargcount) or code.co_argcount != len(op.derivatives or ())
