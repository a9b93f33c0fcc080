"""Transposes, reshapes and broadcasts that do nothing, or undo each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.graph.rewrites.engine import is_call

if TYPE_CHECKING:
    from typedgrad.graph.ir import Step, Value
    from typedgrad.graph.rewrites.engine import View

_TRANSPOSE, _PERMUTE, _RESHAPE = "ops.matrices.matrix_transpose", "ops.move.permute_dims", "ops.move.reshape"
_RESHAPES = (_RESHAPE, "ops.move.expand_dims", "ops.move.squeeze", "ops.rearrange.flatten")


def transposed_twice(view: View, step: Step) -> tuple[Value, ...] | None:
    """`x.mT.mT` is `x`; two permutations are one, which may be none."""
    if is_call(step, _TRANSPOSE):
        inner = view.made_by(step.inputs[0], _TRANSPOSE)
        return None if inner is None else inner.inputs
    if not is_call(step, _PERMUTE):
        return None
    rank = len(step.outputs[0].shape)
    axes = [axis % rank for axis in step.operation.statics["axes"]]
    if axes == list(range(rank)):
        return step.inputs
    inner = view.made_by(step.inputs[0], _PERMUTE)
    if inner is None:
        return None
    first = [axis % rank for axis in inner.operation.statics["axes"]]
    both = tuple(first[axis] for axis in axes)
    if both == tuple(range(rank)):
        return inner.inputs
    return (view.call(_PERMUTE, inner.inputs, step.outputs[0], axes=both),)


def reshaped_twice(view: View, step: Step) -> tuple[Value, ...] | None:
    """A reshape to the same shape is nothing; of two in a row the last one counts."""
    if not any(is_call(step, name) for name in _RESHAPES):
        return None
    (x,), out = step.inputs, step.outputs[0]
    if x.shape == out.shape:
        return step.inputs
    inner = view.maker.get(x)
    if inner is None or not any(is_call(inner, name) for name in _RESHAPES):
        return None
    if inner.inputs[0].shape == out.shape:
        return inner.inputs
    return (view.call(_RESHAPE, inner.inputs, out, shape=out.shape, copy=None),)


def broadcast_twice(view: View, step: Step) -> tuple[Value, ...] | None:
    """A broadcast to the same shape is nothing; of two in a row the last one counts."""
    name = "core.broadcasting.broadcast_to"
    if not is_call(step, name):
        return None
    (x,), out = step.inputs, step.outputs[0]
    if x.shape == out.shape:
        return step.inputs
    inner = view.made_by(x, name)
    return None if inner is None else (view.call(name, inner.inputs, out, shape=out.shape),)


def summed_to_itself(view: View, step: Step) -> tuple[Value, ...] | None:
    """`sum_to` the same shape is nothing."""
    if not is_call(step, "core.broadcasting.sum_to") or step.inputs[0].shape != step.outputs[0].shape:
        return None
    return step.inputs


_ELEMENTWISE = frozenset(("add", "subtract", "multiply", "divide", "maximum", "minimum", "where"))


def stretched_operand(view: View, step: Step) -> tuple[Value, ...] | None:
    """Ops that broadcast by themselves need no broadcast operand, as long as another one has the whole shape."""
    if step.operation.name not in _ELEMENTWISE or step.operation.layout is not None or step.operation.statics:
        return None
    out = step.outputs[0]
    slim = [_before_stretching(view, v) for v in step.inputs]
    if slim == list(step.inputs):
        return None
    if not any(v.shape == out.shape for v in slim):
        return None
    return view.add(step._replace(inputs=tuple(slim), outputs=(type(out)("array", out.shape, out.dtype),)))


def _before_stretching(view: View, value: Value) -> Value:
    made = view.made_by(value, "core.broadcasting.broadcast_to")
    return value if made is None else made.inputs[0]
