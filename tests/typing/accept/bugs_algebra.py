"""Linear algebra, statistics and physics as they are meant: the corrected forms of what `reject/bugs_algebra.py` gets wrong."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Bool, Complex64, Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor


def least_squares(a: Float32[Tensor, "n k"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "k"]:
    return tg.linalg.solve(a.mT @ a, a.mT @ y)


def by_pseudo_inverse(a: Float32[Tensor, "n k"], y: Float32[Tensor, "n m"]) -> Float32[Tensor, "k m"]:
    return tg.linalg.pinv(a) @ y


def ridge(a: Float32[Tensor, "n k"], y: Float32[Tensor, "n"], amount: float) -> Float32[Tensor, "k"]:
    return tg.linalg.solve(a.mT @ a + amount * tg.eye(a.shape[1]), a.mT @ y)


def covariance(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "d d"]:
    centred = x - tg.mean(x, axis=0)
    return centred.mT @ centred / float(x.shape[0])


def components(x: Float32[Tensor, "100 20"]) -> Float32[Tensor, "100 3"]:
    u, s, vh = tg.linalg.svd(x, full_matrices=False)
    reveal_type(u)  # R: Float32[Tensor, "100 20"]
    reveal_type(s)  # R: Float32[Tensor, "20"]
    return x @ vh[:3].mT


def reconstructed(x: Float32[Tensor, "100 20"]) -> Float32[Tensor, "100 20"]:
    u, s, vh = tg.linalg.svd(x, full_matrices=False)
    return (u * s) @ vh


def orthogonal(x: Float32[Tensor, "100 20"]) -> Float32[Tensor, "100 20"]:
    q, r = tg.linalg.qr(x)
    reveal_type(r)  # R: Float32[Tensor, "20 20"]
    return q @ r


def sampled(c: Float32[Tensor, "d d"], noise: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return noise @ tg.linalg.cholesky(c).mT


def principal(c: Float32[Tensor, "d d"]) -> Float32[Tensor, "d"]:
    values, vectors = tg.linalg.eigh(c)
    reveal_type(vectors)  # R: Float32[Tensor, "d d"]
    return vectors[:, -1] * values[-1]


def mahalanobis(x: Float32[Tensor, "n d"], mean: Float32[Tensor, "d"], c: Float32[Tensor, "d d"]) -> Float32[Tensor, "n"]:
    z = x - mean
    return tg.sum((z @ tg.linalg.inv(c)) * z, axis=1)


def kernel(x: Float32[Tensor, "n d"], y: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    return tg.exp(-tg.sum(tg.square(x[:, None] - y), axis=-1))


def distances_by_products(x: Float32[Tensor, "n d"], y: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    squares = tg.sum(x * x, axis=1)[:, None] - 2.0 * (x @ y.mT) + tg.sum(y * y, axis=1)
    return tg.sqrt(tg.maximum(squares, 0.0))


def nearest(x: Float32[Tensor, "n d"], y: Float32[Tensor, "m d"]) -> Float32[Tensor, "n d"]:
    return tg.take(y, tg.argmin(distances_by_products(x, y), axis=1), axis=0)


def gaussian_process(k: Float32[Tensor, "n n"], cross: Float32[Tensor, "m n"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "m"]:
    return cross @ tg.linalg.solve(k, y)


def rotated(points: Float32[Tensor, "n 3"], rotation: Float32[Tensor, "3 3"]) -> Float32[Tensor, "n 3"]:
    return points @ rotation.mT


def moved(points: Float32[Tensor, "b n 3"], shift: Float32[Tensor, "b 3"]) -> Float32[Tensor, "b n 3"]:
    return points + shift[:, None]


def homogeneous(points: Float32[Tensor, "n 3"], camera: Float32[Tensor, "3 4"]) -> Float32[Tensor, "n 2"]:
    with_one = tg.concat([points, tg.ones((points.shape[0], 1))], axis=1)
    seen = with_one @ camera.mT
    return seen[:, :2] / seen[:, 2:]


def volumes(a: Float32[Tensor, "n 3"], b: Float32[Tensor, "n 3"], c: Float32[Tensor, "n 3"]) -> Float32[Tensor, "n"]:
    return tg.vecdot(tg.cross(a, b), c)


def markov(p: Float32[Tensor, "s s"], start: Float32[Tensor, "s"]) -> Float32[Tensor, "s"]:
    return start @ tg.linalg.matrix_power(p, 3)


def batched(a: Float32[Tensor, "b n k"], x: Float32[Tensor, "b k"]) -> Float32[Tensor, "b n"]:
    return (a @ x[..., None])[..., 0]


def batched_pairs(x: Float32[Tensor, "b d"], y: Float32[Tensor, "b d"]) -> Float32[Tensor, "b"]:
    return tg.vecdot(x, y)


def outer_of_batches(x: Float32[Tensor, "b m"], y: Float32[Tensor, "b n"]) -> Float32[Tensor, "b m n"]:
    return x[:, :, None] * y[:, None]


def trilinear(x: Float32[Tensor, "b i"], w: Float32[Tensor, "i j k"], y: Float32[Tensor, "b k"]) -> Float32[Tensor, "b j"]:
    return tg.einsum("bi,ijk,bk->bj", x, w, y)


def traces(x: Float32[Tensor, "b n n"]) -> Float32[Tensor, "b"]:
    return tg.einsum("bii->b", x) + tg.linalg.trace(x)


def contracted(x: Float32[Tensor, "a b c"], y: Float32[Tensor, "c b d"]) -> Float32[Tensor, "a d"]:
    return tg.tensordot(x, y, axes=((2, 1), (0, 1)))


def graph(adjacent: Float32[Tensor, "n n"], x: Float32[Tensor, "n d"], w: Float32[Tensor, "d k"]) -> Float32[Tensor, "n k"]:
    degree = tg.sum(adjacent, axis=1)
    return (adjacent @ (x @ w)) / degree[:, None]


def messages(
    x: Float32[Tensor, "n d"], source: Int64[Tensor, "e"], target: Int64[Tensor, "e"], weight: Float32[Tensor, "e"]
) -> Float32[Tensor, "e 2*d"]:
    sent = tg.take(x, source, axis=0) * weight[:, None]
    reveal_type(sent)  # R: Float32[Tensor, "e d"]
    return tg.concat([sent, x[target]], axis=1)


def chosen(x: Float32[Tensor, "n d"], keep: Bool[Tensor, "d"]) -> Float32[Tensor, "n d"]:
    return tg.where(keep, x, 0.0)


def running(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return tg.cumulative_sum(x, axis=0)


def differences(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "_ d"]:
    return tg.diff(x, axis=0)


def discounted(reward: Float32[Tensor, "b t"], gamma: float) -> Float32[Tensor, "b"]:
    powers = gamma ** tg.arange(reward.shape[1], dtype="float32")
    return reward @ powers


def interpolated(y: Float32[Tensor, "n"], x: Float32[Tensor, "n"]) -> Float32[Tensor, "n-1"]:
    slopes = (y[1:] - y[:-1]) / (x[1:] - x[:-1])
    reveal_type(slopes)  # R: Float32[Tensor, "n-1"]
    return y[:-1] + slopes * x[:-1]


def polynomial(x: Float32[Tensor, "n"], c: Float32[Tensor, "3"]) -> Float32[Tensor, "n"]:
    return tg.stack([x**0, x, x**2], axis=1) @ c


def grid(x: Float32[Tensor, "w"], y: Float32[Tensor, "h"]) -> Float32[Tensor, "h w 2"]:
    h, w = y.shape[0], x.shape[0]
    return tg.stack([tg.broadcast_to(x, (h, w)), tg.broadcast_to(y[:, None], (h, w))], axis=-1)


def spectrum(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n//2+1"]:
    return tg.abs(tg.fft.rfft(x))


def energy(x: Complex64[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.real(x * tg.conj(x))


def normalised_columns(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return x / tg.sqrt(tg.sum(x * x, axis=0))


def attention_over_points(x: Float32[Tensor, "n d"], centre: Float32[Tensor, "d"]) -> Float32[Tensor, "d"]:
    return tg.softmax(x @ centre) @ x


def squeezed(x: Float32[Tensor, "b 1 d"]) -> Float32[Tensor, "b d"]:
    return tg.squeeze(x, axis=1)


def reshaped(x: Float32[Tensor, "b h w"]) -> Float32[Tensor, "h*w b"]:
    b, h, w = x.shape
    return tg.reshape(x, (b, h * w)).mT


def viewed(x: Float32[Tensor, "n 6"]) -> Float32[Tensor, "n 2 3"]:
    return tg.reshape(x, (x.shape[0], 2, -1))


def paired(x: Float32[Tensor, "n 6"]) -> Float[Tensor, "n 3"]:
    return x[:, ::2] * x[:, 1::2]
