"""LAMB: Adam whose step is as long, for each parameter, as the parameter is large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.optim.adaptive import Carry, mixed
from typedgrad.optim.formula import ByFormula, Formula

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.walk import Rule


def _lamb(
    t: int, carry: Carry, *, learning_rate: float, beta1: float, beta2: float, eps: float, weight_decay: float
) -> Rule:
    def rule(p: Tensor, g: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        xp = namespace(p)
        first, second = mixed(first, g, beta1), mixed(second, g * g, beta2)
        step = (first / (1 - beta1**t)) / (xp.sqrt(second / (1 - beta2**t)) + eps) + weight_decay * p
        size, length = xp.sqrt(xp.sum(p * p)), xp.sqrt(xp.sum(step * step))
        # What is 0 has no size to go by, and moves as in Adam.
        known = (size > 0) & (length > 0)
        trust = xp.where(known, size / xp.where(known, length, xp.ones_like(length)), xp.ones_like(size))
        return p - (learning_rate * trust) * step, first, second

    return rule


_LAMB = Formula(
    "lamb",
    {
        "learning_rate": "positive",
        "beta1": "at least 0 and below 1",
        "beta2": "at least 0 and below 1",
        "eps": "positive",
        "weight_decay": "at least 0",
    },
    {"first": None, "second": None},
    _lamb,
)


def lamb(
    learning_rate: Hyper = 1e-3,
    *,
    beta1: Hyper = 0.9,
    beta2: Hyper = 0.999,
    eps: Hyper = 1e-6,
    weight_decay: Hyper = 0.0,
) -> ByFormula:
    """LAMB: Adam's step, with weight decay in it, scaled for each parameter to `learning_rate` times the parameter.

    For batches of tens of thousands. Sizes are norms of whole parameters; where one is 0 the step is Adam's.
    Source: You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020, algorithm 2.

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.lamb(0.5)
    >>> w = tg.asarray([3.0, 4.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, 0.0]), updater.init(w))
    >>> w
    Tensor([0.5, 4. ], dtype=float32)
    """
    settings = (
        ("learning_rate", learning_rate),
        ("beta1", beta1),
        ("beta2", beta2),
        ("eps", eps),
        ("weight_decay", weight_decay),
    )
    return ByFormula(_LAMB, settings)
