"""Recurrent layers that go on where they stopped: a scope that carries their states from one call of a model on."""

from __future__ import annotations

import threading
from typing import Any, Self

from typedgrad.core.run import REPLAYED
from typedgrad.core.transforms import stop_gradient


class _Open(threading.local):
    """The carry that is open on this thread, if one is."""

    carry: Carry | None = None


_open = _Open()


class _Again:
    """The carry of a thread as it is now, for a checkpoint that recomputes: it starts from the same states."""

    def __init__(self) -> None:
        carry = _open.carry
        self._first = 0 if carry is None else len(carry.states)
        self._replayed = None if carry is None else carry.replayed(self._first)
        self._before: Carry | None = None

    def __enter__(self) -> None:
        self._before, _open.carry = _open.carry, self._replayed
        if self._replayed is not None:
            self._replayed.rewind(self._first)

    def __exit__(self, *error: object) -> None:
        _open.carry = self._before


REPLAYED.append(_Again)


class Carry:
    """What recurrent layers start from and where they stopped; made by `carrying`."""

    def __init__(self, states: tuple[Any, ...] | None) -> None:
        self._given = None if states is None else stop_gradient(tuple(states))
        self._stopped: list[Any] = []
        self._before: Carry | None = None

    @property
    def states(self) -> tuple[Any, ...]:
        """Where the layers stopped, in the order in which they were called."""
        return tuple(self._stopped)

    def __enter__(self) -> Self:
        self._stopped.clear()
        self._before, _open.carry = _open.carry, self
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        _open.carry = self._before
        if kind is None and self._given is not None and len(self._stopped) != len(self._given):
            raise ValueError(f"carrying: there are {len(self._given)} states, but {len(self._stopped)} recurrent calls")

    def start(self, name: str) -> Any:  # noqa: ANN401  # each layer has its own kind of state
        """The state for the next call, of a layer with this name; None for zeros."""
        if self._given is None:
            return None
        if len(self._stopped) >= len(self._given):
            raise ValueError(f"carrying: there are {len(self._given)} states, but {name} is one more recurrent call")
        return self._given[len(self._stopped)]

    def replayed(self, calls: int) -> Carry:
        """One that gives the same states after so many calls."""
        made = Carry(None)
        made._given = self._given
        made.rewind(calls)
        return made

    def rewind(self, calls: int) -> None:
        """Go back to where so many calls were made."""
        self._stopped[:] = [None] * calls

    def stop(self, state: object) -> None:
        """Keep where a layer stopped."""
        self._stopped.append(state)


def carrying(states: tuple[Any, ...] | None = None) -> Carry:
    """The scope in which recurrent layers start from `states` instead of zeros, and leave where they stopped.

    The states are those that an earlier scope has in its `states`, one for each call of a recurrent layer in the order
    of the calls; none for the first time. So a sequence can be given to a model in pieces, with the results of the
    whole. No gradient flows back from one piece into the one before.

    Raises:
        TypeError: from a recurrent layer that runs from the last step to the first.
        ValueError: if there are more or fewer states than calls; ShapeError if one does not fit.

    >>> model = tg.nn.Sequential(tg.nn.Lstm(features=3), tg.nn.Dense(out_features=2))
    >>> model = tg.init(model, tg.random.key(0), input="n t 4")
    >>> x = tg.random.normal(tg.random.key(1), (1, 6, 4))
    >>> with tg.nn.carrying() as carry:
    ...     _ = model(x[:, :5])
    >>> with tg.nn.carrying(carry.states) as carry:
    ...     last = model(x[:, 5:])
    >>> round(float(tg.max(tg.abs(last - model(x)[:, 5:]))), 5)
    0.0
    """
    if states is not None and not isinstance(states, tuple):
        raise TypeError(f"carrying: `states` must be those of an earlier scope, not {type(states).__name__}")
    return Carry(states)


def open_carry() -> Carry | None:
    """The carry that is open on this thread, if one is."""
    return _open.carry
