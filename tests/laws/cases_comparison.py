"""What the laws must be told of `typedgrad.ops.comparison`, `logic`, `rounding`, `floating` and `complexes`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case, uniform

SHIFTS = (0.0, 5.0)


def _bits(*names: str) -> Callable[[Random], dict[str, Any]]:
    """Integers or bools: no class of jaxtyping's holds just these, so they cannot be drawn from the signature."""

    def arrays(rng: Random) -> dict[str, Any]:
        sizes = tuple(rng.randint(1, 4) for _ in range(rng.randint(0, 3)))
        dtype = rng.choice(["int64", "bool", "uint8"])
        low = 0.0 if dtype == "uint8" else -9.0
        drawn = (np.round(uniform(rng, sizes[rng.randint(0, i) :], low, 9.0)) for i in range(len(names)))
        made = [np.asarray(values % 2 if dtype == "bool" else values).astype(dtype) for values in drawn]
        return dict(zip(names, made, strict=True))

    return arrays


CASES = {
    "equal": Case(np.equal),
    "not_equal": Case(np.not_equal),
    "less": Case(np.less),
    "less_equal": Case(np.less_equal),
    "greater": Case(np.greater),
    "greater_equal": Case(np.greater_equal),
    "logical_and": Case(np.logical_and),
    "logical_or": Case(np.logical_or),
    "logical_xor": Case(np.logical_xor),
    "logical_not": Case(np.logical_not),
    "bitwise_and": Case(np.bitwise_and, arrays=_bits("x1", "x2")),
    "bitwise_or": Case(np.bitwise_or, arrays=_bits("x1", "x2")),
    "bitwise_xor": Case(np.bitwise_xor, arrays=_bits("x1", "x2")),
    "bitwise_invert": Case(np.bitwise_invert, arrays=_bits("x")),
    "bitwise_left_shift": Case(np.bitwise_left_shift, domain={"x1": (-9.0, 9.0), "x2": SHIFTS}),
    "bitwise_right_shift": Case(np.bitwise_right_shift, domain={"x1": (-9.0, 9.0), "x2": SHIFTS}),
    "ceil": Case(np.ceil, domain=(-7.0, 7.0)),
    "floor": Case(np.floor, domain=(-7.0, 7.0)),
    "round": Case(np.round, domain=(-7.0, 7.0)),
    "trunc": Case(np.trunc, domain=(-7.0, 7.0)),
    "isfinite": Case(np.isfinite),
    "isinf": Case(np.isinf),
    "isnan": Case(np.isnan),
    "signbit": Case(np.signbit),
    "copysign": Case(np.copysign, domain={"x1": (0.3, 2.0)}),
    "nextafter": Case(np.nextafter),
    "conj": Case(np.conj),
    "real": Case(np.real, view=True),
    "imag": Case(np.imag, view=True),
}
