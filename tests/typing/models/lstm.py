"""A language model with an LSTM whose cell is written out."""

from __future__ import annotations

from jaxtyping import Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, Layer, sub


class Cell(Layer):
    inputs: int
    hidden: int
    gates: Dense = sub(lambda self: Dense(in_features=self.inputs + self.hidden, out_features=4 * self.hidden))

    def __call__(
        self, x: Float[Tensor, "b inputs"], h: Float[Tensor, "b hidden"], c: Float[Tensor, "b hidden"]
    ) -> tuple[Float[Tensor, "b hidden"], Float[Tensor, "b hidden"]]:
        n = self.hidden
        both = tg.concat([x, h], axis=1)
        both = tg.assert_shape(both, "b inputs+hidden")
        gates = tg.assert_shape(self.gates(both), "b 4*hidden")
        let_in, forget, let_out, fresh = gates[:, :n], gates[:, n : 2 * n], gates[:, 2 * n : 3 * n], gates[:, 3 * n :]
        let_in = tg.assert_shape(tg.sigmoid(let_in), "b hidden")
        fresh = tg.assert_shape(tg.tanh(fresh), "b hidden")
        c = tg.sigmoid(forget) * c + let_in * fresh
        c = tg.assert_shape(c, "b hidden")
        h = tg.sigmoid(let_out) * tg.tanh(c)
        return tg.assert_shape(h, "b hidden"), c


class LanguageModel(Layer):
    vocabulary: int
    features: int
    hidden: int
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.features))
    cell: Cell = sub(lambda self: Cell(inputs=self.features, hidden=self.hidden))
    head: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=self.vocabulary))

    def __call__(self, indices: Int[Tensor, "b t"]) -> Float[Tensor, "b t vocabulary"]:
        b = indices.shape[0]
        x = tg.assert_shape(self.tokens(indices), "b t features")
        h, c = tg.zeros((b, self.hidden)), tg.zeros((b, self.hidden))
        states: list[Tensor] = []
        for step in tg.unstack(x, axis=1):
            step = tg.assert_shape(step, "b features")
            h, c = self.cell(step, h, c)
            states.append(h)
        y = tg.assert_shape(tg.stack(states, axis=1), "b t hidden")
        return tg.assert_shape(self.head(y), "b t vocabulary")


def loss(model: LanguageModel, indices: Int[Tensor, "b t"]) -> Float[Tensor, ""]:
    logits = model(indices[:, :-1])
    logits = tg.assert_shape(logits, "b t-1 vocabulary")
    rows = tg.flatten(logits, start=0, end=1)
    return tg.softmax_cross_entropy(rows, tg.flatten(indices[:, 1:]))


def run(size: int) -> Tensor:
    model = tg.init(LanguageModel(vocabulary=size + 7, features=size + 1, hidden=size + 2), tg.random.key(0))
    indices = tg.zeros((size, size + 3), dtype=tg.int64)
    gradient = tg.grad(loss)(model, indices)
    assert gradient.cell.gates.weight.shape == (2 * size + 3, 4 * size + 8)
    return model(indices)
