"""Matrices seen in another way: transposed, or without what lies above or below a diagonal."""

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


@linear
@primitive
def tril(x: Shaped[Tensor, "*b m n"], /, *, k: int = 0) -> Shaped[Tensor, "*b m n"]:
    """The lower triangle of every matrix of a stack, with zeros above it.

    `k` counts diagonals up from the main one, which is the last that is kept.

    >>> tg.tril(tg.asarray([[1, 2], [3, 4]]))
    Tensor([[1, 0],
            [3, 4]], dtype=int64)
    """
    return namespace(x).tril(x, k=k)


@vjp(tril)
def _(g: Tensor, out: Tensor, x: Tensor, *, k: int) -> tuple[Tensor]:
    return (tril(g, k=k),)


@linear
@primitive
def triu(x: Shaped[Tensor, "*b m n"], /, *, k: int = 0) -> Shaped[Tensor, "*b m n"]:
    """The upper triangle of every matrix of a stack, with zeros below it.

    `k` counts diagonals up from the main one, which is the first that is kept.

    >>> tg.triu(tg.asarray([[1, 2], [3, 4]]), k=1)
    Tensor([[0, 2],
            [0, 0]], dtype=int64)
    """
    return namespace(x).triu(x, k=k)


@vjp(triu)
def _(g: Tensor, out: Tensor, x: Tensor, *, k: int) -> tuple[Tensor]:
    return (triu(g, k=k),)
