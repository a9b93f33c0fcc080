"""Programs about pictures, as they are meant."""

from __future__ import annotations

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Dense,
    DepthwiseConv2d,
    Layer,
    MaxPool2d,
    Relu,
    Residual,
    SeparableConv2d,
    Sequential,
    WeightNorm,
    sub,
)


def ok_nhwc(x: Float32[Tensor, "n 224 224 3"]) -> Float32[Tensor, "n 64 112 112"]:
    conv = Conv2d(in_channels=3, out_channels=64, kernel=7, stride=2, padding=3)
    return conv(tg.permute_dims(x, (0, 3, 1, 2)))


def ok_single(img: Float32[Tensor, "3 64 64"]) -> Float32[Tensor, "1 16 31 31"]:
    net = Sequential(Conv2d(in_channels=3, out_channels=16, kernel=3), Relu(), MaxPool2d(kernel=2))
    return net(img[None])


def ok_skip(a: Float32[Tensor, "n 64 h w"], b: Float32[Tensor, "n 32 h w"]) -> Float32[Tensor, "n 96 h w"]:
    return tg.concat([a, b], axis=1)


def ok_gen(z: Float32[Tensor, "n 100"]) -> Float32[Tensor, "n 1 28 28"]:
    x = tg.reshape(Dense(in_features=100, out_features=128 * 7 * 7)(z), (z.shape[0], 128, 7, 7))
    x = tg.relu(ConvTranspose2d(in_channels=128, out_channels=64, kernel=4, stride=2, padding=1)(x))
    return tg.tanh(ConvTranspose2d(in_channels=64, out_channels=1, kernel=4, stride=2, padding=1)(x))


def ok_gen3(z: Float32[Tensor, "n 64"]) -> Tensor:
    h = Dense(in_features=64, out_features=1024)(z)
    return tg.reshape(h, (z.shape[0], 64, 4, 4))


def ok_kernel(x: Float32[Tensor, "n 3 4 4"]) -> Tensor:
    x = MaxPool2d(kernel=2)(x)
    return Conv2d(in_channels=3, out_channels=8, kernel=3, padding=1)(x)


class ConvBnOk(Layer):
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=32, kernel=3, padding=1))
    bn: BatchNorm = sub(lambda self: BatchNorm(features=32))

    def __call__(self, x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 32 h w"]:
        return tg.relu(self.bn(self.conv(x)))


def ok_norm(x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 3 h w"]:
    mean = tg.asarray([0.485, 0.456, 0.406])
    return x - mean[:, None, None]


def ok_gap(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c"]:
    return tg.mean(x, axis=(2, 3))


def ok_keep(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return x / tg.sum(x, axis=1, keepdims=True)


def ok_dense(x: Float32[Tensor, "n 64 h w"]) -> Tensor:
    grow = Conv2d(in_channels=64, out_channels=32, kernel=3, padding=1)
    again = Conv2d(in_channels=96, out_channels=32, kernel=3, padding=1)
    return again(tg.concat([x, grow(x)], axis=1))


class SrOk(Layer):
    body: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=3 * 4, kernel=3, padding=1))

    def __call__(self, x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 3 2*h 2*w"]:
        return tg.pixel_shuffle(self.body(x), 2)


def ok_crop(x: Float32[Tensor, "n c h w"], y: Float32[Tensor, "n c h-4 w-4"]) -> Float32[Tensor, "n c h-4 w-4"]:
    return y + x[:, :, 2:-2, 2:-2]


def ok_tv(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, ""]:
    dx = x[:, :, :, 1:] - x[:, :, :, :-1]
    dy = x[:, :, 1:, :] - x[:, :, :-1, :]
    return tg.mean(dx * dx) + tg.mean(dy * dy)


def ok_gray(x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 1 h w"]:
    return tg.mean(x, axis=1, keepdims=True)


def ok_seg(logits: Float32[Tensor, "n classes h w"], y: Int64[Tensor, "n h w"]) -> Tensor:
    return tg.softmax_cross_entropy(tg.moveaxis(logits, 1, -1), y)


class AeOk(Layer):
    enc: Sequential = sub(
        lambda self: Sequential(
            Conv2d(in_channels=1, out_channels=8, kernel=3, stride=2, padding=1),
            Relu(),
            Conv2d(in_channels=8, out_channels=16, kernel=3, stride=2, padding=1),
        )
    )
    dec: Sequential = sub(
        lambda self: Sequential(
            ConvTranspose2d(in_channels=16, out_channels=8, kernel=4, stride=2, padding=1),
            Relu(),
            ConvTranspose2d(in_channels=8, out_channels=1, kernel=4, stride=2, padding=1),
        )
    )

    def __call__(self, x: Float32[Tensor, "n 1 28 28"]) -> Tensor:
        return tg.mse(self.dec(self.enc(x)), x)


def ok_sep(x: Float32[Tensor, "n 32 16 16"]) -> Float32[Tensor, "n 10"]:
    y = SeparableConv2d(in_channels=32, out_channels=64, kernel=3, stride=2, padding=1)(x)
    return Dense(in_features=64 * 8 * 8, out_features=10)(tg.flatten(y, start=1))


def ok_wn(x: Float32[Tensor, "n 16"]) -> Tensor:
    layer = WeightNorm(layer=Dense(in_features=16, out_features=4))
    return layer(x)


def ok_res(x: Float32[Tensor, "n 16"]) -> Float32[Tensor, "n 1"]:
    net = Sequential(Residual(layer=Dense(in_features=16, out_features=16)), Dense(in_features=16, out_features=1))
    return net(x)


def ok_dw(x: Float32[Tensor, "n 24 h w"]) -> Float32[Tensor, "n 8 h w"]:
    y = DepthwiseConv2d(in_channels=24, multiplier=2, kernel=3, padding=1)(x)
    return Conv2d(in_channels=48, out_channels=8, kernel=1)(y)
