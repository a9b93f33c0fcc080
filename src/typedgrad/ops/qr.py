"""Orthonormal columns times a triangle."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import concat
from typedgrad.ops.solving import solve
from typedgrad.ops.triangle import tril
from typedgrad.shapes import Dim, minimum


@primitive
def qr(
    x: Float[Tensor, "*b m n"], /, *, mode: Literal["reduced", "complete"] = "reduced"
) -> tuple[Float[Tensor, "*b m k"], Float[Tensor, "*b k n"]]:
    """`q`, whose columns are orthonormal, and `r`, which is upper triangular, with `q @ r == x`.

    `mode="complete"` adds columns to `q` until it is square. They are arbitrary and have no gradients.

    Raises:
        ValueError: for the gradient of `mode="complete"` if there are more rows than columns, and for that of matrices
            whose first columns depend on each other.

    >>> q, r = tg.linalg.qr(tg.asarray([[0.0, 2.0], [1.0, 0.0]]))
    >>> tg.abs(r)
    Tensor([[1., 0.],
            [0., 2.]], dtype=float32)
    """
    q, r = namespace(x).linalg.qr(x, mode=mode)
    return q, r


@where(qr)
def _(m: Dim, n: Dim, mode: str) -> dict[str, Dim]:
    return {"k": minimum(m, n) if mode == "reduced" else m}


@vjp(qr)
def _(g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], x: Tensor, *, mode: str) -> tuple[Tensor]:
    (q, r), (gq, gr) = out, g
    m, n = x.shape[-2:]
    if m >= n:
        if mode == "complete" and m > n:
            raise ValueError(
                f'qr: the columns that mode="complete" adds for {m} by {n} matrices are arbitrary '
                'and have no gradient; pass mode="reduced"'
            )
        return (_pull_tall(gq, gr, q, r),)
    # The first m columns are decomposed, X = Q U; the others, Y, are only turned: V = Q' Y.
    first = _pull_tall(gq + matmul(x[..., m:], matrix_transpose(gr[..., m:])), gr[..., :m], q, r[..., :m])
    return (concat((first, matmul(q, gr[..., m:])), axis=-1),)


def _pull_tall(gq: Tensor, gr: Tensor, q: Tensor, r: Tensor) -> Tensor:
    """The cotangent of X = Q R with at least as many rows as columns: (gQ + Q M) R'^-1, where M is symmetric.

    Its lower triangle is that of R gR' - gQ' Q (Walter, Lehmann and Lamour 2012, "On evaluating higher-order
    derivatives of the QR decomposition of tall matrices with full column rank in forward and reverse mode AD").
    """
    inner = matmul(r, matrix_transpose(gr)) - matmul(matrix_transpose(gq), q)
    inner = tril(inner) + matrix_transpose(tril(inner, k=-1))
    return matrix_transpose(solve(r, matrix_transpose(gq + matmul(q, inner))))
