"""Linear algebra, statistics and physics written with arrays, with an axis too many, too few, or elsewhere."""

from __future__ import annotations

from jaxtyping import Bool, Complex64, Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor


def least_squares(a: Float32[Tensor, "n k"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "k"]:
    return tg.linalg.solve(a.mT @ a, a @ y)  # E: matmul: `k` is k in `x1` but n in `x2` [shape]


def normal_equations(a: Float32[Tensor, "n k"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "k"]:
    return tg.linalg.solve(a @ a.mT, y)  # E: normal_equations: the result must have k on axis 0 (k), not n [shape]


def inverse_of_data(a: Float32[Tensor, "n 3"]) -> Tensor:
    return tg.linalg.inv(a)  # E: inv: `n` is n on axis 0 of `x` but 3 on axis 1 [shape]


def determinant(a: Float32[Tensor, "b 3 4"]) -> Tensor:
    return tg.linalg.det(a)  # E: det: `n` is 3 on axis 1 of `x` but 4 on axis 2 [shape]


def covariance(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "d d"]:
    centred = x - tg.mean(x, axis=0)
    return centred @ centred.mT / float(x.shape[0])  # E: covariance: the result must have d on axis 0 (d d), not n [shape]


def components(x: Float32[Tensor, "100 20"]) -> Float32[Tensor, "100 3"]:
    u, s, vh = tg.linalg.svd(x, full_matrices=False)
    return x @ vh[:3]  # E: matmul: `k` is 20 in `x1` but 3 in `x2` [shape]


def reconstructed(x: Float32[Tensor, "100 20"]) -> Float32[Tensor, "100 20"]:
    u, s, vh = tg.linalg.svd(x)
    both = u[:, :20] * s
    return vh @ both  # E: matmul: `k` is 20 in `x1` but 100 in `x2` [shape]


def orthogonal(x: Float32[Tensor, "100 20"]) -> Float32[Tensor, "20 20"]:
    q, r = tg.linalg.qr(x)
    return r @ q  # E: matmul: `k` is 20 in `x1` but 100 in `x2` [shape]


def mahalanobis(x: Float32[Tensor, "n d"], mean: Float32[Tensor, "d"], c: Float32[Tensor, "d d"]) -> Float32[Tensor, "n"]:
    z = x - mean
    return tg.sum(z @ tg.linalg.inv(c) @ z, axis=1)  # E: matmul: `k` is d in `x1` but n in `x2` [shape]


def kernel(x: Float32[Tensor, "n d"], y: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    difference = x[:, None] - y
    return tg.exp(-tg.sum(tg.square(difference), axis=1))  # E: kernel: the result must have m on axis 1 (n m), not d [shape]


def distances(x: Float32[Tensor, "n d"], y: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    return tg.sum(tg.square(x - y), axis=1)  # E: subtract: `x1` and `x2` do not broadcast: axis -2 is n in `x1` but m in `x2` [shape]


def distances_by_products(x: Float32[Tensor, "n d"], y: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    squares = tg.sum(x * x, axis=1) - 2.0 * (x @ y.mT)  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]
    return tg.sqrt(squares)


def gaussian_process(k: Float32[Tensor, "n n"], cross: Float32[Tensor, "m n"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "m"]:
    return cross.mT @ tg.linalg.solve(k, y)  # E: matmul: `k` is m in `x1` but n in `x2` [shape]


def rotated(points: Float32[Tensor, "n 3"], rotation: Float32[Tensor, "3 3"]) -> Float32[Tensor, "n 3"]:
    return rotation @ points  # E: matmul: `k` is 3 in `x1` but n in `x2` [shape]


def moved(points: Float32[Tensor, "b n 3"], shift: Float32[Tensor, "b 3"]) -> Float32[Tensor, "b n 3"]:
    return points + shift  # E: add: `x1` and `x2` do not broadcast: axis -2 is n in `x1` but b in `x2` [shape]


def homogeneous(points: Float32[Tensor, "n 3"], camera: Float32[Tensor, "3 4"]) -> Float32[Tensor, "n 3"]:
    return points @ camera.mT  # E: matmul: `k` is 3 in `x1` but 4 in `x2` [shape]


def areas(a: Float32[Tensor, "n 2"], b: Float32[Tensor, "n 2"]) -> Tensor:
    return tg.cross(a, b)  # E: cross: axis -1 of `x1` must have size 3, not 2 [shape]


def markov(p: Float32[Tensor, "s s"], start: Float32[Tensor, "t"]) -> Float32[Tensor, "t"]:
    return start @ tg.linalg.matrix_power(p, 3)  # E: matmul: `k` is t in `x1` but s in `x2` [shape]


def batched(a: Float32[Tensor, "b n k"], x: Float32[Tensor, "b k"]) -> Float32[Tensor, "b n"]:
    return a @ x  # E: matmul: `k` is k in `x1` but b in `x2` [shape]


def batched_pairs(x: Float32[Tensor, "b d"], y: Float32[Tensor, "b d"]) -> Float32[Tensor, "b"]:
    return x @ y  # E: matmul: `k` is d in `x1` but b in `x2` [shape]


def outer_of_batches(x: Float32[Tensor, "b m"], y: Float32[Tensor, "b n"]) -> Float32[Tensor, "b m n"]:
    return x[:, None] * y[:, :, None]  # E: outer_of_batches: the result must have m on axis 1 (b m n), not n [shape]


def outer_of_matrices(x: Float32[Tensor, "b m"], y: Float32[Tensor, "n"]) -> Tensor:
    return tg.outer(x, y)  # E: outer: `x1` needs 1 axis (m), got 2 [shape]


def trilinear(x: Float32[Tensor, "b i"], w: Float32[Tensor, "i j k"], y: Float32[Tensor, "b k"]) -> Float32[Tensor, "b j"]:
    return tg.einsum("bi,ijk,bj->bk", x, w, y)  # E: einsum: `j` is j in `operands[1]` but k in `operands[2]` [shape]


def too_many_letters(x: Float32[Tensor, "b i"]) -> Tensor:
    return tg.einsum("bij->bj", x)  # E: einsum: `operands[0]` needs 3 axes (b i j), got 2 [shape]


def contracted(x: Float32[Tensor, "a b c"], y: Float32[Tensor, "c b d"]) -> Float32[Tensor, "a d"]:
    return tg.tensordot(x, y, axes=2)  # E: tensordot: axis 1 of `x1` is b, but axis 0 of `x2` is c [shape]


def graph(adjacent: Float32[Tensor, "n n"], x: Float32[Tensor, "n d"], w: Float32[Tensor, "d k"]) -> Float32[Tensor, "n k"]:
    degree = tg.sum(adjacent, axis=1)
    return (adjacent @ w) / degree[:, None]  # E: matmul: `k` is n in `x1` but d in `x2` [shape]


def messages(x: Float32[Tensor, "n d"], source: Int64[Tensor, "e"], weight: Float32[Tensor, "e"]) -> Float32[Tensor, "e d"]:
    return tg.take(x, source, axis=0) * weight  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but e in `x2` [shape]


def gathered(x: Float32[Tensor, "n d"], index: Int64[Tensor, "k"]) -> Float32[Tensor, "k d"]:
    return tg.take(x, index, axis=1)  # E: gathered: the result must have k on axis 0 (k d), not n [shape]


def chosen(x: Float32[Tensor, "n d"], keep: Bool[Tensor, "d"]) -> Float32[Tensor, "n d"]:
    return tg.where(keep[:, None], x, 0.0)  # E: where: `condition` and `x1` do not broadcast: axis -2 is d in `condition` but n in `x1` [shape]


def running(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return tg.cumulative_sum(x, axis=0, include_initial=True)  # E: running: the result must have n on axis 0 (n d), not n+1 [shape]


def differences(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n-1 d"]:
    return tg.diff(x)  # E: differences: the result must have n-1 on axis 0 (n-1 d), not n [shape]


def discounted(reward: Float32[Tensor, "b t"], gamma: float) -> Float32[Tensor, "b"]:
    powers = gamma ** tg.arange(reward.shape[0], dtype="float32")
    return reward @ powers  # E: matmul: `k` is t in `x1` but b in `x2` [shape]


def interpolated(y: Float32[Tensor, "n"], x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    slopes = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    return y + slopes * x[:-1]  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but n-1 in `x2` [shape]


def polynomial(x: Float32[Tensor, "n"], c: Float32[Tensor, "4"]) -> Float32[Tensor, "n"]:
    return tg.stack([x**0, x, x**2], axis=1) @ c  # E: matmul: `k` is 3 in `x1` but 4 in `x2` [shape]


def grid(x: Float32[Tensor, "w"], y: Float32[Tensor, "h"]) -> Float32[Tensor, "h w"]:
    return x[:, None] + y  # E: grid: the result must have h on axis 0 (h w), not w [shape]


def spectrum(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.real(tg.fft.rfft(x))  # E: spectrum: the result must have n on axis 0 (n), not n//2+1 [shape]


def spectrum_as_reals(x: Complex64[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x * 2.0  # E: spectrum_as_reals: `return` must be Float32, not complex64 [dtype]


def normalised_columns(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return x / tg.sqrt(tg.sum(x * x, axis=1))  # E: divide: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but n in `x2` [shape]


def attention_over_points(x: Float32[Tensor, "n d"], centre: Float32[Tensor, "d"]) -> Float32[Tensor, "d"]:
    weights = tg.softmax(x @ centre)
    return x @ weights  # E: matmul: `k` is d in `x1` but n in `x2` [shape]


def squeezed(x: Float32[Tensor, "b 1 d"]) -> Float32[Tensor, "b d"]:
    return tg.squeeze(x, axis=0) + tg.squeeze(x, axis=1)  # E: squeeze: axis 0 cannot be dropped: its size is b, not 1 [shape]


def squeezed_features(x: Float32[Tensor, "b 3"]) -> Float32[Tensor, "b"]:
    return tg.squeeze(x, axis=1)  # E: squeeze: axis 1 cannot be dropped: its size is 3, not 1 [shape]


def reshaped(x: Float32[Tensor, "b h w"]) -> Float32[Tensor, "h*w b"]:
    b, h, w = x.shape
    return tg.reshape(x, (h * w * b,))  # E: reshaped: the result must have 2 axes (h*w b), not 1 [shape]


def viewed(x: Float32[Tensor, "n 6"]) -> Float32[Tensor, "n 2 4"]:
    return tg.reshape(x, (x.shape[0], 2, 4))  # E: reshape: the old and the new shape hold different numbers of elements: 6*n and 8*n [shape]


def paired(x: Float32[Tensor, "n 6"]) -> Float[Tensor, "n 3"]:
    return x[:, ::2] * x[:, 1:]  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is 3 in `x1` but 5 in `x2` [shape]
