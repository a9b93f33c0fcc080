"""Updaters that look at the signs of gradients and not at their sizes: Rprop and Lion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.optim.adaptive import Carry, mixed
from typedgrad.optim.formula import ByFormula, Formula

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.walk import Rule


def _rprop(
    t: int, carry: Carry, *, learning_rate: float, shrink: float, grow: float, smallest: float, largest: float
) -> Rule:
    def rule(p: Tensor, g: Tensor, last: Tensor, size: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        xp = namespace(p)
        turn = xp.sign(g) * xp.sign(last)
        up, down = xp.astype(turn > 0, p.dtype), xp.astype(turn < 0, p.dtype)
        size = xp.clip(size * (1 + (grow - 1) * up + (shrink - 1) * down), smallest, largest)
        # After a change of sign it waits for one update, without another change being seen in the next.
        g = g * (1 - down)
        return p - xp.sign(g) * size, g, size

    return rule


def _lion(t: int, carry: Carry, *, learning_rate: float, beta1: float, beta2: float, weight_decay: float) -> Rule:
    def rule(p: Tensor, g: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
        step = namespace(p).sign(mixed(mean, g, beta1))
        return p * (1 - learning_rate * weight_decay) - learning_rate * step, mixed(mean, g, beta2)

    return rule


_RPROP = Formula(
    "rprop",
    {
        "learning_rate": "positive",
        "shrink": "at least 0 and below 1",
        "grow": "positive",
        "smallest": "positive",
        "largest": "positive",
    },
    {"last": None, "size": None},
    _rprop,
    start={"size": "learning_rate"},
)
_LION = Formula(
    "lion",
    {
        "learning_rate": "positive",
        "beta1": "at least 0 and below 1",
        "beta2": "at least 0 and below 1",
        "weight_decay": "at least 0",
    },
    {"mean": None},
    _lion,
)


def rprop(
    learning_rate: float = 1e-2,
    *,
    shrink: Hyper = 0.5,
    grow: Hyper = 1.2,
    smallest: Hyper = 1e-6,
    largest: Hyper = 50.0,
) -> ByFormula:
    """Rprop: each element has a step size of its own, which grows while its gradient keeps its sign.

    All sizes start at `learning_rate` and stay in [smallest, largest]; where the sign changes, the size shrinks and one
    update is left out. For whole datasets: the noise of batches changes signs. Source: Riedmiller and Braun, "A direct
    adaptive method for faster backpropagation learning: the RPROP algorithm", 1993, without its step back (as PyTorch).

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.rprop(0.5)
    >>> w, g = tg.asarray([1.0, 1.0]), tg.asarray([7.0, -3.0])
    >>> w, state = updater.update(w, g, updater.init(w))
    >>> w, state = updater.update(w, g, state)
    >>> w, state.memory["size"]
    (Tensor([-0.1,  2.1], dtype=float32), {'': Tensor([0.6, 0.6], dtype=float32)})
    """
    settings = (
        ("learning_rate", learning_rate),
        ("shrink", shrink),
        ("grow", grow),
        ("smallest", smallest),
        ("largest", largest),
    )
    updater = ByFormula(_RPROP, settings)  # refuses what is no number, which cannot be compared
    if not callable(smallest) and not callable(largest) and smallest > largest:
        raise ValueError(f"rprop: `smallest` must be at most `largest`, got {smallest} and {largest}")
    return updater


def lion(
    learning_rate: Hyper = 1e-4, *, beta1: Hyper = 0.9, beta2: Hyper = 0.99, weight_decay: Hyper = 0.0
) -> ByFormula:
    """Lion: steps by the sign of a mix of the gradient and its running mean; every element moves by the learning rate.

    Of the mean, `beta1` goes into the step and `beta2` is kept. The weight decay is decoupled, as in `adamw`.
    Source: Chen et al., "Symbolic discovery of optimization algorithms", 2023, algorithm 2.

    Takes and raises what `rprop` does.

    >>> updater = tg.optim.lion(0.25)
    >>> w = tg.asarray([1.0, 1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0, 0.0]), updater.init(w))
    >>> w
    Tensor([0.75, 1.25, 1.  ], dtype=float32)
    """
    settings = (("learning_rate", learning_rate), ("beta1", beta1), ("beta2", beta2), ("weight_decay", weight_decay))
    return ByFormula(_LION, settings)
