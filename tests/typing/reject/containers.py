"""Tensors and layers in lists, tuples and dictionaries."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, GruCell, Layer, LayerNorm, Relu, sub


def held_1(
    x: Float32[Tensor, "b 3"],
    s: Float32[Tensor, "b t 8"],
    xs: list[Float32[Tensor, "n d"]],
    ts: tuple[Float32[Tensor, "n d"], ...],
    cell: GruCell,
    k: int,
) -> None:
    reveal_type(tg.stack([tg.relu(x) for _ in range(4)]))  # R: Float32[Tensor, "4 b 3"]
    reveal_type(tg.stack([tg.relu(x) for _ in range(k)]))  # R: Float32[Tensor, "_ b 3"]
    reveal_type(tg.concat([tg.relu(x) for _ in range(k)], axis=1))  # R: Float32[Tensor, "b _"]
    reveal_type(tg.concat([tg.relu(x) for _ in (1, 2, 3)], axis=1))  # R: Float32[Tensor, "b 9"]
    reveal_type(tg.concat(xs, axis=1))  # R: Float32[Tensor, "n _"]
    reveal_type(tg.stack(ts, axis=-1))  # R: Float32[Tensor, "n d _"]
    pooled = [tg.max(s, axis=1) for _ in range(2)]
    reveal_type(tg.concat(pooled, axis=1))  # R: Float32[Tensor, "b _"]
    outs = []
    h = tg.zeros((s.shape[0], 16))
    c = GruCell(in_features=8, features=16)
    for t in range(7):
        h = c(s[:, t], h)
        outs.append(h)
    reveal_type(tg.stack(outs, axis=1))  # R: Shaped[Tensor, "b _ 16"]
    both = [x]
    both.append(tg.relu(x))
    reveal_type(tg.concat(both))  # R: Tensor
    both[0] = s
    reveal_type(tg.concat(both))  # R: Tensor
    reveal_type(tg.concat([x, *xs]))  # R: Tensor
    reveal_type(tg.concat([s[:, i] for i in range(3)], axis=-1))  # R: Float32[Tensor, "b 24"]
    reveal_type(tg.concat(tuple(tg.relu(x) for _ in range(k))))  # R: Float32[Tensor, "_ 3"]
    tg.concat(xs, axis=2)  # E: concat: axis 2 is out of range for 2 axes [shape]
    tg.einsum("ij,jk->ik", *xs)  # E: einsum: `j` is d in `operands[0]` but n in `operands[1]` [shape]


def held_2(x: Float32[Tensor, "n 16"], other: Dense) -> None:
    heads = {"a": Dense(in_features=16, out_features=4), "b": Dense(in_features=16, out_features=2)}
    reveal_type(heads["a"](x))  # R: Float[Tensor, "n 4"]
    reveal_type(heads["b"](x))  # R: Float[Tensor, "n 2"]
    mixed = {"a": Dense(in_features=16, out_features=4), "b": Relu()}
    reveal_type(mixed["a"](x))  # R: Any
    lst = [Dense(in_features=16, out_features=4), Dense(in_features=4, out_features=2)]
    reveal_type(lst[1](lst[0](x)))  # R: Float[Tensor, "n 2"]
    lst[0](lst[0](x))  # E: Dense(in_features=16, out_features=4): `x` has in_features=4, but in_features is 16 [shape]
    changed = {"a": Dense(in_features=16, out_features=4)}
    changed["a"] = other
    reveal_type(changed["a"](x))  # R: Float[Tensor, "n _"]
    tup = (Dense(in_features=16, out_features=4), Dense(in_features=4, out_features=2))
    reveal_type(tup[1](tup[0](x)))  # R: Float[Tensor, "n 2"]
    for layer in tup:
        reveal_type(layer(x))  # R: Float[Tensor, "n _"]
    k = "a"
    reveal_type(heads[k](x))  # R: Float[Tensor, "n 4"]


class Heads(Layer):
    d: int
    heads: dict[str, Dense] = sub(
        lambda self: {"a": Dense(in_features=self.d, out_features=4), "b": Dense(in_features=self.d, out_features=2)}
    )
    same: dict[str, Dense] = sub(
        lambda self: {"a": Dense(in_features=self.d, out_features=4), "b": Dense(in_features=self.d, out_features=4)}
    )
    comp: dict[str, Dense] = sub(lambda self: {k: Dense(in_features=self.d, out_features=4) for k in ("a", "b")})
    lst: list[Dense] = sub(
        lambda self: [Dense(in_features=self.d, out_features=4), Dense(in_features=4, out_features=2)]
    )
    tup: tuple[Dense, Dense] = sub(
        lambda self: (Dense(in_features=self.d, out_features=4), Dense(in_features=4, out_features=2))
    )
    tups: tuple[Dense, ...] = sub(
        lambda self: (Dense(in_features=self.d, out_features=4), Dense(in_features=4, out_features=2))
    )

    def __call__(self, x: Float32[Tensor, "n d"], name: str) -> None:
        reveal_type(self.heads["a"](x))  # R: Float[Tensor, "n 4"]
        reveal_type(self.heads["b"](x))  # R: Float[Tensor, "n 2"]
        reveal_type(self.heads[name](x))  # R: Float[Tensor, "n _"]
        reveal_type(self.same[name](x))  # R: Float[Tensor, "n 4"]
        reveal_type(self.comp[name](x))  # R: Float[Tensor, "n 4"]
        reveal_type(self.lst[0](x))  # R: Float[Tensor, "n 4"]
        reveal_type(self.lst[1](self.lst[0](x)))  # R: Float[Tensor, "n 2"]
        reveal_type(self.tup[1](self.tup[0](x)))  # R: Float[Tensor, "n 2"]
        reveal_type(self.tups[1](self.tups[0](x)))  # R: Float[Tensor, "n 2"]
        for layer in self.lst:
            reveal_type(layer(x))  # R: Float[Tensor, "n _"]
        for h in self.same.values():
            reveal_type(h(x))  # R: Float[Tensor, "n 4"]
        for _i, h in enumerate(self.same.values()):
            reveal_type(h(x))  # R: Float[Tensor, "n 4"]


class Blocks(Layer):
    d: int
    bs: tuple[Dense, ...] = sub(lambda self: tuple(Dense(in_features=self.d, out_features=self.d) for _ in range(3)))
    ns: tuple[LayerNorm, ...] = sub(lambda self: tuple(LayerNorm(features=self.d) for _ in range(3)))

    def __call__(self, x: Float32[Tensor, "n d"], name: str) -> Tensor:
        for _i, b in enumerate(self.bs):
            reveal_type(b(x))  # R: Float[Tensor, "n d"]
        for b, n in zip(self.bs, self.ns, strict=False):
            reveal_type(n(b(x)))  # R: Float[Tensor, "n d"]
        for b in reversed(self.bs):
            reveal_type(b(x))  # R: Float[Tensor, "n d"]
        for b in self.bs:
            x = x + b(x)
        reveal_type(x)  # R: Shaped[Tensor, "n d"]
        return self.bs[0](
            tg.concat([x, x], axis=1)  # E: Dense(in_features=d, out_features=d): `x` has in_features=2*d, but in_features is d [shape]
        )


def held_3(m: Blocks, x: Float32[Tensor, "n 4"]) -> None:
    ls = [Dense(in_features=4, out_features=4), Dense(in_features=4, out_features=2)]
    for _i, l in enumerate(ls):
        reveal_type(l(x))  # R: Float[Tensor, "n _"]
