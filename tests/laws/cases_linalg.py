"""What the laws must be told of linear algebra.

Matrices are drawn well-conditioned, with singular values and eigenvalues well apart: there the signs of vectors, which
are arbitrary, do not jump, so that the laws hold for the vectors as the library computes them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case, uniform

Matrix = np.ndarray[Any, np.dtype[np.float64]]


def _batch(rng: Random) -> tuple[int, ...]:
    pool = (0, 1, 2) if rng.random() < 0.2 else (1, 2)
    return tuple(rng.choice(pool) for _ in range(rng.randint(0, 2)))


def _orthogonal(rng: Random, batch: tuple[int, ...], n: int) -> Matrix:
    """Products of rotations, which know no other library routine."""
    out = np.broadcast_to(np.eye(n), (*batch, n, n)).copy()
    for i in range(n):
        for j in range(i):
            angle = uniform(rng, batch, 0.3, 1.2)
            c, s = np.cos(angle)[..., None], np.sin(angle)[..., None]
            a, b = out[..., i].copy(), out[..., j].copy()
            out[..., i], out[..., j] = c * a - s * b, s * a + c * b
    return out


def _spectrum(rng: Random, batch: tuple[int, ...], n: int, *, signs: bool = False) -> Matrix:
    """Numbers that are some distance from 0 and from each other."""
    values = np.arange(1, n + 1) + uniform(rng, (*batch, n), -0.2, 0.2)
    return values * np.where(np.arange(n) % 2, -1, 1) if signs else values


def _symmetric(rng: Random, *, signs: bool) -> Matrix:
    batch, n = _batch(rng), rng.choice((0, 1, 2, 3, 4))
    q = _orthogonal(rng, batch, n)
    out = q * _spectrum(rng, batch, n, signs=signs)[..., None, :] @ np.swapaxes(q, -1, -2)
    return (out + np.swapaxes(out, -1, -2)) / 2


def _general(rng: Random, m: int, n: int, batch: tuple[int, ...] | None = None) -> Matrix:
    batch = _batch(rng) if batch is None else batch
    k = min(m, n)
    left, right = _orthogonal(rng, batch, m), _orthogonal(rng, batch, n)
    return left[..., :k] * _spectrum(rng, batch, k)[..., None, :] @ right[..., :k, :]


def _square(rng: Random) -> dict[str, Any]:
    n = rng.choice((0, 1, 2, 3, 4))
    return {"x": _general(rng, n, n)}


def _rectangular(rng: Random) -> dict[str, Any]:
    pool = (0, 1, 2, 3) if rng.random() < 0.2 else (1, 2, 3, 4)
    return {"x": _general(rng, rng.choice(pool), rng.choice(pool))}


def _not_empty(rng: Random) -> dict[str, Any]:
    return {"x": _general(rng, rng.choice((1, 2, 3)), rng.choice((1, 2, 3)))}


def _positive(rng: Random) -> dict[str, Any]:
    return {"x": _symmetric(rng, signs=False)}


def _indefinite(rng: Random) -> dict[str, Any]:
    return {"x": _symmetric(rng, signs=True)}


def _equations(rng: Random) -> dict[str, Any]:
    n, k, batch = rng.choice((0, 1, 2, 3)), rng.choice((0, 1, 2)), _batch(rng)
    left = tuple(1 if rng.random() < 0.3 else b for b in batch)
    right = batch[rng.randint(0, len(batch)) :]
    x2 = (n,) if rng.random() < 0.4 else (*right, n, k)
    return {"x1": _general(rng, n, n, left), "x2": uniform(rng, x2)}


def _solve(x1: Any, x2: Any) -> Any:
    return (np.linalg.inv(x1) @ x2).astype(x1.dtype)


def _gaps(rng: Random) -> dict[str, Any]:
    """Some equal pairs would do for the values, but the gradient jumps there."""
    batch = _batch(rng)
    x1, x2 = (_spectrum(rng, batch, rng.choice((0, 1, 2, 3))) for _ in range(2))
    return {"x1": x1, "x2": x2 + 0.5}


def _reciprocal_gaps(x1: Any, x2: Any) -> Any:
    return 1 / (x2[..., None, :] - x1[..., :, None])


def _cofactors(x: Any) -> Any:
    minors = np.empty_like(x)
    n = x.shape[-1]
    for i in range(n):
        for j in range(n):
            rest = np.delete(np.delete(x, i, -2), j, -1)
            minors[..., i, j] = (-1) ** (i + j) * np.linalg.det(rest)
    return minors


def _upper(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    return {"upper": rng.random() < 0.5}


def _cholesky(x: Any, upper: bool = False) -> Any:
    lower = np.linalg.cholesky(x)
    return np.swapaxes(lower, -1, -2) if upper else lower


def _thin(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    """Gradients need thin factors, unless the matrices are square."""
    *_, m, n = shapes["x"]
    return {"full_matrices": m == n and rng.random() < 0.5}


def _mode(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    *_, m, n = shapes["x"]
    return {"mode": "complete" if m <= n and rng.random() < 0.5 else "reduced"}


def _vector_order(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    sizes = shapes["x"]
    axes = [None, *range(-len(sizes), len(sizes)), *((0, -1) for _ in sizes[1:])]
    orders = [2, 1, 0, 3, 2.5, *((math.inf, -math.inf) if 0 not in sizes else ())]
    return {"axis": rng.choice(axes), "ord": rng.choice(orders), "keepdims": rng.random() < 0.5}


def _away_from_zero(rng: Random) -> dict[str, Any]:
    pool = (0, 1, 2) if rng.random() < 0.2 else (1, 2, 3)
    sizes = tuple(rng.choice(pool) for _ in range(rng.randint(0, 3)))
    # Absolute values far enough apart to tell which is the largest.
    count = math.prod(sizes)
    ranks = np.array(rng.sample(range(count), count), dtype="float64").reshape(sizes)
    return {"x": np.asarray((0.5 + ranks / 8 + uniform(rng, sizes, 0, 0.05)) * np.sign(uniform(rng, sizes)))}


def _vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Any:
    axis = tuple(range(x.ndim)) if axis is None else axis
    size: Any = np.abs(x)
    if math.isinf(ord):
        return (size.max if ord > 0 else size.min)(axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.count_nonzero(x, axis=axis, keepdims=keepdims) * np.ones((), x.dtype)
    return (size**ord).sum(axis=axis, keepdims=keepdims, dtype=x.dtype) ** (1 / ord)


def _matrix_order(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    return {"ord": rng.choice(("fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf)), "keepdims": rng.random() < 0.5}


def _each(function: Callable[..., Any], x: Any, shape: tuple[int, ...], **options: Any) -> Any:
    """A function of one matrix for every matrix of a stack."""
    out = [function(matrix, **options) for matrix in x.reshape(-1, *x.shape[-2:])] if 0 not in x.shape[:-2] else []
    return np.array(out, dtype=x.dtype).reshape(shape)


def _matrix_norm(x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return _each(np.linalg.norm, x, (*x.shape[:-2], 1, 1) if keepdims else x.shape[:-2], ord=ord)


def _with(matrices: Callable[[Random], dict[str, Any]]) -> Callable[[Random], dict[str, Any]]:
    """Matrices, and a size beside the largest singular value below which none is."""
    return lambda rng: {**matrices(rng), "rtol": np.asarray(rng.choice((1e-3, 1e-6)))}


CASES = {
    "inv": Case(np.linalg.inv, arrays=_square),
    "solve": Case(_solve, arrays=_equations),
    "det": Case(np.linalg.det, arrays=_square),
    "cofactors": Case(_cofactors, arrays=_square),
    "slogdet": Case(lambda x: tuple(np.linalg.slogdet(x)), arrays=_square),
    "reciprocal_gaps": Case(_reciprocal_gaps, arrays=_gaps),
    "cholesky": Case(_cholesky, arrays=_positive, statics=_upper),
    "eigh": Case(lambda x: tuple(np.linalg.eigh(x)), arrays=_indefinite),
    "eigvalsh": Case(np.linalg.eigvalsh, arrays=_indefinite),
    "svd": Case(
        lambda x, full_matrices=True: tuple(np.linalg.svd(x, full_matrices)), arrays=_rectangular, statics=_thin
    ),
    "svdvals": Case(lambda x: np.linalg.svd(x, compute_uv=False), arrays=_rectangular),
    "qr": Case(lambda x, mode="reduced": tuple(np.linalg.qr(x, mode)), arrays=_rectangular, statics=_mode),
    "inverse_above": Case(lambda x, rtol: np.linalg.pinv(x, rtol=rtol), arrays=_with(_rectangular)),
    "rank_above": Case(lambda x, rtol: np.linalg.matrix_rank(x, rtol=rtol), arrays=_with(_not_empty)),
    "reciprocal_or_zero": Case(np.reciprocal, domain=(0.5, 3.0)),
    "vector_norm": Case(_vector_norm, arrays=_away_from_zero, statics=_vector_order),
    "matrix_norm": Case(_matrix_norm, arrays=_not_empty, statics=_matrix_order),
}
