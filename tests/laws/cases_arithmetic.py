"""What the laws must be told of `typedgrad.ops.arithmetic`."""

from __future__ import annotations

import numpy as np

from typedgrad.testing.laws import Case

AWAY_FROM_ZERO = (0.5, 3.0)

CASES = {
    "add": Case(np.add),
    "subtract": Case(np.subtract),
    "multiply": Case(np.multiply),
    "divide": Case(
        lambda x1, x2: np.divide(x1, x2, dtype="float32" if x1.dtype.kind == "i" else None),
        domain={"x1": (-2.0, 2.0), "x2": AWAY_FROM_ZERO},
    ),
    "floor_divide": Case(np.floor_divide, domain={"x1": (-7.0, 7.0), "x2": AWAY_FROM_ZERO}),
    "remainder": Case(np.remainder, domain={"x1": (-7.0, 7.0), "x2": AWAY_FROM_ZERO}),
    "negative": Case(np.negative),
    "positive": Case(np.positive),
    "square": Case(np.square),
    "reciprocal": Case(np.reciprocal, domain=AWAY_FROM_ZERO),
    "abs": Case(np.abs),
    "sign": Case(np.sign),
}
