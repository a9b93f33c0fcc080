"""ResNet-18 for pictures whose sides can be halved five times: blocks of two convolutions, each beside a way around."""

from __future__ import annotations

from jaxtyping import Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import BatchNorm, Conv2d, Dense, GlobalPool, Layer, MaxPool2d, sub


class Block(Layer):
    """Two convolutions, added to what they were given."""

    width: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=self.width, out_channels=self.width, kernel=3, padding=1))
    norm1: BatchNorm = sub(lambda self: BatchNorm(features=self.width))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=self.width, out_channels=self.width, kernel=3, padding=1))
    norm2: BatchNorm = sub(lambda self: BatchNorm(features=self.width))

    def __call__(self, x: Float[Tensor, "n width h w"]) -> Float[Tensor, "n width h w"]:
        y = tg.assert_shape(tg.relu(self.norm1(self.first(x))), "n width h w")
        y = tg.assert_shape(self.norm2(self.second(y)), "n width h w")
        return tg.relu(x + y)


class Halving(Layer):
    """Half the sides and twice the channels, beside a convolution of one pixel that does the same."""

    width: int
    first: Conv2d = sub(
        lambda self: Conv2d(in_channels=self.width, out_channels=2 * self.width, kernel=3, stride=2, padding=1)
    )
    norm1: BatchNorm = sub(lambda self: BatchNorm(features=2 * self.width))
    second: Conv2d = sub(
        lambda self: Conv2d(in_channels=2 * self.width, out_channels=2 * self.width, kernel=3, padding=1)
    )
    norm2: BatchNorm = sub(lambda self: BatchNorm(features=2 * self.width))
    around: Conv2d = sub(lambda self: Conv2d(in_channels=self.width, out_channels=2 * self.width, kernel=1, stride=2))
    norm3: BatchNorm = sub(lambda self: BatchNorm(features=2 * self.width))

    def __call__(self, x: Float[Tensor, "n width 2*h 2*w"]) -> Float[Tensor, "n 2*width h w"]:
        y = tg.assert_shape(tg.relu(self.norm1(self.first(x))), "n 2*width h w")
        y = tg.assert_shape(self.norm2(self.second(y)), "n 2*width h w")
        beside = tg.assert_shape(self.norm3(self.around(x)), "n 2*width h w")
        return tg.relu(beside + y)


class ResNet18(Layer):
    side: int
    width: int
    classes: int
    stem: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=self.width, kernel=7, stride=2, padding=3))
    norm: BatchNorm = sub(lambda self: BatchNorm(features=self.width))
    pool: MaxPool2d = sub(lambda self: MaxPool2d(kernel=3, stride=2, padding=1))
    block1: Block = sub(lambda self: Block(width=self.width))
    block2: Block = sub(lambda self: Block(width=self.width))
    halving3: Halving = sub(lambda self: Halving(width=self.width))
    block4: Block = sub(lambda self: Block(width=2 * self.width))
    halving5: Halving = sub(lambda self: Halving(width=2 * self.width))
    block6: Block = sub(lambda self: Block(width=4 * self.width))
    halving7: Halving = sub(lambda self: Halving(width=4 * self.width))
    block8: Block = sub(lambda self: Block(width=8 * self.width))
    mean: GlobalPool = sub(lambda self: GlobalPool())
    head: Dense = sub(lambda self: Dense(in_features=8 * self.width, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n 3 32*side 32*side"]) -> Float[Tensor, "n classes"]:
        y = tg.assert_shape(tg.relu(self.norm(self.stem(x))), "n width 16*side 16*side")
        y = tg.assert_shape(self.pool(y), "n width 8*side 8*side")
        y = tg.assert_shape(self.block2(self.block1(y)), "n width 8*side 8*side")
        y = tg.assert_shape(self.halving3(y), "n 2*width 4*side 4*side")
        y = tg.assert_shape(self.block4(y), "n 2*width 4*side 4*side")
        y = tg.assert_shape(self.halving5(y), "n 4*width 2*side 2*side")
        y = tg.assert_shape(self.block6(y), "n 4*width 2*side 2*side")
        y = tg.assert_shape(self.halving7(y), "n 8*width side side")
        y = tg.assert_shape(self.block8(y), "n 8*width side side")
        features = tg.assert_shape(self.mean(y), "n 8*width")
        return tg.assert_shape(self.head(features), "n classes")


def loss(model: ResNet18, x: Float[Tensor, "n 3 32*side 32*side"], labels: Int[Tensor, "n"]) -> Float[Tensor, ""]:
    return tg.softmax_cross_entropy(model(x), labels)


def run(size: int) -> Tensor:
    model = tg.init(ResNet18(side=size, width=4, classes=7), tg.random.key(0))
    x, labels = tg.ones((2, 3, 32 * size, 32 * size)), tg.zeros(2, dtype=tg.int64)
    assert tg.grad(loss)(model, x, labels).halving7.around.weight.shape == (32, 16, 1, 1)
    return model(x)
