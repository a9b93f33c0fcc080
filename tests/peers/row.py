"""What one line of the table is made of: public names, their peer, and how a configuration is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Array: TypeAlias = Any  # a numpy array of any kind and rank
USUAL = (1e-9, 1e-5)  # the errors that are allowed in float64 and in float32


class Setting(NamedTuple):
    """One configuration.

    Attributes:
        inputs: the arrays that both are called with; those of floats are differentiated.
        ours: takes our tensors, gives a tensor or a tuple of them.
        theirs: takes their tensors, gives the same in the same order.
    """

    inputs: tuple[Array, ...]
    ours: Callable[..., Any]
    theirs: Callable[..., Any]


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        names: the public names it is about, as `typedgrad.` is followed by, with spaces between.
        peer: what they are compared with.
        draw: makes a configuration.
        orders: how often it is differentiated: 0, 1 or 2 times.
        note: what differs on purpose, or why an order or a precision is left out.
        draws: how many configurations.
        tolerance: the errors allowed in float64 and in float32, if other than usual; `note` says why.
        single: whether float32 is compared as well.
    """

    names: str
    peer: str
    draw: Callable[[Draw], Setting]
    orders: int = 2
    note: str = ""
    draws: int = 3
    tolerance: tuple[float, float] = USUAL
    single: bool = True

    @property
    def title(self) -> str:
        """What tells the row from others."""
        return f"{self.names} | {self.peer}"


class Draw:
    """Random choices for one configuration, the same on every run.

    `index` counts the configurations, so that a row can go through its options.
    """

    def __init__(self, seed: str, index: int = 0) -> None:
        self.index = index
        self.rng = Random(f"{seed} {index}")
        self.numbers = np.random.default_rng(self.rng.getrandbits(64))

    def size(self, low: int = 1, high: int = 5) -> int:
        """A size from `low` to `high`."""
        return self.rng.randint(low, high)

    def shape(self, least: int = 0, most: int = 3) -> tuple[int, ...]:
        """So many sizes."""
        return tuple(self.size() for _ in range(self.size(least, most)))

    def one_of(self, *options: Any) -> Any:
        """The options in turn: a configuration for each, if there are as many."""
        return options[self.index % len(options)]

    def flag(self) -> bool:
        """True or false."""
        return self.rng.random() < 0.5

    def normal(self, *shape: int) -> Array:
        """Normal numbers."""
        return self.numbers.standard_normal(shape)

    def uniform(self, low: float, high: float, *shape: int) -> Array:
        """Numbers from `low` to `high`."""
        return np.asarray(self.numbers.uniform(low, high, shape))

    def apart(self, *shape: int) -> Array:
        """Numbers of which no two are close: for what depends on their order."""
        count = int(np.prod(shape))
        places = self.numbers.permutation(count) - (count - 1) / 2
        return np.asarray((places + self.numbers.uniform(-0.3, 0.3, count)) / max(1, count / 4)).reshape(shape)

    def integers(self, low: int, high: int, *shape: int) -> Array:
        """Integers from `low` to `high`, both included."""
        return np.asarray(self.numbers.integers(low, high, shape, endpoint=True))

    def mask(self, *shape: int, share: float = 0.6) -> Array:
        """Bools, of which about `share` are true."""
        return np.asarray(self.numbers.random(shape) < share)

    def probabilities(self, *shape: int) -> Array:
        """Positive rows that add up to 1, up to rounding."""
        weights = self.numbers.uniform(0.1, 1.0, shape)
        return np.asarray(weights / weights.sum(-1, keepdims=True))

    def axis(self, rank: int) -> int:
        """One of the axes, counted from either end."""
        return self.rng.randrange(-rank, rank)

    def axes(self, rank: int) -> int | tuple[int, ...] | None:
        """All axes, one, or several."""
        several = tuple(self.rng.sample(range(rank), self.size(1, rank)))
        chosen: int | tuple[int, ...] | None = self.one_of(None, self.axis(rank), several)
        return chosen


def unlike(tables: Iterable[Sequence[Row]]) -> list[Row]:
    """The rows of all tables; refuses two with one title."""
    rows = [row for table in tables for row in table]
    titles = [row.title for row in rows]
    twice = sorted({title for title in titles if titles.count(title) > 1})
    if twice:
        raise ValueError(f"two rows are called {twice}")
    return rows
