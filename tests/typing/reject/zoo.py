"""Well-known models that are given something else than they take."""

from __future__ import annotations

from jaxtyping import Bool, Float32, Int64

from typedgrad import Tensor
from typedgrad.nn import Dense
from typedgrad.zoo import AlexNet, Bert, LeNet, ResNet, VisionTransformer


def pictures(small: Float32[Tensor, "n 3 32 32"], flat: Float32[Tensor, "n 784"]) -> None:
    AlexNet(classes=7)(small)  # E: AlexNet(classes=7): `x` has size=32, but size is 227 [shape]
    LeNet()(small)  # E: LeNet(): `x` has channels=3, but channels is 1 [shape]
    LeNet()(flat)  # E: LeNet(): `x` needs 4 axes (n channels size size), got 2 [shape]
    VisionTransformer(classes=7)(small)  # E: VisionTransformer(classes=7): `x` has size=32, but size is 224 [shape]
    ResNet(depths=(2, 2, 2, 2), channels=1)(small)  # E: ResNet(depths=(2, 2, 2, 2), channels=1): `x` has channels=3, but channels is 1 [shape]
    logits = ResNet(depths=(2, 2, 2, 2))(small)
    Dense(in_features=512, out_features=10)(logits)  # E: Dense(in_features=512, out_features=10): `x` has in_features=1000, but in_features is 512 [shape]


def texts(text: Int64[Tensor, "n time"], picture: Float32[Tensor, "n 3 32 32"], mask: Bool[Tensor, "n other"]) -> None:
    Bert()(picture)  # E: Bert(): `text` must be Int, not float32 [dtype]
    Bert()(text, mask=mask)  # E: Bert(): `time` is time in `text` but other in `mask` [shape]

