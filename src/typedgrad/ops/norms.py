"""Norms of vectors and matrices. Their gradients are 0 where the norm is, and shared evenly by equal extremes."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from jaxtyping import Float, Inexact

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import dtype, elementwise, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.arithmetic import abs, sign
from typedgrad.ops.axes import Axis, axes_of
from typedgrad.ops.like import zeros_like
from typedgrad.ops.matmul import matmul
from typedgrad.ops.move import expand_dims, permute_dims
from typedgrad.ops.power import power
from typedgrad.ops.reduce import kept, max, min, reduced_shape, refuse_empty, sum
from typedgrad.ops.svd import svd
from typedgrad.shapes import Shape

# beartype takes a float for no int, and an int for no float.
Order: TypeAlias = int | float
MatrixOrder: TypeAlias = Literal["fro", "nuc"] | int | float


@elementwise(lambda g, out, x: -g * out * out)
def reciprocal_or_zero(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`1 / x`, and 0 where `x` is 0.

    >>> from typedgrad.ops.norms import reciprocal_or_zero
    >>> reciprocal_or_zero(tg.asarray([0.0, 4.0]))
    Tensor([0.  , 0.25], dtype=float32)
    """
    xp = namespace(x)
    zero = x == 0
    return xp.where(zero, x, 1 / xp.where(zero, xp.ones_like(x), x))


@primitive
def vector_norm(
    x: Inexact[Tensor, "*s"], /, *, axis: Axis = None, keepdims: bool = False, ord: Order = 2
) -> Float[Tensor, "*reduced"]:
    """The p-norm, p = `ord`, of the vectors along `axis`; of all elements together if it is None or has several axes.

    1 is the sum of absolute values, 2 the Euclidean norm, infinity and -infinity the largest and the smallest absolute
    value, and 0 the number of elements that are not 0.

    Raises:
        ValueError: for an infinite `ord` if there are no elements.

    >>> tg.linalg.vector_norm(tg.asarray([[3.0, 4.0], [0.0, 0.0]]), axis=1)
    Tensor([5., 0.], dtype=float32)
    """
    xp = namespace(x)
    size = xp.abs(x)
    if math.isinf(ord):
        refuse_empty("vector_norm", x.shape, axis)
        return (xp.max if ord > 0 else xp.min)(size, axis=axis, keepdims=keepdims)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, axis=axis, keepdims=keepdims))
    if ord == 1:
        return xp.sum(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return xp.sum(xp.astype(size != 0, size.dtype), axis=axis, keepdims=keepdims)
    return xp.sum(size**ord, axis=axis, keepdims=keepdims) ** (1 / ord)


where(vector_norm)(reduced_shape)
dtype(vector_norm)(real_part)


@vjp(vector_norm)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, keepdims: bool, ord: Order) -> tuple[Tensor]:
    g, out = kept(g, x.shape, axis), kept(out, x.shape, axis)
    if ord == 2:
        return (g * (x * reciprocal_or_zero(out)),)
    if ord == 1:
        return (g * sign(x),)
    if ord == 0:
        return (zeros_like(x),)
    if math.isinf(ord):
        return (g * sign(x) * _share(abs(x), out, axis),)
    # d(sum |x|^p)^(1/p) = sum (|x| / norm)^(p-1) sign(x) dx
    return (g * sign(x) * power(abs(x) * reciprocal_or_zero(out), ord - 1),)


def _share(x: Tensor, extreme: Tensor, axis: Axis) -> Tensor:
    """1 where an element is the extreme one; split evenly if several are."""
    chosen = astype(x == extreme, x.dtype)
    return chosen / sum(chosen, axis, keepdims=True)


@primitive
def matrix_norm(
    x: Inexact[Tensor, "*b m n"], /, *, keepdims: bool = False, ord: MatrixOrder = "fro"
) -> Float[Tensor, "*norms"]:
    """A norm of every matrix of a stack.

    `"fro"` is that of all elements as one vector and `"nuc"` the sum of the singular values; 2 and -2 are the largest
    and the smallest singular value, 1 and -1 the largest and the smallest sum of the absolute values in a column,
    infinity and -infinity the same for rows.

    Raises:
        ValueError: for another `ord`, and for an extreme of matrices without elements.

    >>> tg.linalg.matrix_norm(tg.asarray([[3.0, 0.0], [0.0, 4.0]]), ord="nuc")
    Tensor(7., dtype=float32)
    """
    xp = namespace(x)
    if ord == "fro":
        size = xp.abs(x) if xp.isdtype(x.dtype, "complex floating") else x
        return xp.sqrt(xp.sum(size * size, axis=(-2, -1), keepdims=keepdims))
    if ord in ("nuc", 2, -2):
        s = xp.linalg.svdvals(x)
        if ord == "nuc":
            out = xp.sum(s, axis=-1, keepdims=keepdims)
        else:
            refuse_empty("matrix_norm", s.shape, -1)
            out = (xp.max if ord == 2 else xp.min)(s, axis=-1, keepdims=keepdims)
        return xp.expand_dims(out, axis=-1) if keepdims else out
    sums = xp.sum(xp.abs(x), axis=_summed(ord), keepdims=True)
    refuse_empty("matrix_norm", sums.shape, (-2, -1))
    return (xp.min if ord in (-1, -math.inf) else xp.max)(sums, axis=(-2, -1), keepdims=keepdims)


def _summed(ord: MatrixOrder) -> int:
    """The axis over which absolute values are added up."""
    if ord in (1, -1):
        return -2
    if ord in (math.inf, -math.inf):
        return -1
    raise ValueError(f"matrix_norm: ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, not {ord!r}")


dtype(matrix_norm)(real_part)


@where(matrix_norm)
def _(b: Shape, keepdims: bool) -> dict[str, Shape]:
    return {"norms": (*b, 1, 1) if keepdims else b}


@vjp(matrix_norm)
def _(g: Tensor, out: Tensor, x: Tensor, *, keepdims: bool, ord: MatrixOrder) -> tuple[Tensor]:
    g, out = kept(g, x.shape, (-2, -1)), kept(out, x.shape, (-2, -1))
    if ord == "fro":
        return (g * (x * reciprocal_or_zero(out)),)
    if ord in ("nuc", 2, -2):
        u, s, vh = svd(x, full_matrices=False)
        if ord != "nuc":  # the singular values as they are here: computed with the vectors, they may differ in rounding
            extreme = (max if ord == 2 else min)(s, -1, keepdims=True)
            u = u * expand_dims(_share(s, extreme, -1), axis=-2)
        return (g * matmul(u, vh),)
    sums = sum(abs(x), _summed(ord), keepdims=True)
    return (g * sign(x) * _share(sums, out, (-2, -1)),)


# Not @typed: what it calls checks the same, and verdicts on tuples such as `axis` could not be remembered.
def norm(
    x: Inexact[Tensor, "..."], /, *, ord: MatrixOrder | None = None, axis: Axis = None, keepdims: bool = False
) -> Float[Tensor, "..."]:
    """The norm of a vector or matrix, whichever `axis` and `ord` describe.

    Without `ord` it is the Euclidean norm of all elements along `axis`. With it, one axis means vectors
    (`vector_norm`), and two axes, or none for a tensor that has two, mean matrices (`matrix_norm`).

    Raises:
        ValueError: for an `ord` that the norm does not have.

    >>> tg.linalg.norm(tg.asarray([[3.0, 0.0], [0.0, 4.0]]))
    Tensor(5., dtype=float32)
    >>> tg.linalg.norm(tg.asarray([[3.0, 0.0], [0.0, 4.0]]), ord=2)
    Tensor(4., dtype=float32)
    """
    if ord is None:
        return vector_norm(x, axis=axis, keepdims=keepdims)
    pair = axes_of(x.shape, axis)
    if len(pair) != 2:
        if isinstance(ord, str):
            raise ValueError(f"norm: ord={ord!r} is one of matrices, which have two axes; got {len(pair)}")
        return vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)
    rows, columns = axis if isinstance(axis, tuple) else pair
    rows, columns = rows % x.ndim, columns % x.ndim
    x = permute_dims(x, (*(i for i in range(x.ndim) if i not in pair), rows, columns))
    out = matrix_norm(x, ord=ord)
    if keepdims:
        for i in pair:
            out = expand_dims(out, axis=i)
    return out
