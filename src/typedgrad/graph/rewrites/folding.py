"""What follows from constants alone is computed once."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.call import spread
from typedgrad.core.tensor import Tensor
from typedgrad.graph.control import Ended
from typedgrad.graph.operations import PrimitiveCall
from typedgrad.graph.rewrites.engine import filled, is_call

if TYPE_CHECKING:
    from typedgrad.graph.ir import Step, Value
    from typedgrad.graph.rewrites.engine import View

_MOST = 1 << 16  # bytes: larger results are computed each time, so that graphs do not hold on to memory


def fold_like(view: View, step: Step) -> tuple[Value, ...] | None:
    """`ones_like`, `zeros_like` and `full_like` of anything are known: shapes are."""
    (out, *_) = step.outputs
    if out.dtype is None or out.dtype.kind == "c":
        return None
    if is_call(step, "ops.like.ones_like"):
        return (view.constant(filled(out.shape, out.dtype, 1)),)
    if is_call(step, "ops.like.zeros_like"):
        return (view.constant(filled(out.shape, out.dtype, 0)),)
    if is_call(step, "ops.like.full_like"):
        return (view.constant(filled(out.shape, out.dtype, step.operation.statics["fill_value"])),)
    return None


_MOVES = ("core.broadcasting.broadcast_to", "ops.move.reshape", "ops.move.expand_dims", "ops.move.squeeze")
_MORE_MOVES = ("ops.move.permute_dims", "ops.matrices.matrix_transpose", "ops.rearrange.flatten")


def fold_uniform(view: View, step: Step) -> tuple[Value, ...] | None:
    """An array that is one number everywhere stays so when it is moved about."""
    if not any(is_call(step, name) for name in (*_MOVES, *_MORE_MOVES)):
        return None
    number = view.uniform(step.inputs[0])
    out = step.outputs[0]
    return None if number is None else (view.constant(filled(out.shape, out.dtype, number)),)


def fold_evenly(view: View, step: Step) -> tuple[Value, ...] | None:
    """An elementwise op on arrays that are one number everywhere gives such an array."""
    operation = step.operation
    if not isinstance(operation, PrimitiveCall) or operation.op.derivatives is None or operation.layout is not None:
        return None
    numbers = [view.uniform(value) for value in step.inputs]
    (out,) = step.outputs
    if any(number is None for number in numbers) or out.size <= 1:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            given = [Tensor(np.asarray(n, v.dtype)) for n, v in zip(numbers, step.inputs, strict=True)]
            made = operation.op.function(*given, **operation.statics)
        except (ArithmeticError, ValueError, TypeError, RuntimeWarning):
            return None
    return (view.constant(filled(out.shape, out.dtype, made.data)),)


def fold_constants(view: View, step: Step) -> tuple[Value, ...] | None:
    """A step with nothing but constants for inputs becomes constants, unless these are large."""
    if not step.inputs or isinstance(step.operation, Ended) or step.operation.key() is None:
        return None
    if any(v not in view.constants for v in step.inputs) or any(v.kind != "array" for v in step.outputs):
        return None
    if sum(v.nbytes for v in step.outputs) > _MOST or any(v.kind != "array" for v in step.inputs):
        return None
    made = _computed(step, [view.constants[v] for v in step.inputs])
    return None if made is None else tuple([view.constant(data) for data in made])


def _computed(step: Step, given: list[Any]) -> tuple[Any, ...] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what would warn is left for the time of the call
            found = step.operation.ready(step)(*spread(step.operation.layout, given))
    except (ArithmeticError, ValueError, TypeError, IndexError, RuntimeWarning):
        return None
    made = found if len(step.outputs) > 1 else (found,)
    return tuple([np.asarray(x) for x in made])
