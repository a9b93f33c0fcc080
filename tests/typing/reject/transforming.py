"""Functions of functions: what they take and what they make."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor


def loss(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Float32[Tensor, ""]:
    return tg.mse(x @ w + b, y)


def aux(w: Float32[Tensor, "d k"], x: Float32[Tensor, "n d"]) -> tuple[Float32[Tensor, ""], Float32[Tensor, "n k"]]:
    return tg.mean(x @ w), x @ w


def one(w: Float32[Tensor, "d k"], x: Float32[Tensor, "d"]) -> Float32[Tensor, "k"]:
    return x @ w


def made_1(
    w: Float32[Tensor, "p q"], b: Float32[Tensor, "q"], x: Float32[Tensor, "m p"], y: Float32[Tensor, "m q"]
) -> Tensor:
    reveal_type(tg.grad(loss, argnums=1)(w, b, x, y))  # R: Float32[Tensor, "q"]
    reveal_type(tg.grad(loss, argnums=(0, 1))(w, b, x, y))  # R: tuple[Float32[Tensor, "p q"], Float32[Tensor, "q"]]
    g = tg.grad(loss, argnums=(0, 2))
    reveal_type(g(w, b, x, y))  # R: tuple[Float32[Tensor, "p q"], Float32[Tensor, "m p"]]
    reveal_type(tg.value_and_grad(loss)(w, b, x, y))  # R: tuple[Float32[Tensor, ""], Float32[Tensor, "p q"]]
    reveal_type(tg.grad(aux, has_aux=True)(w, x))  # R: tuple[Float32[Tensor, "p q"], Float32[Tensor, "m q"]]
    reveal_type(
        tg.value_and_grad(aux, has_aux=True)(w, x)  # R: tuple[tuple[Float32[Tensor, ""], Float32[Tensor, "m q"]], Float32[Tensor, "p q"]]
    )
    reveal_type(
        tg.value_and_grad(aux, argnums=1, has_aux=True)(w, x)  # R: tuple[tuple[Float32[Tensor, ""], Float32[Tensor, "m q"]], Float32[Tensor, "m p"]]
    )
    reveal_type(tg.jacobian(one)(w, x[0]))  # R: Float32[Tensor, "q p q"]
    reveal_type(tg.jacobian(one, argnums=1)(w, x[0]))  # R: Float32[Tensor, "q p"]
    reveal_type(tg.hessian(loss, argnums=1)(w, b, x, y))  # R: Float32[Tensor, "q q"]
    reveal_type(tg.jvp(one, (w, x[0]), (w, x[0])))  # R: tuple[Float32[Tensor, "q"], Float32[Tensor, "q"]]
    reveal_type(
        tg.vjp(one, w, x[0])  # R: tuple[Float32[Tensor, "q"], def (Float32[Tensor, "q"]) -> tuple[Float32[Tensor, "p q"], Float32[Tensor, "p"]]]
    )
    out, pull = tg.vjp(one, w, x[0])
    reveal_type(pull(out))  # R: tuple[Float32[Tensor, "_ q"], Float32[Tensor, "_"]]
    reveal_type(tg.hvp(lambda v: tg.sum(v**3), x, x))  # R: Float32[Tensor, "m p"]
    reveal_type(tg.vmap(one, in_axes=(None, 0))(w, x))  # R: Float32[Tensor, "m q"]
    tg.vmap(one)(w[None], x)  # E: one: `examples` is 1 in `w` but m in `x` [shape]
    reveal_type(
        tg.vmap(tg.grad(loss, argnums=1), in_axes=(None, None, 0, 0))(w, b, x[:, None], y[:, None])  # R: Float32[Tensor, "m q"]
    )
    reveal_type(tg.vmap(lambda v: v * 2.0)(x))  # R: Any
    reveal_type(tg.grad(tg.sum, argnums=0)(x))  # R: Shaped[Tensor, "m p"]
    reveal_type(tg.grad(lambda v, u: tg.sum(v), argnums=1)(x, w))  # R: Float32[Tensor, "p q"]
    reveal_type(tg.jacobian(lambda v: v @ w)(x))  # R: Any
    reveal_type(tg.grad(tg.mse, argnums=1)(x, x))  # R: Float[Tensor, "m p"]
    reveal_type(tg.vmap(tg.softmax)(x))  # R: Float[Tensor, "m p"]
    reveal_type(tg.vmap(tg.softmax, 0, 1)(x))  # R: Float[Tensor, "..."]
    reveal_type(tg.vmap(one, in_axes=(None, 0), out_axes=1)(w, x))  # R: Float32[Tensor, "q m"]
    tg.vmap(one, in_axes=(None, 0))(w, y)  # E: one: `d` is p in `w` but q in `x` [shape]
    tg.jvp(one, (w, b), (w, b))  # E: one: `d` is p in `w` but q in `x` [shape]
    return tg.grad(tg.sum, argnums=0)(x)
