"""Any number of axes before the last."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"a": 2, "b": 3, "d": 4}


@tg.typed
def doubled(x: Float32[Tensor, "*batch n"]) -> Float32[Tensor, "*batch 2*n"]:
    return tg.concat([x, x], axis=-1)


def right(x: Float32[Tensor, "a b d"], y: Float32[Tensor, "d"]) -> None:
    reveal_type(doubled(x))
    reveal_type(doubled(y))
    reveal_type(doubled(x[0]))


def a_scalar(x: Float32[Tensor, ""]) -> None:
    doubled(x)  # E: doubled: `x` needs at least 1 axis (*batch n), got 0 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 4)), tg.ones(4))


def run_a_scalar() -> None:
    a_scalar(tg.asarray(1.0))
