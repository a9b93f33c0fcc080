"""Convolution, pooling and what else is done to signals, images and volumes: ops and layers, channels first and last."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor, nn


def layers(x: Float32[Tensor, "n 3 28 28"], s: Float32[Tensor, "n 3 28"], v: Float32[Tensor, "n 3 8 8 8"]) -> None:
    reveal_type(nn.DepthwiseConv2d(in_channels=3, multiplier=2, kernel=(3, 5))(x))  # R: Float[Tensor, "n 6 26 24"]
    reveal_type(nn.ConvTranspose2d(in_channels=3, out_channels=4, kernel=2, stride=2)(x))  # R: Float[Tensor, "n 4 56 56"]
    reveal_type(nn.Conv1d(in_channels=3, out_channels=4, kernel=3, padding="causal")(s))  # R: Float[Tensor, "n 4 28"]
    reveal_type(nn.SumPool2d(kernel=3, stride=2, rounding="ceil")(x))  # R: Float32[Tensor, "n 3 14 14"]
    reveal_type(nn.LpPool3d(kernel=2)(v))  # R: Float32[Tensor, "n 3 4 4 4"]
    reveal_type(nn.AdaptiveAvgPool2d(size=(7, 5))(x))  # R: Float32[Tensor, "n 3 7 5"]
    reveal_type(nn.AdaptiveMaxPool1d(size=4)(s))  # R: Float32[Tensor, "n 3 4"]
    reveal_type(nn.Upsample2d(scale=2, method="linear")(x))  # R: Float32[Tensor, "n 3 56 56"]
    reveal_type(nn.Resize(size=5)(v))  # R: Float32[Tensor, "n 3 5 5 5"]
    reveal_type(nn.Pad2d(padding=((1, 2), (0, 3)), mode="reflect")(x))  # R: Float32[Tensor, "n 3 31 31"]
    reveal_type(nn.Crop3d(cropping=1)(v))  # R: Float32[Tensor, "n 3 6 6 6"]
    reveal_type(nn.SpaceToDepth(block=2)(x))  # R: Shaped[Tensor, "n 12 14 14"]


def ops(x: Float32[Tensor, "n c h w"], y: Float32[Tensor, "n 3 28 28"]) -> None:
    reveal_type(tg.upsample(x, (2, 3)))  # R: Float32[Tensor, "n c 2*h 3*w"]
    reveal_type(tg.pad_spatial(x, (1, 2)))  # R: Float32[Tensor, "n c h+2 w+4"]
    reveal_type(tg.crop_spatial(x, (1, 2)))  # R: Float32[Tensor, "n c h-2 w-4"]
    reveal_type(tg.sum_pool(x, 2))  # R: Float32[Tensor, "n c h//2 w//2"]
    reveal_type(tg.unfold(y, 3, padding=1))  # R: Float32[Tensor, "n 27 784"]
    reveal_type(tg.fold(tg.unfold(y, 3), (28, 28), 3))  # R: Float32[Tensor, "n 3 28 28"]
    values, indices = tg.max_pool_with_indices(y, 2)
    reveal_type(indices)  # R: Int64[Tensor, "n 3 14 14"]
    reveal_type(tg.max_unpool(values, indices, size=(28, 28)))  # R: Float32[Tensor, "n 3 28 28"]


def channels_last(x: Float32[Tensor, "n 28 28 3"]) -> None:
    layer = nn.ChannelsLast(layer=nn.Conv2d(in_channels=3, out_channels=8, kernel=3, stride=2))
    reveal_type(layer(x))  # R: Float[Tensor, "n 13 13 8"]
    reveal_type(nn.ChannelsLast(layer=nn.MaxPool2d(kernel=2))(x))  # R: Float32[Tensor, "n 14 14 3"]
    reveal_type(tg.channels_first(x))  # R: Float32[Tensor, "n 3 28 28"]
