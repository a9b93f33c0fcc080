"""Updaters from convex optimisation: averaged gradient descent (ASGD) and accelerated shrinkage (FISTA)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.optim.adaptive import Carry
from typedgrad.optim.formula import ByFormula, Formula, Settings

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.walk import Rule


def _asgd(t: int, carry: Carry, *, learning_rate: float, decay: float, power: float, start: float) -> Rule:
    rate = learning_rate / (1 + decay * learning_rate * (t - 1)) ** power
    share = 1 / max(1.0, t - 1 - start)

    def rule(p: Tensor, g: Tensor, average: Tensor) -> tuple[Tensor, Tensor]:
        p = p * (1 - decay * rate) - rate * g
        return p, p if share == 1 else average + (p - average) * share

    return rule


def _next(t: int, last: float, settings: Settings) -> float:
    return (1 + math.sqrt(1 + 4 * last * last)) / 2


def _fista(t: int, carry: Carry, *, learning_rate: float, l1: float) -> Rule:
    onward = (carry[0] - 1) / carry[1]

    def rule(p: Tensor, g: Tensor, point: Tensor) -> tuple[Tensor, Tensor]:
        xp = namespace(p)
        new = p - learning_rate * g
        if l1:
            new = xp.sign(new) * xp.clip(xp.abs(new) - learning_rate * l1, 0.0, None)
        return new + (new - point) * onward, new

    return rule


_ASGD = Formula(
    "asgd",
    {"learning_rate": "positive", "decay": "at least 0", "power": "at least 0", "start": "at least 0"},
    {"average": None},
    _asgd,
    start={"average": "parameter"},
)
_FISTA = Formula(
    "fista",
    {"learning_rate": "positive", "l1": "at least 0"},
    {"average": None},
    _fista,
    start={"average": "parameter"},
    carry=_next,
)


def asgd(learning_rate: Hyper = 1e-2, *, decay: Hyper = 1e-4, power: Hyper = 0.75, start: float = 1e6) -> ByFormula:
    """Averaged gradient descent: `sgd` with a falling rate, and the mean of the parameters after `start` updates.

    The rate of update t (from 0) is `learning_rate / (1 + decay * learning_rate * t) ** power`, and each update also
    shrinks the parameters by `decay` times it. The mean is found by `averaged(params, state)`; up to `start` it is the
    parameters themselves. Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.asgd(1.0, decay=0.0, start=0)
    >>> w, g = tg.asarray([3.0]), tg.asarray([1.0])
    >>> state = updater.init(w)
    >>> for _ in range(3):
    ...     w, state = updater.update(w, g, state)
    >>> w, tg.optim.averaged(w, state)
    (Tensor([0.], dtype=float32), Tensor([0.5], dtype=float32))
    """
    return ByFormula(_ASGD, (("learning_rate", learning_rate), ("decay", decay), ("power", power), ("start", start)))


def fista(learning_rate: Hyper = 1e-2, *, l1: Hyper = 0.0) -> ByFormula:
    """FISTA: gradient descent at points that lie ahead, each step shrunk towards 0 by `learning_rate * l1`.

    Minimises the loss plus `l1` times the sum of absolute values; leave that penalty out of the loss. Gradients are to
    be taken at the parameters, which are the points ahead; the solution is found by `averaged(params, state)`, with its
    zeros exact. The learning rate should be at most the inverse of the gradient's Lipschitz constant.
    Source: Beck and Teboulle, "A fast iterative shrinkage-thresholding algorithm for linear inverse problems", 2009,
    section 4.

    Takes and raises what `asgd` does.

    >>> updater = tg.optim.fista(1.0, l1=2.0)
    >>> w = tg.asarray([0.0, 0.0])
    >>> w, state = updater.update(w, tg.asarray([-5.0, 1.0]), updater.init(w))
    >>> tg.optim.averaged(w, state)
    Tensor([3., 0.], dtype=float32)
    """
    return ByFormula(_FISTA, (("learning_rate", learning_rate), ("l1", l1)))
