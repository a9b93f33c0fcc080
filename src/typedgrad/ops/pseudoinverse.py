"""Ranks and pseudo-inverses: where small singular values count as zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float, Int64

from typedgrad.backends import namespace
from typedgrad.core.primitive import nondifferentiable, primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose

if TYPE_CHECKING:
    from typedgrad.backends import Namespace


def _cutoff(xp: Namespace[Tensor], s: Tensor, x: Tensor, rtol: float | None) -> Tensor:
    """The size up to which a singular value counts as zero: `rtol` of the largest, or what rounding explains."""
    if rtol is None:
        rtol = max(x.shape[-2:]) * float(xp.finfo(x.dtype).eps)
    return rtol * xp.max(s, axis=-1, keepdims=True)


@nondifferentiable
@primitive
def matrix_rank(x: Float[Tensor, "*b m n"], /, *, rtol: float | None = None) -> Int64[Tensor, "*b"]:
    """How many singular values of every matrix are more than `rtol` of the largest.

    >>> tg.linalg.matrix_rank(tg.asarray([[1.0, 2.0], [2.0, 4.0]]))
    Tensor(1, dtype=int64)
    """
    xp = namespace(x)
    if 0 in x.shape[-2:]:
        return xp.zeros(x.shape[:-2], dtype=xp.int64, device=x.device)
    s = xp.linalg.svdvals(x)
    return xp.sum(xp.astype(s > _cutoff(xp, s, x, rtol), xp.int64), axis=-1)


@primitive
def pinv(x: Float[Tensor, "*b m n"], /, *, rtol: float | None = None) -> Float[Tensor, "*b n m"]:
    """The pseudo-inverse of every matrix of a stack; the inverse, if there is one.

    Singular values up to `rtol` of the largest count as zero. The gradient is that of matrices of the same rank.

    >>> tg.linalg.pinv(tg.asarray([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    Tensor([[0.5, 0. , 0. ],
            [0. , 0. , 0. ]], dtype=float32)
    """
    xp = namespace(x)
    if 0 in x.shape[-2:]:
        return xp.zeros((*x.shape[:-2], x.shape[-1], x.shape[-2]), dtype=x.dtype, device=x.device)
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    counts = s > _cutoff(xp, s, x, rtol)
    one, zero = (f((), dtype=x.dtype, device=x.device) for f in (xp.ones, xp.zeros))
    inverse = xp.where(counts, one / xp.where(counts, s, one), zero)
    return xp.matmul(xp.matrix_transpose(vh) * xp.expand_dims(inverse, axis=-2), xp.matrix_transpose(u))


# dP = -P dX P + P P' dX' (1 - X P) + (1 - P X) dX' P' P (Golub and Pereyra 1973, "The differentiation of
# pseudo-inverses and nonlinear least squares problems whose variables separate", eq. 4.12).


@vjp(pinv)
def _(g: Tensor, out: Tensor, x: Tensor, *, rtol: float | None) -> tuple[Tensor]:
    transposed, gt = matrix_transpose(out), matrix_transpose(g)
    left = matmul(gt, matmul(out, transposed))
    right = matmul(matmul(transposed, out), gt)
    inner = matmul(transposed, matmul(g, transposed))
    return (left - matmul(x, matmul(out, left)) + right - matmul(matmul(right, out), x) - inner,)
