"""Masks: true where something may be seen, false where it is to be passed over."""

from __future__ import annotations

from jaxtyping import Bool, Int

from typedgrad.backends import backend_of, namespace
from typedgrad.core.mode import mode
from typedgrad.core.primitive import nondifferentiable, primitive, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.create import ones
from typedgrad.ops.triangle import tril
from typedgrad.shapes import Dim, at_most


def causal_mask(length: int, *, device: str | None = None) -> Tensor:
    """What each of `length` positions may see: itself and those before it.

    >>> tg.causal_mask(2)
    Tensor([[ True, False],
            [ True,  True]], dtype=bool)
    """
    return tril(ones((length, length), dtype="bool", device=device))


@nondifferentiable
@primitive
def length_mask(lengths: Int[Tensor, "*batch"], /, length: int) -> Bool[Tensor, "*batch t"]:
    """Which of `length` positions each sequence really has: its first ones, as many as `lengths` says.

    For attention, `length_mask(...)[:, None, None, :]` hides the others from all heads and queries.

    Raises ValueError for lengths that are negative, or greater than `length`.

    >>> tg.length_mask(tg.asarray([1, 3]), 3)
    Tensor([[ True, False, False],
            [ True,  True,  True]], dtype=bool)
    """
    check_lengths("length_mask", lengths, length)
    xp = namespace(lengths)
    return xp.astype(lengths, xp.int64)[..., None] > xp.arange(length, dtype=xp.int64)


@where(length_mask)
def _(length: Dim) -> dict[str, Dim]:
    at_most(0, length, "the length must not be negative")
    return {"t": length}


def check_lengths(name: str, lengths: Tensor, length: int, least: int = 0) -> None:
    """Raise ValueError unless every length is between `least` and `length`. Looks at values, where there are some."""
    if mode.raw or lengths.shape == (0,):
        return
    values = backend_of(lengths).to_numpy(lengths)
    wrong = values[(values < least) | (values > length)]
    if wrong.size:
        raise ValueError(f"{name}: a length is {int(wrong[0])}, but must be from {least} to {length}")
