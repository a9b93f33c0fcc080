"""What the laws must be told of the activations beside the best known ones."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
WIDE = (-8.0, 8.0)


def _one_of(name: str, *values: float) -> Callable[[object, Random], dict[str, object]]:
    return lambda shapes, rng: {name: rng.choice(values)}


def _axis(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    rank = len(shapes["x"])
    return {"axis": rng.randrange(-rank, rank)}


def _some_shape(rng: Random) -> dict[str, Any]:
    return {"x": tuple(rng.randint(1, 4) for _ in range(rng.randint(1, 3)))}


def _even_shape(rng: Random) -> dict[str, Any]:
    return {"x": tuple(rng.choice([2, 4]) for _ in range(rng.randint(1, 3)))}


def _glu(x: Array, axis: int) -> Any:
    a, b = np.split(x, 2, axis=axis)
    return a / (1 + np.exp(-b))


def _sparsemax(x: Array, axis: int) -> Any:
    def nearest(line: Array) -> Array:
        # By bisection, for a reference of another kind.
        low, high = line.min() - 1.0, line.max()
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if np.maximum(line - middle, 0).sum() > 1 else (low, middle)
        found: Array = np.maximum(line - low, 0)
        return found

    return np.apply_along_axis(nearest, axis, x.astype("float64")).astype(x.dtype)


def _ultra_fast(x: Array) -> Any:
    z = np.abs(x) / 2
    half = np.where(
        z < 1.7,
        1.5 * z / (1 + z),
        np.where(z < 3, 0.935409070603099 + 0.0458812946797165 * (z - 1.7), 0.99505475368673),
    )
    found: Array = 0.5 * (np.sign(x) * half + 1)
    return found.astype(x.dtype)


def _rational(x: Array) -> Any:
    y = 2 * x / 3
    return 1.7159 * np.sign(y) * (1 - 1 / (1 + np.abs(y) + y**2 + 1.41645 * y**4))


CASES = {
    "relu6": Case(lambda x: np.clip(x, 0, 6), domain=WIDE),
    "prelu": Case(lambda x, slope: np.where(x > 0, x, slope * x)),
    "threshold": Case(
        lambda x, threshold, value: np.where(x > threshold, x, np.asarray(value, x.dtype)),
        statics=lambda shapes, rng: {"threshold": rng.choice([0.5, -1]), "value": rng.choice([0.0, -3])},
    ),
    "hard_shrink": Case(lambda x, width: np.where(np.abs(x) > width, x, 0 * x), statics=_one_of("width", 0.5, 1)),
    "soft_shrink": Case(
        lambda x, width: np.sign(x) * np.maximum(np.abs(x) - np.asarray(width, x.dtype), 0),
        statics=_one_of("width", 0.5, 1),
    ),
    "hard_silu": Case(lambda x: x * np.clip(x + 3, 0, 6) / 6, domain=WIDE),
    "sparse_plus": Case(lambda x: np.where(x < -1, 0 * x, np.where(x > 1, x, (x + 1) ** 2 / 4))),
    "sparse_sigmoid": Case(lambda x: np.clip((x + 1) / 2, 0, 1)),
    "ultra_fast_sigmoid": Case(_ultra_fast, domain=WIDE),
    "celu": Case(
        lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x / alpha) - 1)), statics=_one_of("alpha", 1.0, 0.5, 2)
    ),
    "squareplus": Case(lambda x, b: (x + np.sqrt(x * x + b)) / 2, statics=_one_of("b", 4.0, 1, 0.5)),
    "rational_tanh": Case(_rational),
    "glu": Case(_glu, statics=_axis, shapes=_even_shape),
    "crelu": Case(
        lambda x, axis: np.concatenate((np.maximum(x, 0), np.maximum(-x, 0)), axis=axis),
        statics=_axis,
        shapes=_some_shape,
    ),
    "sparsemax": Case(_sparsemax, statics=_axis, shapes=_some_shape),
}
