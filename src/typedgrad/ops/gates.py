"""Activations that halve or double an axis."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.activation import logistic, sigmoid
from typedgrad.ops.join import split
from typedgrad.ops.move import concat
from typedgrad.ops.selection import where as select
from typedgrad.shapes import Inconclusive, Shape, Star, axis_index, divides


@primitive
def glu(x: Float[Tensor, "*s"], /, axis: int = -1) -> Float[Tensor, "*half"]:
    """The first half of an axis, times the sigmoid of the second.

    Raises ShapeError if the axis cannot be halved.

    Source: Dauphin, Fan, Auli and Grangier, "Language modeling with gated convolutional networks", 2017.

    >>> tg.glu(tg.asarray([2.0, 3.0, 0.0, 200.0]))
    Tensor([1., 3.], dtype=float32)
    """
    a, b = _halves(x, axis)
    return a * logistic(namespace(x), b)


@where(glu)
def _(s: Shape, axis: int) -> dict[str, Shape]:
    place = axis_index(s, axis)
    n = s[place]
    if isinstance(n, Star):
        raise Inconclusive("the axis is not known")
    divides(2, n, f"axis {axis} must be even, to be halved")
    return {"half": (*s[:place], n // 2, *s[place + 1 :])}


@vjp(glu)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int) -> tuple[Tensor]:
    a, b = split(x, 2, axis=axis)
    gate = sigmoid(b)
    return (concat((g * gate, g * a * gate * (1.0 - gate)), axis=axis),)


@primitive
def crelu(x: Float[Tensor, "*s"], /, axis: int = 1) -> Float[Tensor, "*double"]:
    """`relu(x)`, and behind it along an axis `relu(-x)`, so that nothing is lost.

    Source: Shang, Sohn, Almeida and Lee, "Understanding and improving convolutional neural networks via concatenated
    rectified linear units", 2016.

    >>> tg.crelu(tg.asarray([[-1.0, 2.0]]))
    Tensor([[0., 2., 1., 0.]], dtype=float32)
    """
    xp = namespace(x)
    return xp.concat((xp.maximum(x, 0.0), xp.maximum(-x, 0.0)), axis=axis)


@where(crelu)
def _(s: Shape, axis: int) -> dict[str, Shape]:
    place = axis_index(s, axis)
    n = s[place]
    if isinstance(n, Star):
        raise Inconclusive("the axis is not known")
    return {"double": (*s[:place], 2 * n, *s[place + 1 :])}


@vjp(crelu)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int) -> tuple[Tensor]:
    a, b = split(g, 2, axis=axis)
    return (select(x > 0.0, a, 0.0) - select(x < 0.0, b, 0.0),)


def _halves(x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    half = x.shape[axis] // 2
    before = (slice(None),) * (axis % len(x.shape))
    after = (slice(None),) * (len(x.shape) - len(before) - 1)
    return x[(*before, slice(0, half), *after)], x[(*before, slice(half, 2 * half), *after)]
