"""Normalisation and dropout, in training and after it."""

from __future__ import annotations

from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.layers import Params, of_layer
from tests.peers.peer import functional, torch
from tests.peers.row import Array, Draw, Row, Setting
from typedgrad import nn


def images(d: Draw, channels: int = 6) -> Array:
    """Three examples of one to three axes."""
    return 2.0 * d.normal(3, channels, *d.one_of((5,), (4, 3), (2, 3, 2))) + 0.5


def _layer_norm(d: Draw) -> Setting:
    n = d.size(4, 8)
    return of_layer(
        d,
        nn.LayerNorm(features=n),
        (d.normal(*d.shape(1, 3), n),),
        lambda p, x: functional.layer_norm(x, (n,), p["weight"], p["bias"]),
    )


def _trained(call: Any) -> Any:
    """Runs a layer in training."""

    def run(model: Any, *xs: Any) -> Any:
        with tg.training(tg.random.key(1)) as run:
            return call(run, model, *xs)

    return run


def _batch_norm_training(d: Draw) -> Setting:
    momentum = d.one_of(0.1, 0.3, 1.0)

    def ours(run: Any, model: Any, x: Any) -> Any:
        y = model(x)
        renewed = run.updated(model)
        return y, tg.stop_gradient(renewed.running_mean), tg.stop_gradient(renewed.running_var)

    def theirs(p: Params, x: Any) -> Any:
        mean, variance = torch.zeros(6, dtype=x.dtype), torch.ones(6, dtype=x.dtype)
        y = functional.batch_norm(x, mean, variance, p["weight"], p["bias"], True, momentum)
        return y, mean, variance

    layer = nn.BatchNorm(features=6, momentum=momentum)
    return of_layer(d, layer, (images(d),), theirs, _trained(ours))


def _batch_norm(d: Draw) -> Setting:
    """With running statistics of one batch."""
    before = images(d)

    def ours(model: Any, x: Any) -> Any:
        with tg.training(tg.random.key(1)) as run:
            model(tg.asarray(before.astype(x.dtype)))
        return run.updated(model)(x)

    def theirs(p: Params, x: Any) -> Any:
        mean, variance = torch.zeros(6, dtype=x.dtype), torch.ones(6, dtype=x.dtype)
        functional.batch_norm(torch.tensor(before), mean, variance, None, None, True)
        return functional.batch_norm(x, mean, variance, p["weight"], p["bias"], False)

    return of_layer(d, nn.BatchNorm(features=6), (images(d),), theirs, ours)


def _group_norm(d: Draw) -> Setting:
    groups = d.one_of(3, 1, 6)
    return of_layer(
        d,
        nn.GroupNorm(groups=groups, features=6),
        (images(d),),
        lambda p, x: functional.group_norm(x, groups, p["weight"], p["bias"]),
    )


def _instance_norm(d: Draw) -> Setting:
    affine = d.index != 1
    return of_layer(
        d,
        nn.InstanceNorm(features=6, affine=affine),
        (images(d),),
        lambda p, x: functional.instance_norm(x, weight=p.get("weight"), bias=p.get("bias")),
    )


def _rms_norm(d: Draw) -> Setting:
    n, epsilon = d.size(3, 6), d.one_of(1e-6, 1e-3, 1e-5)
    return of_layer(
        d,
        nn.RMSNorm(features=n, epsilon=epsilon),
        (d.normal(*d.shape(1, 3), n),),
        lambda p, x: functional.rms_norm(x, (n,), p["weight"], epsilon),
    )


def _local(d: Draw) -> Setting:
    size, alpha, k = d.one_of(3, 5, 2), d.one_of(0.5, 1e-2, 1.0), d.one_of(1.0, 2.0)
    return Setting(
        (images(d),),
        nn.LocalResponseNorm(size=size, alpha=alpha, k=k),
        lambda x: functional.local_response_norm(x, size, alpha, k=k),
    )


def _dropout(d: Draw) -> Setting:
    drop = d.one_of(0.3, 0.5, 0.9)
    x = d.normal(40, 50)
    with tg.training(tg.random.key(d.index)):
        kept = tg.to_numpy(nn.Dropout(drop=drop)(tg.ones((40, 50)))) != 0.0
    spread = 5.0 * np.sqrt(drop * (1.0 - drop) / x.size)
    assert abs(kept.mean() - (1.0 - drop)) < spread, f"{kept.mean()} of the elements were kept, not {1.0 - drop}"

    def ours(x: Any) -> Any:
        with tg.training(tg.random.key(d.index)):
            return nn.Dropout(drop=drop)(x)

    return Setting((x,), ours, lambda x: torch.where(torch.tensor(kept), x / (1.0 - drop), 0.0))


def _no_dropout(d: Draw) -> Setting:
    return Setting((d.normal(4, 5),), nn.Dropout(drop=0.5), lambda x: functional.dropout(x, 0.5, training=False))


ROWS = [
    Row("nn.LayerNorm", "torch.nn.functional.layer_norm", _layer_norm),
    Row("nn.BatchNorm", "torch.nn.functional.batch_norm, training", _batch_norm_training,
        note="with the running statistics; theirs, like ours, keep the unbiased variance, and momentum weighs the new"),
    Row("nn.BatchNorm", "torch.nn.functional.batch_norm, inference", _batch_norm),
    Row("nn.GroupNorm", "torch.nn.functional.group_norm", _group_norm),
    Row("nn.InstanceNorm", "torch.nn.functional.instance_norm", _instance_norm),
    Row("nn.RMSNorm", "torch.nn.functional.rms_norm", _rms_norm,
        note="epsilon is 1e-6 by default, theirs that of the dtype"),
    Row("nn.LocalResponseNorm", "torch.nn.functional.local_response_norm", _local),
    Row("nn.Dropout", "torch.where, our mask", _dropout,
        note="the share of dropped elements is within 5 standard errors; gradients use the mask of the forward pass"),
    Row("nn.Dropout", "torch.nn.functional.dropout, inference", _no_dropout),
]  # fmt: skip
