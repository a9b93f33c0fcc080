"""Products spelled with letters."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 2, "i": 3, "j": 4, "k": 5}


def einsums(x: Float32[Tensor, "b i"], y: Float32[Tensor, "i j"], z: Float32[Tensor, "b i j"]) -> None:
    reveal_type(tg.einsum("bi,ij->bj", x, y))
    reveal_type(tg.einsum("bij->ji", z))
    reveal_type(tg.einsum("bij,ij->b", z, y))
    reveal_type(tg.einsum("...i,ij->...j", x, y))
    reveal_type(tg.outer(x[0], y[0]))


def clash(x: Float32[Tensor, "b i"], y: Float32[Tensor, "j k"]) -> None:
    tg.einsum("bi,ik->bk", x, y)  # E: einsum: `i` is i in `operands[0]` but j in `operands[1]` [shape]


def run_einsums() -> None:
    einsums(tg.ones((2, 3)), tg.ones((3, 4)), tg.ones((2, 3, 4)))


def run_clash() -> None:
    clash(tg.ones((2, 3)), tg.ones((4, 5)))
