"""What the Array API standard has beside elementwise functions: results with names, differences, transforms."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"n": 5, "m": 3}


def named(x: Float32[Tensor, "6 4"], y: Float32[Tensor, "n m"]) -> None:
    reveal_type(tg.linalg.qr(x).R)
    parts = tg.linalg.svd(x, full_matrices=False)
    reveal_type(parts.U)
    reveal_type(parts.S)
    reveal_type(parts.U @ parts.Vh)
    reveal_type(tg.linalg.eigh(y.mT @ y).eigenvalues)


def along(x: Float32[Tensor, "6 4"]) -> None:
    reveal_type(tg.diff(x, axis=0))
    reveal_type(tg.diff(x, x, n=2))
    reveal_type(tg.repeat(x, 2, axis=0))
    reveal_type(tg.fft.rfft(x))
    reveal_type(tg.fft.irfft(tg.fft.rfft(x)))


def refused(x: Float32[Tensor, "6 4"]) -> None:
    x @ tg.linalg.qr(x).Q  # E: matmul: `k` is 4 in `x1` but 6 in `x2` [shape]


def run_named() -> None:
    named(tg.ones((6, 4)), tg.ones((5, 3)))


def run_along() -> None:
    along(tg.ones((6, 4)))


def run_refused() -> None:
    refused(tg.ones((6, 4)))
