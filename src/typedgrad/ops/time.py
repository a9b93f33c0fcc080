"""Sequences turned round, a vector made a sequence, and the last step that counts. Axis 0 counts sequences, 1 steps."""

from __future__ import annotations

from typing import Any

from jaxtyping import Bool, Int, Shaped

from typedgrad.backends import backend_of
from typedgrad.core.batching import innermost
from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import VALUELESS
from typedgrad.core.typed import typed
from typedgrad.ops import reduce
from typedgrad.ops.create import arange
from typedgrad.ops.gather import take_along_axis
from typedgrad.ops.masks import check_lengths
from typedgrad.ops.move import expand_dims, reshape
from typedgrad.ops.rearrange import flip
from typedgrad.ops.selection import where


@typed
def last_step(
    x: Shaped[Tensor, "batch time *rest"],
    *,
    mask: Bool[Tensor, "batch time"] | None = None,
    lengths: Int[Tensor, "batch"] | None = None,
) -> Shaped[Tensor, "batch *rest"]:
    """The last step of each sequence: the last one where `mask` is true, or the last one within its length.

    A sequence without any such step gives zeros.

    Raises:
        ShapeError: for a mask of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, or both a mask and lengths.

    >>> tg.last_step(tg.asarray([[1, 2, 3], [4, 5, 6]]), lengths=tg.asarray([3, 2]))
    Tensor([3, 5], dtype=int64)
    """
    _refuse("last_step", x, mask, lengths)
    if mask is None and lengths is None:
        return x[:, -1]
    if x.device == "abstract":
        return x[:, 0]
    time = arange(x.shape[1], device=x.device)
    if mask is not None:
        last = reduce.max(where(mask, time, -1), axis=1, keepdims=True)
    else:
        assert lengths is not None
        last = lengths.astype("int64")[:, None] - 1
    chosen = reshape(time[None, :] == last, (*x.shape[:2], *(1,) * (x.ndim - 2)))
    return where(chosen, x, 0).sum(axis=1)


@typed
def reverse_time(
    x: Shaped[Tensor, "batch time *rest"],
    *,
    mask: Bool[Tensor, "batch time"] | None = None,
    lengths: Int[Tensor, "batch"] | None = None,
) -> Shaped[Tensor, "batch time *rest"]:
    """Each sequence with its steps the other way round; those beyond its length stay where they are.

    How long a sequence is, `lengths` says, or `mask`, which must be true for its first steps.

    Raises:
        ShapeError: for a mask of another shape.
        ValueError: for empty sequences, lengths that are not from 1 to `time`, masks that are true after they were
            false, or both a mask and lengths.

    >>> tg.reverse_time(tg.asarray([[1, 2, 3], [4, 5, 6]]), lengths=tg.asarray([3, 2]))
    Tensor([[3, 2, 1],
            [5, 4, 6]], dtype=int64)
    """
    _refuse("reverse_time", x, mask, lengths)
    if mask is None and lengths is None:
        return flip(x, axis=1)
    if x.device == "abstract":
        return x
    if mask is not None:
        _refuse_gaps(mask)
        count = reduce.sum(mask.astype("int64"), axis=1)
    else:
        assert lengths is not None
        count = lengths.astype("int64")
    time, length = arange(x.shape[1], device=x.device)[None, :], expand_dims(count, axis=-1)
    places = where(time < length, length - 1 - time, time)
    wide = broadcast_to(reshape(places, (*x.shape[:2], *(1,) * (x.ndim - 2))), x.shape)
    return take_along_axis(x, wide, axis=1)


@typed
def repeat_time(x: Shaped[Tensor, "batch *rest"], times: int) -> Shaped[Tensor, "batch times *rest"]:
    """A sequence of so many equal steps from one vector for each.

    Raises ValueError if `times` is not positive.

    >>> tg.repeat_time(tg.asarray([[1, 2]]), 3)
    Tensor([[[1, 2],
             [1, 2],
             [1, 2]]], dtype=int64)
    """
    if times < 1:
        raise ValueError(f"repeat_time: `times` must be positive, got {times}")
    return repeated(x, times)


def repeated(x: Tensor, times: int) -> Tensor:
    """What `repeat_time` gives; the number of times may be a symbol."""
    return broadcast_to(expand_dims(x, axis=1), (x.shape[0], times, *x.shape[1:]))


def _refuse(name: str, x: Tensor, mask: Tensor | None, lengths: Tensor | None) -> None:
    if x.shape[1] == 0:
        raise ValueError(f"{name}: `x` is an empty sequence, its shape is {x.shape}")
    if mask is not None and lengths is not None:
        raise ValueError(f"{name}: give `mask` or `lengths`, not both")
    if lengths is not None and VALUELESS.isdisjoint((lengths.device, x.device)):
        values: Any = innermost(lengths).data
        check_lengths(name, values, x.shape[1], least=1)


def _refuse_gaps(mask: Tensor) -> None:
    if mask.device in VALUELESS:
        return
    values: Any = innermost(mask).data  # of all examples under `vmap`
    host = backend_of(values).to_numpy(values).reshape(-1, mask.shape[1])
    gaps = (host[:, 1:] & ~host[:, :-1]).any(axis=1)
    if gaps.any():
        raise ValueError(
            "reverse_time: `mask` must be true for the first steps of each sequence, and for no others; for sequence "
            f"{int(gaps.argmax())} it is {host[gaps][0].tolist()}"
        )
