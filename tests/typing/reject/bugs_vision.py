"""Networks for pictures, with the mistakes that are asked about most."""

from __future__ import annotations

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


class NotFlattened(Layer):
    """The classifier is applied to the picture itself."""

    conv: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=32, kernel=3))
    head: Dense = sub(lambda self: Dense(in_features=5408, out_features=10))

    def __call__(self, x: Float[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 10"]:
        y = tg.max_pool2d(tg.relu(self.conv(x)), 2)
        return self.head(y)  # E: Dense(in_features=5408, out_features=10): `x` has in_features=13, but in_features is 5408 [shape]


class CountedWithoutPooling(Layer):
    """The classifier's inputs are counted before the pooling, not behind it."""

    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=16, kernel=5, padding=2))
    head: Dense = sub(lambda self: Dense(in_features=16 * 32 * 32, out_features=10))

    def __call__(self, x: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n 10"]:
        y = tg.max_pool2d(tg.relu(self.conv(x)), 2)
        return self.head(tg.flatten(y, start=1))  # E: Dense(in_features=16384, out_features=10): `x` has in_features=4096, but in_features is 16384 [shape]


class CountedOneConvolution(Layer):
    """The second convolution, which shrinks too, is forgotten."""

    classes: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=6, kernel=5))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=6, out_channels=16, kernel=5))
    head: Dense = sub(lambda self: Dense(in_features=16 * 14 * 14, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        y = tg.max_pool2d(tg.relu(self.first(x)), 2)
        y = tg.max_pool2d(tg.relu(self.second(y)), 2)
        return self.head(tg.flatten(y, start=1))  # E: Dense(in_features=3136, out_features=classes): `x` has in_features=400, but in_features is 3136 [shape]


class ChannelsOfTheFirst(Layer):
    """The second convolution expects the channels of the picture, not those of the first."""

    width: int
    first: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=self.width, kernel=3, padding=1))
    second: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=self.width, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n width h w"]:
        return self.second(tg.relu(self.first(x)))  # E: Conv2d(in_channels=3, out_channels=width, kernel=3, padding=1): `x` has in_channels=width, but in_channels is 3 [shape]


class NormalisedWithOldChannels(Layer):
    inside: int
    outside: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=3, padding=1))
    norm: BatchNorm = sub(lambda self: BatchNorm(features=self.inside))

    def __call__(self, x: Float[Tensor, "n inside h w"]) -> Float[Tensor, "n outside h w"]:
        return tg.relu(self.norm(self.conv(x)))  # E: BatchNorm(features=inside): `x` has features=outside, but features is inside [shape]


class Downsampled(Layer):
    """The shortcut is not made smaller, the other way is."""

    inside: int
    outside: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=3, stride=2, padding=1))
    short: Conv2d = sub(lambda self: Conv2d(in_channels=self.inside, out_channels=self.outside, kernel=1))

    def __call__(self, x: Float[Tensor, "n inside 32 32"]) -> Float[Tensor, "n outside 16 16"]:
        return self.conv(x) + self.short(x)  # E: add: `x1` and `x2` do not broadcast: axis -1 is 16 in `x1` but 32 in `x2` [shape]


class Bottleneck(Layer):
    """The last convolution does not widen again."""

    channels: int
    down: Conv2d = sub(lambda self: Conv2d(in_channels=4 * self.channels, out_channels=self.channels, kernel=1))
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=3, padding=1))
    up: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=1))

    def __call__(self, x: Float[Tensor, "n 4*channels h w"]) -> Float[Tensor, "n 4*channels h w"]:
        y = tg.relu(self.conv(tg.relu(self.down(x))))
        return self.up(y) + x  # E: add: `x1` and `x2` do not broadcast: axis -3 is channels in `x1` but 4*channels in `x2` [shape]


class Joined(Layer):
    """What is joined has twice the channels."""

    channels: int
    up: ConvTranspose2d = sub(
        lambda self: ConvTranspose2d(in_channels=2 * self.channels, out_channels=self.channels, kernel=2, stride=2)
    )
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.channels, out_channels=self.channels, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n 2*channels h w"], skip: Float[Tensor, "n channels 2*h 2*w"]) -> Tensor:
        return self.conv(tg.concat([self.up(x), skip], axis=1))  # E: Conv2d(in_channels=channels, out_channels=channels, kernel=3, padding=1): `x` has in_channels=2*channels, but in_channels is channels [shape]


class JoinedAlongTheBatch(Layer):
    channels: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=2 * self.channels, out_channels=self.channels, kernel=3, padding=1))

    def __call__(self, x: Float[Tensor, "n channels h w"], skip: Float[Tensor, "n channels h w"]) -> Tensor:
        return self.conv(tg.concat([x, skip]))  # E: Conv2d(in_channels=2*channels, out_channels=channels, kernel=3, padding=1): `x` has in_channels=channels, but in_channels is 2*channels [shape]


class UnpaddedSkip(Layer):
    """As in the first U-Net, without its cropping."""

    conv: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=64, kernel=3))
    deep: Conv2d = sub(lambda self: Conv2d(in_channels=64, out_channels=128, kernel=3))
    up: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=128, out_channels=64, kernel=2, stride=2))

    def __call__(self, x: Float[Tensor, "n 1 66 66"]) -> Tensor:
        skip = tg.relu(self.conv(x))
        y = self.up(tg.relu(self.deep(tg.max_pool2d(skip, 2))))
        return tg.concat([y, skip], axis=1)  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [60 60] and [64 64] [shape]


class Generator(Layer):
    """Kernel and stride for 28 x 28 pictures, with the padding of those for 32 x 32."""

    noise: int
    first: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=self.noise, out_channels=64, kernel=7))
    second: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=64, out_channels=32, kernel=4, stride=2, padding=1))
    last: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=32, out_channels=1, kernel=4, stride=2))

    def __call__(self, z: Float[Tensor, "n noise"]) -> Float[Tensor, "n 1 28 28"]:
        x = tg.relu(self.first(z[:, :, None, None]))
        return tg.sigmoid(self.last(tg.relu(self.second(x))))  # E: __call__: the result must have 28 on axis 2 (n 1 28 28), not 30 [shape]


class FlatNoise(Layer):
    """The noise is a vector, not a picture of one pixel."""

    noise: int
    first: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=self.noise, out_channels=64, kernel=4))

    def __call__(self, z: Float[Tensor, "n noise"]) -> Float[Tensor, "n 64 4 4"]:
        return self.first(z)  # E: ConvTranspose2d(in_channels=noise, out_channels=64, kernel=4): `x` needs 4 axes (n in_channels h w), got 2 [shape]


class Discriminator(Layer):
    """One score remains at each of 4 x 4 places."""

    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=64, kernel=4, stride=2, padding=1))
    last: Conv2d = sub(lambda self: Conv2d(in_channels=64, out_channels=1, kernel=4, stride=4))

    def __call__(self, x: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n"]:
        y = tg.leaky_relu(self.conv(x))
        return tg.reshape(self.last(y), (x.shape[0],))  # E: reshape: the old and the new shape hold different numbers of elements: 16*n and n [shape]


class Autoencoder(Layer):
    """Half a pixel is lost on the way down, so that a whole one is missing on the way up."""

    down: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=16, kernel=3, stride=2))
    up: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=16, out_channels=1, kernel=3, stride=2))

    def __call__(self, x: Float[Tensor, "n 1 28 28"]) -> Float[Tensor, ""]:
        return tg.mse(self.up(tg.relu(self.down(x))), x)  # E: mse: `*s` is [n 1 27 27] in `prediction` but [n 1 28 28] in `target` [shape]


class Bias(Layer):
    """A bias per channel, added along the columns."""

    channels: int
    bias: Float[Tensor, "channels"] = param(zeros)

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        return x + self.bias  # E: add: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but channels in `x2` [shape]


class SqueezeAndExcite(Layer):
    """The gates lack the axes of the picture."""

    channels: int
    reduce: Dense = sub(lambda self: Dense(in_features=self.channels, out_features=8))
    expand: Dense = sub(lambda self: Dense(in_features=8, out_features=self.channels))

    def __call__(self, x: Float[Tensor, "n channels h w"]) -> Float[Tensor, "n channels h w"]:
        gates = tg.sigmoid(self.expand(tg.relu(self.reduce(tg.mean(x, axis=(2, 3))))))
        return x * gates  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but channels in `x2` [shape]


def channels_last(x: Float32[Tensor, "n 224 224 3"]) -> Tensor:
    return Conv2d(in_channels=3, out_channels=64, kernel=7, stride=2)(x)  # E: Conv2d(in_channels=3, out_channels=64, kernel=7, stride=2): `x` has in_channels=224, but in_channels is 3 [shape]


def transposed_wrongly(x: Float32[Tensor, "n h w c"]) -> Float32[Tensor, "n c h w"]:
    return tg.permute_dims(x, (0, 3, 2, 1))  # E: transposed_wrongly: the result must have h on axis 2 (n c h w), not w [shape]


def one_picture(x: Float32[Tensor, "3 h w"]) -> Tensor:
    return Conv2d(in_channels=3, out_channels=8, kernel=3)(x)  # E: Conv2d(in_channels=3, out_channels=8, kernel=3): `x` needs 4 axes (n in_channels h w), got 3 [shape]


def grey(x: Float32[Tensor, "n h w"]) -> Tensor:
    return Conv2d(in_channels=1, out_channels=8, kernel=3)(x)  # E: Conv2d(in_channels=1, out_channels=8, kernel=3): `x` needs 4 axes (n in_channels h w), got 3 [shape]


def grey_for_coloured(x: Float32[Tensor, "n 1 h w"]) -> Tensor:
    return Conv2d(in_channels=3, out_channels=8, kernel=3)(x)  # E: Conv2d(in_channels=3, out_channels=8, kernel=3): `x` has in_channels=1, but in_channels is 3 [shape]


def with_alpha(x: Float32[Tensor, "n 4 h w"], mean: Float32[Tensor, "3 1 1"]) -> Float32[Tensor, "n 4 h w"]:
    return x - mean  # E: subtract: `x1` and `x2` do not broadcast: axis -3 is 4 in `x1` but 3 in `x2` [shape]


def standardised(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return x - tg.mean(x, axis=(0, 2, 3))  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but c in `x2` [shape]


def keeps_one_axis(x: Float32[Tensor, "n c h w"]) -> Tensor:
    return x / tg.std(x, axis=(2, 3))  # E: divide: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but c in `x2` [shape]


def bytes_of_pixels(x: UInt8[Tensor, "n 3 32 32"]) -> Tensor:
    return Conv2d(in_channels=3, out_channels=8, kernel=3)(x)  # E: Conv2d(in_channels=3, out_channels=8, kernel=3): `x` must be Float, not uint8 [dtype]


def pooled_away(x: Float32[Tensor, "n 8 8 8"]) -> Tensor:
    y = tg.max_pool2d(tg.max_pool2d(x, 2), 2)
    return Conv2d(in_channels=8, out_channels=8, kernel=3)(y)  # E: conv2d: the height of the kernel is more than that of the padded input: 3 > 2 [shape]


def without_global_pooling(x: Float32[Tensor, "n 512 7 7"]) -> Float[Tensor, "n 1000"]:
    return Sequential(Flatten(), Dense(in_features=512, out_features=1000))(x)  # E: Dense(in_features=512, out_features=1000): `x` has in_features=25088, but in_features is 512 [shape]


def pooled_and_flattened(x: Float32[Tensor, "n 512 7 7"]) -> Float[Tensor, "n 1000"]:
    return Sequential(GlobalPool(), Dense(in_features=512 * 7 * 7, out_features=1000))(x)  # E: Dense(in_features=25088, out_features=1000): `x` has in_features=512, but in_features is 25088 [shape]


def flattened_with_the_batch(x: Float32[Tensor, "n 8 4 4"]) -> Float[Tensor, "n 10"]:
    y = tg.reshape(x, (-1, 8))
    return Dense(in_features=128, out_features=10)(y)  # E: Dense(in_features=128, out_features=10): `x` has in_features=8, but in_features is 128 [shape]


def crops(x: Float32[Tensor, "n 3 256 256"]) -> Float32[Tensor, "n 3 224 224"]:
    return tg.crop_spatial(x, 32)  # E: crops: the result must have 224 on axis 2 (n 3 224 224), not 192 [shape]


def cropped_by_hand(x: Float32[Tensor, "n c 32 32"]) -> Float32[Tensor, "n c 24 24"]:
    return x[:, :, 8:-8, 8:-8]  # E: cropped_by_hand: the result must have 24 on axis 2 (n c 24 24), not 16 [shape]


def flipped(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return tg.concat([x, tg.flip(x, axis=3)])  # E: flipped: the result must have n on axis 0 (n c h w), not 2*n [shape]


def patches(x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 64 48"]:
    n = x.shape[0]
    cut = tg.permute_dims(tg.reshape(x, (n, 3, 8, 4, 8, 4)), (0, 2, 4, 1, 3, 5))
    return tg.reshape(cut, (n, 64, 3 * 4))  # E: reshape: the old and the new shape hold different numbers of elements: 3072*n and 768*n [shape]


def patches_in_the_wrong_order(x: Float32[Tensor, "n c 14 14"], w: Float32[Tensor, "c d"]) -> Float32[Tensor, "n 196 d"]:
    return tg.flatten(x, start=2) @ w  # E: matmul: `k` is 196 in `x1` but c in `x2` [shape]


def kernel_sizes(x: Float32[Tensor, "n c h w"], k: Float32[Tensor, "c o 3 3"]) -> Tensor:
    return tg.conv2d(x, k)  # E: conv2d: `x` must have as many channels as the kernel takes: c and o [shape]


def segmented(x: Float32[Tensor, "n c h w"], labels: Int64[Tensor, "n h w"]) -> Float32[Tensor, ""]:
    return tg.softmax_cross_entropy(x, labels)  # E: softmax_cross_entropy: `*batch` is [n c h] in `logits` but [n h w] in `labels` [shape]


def halves(x: Float32[Tensor, "n c 15 15"]) -> Tensor:
    pool = MaxPool2d(kernel=2)
    up = tg.upsample(pool(x), 2)
    return up + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 14 in `x1` but 15 in `x2` [shape]


def two_dense_heads(x: Float32[Tensor, "n 64"], box: Float32[Tensor, "n 4"], k: int) -> Tensor:
    boxes = Dense(in_features=64, out_features=4 * k)(x)
    b = tg.reshape(boxes, (x.shape[0], k, 4))
    return tg.huber(b[:, 0], box) + tg.huber(b, box)  # E: huber: `*s` is [n {k} 4] in `prediction` but [n 4] in `target` [shape]
