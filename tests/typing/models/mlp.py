"""A multi-layer perceptron for pictures, with its loss."""

from __future__ import annotations

from jaxtyping import Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, sub


class Mlp(Layer):
    pixels: int
    hidden: int
    classes: int
    first: Dense = sub(lambda self: Dense(in_features=self.pixels, out_features=self.hidden))
    second: Dense = sub(lambda self: Dense(in_features=self.hidden, out_features=2 * self.hidden))
    last: Dense = sub(lambda self: Dense(in_features=2 * self.hidden, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "batch h w"]) -> Float[Tensor, "batch classes"]:
        flat = tg.flatten(x, start=1)
        flat = tg.assert_shape(flat, "batch h*w")
        y = tg.relu(self.first(flat))
        y = tg.assert_shape(y, "batch hidden")
        y = tg.relu(self.second(y))
        y = tg.assert_shape(y, "batch 2*hidden")
        y = self.last(y)
        return tg.assert_shape(y, "batch classes")


def loss(model: Mlp, x: Float[Tensor, "batch h w"], labels: Int[Tensor, "batch"]) -> Float[Tensor, ""]:
    logits = model(x)
    each = tg.log_softmax(logits, axis=1)
    picked = tg.take_along_axis(each, tg.expand_dims(labels, axis=1), axis=1)
    picked = tg.assert_shape(picked, "batch 1")
    return -tg.mean(tg.squeeze(picked, axis=1) * tg.ones_like(labels, dtype=tg.float32))


def accuracy(model: Mlp, x: Float[Tensor, "batch h w"], labels: Int[Tensor, "batch"]) -> Float[Tensor, ""]:
    guesses = tg.argmax(model(x), axis=1)
    return tg.mean(tg.astype(guesses == labels, tg.float32))


def run(size: int) -> Tensor:
    model = tg.init(Mlp(pixels=size * size, hidden=size + 1, classes=size + 2), tg.random.key(0))
    x, labels = tg.ones((size + 3, size, size)), tg.zeros(size + 3, dtype=tg.int64)
    gradient = tg.grad(loss)(model, x, labels)
    assert gradient.first.weight.shape == (size * size, size + 1)
    accuracy(model, x, labels)
    return model(x)
