"""numpy arrays whose annotations do not fit together."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Float64, Int64


def product(x: Float32[np.ndarray, "b n"], w: Float32[np.ndarray, "n m"]) -> Float32[np.ndarray, "b m"]:
    return x @ w


def wrong_order(x: Float32[np.ndarray, "8 784"], w: Float32[np.ndarray, "784 10"]) -> Float32[np.ndarray, "10 8"]:
    product(w, x)  # E: product: `n` is 10 in `x` but 8 in `w` [shape]
    product(x, x)  # E: product: `n` is 784 in `x` but 8 in `w` [shape]
    return product(x, w)  # E: wrong_order: the result must have 10 on axis 0 (10 8), not 8 [shape]


def symbolic(x: Float32[np.ndarray, "b n"]) -> Float32[np.ndarray, "n b"]:
    product(x, x)  # E: product: `n` is n in `x` but b in `w` [shape]
    y: Float32[np.ndarray, "b 3"] = product(x, np.zeros((3, 4)))
    z: Float32[np.ndarray, "3"] = x  # E: `z` is declared as [3], not [b n] [shape]
    del y, z
    return x  # E: symbolic: the result must have n on axis 0 (n b), not b [shape]


def kinds(x: Float32[np.ndarray, "b n"], i: Int64[np.ndarray, "n m"], d: Float64[np.ndarray, "n m"]) -> None:
    product(x, i)  # E: product: `w` must be Float32, not int64 [dtype]
    product(x, d)  # E: product: `w` must be Float32, not float64 [dtype]
