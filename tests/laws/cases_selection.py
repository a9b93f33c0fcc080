"""What the laws must be told of `typedgrad.ops.selection` and `typedgrad.ops.power`."""

from __future__ import annotations

from random import Random

import numpy as np

from typedgrad.testing.laws import Case

POSITIVE = (0.3, 2.0)


def _exponent(shapes: object, rng: Random) -> dict[str, object]:
    return {"exponent": rng.choice([0, 1, 2, 3, 4, 2.0, 0.5, 2.5])}


def _power(x: np.ndarray[tuple[int, ...], np.dtype[np.generic]], exponent: float) -> object:
    if x.dtype.kind == "i" and isinstance(exponent, float):
        x = x.astype("float32")
    return np.power(x, np.asarray(exponent, dtype=x.dtype))


CASES = {
    "where": Case(np.where),
    "maximum": Case(np.maximum),
    "minimum": Case(np.minimum),
    "pow": Case(np.pow, domain={"x1": POSITIVE, "x2": (-2.0, 2.0)}, skip={"int64": "negative powers are refused"}),
    "power": Case(_power, statics=_exponent, domain=(0.3, 3.0)),
}
