"""Small models and data for the tests of training."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float

import typedgrad as tg
from typedgrad.core.pytree import flatten
from typedgrad.core.state import State


class Line(tg.nn.Layer):
    """`slope * x`, from nothing."""

    slope: Float[tg.Tensor, ""] = tg.nn.param(tg.nn.zeros)

    def __call__(self, x: Float[tg.Tensor, "*n"]) -> Float[tg.Tensor, "*n"]:
        return x * self.slope


def line() -> Line:
    return tg.init(Line(), tg.random.key(0))


def squared_error(y: tg.Tensor, target: tg.Tensor) -> tg.Tensor:
    return tg.mean(tg.square(y - target))


def doubles(rows: int = 4) -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    """Numbers and their doubles."""
    x = tg.asarray([float(i) for i in range(1, rows + 1)])
    return tg.data.Dataset(x, x * 2.0)


def values(tree: object) -> list[Any]:
    """The numbers in the tensors and states of a tree."""
    leaves = [leaf for leaf in flatten(tree)[0] if isinstance(leaf, (tg.Tensor, State))]
    return [tg.to_numpy(leaf.value if isinstance(leaf, State) else leaf).tolist() for leaf in leaves]
