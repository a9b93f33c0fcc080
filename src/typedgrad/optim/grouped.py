"""Updaters made of updaters: other ones for some of the parameters, and one that waits for several gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from typedgrad.core.pytree import leaves_with_paths, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.optim.schedules import count
from typedgrad.optim.selection import Which, check_which, meant
from typedgrad.optim.updater import Updater
from typedgrad.optim.walk import Moments, paired, placed, stepped, zeros

P = TypeVar("P")
S = TypeVar("S")


class GroupedState(NamedTuple):
    """How many updates were made, and the state of each group: those of the patterns, then that of the rest."""

    step: int
    groups: tuple[object, ...]


@dataclass(frozen=True)
class Grouped:
    """See `grouped`."""

    # The updaters of a mapping have states of different types, which only they know.
    updaters: tuple[Updater[Any] | None, ...]
    patterns: tuple[Which, ...]

    def init(self, params: object) -> GroupedState:
        """The state before the first update.

        Raises ValueError if a pattern matches no parameter.
        """
        groups = self._groups(dict(leaves_with_paths(params)))
        for which, group in zip(self.patterns, groups, strict=False):
            if not group:
                raise ValueError(f"grouped: no parameter for {which!r}; there are {_some_paths(params)}")
        made = [u.init(g) if u is not None else None for u, g in zip(self.updaters, groups, strict=True)]
        return GroupedState(0, tuple(made))

    def update(self, params: P, grads: P, state: GroupedState) -> tuple[P, GroupedState]:
        """The parameters and the state after one update."""
        leaves, places, slopes, structure = paired("grouped", params, grads)
        paths = [path for path, _ in leaves_with_paths(params)]
        found = {paths[i]: g for i, g in zip(places, slopes, strict=True)}
        made: dict[str, Tensor] = {}
        states: list[object] = []
        groups = self._groups({paths[i]: leaves[i] for i in places})
        for updater, group, inner in zip(self.updaters, groups, state.groups, strict=True):
            after = inner
            if updater is not None:
                group, after = updater.update(group, {path: found[path] for path in group}, inner)
            made.update(group)
            states.append(after)
        renewed: P = unflatten(structure, [made.get(path, leaf) for path, leaf in zip(paths, leaves, strict=True)])
        return renewed, GroupedState(state.step + 1, tuple(states))

    def _groups(self, leaves: Mapping[str, object]) -> list[dict[str, Tensor]]:
        groups: list[dict[str, Tensor]] = [{} for _ in self.updaters]
        for path, p in leaves.items():
            if isinstance(p, Tensor):
                number = next((i for i, w in enumerate(self.patterns) if meant(w, path, p)), len(self.patterns))
                groups[number][path] = p
        return groups


def grouped(updater: Updater[Any], groups: Mapping[Which, Updater[Any] | None]) -> Grouped:
    """An updater that leaves some of the parameters to others, or as they are where the other is `None`.

    Each key is a pattern of paths or a function of path and parameter; the first that fits counts. "bias" means all
    parameters whose path is or ends with `bias`, "encoder.*" all that are in `encoder`, with wildcards.

    Raises:
        TypeError: if a key is neither, or a value is no updater.
        ValueError: from `init`, if no parameter is left for a key.

    >>> updater = tg.optim.grouped(tg.optim.sgd(1.0), {"bias": tg.optim.sgd(0.5), "frozen.*": None})
    >>> params = {"weight": tg.ones((1,)), "bias": tg.ones((1,)), "frozen": {"weight": tg.ones((1,))}}
    >>> params, state = updater.update(params, params, updater.init(params))
    >>> params["weight"].item(), params["bias"].item(), params["frozen"]["weight"].item()
    (0.0, 0.5, 1.0)
    """
    for which, other in [*groups.items(), ("the others", updater)]:
        check_which("grouped", which)
        if other is not None and not hasattr(other, "update"):
            raise TypeError(f"grouped: for {which!r} there must be an updater or None, not {type(other).__name__}")
    return Grouped((*groups.values(), updater), tuple(groups))


class AccumulatedState(NamedTuple, Generic[S]):
    """How many gradients came, the sum of those since the last update, and the state of the updater inside."""

    step: int
    total: Moments
    inner: S


@dataclass(frozen=True)
class Accumulated(Generic[S]):
    """See `accumulate`."""

    every: int
    updater: Updater[S]

    def init(self, params: object) -> AccumulatedState[S]:
        """The state before the first gradient."""
        return AccumulatedState(0, zeros("accumulate", params), self.updater.init(params))

    def update(self, params: P, grads: P, state: AccumulatedState[S]) -> tuple[P, AccumulatedState[S]]:
        """The parameters and the state after one more gradient."""
        step, last = state.step + 1, (state.step + 1) % self.every == 0

        def rule(p: Tensor, g: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
            return p, (total + g) / self.every if last else total + g

        _, (total,) = stepped("accumulate", params, grads, (state.total,), rule)
        if not last:
            return params, AccumulatedState(step, total, state.inner)
        params, inner = self.updater.update(params, placed(grads, total), state.inner)
        return params, AccumulatedState(step, zeros("accumulate", params), inner)


def accumulate(every: int, updater: Updater[S]) -> Accumulated[S]:
    """An updater that waits for `every` gradients and then makes one update with their mean.

    So small batches do as one that does not fit into memory, where the loss is a mean over examples. Schedules of the
    updater count its updates.

    Raises ValueError if `every` is below 1.

    >>> updater = tg.optim.accumulate(2, tg.optim.sgd(1.0))
    >>> w = tg.asarray([1.0])
    >>> w, state = updater.update(w, tg.asarray([2.0]), updater.init(w))
    >>> w, state = updater.update(w, tg.asarray([4.0]), state)
    >>> w
    Tensor([-2.], dtype=float32)
    """
    count("accumulate", "every", every, 1)
    return Accumulated(every, updater)


def _some_paths(params: object) -> str:
    paths = [f"`{path}`" for path, p in leaves_with_paths(params) if isinstance(p, Tensor)]
    return ", ".join(paths[:5]) + (", ..." if len(paths) > 5 else "") if paths else "none at all"
