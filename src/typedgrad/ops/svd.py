"""Singular values and singular vectors."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float, Inexact

from typedgrad.backends import namespace
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import dtype, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.diagonals import diag
from typedgrad.ops.gaps import reciprocal_gaps
from typedgrad.ops.like import zeros_like
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import expand_dims
from typedgrad.ops.singular import attempt
from typedgrad.shapes import Dim, minimum

_LOST = "{}: the search for the singular values of {{}} did not end; does it hold NaN or infinity?"


class SVD(NamedTuple):
    """What `svd` gives: orthonormal columns, descending singular values, orthonormal rows.

    >>> tg.linalg.svd(tg.ones((3, 2))).S.shape
    (2,)
    """

    U: Inexact[Tensor, "*b m p"]
    S: Float[Tensor, "*b k"]
    Vh: Inexact[Tensor, "*b q n"]


@primitive
def svd(x: Inexact[Tensor, "*b m n"], /, *, full_matrices: bool = True) -> SVD:
    """`U`, `S`, `Vh` with `U * S @ Vh == x`: orthonormal columns, descending singular values, orthonormal rows.

    `full_matrices=True` adds columns to `U`, or rows to `Vh`, until they are square. Those are arbitrary, so only the
    square matrices among such have gradients. Otherwise only the common sign of a column and a row is arbitrary, and
    the choice among the vectors of a multiple singular value, whose gradients are what `eigh` says.

    Raises:
        ValueError: for a matrix with NaN, or the gradient of `full_matrices=True` where vectors are arbitrary.

    >>> u, s, vh = tg.linalg.svd(tg.asarray([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]), full_matrices=False)
    >>> s
    Tensor([4., 3.], dtype=float32)
    """
    linalg = namespace(x).linalg
    return SVD(*attempt(_LOST.format("svd"), lambda a: linalg.svd(a, full_matrices=full_matrices), x))


@dtype(svd)
def _(x: str) -> tuple[str, ...]:
    return x, real_part(x), x


@where(svd)
def _(m: Dim, n: Dim, full_matrices: bool) -> dict[str, Dim]:
    k = minimum(m, n)
    return {"p": m if full_matrices else k, "k": k, "q": n if full_matrices else k}


# With a = U' gU - gU' U and b = V' gV - gV' V, the cotangent of X in the basis of the singular vectors is diag(gs) plus
#     (a[i,j] s[j] + s[i] b[i,j]) / (s[j]² - s[i]²),
# and outside the spaces that they span gU S^-1 V' + U S^-1 gV' (Townsend 2016, "Differentiating the singular value
# decomposition"). The fraction is written as ((a + b) / (s[j] - s[i]) + (a - b) / (s[j] + s[i])) / 2, which loses no
# digits to squares.


@vjp(svd)
def _(
    g: tuple[Tensor, Tensor, Tensor], out: tuple[Tensor, Tensor, Tensor], x: Tensor, *, full_matrices: bool
) -> tuple[Tensor]:
    (u, s, vh), (gu, gs, gvh) = out, g
    m, n = x.shape[-2:]
    if full_matrices and m != n:
        raise ValueError(
            f"svd: the vectors that full_matrices=True adds for {m} by {n} matrices are arbitrary "
            "and have no gradient; pass full_matrices=False"
        )
    a, b = matmul(matrix_transpose(u), gu), matmul(vh, matrix_transpose(gvh))
    a, b = a - matrix_transpose(a), b - matrix_transpose(b)
    inner = diag(gs) + 0.5 * (reciprocal_gaps(s, s) * (a + b) + reciprocal_gaps(-s, s) * (a - b))
    total = matmul(u, matmul(inner, vh))
    if m == n or 0 in (m, n):
        return (total,)
    inverse = reciprocal_gaps(zeros_like(s[..., :1]), s)  # one row: 1 / s
    if m > n:
        scaled = gu * inverse
        return (total + matmul(scaled - matmul(u, matmul(matrix_transpose(u), scaled)), vh),)
    scaled = matrix_transpose(inverse) * gvh
    return (total + matmul(u, scaled - matmul(matmul(scaled, matrix_transpose(vh)), vh)),)


@primitive
def svdvals(x: Inexact[Tensor, "*b m n"], /) -> Float[Tensor, "*b k"]:
    """The singular values of every matrix of a stack, in descending order.

    >>> tg.linalg.svdvals(tg.asarray([[3.0, 0.0], [0.0, 4.0]]))
    Tensor([4., 3.], dtype=float32)
    """
    return attempt(_LOST.format("svdvals"), namespace(x).linalg.svdvals, x)


dtype(svdvals)(real_part)


@where(svdvals)
def _(m: Dim, n: Dim) -> dict[str, Dim]:
    return {"k": minimum(m, n)}


@vjp(svdvals)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    u, _, vh = svd(x, full_matrices=False)
    return (matmul(u * expand_dims(g, axis=-2), vh),)
