"""Weight decay beside any updater, and an updater that does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from typedgrad.optim import hyper
from typedgrad.optim.selection import Which, check_which, meant
from typedgrad.optim.walk import changed, paired

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.hyper import Hyper
    from typedgrad.optim.updater import Updater

P = TypeVar("P")
S = TypeVar("S")


class CountedState(NamedTuple, Generic[S]):
    """How many updates were made, and the state of the updater inside."""

    step: int
    inner: S


@dataclass(frozen=True)
class Decayed(Generic[S]):
    """See `weight_decay`."""

    updater: Updater[S]
    strength: Hyper
    learning_rate: Hyper
    on: Which | None = None

    def __post_init__(self) -> None:
        hyper.check("weight_decay", "strength", self.strength, "at least 0")
        hyper.check("weight_decay", "learning_rate", self.learning_rate, "positive")
        check_which("weight_decay", self.on)

    def init(self, params: object) -> CountedState[S]:
        """The state before the first update."""
        return CountedState(0, self.updater.init(params))

    def update(self, params: P, grads: P, state: CountedState[S]) -> tuple[P, CountedState[S]]:
        """The parameters and the state after one update."""
        share = hyper.at("weight_decay", "strength", self.strength, state.step, "at least 0")
        share *= hyper.at("weight_decay", "learning_rate", self.learning_rate, state.step, "positive")
        if share >= 1:
            raise ValueError(
                f"weight_decay: strength * learning_rate must be below 1, got {share}: it would forget all"
            )
        after, inner = self.updater.update(params, grads, state.inner)

        def shrunk(old: Tensor, new: Tensor) -> Tensor:
            return new - share * old

        def chosen(path: str, p: Tensor) -> bool:
            return meant(self.on, path, p)

        return changed("weight_decay", params, after, chosen, shrunk), CountedState(state.step + 1, inner)


def weight_decay(
    updater: Updater[S], strength: Hyper, *, learning_rate: Hyper = 1.0, on: Which | None = None
) -> Decayed[S]:
    """An updater that also subtracts `learning_rate * strength * p` from each parameter, decoupled from its own step.

    `p` is the parameter before the update. Give the learning rate of the updater, schedule and all, where the decay is
    to follow it. `on` chooses parameters as for `grouped`; all unless given.
    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.

    Raises:
        TypeError: if a number is neither that nor a schedule.
        ValueError: if one is outside its domain; from `update`, if one step would forget all.

    >>> updater = tg.optim.weight_decay(tg.optim.sgd(1.0), 0.25, on="weight")
    >>> params = {"weight": tg.ones((1,)), "bias": tg.ones((1,))}
    >>> updater.update(params, params, updater.init(params))[0]
    {'weight': Tensor([-0.25], dtype=float32), 'bias': Tensor([0.], dtype=float32)}
    """
    return Decayed(updater, strength, learning_rate, on)


@dataclass(frozen=True)
class NoOp:
    """See `no_op`."""

    def init(self, params: object) -> tuple[()]:
        """The state before the first update: nothing."""
        return ()

    def update(self, params: P, grads: P, state: tuple[()]) -> tuple[P, tuple[()]]:
        """The parameters as they are."""
        paired("no_op", params, grads)
        return params, state


def no_op() -> NoOp:
    """An updater that leaves parameters as they are, for what is frozen.

    >>> updater = tg.optim.no_op()
    >>> w = tg.asarray([1.0])
    >>> updater.update(w, tg.asarray([9.0]), updater.init(w))[0]
    Tensor([1.], dtype=float32)
    """
    return NoOp()
