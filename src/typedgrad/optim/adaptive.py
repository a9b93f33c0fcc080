"""Updaters that scale each element of a gradient by what is known of its size: AdaGrad, RMSProp, AdaDelta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.optim.formula import ByFormula, Formula

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.walk import Rule

Carry = tuple[float, float]


def mixed(old: Tensor, new: Tensor, kept: float) -> Tensor:
    """A running mean with one more value."""
    return old * kept + new * (1 - kept)


def _adagrad(t: int, carry: Carry, *, learning_rate: float, initial: float, eps: float) -> Rule:
    def rule(p: Tensor, g: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
        total = total + g * g
        return p - learning_rate * g / (namespace(p).sqrt(total) + eps), total

    return rule


def _rmsprop(
    t: int, carry: Carry, *, learning_rate: float, rho: float, eps: float, momentum: float, centred: bool
) -> Rule:
    def rule(p: Tensor, g: Tensor, square: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        xp = namespace(p)
        square = mixed(square, g * g, rho)
        spread, kept = square, [square]
        if centred:
            mean = mixed(rest[0], g, rho)
            # Rounding can make the variance of equal gradients negative.
            spread = xp.clip(square - mean * mean, 0.0, None)
            kept.append(mean)
        step = g / (xp.sqrt(spread) + eps)
        if len(rest) > int(centred):
            step = rest[-1] * momentum + step
            kept.append(step)
        return p - learning_rate * step, *kept

    return rule


def _adadelta(t: int, carry: Carry, *, learning_rate: float, rho: float, eps: float) -> Rule:
    def rule(p: Tensor, g: Tensor, square: Tensor, moved: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        xp = namespace(p)
        square = mixed(square, g * g, rho)
        step = xp.sqrt(moved + eps) / xp.sqrt(square + eps) * g
        return p - learning_rate * step, square, mixed(moved, step * step, rho)

    return rule


_ADAGRAD = Formula(
    "adagrad",
    {"learning_rate": "positive", "initial": "at least 0", "eps": "positive"},
    {"total": None},
    _adagrad,
    start={"total": "initial"},
)
_RMSPROP = Formula(
    "rmsprop",
    {
        "learning_rate": "positive",
        "rho": "at least 0 and below 1",
        "eps": "positive",
        "momentum": "at least 0 and below 1",
        "centred": "flag",
    },
    {"square": None, "mean": "centred", "velocity": "momentum"},
    _rmsprop,
)
_ADADELTA = Formula(
    "adadelta",
    {"learning_rate": "positive", "rho": "at least 0 and below 1", "eps": "positive"},
    {"square": None, "moved": None},
    _adadelta,
)


def adagrad(learning_rate: Hyper = 1e-2, *, initial: float = 0.0, eps: Hyper = 1e-10) -> ByFormula:
    """AdaGrad: steps along the gradient, divided by the root of the sum of all its squares so far, plus `eps`.

    The sum starts at `initial`. Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization", 2011, with diagonal matrices; `eps` is outside the root, as in PyTorch.

    Raises:
        TypeError: if an argument is neither a number nor, where one is allowed, a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.adagrad(0.5)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([0.5, 1.5], dtype=float32)
    """
    return ByFormula(_ADAGRAD, (("learning_rate", learning_rate), ("initial", initial), ("eps", eps)))


def rmsprop(
    learning_rate: Hyper = 1e-2,
    *,
    rho: Hyper = 0.99,
    eps: Hyper = 1e-8,
    momentum: Hyper = 0.0,
    centred: bool = False,
) -> ByFormula:
    """RMSProp: steps along the gradient, divided by the root of the running mean of its square, plus `eps`.

    With `centred` the root is of the running variance; with `momentum`, steps are summed up as by `sgd`. The running
    means start at 0 and are not corrected for that. Source: Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012; centred:
    Graves, "Generating sequences with recurrent neural networks", 2013, section 4.2.

    Takes and raises what `adagrad` does.

    >>> updater = tg.optim.rmsprop(0.1, rho=0.75)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([0.8, 1.2], dtype=float32)
    """
    settings = (
        ("learning_rate", learning_rate),
        ("rho", rho),
        ("eps", eps),
        ("momentum", momentum),
        ("centred", centred),
    )
    return ByFormula(_RMSPROP, settings)


def adadelta(learning_rate: Hyper = 1.0, *, rho: Hyper = 0.95, eps: Hyper = 1e-6) -> ByFormula:
    """AdaDelta: steps along the gradient, in proportion to the root mean square of earlier steps by that of gradients.

    `eps` is inside both roots. The paper has no learning rate, that is 1.0.
    Source: Zeiler, "ADADELTA: An adaptive learning rate method", 2012, algorithm 1.

    Takes and raises what `adagrad` does.

    >>> updater = tg.optim.adadelta(rho=0.0, eps=1.0)
    >>> w = tg.asarray([1.0])
    >>> w, state = updater.update(w, tg.asarray([0.75]), updater.init(w))
    >>> w
    Tensor([0.4], dtype=float32)
    """
    return ByFormula(_ADADELTA, (("learning_rate", learning_rate), ("rho", rho), ("eps", eps)))
