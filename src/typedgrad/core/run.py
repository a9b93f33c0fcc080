"""The scoped training run: what tells layers that they are being trained, and gives them randomness and a memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self, TypeVar

from typedgrad.core.batching import refuse_update
from typedgrad.core.leaves import off_the_tape
from typedgrad.core.pytree import tree_map
from typedgrad.core.random import Key, fold_in
from typedgrad.core.state import State
from typedgrad.core.tracing import DEVICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from typedgrad.core.tensor import Tensor

T = TypeVar("T")


class _Open(threading.local):
    """The runs that are open on this thread, innermost last; None hides those before it."""

    def __init__(self) -> None:
        self.runs: list[Run | None] = []


_open = _Open()


class Run:
    """One training step's scope; made by `training`."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._drawn = 0
        self._updates: dict[int, tuple[object, Tensor]] = {}
        self._recomputing = False

    def __enter__(self) -> Self:
        _open.runs.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        _open.runs.remove(self)

    def next_key(self) -> Key:
        """A key that no other call in this run gets."""
        self._drawn += 1
        return fold_in(self._key, self._drawn)

    def update(self, state: State, value: Tensor) -> None:
        """Remember the new value of a state; the last one wins. Ignored while a checkpoint recomputes.

        Raises TypeError under `vmap`.
        """
        refuse_update()
        if not self._recomputing:
            self._updates[id(state.token)] = (state.token, off_the_tape(value))

    def updated(self, tree: T) -> T:
        """The tree with the states that changed during the run.

        >>> model = tg.init(tg.nn.BatchNorm(features=2), tg.random.key(0))
        >>> with tg.training(tg.random.key(1)) as run:
        ...     _ = model(tg.asarray([[0.0, 2.0], [2.0, 4.0]]))
        >>> run.updated(model).running_mean
        Tensor([0.1, 0.3], dtype=float32)
        """
        return tree_map(self._renewed, tree)

    def _renewed(self, leaf: object) -> object:
        if isinstance(leaf, State) and id(leaf.token) in self._updates:
            return State(self._updates[id(leaf.token)][1], leaf.token)
        return leaf


def training(key: Key) -> Run:
    """The scope in which layers train: dropout drops, batch normalisation uses the batch and updates its statistics.

    Outside it every layer is in inference mode. Nothing is changed in place: `run.updated(model)` gives the new model.

    Raises TypeError if `key` is not a random key.

    >>> with tg.training(tg.random.key(0)) as run:
    ...     y = tg.nn.Dropout(drop=0.5)(tg.ones(1000))
    >>> 400 < int((y == 0).sum()) < 600
    True
    """
    if not isinstance(key, Key):
        raise TypeError(f"training: `key` must be a random key, made by tg.random.key(seed), not {type(key).__name__}")
    return Run(key)


def current_run() -> Run | None:
    """The innermost open run of this thread, or None outside training."""
    return _open.runs[-1] if _open.runs else None


def refuse_open_updates(name: str) -> None:
    """Raise TypeError if a run that is still open was told of a state whose value is not known."""
    for run in _open.runs:
        for _, value in run._updates.values() if run is not None else ():
            if value.device == DEVICE:
                raise TypeError(
                    f"{name}: the function updates a state of a training run that is open outside of it; open the run "
                    "inside (with tg.training(key) as run: ...) and return run.updated(model)"
                )


class _Inference:
    """The scope in which there is no run."""

    def __enter__(self) -> None:
        _open.runs.append(None)

    def __exit__(self, *error: object) -> None:
        _open.runs.pop()


inference = _Inference()


# Scopes of floors above that a recomputation must find as they were: each gives, when asked, what opens it so again.
REPLAYED: list[Callable[[], AbstractContextManager[object]]] = []


class Replay:
    """Takes the open run back to where it was, so that a recomputation draws the same numbers and updates nothing."""

    def __init__(self) -> None:
        self._run = current_run()
        self._drawn = self._run._drawn if self._run else 0
        self._scopes = [scope() for scope in REPLAYED]

    def __enter__(self) -> None:
        run = self._run
        for scope in self._scopes:
            scope.__enter__()
        _open.runs.append(run)
        if run:
            self._after, self._before = run._drawn, run._recomputing
            run._drawn, run._recomputing = self._drawn, True

    def __exit__(self, *error: object) -> None:
        for scope in reversed(self._scopes):
            scope.__exit__(None, None, None)
        run = self._run
        if run:
            run._drawn, run._recomputing = self._after, self._before
        _open.runs.pop()
