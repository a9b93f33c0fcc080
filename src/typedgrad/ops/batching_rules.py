"""Rules for `vmap` of single ops: those that name sizes, or axes otherwise than by `axis`."""

from __future__ import annotations

from typing import Any

from typedgrad.ops.batching_call import RULES as RULES
from typedgrad.ops.batching_call import Call, count, from_the_end, rule
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import reshape


@rule("ops.move.reshape")
def _reshape(call: Call) -> Any:
    return call.run(call.tensors, shape=(call.size, *_filled(call)))


def _filled(call: Call) -> tuple[Any, ...]:
    """The new sizes of one example. A size of -1 beside no elements at all could not be found again."""
    shape = call.statics["shape"]
    if -1 not in shape:
        return tuple(shape)
    rest = -count(shape)
    return tuple(count(call.tensors[0].shape[1:]) // rest if n == -1 else n for n in shape)


@rule("core.broadcasting.broadcast_to")
def _broadcast_to(call: Call) -> Any:
    (x,), shape = call.tensors, call.statics["shape"]
    missing = len(shape) - call.rank(0)
    return call.run((reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])),), shape=(call.size, *shape))


@rule("core.broadcasting.sum_to")
def _sum_to(call: Call) -> Any:
    (x,), shape = call.tensors, call.statics["shape"]
    missing = call.rank(0) - len(shape)
    whole = call.run((x,), shape=(call.size, *(1,) * missing, *shape))
    return reshape(whole, (call.size, *shape))


@rule("ops.move.permute_dims")
def _permute_dims(call: Call) -> Any:
    rank = call.rank(0)
    return call.run(call.tensors, axes=(0, *(i % rank + 1 for i in call.statics["axes"])))


@rule("ops.rearrange.transpose")
def _transpose(call: Call) -> Any:
    return matrix_transpose(call.tensors[0])


@rule("ops.rearrange.flatten")
def _flatten(call: Call) -> Any:
    rank = call.rank(0)
    if rank == 0:
        return None
    return call.run(call.tensors, **{name: from_the_end(call.statics[name], rank) for name in ("start", "end")})


@rule("ops.rearrange.moveaxis", "ops.rearrange.swapaxes")
def _moved(call: Call) -> Any:
    rank = call.rank(0)
    return call.run(call.tensors, **{name: from_the_end(axis, rank) for name, axis in call.statics.items()})


@rule("ops.repeat.tile")
def _tile(call: Call) -> Any:
    (x,), times = call.tensors, call.statics["repetitions"]
    missing = max(len(times) - call.rank(0), 0)
    ones = (1,) * max(call.rank(0) - len(times), 0)
    return call.run((reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])),), repetitions=(1, *ones, *times))


@rule("ops.pad.pad")
def _pad(call: Call) -> Any:
    return call.run(call.tensors, widths=((0, 0), *call.statics["widths"]))


@rule("ops.contraction.einsum")
def _einsum(call: Call) -> Any:
    """One more letter, of all operands and of the result."""
    subscripts = call.statics["subscripts"]
    operands, arrow, result = subscripts.partition("->")
    if not arrow:
        return None
    letter = next(chr(k) for k in range(0x410, 0x450) if chr(k) not in subscripts)
    parts = ",".join(letter + part for part in operands.split(","))
    return call.run(call.tensors, subscripts=f"{parts}->{letter}{result}")


@rule("ops.index.getitem")
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


@rule("ops.matmul.matmul")
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
