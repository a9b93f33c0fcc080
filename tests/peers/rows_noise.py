"""What disturbs in training: dropout of every kind, and noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import typedgrad as tg
from tests.peers.layers import Params, of_layer
from tests.peers.peer import torch
from tests.peers.row import Array, Draw, Row, Setting
from typedgrad import nn


def trained(layer: Any, key: Any, x: Any) -> Any:
    """What a layer makes of something in training."""
    with tg.training(key):
        return layer(x)


def close(value: float, wanted: float, error: float) -> None:
    """Refuse a statistic that is more than five standard errors off."""
    assert abs(value - wanted) <= 5.0 * error, f"{value}, but should be {wanted} up to {error}"


def kept_by(layer: Any, key: Any, shape: tuple[int, ...], drop: float, independent: int) -> Array:
    """What is not dropped of ones; its share must be right."""
    y = tg.to_numpy(trained(layer, key, tg.ones(shape, dtype="float64")))
    kept = y > 0.5
    close(float(kept.mean()), 1.0 - drop, math.sqrt(drop * (1.0 - drop) / independent))
    return kept


def spatial(rank: int) -> Row:
    """Whole channels are dropped."""

    def draw(d: Draw) -> Setting:
        drop, key = d.one_of(0.3, 0.5, 0.8), tg.random.key(d.index)
        layer = getattr(nn, f"SpatialDropout{rank}d")(drop=drop)
        shape = (20, 10, *(2,) * rank)
        kept = kept_by(layer, key, shape, drop, 200)
        assert (kept == kept[(..., *(slice(0, 1),) * rank)]).all(), "a channel is dropped in parts"
        return Setting(
            (d.normal(*shape),),
            lambda x: trained(layer, key, x),
            lambda x: torch.where(torch.tensor(kept), x / (1.0 - drop), 0.0),
        )

    return Row(f"nn.SpatialDropout{rank}d", "torch.where, our mask", draw, note=MASK)


def _alpha(d: Draw) -> Setting:
    drop, key, shape = d.one_of(0.1, 0.3, 0.5), tg.random.key(d.index), (50, 40)
    layer = nn.AlphaDropout(drop=drop)
    kept = kept_by(layer, key, shape, drop, 2000)

    def theirs(x: Any) -> Any:
        low = -1.7580993408473766
        a = 1 / math.sqrt((low**2 * drop + 1) * (1 - drop))
        return torch.where(torch.tensor(kept), x, low) * a - a * low * drop

    return Setting((d.normal(*shape),), lambda x: trained(layer, key, x), theirs)


def _gaussian(d: Draw) -> Setting:
    drop, key, shape = d.one_of(0.1, 0.3, 0.5), tg.random.key(d.index), (50, 40)
    layer = nn.GaussianDropout(drop=drop)
    noise = tg.to_numpy(trained(layer, key, tg.ones(shape, dtype="float64")))
    std = math.sqrt(drop / (1.0 - drop))
    close(float(noise.mean()), 1.0, std / math.sqrt(noise.size))
    close(float(noise.std()), std, std / math.sqrt(2 * noise.size))
    return Setting((d.normal(*shape),), lambda x: trained(layer, key, x), lambda x: x * torch.tensor(noise))


def _noise(d: Draw) -> Setting:
    std, key, shape = d.one_of(0.1, 1.0, 2.0), tg.random.key(d.index), (50, 40)
    layer = nn.GaussianNoise(std=std)
    noise = tg.to_numpy(trained(layer, key, tg.zeros(shape, dtype="float64")))
    close(float(noise.mean()), 0.0, std / math.sqrt(noise.size))
    close(float(noise.std()), std, std / math.sqrt(2 * noise.size))
    return Setting((d.normal(*shape),), lambda x: trained(layer, key, x), lambda x: x + torch.tensor(noise))


def _drop_connect(d: Draw) -> Setting:
    drop, key = d.one_of(0.3, 0.5, 0.8), tg.random.key(d.index)
    inner = tg.init(nn.Dense(in_features=20, out_features=30, use_bias=False), key, dtype="float64")
    ones = tg.tree_map(tg.ones_like, nn.DropConnect(layer=inner, drop=drop))
    # Of unit vectors each result is one weight.
    weights = tg.to_numpy(trained(ones, key, tg.asarray(np.eye(20))))
    kept = weights > 0.5
    close(float(kept.mean()), 1.0 - drop, math.sqrt(drop * (1.0 - drop) / kept.size))

    def theirs(p: Params, x: Any) -> Any:
        return x @ torch.where(torch.tensor(kept), p["layer.weight"] / (1.0 - drop), 0.0)

    layer = nn.DropConnect(layer=nn.Dense(in_features=20, out_features=30, use_bias=False), drop=drop)
    return of_layer(d, layer, (d.normal(5, 20),), theirs, lambda model, x: trained(model, key, x))


def _weight_noise(d: Draw) -> Setting:
    additive, key = d.index != 1, tg.random.key(d.index)
    layer = nn.WeightNoise(
        layer=nn.Dense(in_features=4, out_features=3, use_bias=False), noise=nn.normal(0.5), additive=additive
    )
    with tg.training(key) as run:
        noise = torch.tensor(tg.to_numpy(nn.normal(0.5)(run.next_key(), (4, 3), "float64", (1, 1))))

    def theirs(p: Params, x: Any) -> Any:
        return x @ (p["layer.weight"] + noise if additive else p["layer.weight"] * noise)

    return of_layer(d, layer, (d.normal(5, 4),), theirs, lambda model, x: trained(model, key, x))


MASK = "the share of what is dropped is within 5 standard errors; gradients use the mask of the forward pass"


NOISE = "mean and deviation are within 5 standard errors; numbers of float32 are others than those of float64"


ROWS = [
    *map(spatial, (1, 2, 3)),
    Row("nn.AlphaDropout", "formula in PyTorch, our mask", _alpha, note=MASK),
    Row("nn.GaussianDropout", "torch.mul, our noise", _gaussian, note=NOISE, single=False),
    Row("nn.GaussianNoise", "torch.add, our noise", _noise, note=NOISE, single=False),
    Row("nn.DropConnect", "torch.matmul, our mask", _drop_connect, note=MASK),
    Row("nn.WeightNoise", "torch.matmul, our noise", _weight_noise, note=NOISE, single=False),
]  # fmt: skip
