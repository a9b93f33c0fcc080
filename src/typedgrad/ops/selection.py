"""Choosing between elements: by a condition, or the larger, or the smaller."""

from __future__ import annotations

from jaxtyping import Bool, Real, Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import direct, elementwise
from typedgrad.core.tensor import Scalar, Tensor, xp_of
from typedgrad.core.typed import typed


def _if_true(g: Tensor, out: Tensor, condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return where(condition, g, 0.0)


def _if_false(g: Tensor, out: Tensor, condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return where(condition, 0.0, g)


# The condition is a bool, which nothing differentiates: its entry is there to be counted.
@elementwise(lambda g, out, condition, x, y: g, _if_true, _if_false)
def where(
    condition: Bool[Tensor, "*#s"], x1: Shaped[Tensor, "*#s"] | Scalar, x2: Shaped[Tensor, "*#s"] | Scalar, /
) -> Shaped[Tensor, "*#s"]:
    """`x1` where `condition` is true, `x2` elsewhere.

    >>> tg.where(tg.asarray([True, False]), tg.asarray([1.0, 2.0]), 0.0)
    Tensor([1., 0.], dtype=float32)
    """
    # In rules on raw arrays numbers come as they are, which libraries know only since the edition of 2024.
    if x1.__class__ is float:
        x1 = xp_of(x2).asarray(x1, dtype=x2.dtype)  # type: ignore[union-attr]  # the other one is an array then
    elif x2.__class__ is float:
        x2 = xp_of(x1).asarray(x2, dtype=x1.dtype)  # type: ignore[union-attr]  # as above
    return namespace(condition).where(condition, x1, x2)


def _won(g: Tensor, *, wins: Tensor, ties: Tensor) -> Tensor:
    """The share of a cotangent that goes to one of two: all, half, or nothing."""
    return where(wins, g, where(ties, 0.5 * g, 0.0))


@direct
@elementwise(
    lambda g, out, x, y: _won(g, wins=x > y, ties=x == y),
    lambda g, out, x, y: _won(g, wins=y > x, ties=x == y),
)
def maximum(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Real[Tensor, "*#s"]:
    """The larger of the two; NaN if one is NaN. The gradient of equal ones is split evenly.

    >>> tg.maximum(tg.asarray([1.0, 5.0]), 3)
    Tensor([3., 5.], dtype=float32)
    """
    return xp_of(x1).maximum(x1, x2)


@direct
@elementwise(
    lambda g, out, x, y: _won(g, wins=x < y, ties=x == y),
    lambda g, out, x, y: _won(g, wins=y < x, ties=x == y),
)
def minimum(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Real[Tensor, "*#s"]:
    """The smaller of the two; NaN if one is NaN. The gradient of equal ones is split evenly.

    >>> tg.minimum(tg.asarray([1.0, 5.0]), 3)
    Tensor([1., 3.], dtype=float32)
    """
    return xp_of(x1).minimum(x1, x2)


@typed
def clip(
    x: Real[Tensor, "*#s"],
    /,
    min: Real[Tensor, "*#s"] | Scalar | None = None,
    max: Real[Tensor, "*#s"] | Scalar | None = None,
) -> Real[Tensor, "*#s"]:
    """`minimum(maximum(x, min), max)`: `x` brought into a range, which is open where a bound is missing.

    >>> tg.clip(tg.asarray([-2.0, 0.5, 2.0]), min=-1, max=1)
    Tensor([-1. ,  0.5,  1. ], dtype=float32)
    """
    if min is not None:
        x = maximum(x, min)
    return x if max is None else minimum(x, max)
