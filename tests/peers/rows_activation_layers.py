"""Activations as layers, and by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.layers import of_layer
from tests.peers.peer import called, functional, torch
from tests.peers.row import Draw, Row, Setting
from tests.peers.rows_activation import crelu, rational, sparsest
from typedgrad import nn


def layer(ours: Any, peer: str, theirs: Callable[[Any], Any] | None = None, *options: Any, **more: Any) -> Row:
    """A layer without parameters beside one of theirs, made with options, or beside a function."""

    def draw(d: Draw) -> Setting:
        return Setting(
            (2.0 * d.normal(4, *d.shape(0, 1), 6),),
            ours,
            theirs or (lambda x: called(peer)(*options, **more)(x)),
        )

    return Row(f"nn.{type(ours).__name__}", peer, draw)


def _prelu(d: Draw) -> Setting:
    x = d.normal(2, 3, *d.shape(0, 2))
    return of_layer(d, nn.PRelu(channels=3), (x,), lambda p, x: functional.prelu(x, p["slope"]), scale=0.1)


def _by_name(d: Draw) -> Setting:
    name = d.one_of("relu", "gelu", "tanh", "softplus", "mish")
    theirs = torch.tanh if name == "tanh" else getattr(functional, name)
    return Setting((d.normal(4, 5),), tg.nn.activation(name), theirs)


FORMULA = "formula in PyTorch"

ROWS = [
    layer(nn.Relu(), "torch.nn.ReLU"), layer(nn.LeakyRelu(slope=0.2), "torch.nn.LeakyReLU", None, 0.2),
    layer(nn.Sigmoid(), "torch.nn.Sigmoid"), layer(nn.LogSigmoid(), "torch.nn.LogSigmoid"),
    layer(nn.Tanh(), "torch.nn.Tanh"), layer(nn.TanhShrink(), "torch.nn.Tanhshrink"),
    layer(nn.Gelu(), "torch.nn.GELU"), layer(nn.Silu(), "torch.nn.SiLU"), layer(nn.Mish(), "torch.nn.Mish"),
    layer(nn.Elu(alpha=0.7), "torch.nn.ELU", None, 0.7), layer(nn.Selu(), "torch.nn.SELU"),
    layer(nn.Softplus(), "torch.nn.Softplus"), layer(nn.Softsign(), "torch.nn.Softsign"),
    layer(nn.Relu6(), "torch.nn.ReLU6"), layer(nn.HardTanh(low=-0.5, high=2.0), "torch.nn.Hardtanh", None, -0.5, 2.0),
    layer(nn.HardShrink(width=0.3), "torch.nn.Hardshrink", None, 0.3),
    layer(nn.SoftShrink(width=0.3), "torch.nn.Softshrink", None, 0.3),
    layer(nn.Threshold(threshold=0.5, value=-1.0), "torch.nn.Threshold", None, 0.5, -1.0),
    layer(nn.ThresholdedRelu(theta=0.7), "torch.nn.Threshold", None, 0.7, 0.0),
    layer(nn.RRelu(low=0.1, high=0.4), "torch.nn.functional.rrelu", lambda x: functional.rrelu(x, 0.1, 0.4)),
    layer(nn.Softmax(axis=0), "torch.nn.Softmax", None, 0), layer(nn.LogSoftmax(), "torch.nn.LogSoftmax", None, -1),
    layer(nn.Softmin(), "torch.nn.Softmin", None, -1), layer(nn.Glu(), "torch.nn.GLU", None, -1),
    layer(nn.HardSigmoid(), FORMULA, lambda x: functional.relu6(x + 3.0) / 6.0),
    layer(nn.HardSilu(), FORMULA, lambda x: x * functional.relu6(x + 3.0) / 6.0),
    layer(nn.Celu(alpha=0.5), FORMULA, lambda x: torch.relu(x) + 0.5 * torch.expm1(-2.0 * torch.relu(-x))),
    layer(nn.Swish(beta=1.7), FORMULA, lambda x: x * torch.sigmoid(1.7 * x)),
    layer(nn.Squareplus(b=2.0), FORMULA, lambda x: (x + torch.sqrt(x * x + 2.0)) / 2.0),
    layer(nn.Cube(), FORMULA, lambda x: x**3), layer(nn.Identity(), "torch.nn.Identity"),
    layer(nn.ScaledTanh(inner=0.5, outer=2.0), FORMULA, lambda x: 2.0 * torch.tanh(0.5 * x)),
    layer(nn.RationalTanh(), FORMULA, rational), layer(nn.RectifiedTanh(), FORMULA,
        lambda x: torch.relu(torch.tanh(x))),
    layer(nn.AffinePower(exponent=3, scale=0.5, shift=2.0), FORMULA, lambda x: (2.0 + 0.5 * x) ** 3),
    layer(nn.SparsePlus(), FORMULA, lambda x: torch.where(x > 1.0, x, torch.clamp(x + 1.0, min=0.0) ** 2 / 4.0)),
    layer(nn.SparseSigmoid(), FORMULA, lambda x: torch.clamp((x + 1.0) / 2.0, 0.0, 1.0)),
    layer(nn.Sparsemax(), FORMULA, lambda x: sparsest(x, -1)), layer(nn.CRelu(), FORMULA, lambda x: crelu(x, 1)),
    Row("nn.PRelu", "torch.nn.functional.prelu", _prelu),
    Row("nn.activation", "torch.nn.functional.relu, gelu, tanh, softplus, mish", _by_name, draws=5),
]  # fmt: skip
