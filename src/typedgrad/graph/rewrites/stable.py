"""Formulas that lose their digits, replaced by ops that keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.graph.rewrites.engine import is_call

if TYPE_CHECKING:
    from typedgrad.graph.ir import Step, Value
    from typedgrad.graph.rewrites.engine import View

_LOG, _EXP = "ops.elementwise.log", "ops.elementwise.exp"


def log_of_softmax(view: View, step: Step) -> tuple[Value, ...] | None:
    """`log(softmax(x))` is `log_softmax(x)`."""
    if not is_call(step, _LOG):
        return None
    inner = view.made_by(step.inputs[0], "ops.softmax.softmax")
    if inner is None:
        return None
    return (view.call("ops.softmax.log_softmax", inner.inputs, step.outputs[0], **inner.operation.statics),)


def log_of_sigmoid(view: View, step: Step) -> tuple[Value, ...] | None:
    """`log(sigmoid(x))` is `log_sigmoid(x)`."""
    if not is_call(step, _LOG):
        return None
    inner = view.made_by(step.inputs[0], "ops.activation.sigmoid")
    return None if inner is None else (view.call("ops.activation.log_sigmoid", inner.inputs, step.outputs[0]),)


def one_minus_sigmoid(view: View, step: Step) -> tuple[Value, ...] | None:
    """`log(1 - sigmoid(x))` is `log_sigmoid(-x)`: the other half of a sigmoid's cross-entropy."""
    if not is_call(step, _LOG):
        return None
    inner = view.made_by(step.inputs[0], "ops.arithmetic.subtract")
    if inner is None or view.uniform(inner.inputs[0]) != 1:
        return None
    sigmoid = view.made_by(inner.inputs[1], "ops.activation.sigmoid")
    if sigmoid is None or sigmoid.outputs[0].shape != step.outputs[0].shape:
        return None
    out = step.outputs[0]
    return (view.call("ops.activation.log_sigmoid", (view.call("ops.arithmetic.negative", sigmoid.inputs, out),), out),)


def log_of_one_plus(view: View, step: Step) -> tuple[Value, ...] | None:
    """`log(1 + exp(x))` is `softplus(x)`, any other `log(1 + x)` is `log1p(x)`."""
    if not is_call(step, _LOG):
        return None
    inner = view.made_by(step.inputs[0], "ops.arithmetic.add")
    if inner is None:
        return None
    out = step.outputs[0]
    for one, other in (inner.inputs, inner.inputs[::-1]):
        if view.uniform(one) == 1 and other.shape == out.shape and other.dtype == out.dtype:
            power = view.made_by(other, _EXP)
            if power is not None:
                return (view.call("ops.activation.softplus", power.inputs, out),)
            return (view.call("ops.elementwise.log1p", (other,), out),)
    return None


def exp_minus_one(view: View, step: Step) -> tuple[Value, ...] | None:
    """`exp(x) - 1` is `expm1(x)`."""
    if not is_call(step, "ops.arithmetic.subtract") or view.uniform(step.inputs[1]) != 1:
        return None
    power = view.made_by(step.inputs[0], _EXP)
    out = step.outputs[0]
    if power is None or power.outputs[0].shape != out.shape:
        return None
    return (view.call("ops.elementwise.expm1", power.inputs, out),)


def log_of_sum_of_exp(view: View, step: Step) -> tuple[Value, ...] | None:
    """`log(sum(exp(x)))` is `logsumexp(x)`."""
    if not is_call(step, _LOG):
        return None
    total = view.made_by(step.inputs[0], "ops.reduce.sum")
    power = None if total is None else view.made_by(total.inputs[0], _EXP)
    if total is None or power is None or step.outputs[0].dtype != power.inputs[0].dtype:
        return None
    statics = total.operation.statics
    if 0 in power.inputs[0].shape or statics.get("dtype") is not None:
        return None
    axis, keepdims = statics["axis"], statics["keepdims"]
    return (view.call("ops.softmax.logsumexp", power.inputs, step.outputs[0], axis=axis, keepdims=keepdims),)
