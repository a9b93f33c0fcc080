"""A linear layer: the product with a matrix, and in one step what follows it, a bias and an activation."""

from __future__ import annotations

from typing import Literal, TypeAlias

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.matmul import matmul
from typedgrad.ops.reduce import sum
from typedgrad.ops.selection import where

# Those whose slope can be told from their result.
Activation: TypeAlias = Literal["none", "relu", "sigmoid", "tanh"]


@typed
def linear(
    x: Float[Tensor, "*batch k"],
    weight: Float[Tensor, "k n"],
    bias: Float[Tensor, "n"] | None = None,
    *,
    activation: Activation = "none",
) -> Float[Tensor, "*batch n"]:
    """`activation(x @ weight + bias)`.

    >>> x, weight = tg.asarray([[1.0, 2.0]]), tg.asarray([[1.0, -1.0], [1.0, -1.0]])
    >>> tg.linear(x, weight, tg.asarray([0.5, 0.5]), activation="relu")
    Tensor([[3.5, 0. ]], dtype=float32)
    """
    y = matmul(x, weight)
    return y if bias is None and activation == "none" else bias_activation(y, bias, activation=activation)


@primitive
def bias_activation(
    x: Float[Tensor, "*batch n"], bias: Float[Tensor, "n"] | None, *, activation: Activation
) -> Float[Tensor, "*batch n"]:
    """`activation(x + bias)` in one step.

    >>> from typedgrad.ops.linear import bias_activation
    >>> bias_activation(tg.asarray([[1.0, -2.0]]), tg.asarray([1.0, 1.0]), activation="relu")
    Tensor([[2., 0.]], dtype=float32)
    """
    xp = namespace(x)
    y = x if bias is None else x + bias
    if activation == "relu":
        return xp.maximum(y, 0.0)
    if activation == "tanh":
        return xp.tanh(y)
    if activation == "sigmoid":
        return xp.exp(xp.minimum(y, 0.0)) / (1.0 + xp.exp(-xp.abs(y)))
    return xp.positive(y)


@vjp(bias_activation)
def _(
    g: Tensor, out: Tensor, x: Tensor, bias: Tensor | None, *, activation: Activation
) -> tuple[Tensor, Tensor | None]:
    if activation == "relu":
        g = where(out > 0.0, g, 0.0)
    elif activation == "tanh":
        g = g * (1.0 - out * out)
    elif activation == "sigmoid":
        g = g * (out * (1.0 - out))
    return g, None if bias is None else sum(g, axis=tuple(range(g.ndim - 1)))
