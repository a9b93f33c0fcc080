"""Orthonormal columns times a triangle."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jaxtyping import Inexact

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import concat
from typedgrad.ops.solving import solve
from typedgrad.ops.triangle import tril
from typedgrad.shapes import Dim, minimum


class QR(NamedTuple):
    """What `qr` gives: orthonormal columns, and an upper triangle.

    >>> tg.linalg.qr(tg.ones((3, 2))).R.shape
    (2, 2)
    """

    Q: Inexact[Tensor, "*b m k"]
    R: Inexact[Tensor, "*b k n"]


@primitive
def qr(x: Inexact[Tensor, "*b m n"], /, *, mode: Literal["reduced", "complete"] = "reduced") -> QR:
    """`Q`, whose columns are orthonormal, and `R`, which is upper triangular, with `Q @ R == x`.

    `mode="complete"` adds columns to `Q` until it is square. They are arbitrary and have no gradients.

    Raises:
        ValueError: for the gradient of `mode="complete"` if there are more rows than columns, and for that of matrices
            whose first columns depend on each other.

    >>> q, r = tg.linalg.qr(tg.asarray([[0.0, 2.0], [1.0, 0.0]]))
    >>> tg.abs(r)
    Tensor([[1., 0.],
            [0., 2.]], dtype=float32)
    """
    return QR(*namespace(x).linalg.qr(x, mode=mode))


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
