"""Functions onto the simplex, as softmax: what they give is not negative and adds up to 1 along an axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import dtype_name
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.random import uniform
from typedgrad.core.tensor import Number, Tensor
from typedgrad.core.transforms import stop_gradient
from typedgrad.core.typed import typed
from typedgrad.ops.elementwise import log
from typedgrad.ops.one_hot import one_hot
from typedgrad.ops.reduce import sum
from typedgrad.ops.search import argmax
from typedgrad.ops.softmax import has_axis, softmax

if TYPE_CHECKING:
    from typedgrad.core.random import Key


@typed
def softmin(x: Float[Tensor, "*s"], /, axis: int = -1) -> Float[Tensor, "*s"]:
    """`softmax(-x)`.

    >>> tg.softmin(tg.asarray([0.0, 0.0, 200.0]))
    Tensor([0.5, 0.5, 0. ], dtype=float32)
    """
    return softmax(-x, axis=axis)


@primitive
def sparsemax(x: Float[Tensor, "*s"], /, axis: int = -1) -> Float[Tensor, "*s"]:
    """The nearest probabilities to `x` along an axis: as softmax, with zeros for what lies far enough below.

    Source: Martins and Astudillo, "From softmax to sparsemax", 2016.

    >>> tg.sparsemax(tg.asarray([1.0, 0.5, -1.0]))
    Tensor([0.75, 0.25, 0.  ], dtype=float32)
    """
    if 0 in x.shape:
        return x
    xp = namespace(x)
    lines = xp.moveaxis(x, axis, -1)
    lines = lines - xp.max(lines, axis=-1, keepdims=True)
    ordered = xp.flip(xp.sort(lines, axis=-1), axis=-1)
    before = xp.cumulative_sum(ordered, axis=-1)
    place = xp.arange(1, lines.shape[-1] + 1, dtype=x.dtype)
    # As many of the largest are kept as stay above the level that makes them add up to 1.
    kept = 1.0 + place * ordered > before
    count = xp.sum(xp.astype(kept, x.dtype), axis=-1, keepdims=True)
    total = xp.sum(xp.where(kept, ordered, xp.zeros_like(ordered)), axis=-1, keepdims=True)
    return xp.moveaxis(xp.maximum(lines - (total - 1.0) / count, 0.0), -1, axis)


where(sparsemax)(has_axis)


# Among those that are kept the level moves with their mean.
@vjp(sparsemax)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int) -> tuple[Tensor]:
    kept = astype(out > 0.0, g.dtype)
    level = sum(g * kept, axis, keepdims=True) / sum(kept, axis, keepdims=True)
    return (kept * (g - level),)


# Not @typed: what it calls checks the same, and a key is no part of a signature.
def gumbel_softmax(
    logits: Float[Tensor, "*s"], /, key: Key, *, temperature: Number = 1.0, hard: bool = False, axis: int = -1
) -> Float[Tensor, "*s"]:
    """A random choice by `softmax(logits)` that has gradients: the softmax of logits with Gumbel noise.

    With `hard` what comes out is one-hot, and the gradient that of what it was before.

    Raises ValueError if the temperature is not positive.

    Source: Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", 2017.

    >>> tg.gumbel_softmax(tg.asarray([-200.0, 200.0]), tg.random.key(0), hard=True)
    Tensor([0., 1.], dtype=float32)
    """
    if not temperature > 0:
        raise ValueError(f"gumbel_softmax: `temperature` must be positive, got {temperature}")
    if logits.device == "abstract":
        return softmax(logits, axis=axis)
    # Never 0, of which the logarithm is infinite.
    even = uniform(key, logits.shape, low=1e-7, high=1.0 - 1e-7, dtype=logits.dtype, device=logits.device)
    soft = softmax((logits - log(-log(even))) / temperature, axis=axis)
    if not hard:
        return soft
    from typedgrad.ops.rearrange import moveaxis

    chosen = one_hot(argmax(soft, axis=axis), classes=soft.shape[axis], dtype=dtype_name(soft.dtype))
    return moveaxis(chosen, -1, axis) + (soft - stop_gradient(soft))
