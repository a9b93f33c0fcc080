"""Layers that do not fit, each with one that does, and the words that its refusal must have."""

from __future__ import annotations

from typing import Final

from tests.config.case import Case, of

_FLAT = 'network().input("n 7")'
_IMAGE = 'network().input("n 3 28 20")'
_STEPS = 'network().input("n t 7")'

LAYERS: Final[dict[str, Case]] = {
    # sizes that are missing, zero, or others than come in
    "a missing size": of(_FLAT, ".layer(Dense)", ".layer(Dense, out_features=2)", "out_features|layer", "mypy"),
    "no units": of(_FLAT, ".layer(Dense, out_features=0)", ".layer(Dense, out_features=1)", "Dense|`out_features`|0"),
    "negative units": of(
        _FLAT, ".layer(Dense, out_features=-3)", ".layer(Dense, out_features=3)", "Dense|`out_features`|-3"
    ),
    "no channels": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=0, kernel=3)",
        ".layer(Conv2d, out_channels=1, kernel=3)",
        "Conv2d|`out_channels`|0",
    ),
    "an input of size 0": of("network()", '.input("n 0")', '.input("n 1")', 'input|"n 0"|at least 1'),
    "another size than comes in": of(
        _FLAT,
        ".layer(Dense, in_features=5, out_features=2)",
        ".layer(Dense, in_features=7, out_features=2)",
        "layer 1 `dense`|in_features=7|in_features is 5",
    ),
    "another size than the last layer makes": of(
        _FLAT + ".layer(Dense, out_features=6)",
        ".layer(Dense, in_features=5, out_features=2)",
        ".layer(Dense, in_features=6, out_features=2)",
        "layer 2 `dense_2`|in_features=6|in_features is 5",
    ),
    "other channels than come in": of(
        _IMAGE,
        ".layer(Conv2d, in_channels=1, out_channels=2, kernel=3)",
        ".layer(Conv2d, in_channels=3, out_channels=2, kernel=3)",
        "`conv2d`|in_channels=3|in_channels is 1",
    ),
    "features of unknown number": of(
        "network()",
        '.input("n t").layer(Dense, out_features=2)',
        '.input("n 5").layer(Dense, out_features=2)',
        "`dense`|Dense.in_features|`t`",
    ),
    "an image of unknown size before dense": of(
        "network()",
        '.input("n 1 h w").layer(Dense, out_features=2)',
        '.input("n 1 8 8").layer(Dense, out_features=2)',
        "`dense`|Dense.in_features|h*w",
    ),
    "norms of steps of unknown number": of(
        _STEPS, ".layer(BatchNorm)", ".layer(LayerNorm)", "`batch_norm`|BatchNorm.features|`t`"
    ),
    # kernels, strides and paddings
    "a kernel higher than the input": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=(30, 3))",
        ".layer(Conv2d, out_channels=2, kernel=(28, 3))",
        "layer 1 `conv2d`|Conv2d(|kernel|30 > 28",
    ),
    "a kernel wider than the input": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=21)",
        ".layer(Conv2d, out_channels=2, kernel=20)",
        "layer 1 `conv2d`|Conv2d(|kernel|21 > 20",
    ),
    "a window larger than what is left": of(
        _IMAGE + ".layer(MaxPool2d, kernel=10)",
        ".layer(AvgPool2d, kernel=3)",
        ".layer(AvgPool2d, kernel=2)",
        "layer 2 `avg_pool2d`|AvgPool2d(|window|3 > 2",
    ),
    "a dilated kernel larger than the input": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=3, dilation=14)",
        ".layer(Conv2d, out_channels=2, kernel=3, dilation=9)",
        "`conv2d`|dilation=14|29 > 28",
    ),
    "a strict stride that leaves a rest": of(
        _IMAGE,
        '.layer(Conv2d, out_channels=2, kernel=4, stride=5, padding="strict")',
        '.layer(Conv2d, out_channels=2, kernel=4, stride=8, padding="strict")',
        "`conv2d`|stride|24 is not a multiple of 5",
    ),
    "a stride of 0": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=3, stride=0)",
        ".layer(Conv2d, out_channels=2, kernel=3, stride=1)",
        "Conv2d|`stride`|at least 1|0",
    ),
    "a negative stride": of(
        _IMAGE,
        ".layer(MaxPool2d, kernel=3, stride=-1)",
        ".layer(MaxPool2d, kernel=3, stride=1)",
        "MaxPool2d|`stride`|at least 1|-1",
    ),
    "three strides for two axes": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=3, stride=(1, 1, 2))",
        ".layer(Conv2d, out_channels=2, kernel=3, stride=(1, 2))",
        "Conv2d|`stride`|tuple of 2|(1, 1, 2)",
    ),
    "three kernels for two axes": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=(3, 3, 3))",
        ".layer(Conv2d, out_channels=2, kernel=(3, 3))",
        "Conv2d|`kernel`|tuple of 2|(3, 3, 3)",
    ),
    "a negative padding": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=2, kernel=3, padding=-1)",
        ".layer(Conv2d, out_channels=2, kernel=3, padding=1)",
        "Conv2d|`padding`|-1",
    ),
    "causal images": of(
        _IMAGE,
        '.layer(Conv2d, out_channels=2, kernel=3, padding="causal")',
        '.layer(Conv2d, out_channels=2, kernel=3, padding="same")',
        "Conv2d|`padding`|'causal'",
    ),
    "groups that do not divide the channels": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=4, kernel=3, groups=2)",
        ".layer(Conv2d, out_channels=6, kernel=3, groups=3)",
        "`conv2d`|groups|3 is not a multiple of 2",
    ),
    "groups that do not divide the channels made": of(
        _IMAGE,
        ".layer(Conv2d, out_channels=4, kernel=3, groups=3)",
        ".layer(Conv2d, out_channels=9, kernel=3, groups=3)",
        "Conv2d|groups=3|out_channels=4",
    ),
    "cropping all": of(
        _IMAGE, ".layer(Crop2d, cropping=10)", ".layer(Crop2d, cropping=9)", "`crop2d`|Crop2d(cropping=10)|20"
    ),
    "a transposed kernel of size 0": of(
        _IMAGE,
        ".layer(ConvTranspose2d, out_channels=2, kernel=0)",
        ".layer(ConvTranspose2d, out_channels=2, kernel=1)",
        "ConvTranspose2d|`kernel`|0",
    ),
    # ranks
    "images of features": of(
        _FLAT,
        ".layer(Conv2d, out_channels=2, kernel=3)",
        ".layer(Dense, out_features=2)",
        "`conv2d`|`x`|4 axes|got 2|Reshape",
    ),
    "images of steps": of(
        _STEPS,
        ".layer(MaxPool2d, kernel=2)",
        ".layer(Lstm, features=2)",
        "`max_pool2d`|`x`|4 axes|got 3",
    ),
    "steps of features": of(
        _FLAT,
        ".layer(Lstm, features=2)",
        ".layer(RepeatTime, times=3).layer(Lstm, features=2)",
        "`lstm`|`x`|3 axes|got 2|(steps, features)",
    ),
    "volumes of images": of(
        _IMAGE,
        ".layer(Conv3d, out_channels=2, kernel=3)",
        ".layer(Reshape, shape=(1, 3, 28, 20)).layer(Conv3d, out_channels=2, kernel=3)",
        "`conv3d`|`x`|5 axes|got 4",
    ),
    "signals of images": of(
        _IMAGE,
        ".layer(Conv1d, out_channels=2, kernel=3)",
        ".layer(Reshape, shape=(3, -1)).layer(Conv1d, out_channels=2, kernel=3)",
        "`conv1d`|`x`|3 axes|got 4",
    ),
    "numbers of classes that are no integers": of(
        "network()",
        '.input("n t").layer(Embedding, vocabulary=9, features=2)',
        '.input("Int n t").layer(Embedding, vocabulary=9, features=2)',
        "`embedding`|`indices`|Int|float32",
    ),
    # elements, places and heads
    "a shape that does not hold the elements": of(
        _FLAT,
        ".layer(Reshape, shape=(2, 3))",
        ".layer(Reshape, shape=(7, 1))",
        "`reshape`|Reshape(shape=(2, 3))|7*n|6*n",
    ),
    "a shape that leaves a rest": of(
        _FLAT, ".layer(Reshape, shape=(3, -1))", ".layer(Reshape, shape=(7, -1))", "`reshape`|shape=(3, -1)|7|3"
    ),
    "places that are not there": of(
        _FLAT,
        ".layer(Subset, start=3, stop=9)",
        ".layer(Subset, start=3, stop=7)",
        "`subset`|Subset|9 places|7",
    ),
    "heads that do not divide the features": of(
        _STEPS,
        ".layer(Dense, out_features=8).layer(MultiHeadAttention, features=8, heads=3)",
        ".layer(Dense, out_features=8).layer(MultiHeadAttention, features=8, heads=4)",
        "MultiHeadAttention|`heads`=3|`features`=8",
    ),
    "groups that do not divide the features": of(
        _FLAT, ".layer(GroupNorm, groups=2)", ".layer(GroupNorm, groups=7)", "`group_norm`|groups=2|features=7"
    ),
    "a shortcut past a layer of another size": of(
        _FLAT,
        ".layer(Residual, layer=Dense(out_features=3))",
        ".layer(Residual, layer=Dense(out_features=7))",
        "`residual`|Residual|[n 3]|[n 7]",
    ),
    "pixels that cannot be shared out": of(
        _IMAGE,
        ".layer(PixelShuffle, factor=2)",
        ".layer(PixelUnshuffle, factor=2)",
        "`pixel_shuffle`|PixelShuffle|factor|3 is not a multiple of 4",
    ),
}
