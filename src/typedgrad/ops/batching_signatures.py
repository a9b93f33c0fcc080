"""Rules for `vmap` that follow from the signatures of ops.

A run of axes that leads both arguments and results, such as `*batch`, takes the new axis; so does an axis `n`, the
examples of a batch; a static `axis` is counted from the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from typedgrad.core.batching import repeated
from typedgrad.ops.batching_call import Call, Rule, count, from_the_end
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import mean, sum

if TYPE_CHECKING:
    from typedgrad.shapes import Slot

# Ops whose rule looks at the leading axes only to compare them.
_LEADING: Final = frozenset({"attention_weights", "scaled_dot_product_attention", "matrix_norm"})
_FLATTENS: Final = frozenset({"argmax", "argmin", "repeat", "cumulative_sum", "cumulative_prod", "take"})


def _axes(slot: Slot) -> list[str]:
    return slot.axes.split()


def _slots(call: Call) -> list[Slot]:
    return [a.slot for a in call.op.reading.tensors if a.slot is not None]


def _outs(call: Call) -> tuple[Slot, ...]:
    out = call.op.reading.out
    if out is None:
        return ()
    return (out,) if hasattr(out, "axes") else tuple(out)  # type: ignore[return-value]  # one slot, or several


def _asked(call: Call) -> tuple[str, ...]:
    """What the rule for the result's shape looks at."""
    rule = call.op.where_rule
    return () if rule is None else rule.__code__.co_varnames[: rule.__code__.co_argcount]


def _leads(call: Call) -> str | None:
    """The run of axes that leads the results and all batched arguments."""
    outs = _outs(call)
    firsts = {(_axes(out) or [""])[0].lstrip("*#") if _starred(out) else "" for out in outs}
    name = firsts.pop() if len(firsts) == 1 else ""
    if call.op.name == "matrix_norm":
        name = "b"
    if not name or any(slot.many for slot in (*_slots(call), *outs)):
        return None
    if name in _asked(call) and call.op.name not in _LEADING:
        return None
    for slot, one in zip(_slots(call), call.batched, strict=True):
        stars = [axis for axis in _axes(slot) if axis.startswith(("*", "..."))]
        if one and (not _starred(slot) or stars[0].lstrip("*#") != name or len(stars) > 1):
            return None
    return None if call.statics.get("drop") else name


def _starred(slot: Slot) -> bool:
    return bool(_axes(slot)) and _axes(slot)[0].startswith("*")


def _leading(call: Call) -> Any:
    """The new axis joins the run of axes that leads; where that is shorter, it gets ones, as in broadcasting."""
    name = _leads(call)
    core = [len(_axes(slot)) - 1 for slot in _slots(call)]
    mine = [_starred(slot) and _axes(slot)[0].lstrip("*#") == name for slot in _slots(call)]
    ranks = [call.rank(i) - core[i] if mine[i] and call.tensors[i] is not None else 0 for i in range(len(call.tensors))]
    longest = max(ranks)
    made = []
    for i, x in enumerate(call.tensors):
        if x is None or not mine[i]:
            made.append(x)
        elif call.batched[i]:
            missing = longest - ranks[i]
            made.append(x if not missing else reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])))
        elif "#" in _slots(call)[i].axes:
            made.append(x)
        else:
            made.append(repeated(x, call.size))
    return call.run(tuple(made))


def _folds(call: Call) -> bool:
    """Whether an axis `n`, the examples of a batch, leads the results and all batched arguments."""
    slots = (*(s for s, one in zip(_slots(call), call.batched, strict=True) if one), *_outs(call))
    return "n" not in _asked(call) and all((_axes(slot) or [""])[0] == "n" for slot in slots) and bool(_outs(call))


def _folding(call: Call) -> Any:
    """The new axis becomes part of the axis `n`."""
    made: list[Any] = []
    n: Any = None
    for slot, x, one in zip(_slots(call), call.tensors, call.batched, strict=True):
        if x is None or (_axes(slot) or [""])[0] != "n":
            made.append(x)
            continue
        x = x if one else repeated(x, call.size)
        n = x.shape[1]
        made.append(reshape(x, (x.shape[0] * n, *x.shape[2:])))
    outs = call.run(tuple(made))
    apart = [reshape(out, (call.size, n, *out.shape[1:])) for out in (outs if isinstance(outs, tuple) else (outs,))]
    return tuple(apart) if isinstance(outs, tuple) else apart[0]


def _has_axis(call: Call) -> bool:
    if "axis" not in call.statics or (call.statics["axis"] is None and call.statics.get("keepdims")):
        return "axis" in call.statics and call.op.name not in _FLATTENS and _single(call)
    return _single(call)


def _single(call: Call) -> bool:
    """Whether all arguments are one run of axes, or of unknown ones."""
    return all(len(_axes(slot)) == 1 and _axes(slot)[0][0] in "*." for slot in _slots(call))


def _along(call: Call) -> Any:
    """A static `axis` is counted from the end, where the new axis does not count."""
    axis, op = call.statics["axis"], call.op
    if op.name == "take":
        return _taken(call)
    tensors = call.repeated()
    first = tensors[0][0] if isinstance(tensors[0], tuple) else tensors[0]
    rank = len(first.shape) - 1
    if axis is None:
        if op.name in ("roll", "concat", "squeeze"):
            return None
        if op.name in _FLATTENS:
            tensors = (reshape(first, (call.size, count(first.shape[1:]))), *tensors[1:])
            return call.run(tensors, axis=-1)
        return call.run(tensors, axis=tuple(range(-rank, 0)))
    if op.name in ("cross", "vecdot"):
        ranks = [len(x.shape) - 1 for x in tensors]
        longest = max(ranks)
        if axis >= 0:
            return None
        tensors = tuple(
            reshape(x, (x.shape[0], *(1,) * (longest - r), *x.shape[1:])) for x, r in zip(tensors, ranks, strict=True)
        )
    rank += op.name in ("expand_dims", "stack")
    return call.run(tensors, axis=from_the_end(axis, rank))


def _taken(call: Call) -> Any:
    x, indices = call.tensors
    if call.batched != (True, False):
        return None
    axis = call.statics["axis"]
    return call.run((x, indices), axis=-1 if axis is None else from_the_end(axis, len(x.shape) - 1))


def _is_loss(call: Call) -> bool:
    return call.statics.get("reduction") in ("mean", "sum", "none") and all(map(_starred, _slots(call)))


def _reduced(call: Call) -> Any:
    """The loss of each element, reduced within each example."""
    each = call.run(call.repeated(), reduction="none")
    if call.statics["reduction"] == "none":
        return each
    axes = tuple(range(1, len(each.shape)))
    return (mean if call.statics["reduction"] == "mean" else sum)(each, axes) if axes else each


GENERAL: Final[tuple[tuple[Callable[[Call], Any], Rule], ...]] = (
    (_has_axis, _along),
    (_leads, _leading),
    (_is_loss, _reduced),
    (_folds, _folding),
)
