"""Vectors, neighbours, and ops that do in one step what others do in several."""

from __future__ import annotations

from typing import Any

import typedgrad as tg
from tests.peers.peer import functional, torch
from tests.peers.row import Draw, Row, Setting
from tests.peers.rows_compose import reversed_gradient


def _normalize(d: Draw) -> Setting:
    axis = d.one_of(-1, 0, 1)
    return Setting(
        (d.normal(3, 4, 5),), lambda x: tg.l2_normalize(x, axis=axis), lambda x: functional.normalize(x, dim=axis)
    )


def _distance(d: Draw) -> Setting:
    order = d.one_of(2, 1, 3)
    return Setting(
        (d.normal(3, 4), d.normal(3, 4)),
        lambda x, y: tg.pairwise_distance(x, y, ord=order),
        lambda x, y: functional.pairwise_distance(x, y, p=float(order), eps=0.0),
    )


def _cosine(d: Draw) -> Setting:
    shape = (*d.shape(0, 2), 4)
    return Setting(
        (d.normal(*shape), d.normal(*shape)),
        tg.cosine_similarity,
        lambda x, y: functional.cosine_similarity(x, y, dim=-1, eps=1e-8),
    )


def _reversal(d: Draw) -> Setting:
    factor = d.one_of(1.0, 0.3, 2.0)
    return Setting(
        (d.normal(3, 4),),
        lambda x: tg.gradient_reversal(x, factor=factor) ** 2,
        lambda x: reversed_gradient(x, factor) ** 2,
    )


def _layer_norm(d: Draw) -> Setting:
    n = d.size(4, 8)
    affine = (d.normal(n), d.normal(n))[: d.one_of(2, 0, 1)]
    return Setting(
        (d.normal(*d.shape(1, 2), n), *affine), tg.layer_norm, lambda x, *rest: functional.layer_norm(x, (n,), *rest)
    )


def _batch_norm(d: Draw) -> Setting:
    affine = (d.normal(3), d.normal(3))[: d.one_of(2, 0, 1)]

    def theirs(x: Any, *rest: Any) -> Any:
        axes = (0, *range(2, x.ndim))
        y = functional.batch_norm(x, None, None, *rest, training=True)
        return y, x.mean(axes), x.var(axes, correction=0)

    return Setting((d.normal(4, 3, *d.shape(0, 2)), *affine), tg.batch_norm, theirs)


def _linear(d: Draw) -> Setting:
    name = d.one_of("none", "relu", "tanh", "sigmoid")
    theirs: dict[str, Any] = {"none": lambda x: x, "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    bias = (d.normal(3),) if d.index != 2 else ()
    return Setting(
        (d.normal(*d.shape(0, 2), 4), d.normal(4, 3), *bias),
        lambda *xs: tg.linear(*xs, activation=name),
        lambda x, w, *b: theirs[name](functional.linear(x, w.T, *b)),
    )


def _diff(d: Draw) -> Setting:
    n, axis = d.one_of((1, -1), (2, 0), (3, 1))
    ends = (d.normal(5, 6), d.normal(5, 6)) if d.index else ()
    return Setting(
        (d.normal(5, 6), *ends),
        lambda x, *ends: tg.diff(x, *ends, n=n, axis=axis),
        lambda x, *ends: torch.diff(x, n, axis, *ends),
    )


def _vmap(d: Draw) -> Setting:
    """Gradients of each example."""

    def ours(x: Any, w: Any) -> Any:
        return tg.vmap(tg.grad(lambda x, w: tg.sum(tg.sin(x @ w) ** 2)), in_axes=(0, None))(x, w)

    def theirs(x: Any, w: Any) -> Any:
        of_one = torch.func.grad(lambda x, w: (torch.sin(x @ w) ** 2).sum())
        return torch.func.vmap(of_one, in_dims=(0, None))(x, w)

    return Setting((d.normal(d.size(), 3), d.normal(3, 4)), ours, theirs)


ROWS = [
    Row("l2_normalize", "torch.nn.functional.normalize", _normalize),
    Row("pairwise_distance", "torch.nn.functional.pairwise_distance", _distance,
        note="theirs adds 1e-6 by default, here 0"),
    Row("cosine_similarity", "torch.nn.functional.cosine_similarity", _cosine),
    Row("gradient_reversal", "formula in PyTorch", _reversal),
    Row("layer_norm", "torch.nn.functional.layer_norm", _layer_norm),
    Row("batch_norm", "torch.nn.functional.batch_norm, training", _batch_norm),
    Row("linear", "torch.nn.functional.linear", _linear, draws=4, note="our weight is [in, out], theirs [out, in]"),
    Row("vmap", "torch.func.vmap, torch.func.grad", _vmap),
    Row("diff", "torch.diff", _diff),
]  # fmt: skip
