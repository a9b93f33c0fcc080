"""Determinants."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float, Inexact

from typedgrad.backends import namespace
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import dtype, primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import expand_dims
from typedgrad.ops.reduce import sum
from typedgrad.ops.solving import inv


@primitive
def det(x: Inexact[Tensor, "*b n n"], /) -> Inexact[Tensor, "*b"]:
    """The determinant of every matrix of a stack. Its gradient exists for singular matrices too.

    Raises ValueError for the gradient of the gradient of a singular matrix.

    >>> tg.linalg.det(tg.asarray([[2.0, 0.0], [0.0, 4.0]]))
    Tensor(8., dtype=float32)
    """
    return namespace(x).linalg.det(x)


@vjp(det)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (_per_matrix(g) * cofactors(x),)


def _per_matrix(g: Tensor) -> Tensor:
    return expand_dims(expand_dims(g, axis=-1), axis=-1)


@primitive
def cofactors(x: Float[Tensor, "*b n n"], /) -> Float[Tensor, "*b n n"]:
    """The derivative of the determinant by every element: `det(x) * inv(x).mT`, which singular matrices have too.

    >>> from typedgrad.ops.determinants import cofactors
    >>> cofactors(tg.asarray([[1.0, 0.0], [0.0, 0.0]]))
    Tensor([[0., 0.],
            [0., 1.]], dtype=float32)
    """
    # The cofactors of a product are the product of the cofactors. Those of an orthogonal matrix are the matrix itself
    # times its determinant, those of a diagonal one the products of all other elements.
    xp = namespace(x)
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    n = s.shape[-1]
    itself = xp.eye(n, dtype=xp.bool, device=x.device)
    others = xp.where(itself, xp.ones((), dtype=x.dtype, device=x.device), xp.expand_dims(s, axis=-2))
    scale = xp.prod(others, axis=-1, dtype=x.dtype) * xp.expand_dims(xp.linalg.det(u) * xp.linalg.det(vh), axis=-1)
    return xp.matmul(u * xp.expand_dims(scale, axis=-2), vh)


# C = det(X) X'^-1, so dC = <C, dX> X'^-1 - X'^-1 dX' C (Giles 2008, 2.2.3 and 2.2.4).


@vjp(cofactors)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    inverse = matrix_transpose(inv(x))
    along = sum(g * inverse, axis=(-2, -1), keepdims=True)
    return (along * out - matmul(out, matmul(matrix_transpose(g), inverse)),)


class SlogDet(NamedTuple):
    """What `slogdet` gives.

    >>> tg.linalg.slogdet(tg.eye(2)).logabsdet
    Tensor(0., dtype=float32)
    """

    sign: Inexact[Tensor, "*b"]
    logabsdet: Float[Tensor, "*b"]


@primitive
def slogdet(x: Inexact[Tensor, "*b n n"], /) -> SlogDet:
    """The sign of the determinant of every matrix of a stack, and the logarithm of its absolute value.

    The gradient of a singular matrix, whose logarithm is minus infinity, raises ValueError.

    >>> tg.linalg.slogdet(tg.asarray([[0.0, 1.0], [1.0, 0.0]]))
    SlogDet(sign=Tensor(-1., dtype=float32), logabsdet=Tensor(0., dtype=float32))
    """
    return SlogDet(*namespace(x).linalg.slogdet(x))


@dtype(slogdet)
def _(x: str) -> tuple[str, str]:
    return x, real_part(x)


@vjp(slogdet)
def _(g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], x: Tensor) -> tuple[Tensor]:
    return (_per_matrix(g[1]) * matrix_transpose(inv(x)),)
