"""How ops compute with many tensors at once: what `vmap` rests on.

Most rules follow from signatures. What has no rule is computed for one example after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedgrad.core.batching import Batched, repeated
from typedgrad.core.call import flatten
from typedgrad.core.tensor import Tensor
from typedgrad.ops import batching_rules
from typedgrad.ops.batching_call import Call, Statics
from typedgrad.ops.batching_signatures import GENERAL
from typedgrad.ops.move import stack

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.shapes import Dim


def apply(op: Primitive, tensors: tuple[Any, ...], statics: Statics) -> Any:
    """The results of an op for all examples of the innermost level among its arguments.

    Raises TypeError for an op whose results have another shape for other values.
    """
    level = max(x.level for x in flatten(tensors) if isinstance(x, Batched))
    if op.is_dynamic:
        raise TypeError(f"vmap: the shape of what {op.name} returns depends on values, which differ between examples")
    size = next(x.value.shape[0] for x in flatten(tensors) if isinstance(x, Batched) and x.level == level)
    found = _by_rule(op, size, tensors, statics, level)
    outs = _one_by_one(op, size, tensors, statics, level) if found is None else found
    if isinstance(outs, tuple):
        return op.record([Batched(out, level) for out in outs])
    return Batched(outs, level)


def _by_rule(op: Primitive, size: Dim, tensors: tuple[Any, ...], statics: Statics, level: int) -> Any:
    """The results by a rule; None if there is none for this call."""
    parts: list[Any] = []
    flags: list[bool] = []
    for value in tensors:
        if isinstance(value, (tuple, list)):
            parts.append(tuple(x.value if _here(x, level) else x for x in value))
            flags.append(any(_here(x, level) for x in value))
            if flags[-1]:  # all of a sequence, so that rules need not ask which
                parts[-1] = tuple(x.value if _here(x, level) else repeated(x, size) for x in value)
        else:
            parts.append(value.value if _here(value, level) else value)
            flags.append(_here(value, level))
    call = Call(op, size, tuple(parts), tuple(flags), statics)
    rule = batching_rules.RULES.get(op.full_name)
    if rule is None:
        rule = next((rule for fits, rule in GENERAL if fits(call)), None)
    return None if rule is None else rule(call)


def _here(x: object, level: int) -> bool:
    return isinstance(x, Batched) and x.level == level


def _one_by_one(op: Primitive, size: Dim, tensors: tuple[Any, ...], statics: Statics, level: int) -> Any:
    """The results of each example, stacked."""

    def example(k: int) -> Any:
        def pick(x: Any) -> Any:
            if isinstance(x, (tuple, list)):
                return tuple(map(pick, x))
            return x.value[k] if _here(x, level) else x

        return op.function(*map(pick, tensors), **statics)

    abstract = any(x.device == "abstract" for x in flatten(tensors))
    if abstract or not isinstance(size, int) or size == 0:
        one = _shaped(op, tensors, statics, level)
        return tuple(repeated(x, size) for x in one) if isinstance(one, tuple) else repeated(one, size)
    rows = [example(k) for k in range(size)]
    if not isinstance(rows[0], tuple):
        return stack(rows, axis=0)
    return tuple(stack(column, axis=0) for column in zip(*rows, strict=True))


def _shaped(op: Primitive, tensors: tuple[Any, ...], statics: Statics, level: int) -> Any:
    """One result that has the right shape, where there is no example to compute one from."""
    from typedgrad.ops.create import zeros

    def pick(x: Any) -> Any:
        if isinstance(x, (tuple, list)):
            return tuple(map(pick, x))
        if not _here(x, level):
            return x
        if x.device == "abstract":
            return Tensor(type(x.value.data)(x.shape, x.dtype))
        return zeros(x.shape, dtype=x.dtype, device=x.device)

    return op.function(*map(pick, tensors), **statics)
