"""How ops compute with many tensors at once: the rules behind `vmap`.

Most follow from signatures: a run of axes that leads both an argument and the result, such as `*batch`, takes the new
axis, and a static `axis` counts from the end. What has no rule is computed for one example after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from typedgrad.core.batching import Batched, repeated
from typedgrad.core.call import flatten
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import reshape, stack
from typedgrad.ops.reduce import mean, sum

if TYPE_CHECKING:
    from typedgrad.core.primitive import Primitive
    from typedgrad.shapes import Dim, Slot

Statics: TypeAlias = "dict[str, Any]"


class Call(NamedTuple):
    """A call of an op with all examples: batched arguments have them along their first axis."""

    op: Primitive
    size: Any  # an int, or on shapes alone a symbol
    tensors: tuple[Any, ...]
    batched: tuple[bool, ...]
    statics: Statics

    def run(self, tensors: tuple[Any, ...], **changed: object) -> Any:
        """The op on other tensors, with some static arguments changed."""
        return self.op.function(*tensors, **{**self.statics, **changed})

    def rank(self, i: int) -> int:
        """How many axes one example of an argument has."""
        return len(self.tensors[i].shape) - self.batched[i]

    def repeated(self) -> tuple[Any, ...]:
        """The arguments, where those that are the same for all examples are repeated."""
        return tuple(
            x if one or x is None else repeated(x, self.size) for x, one in zip(self.tensors, self.batched, strict=True)
        )


Rule: TypeAlias = Callable[[Call], Any]
RULES: Final[dict[str, Rule]] = {}
# Ops whose rule looks at the leading axes only to compare them.
_LEADING: Final = frozenset({"attention_weights", "scaled_dot_product_attention", "matrix_norm"})
_FLATTENS: Final = frozenset({"argmax", "argmin", "repeat", "cumulative_sum", "cumulative_prod", "take"})


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
    rule = RULES.get(op.full_name)
    if rule is None:
        rule = next((rule for fits, rule in _GENERAL if fits(call)), None)
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


# -- rules that follow from signatures ---------------------------------------------------------------------------------


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
            tensors = (reshape(first, (call.size, _count(first.shape[1:]))), *tensors[1:])
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
    return call.run(tensors, axis=_from_the_end(axis, rank))


def _count(sizes: tuple[Any, ...]) -> Any:
    total: Any = 1
    for n in sizes:
        total = total * n
    return total


def _from_the_end(axis: Any, rank: int) -> Any:
    if isinstance(axis, tuple):
        return tuple(_from_the_end(i, rank) for i in axis)
    return axis if axis < 0 else axis - rank


def _taken(call: Call) -> Any:
    x, indices = call.tensors
    if call.batched != (True, False):
        return None
    axis = call.statics["axis"]
    return call.run((x, indices), axis=-1 if axis is None else _from_the_end(axis, len(x.shape) - 1))


def _is_loss(call: Call) -> bool:
    return call.statics.get("reduction") in ("mean", "sum", "none") and all(map(_starred, _slots(call)))


def _reduced(call: Call) -> Any:
    """The loss of each element, reduced within each example."""
    each = call.run(call.repeated(), reduction="none")
    if call.statics["reduction"] == "none":
        return each
    axes = tuple(range(1, len(each.shape)))
    return (mean if call.statics["reduction"] == "mean" else sum)(each, axes) if axes else each


_GENERAL: Final[tuple[tuple[Callable[[Call], Any], Rule], ...]] = (
    (_has_axis, _along),
    (_leads, _leading),
    (_is_loss, _reduced),
    (_folds, _folding),
)


# -- rules of single ops -----------------------------------------------------------------------------------------------


def _rule(*names: str) -> Callable[[Rule], Rule]:
    def attach(rule: Rule) -> Rule:
        for name in names:
            RULES[f"typedgrad.{name}"] = rule
        return rule

    return attach


@_rule("ops.move.reshape")
def _reshape(call: Call) -> Any:
    return call.run(call.tensors, shape=(call.size, *_filled(call)))


def _filled(call: Call) -> tuple[Any, ...]:
    """The new sizes of one example. A size of -1 beside no elements at all could not be found again."""
    shape = call.statics["shape"]
    if -1 not in shape:
        return tuple(shape)
    rest = -_count(shape)
    return tuple(_count(call.tensors[0].shape[1:]) // rest if n == -1 else n for n in shape)


@_rule("core.broadcasting.broadcast_to")
def _broadcast_to(call: Call) -> Any:
    (x,), shape = call.tensors, call.statics["shape"]
    missing = len(shape) - call.rank(0)
    return call.run((reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])),), shape=(call.size, *shape))


@_rule("core.broadcasting.sum_to")
def _sum_to(call: Call) -> Any:
    (x,), shape = call.tensors, call.statics["shape"]
    missing = call.rank(0) - len(shape)
    whole = call.run((x,), shape=(call.size, *(1,) * missing, *shape))
    return reshape(whole, (call.size, *shape))


@_rule("ops.move.permute_dims")
def _permute_dims(call: Call) -> Any:
    rank = call.rank(0)
    return call.run(call.tensors, axes=(0, *(i % rank + 1 for i in call.statics["axes"])))


@_rule("ops.rearrange.transpose")
def _transpose(call: Call) -> Any:
    from typedgrad.ops.matrices import matrix_transpose

    return matrix_transpose(call.tensors[0])


@_rule("ops.rearrange.flatten")
def _flatten(call: Call) -> Any:
    rank = call.rank(0)
    if rank == 0:
        return None
    return call.run(call.tensors, **{name: _from_the_end(call.statics[name], rank) for name in ("start", "end")})


@_rule("ops.rearrange.moveaxis", "ops.rearrange.swapaxes")
def _moved(call: Call) -> Any:
    rank = call.rank(0)
    return call.run(call.tensors, **{name: _from_the_end(axis, rank) for name, axis in call.statics.items()})


@_rule("ops.repeat.tile")
def _tile(call: Call) -> Any:
    (x,), times = call.tensors, call.statics["repetitions"]
    missing = max(len(times) - call.rank(0), 0)
    ones = (1,) * max(call.rank(0) - len(times), 0)
    return call.run((reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])),), repetitions=(1, *ones, *times))


@_rule("ops.pad.pad")
def _pad(call: Call) -> Any:
    return call.run(call.tensors, widths=((0, 0), *call.statics["widths"]))


@_rule("ops.contraction.einsum")
def _einsum(call: Call) -> Any:
    """One more letter, of all operands and of the result."""
    subscripts = call.statics["subscripts"]
    operands, arrow, result = subscripts.partition("->")
    if not arrow:
        return None
    letter = next(chr(k) for k in range(0x410, 0x450) if chr(k) not in subscripts)
    parts = ",".join(letter + part for part in operands.split(","))
    return call.run(call.tensors, subscripts=f"{parts}->{letter}{result}")


@_rule("ops.index.getitem")
def _getitem(call: Call) -> Any:
    x, indices = call.tensors
    index = call.statics["index"]
    tensors = [i for i in index if i is int]
    if not call.batched[1]:
        if tensors and (len(tensors) > 1 or any(isinstance(i, int) for i in index)):
            return None
        return call.run((x, indices), index=((None, None, None), *index))
    if not call.batched[0] and index in ((int,), (int, ...)):
        return call.run((x, indices))
    return None


@_rule("ops.matmul.matmul")
def _matmul(call: Call) -> Any:
    ranks = [call.rank(0), call.rank(1)]
    if min(ranks) < 1:
        return None
    x1, x2 = call.tensors
    if ranks[0] == 1:
        x1 = reshape(x1, (*x1.shape[:-1], 1, x1.shape[-1]))
    if ranks[1] == 1:
        x2 = reshape(x2, (*x2.shape, 1))
    lead = max(max(r, 2) for r in ranks)
    made = [
        reshape(x, (x.shape[0], *(1,) * (lead - max(r, 2)), *x.shape[1:])) if one else x
        for x, r, one in zip((x1, x2), ranks, call.batched, strict=True)
    ]
    out = call.run(tuple(made))
    gone = [i for i, r in ((-2, ranks[0]), (-1, ranks[1])) if r == 1]
    kept = [n for i, n in enumerate(out.shape, -len(out.shape)) if i not in gone]
    return reshape(out, tuple(kept)) if gone else out
