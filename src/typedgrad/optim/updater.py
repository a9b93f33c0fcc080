"""What an optimiser is: two functions. And what may come before it: functions of gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

P = TypeVar("P")
S = TypeVar("S")


class Updater(Protocol[S]):
    """How parameters follow their gradients. A frozen value; what changes from step to step is the state `S`.

    Parameters are any tree of tensors: a layer, a dict, a tuple. Its leaves that are no tensors are left alone.

    >>> updater = tg.optim.sgd(0.5)
    >>> w = tg.asarray([1.0, 2.0])
    >>> state = updater.init(w)
    >>> w, state = updater.update(w, tg.grad(lambda w: tg.sum(w * w))(w), state)
    >>> w
    Tensor([0., 0.], dtype=float32)
    """

    def init(self, params: object) -> S:
        """The state before the first update. Raises TypeError if a parameter is not a float tensor."""

    def update(self, params: P, grads: P, state: S) -> tuple[P, S]:
        """The parameters and the state after one update.

        Raises ShapeError if `params`, `grads` and `state` do not belong together.
        """


class GradientTransform(Protocol):
    """A function from gradients to gradients, the same tree: `clip_global_norm(1.0)`, or one's own."""

    def __call__(self, grads: P, /) -> P:
        """The gradients to use instead."""


@dataclass(frozen=True)
class Chain(Generic[S]):
    """See `chain`."""

    transforms: tuple[GradientTransform, ...]
    updater: Updater[S]

    def init(self, params: object) -> S:
        """The state before the first update."""
        return self.updater.init(params)

    def update(self, params: P, grads: P, state: S) -> tuple[P, S]:
        """The parameters and the state after one update, with the transformed gradients."""
        for transform in self.transforms:
            grads = transform(grads)
        return self.updater.update(params, grads, state)


def chain(*parts: *tuple[*tuple[GradientTransform, ...], Updater[S]]) -> Chain[S]:
    """An updater that transforms the gradients first: any number of transforms in their order, then the updater.

    Raises TypeError if the last part is not an updater, or an earlier one is not a function of gradients.

    >>> updater = tg.optim.chain(tg.optim.clip_global_norm(1.0), tg.optim.sgd(1.0))
    >>> w = tg.asarray([0.0, 0.0])
    >>> w, _ = updater.update(w, tg.asarray([3.0, 4.0]), updater.init(w))
    >>> w
    Tensor([-0.6, -0.8], dtype=float32)
    """
    if not parts or not hasattr(parts[-1], "update"):
        last = type(parts[-1]).__name__ if parts else "nothing"
        raise TypeError(f"chain: the last part must be an updater such as adam(1e-3), got {last}")
    for i, transform in enumerate(parts[:-1]):
        if not callable(transform):
            raise TypeError(f"chain: part {i} must be a function of gradients, not {type(transform).__name__}")
    return Chain(parts[:-1], parts[-1])
