"""Shapes in annotations: written once, checked by mypy before the run and by beartype during it."""

from __future__ import annotations

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor


@tg.typed
def scores(
    x: Float32[Tensor, "batch features"], w: Float32[Tensor, "features classes"]
) -> Float32[Tensor, "batch classes"]:
    """Names stand for sizes; the same name, the same size."""
    return x @ w


@tg.typed
def predicted(scores: Float32[Tensor, "batch classes"]) -> Int64[Tensor, "batch"]:
    """dtypes are checked alongside."""
    return tg.argmax(scores, axis=-1)


@tg.typed
def split_heads(x: Float32[Tensor, "batch time heads*8"], heads: int) -> Float32[Tensor, "batch heads time 8"]:
    """Sizes may be computed."""
    batch, time, _ = x.shape
    return tg.permute_dims(tg.reshape(x, (batch, time, heads, 8)), (0, 2, 1, 3))


x, w = tg.ones((32, 784)), tg.ones((784, 10))
print(predicted(scores(x, w)).shape, split_heads(tg.ones((2, 5, 24)), 3).shape)

# At run time a wrong shape is refused with the names that the annotations use. mypy says the same, earlier.
try:
    scores(x, tg.ones((10, 784)))  # type: ignore[shape]  # mypy refuses it as well
except tg.ShapeError as error:
    print(error)

# Shapes without numbers: what comes out of a function for any batch size.
print(tg.eval_shape(scores, "batch 784", "784 10"))
