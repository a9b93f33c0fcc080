"""Convolution, pooling and what else is done to signals, images and volumes, with shapes that do not fit."""

from __future__ import annotations

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor, nn


def layers(x: Float32[Tensor, "n 3 28 28"], s: Float32[Tensor, "n 3 28"]) -> None:
    nn.DepthwiseConv2d(in_channels=4, kernel=3)(x)  # E: DepthwiseConv2d(in_channels=4, kernel=3): `x` has in_channels=3, but in_channels is 4 [shape]
    nn.SumPool2d(kernel=30)(x)  # E: sum_pool: the height of the window is more than that of the padded input: 30 > 28 [shape]
    nn.AdaptiveAvgPool2d(size=(7, 5))(s)  # E: AdaptiveAvgPool2d(size=(7, 5)): `x` needs 4 axes (n c h w), got 3 [shape]
    nn.Pad2d(padding=28, mode="reflect")(x)  # E: pad_spatial: `padding` (28, 28) of axis 2 finds too few elements to mirror: 29 > 28 [shape]
    nn.Crop2d(cropping=14)(x)  # E: crop_spatial: `cropping` (14, 14) leaves nothing of axis 2 of `x`: 29 > 28 [shape]
    nn.ConvTranspose1d(in_channels=2, out_channels=4, kernel=2)(s)  # E: ConvTranspose1d(in_channels=2, out_channels=4, kernel=2): `x` has in_channels=3, but in_channels is 2 [shape]


def ops(x: Float32[Tensor, "n 3 28 28"], s: Float32[Tensor, "n 3 28"]) -> None:
    tg.upsample(s, (2, 2))  # E: upsample: `scale` must be one number, or one for each of the 1 axes, not (2, 2) [shape]
    tg.unfold(s, 29)  # E: unfold: the width of the window is more than that of the padded input: 29 > 28 [shape]
    tg.fold(x[:, :, 0], (28, 28), 3)  # E: fold: `columns` must have a column for each place of the window: 28 and 676 [shape]
    tg.crop_spatial(x, 14)  # E: crop_spatial: `cropping` (14, 14) leaves nothing of axis 2 of `x`: 29 > 28 [shape]
    tg.local_conv1d(s, tg.ones((25, 4, 3, 3)))  # E: local_conv1d: `kernel` must have one for each place of the window: [25] and [26] [shape]


def channels_last(x: Float32[Tensor, "n 28 28 3"]) -> None:
    layer = nn.ChannelsLast(layer=nn.Conv2d(in_channels=28, out_channels=8, kernel=3))
    layer(x)  # E: Conv2d(in_channels=28, out_channels=8, kernel=3): `x` has in_channels=3, but in_channels is 28 [shape]
    tg.channels_first(x) + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 28 in `x1` but 3 in `x2` [shape]
