"""Losses that compare what they should: the corrected forms of what `reject/bugs_losses.py` gets wrong."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Bool, Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, Layer, sub


class Regression(Layer):
    d: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=1))

    def __call__(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.mse(tg.squeeze(self.body(x), axis=1), y)

    def of_columns(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.mse(self.body(x), y[:, None])

    def by_index(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return tg.square(self.body(x)[:, 0] - y)

    def by_reshaping(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.mse(tg.reshape(self.body(x), (-1,)), y)


class Binary(Layer):
    d: int
    labels: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.labels))

    def __call__(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n labels"]) -> Float[Tensor, ""]:
        return tg.binary_cross_entropy_with_logits(self.body(x), y)

    def one(self, x: Float[Tensor, "n d"], y: Bool[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.binary_cross_entropy_with_logits(self.body(x)[:, 0], y.astype("float32"))


class Classes(Layer):
    d: int
    classes: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"], rare: Float[Tensor, "classes"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y, class_weights=rare)

    def one_hot(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n classes"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), tg.argmax(y, axis=1))

    def column(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n 1"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), tg.squeeze(y, axis=1))

    def soft(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
        target = tg.one_hot(y, classes=self.classes)
        reveal_type(target)  # R: Float32[Tensor, "n classes"]
        return tg.soft_label_cross_entropy(self.body(x), target * 0.9 + 0.1 / self.classes)

    def right(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Bool[Tensor, "n"]:
        return tg.argmax(self.body(x), axis=1) == y

    def accuracy(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Float32[Tensor, ""]:
        return tg.mean(self.right(x, y).astype("float32"))

    def among_the_first(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Bool[Tensor, "n"]:
        _, best = tg.topk(self.body(x), 5)
        reveal_type(best)  # R: Int64[Tensor, "n 5"]
        return tg.any(best == y[:, None], axis=1)

    def by_hand(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Float[Tensor, "n"]:
        return -tg.squeeze(tg.take_along_axis(tg.log_softmax(self.body(x)), y[:, None], axis=1), axis=1)


class Tags(Layer):
    words: int
    tags: int
    body: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=self.tags))

    def __call__(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"], seen: Bool[Tensor, "b t"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y, mask=seen)

    def flattened(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(tg.flatten(self.body(x), end=1), tg.flatten(y))

    def reshaped(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(tg.reshape(self.body(x), (-1, self.tags)), tg.reshape(y, (-1,)))

    def each(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"]) -> Float[Tensor, "b"]:
        return tg.sum(tg.softmax_cross_entropy(self.body(x), y, reduction="none"), axis=1)


class Triplets(Layer):
    d: int
    size: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size))

    def __call__(self, a: Float[Tensor, "n d"], p: Float[Tensor, "n d"], q: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
        return tg.triplet(self.body(a), self.body(p), self.body(q))

    def at_once(self, a: Float[Tensor, "n d"], p: Float[Tensor, "n d"], q: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
        first, second, third = tg.split(self.body(tg.concat([a, p, q])), 3)
        reveal_type(third)  # R: Float[Tensor, "n size"]
        return tg.triplet(first, second, third)


class Siamese(Layer):
    d: int
    size: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size))
    head: Dense = sub(lambda self: Dense(in_features=self.size, out_features=1))
    both: Dense = sub(lambda self: Dense(in_features=2 * self.size, out_features=1))

    def __call__(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n d"]) -> Float[Tensor, "n 1"]:
        return self.head(tg.abs(self.body(x) - self.body(y)))

    def joined(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n d"]) -> Float[Tensor, "n 1"]:
        return self.both(tg.concat([self.body(x), self.body(y)], axis=1))

    def alike(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n d"], labels: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.contrastive(self.body(x), self.body(y), labels > 0.5)

    def distances(self, x: Float[Tensor, "n d"], y: Float[Tensor, "m d"]) -> Float[Tensor, "n m"]:
        return tg.sum(tg.square(self.body(x)[:, None] - self.body(y)[None]), axis=-1)


class Latent(Layer):
    pixels: int
    latent: int
    head: Dense = sub(lambda self: Dense(in_features=self.pixels, out_features=2 * self.latent))
    decode: Dense = sub(lambda self: Dense(in_features=self.latent, out_features=self.pixels))

    def __call__(self, x: Float[Tensor, "n pixels"], noise: Float[Tensor, "n latent"]) -> Float[Tensor, "n"]:
        mean, log_variance = tg.split(self.head(x), 2, axis=1)
        reveal_type(mean)  # R: Float[Tensor, "n latent"]
        z = mean + tg.exp(log_variance / 2.0) * noise
        divergence = tg.sum(tg.exp(log_variance) + mean * mean - log_variance, axis=1)
        return tg.sum(tg.square(x - self.decode(z)), axis=1) + divergence

    def sample(self, key: tg.Key, count: int) -> Float[Tensor, "{count} pixels"]:
        return self.decode(tg.random.normal(key, (count, self.latent)))


class Actor(Layer):
    d: int
    actions: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.actions))

    def __call__(self, x: Float[Tensor, "n d"], taken: Int64[Tensor, "n"], gain: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        each = tg.take_along_axis(tg.log_softmax(self.body(x)), taken[:, None], axis=1)
        reveal_type(each)  # R: Float[Tensor, "n 1"]
        return -tg.mean(tg.squeeze(each, axis=1) * gain)

    def by_one_hot(self, x: Float[Tensor, "n d"], taken: Int64[Tensor, "n"]) -> Float[Tensor, "n"]:
        return tg.sum(self.body(x) * tg.one_hot(taken, classes=self.actions), axis=1)

    def best(self, x: Float[Tensor, "n d"], reward: Float[Tensor, "n"], done: Bool[Tensor, "n"]) -> Float[Tensor, "n"]:
        return tg.where(done, reward, reward + 0.99 * tg.max(self.body(x), axis=1))


def each(p: Float32[Tensor, "n"], t: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.mse(p, t, reduction="none")


def centres(x: Float32[Tensor, "n d"], y: Int64[Tensor, "n"], c: Float32[Tensor, "k d"]) -> Float32[Tensor, ""]:
    return tg.center_loss(x, y, c) + tg.mean(tg.square(x - tg.take(c, y, axis=0)))


def spoken(x: Float32[Tensor, "t n c"], words: Int64[Tensor, "n l"]) -> Float32[Tensor, ""]:
    return tg.ctc(tg.log_softmax(tg.permute_dims(x, (1, 0, 2))), words)


def overlapping(p: Float32[Tensor, "n 1 h w"], t: Float32[Tensor, "n h w"]) -> Float32[Tensor, ""]:
    return tg.dice(tg.sigmoid(tg.squeeze(p, axis=1)), t)


def distilled(student: Float32[Tensor, "n k"], teacher: Float32[Tensor, "n k"]) -> Float32[Tensor, ""]:
    return tg.kl_divergence(tg.log_softmax(student / 2.0), tg.softmax(teacher / 2.0))


def in_batch(x: Float32[Tensor, "n d"], y: Float32[Tensor, "n d"]) -> Float32[Tensor, ""]:
    scores = tg.l2_normalize(x) @ tg.l2_normalize(y).mT
    return tg.softmax_cross_entropy(scores, tg.arange(x.shape[0]))


def weighted_by_example(p: Float32[Tensor, "n k"], t: Float32[Tensor, "n k"], w: Float32[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.mse(p, t, weights=w) + tg.mean(tg.square(p - t) * w[:, None])
