"""Identities that hold for every number, NaN, infinities and -0.0 among them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.graph.rewrites.engine import is_call

if TYPE_CHECKING:
    from typedgrad.graph.ir import Step, Value
    from typedgrad.graph.rewrites.engine import View

Found = "tuple[Value, ...] | None"


def _same(value: Value, out: Value) -> bool:
    return value.shape == out.shape and value.dtype == out.dtype


def _stretched(view: View, value: Value, out: Value) -> tuple[Value, ...] | None:
    """The value, broadcast to the result's shape if need be."""
    if value.dtype != out.dtype:
        return None
    if value.shape == out.shape:
        return (value,)
    return (view.call("core.broadcasting.broadcast_to", (value,), out, shape=out.shape),)


def times_one(view: View, step: Step) -> tuple[Value, ...] | None:
    """`x * 1`, `1 * x` and `x / 1` are `x`."""
    out = step.outputs[0]
    if is_call(step, "ops.arithmetic.multiply"):
        a, b = step.inputs
        if view.uniform(b) == 1:
            return _stretched(view, a, out)
        if view.uniform(a) == 1:
            return _stretched(view, b, out)
    if is_call(step, "ops.arithmetic.divide") and view.uniform(step.inputs[1]) == 1:
        return _stretched(view, step.inputs[0], out)
    return None


def plus_nothing(view: View, step: Step) -> tuple[Value, ...] | None:
    """`x - 0.0` and `x + -0.0` are `x`; `x + 0.0` is not, for -0.0. For integers it is."""
    out = step.outputs[0]
    if is_call(step, "ops.arithmetic.subtract") and _zero(view.uniform(step.inputs[1]), 1.0, out):
        return _stretched(view, step.inputs[0], out)
    if is_call(step, "ops.arithmetic.add"):
        a, b = step.inputs
        if _zero(view.uniform(b), -1.0, out):
            return _stretched(view, a, out)
        if _zero(view.uniform(a), -1.0, out):
            return _stretched(view, b, out)
    return None


def _zero(number: complex | None, sign: float, out: Value) -> bool:
    if number is None or isinstance(number, complex) or number != 0:
        return False
    return (out.dtype is not None and out.dtype.kind in "iu") or math.copysign(1.0, number) == sign


def twice_negated(view: View, step: Step) -> tuple[Value, ...] | None:
    """`-(-x)` is `x`; `a - (-x)` is `a + x`, `a + (-x)` is `a - x`."""
    out = step.outputs[0]
    if is_call(step, "ops.arithmetic.negative"):
        inner = view.made_by(step.inputs[0], "ops.arithmetic.negative")
        return None if inner is None else inner.inputs
    for name, other in (("add", "subtract"), ("subtract", "add")):
        if is_call(step, f"ops.arithmetic.{name}"):
            inner = view.made_by(step.inputs[1], "ops.arithmetic.negative")
            if inner is not None:
                return (view.call(f"ops.arithmetic.{other}", (step.inputs[0], inner.inputs[0]), out),)
    return None


def negated_factor(view: View, step: Step) -> tuple[Value, ...] | None:
    """`(-x) * y` is `-(x * y)`, so that signs meet and cancel. Exact: the sign of a product is one bit of it."""
    if not is_call(step, "ops.arithmetic.multiply") or step.outputs[0].dtype is None:
        return None
    out = step.outputs[0]
    if out.dtype is None or out.dtype.kind != "f":
        return None
    for i in (0, 1):
        inner = view.made_by(step.inputs[i], "ops.arithmetic.negative")
        if inner is not None:
            factors = (inner.inputs[0], step.inputs[1]) if i == 0 else (step.inputs[0], inner.inputs[0])
            return (view.call("ops.arithmetic.negative", (view.call("ops.arithmetic.multiply", factors, out),), out),)
    return None


def first_power(view: View, step: Step) -> tuple[Value, ...] | None:
    """`x ** 1` is `x`, `x ** 2` is `x * x`."""
    if not is_call(step, "ops.power.power"):
        return None
    (x,), out = step.inputs, step.outputs[0]
    exponent = step.operation.statics["exponent"]
    if not _same(x, out) or out.dtype is None or out.dtype.kind != "f":
        return None
    if exponent == 1:
        return (x,)
    return (view.call("ops.arithmetic.multiply", (x, x), out),) if exponent == 2 else None


def no_choice(view: View, step: Step) -> tuple[Value, ...] | None:
    """`where(c, x, x)` is `x`; so is `where(True, x, y)`."""
    if not is_call(step, "ops.selection.where"):
        return None
    pred, a, b = step.inputs
    out = step.outputs[0]
    if a is b:
        return _stretched(view, a, out)
    known = view.uniform(pred)
    return None if known is None else _stretched(view, a if known else b, out)


def same_dtype(view: View, step: Step) -> tuple[Value, ...] | None:
    """`astype(x, dtype of x)` is `x`; `positive(x)` is `x`."""
    if not (is_call(step, "core.casting.astype") or is_call(step, "ops.arithmetic.positive")):
        return None
    return step.inputs if _same(step.inputs[0], step.outputs[0]) else None
