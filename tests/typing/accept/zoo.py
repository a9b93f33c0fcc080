"""Well-known models: what they give follows from their fields."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.zoo import Bert, Gpt2, LeNet, ResNet, UNet, alexnet, resnet18


def pictures(digit: Float32[Tensor, "n 1 28 28"], image: Float32[Tensor, "n 3 224 224"]) -> None:
    reveal_type(LeNet()(digit))  # R: Float[Tensor, "n 10"]
    reveal_type(LeNet(classes=7)(digit))  # R: Float[Tensor, "n 7"]
    reveal_type(ResNet(depths=(3, 4, 6, 3), classes=7)(image))  # R: Float[Tensor, "n 7"]
    reveal_type(UNet(channels=3, classes=5)(image))  # R: Float[Tensor, "n 5 _ _"]
    reveal_type(resnet18(classes=7)(image))  # R: Float[Tensor, "n _"]
    model = tg.init(LeNet(classes=7), tg.random.key(0))
    reveal_type(model(digit))  # R: Float[Tensor, "n 7"]


def texts(text: Int64[Tensor, "n 16"], longer: Int64[Tensor, "n time"]) -> None:
    reveal_type(Gpt2(vocabulary=100)(text))  # R: Float[Tensor, "n 16 100"]
    reveal_type(Gpt2()(longer))  # R: Float[Tensor, "n time 50257"]
    words, whole = Bert()(longer)
    reveal_type(words)  # R: Float[Tensor, "n time 768"]
    reveal_type(whole)  # R: Float[Tensor, "n 768"]


def any_size(image: Float32[Tensor, "n 3 side side"]) -> None:
    alexnet()(image)
