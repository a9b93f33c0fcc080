"""Loops and branches, and what is done to the steps of sequences."""

from __future__ import annotations

from typing import Any

import typedgrad as tg
from tests.peers.layers import Params, of_layer
from tests.peers.peer import torch
from tests.peers.row import Draw, Row, Setting
from typedgrad import nn


def _scan(d: Draw) -> Setting:
    reverse = d.flag()

    def ours(h: Any, xs: Any, w: Any) -> Any:
        def step(h: Any, x: Any) -> Any:
            h = tg.tanh(h @ w + x)
            return h, h * x

        return tg.scan(step, h, xs, reverse=reverse)

    def theirs(h: Any, xs: Any, w: Any) -> Any:
        outputs = []
        for x in reversed(xs) if reverse else xs:
            h = torch.tanh(h @ w + x)
            outputs.append(h * x)
        return h, torch.stack(outputs[::-1] if reverse else outputs)

    return Setting((d.normal(2, 3), d.normal(d.size(), 2, 3), d.normal(3, 3)), ours, theirs)


def _cond(d: Draw) -> Setting:
    def choose(x: Any, y: Any) -> Any:
        return x.sum() * y if bool(x.sum() > 0) else torch.sin(y)

    return Setting(
        (d.normal(3), d.normal(4)),
        lambda x, y: tg.cond(x.sum() > 0.0, lambda x, y: x.sum() * y, lambda x, y: tg.sin(y), x, y),
        choose,
    )


def _while(d: Draw) -> Setting:
    def theirs(x: Any) -> Any:
        while bool((x * x).sum() < 50.0):
            x = 1.5 * x + torch.sin(x)
        return x

    return Setting(
        (d.normal(3),),
        lambda x: tg.while_loop(lambda x: (x * x).sum() < 50.0, lambda x: 1.5 * x + tg.sin(x), x, limit=50),
        theirs,
    )


def _checkpoint(d: Draw) -> Setting:
    def theirs(x: Any, w: Any) -> Any:
        return torch.utils.checkpoint.checkpoint(lambda x, w: torch.tanh(x @ w), x, w, use_reentrant=False)

    def ours(x: tg.Tensor, w: tg.Tensor) -> tg.Tensor:
        return tg.tanh(x @ w)

    return Setting((d.normal(d.size(), 3), d.normal(3, 2)), tg.checkpoint(ours), theirs)


def _time_distributed(d: Draw) -> Setting:
    layer = nn.TimeDistributed(layer=nn.Conv1d(in_channels=2, out_channels=3, kernel=2))

    def theirs(p: Params, x: Any) -> Any:
        kernel, bias = p.values()
        steps = [torch.nn.functional.conv1d(x[:, t], kernel, bias) for t in range(x.shape[1])]
        return torch.stack(steps, 1)

    return of_layer(d, layer, (d.normal(2, d.size(1, 4), 2, 5),), theirs)


def _repeated(d: Draw) -> Setting:
    t = d.size()
    return Setting((d.normal(2, 3),), nn.RepeatTime(times=t), lambda x: x[:, None].expand(2, t, 3))


def _repeated_op(d: Draw) -> Setting:
    t = d.size()
    return Setting((d.normal(2, 3),), lambda x: tg.repeat_time(x, t), lambda x: x[:, None].expand(2, t, 3))


def _reverse(d: Draw) -> Setting:
    lengths = d.integers(1, 5, 3)

    def theirs(x: Any, n: Any) -> Any:
        return torch.stack([torch.cat([row[:k].flip(0), row[k:]]) for row, k in zip(x, n, strict=True)])

    return Setting((d.normal(3, 5, 2), lengths), lambda x, n: nn.ReverseTime()(x, lengths=n), theirs)


def _reverse_op(d: Draw) -> Setting:
    setting = _reverse(d)
    return setting._replace(ours=lambda x, n: tg.reverse_time(x, lengths=n))


def _last_step(d: Draw) -> Setting:
    lengths = d.integers(1, 5, 3)
    return Setting(
        (d.normal(3, 5, 2), lengths),
        lambda x, n: nn.LastStep()(x, lengths=n),
        lambda x, n: x[torch.arange(3), n - 1],
    )


def _last_step_op(d: Draw) -> Setting:
    setting = _last_step(d)
    return setting._replace(ours=lambda x, n: tg.last_step(x, lengths=n))


ROWS = [
    Row("nn.ReverseTime", "torch.flip", _reverse), Row("nn.RepeatTime", "torch.Tensor.expand", _repeated),
    Row("last_step", "torch.Tensor.__getitem__", _last_step_op), Row("reverse_time", "torch.flip", _reverse_op),
    Row("repeat_time", "torch.Tensor.expand", _repeated_op),
    Row("nn.LastStep", "torch.Tensor.__getitem__", _last_step),
    Row("nn.TimeDistributed", "torch.nn.functional.conv1d, step by step", _time_distributed),
    Row("scan", "loop in PyTorch", _scan), Row("cond", "branch in PyTorch", _cond),
    Row("while_loop", "loop in PyTorch", _while), Row("checkpoint", "torch.utils.checkpoint.checkpoint", _checkpoint),
]  # fmt: skip
