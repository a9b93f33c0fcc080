"""What others made of Adam: AMSGrad, AdaMax, Nadam, RAdam."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.backends import namespace
from typedgrad.core.tracing import host
from typedgrad.optim.adaptive import Carry, mixed
from typedgrad.optim.formula import ByFormula, Formula, Settings

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Domain, Hyper
    from typedgrad.optim.walk import Rule


def _amsgrad(t: int, carry: Carry, *, learning_rate: float, beta1: float, beta2: float, eps: float) -> Rule:
    correction = 1 / host(math.sqrt, 1 - beta2**t)

    def rule(p: Tensor, g: Tensor, first: Tensor, second: Tensor, largest: Tensor) -> tuple[Tensor, ...]:
        xp = namespace(p)
        first, second = mixed(first, g, beta1), mixed(second, g * g, beta2)
        largest = xp.maximum(largest, second)
        step = first / (xp.sqrt(largest) * correction + eps)
        return p - learning_rate / (1 - beta1**t) * step, first, second, largest

    return rule


def _adamax(t: int, carry: Carry, *, learning_rate: float, beta1: float, beta2: float, eps: float) -> Rule:
    def rule(p: Tensor, g: Tensor, first: Tensor, largest: Tensor) -> tuple[Tensor, ...]:
        xp = namespace(p)
        first = mixed(first, g, beta1)
        largest = xp.maximum(largest * beta2, xp.abs(g) + eps)
        return p - learning_rate / (1 - beta1**t) * first / largest, first, largest

    return rule


def _foresight(t: int, beta1: float, decay: float) -> float:
    """The momentum of update `t`, which grows from half of `beta1` to all of it."""
    kept: float = host(math.pow, 0.96, t * decay)
    return beta1 * (1 - 0.5 * kept)


def _product(t: int, last: float, settings: Settings) -> float:
    return last * _foresight(t, settings["beta1"], settings["momentum_decay"])


def _nadam(
    t: int, carry: Carry, *, learning_rate: float, beta1: float, beta2: float, eps: float, momentum_decay: float
) -> Rule:
    now, then = _foresight(t, beta1, momentum_decay), _foresight(t + 1, beta1, momentum_decay)
    of_gradient = learning_rate * (1 - now) / (1 - carry[1])
    of_mean = learning_rate * then / (1 - carry[1] * then)

    def rule(p: Tensor, g: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, ...]:
        first, second = mixed(first, g, beta1), mixed(second, g * g, beta2)
        size = namespace(p).sqrt(second / (1 - beta2**t)) + eps
        return p - (of_gradient * g + of_mean * first) / size, first, second

    return rule


def _radam(t: int, carry: Carry, *, learning_rate: float, beta1: float, beta2: float, eps: float) -> Rule:
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / (1 - beta2**t)
    rate = learning_rate / (1 - beta1**t)
    known = length > 5  # below, the variance of the adaptive step is not defined, or huge
    if known:
        rate *= math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        rate *= math.sqrt(1 - beta2**t)

    def rule(p: Tensor, g: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, ...]:
        first, second = mixed(first, g, beta1), mixed(second, g * g, beta2)
        step = first / (namespace(p).sqrt(second) + eps) if known else first
        return p - rate * step, first, second

    return rule


_DOMAINS: dict[str, Domain] = {
    "learning_rate": "positive",
    "beta1": "at least 0 and below 1",
    "beta2": "at least 0 and below 1",
    "eps": "positive",
}
_AMSGRAD = Formula("amsgrad", {**_DOMAINS}, {"first": None, "second": None, "largest": None}, _amsgrad)
_ADAMAX = Formula("adamax", {**_DOMAINS}, {"first": None, "largest": None}, _adamax)
_NADAM = Formula(
    "nadam", {**_DOMAINS, "momentum_decay": "at least 0"}, {"first": None, "second": None}, _nadam, carry=_product
)
_RADAM = Formula("radam", {**_DOMAINS}, {"first": None, "second": None}, _radam)


def amsgrad(learning_rate: Hyper = 1e-3, *, beta1: Hyper = 0.9, beta2: Hyper = 0.999, eps: Hyper = 1e-8) -> ByFormula:
    """Adam, but divided by the root of the largest running mean of squares there ever was.

    The means are corrected for starting at 0 as in Adam and in PyTorch's variant; the paper does without. A `beta` that
    follows a schedule is corrected by its value at the time. Source: Reddi, Kale and Kumar, "On the convergence of Adam
    and beyond", 2018, algorithm 2.

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.amsgrad(0.5)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([0.5, 1.5], dtype=float32)
    """
    return ByFormula(_AMSGRAD, _settings(learning_rate, beta1, beta2, eps))


def adamax(learning_rate: Hyper = 2e-3, *, beta1: Hyper = 0.9, beta2: Hyper = 0.999, eps: Hyper = 1e-8) -> ByFormula:
    """Adam with the largest gradient there was, fading by `beta2`, in place of the root mean square.

    `eps` is added to each gradient's size. Takes and raises what `amsgrad` does.
    Source: Kingma and Ba, "Adam: A method for stochastic optimization", 2015, algorithm 2.

    >>> updater = tg.optim.adamax(0.5)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([0.5, 1.5], dtype=float32)
    """
    return ByFormula(_ADAMAX, _settings(learning_rate, beta1, beta2, eps))


def nadam(
    learning_rate: Hyper = 2e-3,
    *,
    beta1: Hyper = 0.9,
    beta2: Hyper = 0.999,
    eps: Hyper = 1e-8,
    momentum_decay: Hyper = 4e-3,
) -> ByFormula:
    """Adam with Nesterov's momentum, which warms up by `1 - 0.96 ** (t * momentum_decay) / 2`.

    Takes and raises what `amsgrad` does. Source: Dozat, "Incorporating Nesterov momentum into Adam", 2016, algorithm 2,
    with the schedule of its section 3.

    >>> updater = tg.optim.nadam(0.5, momentum_decay=0.0)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([0.4717867, 1.5282133], dtype=float32)
    """
    return ByFormula(_NADAM, (*_settings(learning_rate, beta1, beta2, eps), ("momentum_decay", momentum_decay)))


def radam(learning_rate: Hyper = 1e-3, *, beta1: Hyper = 0.9, beta2: Hyper = 0.999, eps: Hyper = 1e-8) -> ByFormula:
    """Adam whose first steps are those of plain momentum, until the mean square is known well enough to divide by.

    Takes and raises what `amsgrad` does. Source: Liu et al., "On the variance of the adaptive learning rate and
    beyond", 2020, algorithm 2; the threshold is 5, as in PyTorch.

    >>> updater = tg.optim.radam(0.5)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([-2.5,  2.5], dtype=float32)
    """
    return ByFormula(_RADAM, _settings(learning_rate, beta1, beta2, eps))


def _settings(learning_rate: Hyper, beta1: Hyper, beta2: Hyper, eps: Hyper) -> tuple[tuple[str, Hyper], ...]:
    return ("learning_rate", learning_rate), ("beta1", beta1), ("beta2", beta2), ("eps", eps)
