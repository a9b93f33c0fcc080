"""Programs of all kinds, with networks, graphs and generators, each beside what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dense,
    Layer,
    LayerNorm,
    normal,
    param,
    sub,
)


class Gated(Layer):
    c: int
    conv: Conv1d = sub(lambda self: Conv1d(in_channels=self.c, out_channels=2 * self.c, kernel=3, padding=1))
    mix: Conv1d = sub(lambda self: Conv1d(in_channels=self.c, out_channels=self.c, kernel=1))

    def __call__(self, x: Float32[Tensor, "n c t"]) -> Float32[Tensor, "n c t"]:
        a, b = tg.split(self.conv(x), 2, axis=2)
        return x + self.mix(tg.tanh(a) * tg.sigmoid(b))  # E: Conv1d(in_channels=c, out_channels=c, kernel=1): `x` has in_channels=2*c, but in_channels is c [shape]

    def ok(self, x: Float32[Tensor, "n c t"]) -> Float32[Tensor, "n c t"]:
        a, b = tg.split(self.conv(x), 2, axis=1)
        return x + self.mix(tg.tanh(a) * tg.sigmoid(b))


def bad2(x: Float32[Tensor, "n 64"]) -> Tensor:
    return Dense(in_features=64, out_features=10)(tg.glu(x))  # E: Dense(in_features=64, out_features=10): `x` has in_features=32, but in_features is 64 [shape]


class ConvVae(Layer):
    z: int
    enc: Conv2d = sub(lambda self: Conv2d(in_channels=3, out_channels=32, kernel=4, stride=2, padding=1))
    mu: Dense = sub(lambda self: Dense(in_features=32 * 16 * 16, out_features=self.z))
    up: Dense = sub(lambda self: Dense(in_features=self.z, out_features=32 * 16 * 16))
    dec: ConvTranspose2d = sub(
        lambda self: ConvTranspose2d(in_channels=32, out_channels=3, kernel=4, stride=2, padding=1)
    )

    def __call__(self, x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 3 32 32"]:
        h = tg.relu(self.enc(x))
        z = self.mu(tg.flatten(h, start=1))
        y = tg.reshape(self.up(z), (x.shape[0], 16, 16, 32))
        return tg.sigmoid(self.dec(y))  # E: ConvTranspose2d(in_channels=32, out_channels=3, kernel=4, stride=2, padding=1): `x` has in_channels=16, but in_channels is 32 [shape]

    def ok(self, x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 3 32 32"]:
        h = tg.relu(self.enc(x))
        z = self.mu(tg.flatten(h, start=1))
        y = tg.reshape(self.up(z), h.shape)
        return tg.sigmoid(self.dec(y))


class Unet(Layer):
    a: Conv2d = sub(lambda self: Conv2d(in_channels=1, out_channels=16, kernel=3, padding=1))
    b: Conv2d = sub(lambda self: Conv2d(in_channels=16, out_channels=32, kernel=3, padding=1))
    up: ConvTranspose2d = sub(lambda self: ConvTranspose2d(in_channels=32, out_channels=16, kernel=2, stride=2))
    out: Conv2d = sub(lambda self: Conv2d(in_channels=32, out_channels=1, kernel=1))

    def __call__(self, x: Float32[Tensor, "n 1 64 64"]) -> Float32[Tensor, "n 1 64 64"]:
        s = tg.relu(self.a(x))
        p = tg.max_pool2d(s, 2)
        u = self.up(tg.relu(self.b(p)))
        return self.out(tg.concat([u, p], axis=1))  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [64 64] and [32 32] [shape]

    def ok(self, x: Float32[Tensor, "n 1 64 64"]) -> Float32[Tensor, "n 1 64 64"]:
        s = tg.relu(self.a(x))
        p = tg.max_pool2d(s, 2)
        u = self.up(tg.relu(self.b(p)))
        return self.out(tg.concat([u, s], axis=1))


def bad5(x: Float32[Tensor, "n c h w"], gamma: Float32[Tensor, "n c"]) -> Float32[Tensor, "n c h w"]:
    return x * gamma  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is w in `x1` but c in `x2` [shape]


def bad6(centre: Float32[Tensor, "b d"], negative: Float32[Tensor, "b k d"]) -> Float32[Tensor, "b k"]:
    return tg.squeeze(negative @ centre, axis=-1)  # E: matmul: `k` is d in `x1` but b in `x2` [shape]


def bad7(
    alpha: Float32[Tensor, "b k"], trans: Float32[Tensor, "k k"], emit: Float32[Tensor, "b k"]
) -> Float32[Tensor, "b k"]:
    scores = alpha[:, :, None] + trans + emit[:, None]
    return tg.logsumexp(scores, axis=0)  # E: bad7: the result must have b on axis 0 (b k), not k [shape]


class Gcn(Layer):
    i: int
    o: int
    w: Float32[Tensor, "i o"] = param(normal(0.1))

    def __call__(self, adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v i"]) -> Float32[Tensor, "v o"]:
        return tg.relu(adj @ self.w @ x)  # E: matmul: `k` is v in `x1` but i in `x2` [shape]

    def ok(self, adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v i"]) -> Float32[Tensor, "v o"]:
        return tg.relu(adj @ x @ self.w)


class TwoGcn(Layer):
    first: Gcn = sub(lambda self: Gcn(i=16, o=32))
    second: Gcn = sub(lambda self: Gcn(i=16, o=7))
    third: Gcn = sub(lambda self: Gcn(i=32, o=7))

    def __call__(self, adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v 16"]) -> Float32[Tensor, "v 7"]:
        return self.second(adj, self.first(adj, x))  # E: Gcn(i=16, o=7): `x` has i=32, but i is 16 [shape]

    def ok(self, adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v 16"]) -> Float32[Tensor, "v 7"]:
        return self.third(adj, self.first(adj, x))

    def turned(self, adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v 16"]) -> Float32[Tensor, "v 32"]:
        return self.first(x, adj)  # E: Gcn(i=16, o=32): `v` is v on axis 0 of `adj` but 16 on axis 1 [shape]


def bad11(adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v d"]) -> Float32[Tensor, "v d"]:
    return adj @ x / tg.sum(adj, axis=1)  # E: divide: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but v in `x2` [shape]


def bad12(x: Float32[Tensor, "n d"], c: Float32[Tensor, "k d"]) -> Int64[Tensor, "n"]:
    dist = tg.sum((x[:, None] - c[None]) ** 2, axis=-1)
    return tg.argmin(dist, axis=0)  # E: bad12: the result must have n on axis 0 (n), not k [shape]


def bad13(x: Float32[Tensor, "n d"], v: Float32[Tensor, "k d"]) -> Float32[Tensor, "n k"]:
    return (x - tg.mean(x, axis=0)) @ v  # E: matmul: `k` is d in `x1` but k in `x2` [shape]


def bad14(
    x: Float32[Tensor, "n d"], mean: Float32[Tensor, "k d"], var: Float32[Tensor, "k d"]
) -> Float32[Tensor, "n k"]:
    z = (x[:, None] - mean) ** 2 / var
    return -0.5 * tg.sum(z + tg.log(var), axis=1)  # E: bad14: the result must have k on axis 1 (n k), not d [shape]


def bad15(x: Float32[Tensor, "n c"]) -> Float32[Tensor, "n"]:
    m = tg.max(x, axis=1, keepdims=True)
    return m + tg.log(tg.sum(tg.exp(x - m), axis=1))  # E: bad15: the result must have 1 axis (n), not 2 [shape]


def bad16(x: Float32[Tensor, "b 784"]) -> Tensor:
    net = (
        tg.network()
        .input("n 1 28 28")
        .layer(Conv2d, out_channels=8, kernel=3)
        .output("softmax_cross_entropy", Dense, out_features=10)
        .build()
    )
    return net(x)  # E: Network(): `x` needs 4 axes (n 1 28 28), got 2 [shape]


def bad17(x: Float32[Tensor, "b 4"], y: Float32[Tensor, "b 3"]) -> Tensor:
    net = tg.network().input("n 4").layer(Dense, out_features=8).output("mse", Dense, out_features=2).build()
    return tg.mse(net(x), y)  # E: mse: `*s` is [b 2] in `prediction` but [b 3] in `target` [shape]


def bad18() -> None:
    (
        tg.network(activation="relu")
        .input("n 1 8 8")
        .layer(Conv2d, out_channels=4, kernel=5)
        .layer(Conv2d, out_channels=4, kernel=5)  # E: conv2d: the height of the kernel is more than that of the padded input: 5 > 4 [shape]
        .layer(Dense, out_features=3)
    )


class Multi(Layer):
    d: int
    heads: dict[str, Dense] = sub(
        lambda self: {
            "value": Dense(in_features=self.d, out_features=1),
            "policy": Dense(in_features=self.d, out_features=4),
        }
    )

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 4"]:
        return self.heads["value"](x) @ self.heads["policy"](x)  # E: matmul: `k` is 1 in `x1` but n in `x2` [shape]

    def ok(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 4"]:
        return self.heads["value"](x) * self.heads["policy"](x)


class Tower(Layer):
    d: int
    blocks: tuple[Dense, ...] = sub(
        lambda self: tuple(Dense(in_features=self.d, out_features=self.d) for _ in range(4))
    )
    norms: tuple[LayerNorm, ...] = sub(lambda self: tuple(LayerNorm(features=self.d) for _ in range(4)))

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
        for _i, (block, norm) in enumerate(zip(self.blocks, self.norms, strict=False)):
            x = x + block(norm(x.mT))  # E: LayerNorm(features=d): `x` has features=n, but features is d [shape]
        return x

    def ok(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
        for _i, (block, norm) in enumerate(zip(self.blocks, self.norms, strict=False)):
            x = x + block(norm(x))
        return x


def example(w: Float32[Tensor, "d"], x: Float32[Tensor, "d"], y: Float32[Tensor, ""]) -> Float32[Tensor, ""]:
    return (tg.sum(w * x) - y) ** 2


def bad23(w: Float32[Tensor, "d"], xs: Float32[Tensor, "n d"], ys: Float32[Tensor, "n"]) -> Float32[Tensor, "d"]:
    return w - tg.vmap(tg.grad(example), in_axes=(None, 0, 0))(w, xs, ys)  # E: bad23: the result must have 1 axis (d), not 2 [shape]


def bad24(w: Float32[Tensor, "d"], xs: Float32[Tensor, "n d"], ys: Float32[Tensor, "n"]) -> Tensor:
    return tg.vmap(tg.grad(example))(w, xs, ys)  # E: example: `w` needs 2 axes (examples d), got 1 [shape]


def bad25(w: Float32[Tensor, "d"], x: Float32[Tensor, "d"], y: Float32[Tensor, ""]) -> Float32[Tensor, "d"]:
    h = tg.hessian(example)(w, x, y)
    g = tg.grad(example)(w, x, y)
    return w - tg.linalg.solve(g, h)  # E: solve: `x1` needs at least 2 axes (*#b n n), got 1 [shape]


def batches(
    x: Float32[Tensor, "n d"], y: Int64[Tensor, "n"]
) -> Iterator[tuple[Float32[Tensor, "32 d"], Int64[Tensor, "32"]]]:
    for i in range(0, 320, 32):
        yield y[i : i + 32], x[i : i + 32]  # E: batches: `[0]` must be Float32, not int64 [dtype]


def batches_ok(
    x: Float32[Tensor, "n d"], y: Int64[Tensor, "n"]
) -> Iterator[tuple[Float32[Tensor, "32 d"], Int64[Tensor, "32"]]]:
    for i in range(0, 320, 32):
        yield x[i : i + 32], y[i : i + 32]


def bad27(x: Float32[Tensor, "n 784"], y: Int64[Tensor, "n"]) -> None:
    for xs, ys in batches_ok(x, y):
        tg.softmax_cross_entropy(Dense(in_features=28, out_features=10)(xs), ys)  # E: Dense(in_features=28, out_features=10): `x` has in_features=784, but in_features is 28 [shape]


class Out(NamedTuple):
    logits: Float32[Tensor, "b c"]
    features: Float32[Tensor, "b 128"]


def bad28(f: Float32[Tensor, "b 128"], l: Float32[Tensor, "b c"]) -> Out:
    return Out(f, l)  # E: Out: `features` must have 128 on axis 1 (b 128), not c [shape]


def bad29(o: Out) -> Tensor:
    return Dense(in_features=64, out_features=1)(o.features)  # E: Dense(in_features=64, out_features=1): `x` has in_features=128, but in_features is 64 [shape]


@dataclass(frozen=True)
class Example:
    image: Float32[Tensor, "3 h w"]
    mask: Float32[Tensor, "1 h w"]


def bad30(image: Float32[Tensor, "3 h w"], mask: Float32[Tensor, "h w"]) -> Example:
    return Example(image=image, mask=mask)  # E: Example: `mask` needs 3 axes (1 h w), got 2 [shape]
