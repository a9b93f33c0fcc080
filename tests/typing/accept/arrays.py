"""numpy arrays with annotations are matched where they are passed and returned; what numpy does is not followed."""

from __future__ import annotations

from typing import Any, NamedTuple, reveal_type

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64, Shaped
from numpy.typing import NDArray

import typedgrad as tg

Rows = Float64[np.ndarray, "n 3"]


def product(x: Float32[np.ndarray, "b n"], w: Float32[np.ndarray, "n m"]) -> Float32[np.ndarray, "b m"]:
    reveal_type(x)  # R: Float32[ndarray, "b n"]
    return x @ w


def operations(x: Float32[np.ndarray, "b n"], i: Int64[np.ndarray, "b"]) -> Float32[np.ndarray, "n b"]:
    b, n = x.shape
    reveal_type(tg.zeros((b, 2 * n)))  # R: Float32[Tensor, "b 2*n"]
    x += 1
    y = x * 2.0 + np.sum(x, axis=0)
    z = np.concatenate([x, y]).astype(np.float64)
    np.testing.assert_allclose(x, x.copy())
    for row in x:
        row + 1
    rows = [x[0], x[1:], np.stack([x, x]), x.reshape(-1), x[i]]
    first: float = float(x[0, 0]) + x.mean() + len(rows) + z.size
    table = {"x": x, "first": first}
    assert table
    return x.T


def literal(x: Float32[np.ndarray, "8 784"], w: Float32[np.ndarray, "784 10"]) -> Float32[np.ndarray, "8 10"]:
    out = product(x, w)
    reveal_type(out)  # R: Float32[ndarray, "8 10"]
    plain: NDArray[np.float32] = out
    product(plain, w)
    product(np.zeros((3, 784), dtype=np.float32), w)
    pairs: list[Float32[np.ndarray, "_ _"]] = [x, w]
    pairs.append(out)
    return out


def optional(x: Float64[np.ndarray, "n"] | None, y: Rows, z: Float[NDArray[Any], "..."]) -> Float64[np.ndarray, "n"]:
    if x is None:
        return y[:, 0]
    np.dot(x, y)
    np.add(z, x)
    return np.asarray(x)


class Batch(NamedTuple):
    x: Float32[np.ndarray, "b 784"]
    y: Int64[np.ndarray, "b"]


def batches(batch: Batch, w: Float32[np.ndarray, "784 10"]) -> Shaped[np.ndarray, "..."]:
    return product(batch.x, w)[batch.y]


def into_tensors(x: Float32[np.ndarray, "b n"]) -> None:
    tg.asarray(x) @ tg.zeros((3, 4))
    tg.asarray(np.ones(3))
