"""Layers of your own: integer fields name dimensions, annotations allocate parameters."""

from __future__ import annotations

from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor, nn


class Residual(nn.Layer):
    """Two dense layers around a bottleneck, added to what came in."""

    width: int
    hidden: int
    down: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.width, out_features=self.hidden))
    up: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.hidden, out_features=self.width))
    scale: Float[Tensor, "width"] = nn.param(nn.ones)

    def __call__(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        return x + self.scale * self.up(tg.relu(self.down(x)))


class Classifier(nn.Layer):
    """Layers made of layers."""

    features: int
    classes: int
    blocks: list[Residual]
    head: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=self.features, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch classes"]:
        for block in self.blocks:
            x = block(x)
        return self.head(x)


# A layer is a description until its parameters are filled in. Each parameter's key comes from its path.
description = Classifier(features=16, classes=3, blocks=[Residual(width=16, hidden=4) for _ in range(2)])
print(description, tg.eval_shape(description, "n 16"))

model = tg.init(description, tg.random.key(0))
for path, leaf in tg.leaves_with_paths(model):
    print(path, leaf.shape)

# Sizes may be left out, and learnt from what comes in.
small = tg.init(
    nn.Sequential(nn.Dense(out_features=8), nn.Relu(), nn.Dense(out_features=2)), tg.random.key(0), input="n 5"
)
print(small)

# Gradients of a model are a model.
gradients = tg.grad(lambda model, x: tg.mean(model(x) ** 2))(model, tg.ones((4, 16)))
print(type(gradients).__name__, gradients.head.weight.shape)

# Training happens in a run, which deals out randomness and collects what layers want to remember.
regular = tg.init(nn.Sequential(nn.BatchNorm(features=16), nn.Dropout(drop=0.5)), tg.random.key(0))
with tg.training(tg.random.key(1)) as run:
    regular(tg.random.normal(tg.random.key(2), (64, 16)))
print(run.updated(regular)[0].running_mean.shape)
