"""What the laws must be told of the ops that differentiation itself needs."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case


def _stretched(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    """A shape to which the drawn one broadcasts."""
    lead = tuple(rng.randint(0, 3) for _ in range(rng.randint(0, 2)))
    return {"shape": lead + tuple(rng.randint(0, 4) if n == 1 else n for n in shapes["x"])}


def _shrunk(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    """A shape that broadcasts to the drawn one."""
    kept = shapes["x"][rng.randint(0, len(shapes["x"])) :]
    return {"shape": tuple(1 if rng.random() < 0.5 else n for n in kept)}


def _sum_to(x: np.ndarray[Any, Any], *, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    lead = x.ndim - len(shape)
    less = np.asarray(x.sum(axis=tuple(range(lead)), dtype=x.dtype))
    return np.asarray(less.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True, dtype=x.dtype))


CASES = {
    "broadcast_to": Case(np.broadcast_to, statics=_stretched, view=True),
    "sum_to": Case(_sum_to, statics=_shrunk),
    "astype": Case(
        lambda x, dtype: x.astype(dtype),
        statics=lambda shapes, rng: {"dtype": rng.choice(["float64", "float32"])},
        skip={"complex128": "complex numbers cannot become real"},
    ),
}
