"""Training: steps, gradients, data and configurations that do not fit each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Bool, Float, Float32, Float64, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import BatchNorm, Dense, Embedding, Flatten, Layer, LayerNorm, Sequential, param, sub, zeros


@dataclass(frozen=True)
class Sizes:
    inputs: int
    hidden: int
    classes: int


class Batch(NamedTuple):
    images: Float32[Tensor, "64 784"]
    labels: Int64[Tensor, "64"]


class Mlp(Layer):
    """Sizes of a configuration, two of them swapped in the second layer."""

    sizes: Sizes
    first: Dense = sub(lambda self: Dense(in_features=self.sizes.inputs, out_features=self.sizes.hidden))
    second: Dense = sub(lambda self: Dense(in_features=self.sizes.classes, out_features=self.sizes.hidden))

    def __call__(self, x: Float[Tensor, "b {self.sizes.inputs}"]) -> Tensor:
        return self.second(tg.relu(self.first(x)))  # E: Dense(in_features={self.sizes.classes}, out_features={self.sizes.hidden}): `x` has in_features={self.sizes.hidden}, but in_features is {self.sizes.classes} [shape]


class Chain(Layer):
    """A list of layers, in the middle of which a size is skipped."""

    d: int
    first: Dense = sub(lambda self: Dense(in_features=self.d, out_features=256))
    second: Dense = sub(lambda self: Dense(in_features=256, out_features=128))
    third: Dense = sub(lambda self: Dense(in_features=64, out_features=10))

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b 10"]:
        h = tg.relu(self.second(tg.relu(self.first(x))))
        return self.third(h)  # E: Dense(in_features=64, out_features=10): `x` has in_features=128, but in_features is 64 [shape]


class Autoencoder(Layer):
    """The decoder's weight is the encoder's, which is not transposed."""

    d: int
    hidden: int
    weight: Float[Tensor, "d hidden"] = param(zeros)
    bias: Float[Tensor, "hidden"] = param(zeros)
    back: Float[Tensor, "hidden"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        h = tg.sigmoid(x @ self.weight + self.bias)
        return h @ self.weight  # E: matmul: `k` is hidden in `x1` but d in `x2` [shape]

    def biased(self, h: Float[Tensor, "b hidden"]) -> Float[Tensor, "b d"]:
        return h @ self.weight.mT + self.back  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but hidden in `x2` [shape]


class PytorchWeights(Layer):
    """Weights stored as (outputs, inputs), used as (inputs, outputs)."""

    inside: int
    outside: int
    weight: Float[Tensor, "outside inside"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b inside"]) -> Float[Tensor, "b outside"]:
        return x @ self.weight  # E: matmul: `k` is inside in `x1` but outside in `x2` [shape]


class TwoInputs(Layer):
    """Pictures and words, joined without having been brought to one rank."""

    words: int
    d: int
    text: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=self.d))
    picture: Dense = sub(lambda self: Dense(in_features=512, out_features=self.d))
    head: Dense = sub(lambda self: Dense(in_features=2 * self.d, out_features=1))

    def __call__(self, x: Float[Tensor, "b 512"], y: Int64[Tensor, "b t"]) -> Float[Tensor, "b 1"]:
        return self.head(tg.concat([self.picture(x), self.text(y)], axis=-1))  # E: concat: but for axis -1, `arrays[0]` and `arrays[1]` must have the same shape: [b] and [b t] [shape]

    def swapped(self, x: Float[Tensor, "b 512"], y: Int64[Tensor, "b t"]) -> Float[Tensor, "b d"]:
        return self.picture(y)  # E: Dense(in_features=512, out_features=d): `x` must be Float, not int64 [dtype]

    def added(self, x: Float[Tensor, "b 512"], y: Int64[Tensor, "b t"]) -> Float[Tensor, "b d"]:
        return self.picture(x) + tg.sum(self.text(y), axis=2)  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but t in `x2` [shape]


class Gated(Layer):
    """The gate is one number for an example, without its axis."""

    d: int
    gate: Dense = sub(lambda self: Dense(in_features=self.d, out_features=1))

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        return x * tg.sigmoid(self.gate(x))[:, 0]  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but b in `x2` [shape]


class Experts(Layer):
    """The weights of the experts meet the features."""

    d: int
    experts: int
    router: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.experts))
    weight: Float[Tensor, "experts d d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        shares = tg.softmax(self.router(x))
        each = tg.einsum("bd,edf->bef", x, self.weight)
        return tg.sum(shares[:, None] * each, axis=1)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is experts in `x1` but d in `x2` [shape]

    def letters(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b experts d"]:
        return tg.einsum("bd,def->bef", x, self.weight)  # E: einsum: `d` is d in `operands[0]` but experts in `operands[1]` [shape]


def squared(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, ""]:
    return tg.mse(x @ w, y)


def one_example(w: Float32[Tensor, "n m"], x: Float32[Tensor, "n"]) -> Float32[Tensor, "m"]:
    return x @ w


def step(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, "n m"]:
    return w - 0.1 * tg.grad(squared)(w, x, y).mT  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is m in `x1` but n in `x2` [shape]


def swapped_arguments(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Tensor:
    return squared(x, w, y)  # E: squared: `n` is b in `w` but m in `x` [shape]


def other_gradient(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Tensor:
    gradient = tg.grad(squared)(w, x, y)
    return x - gradient  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def without_a_batch(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> Float32[Tensor, "m"]:
    return one_example(w, x)  # E: one_example: `x` needs 1 axis (n), got 2 [shape]


def moment(w: Float32[Tensor, "n m"], g: Float32[Tensor, "n m"], v: Float32[Tensor, "m"]) -> Float32[Tensor, "m"]:
    return 0.9 * v + 0.1 * g * g  # E: moment: the result must have 1 axis (m), not 2 [shape]


def norm_of_rows(w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n m"]:
    return w / tg.linalg.vector_norm(w, axis=1)  # E: divide: `x1` and `x2` do not broadcast: axis -1 is m in `x1` but n in `x2` [shape]


def standardised(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b n"]:
    return (x - tg.mean(x, axis=0)) / tg.std(x, axis=1)  # E: divide: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but b in `x2` [shape]


def softmax_by_hand(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b n"]:
    e = tg.exp(x - tg.max(x, axis=1, keepdims=True))
    return e / tg.sum(e, axis=1)  # E: divide: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but b in `x2` [shape]


def last_batch(x: Float32[Tensor, "1000 784"]) -> Float32[Tensor, "64 784"]:
    return x[960:1024]  # E: last_batch: the result must have 64 on axis 0 (64 784), not 40 [shape]


def transposed_data(x: Float32[Tensor, "784 b"], sizes: Sizes) -> Tensor:
    return Dense(in_features=784, out_features=sizes.classes)(x)  # E: Dense(in_features=784, out_features={sizes.classes}): `x` has in_features=b, but in_features is 784 [shape]


def from_a_batch(batch: Batch) -> Float32[Tensor, ""]:
    model = Sequential(Dense(in_features=784, out_features=10))
    return tg.softmax_cross_entropy(model(batch.images), batch.labels[1:])  # E: softmax_cross_entropy: `*batch` is [64] in `logits` but [63] in `labels` [shape]


def swapped_batch(batch: Batch) -> Tensor:
    return tg.softmax_cross_entropy(batch.labels, batch.images)  # E: softmax_cross_entropy: `logits` must be Float, not int64 [dtype]


def pictures(x: Float32[Tensor, "b 28 28"]) -> Tensor:
    return Sequential(Dense(in_features=784, out_features=128), tg.relu, Dense(in_features=128, out_features=10))(x)  # E: Dense(in_features=784, out_features=128): `x` has in_features=28, but in_features is 784 [shape]


def flattened(x: Float32[Tensor, "b 28 28"]) -> Tensor:
    return Sequential(Flatten(), Dense(in_features=28, out_features=10))(x)  # E: Dense(in_features=28, out_features=10): `x` has in_features=784, but in_features is 28 [shape]


def normalised(x: Float32[Tensor, "b d"], sizes: Sizes) -> Tensor:
    model = Sequential(Dense(out_features=sizes.hidden), LayerNorm(features=sizes.classes))  # E: LayerNorm(features={sizes.classes}): `x` has features={sizes.hidden}, but features is {sizes.classes} [shape]
    return model(x)


def batch_normalised(x: Float32[Tensor, "b 10 32"]) -> Tensor:
    return BatchNorm(features=32)(x)  # E: BatchNorm(features=32): `x` has features=10, but features is 32 [shape]


def head_of_other_classes(x: Float32[Tensor, "b 512"], y: Float32[Tensor, "b 100"]) -> Tensor:
    return tg.soft_label_cross_entropy(Dense(in_features=512, out_features=10)(x), y)  # E: soft_label_cross_entropy: `classes` is 10 in `logits` but 100 in `target` [shape]


def ensemble(x: Float32[Tensor, "b 5"]) -> Float[Tensor, "b 3"]:
    first, second = (Dense(in_features=5, out_features=3), Dense(in_features=5, out_features=3))
    return tg.stack([first(x), second(x)])  # E: ensemble: the result must have 2 axes (b 3), not 3 [shape]


def mean_of_members(x: Float32[Tensor, "4 b k"]) -> Float32[Tensor, "b k"]:
    return tg.mean(x, axis=-1)  # E: mean_of_members: the result must have b on axis 0 (b k), not 4 [shape]


def mixed_up(x: Float32[Tensor, "b d"], share: Float32[Tensor, "b"]) -> Float32[Tensor, "b d"]:
    return share * x  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is b in `x1` but d in `x2` [shape]


def doubles(x: Float64[Tensor, "b d"], w: Float32[Tensor, "d k"]) -> Float32[Tensor, "b k"]:
    return x @ w  # E: doubles: `return` must be Float32, not float64 [dtype]


def counted(seen: Bool[Tensor, "b t"]) -> Float32[Tensor, "b"]:
    return tg.sum(seen, axis=1)  # E: counted: `return` must be Float32, not int64 [dtype]
