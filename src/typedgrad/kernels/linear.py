"""Kernels for what follows the matrix product of a linear layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import code_of, making, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node

_ACTIVATIONS = {"none": 0, "relu": 1, "tanh": 3, "sigmoid": 4}
BLOCK = 64  # columns whose sums have one owner, as in `native/linear.h`


@accelerates("typedgrad.ops.linear.bias_activation")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x, bias = avals
    if not serves(x, bias):
        return None
    n = x.shape[-1]
    m = math.prod(x.shape[:-1])
    kind = _ACTIVATIONS[statics["activation"]]
    add = plan("bias_activation", (x, bias), (making(x),), work=m, unit=n, sizes=(n, kind))
    of_bias = ((code_of(x), (n,)),)
    back = plan(
        "bias_activation_back",
        (x, x),
        (making(x), *of_bias),
        work=-(-n // BLOCK),
        unit=BLOCK * m,
        sizes=(m, n, kind),
    )
    sums = plan("column_sums", (x,), of_bias, work=-(-n // BLOCK), unit=BLOCK * m, sizes=(m, n))

    def pull(g: Any, node: Node, saved: object) -> Any:
        _, inputs, out = node
        if kind:
            dz, db = back(g, out)
        else:
            dz, db = g, (sums(g) if bias is not None else None)
        return (dz, db)[: len(inputs)]

    return Kernel(add, pull)
