"""Ops called with shapes, axes or sizes that cannot be."""

from __future__ import annotations

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

HEADS = 3


def reshape(x: Float32[Tensor, "4 6"]) -> None:
    x.reshape(5, 5)  # E: reshape: the old and the new shape hold different numbers of elements: 24 and 25 [shape]
    tg.reshape(x, (2, -1, 5))  # E: reshape: the number of elements does not fill the known sizes: 24 is not a multiple of 10 [shape]
    tg.reshape(x, shape=(4, 6, 2))  # E: reshape: the old and the new shape hold different numbers of elements: 24 and 48 [shape]


def reshape_symbols(x: Float32[Tensor, "b t d"]) -> None:
    b, t, d = x.shape
    x.reshape(b, t, d + 1)  # E: reshape: the old and the new shape hold different numbers of elements: b*d*t and b*d*t+b*t [shape]
    x.reshape(b, 2 * t, d)  # E: reshape: the old and the new shape hold different numbers of elements: b*d*t and 2*b*d*t [shape]


def axes(x: Float32[Tensor, "b n"]) -> None:
    x.sum(axis=2)  # E: sum: axis 2 is out of range for 2 axes [shape]
    tg.mean(x, axis=(0, -3))  # E: mean: axis -3 is out of range for 2 axes [shape]
    tg.softmax(x, axis=5)  # E: softmax: axis 5 is out of range for 2 axes [shape]
    x.argmax(axis=2)  # E: argmax: axis 2 is out of range for 2 axes [shape]
    tg.expand_dims(x, 4)  # E: expand_dims: axis 4 is out of range for 3 axes [shape]
    x.permute_dims(0, 1, 2)  # E: permute_dims: axis 2 is out of range for 2 axes [shape]
    x.permute_dims(0, 0)  # E: permute_dims: axes=(0, 0) must name each of the 2 axes once [shape]


def squeeze(x: Float32[Tensor, "1 n 3"]) -> None:
    x.squeeze(2)  # E: squeeze: axis 2 cannot be dropped: its size is 3, not 1 [shape]


def joining(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"], z: Float32[Tensor, "k n"]) -> None:
    tg.concat([x, y])  # E: concat: but for axis 0, `arrays[0]` and `arrays[1]` must have the same shape: [n] and [m] [shape]
    tg.concat([x, z], axis=1)  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [b] and [k] [shape]
    tg.stack([x, y])  # E: stack: `arrays[0]` and `arrays[1]` must have the same shape: [b n] and [b m] [shape]
    tg.stack([x, x], axis=3)  # E: stack: axis 3 is out of range for 3 axes [shape]


def indexing(x: Float32[Tensor, "b 5"], m: Bool[Tensor, "4"]) -> None:
    x[0, 0, 0]  # E: getitem: too many indices: 3 for 2 axes [shape]
    x[0, 5]  # E: getitem: index 5 is out of range for axis 1 of size 5 [shape]
    x[:, m]  # E: getitem: a mask of size 4 does not fit axis 1 of size 5 [shape]


def einsum(x: Float32[Tensor, "b i"], y: Float32[Tensor, "j k"]) -> None:
    tg.einsum("bi,ik->bk", x, y)  # E: einsum: `i` is i in `operands[0]` but j in `operands[1]` [shape]


def vectors(x: Float32[Tensor, "3"], y: Float32[Tensor, "4"]) -> None:
    x @ y  # E: matmul: `k` is 3 in `x1` but 4 in `x2` [shape]
    tg.outer(x, y) @ x  # E: matmul: `k` is 4 in `x1` but 3 in `x2` [shape]


def chosen(c: Bool[Tensor, "n"], x: Float32[Tensor, "n"], y: Float32[Tensor, "m"]) -> None:
    tg.where(c, x, y)  # E: where: `condition` and `x2` do not broadcast: axis -1 is n in `condition` but m in `x2` [shape]


def losses(logits: Float32[Tensor, "b c"], labels: Int64[Tensor, "n"], targets: Float32[Tensor, "b 1"]) -> None:
    tg.softmax_cross_entropy(logits, labels)  # E: softmax_cross_entropy: `*batch` is [b] in `logits` but [n] in `labels` [shape]
    tg.mse(logits[:, 0], targets)  # E: mse: `*s` is [b] in `prediction` but [b 1] in `target` [shape]


def from_shape(x: Float32[Tensor, "2 3 d"], w: Float32[Tensor, "d d"]) -> None:
    h = x.reshape(x.shape[0] * x.shape[1], x.shape[2])
    w @ h.mT + h  # E: add: `x1` and `x2` do not broadcast: axis -1 is 6 in `x1` but d in `x2` [shape]


def attention(q: Float32[Tensor, "b t 12"], k: Float32[Tensor, "b t 12"]) -> None:
    b, t, d = q.shape
    q4 = q.reshape(b, t, HEADS, d // HEADS)
    k4 = k.reshape(b, t, HEADS, d // HEADS)
    q4.permute_dims(0, 2, 1, 3) @ k4.permute_dims(0, 2, 1, 3)  # E: matmul: `k` is 4 in `x1` but t in `x2` [shape]


def created(x: Float32[Tensor, "b 4"], n: int) -> None:
    x @ tg.zeros((3, n))  # E: matmul: `k` is 4 in `x1` but 3 in `x2` [shape]
    x + tg.random.normal(tg.random.key(0), (5,))  # E: add: `x1` and `x2` do not broadcast: axis -1 is 4 in `x1` but 5 in `x2` [shape]
    x @ tg.eye(5)  # E: matmul: `k` is 4 in `x1` but 5 in `x2` [shape]


def unpacking(x: Float32[Tensor, "b t d"]) -> None:
    b, t = x.shape  # E: Too many values to unpack (2 expected, 3 provided) [misc]
