"""All products of an element of one and an element of the other."""

from __future__ import annotations

from jaxtyping import Num

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import unbroadcast
from typedgrad.core.primitive import jvp, primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.contraction import einsum
from typedgrad.ops.move import reshape


@primitive
def outer(x1: Num[Tensor, "m"], x2: Num[Tensor, "n"], /) -> Num[Tensor, "m n"]:
    """All products of an element of `x1`, which says the row, and one of `x2`.

    >>> tg.outer(tg.asarray([1, 2]), tg.asarray([10, 20]))
    Tensor([[10, 20],
            [20, 40]], dtype=int64)
    """
    return namespace(x1).expand_dims(x1, axis=-1) * x2


@vjp(outer, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return g @ x2


@vjp(outer, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return x1 @ g


@jvp(outer)
def _(t1: Tensor | None, t2: Tensor | None, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    parts = [outer(a, b) for a, b in ((t1, x2), (x1, t2)) if a is not None and b is not None]
    return sum(parts[1:], parts[0])


@primitive
def kron(x1: Num[Tensor, "*#b m n"], x2: Num[Tensor, "*#b p q"], /) -> Num[Tensor, "*#b m*p n*q"]:
    """Kronecker products of matrices: a copy of `x2` for every element of `x1`, multiplied by it.

    >>> tg.kron(tg.asarray([[1, 2]]), tg.asarray([[1], [1]]))
    Tensor([[1, 2],
            [1, 2]], dtype=int64)
    """
    xp = namespace(x1)
    (m, n), (p, q) = x1.shape[-2:], x2.shape[-2:]
    left = xp.reshape(x1, (*x1.shape[:-2], m, 1, n, 1))
    blocks = left * xp.reshape(x2, (*x2.shape[:-2], 1, p, 1, q))
    return xp.reshape(blocks, (*blocks.shape[:-4], m * p, n * q))


def _blocks(g: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    """The cotangent of the products, still with an axis for each of those of the factors."""
    (m, n), (p, q) = x1.shape[-2:], x2.shape[-2:]
    return reshape(g, (*g.shape[:-2], m, p, n, q))


@vjp(kron, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return unbroadcast(einsum((_blocks(g, x1, x2), x2), subscripts="...mpnq,...pq->...mn"), x1.shape)


@vjp(kron, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return unbroadcast(einsum((_blocks(g, x1, x2), x1), subscripts="...mpnq,...mn->...pq"), x2.shape)


@jvp(kron)
def _(t1: Tensor | None, t2: Tensor | None, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    parts = [kron(a, b) for a, b in ((t1, x2), (x1, t2)) if a is not None and b is not None]
    return sum(parts[1:], parts[0])
