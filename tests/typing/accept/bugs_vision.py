"""Networks for pictures, as they are meant: the corrected forms of what `reject/bugs_vision.py` gets wrong."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32, Int64, UInt8

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Dense,
    Flatten,
    GlobalPool,
    Layer,
    MaxPool2d,
    Sequential,
    param,
    sub,
    zeros,
)


class Flattened(Layer):
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=32, kernel=3))
    head: Dense = sub(lambda self: Dense(in_features=5408, out_features=10))

    def __call__(self, x: Float[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 10"]:
        y = tg.max_pool2d(tg.relu(self.conv(x)), 2)
        reveal_type(y)  # R: Float[Tensor, "n 32 13 13"]
        return self.head(tg.flatten(y, start=1))


class CountedBehindPooling(Layer):
    classes: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=6, kernel=5))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=6, out_channels=16, kernel=5))
    head: Dense = sub(lambda self: Dense(in_features=16 * 5 * 5, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        y = tg.max_pool2d(tg.relu(self.first(x)), 2)
        reveal_type(y)  # R: Float[Tensor, "n 6 14 14"]
        y = tg.max_pool2d(tg.relu(self.second(y)), 2)
        reveal_type(y)  # R: Float[Tensor, "n 16 5 5"]
        return self.head(tg.reshape(y, (x.shape[0], -1)))


class CountedFromTheSize(Layer):
    """Sizes of the picture as fields, and the classifier's inputs computed from them."""

    size: int
    classes: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=16, kernel=5, padding=2))
    head: Dense = sub(lambda self: Dense(in_features=16 * (self.size // 2) * (self.size // 2), out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n 3 size size"]) -> Float[Tensor, "n classes"]:
        y = tg.max_pool2d(tg.relu(self.conv(x)), 2)
        reveal_type(y)  # R: Float[Tensor, "n 16 size//2 size//2"]
        return self.head(tg.flatten(y, start=1))


class ChannelsInTurn(Layer):
    width: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=self.width, kernel=3, padding=1))
    norm: BatchNorm = sub(lambda self: BatchNorm(features=self.width))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=self.width, out_channels=2 * self.width, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n 2*width h w"]:
        return self.second(tg.relu(self.norm(self.first(x))))


class Downsampled(Layer):
    inside: int
    outside: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=3, stride=2, padding=1))
    short: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=1, stride=2))

    def __call__(self, x: Float[Tensor, "n inside h w"]) -> Float[Tensor, "n outside _ _"]:
        reveal_type(self.conv(x))  # R: Float[Tensor, "n outside (h+1)//2 (w+1)//2"]
        reveal_type(self.short(x))  # R: Float[Tensor, "n outside (h+1)//2 (w+1)//2"]
        return self.conv(x) + self.short(x)


class Bottleneck(Layer):
    channels: int
    down: Conv2d = sub(lambda self: Conv2d(in_channels=4 * self.channels, out_channels=self.channels, kernel=1))
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=3, padding=1))
    up: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=4 * self.channels, kernel=1))

    def __call__(self, x: Float[Tensor, "n 4*channels h w"]) -> Float[Tensor, "n 4*channels h w"]:
        y = tg.relu(self.conv(tg.relu(self.down(x))))
        return self.up(y) + x


class Joined(Layer):
    channels: int
    up: ConvTranspose2d = sub(
        lambda self: ConvTranspose2d(in_channels=2 * self.channels, out_channels=self.channels, kernel=2, stride=2)
    )
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=2 * self.channels, out_channels=self.channels, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n 2*channels h w"], skip: Float[Tensor, "n channels 2*h 2*w"]) -> Tensor:
        both = tg.concat([self.up(x), skip], axis=1)
        reveal_type(both)  # R: Float[Tensor, "n 2*channels 2*h 2*w"]
        return tg.assert_shape(self.conv(both), "n channels 2*h 2*w")


class Cropped(Layer):
    """As in the first U-Net: what skips is cropped to what comes up."""

    conv: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=64, kernel=3))
    deep: Conv2d = sub(lambda self: Conv2d(in_channels=64, out_channels=128, kernel=3))
    up: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=128, out_channels=64, kernel=2, stride=2))

    def __call__(self, x: Float[Tensor, "n 1 66 66"]) -> Float[Tensor, "n 128 60 60"]:
        skip = tg.relu(self.conv(x))
        y = self.up(tg.relu(self.deep(tg.max_pool2d(skip, 2))))
        return tg.concat([y, tg.crop_spatial(skip, 2)], axis=1)


class Generator(Layer):
    noise: int
    first: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=self.noise, out_channels=64, kernel=7))
    second: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=64, out_channels=32, kernel=4, stride=2, padding=1))
    last: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=32, out_channels=1, kernel=4, stride=2, padding=1))

    def __call__(self, z: Float[Tensor, "n noise"]) -> Float[Tensor, "n 1 28 28"]:
        x = tg.relu(self.first(z[:, :, None, None]))
        reveal_type(x)  # R: Float[Tensor, "n 64 7 7"]
        return tg.sigmoid(self.last(tg.relu(self.second(x))))


class Discriminator(Layer):
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=64, kernel=4, stride=2, padding=1))
    last: Conv2d = sub(lambda self: Conv2d(in_channels=64, out_channels=1, kernel=16))

    def __call__(self, x: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n"]:
        y = tg.leaky_relu(self.conv(x))
        return tg.reshape(self.last(y), (x.shape[0],))


class Adversaries(Layer):
    """A generator and a discriminator of vectors, one into the other."""

    noise: int
    data: int
    generator: Sequential = sub(
        lambda self: Sequential(
            Dense(in_features=self.noise, out_features=128), tg.relu, Dense(in_features=128, out_features=self.data)
        )
    )
    discriminator: Sequential = sub(
        lambda self: Sequential(Dense(in_features=self.data, out_features=128), tg.relu, Dense(in_features=128, out_features=1))
    )

    def __call__(self, z: Float[Tensor, "b noise"], real: Float[Tensor, "b data"]) -> Float[Tensor, ""]:
        fake = self.generator(z)
        reveal_type(fake)  # R: Float[Tensor, "b data"]
        scores = self.discriminator(tg.concat([real, fake]))
        reveal_type(scores)  # R: Float[Tensor, "2*b 1"]
        b = z.shape[0]
        labels = tg.concat([tg.ones(b), tg.zeros(b)])
        return tg.binary_cross_entropy_with_logits(tg.squeeze(scores, axis=1), labels)


class Autoencoder(Layer):
    down: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=16, kernel=3, stride=2, padding=1))
    up: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=16, out_channels=1, kernel=4, stride=2, padding=1))

    def __call__(self, x: Float[Tensor, "n 1 28 28"]) -> Float[Tensor, ""]:
        return tg.mse(self.up(tg.relu(self.down(x))), x)


class Bias(Layer):
    channels: int
    bias: Float[Tensor, "channels"] = param(zeros)

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        return x + self.bias[:, None, None]

    def by_reshaping(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        return x + tg.reshape(self.bias, (1, -1, 1, 1))


class SqueezeAndExcite(Layer):
    channels: int
    reduce: Dense = sub(lambda self: Dense(in_features=self.channels, out_features=8))
    expand: Dense = sub(lambda self: Dense(in_features=8, out_features=self.channels))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        gates = tg.sigmoid(self.expand(tg.relu(self.reduce(tg.mean(x, axis=(2, 3))))))
        return x * gates[:, :, None, None]


def channels_first(x: Float32[Tensor, "n 224 224 3"]) -> Float[Tensor, "n 64 109 109"]:
    return Conv2d(in_channels=3, out_channels=64, kernel=7, stride=2)(tg.permute_dims(x, (0, 3, 1, 2)))


def channels_moved(x: Float32[Tensor, "n h w c"]) -> Float32[Tensor, "n c h w"]:
    return tg.moveaxis(x, -1, 1)


def one_picture(x: Float32[Tensor, "3 h w"]) -> Float[Tensor, "8 h w"]:
    return Conv2d(in_channels=3, out_channels=8, kernel=3, padding=1)(x[None])[0]


def grey(x: Float32[Tensor, "n h w"]) -> Float[Tensor, "n 8 h-2 w-2"]:
    return Conv2d(in_channels=1, out_channels=8, kernel=3)(tg.expand_dims(x, axis=1))


def grey_for_coloured(x: Float32[Tensor, "n 1 h w"]) -> Float[Tensor, "n 8 h-2 w-2"]:
    return Conv2d(in_channels=3, out_channels=8, kernel=3)(tg.concat([x, x, x], axis=1))


def grey_by_broadcasting(x: Float32[Tensor, "n 1 h w"]) -> Float32[Tensor, "n 3 h w"]:
    n, _, h, w = x.shape
    return tg.broadcast_to(x, (n, 3, h, w))


def without_alpha(x: Float32[Tensor, "n 4 h w"], mean: Float32[Tensor, "3 1 1"]) -> Float32[Tensor, "n 3 h w"]:
    return x[:, :3] - mean


def standardised(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    axes = (0, 2, 3)
    return (x - tg.mean(x, axis=axes, keepdims=True)) / tg.std(x, axis=axes, keepdims=True)


def bytes_of_pixels(x: UInt8[Tensor, "n 3 32 32"]) -> Float[Tensor, "n 8 30 30"]:
    return Conv2d(in_channels=3, out_channels=8, kernel=3)(x.astype("float32") / 255.0)


def globally_pooled(x: Float32[Tensor, "n 512 h w"]) -> Float[Tensor, "n 1000"]:
    return Sequential(GlobalPool(), Dense(in_features=512, out_features=1000))(x)


def flattened_but_for_the_batch(x: Float32[Tensor, "n 8 4 4"]) -> Float[Tensor, "n 10"]:
    return Sequential(Flatten(), Dense(in_features=128, out_features=10))(x)


def crops(x: Float32[Tensor, "n 3 256 256"]) -> Float32[Tensor, "n 3 224 224"]:
    return tg.crop_spatial(x, 16)


def cropped_by_hand(x: Float32[Tensor, "n c 32 32"]) -> Float32[Tensor, "n c 16 16"]:
    return x[:, :, 8:-8, 8:-8]


def padded_and_cropped(x: Float32[Tensor, "n c 32 32"], top: int, left: int) -> Float32[Tensor, "n c _ _"]:
    padded = tg.pad_spatial(x, 4)
    reveal_type(padded)  # R: Float32[Tensor, "n c 40 40"]
    return padded[:, :, top : top + 32, left : left + 32]


def flipped(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "2*n c h w"]:
    return tg.concat([x, tg.flip(x, axis=3)])


def patches(x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 64 48"]:
    n = x.shape[0]
    cut = tg.permute_dims(tg.reshape(x, (n, 3, 8, 4, 8, 4)), (0, 2, 4, 1, 3, 5))
    return tg.reshape(cut, (n, 64, 3 * 4 * 4))


def patches_by_convolution(x: Float32[Tensor, "n 3 32 32"], d: int) -> Float[Tensor, "n 64 {d}"]:
    cut = Conv2d(in_channels=3, out_channels=d, kernel=4, stride=4)(x)
    reveal_type(cut)  # R: Float[Tensor, "n {d} 8 8"]
    return tg.flatten(cut, start=2).mT


def segmented(x: Float32[Tensor, "n c h w"], labels: Int64[Tensor, "n h w"]) -> Float32[Tensor, ""]:
    return tg.softmax_cross_entropy(tg.moveaxis(x, 1, -1), labels)


def halves(x: Float32[Tensor, "n c 16 16"]) -> Float32[Tensor, "n c 16 16"]:
    return tg.upsample(MaxPool2d(kernel=2)(x), 2) + x


def resized_to_the_skip(x: Float32[Tensor, "n c 7 7"], skip: Float32[Tensor, "n c 15 15"]) -> Float32[Tensor, "n c 15 15"]:
    return tg.resize(x, (15, 15)) + skip


def boxes(x: Float32[Tensor, "n 64"], box: Float32[Tensor, "n 4"], k: int) -> Float[Tensor, ""]:
    found = tg.reshape(Dense(in_features=64, out_features=4 * k)(x), (x.shape[0], k, 4))
    reveal_type(found)  # R: Float[Tensor, "n {k} 4"]
    n = x.shape[0]
    return tg.huber(found[:, 0], box) + tg.huber(found, tg.broadcast_to(box[:, None], (n, k, 4)))
