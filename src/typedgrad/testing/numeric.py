"""Derivatives by differences, and what it means for two results to be the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Values: TypeAlias = "list[NDArray[Any]]"

_FIRST_STEP = 2e-3
_SMALLEST_STEP = 1e-6
_GOOD = 1e-9


def directional(f: Callable[[Values], Values], xs: Values, ws: Values) -> Values:
    """The derivative of `f` at `xs` along `ws`, by central differences of fourth order, in float64.

    The step is made smaller as long as two steps disagree and that improves things: near a pole or a kink it must be
    small, elsewhere a large one is more exact. Source: Ridders, "Accurate computation of F'(x)", 1982.

    >>> float(directional(lambda xs: [xs[0] ** 3], [np.array(2.0)], [np.array(1.0)])[0].round(9))
    12.0
    """
    scale = max((float(np.abs(w).max()) for w in ws if w.size), default=1.0) or 1.0
    best: Values | None = None
    best_error = np.inf
    step = _FIRST_STEP / scale
    while best is None or (best_error > _GOOD and step * scale >= _SMALLEST_STEP):
        coarse, fine = _central(f, xs, ws, step), _central(f, xs, ws, step / 2)
        # The error of a central difference is even in the step: this combination cancels its leading term.
        better = [near + (near - far) / 3 for far, near in zip(coarse, fine, strict=True)]
        error = distance(better, fine)
        if best is None or error < best_error:
            best, best_error = better, error
        step /= 8
    return best


def _central(f: Callable[[Values], Values], xs: Values, ws: Values, step: float) -> Values:
    ahead = f([x + step * w for x, w in zip(xs, ws, strict=True)])
    behind = f([x - step * w for x, w in zip(xs, ws, strict=True)])
    return [(a - b) / (2 * step) for a, b in zip(ahead, behind, strict=True)]


def inner(us: Sequence[NDArray[Any]], vs: Sequence[NDArray[Any]]) -> float:
    """The inner product of two lists of arrays, all taken together."""
    return float(sum(np.vdot(u, v) for u, v in zip(us, vs, strict=True)))


def norm(us: Sequence[NDArray[Any]]) -> float:
    """The Euclidean norm of a list of arrays, all taken together."""
    return float(np.sqrt(sum(float(np.sum(np.abs(u) ** 2)) for u in us)))


def distance(us: Sequence[NDArray[Any]], vs: Sequence[NDArray[Any]]) -> float:
    """How far two lists of arrays are apart, relative to their size where that is above 1; infinite for other shapes.

    Infinite and undefined elements must be in the same places.

    >>> distance([np.array([100.0])], [np.array([101.0])]) < 0.01
    True
    """
    if len(us) != len(vs) or any(u.shape != v.shape for u, v in zip(us, vs, strict=True)):
        return np.inf
    worst = 0.0
    for u, v in zip(us, vs, strict=True):
        if u.dtype.kind not in "fc" and v.dtype.kind not in "fc":
            worst = max(worst, 0.0 if np.array_equal(u, v) else np.inf)
            continue
        finite = np.isfinite(u)
        if not np.array_equal(finite, np.isfinite(v)) or not np.array_equal(u[~finite], v[~finite], equal_nan=True):
            return np.inf
        wide = np.result_type(u.dtype, v.dtype, np.float64)
        a, b = u[finite].astype(wide), v[finite].astype(wide)
        worst = max(worst, norm([a - b]) / max(1.0, norm([a]), norm([b])))
    return worst
