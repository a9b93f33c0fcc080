"""Kernels for functions of the rows of an array: softmax, cross-entropy, layer normalisation, rows picked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.linear import BLOCK
from typedgrad.kernels.plans import Like, code_of, making, plan, positive, serves

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
    if not serves(x, weight, bias) or (weight is None and bias is not None) or not positive(statics["epsilon"]):
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


@accelerates("typedgrad.ops.distribution_primitives.label_loss")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    logits, labels = avals
    if not serves(logits) or labels.dtype != np.int64 or len(logits.shape) < 2:
        return None
    n, batch, reduction = logits.shape[-1], labels.shape, statics["reduction"]
    m = math.prod(batch)
    code = code_of(logits)
    apart = int(reduction == "none")
    share = 1.0 / {"mean": m, "batch_mean": batch[0]}.get(reduction, 1)
    forward = plan("cross_entropy", (logits, labels), ((code, batch),), work=m, unit=4 * n, sizes=(n,))
    slopes = Like((m if apart else 1,), logits.dtype)
    back = plan(
        "cross_entropy_back",
        (logits, labels, slopes),
        (making(logits),),
        work=m,
        unit=4 * n,
        sizes=(n, apart),
        settings=(share,),
    )

    def run(logits: Any, labels: Any) -> Any:
        losses = forward(logits, labels)
        if losses is None:
            raise ValueError("a label is no class")
        return losses if apart else np.asarray(losses.sum() * logits.dtype.type(share))

    def pull(g: Any, node: Node, saved: object) -> Any:
        logits, labels = node[1]
        return back(logits.data, labels.data, np.asarray(g)), None

    return Kernel(run, pull)


@accelerates("typedgrad.ops.gather.take")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x, indices = avals
    if (
        not serves(x, outs[0])
        or indices.dtype != np.int64
        or len(x.shape) < 2
        or statics["axis"] not in {0, -len(x.shape)}
    ):
        return None
    count, n = math.prod(indices.shape), math.prod(x.shape[1:])
    made = Like((count, *x.shape[1:]), x.dtype)
    back = plan(
        "scatter_rows",
        (made, indices),
        (making(x),),
        work=-(-n // BLOCK),
        unit=BLOCK * count,
        sizes=(x.shape[0], n, count),
    )

    def run(x: Any, indices: Any) -> Any:
        try:
            return np.take(x, indices, axis=0)
        except IndexError as error:
            raise IndexError(f"take: {error}") from None

    def pull(g: Any, node: Node, saved: object) -> Any:
        return back(g, node[1][1].data), None

    return Kernel(run, pull)
