"""Kernels for functions of the rows of an array: softmax, cross-entropy, layer normalisation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.linear import BLOCK
from typedgrad.kernels.plans import Like, code_of, making, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node


def _softmax(name: str, x: Aval) -> Kernel:
    n = x.shape[-1]
    rows = math.prod(x.shape[:-1])
    run = plan(name, (x,), (making(x),), work=rows, unit=4 * n, sizes=(n,))
    back = plan(f"{name}_back", (x, x), (making(x),), work=rows, unit=2 * n, sizes=(n,))

    def pull(g: Any, node: Node, saved: object) -> Any:
        return (back(g, node[2]),)

    return Kernel(run, pull)


@accelerates("typedgrad.ops.softmax.softmax")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    (x,) = avals
    return _softmax("softmax", x) if serves(x) and statics["axis"] in {-1, len(x.shape) - 1} else None


@accelerates("typedgrad.ops.softmax.log_softmax")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    (x,) = avals
    return _softmax("log_softmax", x) if serves(x) and statics["axis"] in {-1, len(x.shape) - 1} else None


@accelerates("typedgrad.ops.normalise.layer_norm")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x, weight, bias = avals
    if not serves(x, weight, bias) or (weight is None and bias is not None):
        return None
    n = x.shape[-1]
    m = math.prod(x.shape[:-1])
    code = code_of(x)
    of_rows, of_columns = (code, (m,)), (code, (n,))
    options: dict[str, Any] = {"work": m, "unit": 2 * n, "sizes": (n,), "settings": (statics["epsilon"],)}
    forward = plan("layer_norm", (x, weight, bias), (making(x), of_rows, of_rows), **options)
    mean = Like((m,), x.dtype)
    back = plan("layer_norm_back", (x, x, weight, mean, mean), (making(x),), work=m, unit=2 * n, sizes=(n,))
    options = {"work": -(-n // BLOCK), "unit": BLOCK * m, "sizes": (m, n)}
    of_parameters = plan("layer_norm_back_parameters", (x, x, mean, mean), (of_columns, of_columns), **options)

    def run(x: Any, weight: Any, bias: Any) -> Any:
        return forward(x, weight, bias)[0]

    def save(x: Any, weight: Any, bias: Any) -> Any:
        y, mean, rate = forward(x, weight, bias)
        return y, (mean, rate)

    def pull(g: Any, node: Node, saved: Any) -> Any:
        inputs = node[1]
        mean, rate = saved
        data = inputs[0].data
        scale = None if weight is None else inputs[1].data
        dx = back(g, data, scale, mean, rate) if inputs[0].node is not None else None
        if weight is None:
            return (dx,)
        return (dx, *of_parameters(g, data, mean, rate))[: len(inputs)]

    return Kernel(run, pull, save)
