"""Decompositions of symmetric matrices: Cholesky factors, eigenvalues and eigenvectors.

Each is a function of the symmetric part of a matrix, (X + X') / 2, which of complex ones is the Hermitian part, so that
it is defined for all matrices, and its gradient, which is symmetric, is right for every way of changing one. For
symmetric matrices nothing is different.
"""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float, Inexact

from typedgrad.backends import namespace
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import dtype, primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.diagonals import diag, diagonal
from typedgrad.ops.gaps import reciprocal_gaps
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import expand_dims
from typedgrad.ops.singular import attempt
from typedgrad.ops.solving import solve
from typedgrad.ops.triangle import tril


def symmetric_part(x: Tensor) -> Tensor:
    """(X + X') / 2."""
    return 0.5 * x + 0.5 * matrix_transpose(x)


@primitive
def cholesky(x: Inexact[Tensor, "*b n n"], /, *, upper: bool = False) -> Inexact[Tensor, "*b n n"]:
    """The lower triangular `L` with `L @ L.mT == x`, for every symmetric matrix of a stack; `L.mT` if `upper`.

    Of a matrix that is not symmetric the symmetric part is used.

    Raises:
        ValueError: for a matrix that is not positive definite, with its place in the stack.

    >>> tg.linalg.cholesky(tg.asarray([[4.0, 2.0], [2.0, 2.0]]))
    Tensor([[2., 0.],
            [1., 1.]], dtype=float32)
    """
    linalg = namespace(x).linalg
    lower = attempt("cholesky: {} is not positive definite", linalg.cholesky, _symmetric(x))
    return _adjoint(lower) if upper else lower


def _symmetric(x: Tensor) -> Tensor:
    return 0.5 * x + 0.5 * _adjoint(x)


def _adjoint(x: Tensor) -> Tensor:
    """The transpose, which of complex matrices is the conjugate one."""
    xp = namespace(x)
    turned = xp.matrix_transpose(x)
    return xp.conj(turned) if xp.isdtype(x.dtype, "complex floating") else turned


# X = L L' gives L^-1 dX L'^-1 = L^-1 dL + (L^-1 dL)', and L^-1 dL is lower triangular: it is the lower triangle of the
# left side, with the diagonal halved. The adjoint of that is below (Murray 2016, "Differentiation of the Cholesky
# decomposition", eq. 10).


@vjp(cholesky)
def _(g: Tensor, out: Tensor, x: Tensor, *, upper: bool) -> tuple[Tensor]:
    lower, g = (matrix_transpose(out), matrix_transpose(g)) if upper else (out, g)
    raised = matrix_transpose(lower)
    inner = matmul(raised, g)
    inner = tril(inner) - 0.5 * diag(diagonal(inner))
    half = solve(raised, inner)  # L'^-1 inner; then (L'^-1 (..)')' multiplies by L^-1 from the right
    return (symmetric_part(solve(raised, matrix_transpose(half))),)


class Eigh(NamedTuple):
    """What `eigh` gives: ascending eigenvalues, and eigenvectors as columns.

    >>> tg.linalg.eigh(tg.eye(2)).eigenvalues
    Tensor([1., 1.], dtype=float32)
    """

    eigenvalues: Float[Tensor, "*b n"]
    eigenvectors: Inexact[Tensor, "*b n n"]


@primitive
def eigh(x: Inexact[Tensor, "*b n n"], /) -> Eigh:
    """The eigenvalues of every symmetric matrix of a stack, in ascending order, and its eigenvectors, as columns.

    Of a matrix that is not symmetric the symmetric part is used. The signs of eigenvectors are arbitrary, and so is
    the choice among those of a multiple eigenvalue; what depends on them has no gradient. The gradient takes the
    rotation of the eigenvectors of equal eigenvalues into each other for zero. So it is finite everywhere, and right
    for functions of the eigenvalues and of projections on whole eigenspaces. Of a function that is put together from
    both, such as `v * exp(w) @ v.mT`, the part that mixes eigenvectors of equal eigenvalues is missing.

    >>> tg.linalg.eigh(tg.asarray([[3.0, 0.0], [0.0, 1.0]]))[0]
    Tensor([1., 3.], dtype=float32)
    """
    return Eigh(*namespace(x).linalg.eigh(_symmetric(x)))


@dtype(eigh)
def _(x: str) -> tuple[str, str]:
    return real_part(x), x


# X V = V W: in the basis of the eigenvectors, dW is the diagonal of V' dX V, and V' dV its other elements divided by
# the gaps between eigenvalues, w[j] - w[i] (Giles 2008, 3.1).


@vjp(eigh)
def _(g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], x: Tensor) -> tuple[Tensor]:
    (values, vectors), (g_values, g_vectors) = out, g
    transposed = matrix_transpose(vectors)
    inner = diag(g_values) + reciprocal_gaps(values, values) * matmul(transposed, g_vectors)
    return (symmetric_part(matmul(vectors, matmul(inner, transposed))),)


@primitive
def eigvalsh(x: Inexact[Tensor, "*b n n"], /) -> Float[Tensor, "*b n"]:
    """The eigenvalues of every symmetric matrix of a stack, in ascending order.

    Of a matrix that is not symmetric the symmetric part is used.

    >>> tg.linalg.eigvalsh(tg.asarray([[2.0, 1.0], [1.0, 2.0]]))
    Tensor([1., 3.], dtype=float32)
    """
    return namespace(x).linalg.eigvalsh(_symmetric(x))


dtype(eigvalsh)(real_part)


@vjp(eigvalsh)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    _, vectors = eigh(x)
    return (matmul(vectors * expand_dims(g, axis=-2), matrix_transpose(vectors)),)
