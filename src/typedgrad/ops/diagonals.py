"""Diagonals of matrices: read, summed, written. `offset` counts them up from the main diagonal, down if negative."""

from __future__ import annotations

from jaxtyping import Num, Shaped

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import DTypeLike, native
from typedgrad.core.primitive import dtype as dtype_rule
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.like import ones_like
from typedgrad.ops.move import expand_dims
from typedgrad.ops.reduce import accumulated
from typedgrad.shapes import Dim, maximum, minimum, same


@linear
@primitive
def diagonal(x: Shaped[Tensor, "*b m n"], /, *, offset: int = 0) -> Shaped[Tensor, "*b k"]:
    """A diagonal of every matrix of a stack.

    >>> tg.diagonal(tg.asarray([[1, 2], [3, 4]]))
    Tensor([1, 4], dtype=int64)
    """
    return namespace(x).linalg.diagonal(x, offset=offset)


def _length(m: Dim, n: Dim, offset: int) -> Dim:
    """How many elements a diagonal of an m by n matrix has."""
    if offset == 0:
        return minimum(m, n)
    return maximum(0, minimum(m, n - offset) if offset > 0 else minimum(m + offset, n))


@where(diagonal)
def _(m: Dim, n: Dim, offset: int) -> dict[str, Dim]:
    return {"k": _length(m, n, offset)}


@vjp(diagonal)
def _(g: Tensor, out: Tensor, x: Tensor, *, offset: int) -> tuple[Tensor]:
    m, n = x.shape[-2:]
    return (diag(g, offset=offset, shape=(m, n)),)


@linear
@primitive
def diag(
    x: Shaped[Tensor, "*b k"], /, *, offset: int = 0, shape: tuple[int, int] | None = None
) -> Shaped[Tensor, "*b m n"]:
    """Matrices that are zero but for a diagonal, one for each vector of a stack. The inverse of `diagonal`.

    Args:
        x: the diagonals.
        offset: which diagonal it is.
        shape: the numbers of rows and columns; those of the smallest square that has the diagonal by default.

    >>> tg.diag(tg.asarray([1, 2]), offset=1)
    Tensor([[0, 1, 0],
            [0, 0, 2],
            [0, 0, 0]], dtype=int64)
    """
    xp = namespace(x)
    k = x.shape[-1]
    m, n = shape or (k + abs(offset),) * 2
    # Row after row in one line, neighbours on a diagonal are n + 1 places apart.
    lines = xp.zeros((*x.shape[:-1], m * n), dtype=x.dtype, device=x.device)
    if k:
        first = offset if offset >= 0 else -offset * n
        lines[..., first : first + (k - 1) * (n + 1) + 1 : n + 1] = x  # type: ignore[index]  # bodies see arrays
    return xp.reshape(lines, (*x.shape[:-1], m, n))


@where(diag)
def _(k: Dim, offset: int, shape: tuple[Dim, Dim] | None) -> dict[str, Dim]:
    if shape is None:
        return {"m": k + abs(offset), "n": k + abs(offset)}
    m, n = shape
    same(k, _length(m, n, offset), f"diagonal {offset} of [{m} {n}] does not have the size of `x`")
    return {"m": m, "n": n}


@vjp(diag)
def _(g: Tensor, out: Tensor, x: Tensor, *, offset: int, shape: tuple[int, int] | None) -> tuple[Tensor]:
    return (diagonal(g, offset=offset),)


@linear
@primitive
def trace(x: Num[Tensor, "*b m n"], /, *, offset: int = 0, dtype: DTypeLike | None = None) -> Num[Tensor, "*b"]:
    """The sum of a diagonal, for every matrix of a stack. Small integers are added up as 64-bit integers.

    >>> tg.linalg.trace(tg.asarray([[1.0, 2.0], [3.0, 4.0]]))
    Tensor(5., dtype=float32)
    """
    xp = namespace(x)
    elements = xp.linalg.diagonal(x, offset=offset)
    return xp.sum(elements, axis=-1, dtype=None if dtype is None else native(xp, dtype))


@dtype_rule(trace)
def _(x: str, dtype: DTypeLike | None) -> str:
    return accumulated(x, dtype)


@vjp(trace)
def _(g: Tensor, out: Tensor, x: Tensor, *, offset: int, dtype: DTypeLike | None) -> tuple[Tensor]:
    m, n = x.shape[-2:]
    every = expand_dims(expand_dims(astype(g, x.dtype), axis=-1), axis=-1)
    ones = diag(diagonal(ones_like(x), offset=offset), offset=offset, shape=(m, n))
    return (every * ones,)
