"""Watching a run on shapes alone: which layers are called, and which ops, on what.

Only calls without values are seen, so programs that compute pay nothing for this.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakSet

from typedgrad.backends import AbstractArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from typedgrad.core.aval import Aval
    from typedgrad.core.judge import Judge
    from typedgrad.shapes import Dim


class Watcher(Protocol):
    """What is told of a run on shapes alone."""

    def op(
        self, name: str, statics: Mapping[str, Any], inputs: tuple[Any, ...], outputs: tuple[AbstractArray, ...]
    ) -> None:
        """An op runs on these arrays (None if absent, a tuple for a sequence). Its results are new objects."""

    def call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], run: Callable[[], Any]
    ) -> Any:
        """A typed function, or a method of a layer, the first of `args`, is called; returns what `run` does."""


class _Watch(threading.local):
    """What this thread is watched by, and how often the body stands for itself that is running."""

    watcher: Watcher | None = None
    times: Dim = 1


watch = _Watch()
# Judges whose verdicts say nothing of shapes: they let calls without values pass unseen, so watching makes them forget.
BLIND: WeakSet[Judge] = WeakSet()


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """While open, `watcher` is told of everything that this thread runs on shapes alone."""
    for judge in list(BLIND):
        judge.cache.clear()
    before, watch.watcher = watch.watcher, watcher
    try:
        yield
    finally:
        watch.watcher = before


@contextmanager
def repeated(times: Dim) -> Iterator[None]:
    """While open, what runs once stands for a loop of so many steps."""
    before = watch.times
    watch.times = before * times
    try:
        yield
    finally:
        watch.times = before


def without_values(
    name: str, statics: Mapping[str, Any], avals: tuple[Aval, ...], *, several: bool
) -> Callable[..., Any]:
    """What stands for the body of an op on shapes alone: its results, which are new ones while somebody watches."""
    made = tuple(AbstractArray(a.shape, a.dtype) for a in avals)

    def run(*arrays: Any) -> Any:
        if watch.watcher is None:
            return made if several else made[0]
        new = tuple(AbstractArray(a.shape, a.dtype) for a in avals)
        watch.watcher.op(name, statics, arrays, new)
        return new if several else new[0]

    return run
