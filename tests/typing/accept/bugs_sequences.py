"""Recurrent networks and sequences as they are meant: the corrected forms of what `reject/bugs_sequences.py` gets wrong."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Bool, Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Conv1d, Dense, Embedding, Gru, GruCell, Layer, Lstm, LstmCell, LstmState, param, sub, zeros


class Tagger(Layer):
    words: int
    tags: int
    d: int
    hidden: int
    embed: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=self.d))
    body: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.tags))

    def __call__(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b t tags"]:
        h = self.body(self.embed(x))
        reveal_type(h)  # R: Float[Tensor, "b t hidden"]
        return self.head(h)


class Classifier(Layer):
    d: int
    hidden: int
    body: Gru = sub(lambda self: Gru(in_features=self.d, features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=5))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b 5"]:
        return self.head(self.body(x)[:, -1])

    def best(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b 5"]:
        return self.head(tg.max(self.body(x), axis=1))

    def of_lengths(self, x: Float[Tensor, "b t d"], lengths: Int64[Tensor, "b"]) -> Float[Tensor, "b 5"]:
        h = self.body(x, lengths=lengths)
        last = tg.take_along_axis(h, tg.broadcast_to((lengths - 1)[:, None, None], (x.shape[0], 1, self.hidden)), axis=1)
        reveal_type(last)  # R: Float[Tensor, "b 1 hidden"]
        return self.head(last[:, 0])


class BothDirections(Layer):
    d: int
    hidden: int
    there: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden))
    back: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden, reverse=True))
    head: Dense = sub(lambda self: Dense(in_features=2 * self.hidden, out_features=2))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t 2"]:
        return self.head(tg.concat([self.there(x), self.back(x)], axis=-1))

    def by_flipping(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t 2*hidden"]:
        return tg.concat([self.there(x), tg.flip(self.there(tg.flip(x, axis=1)), axis=1)], axis=-1)


class Stacked(Layer):
    d: int
    hidden: int
    first: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden))
    rest: tuple[Lstm, ...] = sub(lambda self: tuple(Lstm(in_features=self.hidden, features=self.hidden) for _ in range(2)))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t hidden"]:
        h = self.first(x)
        for layer in self.rest:
            h = h + layer(h)
        return h


class Cells(Layer):
    d: int
    hidden: int
    cell: GruCell = sub(lambda self: GruCell(in_features=self.d, features=self.hidden))

    def __call__(self, x: Float[Tensor, "b d"], h: Float[Tensor, "b hidden"]) -> Float[Tensor, "b hidden"]:
        return self.cell(x, h)

    def over_steps(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b hidden"]:
        h = tg.zeros((x.shape[0], self.hidden))
        for step in range(x.shape[1]):
            h = self.cell(x[:, step], h)
        return h

    def all_steps(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b _ hidden"]:
        h = tg.zeros((x.shape[0], self.hidden))
        states = []
        for step in range(x.shape[1]):
            h = self.cell(x[:, step], h)
            states.append(h)
        return tg.stack(states, axis=1)

    def unstacked(self, x: Float[Tensor, "b 3 d"]) -> Float[Tensor, "b hidden"]:
        first, second, third = tg.unstack(x, axis=1)
        return self.cell(third, self.cell(second, self.cell(first)))


class ByHand(Layer):
    d: int
    hidden: int
    inside: Float[Tensor, "d hidden"] = param(zeros)
    around: Float[Tensor, "hidden hidden"] = param(zeros)
    bias: Float[Tensor, "hidden"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"], h: Float[Tensor, "b hidden"]) -> Float[Tensor, "b hidden"]:
        return tg.tanh(x @ self.inside + h @ self.around + self.bias)


class Gates(Layer):
    d: int
    made: Dense = sub(lambda self: Dense(in_features=2 * self.d, out_features=4 * self.d))

    def __call__(self, x: Float[Tensor, "b d"], h: Float[Tensor, "b d"], c: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        cell, hidden = tg.lstm_step(c, self.made(tg.concat([x, h], axis=1)))
        reveal_type(cell)  # R: Float[Tensor, "b d"]
        return hidden

    def written_out(
        self, x: Float[Tensor, "b d"], h: Float[Tensor, "b d"], c: Float[Tensor, "b d"]
    ) -> tuple[Float[Tensor, "b d"], Float[Tensor, "b d"]]:
        gates = tg.chunk(self.made(tg.concat([x, h], axis=1)), 4, axis=1)
        keep, write, read, new = gates
        reveal_type(new)  # R: Float[Tensor, "..."]
        c = tg.sigmoid(keep) * c + tg.sigmoid(write) * tg.tanh(new)
        return c, tg.sigmoid(read) * tg.tanh(c)


class Words(Layer):
    words: int
    embed: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=100))
    three: Conv1d = sub(lambda self: Conv1d(in_channels=100, out_channels=32, kernel=3))
    five: Conv1d = sub(lambda self: Conv1d(in_channels=100, out_channels=32, kernel=5))
    head: Dense = sub(lambda self: Dense(in_features=64, out_features=2))

    def __call__(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b 2"]:
        y = self.embed(x).mT
        reveal_type(self.five(y))  # R: Float[Tensor, "b 32 t-4"]
        return self.head(tg.concat([tg.max(self.three(y), axis=2), tg.max(self.five(y), axis=2)], axis=1))

    def in_a_loop(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b 2"]:
        y = self.embed(x).mT
        return self.head(tg.concat([tg.max(conv(y), axis=2) for conv in (self.three, self.five)], axis=1))


class Additive(Layer):
    d: int
    left: Dense = sub(lambda self: Dense(in_features=self.d, out_features=10))
    right: Dense = sub(lambda self: Dense(in_features=self.d, out_features=10))
    score: Dense = sub(lambda self: Dense(in_features=10, out_features=1))

    def __call__(self, h: Float[Tensor, "b d"], memory: Float[Tensor, "b s d"]) -> Float[Tensor, "b d"]:
        scores = self.score(tg.tanh(self.left(h)[:, None] + self.right(memory)))
        reveal_type(scores)  # R: Float[Tensor, "b s 1"]
        return tg.sum(tg.softmax(scores, axis=1) * memory, axis=1)

    def by_product(self, weights: Float[Tensor, "b s"], memory: Float[Tensor, "b s d"]) -> Float[Tensor, "b d"]:
        return tg.squeeze(weights[:, None] @ memory, axis=1)

    def by_letters(self, weights: Float[Tensor, "b s"], memory: Float[Tensor, "b s d"]) -> Float[Tensor, "b d"]:
        return tg.einsum("bs,bsd->bd", weights, memory)


class Decoder(Layer):
    d: int
    hidden: int
    cell: LstmCell = sub(lambda self: LstmCell(in_features=self.d + self.hidden, features=self.hidden))

    def __call__(self, word: Float[Tensor, "b d"], context: Float[Tensor, "b hidden"], state: LstmState) -> LstmState:
        return self.cell(tg.concat([word, context], axis=-1), state)


class Translator(Layer):
    """Words out of words: what is read ahead of the prediction is one word behind it."""

    source: int
    target: int
    d: int
    read: Embedding = sub(lambda self: Embedding(vocabulary=self.source, features=self.d))
    written: Embedding = sub(lambda self: Embedding(vocabulary=self.target, features=self.d))
    encoder: Gru = sub(lambda self: Gru(in_features=self.d, features=self.d))
    decoder: Gru = sub(lambda self: Gru(in_features=2 * self.d, features=self.d))
    head: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.target))

    def __call__(self, x: Int64[Tensor, "b s"], y: Int64[Tensor, "b t"]) -> Float[Tensor, ""]:
        memory = self.encoder(self.read(x))[:, -1]
        words = self.written(y[:, :-1])
        reveal_type(words)  # R: Float[Tensor, "b t-1 d"]
        b, t, d = words.shape
        context = tg.broadcast_to(memory[:, None], (b, t, d))
        logits = self.head(self.decoder(tg.concat([words, context], axis=-1)))
        return tg.softmax_cross_entropy(logits, y[:, 1:])


def batch_first(x: Float32[Tensor, "t b 8"], seen: Bool[Tensor, "b t"]) -> Float[Tensor, "b t 16"]:
    return Lstm(in_features=8, features=16)(tg.swapaxes(x, 0, 1), mask=seen)


def with_features(x: Float32[Tensor, "b t"]) -> Float[Tensor, "b t 16"]:
    return Lstm(in_features=1, features=16)(x[..., None])


def window(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t-1 d"]:
    return x[:, 1:] - x[:, :-1]


def padded_difference(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
    before = tg.concat([tg.zeros_like(x[:, :1]), x[:, :-1]], axis=1)
    return x - before


def stacked_steps(a: Float32[Tensor, "b d"], b: Float32[Tensor, "b d"]) -> Float32[Tensor, "b 2 d"]:
    return tg.stack([a, b], axis=1)


def joined_steps(a: Float32[Tensor, "b d"], b: Float32[Tensor, "b d"]) -> Float32[Tensor, "b 2 d"]:
    return tg.concat([a[:, None], b[:, None]], axis=1)


def normalised_over_features(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
    return x - tg.mean(x, axis=2, keepdims=True)


def weighted(x: Float32[Tensor, "b t d"], seen: Bool[Tensor, "b t"]) -> Float32[Tensor, "b d"]:
    return tg.sum(x * seen.astype("float32")[..., None], axis=1)


def truncated(x: Float32[Tensor, "b t d"], limit: int) -> Float32[Tensor, "b _ d"]:
    return x[:, :limit]


def halves(x: Float32[Tensor, "b 2*t d"]) -> Float32[Tensor, "b t d"]:
    first, second = tg.split(x, 2, axis=1)
    return first + second
