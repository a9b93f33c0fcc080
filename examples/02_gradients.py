"""Differentiation: functions in, functions out, to any order, over any tree of tensors."""

from __future__ import annotations

import typedgrad as tg
from typedgrad import Tensor


def f(x: Tensor) -> Tensor:
    return tg.sum(tg.sin(x) * x)


x = tg.asarray([0.0, 1.0, 2.0])

# The gradient, and the value with it.
print(tg.grad(f)(x))
value, gradient = tg.value_and_grad(f)(x)
print(value, gradient)

# To any order.
print(tg.grad(tg.grad(tg.grad(lambda x: x**4)))(tg.asarray(2.0)))
print(tg.hessian(f)(x).shape, tg.hvp(f, x, tg.ones(3)))

# "Parameters are just inputs": differentiate with respect to any tree.
Params = dict[str, Tensor]


def line(params: Params, x: Tensor) -> Tensor:
    return params["slope"] * x + params["offset"]


def loss(params: Params, x: Tensor, y: Tensor) -> Tensor:
    return tg.mean((line(params, x) - y) ** 2)


params: Params = {"slope": tg.asarray(0.0), "offset": tg.asarray(0.0)}
y = 3.0 * x + 1.0
for _ in range(200):
    gradients = tg.grad(loss)(params, x, y)
    params = {name: params[name] - 0.2 * gradients[name] for name in params}
print({name: round(float(p), 3) for name, p in params.items()})

# Both directions, as functions.
out, pull = tg.vjp(lambda a, b: a * b, x, y)
print(pull(tg.ones(3)))
print(tg.jvp(lambda a: a * a, (x,), (tg.ones(3),)))

# What cannot be differentiated says so.
try:
    tg.grad(lambda n: n * 1.0)(3)
except TypeError as error:
    print(error)
