"""Recurrent networks and sequences with their axes, states or lengths confused."""

from __future__ import annotations

from jaxtyping import Bool, Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Conv1d,
    Dense,
    Embedding,
    Gru,
    GruCell,
    Layer,
    Lstm,
    LstmCell,
    LstmState,
    param,
    sub,
    zeros,
)


class Tagger(Layer):
    """The recurrent layer reads the words' numbers, not their embeddings."""

    words: int
    d: int
    embed: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=self.d))
    body: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.d))

    def __call__(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b t d"]:
        return self.body(x)  # E: Lstm(in_features=d, features=d): `x` must be Float, not int64 [dtype]


class HiddenTaken(Layer):
    """The classifier has the embedding's width instead of the hidden one."""

    d: int
    hidden: int
    body: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.d, out_features=2))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b 2"]:
        return self.head(self.body(x)[:, -1])  # E: Dense(in_features=d, out_features=2): `x` has in_features=hidden, but in_features is d [shape]


class LastOfBatch(Layer):
    """The last example is taken, where the last step was meant."""

    d: int
    body: Gru = sub(lambda self: Gru(in_features=self.d, features=64))
    head: Dense = sub(lambda self: Dense(in_features=64, out_features=5))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b 5"]:
        return self.head(self.body(x)[-1])  # E: __call__: the result must have b on axis 0 (b 5), not t [shape]


class AllSteps(Layer):
    d: int
    body: Gru = sub(lambda self: Gru(in_features=self.d, features=64))
    head: Dense = sub(lambda self: Dense(in_features=64, out_features=5))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b 5"]:
        return self.head(self.body(x))  # E: __call__: the result must have 2 axes (b 5), not 3 [shape]


class BothDirections(Layer):
    """Both directions are joined, which makes the features twice as many."""

    d: int
    hidden: int
    there: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden))
    back: Lstm = sub(lambda self: Lstm(in_features=self.d, features=self.hidden, reverse=True))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=2))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t 2"]:
        return self.head(tg.concat([self.there(x), self.back(x)], axis=-1))  # E: Dense(in_features=hidden, out_features=2): `x` has in_features=2*hidden, but in_features is hidden [shape]


class Stacked(Layer):
    """The second layer reads the input's features."""

    d: int
    hidden: int
    layers: tuple[Lstm, ...] = sub(lambda self: tuple(Lstm(in_features=self.d, features=self.hidden) for _ in range(2)))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t hidden"]:
        return self.layers[1](self.layers[0](x))  # E: Lstm(in_features=d, features=hidden): `x` has in_features=hidden, but in_features is d [shape]


class Cells(Layer):
    d: int
    hidden: int
    cell: GruCell = sub(lambda self: GruCell(in_features=self.d, features=self.hidden))
    lstm: LstmCell = sub(lambda self: LstmCell(in_features=self.d, features=self.hidden))

    def __call__(self, x: Float[Tensor, "b d"], h: Float[Tensor, "b d"]) -> Float[Tensor, "b hidden"]:
        return self.cell(x, h)  # E: GruCell(in_features=d, features=hidden): `state` has features=d, but features is hidden [shape]

    def other_batch(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b hidden"]:
        return self.cell(x, tg.zeros((1, self.hidden, self.hidden)))  # E: GruCell(in_features=d, features=hidden): `*batch` is [b] in `x` but [1 hidden] in `state` [shape]

    def swapped(self, x: Float[Tensor, "b d"], h: Float[Tensor, "b hidden"]) -> Float[Tensor, "b hidden"]:
        return self.cell(h, x)  # E: GruCell(in_features=d, features=hidden): `x` has in_features=hidden, but in_features is d [shape]

    def over_steps(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b hidden"]:
        h = tg.zeros((x.shape[0], self.hidden))
        for step in range(x.shape[1]):
            h = self.cell(x[step], h)  # E: GruCell(in_features=d, features=hidden): `*batch` is [t] in `x` but [b] in `state` [shape]
        return h


class ByHand(Layer):
    """The recurrent weights have the input's size."""

    d: int
    hidden: int
    inside: Float[Tensor, "d hidden"] = param(zeros)
    around: Float[Tensor, "d hidden"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"], h: Float[Tensor, "b hidden"]) -> Float[Tensor, "b hidden"]:
        return tg.tanh(x @ self.inside + h @ self.around)  # E: matmul: `k` is hidden in `x1` but d in `x2` [shape]


class Gates(Layer):
    """Four gates are made at once, and three are taken apart."""

    d: int
    made: Dense = sub(lambda self: Dense(in_features=self.d, out_features=3 * self.d))

    def __call__(self, x: Float[Tensor, "b d"], c: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        cell, hidden = tg.lstm_step(c, self.made(x))  # E: lstm_step: `gates` must have 4*n=4*d on axis 1 (*batch 4*n), not 3*d [shape]
        return hidden


class Words(Layer):
    """A convolution over words takes features first."""

    words: int
    embed: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=100))
    conv: Conv1d = sub(lambda self: Conv1d(in_channels=100, out_channels=32, kernel=3))

    def __call__(self, x: Int64[Tensor, "b t"]) -> Tensor:
        return self.conv(self.embed(x))  # E: Conv1d(in_channels=100, out_channels=32, kernel=3): `x` has in_channels=t, but in_channels is 100 [shape]


class ManyKernels(Layer):
    """Features of two kernels are joined, the head knows of one."""

    d: int
    convs: tuple[Conv1d, ...] = sub(lambda self: tuple(Conv1d(in_channels=self.d, out_channels=32, kernel=3) for _ in range(2)))
    head: Dense = sub(lambda self: Dense(in_features=32, out_features=2))

    def __call__(self, x: Float[Tensor, "b d t"]) -> Float[Tensor, "b 2"]:
        first = tg.max(self.convs[0](x), axis=2)
        second = tg.max(self.convs[1](x), axis=2)
        return self.head(tg.concat([first, second], axis=1))  # E: Dense(in_features=32, out_features=2): `x` has in_features=64, but in_features is 32 [shape]


class Additive(Layer):
    """The decoder's state lacks the axis of the steps it is compared with."""

    d: int
    left: Dense = sub(lambda self: Dense(in_features=self.d, out_features=10))
    right: Dense = sub(lambda self: Dense(in_features=self.d, out_features=10))

    def __call__(self, h: Float[Tensor, "b d"], memory: Float[Tensor, "b s d"]) -> Float[Tensor, "b s 10"]:
        return tg.tanh(self.left(h) + self.right(memory))  # E: add: `x1` and `x2` do not broadcast: axis -2 is b in `x1` but s in `x2` [shape]

    def context(self, weights: Float[Tensor, "b s"], memory: Float[Tensor, "b s d"]) -> Float[Tensor, "b d"]:
        return tg.sum(weights * memory, axis=1)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is s in `x1` but d in `x2` [shape]

    def product(self, weights: Float[Tensor, "b s"], memory: Float[Tensor, "b s d"]) -> Float[Tensor, "b d"]:
        return weights @ memory  # E: product: the result must have 2 axes (b d), not 3 [shape]


class Decoder(Layer):
    """Word and context are joined, the cell reads the word alone."""

    d: int
    hidden: int
    cell: LstmCell = sub(lambda self: LstmCell(in_features=self.d, features=self.hidden))

    def __call__(self, word: Float[Tensor, "b d"], context: Float[Tensor, "b hidden"], state: LstmState) -> LstmState:
        return self.cell(tg.concat([word, context], axis=-1), state)  # E: LstmCell(in_features=d, features=hidden): `x` has in_features=d+hidden, but in_features is d [shape]


def time_first(x: Float32[Tensor, "t b 8"], seen: Bool[Tensor, "b t"]) -> Tensor:
    return Lstm(in_features=8, features=16)(x, mask=seen)  # E: Lstm(in_features=8, features=16): `batch` is t in `x` but b in `mask` [shape]


def without_features(x: Float32[Tensor, "b t"]) -> Tensor:
    return Lstm(in_features=1, features=16)(x)  # E: Lstm(in_features=1, features=16): `x` needs 3 axes (batch time in_features), got 2 [shape]


def window(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
    return x[:, 1:] - x[:, :-1]  # E: window: the result must have t on axis 1 (b t d), not t-1 [shape]


def difference(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
    return x - x[:, :-1]  # E: subtract: `x1` and `x2` do not broadcast: axis -2 is t in `x1` but t-1 in `x2` [shape]


def stacked_steps(a: Float32[Tensor, "b d"], b: Float32[Tensor, "b d"]) -> Float32[Tensor, "b 2 d"]:
    return tg.stack([a, b])  # E: stacked_steps: the result must have b on axis 0 (b 2 d), not 2 [shape]


def joined_steps(a: Float32[Tensor, "b d"], b: Float32[Tensor, "b d"]) -> Float32[Tensor, "b 2 d"]:
    return tg.concat([a, b], axis=1)  # E: joined_steps: the result must have 3 axes (b 2 d), not 2 [shape]


def normalised_over_time(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
    return x - tg.mean(x, axis=2)  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but t in `x2` [shape]


def weighted(x: Float32[Tensor, "b t d"], seen: Bool[Tensor, "b t"]) -> Float32[Tensor, "b d"]:
    return tg.sum(x * seen.astype("float32"), axis=1)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but t in `x2` [shape]


def lengths_of_steps(x: Float32[Tensor, "b t 4"], lengths: Int64[Tensor, "t"]) -> Tensor:
    return Gru(in_features=4, features=4)(x, lengths=lengths)  # E: Gru(in_features=4, features=4): `batch` is b in `x` but t in `lengths` [shape]


def lengths_as_floats(x: Float32[Tensor, "b t 4"], lengths: Float32[Tensor, "b"]) -> Tensor:
    return Gru(in_features=4, features=4)(x, lengths=lengths)  # E: Gru(in_features=4, features=4): `lengths` must be Int, not float32 [dtype]
