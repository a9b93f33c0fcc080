"""Adam, with weight decay beside it if wanted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from typedgrad.backends import namespace
from typedgrad.core.tracing import host, is_open
from typedgrad.optim import hyper
from typedgrad.optim.walk import Fused, Moments, Rule, into, stepped, zeros

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper

P = TypeVar("P")


class AdamState(NamedTuple):
    """How many updates were made, and the running means of each parameter's gradient and its square, by its path."""

    step: int
    first: Moments
    second: Moments


@dataclass(frozen=True)
class Adam:
    """See `adam` and `adamw`."""

    learning_rate: Hyper
    beta1: Hyper = 0.9
    beta2: Hyper = 0.999
    eps: Hyper = 1e-8
    weight_decay: Hyper = 0.0

    def __post_init__(self) -> None:
        title = self._title
        hyper.check(title, "learning_rate", self.learning_rate, "positive")
        hyper.check(title, "beta1", self.beta1, "at least 0 and below 1")
        hyper.check(title, "beta2", self.beta2, "at least 0 and below 1")
        hyper.check(title, "eps", self.eps, "positive")
        hyper.check(title, "weight_decay", self.weight_decay, "at least 0")

    @property
    def _title(self) -> str:
        return "adam" if self.weight_decay == 0 else "adamw"

    def init(self, params: object) -> AdamState:
        """The state before the first update.

        Raises:
            TypeError: if a parameter is not a float tensor.
            ValueError: if `eps` is 0 in the dtype of a parameter, which would divide 0 by 0.
        """
        moments = zeros(self._title, params)
        eps = hyper.at(self._title, "eps", self.eps, 0, "positive")
        for path, p in moments.items():
            if p.dtype.type(eps) == 0:
                raise ValueError(
                    f"{self._title}: eps={eps} is 0 in {p.dtype.name}, the dtype of `{path}`; use a larger one"
                )
        # Both start as the same zeros: tensors are immutable.
        return AdamState(0, moments, dict(moments))

    def update(self, params: P, grads: P, state: AdamState) -> tuple[P, AdamState]:
        """The parameters and the state after one update."""
        if not isinstance(state, AdamState):
            raise TypeError(f"{self._title}: `state` must be what init(params) returned, not {type(state).__name__}")
        title, step = self._title, state.step
        rate = hyper.at(title, "learning_rate", self.learning_rate, step, "positive")
        decay = hyper.at(title, "weight_decay", self.weight_decay, step, "at least 0")
        beta1 = hyper.at(title, "beta1", self.beta1, step, "at least 0 and below 1")
        beta2 = hyper.at(title, "beta2", self.beta2, step, "at least 0 and below 1")
        eps = hyper.at(title, "eps", self.eps, step, "positive")
        rule = _rule(step + 1, rate, decay, beta1, beta2, eps)
        fused = _fused(step + 1, rate, decay, beta1, beta2, eps)
        params, (first, second) = stepped(title, params, grads, (state.first, state.second), rule, fused=fused)
        return params, AdamState(step + 1, first, second)


def _fused(t: int, rate: float, decay: float, beta1: float, beta2: float, eps: float) -> Fused:
    """The settings of the kernel "adam", which computes what `_rule` does."""
    size, correction = rate / (1 - beta1**t), 1 / host(math.sqrt, 1 - beta2**t)
    return ("adam", (size, beta1, beta2, eps, correction, 1 - rate * decay))


def _shrink(rate: float, decay: float) -> float:
    shrink = 1 - rate * decay
    if shrink <= 0:
        raise ValueError(
            f"adamw: learning_rate * weight_decay must be below 1, got {rate} * {decay}: one step would forget all"
        )
    return shrink


def _rule(t: int, rate: float, decay: float, beta1: float, beta2: float, eps: float) -> Rule:
    """Algorithm 1 of the paper as `p - (rate / c1) * m / (sqrt(v) / sqrt(c2) + eps)`, which needs fewer arrays."""
    size = -rate / (1 - beta1**t)
    correction = 1 / host(math.sqrt, 1 - beta2**t)
    shrink = host(_shrink, rate, decay)
    shrinks = is_open(shrink) or shrink != 1

    def rule(p: Tensor, g: Tensor, m: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        xp = namespace(p)
        # One scratch array, which becomes the result: fresh memory costs more than the arithmetic done in it.
        t = g * (1 - beta1)
        m = m * beta1
        m += t
        t = into(t, xp.multiply, g, g)
        t *= 1 - beta2
        v = v * beta2
        v += t
        t = into(t, xp.sqrt, v)
        t *= correction
        t += eps
        t = into(t, xp.divide, m, t)
        # p * shrink + t * size, without room for p * shrink.
        t *= size / shrink
        t += p
        if shrinks:
            t *= shrink
        return t, m, v

    return rule


def adam(learning_rate: Hyper = 1e-3, *, beta1: Hyper = 0.9, beta2: Hyper = 0.999, eps: Hyper = 1e-8) -> Adam:
    """Adam: steps along the running mean of the gradient, divided by the root of the running mean of its square.

    Both means are corrected for starting at 0, a `beta` that follows a schedule by its value at the time; `eps` is
    added outside the root. For weight decay see `adamw`.
    Source: Kingma and Ba, "Adam: A method for stochastic optimization", 2015, algorithm 1.

    Raises:
        TypeError: if an argument is neither a number nor a schedule.
        ValueError: if one is outside its domain; from `update`, if a schedule returns such a number.

    >>> updater = tg.optim.adam(0.5)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, -3.0]), updater.init(w))
    >>> w
    Tensor([0.5, 1.5], dtype=float32)
    """
    return Adam(learning_rate, beta1, beta2, eps)


def adamw(
    learning_rate: Hyper = 1e-3,
    *,
    beta1: Hyper = 0.9,
    beta2: Hyper = 0.999,
    eps: Hyper = 1e-8,
    weight_decay: Hyper = 0.01,
) -> Adam:
    """Adam with decoupled weight decay: each step also subtracts `learning_rate * weight_decay * p`.

    The decay is not seen by the running means, unlike that of a penalty in the loss. It is scaled by the learning rate,
    schedule included, as in PyTorch (the paper has it follow the schedule but not the rate itself), and applies to all
    parameters. Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.

    Takes and raises what `adam` does; the weight decay may be a schedule too, and must stay below 1 / learning_rate.

    >>> updater = tg.optim.adamw(0.5, weight_decay=0.5)
    >>> w = tg.asarray([1.0, 1.0])
    >>> w, state = updater.update(w, tg.asarray([7.0, 0.0]), updater.init(w))
    >>> w
    Tensor([0.25, 0.75], dtype=float32)
    """
    return Adam(learning_rate, beta1, beta2, eps, weight_decay)
