"""FTRL-Proximal: follow the regularised leader, which makes most weights exactly 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.optim.adaptive import Carry
from typedgrad.optim.formula import ByFormula, Formula

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.walk import Rule


def _ftrl(t: int, carry: Carry, *, learning_rate: float, beta: float, l1: float, l2: float, initial: float) -> Rule:
    def rule(p: Tensor, g: Tensor, pulled: Tensor, total: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        xp = namespace(p)
        grown = total + g * g
        root = xp.sqrt(grown)
        if learning_rate == 0:  # at the end of a schedule
            return p, pulled, grown
        # As if each gradient had been that of a bowl around where the parameter was.
        pulled = pulled + g - (root - xp.sqrt(total)) / learning_rate * p
        excess = pulled - xp.clip(pulled, -l1, l1)
        return -excess / ((beta + root) / learning_rate + l2), pulled, grown

    return rule


_FTRL = Formula(
    "ftrl",
    {
        "learning_rate": "positive",
        "beta": "positive",
        "l1": "at least 0",
        "l2": "at least 0",
        "initial": "at least 0",
    },
    {"pulled": None, "total": None},
    _ftrl,
    start={"total": "initial"},
)


def ftrl(
    learning_rate: Hyper = 0.1, *, beta: Hyper = 1.0, l1: Hyper = 0.0, l2: Hyper = 0.0, initial: Hyper = 0.0
) -> ByFormula:
    """FTRL-Proximal: where the sum of all gradients and penalties so far would have been least.

    `l1` makes weights exactly 0 whose gradients do not add up to it; parameters forget where they started. The step of
    each element is `learning_rate / (beta + root of its sum of squares)`, the sum starting at `initial`.
    Source: McMahan et al., "Ad click prediction: a view from the trenches", 2013, algorithm 1.

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.ftrl(0.5, l1=1.0)
    >>> w = tg.zeros((3,))
    >>> w, state = updater.update(w, tg.asarray([3.0, -3.0, 0.5]), updater.init(w))
    >>> w
    Tensor([-0.25,  0.25, -0.  ], dtype=float32)
    """
    settings = (("learning_rate", learning_rate), ("beta", beta), ("l1", l1), ("l2", l2), ("initial", initial))
    return ByFormula(_FTRL, settings)
