"""Ranks and pseudo-inverses: where small singular values count as zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float, Inexact, Int64

from typedgrad.backends import namespace
from typedgrad.core.dtypes import real_part
from typedgrad.core.primitive import nondifferentiable, primitive, vjp
from typedgrad.core.tensor import Number, Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.create import asarray
from typedgrad.ops.inspection import finfo
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose

if TYPE_CHECKING:
    from typedgrad.backends import Namespace


def _cutoff(xp: Namespace[Tensor], s: Tensor, rtol: Tensor) -> Tensor:
    """The size up to which a singular value counts as zero."""
    return xp.expand_dims(xp.astype(rtol, s.dtype), axis=-1) * xp.max(s, axis=-1, keepdims=True)


def _relative(x: Tensor, rtol: Tensor | Number | None) -> Tensor:
    """`rtol` as a tensor; without it what rounding explains."""
    if isinstance(rtol, Tensor):
        return rtol
    if rtol is None:
        rtol = max(x.shape[-2:]) * finfo(x.dtype).eps
    return asarray(float(rtol), dtype=real_part(x.dtype.name), device=x.device)


@typed
def matrix_rank(
    x: Inexact[Tensor, "*b m n"], /, *, rtol: Float[Tensor, "..."] | Number | None = None
) -> Int64[Tensor, "*b"]:
    """How many singular values of every matrix are more than `rtol` of the largest; it may differ between matrices.

    >>> tg.linalg.matrix_rank(tg.asarray([[1.0, 2.0], [2.0, 4.0]]))
    Tensor(1, dtype=int64)
    """
    return rank_above(x, _relative(x, rtol))


@nondifferentiable
@primitive
def rank_above(x: Inexact[Tensor, "*b m n"], rtol: Float[Tensor, "*#b"], /) -> Int64[Tensor, "*b"]:
    """How many singular values of every matrix are more than `rtol` of the largest.

    >>> from typedgrad.ops.pseudoinverse import rank_above
    >>> rank_above(tg.asarray([[1.0, 0.0], [0.0, 0.5]]), tg.asarray(0.6))
    Tensor(1, dtype=int64)
    """
    xp = namespace(x)
    if 0 in x.shape[-2:]:
        return xp.zeros(x.shape[:-2], dtype=xp.int64, device=x.device)
    s = xp.linalg.svdvals(x)
    return xp.sum(xp.astype(s > _cutoff(xp, s, rtol), xp.int64), axis=-1)


@typed
def pinv(
    x: Inexact[Tensor, "*b m n"], /, *, rtol: Float[Tensor, "..."] | Number | None = None
) -> Inexact[Tensor, "*b n m"]:
    """The pseudo-inverse of every matrix of a stack; the inverse, if there is one.

    Singular values up to `rtol` of the largest, which may differ between matrices, count as zero. The gradient is that
    of matrices of the same rank.

    >>> tg.linalg.pinv(tg.asarray([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    Tensor([[0.5, 0. , 0. ],
            [0. , 0. , 0. ]], dtype=float32)
    """
    return inverse_above(x, _relative(x, rtol))


@primitive
def inverse_above(x: Inexact[Tensor, "*b m n"], rtol: Float[Tensor, "*#b"], /) -> Inexact[Tensor, "*b n m"]:
    """The pseudo-inverse of every matrix, where singular values up to `rtol` of the largest count as zero.

    >>> from typedgrad.ops.pseudoinverse import inverse_above
    >>> inverse_above(tg.asarray([[2.0, 0.0], [0.0, 0.5]]), tg.asarray(0.6))
    Tensor([[0.5, 0. ],
            [0. , 0. ]], dtype=float32)
    """
    xp = namespace(x)
    if 0 in x.shape[-2:]:
        return xp.zeros((*x.shape[:-2], x.shape[-1], x.shape[-2]), dtype=x.dtype, device=x.device)
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    counts = s > _cutoff(xp, s, rtol)
    one, zero = (f((), dtype=s.dtype, device=x.device) for f in (xp.ones, xp.zeros))
    inverse = xp.astype(xp.where(counts, one / xp.where(counts, s, one), zero), x.dtype)
    u, vh = (xp.conj(a) if xp.isdtype(x.dtype, "complex floating") else a for a in (u, vh))
    return xp.matmul(xp.matrix_transpose(vh) * xp.expand_dims(inverse, axis=-2), xp.matrix_transpose(u))


# dP = -P dX P + P P' dX' (1 - X P) + (1 - P X) dX' P' P (Golub and Pereyra 1973, "The differentiation of
# pseudo-inverses and nonlinear least squares problems whose variables separate", eq. 4.12).


@vjp(inverse_above, "x")
def _(g: Tensor, out: Tensor, x: Tensor, rtol: Tensor) -> Tensor:
    transposed, gt = matrix_transpose(out), matrix_transpose(g)
    left = matmul(gt, matmul(out, transposed))
    right = matmul(matmul(transposed, out), gt)
    inner = matmul(transposed, matmul(g, transposed))
    return left - matmul(x, matmul(out, left)) + right - matmul(matmul(right, out), x) - inner
