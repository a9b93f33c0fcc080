"""Updaters that know that a parameter is a matrix: Adafactor and Muon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.optim.adaptive import Carry, mixed
from typedgrad.optim.formula import ByFormula, Formula

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.walk import Rule

# Makes singular values between 0 and 1 come close to 1 in few iterations; not exactly 1, which nobody needs.
_QUINTIC = (3.4445, -4.7750, 2.0315)


def _rows_and_columns(shape: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The shapes of the two factors; a vector has no second one."""
    return ((*shape[:-1], 1), (*shape[:-2], 1, shape[-1])) if len(shape) > 1 else (shape, (0,))


def _rms(x: Tensor) -> float:
    xp = namespace(x)
    return math.sqrt(float(xp.mean(x * x)))


def _adafactor(
    t: int,
    carry: Carry,
    *,
    learning_rate: float,
    power: float,
    clip: float,
    eps: float,
    smallest: float,
    weight_decay: float,
) -> Rule:
    kept = 1 - t**-power
    rate = min(learning_rate, 1 / math.sqrt(t))

    def rule(p: Tensor, g: Tensor, row: Tensor, column: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if 0 in g.shape:
            return p, row, column
        xp = namespace(p)
        square = g * g
        if len(g.shape) > 1:
            row = mixed(row, xp.mean(square, axis=-1, keepdims=True), kept)
            column = mixed(column, xp.mean(square, axis=-2, keepdims=True), kept)
            square = row * column / xp.clip(xp.mean(row, axis=-2, keepdims=True), eps, None)
        else:
            row = square = mixed(row, square, kept)
        step = g / xp.sqrt(xp.clip(square, eps * eps, None))
        size = rate * max(smallest, _rms(p)) / max(1.0, _rms(step) / clip)
        return p * (1 - learning_rate * weight_decay) - size * step, row, column

    return rule


def _muon(
    t: int, carry: Carry, *, learning_rate: float, momentum: float, weight_decay: float, eps: float, nesterov: bool
) -> Rule:
    def rule(p: Tensor, g: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
        if 0 in g.shape:
            return p, mean
        mean = mixed(mean, g, momentum)
        step = _orthogonal(mixed(g, mean, 1 - momentum) if nesterov else mean, eps)
        rate = learning_rate * math.sqrt(max(1.0, p.shape[1] / p.shape[0]))
        return p * (1 - learning_rate * weight_decay) - rate * step, mean

    return rule


def _orthogonal(x: Tensor, eps: float) -> Tensor:
    """U Vᵀ of the singular value decomposition, nearly: five steps of Newton and Schulz's iteration."""
    a, b, c = _QUINTIC
    tall = x.shape[0] > x.shape[1]
    x = x.mT if tall else x
    x = x / max(math.sqrt(float(namespace(x).sum(x * x))), eps)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.mT if tall else x


_ADAFACTOR = Formula(
    "adafactor",
    {
        "learning_rate": "positive",
        "power": "positive",
        "clip": "positive",
        "eps": "positive",
        "smallest": "positive",
        "weight_decay": "at least 0",
    },
    {"row": None, "column": None},
    _adafactor,
    sizes=_rows_and_columns,
)
_MUON = Formula(
    "muon",
    {
        "learning_rate": "positive",
        "momentum": "at least 0 and below 1",
        "weight_decay": "at least 0",
        "eps": "positive",
        "nesterov": "flag",
    },
    {"mean": None},
    _muon,
    rank=(2, "only matrices can be made orthogonal; give the others an updater of their own with grouped(...)"),
)


def adafactor(
    learning_rate: Hyper = 1e-2,
    *,
    power: Hyper = 0.8,
    clip: Hyper = 1.0,
    eps: Hyper = 1e-15,
    smallest: Hyper = 1e-3,
    weight_decay: Hyper = 0.0,
) -> ByFormula:
    """Adafactor: divides by the root of running mean squares that are kept as one row and one column of a matrix.

    For parameters with more axes, those are of the last two; vectors keep all squares. Update t forgets all but
    `1 - t ** -power`, steps with a root mean square above `clip` are scaled down to it, and the rate, at most
    1 / sqrt(t), is times the root mean square of the parameter or `smallest`. The weight decay is decoupled.
    Source: Shazeer and Stern, "Adafactor: Adaptive learning rates with sublinear memory cost", 2018, algorithms 4, 5.

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.adafactor(0.5)
    >>> w = tg.ones((2, 2))
    >>> w, state = updater.update(w, tg.asarray([[3.0, -3.0], [3.0, 3.0]]), updater.init(w))
    >>> w
    Tensor([[0.5, 1.5],
            [0.5, 0.5]], dtype=float32)
    """
    settings = (
        ("learning_rate", learning_rate),
        ("power", power),
        ("clip", clip),
        ("eps", eps),
        ("smallest", smallest),
        ("weight_decay", weight_decay),
    )
    return ByFormula(_ADAFACTOR, settings)


def muon(
    learning_rate: Hyper = 1e-3,
    *,
    momentum: Hyper = 0.95,
    weight_decay: Hyper = 0.1,
    eps: Hyper = 1e-7,
    nesterov: bool = True,
) -> ByFormula:
    """Muon: momentum whose steps are made nearly orthogonal, so that they move all directions of a matrix alike.

    For the matrices between hidden layers; give embeddings, biases and the last layer an updater of their own with
    `grouped`. The learning rate is times `sqrt(max(1, columns / rows))`: matrices here are (in, out), those of the
    source the other way round. The weight decay is decoupled.
    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.

    Raises what `adafactor` does; ValueError from `init` if a parameter is no matrix.

    >>> updater = tg.optim.muon(0.1, weight_decay=0.0)
    >>> w = tg.zeros((2, 2))
    >>> w, state = updater.update(w, tg.asarray([[9.0, 0.0], [0.0, -9.0]]), updater.init(w))
    >>> bool(w[0, 0] < -0.06), w[0, 1].item(), bool(w[1, 1] == -w[0, 0])
    (True, 0.0, True)
    """
    settings = (
        ("learning_rate", learning_rate),
        ("momentum", momentum),
        ("weight_decay", weight_decay),
        ("eps", eps),
        ("nesterov", nesterov),
    )
    return ByFormula(_MUON, settings)
