"""LeNet-5 for pictures of any size that it can halve, with its convolutions as parameters."""

from __future__ import annotations

from jaxtyping import Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, glorot_uniform, param, sub, zeros


class Convolution(Layer):
    inputs: int
    outputs: int
    window: int
    weight: Float[Tensor, "outputs inputs window window"] = param(glorot_uniform)
    bias: Float[Tensor, "outputs"] = param(zeros)

    def __call__(self, x: Float[Tensor, "n inputs h w"]) -> Float[Tensor, "n outputs h-window+1 w-window+1"]:
        return tg.conv2d(x, self.weight, self.bias)


class LeNet(Layer):
    side: int
    first: Convolution = sub(lambda self: Convolution(inputs=1, outputs=6, window=5))
    second: Convolution = sub(lambda self: Convolution(inputs=6, outputs=16, window=5))
    third: Dense = sub(lambda self: Dense(in_features=16 * self.side * self.side, out_features=120))
    fourth: Dense = sub(lambda self: Dense(in_features=120, out_features=84))
    last: Dense = sub(lambda self: Dense(in_features=84, out_features=10))

    def __call__(self, x: Float[Tensor, "n 4*side+12 4*side+12"]) -> Float[Tensor, "n 10"]:
        x = tg.expand_dims(x, axis=1)
        x = tg.assert_shape(tg.tanh(self.first(x)), "n 6 4*side+8 4*side+8")
        x = tg.avg_pool2d(x, 2)
        x = tg.assert_shape(x, "n 6 2*side+4 2*side+4")
        x = tg.assert_shape(tg.tanh(self.second(x)), "n 16 2*side 2*side")
        x = tg.avg_pool2d(x, 2)
        x = tg.assert_shape(x, "n 16 side side")
        y = tg.flatten(x, start=1)
        y = tg.assert_shape(y, "n 16*side*side")
        y = tg.assert_shape(tg.tanh(self.third(y)), "n 120")
        y = tg.assert_shape(tg.tanh(self.fourth(y)), "n 84")
        return tg.assert_shape(self.last(y), "n 10")


def loss(model: LeNet, x: Float[Tensor, "n 4*side+12 4*side+12"], labels: Int[Tensor, "n"]) -> Float[Tensor, ""]:
    return tg.softmax_cross_entropy(model(x), labels)


def run(size: int) -> Tensor:
    model = tg.init(LeNet(side=size), tg.random.key(0))
    x, labels = tg.ones((3, 4 * size + 12, 4 * size + 12)), tg.zeros(3, dtype=tg.int64)
    assert tg.grad(loss)(model, x, labels).first.weight.shape == (6, 1, 5, 5)
    return model(x)
