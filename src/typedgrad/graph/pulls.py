"""Kernels as graphs use them: whether an op has one with a rule of its own, and what it is given."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.aval import aval_of
from typedgrad.core.call import Entry, flatten, spread
from typedgrad.core.examine import make_entry
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typedgrad.core.aval import Aval
    from typedgrad.core.primitive import Primitive
    from typedgrad.graph.ir import Step, Value
    from typedgrad.graph.operations import PrimitiveCall

# Elementwise: their rules are a few multiplications, which fuse with what is around them.
LIGHT = frozenset(
    f"typedgrad.ops.{name}"
    for name in ("activation.relu", "activation.sigmoid", "activation.silu", "activation.gelu", "trigonometry.tanh")
)


def on_cpu(value: Value) -> Aval:
    """What is known of a value that lives on the CPU."""
    assert value.dtype is not None
    return aval_of(value.shape, value.dtype, "cpu")


def entry_of(step: Step) -> Entry:
    """The remembered call for arrays on the CPU with the shapes of a step."""
    operation: Any = step.operation
    inputs = tuple(on_cpu(value) for value in step.inputs)
    outputs = tuple(on_cpu(value) for value in step.outputs if value.kind == "array")
    return _entry(operation.op, _frozen(operation.statics), operation.layout, inputs, outputs)


def has_kernel(step: Step) -> bool:
    """Whether the op has a kernel for these shapes that brings its own rule, one that is worth keeping whole."""
    operation: PrimitiveCall = step.operation  # type: ignore[assignment]  # asked of calls of primitives alone
    if operation.op.full_name in LIGHT:
        return False
    kernel = entry_of(step).kernel
    return kernel is not None and kernel.pull is not None


class _Statics(dict[str, Any]):
    """Static arguments that can be looked up by; classes count, as 1 and 1.0 are not the same argument."""

    def __hash__(self) -> int:  # type: ignore[override]  # never changed
        return hash(tuple(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and static_key(self) == static_key(other)


def static_key(statics: Mapping[str, Any]) -> tuple[Any, ...]:
    """A key for static arguments: equal values of different classes differ, and so do the two zeros."""
    return tuple((name, value.__class__, value, value == 0 and repr(value)) for name, value in statics.items())


def _frozen(statics: Mapping[str, Any]) -> _Statics:
    return _Statics(statics)


@functools.lru_cache(maxsize=4096)
def _entry(
    op: Primitive,
    statics: _Statics,
    layout: tuple[int | None, ...] | None,
    inputs: tuple[Aval, ...],
    outputs: tuple[Aval, ...],
) -> Entry:
    tensors = spread(layout, [Tensor(np.broadcast_to(np.zeros((), a.dtype), a.shape), a) for a in inputs])
    return make_entry(op, tensors, dict(statics), outputs, abstract=False)


def held(data: Any, aval: Aval, *, wanted: bool) -> Tensor:
    """An array as the nodes of the tape hold it: with a node of its own if its cotangent is wanted."""
    return Tensor(data, aval, _WANTED if wanted else None)


_WANTED: Any = (None, (), None)

__all__ = ["LIGHT", "entry_of", "flatten", "has_kernel", "held", "on_cpu", "static_key"]
