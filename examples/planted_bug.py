"""A wrong shape: `head` expects 128 features and gets 64. mypy refuses it before anything runs."""

from __future__ import annotations

from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor, nn


class Mlp(nn.Layer):
    body: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=64, out_features=64))
    head: nn.Dense = nn.sub(lambda self: nn.Dense(in_features=128, out_features=10))

    def __call__(self, x: Float[Tensor, "batch 64"]) -> Float[Tensor, "batch 10"]:
        return self.head(tg.relu(self.body(x)))
