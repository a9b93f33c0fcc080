"""Programs about pictures, each beside what was meant."""

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
    normal,
    param,
    sub,
)


class LeNet(Layer):
    conv1: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=6, kernel=5))
    conv2: Conv2d = sub(lambda self: Conv2d(in_channels=6, out_channels=16, kernel=5))
    fc: Dense = sub(lambda self: Dense(in_features=16 * 5 * 5, out_features=10))

    def __call__(self, x: Float32[Tensor, "n 1 28 28"]) -> Float32[Tensor, "n 10"]:
        x = tg.max_pool2d(tg.relu(self.conv1(x)), 2)
        x = tg.max_pool2d(tg.relu(self.conv2(x)), 2)
        return self.fc(tg.flatten(x, start=1))  # E: Dense(in_features=400, out_features=10): `x` has in_features=256, but in_features is 400 [shape]


class LeNetOk(LeNet):
    fc4: Dense = sub(lambda self: Dense(in_features=16 * 4 * 4, out_features=10))

    def __call__(self, x: Float32[Tensor, "n 1 28 28"]) -> Float32[Tensor, "n 10"]:
        x = tg.max_pool2d(tg.relu(self.conv1(x)), 2)
        x = tg.max_pool2d(tg.relu(self.conv2(x)), 2)
        return self.fc4(tg.flatten(x, start=1))


class NoFlat(Layer):
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=8, kernel=3, padding=1))
    fc: Dense = sub(lambda self: Dense(in_features=8 * 32 * 32, out_features=10))

    def __call__(self, x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 10"]:
        return self.fc(tg.relu(self.conv(x)))  # E: Dense(in_features=8192, out_features=10): `x` has in_features=32, but in_features is 8192 [shape]

    def ok(self, x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 10"]:
        return self.fc(tg.flatten(tg.relu(self.conv(x)), start=1))


def bad_nhwc(x: Float32[Tensor, "n 224 224 3"]) -> Tensor:
    conv = Conv2d(in_channels=3, out_channels=64, kernel=7, stride=2, padding=3)
    return conv(x)  # E: Conv2d(in_channels=3, out_channels=64, kernel=7, stride=2, padding=3): `x` has in_channels=224, but in_channels is 3 [shape]


def bad_single(img: Float32[Tensor, "3 64 64"]) -> Tensor:
    net = Sequential(Conv2d(in_channels=3, out_channels=16, kernel=3), Relu(), MaxPool2d(kernel=2))
    return net(img)  # E: Conv2d(in_channels=3, out_channels=16, kernel=3): `x` needs 4 axes (n in_channels h w), got 3 [shape]


class Up(Layer):
    c: int
    up: ConvTranspose2d = sub(
        lambda self: ConvTranspose2d(in_channels=2 * self.c, out_channels=self.c, kernel=2, stride=2)
    )
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.c, out_channels=self.c, kernel=3, padding=1))
    fixed: Conv2d = sub(lambda self: Conv2d(in_channels=2 * self.c, out_channels=self.c, kernel=3, padding=1))

    def __call__(
        self, x: Float32[Tensor, "n 2*c h w"], skip: Float32[Tensor, "n c 2*h 2*w"]
    ) -> Float32[Tensor, "n c 2*h 2*w"]:
        y = tg.concat([self.up(x), skip], axis=1)
        return tg.relu(self.conv(y))  # E: Conv2d(in_channels=c, out_channels=c, kernel=3, padding=1): `x` has in_channels=2*c, but in_channels is c [shape]

    def ok(
        self, x: Float32[Tensor, "n 2*c h w"], skip: Float32[Tensor, "n c 2*h 2*w"]
    ) -> Float32[Tensor, "n c 2*h 2*w"]:
        y = tg.concat([self.up(x), skip], axis=1)
        return tg.relu(self.fixed(y))


def bad_skip(a: Float32[Tensor, "n 64 h w"], b: Float32[Tensor, "n 32 h w"]) -> Float32[Tensor, "n 96 h w"]:
    return tg.concat([a, b], axis=0)  # E: concat: but for axis 0, `arrays[0]` and `arrays[1]` must have the same shape: [64 h w] and [32 h w] [shape]


class Block(Layer):
    c: int
    conv1: Conv2d = sub(lambda self: Conv2d(in_channels=self.c, out_channels=self.c, kernel=3, padding=1))
    conv2: Conv2d = sub(lambda self: Conv2d(in_channels=self.c, out_channels=self.c, kernel=3))

    def __call__(self, x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
        y = self.conv2(tg.relu(self.conv1(x)))
        return tg.relu(x + y)  # E: add: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but w-2 in `x2` [shape]

    def ok(self, x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
        return tg.relu(x + self.conv1(tg.relu(self.conv1(x))))


class Down(Layer):
    c: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=self.c, out_channels=2 * self.c, kernel=3, stride=2, padding=1))
    project: Conv2d = sub(lambda self: Conv2d(in_channels=self.c, out_channels=2 * self.c, kernel=1, stride=2))

    def __call__(self, x: Float32[Tensor, "n c 32 32"]) -> Float32[Tensor, "n 2*c 16 16"]:
        return self.conv(x) + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 16 in `x1` but 32 in `x2` [shape]

    def ok(self, x: Float32[Tensor, "n c 32 32"]) -> Float32[Tensor, "n 2*c 16 16"]:
        return self.conv(x) + self.project(x)


def bad_gen(z: Float32[Tensor, "n 100"]) -> Float32[Tensor, "n 1 28 28"]:
    x = tg.reshape(Dense(in_features=100, out_features=128 * 7 * 7)(z), (z.shape[0], 128, 7, 7))
    x = tg.relu(ConvTranspose2d(in_channels=128, out_channels=64, kernel=4, stride=2, padding=1)(x))
    return tg.tanh(ConvTranspose2d(in_channels=64, out_channels=1, kernel=3, stride=2, padding=1)(x))  # E: bad_gen: the result must have 28 on axis 2 (n 1 28 28), not 27 [shape]


def bad_gen2(z: Float32[Tensor, "n 64"]) -> Tensor:
    h = Dense(in_features=64, out_features=256)(z)
    return tg.reshape(h, (-1, 64, 4, 4))[0] + tg.zeros((64, 2, 2))  # E: add: `x1` and `x2` do not broadcast: axis -1 is 4 in `x1` but 2 in `x2` [shape]


def bad_gen3(z: Float32[Tensor, "n 64"]) -> Tensor:
    h = Dense(in_features=64, out_features=256)(z)
    return tg.reshape(h, (z.shape[0], 64, 4, 4))  # E: reshape: the old and the new shape hold different numbers of elements: 256*n and 1024*n [shape]


class Vae(Layer):
    latent: int
    encoder: Dense = sub(lambda self: Dense(in_features=784, out_features=400))
    head: Dense = sub(lambda self: Dense(in_features=400, out_features=2 * self.latent))
    decoder: Dense = sub(lambda self: Dense(in_features=self.latent, out_features=784))

    def __call__(self, x: Float32[Tensor, "b 784"], eps: Float32[Tensor, "b latent"]) -> Float32[Tensor, "b 784"]:
        stats = self.head(tg.relu(self.encoder(x)))
        mean, log_variance = tg.split(stats, 2, axis=0)
        z = mean + tg.exp(0.5 * log_variance) * eps  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is 2*latent in `x1` but latent in `x2` [shape]
        return tg.sigmoid(self.decoder(z))

    def ok(self, x: Float32[Tensor, "b 784"], eps: Float32[Tensor, "b latent"]) -> Float32[Tensor, "b 784"]:
        stats = self.head(tg.relu(self.encoder(x)))
        mean, log_variance = tg.split(stats, 2, axis=1)
        z = mean + tg.exp(0.5 * log_variance) * eps
        return tg.sigmoid(self.decoder(z))

    # 13 decoder fed by both
    def both(self, x: Float32[Tensor, "b 784"]) -> Float32[Tensor, "b 784"]:
        stats = self.head(tg.relu(self.encoder(x)))
        return tg.sigmoid(self.decoder(stats))  # E: Dense(in_features=latent, out_features=784): `x` has in_features=2*latent, but in_features is latent [shape]


def bad_kernel(x: Float32[Tensor, "n 3 4 4"]) -> Tensor:
    x = MaxPool2d(kernel=2)(x)
    return Conv2d(in_channels=3, out_channels=8, kernel=3)(x)  # E: conv2d: the height of the kernel is more than that of the padded input: 3 > 2 [shape]


class ConvBn(Layer):
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=32, kernel=3, padding=1))
    bn: BatchNorm = sub(lambda self: BatchNorm(features=3))

    def __call__(self, x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 32 h w"]:
        return tg.relu(self.bn(self.conv(x)))  # E: BatchNorm(features=3): `x` has features=32, but features is 3 [shape]


def bad_norm(x: Float32[Tensor, "n 3 h w"]) -> Tensor:
    mean = tg.asarray([0.485, 0.456, 0.406])
    return x - mean  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but 3 in `x2` [shape]


def bad_gap(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c"]:
    return tg.mean(x, axis=(1, 2))  # E: bad_gap: the result must have c on axis 1 (n c), not w [shape]


def bad_keep(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return x / tg.sum(x, axis=1)  # E: divide: `x1` and `x2` do not broadcast: axis -3 is c in `x1` but n in `x2` [shape]


class Se(Layer):
    c: int
    down: Dense = sub(lambda self: Dense(in_features=self.c, out_features=self.c // 16))
    up: Dense = sub(lambda self: Dense(in_features=self.c // 16, out_features=self.c))

    def __call__(self, x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
        s = tg.sigmoid(self.up(tg.relu(self.down(tg.mean(x, axis=(2, 3))))))
        return x * s  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but c in `x2` [shape]

    def ok(self, x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
        s = tg.sigmoid(self.up(tg.relu(self.down(tg.mean(x, axis=(2, 3))))))
        return x * s[:, :, None, None]


class Patches(Layer):
    d: int
    conv: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=self.d, kernel=16, stride=16))
    table: Float32[Tensor, "197 d"] = param(normal(0.02))

    def __call__(self, x: Float32[Tensor, "b 3 224 224"]) -> Float32[Tensor, "b 196 d"]:
        x = tg.flatten(self.conv(x), start=2).mT
        return x + self.table  # E: add: `x1` and `x2` do not broadcast: axis -2 is 196 in `x1` but 197 in `x2` [shape]

    def ok(self, x: Float32[Tensor, "b 3 224 224"]) -> Float32[Tensor, "b 196 d"]:
        x = tg.flatten(self.conv(x), start=2).mT
        return x + self.table[1:]

    # 21 forgot to move the patches
    def still(self, x: Float32[Tensor, "b 3 224 224"]) -> Float32[Tensor, "b 196 d"]:
        return tg.flatten(self.conv(x), start=2)  # E: still: the result must have 196 on axis 1 (b 196 d), not d [shape]


def bad_dense(x: Float32[Tensor, "n 64 h w"]) -> Tensor:
    grow = Conv2d(in_channels=64, out_channels=32, kernel=3, padding=1)
    again = Conv2d(in_channels=64, out_channels=32, kernel=3, padding=1)
    y = tg.concat([x, grow(x)], axis=1)
    return again(y)  # E: Conv2d(in_channels=64, out_channels=32, kernel=3, padding=1): `x` has in_channels=96, but in_channels is 64 [shape]


class Sr(Layer):
    body: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=3 * 2, kernel=3, padding=1))

    def __call__(self, x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 3 2*h 2*w"]:
        return tg.pixel_shuffle(self.body(x), 2)  # E: __call__: the result must have 3 on axis 1 (n 3 2*h 2*w), not 1 [shape]


def bad_crop(x: Float32[Tensor, "n c h w"], y: Float32[Tensor, "n c h-4 w-4"]) -> Float32[Tensor, "n c h-4 w-4"]:
    return y + x[:, :, 1:-1, 1:-1]  # E: add: `x1` and `x2` do not broadcast: axis -1 is w-4 in `x1` but max(0,w-2) in `x2` [shape]


def bad_tv(x: Float32[Tensor, "n c h w"]) -> Tensor:
    dx = x[:, :, :, 1:] - x[:, :, :, :-1]
    dy = x[:, :, 1:, :] - x[:, :, :-1, :]
    return tg.mean(dx * dx + dy * dy)  # E: add: `x1` and `x2` do not broadcast: axis -1 is w-1 in `x1` but w in `x2` [shape]


def bad_gray(x: Float32[Tensor, "n 3 h w"]) -> Float32[Tensor, "n 1 h w"]:
    return tg.mean(x, axis=1)  # E: bad_gray: the result must have 4 axes (n 1 h w), not 3 [shape]


def bad_seg(logits: Float32[Tensor, "n classes h w"], y: Int64[Tensor, "n h w"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, y)  # E: softmax_cross_entropy: `*batch` is [n classes h] in `logits` but [n h w] in `labels` [shape]


class Ae(Layer):
    enc: Sequential = sub(
        lambda self: Sequential(
            Conv2d(in_channels=1, out_channels=8, kernel=3, stride=2, padding=1),
            Relu(),
            Conv2d(in_channels=8, out_channels=16, kernel=3, stride=2, padding=1),
        )
    )
    dec: Sequential = sub(
        lambda self: Sequential(
            ConvTranspose2d(in_channels=16, out_channels=8, kernel=3, stride=2),
            Relu(),
            ConvTranspose2d(in_channels=8, out_channels=1, kernel=3, stride=2),
        )
    )

    def __call__(self, x: Float32[Tensor, "n 1 28 28"]) -> Tensor:
        return tg.mse(self.dec(self.enc(x)), x)  # E: mse: `*s` is [n 1 31 31] in `prediction` but [n 1 28 28] in `target` [shape]


def bad_sep(x: Float32[Tensor, "n 32 16 16"]) -> Tensor:
    y = SeparableConv2d(in_channels=32, out_channels=64, kernel=3, stride=2, padding=1)(x)
    return Dense(in_features=64 * 16 * 16, out_features=10)(tg.flatten(y, start=1))  # E: Dense(in_features=16384, out_features=10): `x` has in_features=4096, but in_features is 16384 [shape]


def bad_wn(x: Float32[Tensor, "n 16"]) -> Tensor:
    layer = WeightNorm(layer=Dense(in_features=32, out_features=4))
    return layer(x)  # E: Dense(in_features=32, out_features=4): `x` has in_features=16, but in_features is 32 [shape]


def bad_res(x: Float32[Tensor, "n 16"]) -> Tensor:
    net = Sequential(Residual(layer=Dense(in_features=16, out_features=16)), Dense(in_features=32, out_features=1))  # E: Dense(in_features=32, out_features=1): `x` has in_features=16, but in_features is 32 [shape]
    return net(x)


def bad_dw(x: Float32[Tensor, "n 24 h w"]) -> Tensor:
    y = DepthwiseConv2d(in_channels=24, multiplier=2, kernel=3, padding=1)(x)
    return Conv2d(in_channels=24, out_channels=8, kernel=1)(y)  # E: Conv2d(in_channels=24, out_channels=8, kernel=1): `x` has in_channels=48, but in_channels is 24 [shape]
