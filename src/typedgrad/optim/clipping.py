"""Gradient transforms that keep gradients from becoming too large."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from typedgrad.backends import namespace
from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.optim import hyper
from typedgrad.optim.walk import boxed, raw

if TYPE_CHECKING:
    from collections.abc import Callable

P = TypeVar("P")


@dataclass(frozen=True)
class ClipGlobalNorm:
    """See `clip_global_norm`."""

    max_norm: float

    def __post_init__(self) -> None:
        hyper.check("clip_global_norm", "max_norm", self.max_norm, "positive", schedule=False)

    def __call__(self, grads: P, /) -> P:
        """The gradients to use instead."""
        norm = global_norm(grads)
        if norm <= self.max_norm:
            return grads
        if not math.isfinite(norm):
            raise FloatingPointError(f"clip_global_norm: the gradient {_not_finite(grads)}; no scale can mend that")
        scale = float(self.max_norm) / norm
        return _each(grads, lambda g: g * scale)


@dataclass(frozen=True)
class ClipValue:
    """See `clip_value`."""

    max_value: float

    def __post_init__(self) -> None:
        hyper.check("clip_value", "max_value", self.max_value, "positive", schedule=False)

    def __call__(self, grads: P, /) -> P:
        """The gradients to use instead."""
        limit = float(self.max_value)
        return _each(grads, lambda g: namespace(g).clip(g, -limit, limit))


def clip_global_norm(max_norm: float) -> ClipGlobalNorm:
    """Gradients scaled down together, so that the root of the sum of all their squares is at most `max_norm`.

    Smaller gradients are left as they are. Source: Pascanu, Mikolov and Bengio, "On the difficulty of training
    recurrent neural networks", 2013, algorithm 1.

    Raises:
        ValueError: if `max_norm` is not positive.
        FloatingPointError: from the transform, if a gradient is NaN or infinite; names the first such leaf.

    >>> tg.optim.clip_global_norm(1.0)({"a": tg.asarray([3.0]), "b": tg.asarray([4.0])})
    {'a': Tensor([0.6], dtype=float32), 'b': Tensor([0.8], dtype=float32)}
    """
    return ClipGlobalNorm(max_norm)


def clip_value(max_value: float) -> ClipValue:
    """Every element of every gradient brought into [-max_value, max_value]. NaN stays NaN.

    Raises ValueError if `max_value` is not positive.

    >>> tg.optim.clip_value(1.0)(tg.asarray([0.5, -3.0]))
    Tensor([ 0.5, -1. ], dtype=float32)
    """
    return ClipValue(max_value)


def global_norm(tree: object) -> float:
    """The root of the sum of all squares of a tree of tensors, in double precision across the leaves.

    >>> tg.optim.global_norm({"a": tg.asarray([3.0]), "b": tg.asarray([4.0])})
    5.0
    """
    arrays = [raw(x) for x in flatten(tree)[0] if has_values(x)]
    with np.errstate(over="ignore"):
        norm = math.sqrt(sum(_squares(a) for a in arrays))
    if math.isfinite(norm):
        return norm
    # Squares overflow long before the numbers do.
    largest = max((float(namespace(a).max(namespace(a).abs(a))) for a in arrays if 0 not in a.shape), default=0.0)
    if not math.isfinite(largest):
        return largest
    return largest * math.sqrt(sum(_squares(a / largest) for a in arrays))


def _squares(a: Tensor) -> float:
    """The sum of the squares of an array: a dot product, which needs no room for the squares."""
    flat = namespace(a).reshape(a, (-1,))
    return float(flat @ flat)


def has_values(leaf: object) -> bool:
    """Whether a leaf is a tensor of more than a shape."""
    return isinstance(leaf, Tensor) and leaf.device != "abstract"


def _each(tree: P, change: Callable[[Tensor], Tensor]) -> P:
    """The tree with its raw arrays changed; leaves that hold no values stay as they are."""
    leaves, structure = flatten(tree)
    made: P = unflatten(structure, [boxed(change(raw(x)), x) if has_values(x) else x for x in leaves])
    return made


def _not_finite(grads: object) -> str:
    for path, g in leaves_with_paths(grads):
        if has_values(g):
            xp = namespace(raw(g))
            if bool(xp.any(xp.isnan(raw(g)))):
                return f"of `{path}` has NaN" if path else "has NaN"
            if bool(xp.any(xp.isinf(raw(g)))):
                return f"of `{path}` is infinite" if path else "is infinite"
    return "is not finite"
