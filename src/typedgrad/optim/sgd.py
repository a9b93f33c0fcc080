"""Stochastic gradient descent, with momentum if wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from typedgrad.optim import hyper
from typedgrad.optim.walk import Moments, Rule, stepped, zeros

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper

P = TypeVar("P")


class SgdState(NamedTuple):
    """How many updates were made, and the velocity of each parameter by its path; no velocities without momentum."""

    step: int
    velocity: Moments


@dataclass(frozen=True)
class Sgd:
    """See `sgd`."""

    learning_rate: Hyper
    momentum: Hyper = 0.0
    nesterov: bool = False
    weight_decay: Hyper = 0.0

    def __post_init__(self) -> None:
        _check("sgd", self.learning_rate, self.momentum, self.weight_decay)
        if self.nesterov and self.momentum == 0:
            raise ValueError(f"sgd: `nesterov` needs a momentum, got momentum={self.momentum}")

    def init(self, params: object) -> SgdState:
        """The state before the first update."""
        still = zeros("sgd", params)
        return SgdState(0, still if self.momentum != 0 else {})

    def update(self, params: P, grads: P, state: SgdState) -> tuple[P, SgdState]:
        """The parameters and the state after one update."""
        if not isinstance(state, SgdState):
            raise TypeError(f"sgd: `state` must be what init(params) returned, not {type(state).__name__}")
        step = state.step
        rate = hyper.at("sgd", "learning_rate", self.learning_rate, step, "positive")
        decay = hyper.at("sgd", "weight_decay", self.weight_decay, step, "at least 0")
        if self.momentum == 0:
            params, _ = stepped("sgd", params, grads, (), _plain(rate, decay))
            return params, SgdState(step + 1, state.velocity)
        kept = hyper.at("sgd", "momentum", self.momentum, step, "at least 0 and below 1")
        rule = _with_momentum(rate, decay, kept, nesterov=self.nesterov)
        # The kernel steps along a mixture of the velocity and the gradient: p - rate * (of_v * v + of_g * g).
        of_v, of_g = (kept, 1.0) if self.nesterov else (1.0, 0.0)
        fused = ("momentum", (rate, kept, decay, of_v, of_g))
        params, (velocity,) = stepped("sgd", params, grads, (state.velocity,), rule, fused=fused)
        return params, SgdState(step + 1, velocity)


def sgd(learning_rate: Hyper, *, momentum: Hyper = 0.0, nesterov: bool = False, weight_decay: Hyper = 0.0) -> Sgd:
    """Gradient descent: `v = momentum * v + g`, then `p = p - learning_rate * v`.

    With `nesterov`, the step is `g + momentum * v` instead of `v`, where `v` is the new velocity. `g` is the gradient
    plus `weight_decay * p`: the gradient of a penalty of half the sum of squares, coupled with the momentum. These are
    PyTorch's conventions: the learning rate is outside the velocity, which starts at 0 and is not dampened.
    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    Raises:
        TypeError: if an argument is neither a number nor, where one is allowed, a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.sgd(0.1, momentum=0.9)
    >>> w, g = tg.asarray([1.0]), tg.asarray([1.0])
    >>> w, state = updater.update(w, g, updater.init(w))
    >>> w, state = updater.update(w, g, state)
    >>> w, state.velocity
    (Tensor([0.71], dtype=float32), {'': Tensor([1.9], dtype=float32)})
    """
    return Sgd(learning_rate, momentum, nesterov, weight_decay)


def momentum(learning_rate: Hyper, *, momentum: Hyper = 0.9, weight_decay: Hyper = 0.0) -> Sgd:
    """Gradient descent with momentum: `sgd` with `momentum=0.9`. Takes and raises what `sgd` does.

    >>> tg.optim.momentum(0.1) == tg.optim.sgd(0.1, momentum=0.9)
    True
    """
    _check("momentum", learning_rate, momentum, weight_decay)
    return Sgd(learning_rate, momentum, weight_decay=weight_decay)


def nesterov(learning_rate: Hyper, *, momentum: Hyper = 0.9, weight_decay: Hyper = 0.0) -> Sgd:
    """Gradient descent with Nesterov's momentum: `sgd` with `nesterov=True`. Takes and raises what `sgd` does.

    >>> tg.optim.nesterov(0.1) == tg.optim.sgd(0.1, momentum=0.9, nesterov=True)
    True
    """
    _check("nesterov", learning_rate, momentum, weight_decay)
    if momentum == 0:
        raise ValueError(f"nesterov: `momentum` must not be 0, got {momentum}")
    return Sgd(learning_rate, momentum, nesterov=True, weight_decay=weight_decay)


def _check(title: str, learning_rate: Hyper, momentum: Hyper, weight_decay: Hyper) -> None:
    """Raise TypeError or ValueError for a number out of its domain, as `title` calls it."""
    hyper.check(title, "learning_rate", learning_rate, "positive")
    hyper.check(title, "momentum", momentum, "at least 0 and below 1")
    hyper.check(title, "weight_decay", weight_decay, "at least 0")


def _plain(rate: float, decay: float) -> Rule:
    def rule(p: Tensor, g: Tensor) -> tuple[Tensor]:
        if decay:
            q = p * decay
            q += g
            q *= -rate
        else:
            q = g * -rate
        q += p
        return (q,)

    return rule


def _with_momentum(rate: float, decay: float, kept: float, *, nesterov: bool) -> Rule:
    def rule(p: Tensor, g: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        if decay:
            g = p * decay + g
        v = v * kept
        v += g
        if nesterov:
            q = v * kept
            q += g
            q *= -rate
        else:
            q = v * -rate
        q += p
        return q, v

    return rule
