"""What the laws must be told of products of vectors and arrays, and of diagonals."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case


def _batches(rng: Random) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that broadcast."""
    pool = (0, 1, 2) if rng.random() < 0.25 else (1, 2, 4)
    batch = tuple(rng.choice(pool) for _ in range(rng.choice((0, 1, 2, 2))))
    left, right = (tuple(1 if rng.random() < 0.3 else n for n in batch) for _ in range(2))
    return left, right[rng.randint(0, len(right)) :]


def _vectors(rng: Random, *, size: int | None = None) -> dict[str, Any]:
    """Two stacks of vectors; if they have equally many axes, those of the vectors may be anywhere."""
    n = rng.choice((0, 1, 2, 3)) if size is None else size
    left, right = _batches(rng)
    at = rng.randint(0, len(left)) if len(left) == len(right) else len(left)
    return {"x1": (*left[:at], n, *left[at:]), "x2": (*right[:at], n, *right[at:])}


def _along(shapes: dict[str, Any], rng: Random, *, size: int | None = None) -> dict[str, object]:
    """An axis along which both have the same size."""
    x1, x2 = shapes["x1"], shapes["x2"]
    ranks = range(1, min(len(x1), len(x2)) + 1)
    fitting = [-i for i in ranks if x1[-i] == x2[-i] and size in (None, x1[-i])]
    axis = rng.choice(fitting)
    return {"axis": axis + len(x1) if len(x1) == len(x2) and rng.random() < 0.3 else axis}


def _vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    return np.sum(np.conj(x1) * x2, axis=axis, dtype=x1.dtype)


def _pairs(rng: Random) -> dict[str, Any]:
    """Arrays that have some sizes in common."""
    pool = (0, 1, 2, 3) if rng.random() < 0.25 else (1, 2, 3)
    return {name: tuple(rng.choice(pool) for _ in range(rng.randint(0, 3))) for name in ("x1", "x2")}


def _paired(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    """Some pairs of axes of equal sizes, or a number of neighbours that fit."""
    x1, x2 = shapes["x1"], shapes["x2"]
    fitting = [k for k in range(min(len(x1), len(x2)) + 1) if x1[len(x1) - k :] == x2[:k]]
    if rng.random() < 0.3:
        return {"axes": rng.choice(fitting)}
    first, second = [], []
    for i in rng.sample(range(len(x1)), len(x1)):
        partners = [j for j in range(len(x2)) if x2[j] == x1[i] and j not in second]
        if partners and rng.random() < 0.7:
            first.append(i)
            second.append(rng.choice(partners))
    return {"axes": (tuple(first), tuple(second))}


def _offset(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    return {"offset": rng.randint(-3, 3)}


def _placed(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    """A diagonal of the smallest square that has it, or of a matrix with more rows or more columns."""
    offset, k = rng.randint(-2, 2), shapes["x"][-1]
    if rng.random() < 0.5:
        return {"offset": offset}
    m, n = k + max(-offset, 0), k + max(offset, 0)
    return {"offset": offset, "shape": (m + 2, n) if rng.random() < 0.5 else (m, n + 1)}


def _diag(x: Any, offset: int = 0, shape: tuple[int, int] | None = None) -> Any:
    k = x.shape[-1]
    out = np.zeros((*x.shape[:-1], *(shape or (k + abs(offset),) * 2)), x.dtype)
    for i in range(k):
        out[..., i + max(-offset, 0), i + max(offset, 0)] = x[..., i]
    return out


def _matrices(rng: Random) -> dict[str, Any]:
    pool = (0, 1, 2) if rng.random() < 0.25 else (1, 2, 3)
    left, right = _batches(rng)
    return {"x1": (*left, rng.choice(pool), rng.choice(pool)), "x2": (*right, rng.choice(pool), rng.choice(pool))}


def _kron(x1: Any, x2: Any) -> Any:
    (m, n), (p, q) = x1.shape[-2:], x2.shape[-2:]
    blocks = np.einsum("...mn,...pq->...mpnq", x1, x2)
    return blocks.reshape(*blocks.shape[:-4], m * p, n * q)


CASES = {
    "outer": Case(np.outer),
    "kron": Case(_kron, shapes=_matrices),
    "vecdot": Case(_vecdot, shapes=_vectors, statics=_along),
    "cross": Case(
        lambda x1, x2, axis=-1: np.linalg.cross(x1, x2, axis=axis),
        shapes=lambda rng: _vectors(rng, size=3),
        statics=lambda shapes, rng: _along(shapes, rng, size=3),
    ),
    "tensordot": Case(lambda x1, x2, axes=2: np.tensordot(x1, x2, axes), shapes=_pairs, statics=_paired),
    "diagonal": Case(lambda x, offset=0: np.diagonal(x, offset, -2, -1), statics=_offset, view=True),
    "trace": Case(lambda x, offset=0: np.trace(x, offset, -2, -1), statics=_offset),
    "diag": Case(_diag, statics=_placed),
}
