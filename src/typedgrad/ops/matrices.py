"""Matrices transposed."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp
from typedgrad.core.tensor import Tensor


@linear
@primitive
def matrix_transpose(x: Shaped[Tensor, "*b m n"], /) -> Shaped[Tensor, "*b n m"]:
    """Every matrix of a stack with its last two axes swapped; also written `x.mT`.

    >>> tg.matrix_transpose(tg.asarray([[1, 2], [3, 4]]))
    Tensor([[1, 3],
            [2, 4]], dtype=int64)
    """
    return namespace(x).matrix_transpose(x)


@vjp(matrix_transpose)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (matrix_transpose(g),)
