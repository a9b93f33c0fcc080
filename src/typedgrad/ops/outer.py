"""All products of an element of one and an element of the other."""

from __future__ import annotations

from jaxtyping import Num

from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.contraction import einsum
from typedgrad.ops.move import expand_dims, reshape


@typed
def outer(x1: Num[Tensor, "m"], x2: Num[Tensor, "n"], /) -> Num[Tensor, "m n"]:
    """All products of an element of `x1` and one of `x2`.

    >>> tg.outer(tg.asarray([1, 2]), tg.asarray([10, 20]))
    Tensor([[10, 20],
            [20, 40]], dtype=int64)
    """
    return expand_dims(x1, axis=-1) * x2


@typed
def kron(x1: Num[Tensor, "*#b m n"], x2: Num[Tensor, "*#b p q"], /) -> Num[Tensor, "*#b m*p n*q"]:
    """Kronecker products of matrices: a copy of `x2` for every element of `x1`, multiplied by it.

    >>> tg.kron(tg.asarray([[1, 2]]), tg.asarray([[1], [1]]))
    Tensor([[1, 2],
            [1, 2]], dtype=int64)
    """
    blocks = einsum((x1, x2), subscripts="...mn,...pq->...mpnq")
    return reshape(blocks, (*blocks.shape[:-4], x1.shape[-2] * x2.shape[-2], x1.shape[-1] * x2.shape[-1]))
