"""Exponentials beside each other: `softmax` and the logarithms of sums of exponentials, safe from overflow."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import direct, elementwise, primitive, vjp, where
from typedgrad.core.tensor import Scalar, Tensor, xp_of
from typedgrad.ops import selection
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.axes import Axis, reduced
from typedgrad.ops.elementwise import exp
from typedgrad.ops.floating import isinf
from typedgrad.ops.logic import logical_and
from typedgrad.ops.reduce import count, kept, reduced_shape, sum
from typedgrad.shapes import Inconclusive, Shape, axis_index

if TYPE_CHECKING:
    from typedgrad.backends import Namespace


@primitive
def softmax(x: Float[Tensor, "*s"], /, axis: int = -1) -> Float[Tensor, "*s"]:
    """Probabilities proportional to `exp(x)` along `axis`. NaN where every `x` is -inf: there is nothing to divide by.

    An axis without elements stays without; so it does for `log_softmax`.

    >>> tg.softmax(tg.asarray([0.0, 0.0, -float("inf")]))
    Tensor([0.5, 0.5, 0. ], dtype=float32)
    """
    xp = namespace(x)
    if 0 in x.shape:
        return xp.zeros_like(x)
    e = xp.exp(x - top(xp, x, axis))
    return e / xp.sum(e, axis=axis, keepdims=True)


# With p = softmax(x): dp_i / dx_j = p_i (δ_ij - p_j)
@vjp(softmax)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int) -> tuple[Tensor]:
    return (out * (g - sum(g * out, axis, keepdims=True)),)


@primitive
def log_softmax(x: Float[Tensor, "*s"], /, axis: int = -1) -> Float[Tensor, "*s"]:
    """`log(softmax(x))`, which keeps its digits where a probability is next to nothing.

    >>> tg.log_softmax(tg.asarray([0.0, -200.0]))
    Tensor([   0., -200.], dtype=float32)
    """
    xp = namespace(x)
    if 0 in x.shape:
        return xp.zeros_like(x)
    shifted = x - top(xp, x, axis)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True))


@vjp(log_softmax)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int) -> tuple[Tensor]:
    return (g - exp(out) * sum(g, axis, keepdims=True),)


def has_axis(s: Shape, axis: int) -> dict[str, Shape]:
    """The `where` rule of ops along one axis that keep the shape."""
    with contextlib.suppress(Inconclusive):  # the result has the shape of the argument, whatever the axis
        axis_index(s, axis)
    return {}


where(softmax)(has_axis)
where(log_softmax)(has_axis)


@primitive
def logsumexp(x: Float[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False) -> Float[Tensor, "*reduced"]:
    """`log(sum(exp(x)))`; -inf if there are no elements, or none but -inf.

    >>> tg.logsumexp(tg.asarray([[300.0, 0.0], [0.0, 300.0]]), axis=1)
    Tensor([300., 300.], dtype=float32)
    """
    xp = namespace(x)
    shape = reduced(x.shape, axis, keepdims=keepdims)
    if count(x.shape, axis) == 0:
        return xp.full(shape, -math.inf, dtype=x.dtype)
    shift = top(xp, x, axis)
    total = xp.sum(xp.exp(x - shift), axis=axis, keepdims=True)
    # The largest term is 1, unless all are exp(-inf).
    nothing = total == 0.0
    out = xp.log(xp.where(nothing, xp.asarray(1.0, dtype=x.dtype), total)) + shift
    return xp.reshape(xp.where(nothing, xp.asarray(-math.inf, dtype=x.dtype), out), shape)


where(logsumexp)(reduced_shape)


# The gradient is softmax(x); 0 where every x is -inf.
@vjp(logsumexp)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, keepdims: bool) -> tuple[Tensor]:
    whole = kept(out, x.shape, axis)
    return (kept(g, x.shape, axis) * exp(x - selection.where(whole == -math.inf, 0.0, whole)),)


def top(xp: Namespace[Tensor], x: Tensor, axis: Axis) -> Tensor:
    """The largest `x` along `axis`, to be subtracted from all of them; 0 where that would be infinite."""
    largest = xp.max(x, axis=axis, keepdims=True)
    return xp.where(xp.isfinite(largest), largest, xp.asarray(0.0, dtype=x.dtype))


def _share(g: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """exp(x) / (exp(x) + exp(y)) = sigmoid(x - y); infinities of the same sign share evenly."""
    alike = logical_and(x == y, isinf(x))
    return g * sigmoid(selection.where(alike, 0.0, x) - selection.where(alike, 0.0, y))


@direct
@elementwise(lambda g, out, x, y: _share(g, x, y), lambda g, out, x, y: _share(g, y, x))
def logaddexp(x1: Float[Tensor, "*#s"] | Scalar, x2: Float[Tensor, "*#s"] | Scalar, /) -> Float[Tensor, "*#s"]:
    """`log(exp(x1) + exp(x2))`, a smooth `maximum`.

    >>> tg.logaddexp(tg.asarray([300.0, 0.0]), 200.0)
    Tensor([300., 200.], dtype=float32)
    """
    return xp_of(x1).logaddexp(x1, x2)
