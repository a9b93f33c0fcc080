"""The lower and the upper triangle of matrices."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp
from typedgrad.core.tensor import Tensor


@linear
@primitive
def tril(x: Shaped[Tensor, "*b m n"], /, *, k: int = 0) -> Shaped[Tensor, "*b m n"]:
    """Matrices with zeros above their `k`-th diagonal; diagonals above the main one are positive.

    >>> tg.tril(tg.ones((3, 3)))
    Tensor([[1., 0., 0.],
            [1., 1., 0.],
            [1., 1., 1.]], dtype=float32)
    """
    return namespace(x).tril(x, k=k)


@vjp(tril)
def _(g: Tensor, out: Tensor, x: Tensor, *, k: int) -> tuple[Tensor]:
    return (tril(g, k=k),)


@linear
@primitive
def triu(x: Shaped[Tensor, "*b m n"], /, *, k: int = 0) -> Shaped[Tensor, "*b m n"]:
    """Matrices with zeros below their `k`-th diagonal; diagonals above the main one are positive.

    >>> tg.triu(tg.ones((3, 3)))
    Tensor([[1., 1., 1.],
            [0., 1., 1.],
            [0., 0., 1.]], dtype=float32)
    """
    return namespace(x).triu(x, k=k)


@vjp(triu)
def _(g: Tensor, out: Tensor, x: Tensor, *, k: int) -> tuple[Tensor]:
    return (triu(g, k=k),)
