"""What the laws must be told of `typedgrad.ops.trigonometry`."""

from __future__ import annotations

import numpy as np

from typedgrad.testing.laws import Case

INSIDE = (-0.9, 0.9)

CASES = {
    "sin": Case(np.sin),
    "cos": Case(np.cos),
    "tan": Case(np.tan, domain=(-1.2, 1.2)),
    "asin": Case(np.asin, domain=INSIDE),
    "acos": Case(np.acos, domain=INSIDE),
    "atan": Case(np.atan),
    "atan2": Case(np.atan2, domain={"x1": (-2.0, 2.0), "x2": (0.3, 2.0)}),
    "hypot": Case(np.hypot, domain={"x1": (-2.0, 2.0), "x2": (0.3, 2.0)}),
    "sinh": Case(np.sinh),
    "cosh": Case(np.cosh),
    "tanh": Case(np.tanh),
    "asinh": Case(np.asinh),
    "acosh": Case(np.acosh, domain=(1.2, 4.0)),
    "atanh": Case(np.atanh, domain=INSIDE),
}
