"""Losses that are given something else than they compare: the mistakes that train badly and say nothing."""

from __future__ import annotations

from jaxtyping import Bool, Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, Layer, sub


class Regression(Layer):
    """Predictions of shape (n, 1) against targets of shape (n), which other libraries broadcast to (n, n)."""

    d: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=1))

    def __call__(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.mse(self.body(x), y)  # E: mse: `*s` is [n 1] in `prediction` but [n] in `target` [shape]

    def by_hand(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return tg.square(tg.squeeze(self.body(x), axis=1) - y[:, None])  # E: by_hand: the result must have 1 axis (n), not 2 [shape]


class Binary(Layer):
    d: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=2))

    def __call__(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.binary_cross_entropy_with_logits(self.body(x), y)  # E: binary_cross_entropy_with_logits: `*s` is [n 2] in `logits` but [n] in `target` [shape]


class Classes(Layer):
    """The loss is given probabilities of one number of classes, the weights of another."""

    d: int
    classes: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"], rare: Float[Tensor, "d"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y, class_weights=rare)  # E: softmax_cross_entropy: `classes` is classes in `logits` but d in `class_weights` [shape]

    def one_hot(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n classes"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y)  # E: softmax_cross_entropy: `labels` must be Int, not Float [dtype]

    def column(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n 1"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y)  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [n 1] in `labels` [shape]

    def features(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "d"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y)  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [d] in `labels` [shape]

    def smoothed(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.soft_label_cross_entropy(self.body(x), tg.one_hot(y, classes=self.d))  # E: soft_label_cross_entropy: `classes` is classes in `logits` but d in `target` [shape]

    def accuracy(self, x: Float[Tensor, "n d"], y: Int64[Tensor, "n"]) -> Bool[Tensor, "n"]:
        return tg.argmax(self.body(x), axis=0) == y  # E: equal: `x1` and `x2` do not broadcast: axis -1 is classes in `x1` but n in `x2` [shape]


class Tags(Layer):
    """Logits for each step of a sequence, with the classes in the wrong place."""

    words: int
    tags: int
    body: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=self.tags))

    def __call__(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"]) -> Float[Tensor, ""]:
        logits = tg.permute_dims(self.body(x), (0, 2, 1))
        return tg.softmax_cross_entropy(logits, y)  # E: softmax_cross_entropy: `*batch` is [b tags] in `logits` but [b t] in `labels` [shape]

    def flattened(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(tg.flatten(self.body(x), end=1), y)  # E: softmax_cross_entropy: `*batch` is [b*t] in `logits` but [b t] in `labels` [shape]

    def flattened_wrongly(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(tg.flatten(self.body(x), start=1), tg.flatten(y))  # E: softmax_cross_entropy: `*batch` is [b] in `logits` but [b*t] in `labels` [shape]

    def masked(self, x: Int64[Tensor, "b t"], y: Int64[Tensor, "b t"], seen: Bool[Tensor, "t b"]) -> Float[Tensor, ""]:
        return tg.softmax_cross_entropy(self.body(x), y, mask=seen)  # E: softmax_cross_entropy: `mask` must have the shape of the losses, or of their first axes: [t b] and [b t] [shape]


class Triplets(Layer):
    """Anchors go through the network, the others do not."""

    d: int
    size: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size))

    def __call__(self, a: Float[Tensor, "n d"], p: Float[Tensor, "n d"], q: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
        return tg.triplet(self.body(a), self.body(p), q)  # E: triplet: `n` is size in `anchor` but d in `negative` [shape]


class Siamese(Layer):
    """The distance of two embeddings is one number for a pair, which a layer for the embeddings does not take."""

    d: int
    size: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size))
    head: Dense = sub(lambda self: Dense(in_features=self.size, out_features=1))

    def __call__(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n d"]) -> Float[Tensor, "n 1"]:
        distance = tg.sum(tg.abs(self.body(x) - self.body(y)), axis=1, keepdims=True)
        return self.head(distance)  # E: Dense(in_features=size, out_features=1): `x` has in_features=1, but in_features is size [shape]

    def joined(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n d"]) -> Float[Tensor, "n 1"]:
        return self.head(tg.concat([self.body(x), self.body(y)], axis=1))  # E: Dense(in_features=size, out_features=1): `x` has in_features=2*size, but in_features is size [shape]

    def alike(self, x: Float[Tensor, "n d"], y: Float[Tensor, "n d"], labels: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.contrastive(self.body(x), self.body(y), labels)  # E: contrastive: `alike` must be Bool, not Float [dtype]


class Latent(Layer):
    """The divergence is summed over the examples, the error over the pixels."""

    pixels: int
    latent: int
    head: Dense = sub(lambda self: Dense(in_features=self.pixels, out_features=2 * self.latent))
    decode: Dense = sub(lambda self: Dense(in_features=self.latent, out_features=self.pixels))

    def __call__(self, x: Float[Tensor, "n pixels"]) -> Float[Tensor, "n"]:
        mean, log_variance = tg.split(self.head(x), 2, axis=1)
        divergence = tg.sum(tg.exp(log_variance) + mean * mean - log_variance, axis=0)
        return tg.sum(tg.square(x - self.decode(mean)), axis=1) + divergence  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but latent in `x2` [shape]

    def unsplit(self, x: Float[Tensor, "n pixels"]) -> Float[Tensor, "n pixels"]:
        return self.decode(self.head(x))  # E: Dense(in_features=latent, out_features=pixels): `x` has in_features=2*latent, but in_features is latent [shape]

    def split_of_the_batch(self, x: Float[Tensor, "8 pixels"], noise: Float[Tensor, "8 latent"]) -> Float[Tensor, "8 pixels"]:
        mean, deviation = tg.split(self.head(x), 2)
        return self.decode(mean)  # E: Dense(in_features=latent, out_features=pixels): `x` has in_features=2*latent, but in_features is latent [shape]

    def noise_of_pixels(self, x: Float[Tensor, "n pixels"], noise: Float[Tensor, "n pixels"]) -> Float[Tensor, "n latent"]:
        log_variance = tg.split(self.head(x), 2, axis=1)[1]
        return tg.exp(log_variance / 2.0) * noise  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is latent in `x1` but pixels in `x2` [shape]


class Actor(Layer):
    """The log-probabilities of all actions against the advantages of those taken."""

    d: int
    actions: int
    body: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.actions))

    def __call__(self, x: Float[Tensor, "n d"], taken: Int64[Tensor, "n"], gain: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return -tg.mean(tg.log_softmax(self.body(x)) * gain)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is actions in `x1` but n in `x2` [shape]

    def values(self, x: Float[Tensor, "n d"], taken: Int64[Tensor, "n"]) -> Float[Tensor, "n"]:
        return tg.take_along_axis(self.body(x), taken, axis=1)  # E: take_along_axis: `x` and `indices` must have equally many axes, not 2 and 1 [shape]

    def best(self, x: Float[Tensor, "n d"], reward: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return reward + 0.99 * tg.max(self.body(x), axis=0)  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but actions in `x2` [shape]


def not_reduced(p: Float32[Tensor, "n"], t: Float32[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.mse(p, t, reduction="none")  # E: not_reduced: the result must be a scalar, not 1 axis [shape]


def reduced_before(p: Float32[Tensor, "n"], t: Float32[Tensor, "n"], w: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.mse(p, t) * tg.mean(w)  # E: reduced_before: the result must have 1 axis (n), not 0 [shape]


def centres(x: Float32[Tensor, "n d"], y: Int64[Tensor, "n"], c: Float32[Tensor, "d k"]) -> Float32[Tensor, ""]:
    return tg.center_loss(x, y, c)  # E: center_loss: `features` is d in `prediction` but k in `centers` [shape]


def ranked(x: Float32[Tensor, "n"], y: Float32[Tensor, "m"], t: Float32[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.margin_ranking(x, y, t)  # E: margin_ranking: `*s` is [n] in `x1` but [m] in `x2` [shape]


def spoken(x: Float32[Tensor, "t n c"], words: Int64[Tensor, "n l"]) -> Float32[Tensor, ""]:
    return tg.ctc(tg.log_softmax(x), words)  # E: ctc: `n` is t in `log_probabilities` but n in `labels` [shape]


def overlapping(p: Float32[Tensor, "n 1 h w"], t: Float32[Tensor, "n h w"]) -> Float32[Tensor, ""]:
    return tg.dice(tg.sigmoid(p), t)  # E: dice: `*s` is [1 h w] in `probabilities` but [h w] in `target` [shape]


def distilled(student: Float32[Tensor, "n k"], teacher: Float32[Tensor, "n c"]) -> Float32[Tensor, ""]:
    return tg.kl_divergence(tg.log_softmax(student), tg.softmax(teacher))  # E: kl_divergence: `classes` is k in `log_prediction` but c in `target` [shape]


def in_batch(x: Float32[Tensor, "n d"], y: Float32[Tensor, "n d"]) -> Float32[Tensor, ""]:
    scores = tg.l2_normalize(x) @ tg.l2_normalize(y).mT
    return tg.softmax_cross_entropy(scores, tg.arange(x.shape[1]))  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [d] in `labels` [shape]


def boolean(p: Float32[Tensor, "n"], t: Bool[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.binary_cross_entropy(p, t)  # E: binary_cross_entropy: `target` must be Float, not bool [dtype]


def accuracy(p: Float32[Tensor, "n k"], y: Int64[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.mean(tg.argmax(p, axis=1) == y)  # E: mean: `x` must be Inexact, not bool [dtype]
