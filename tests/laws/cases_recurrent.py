"""What the laws must be told of `typedgrad.ops.recurrent`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from scipy.special import expit

from typedgrad.testing.laws import Case

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def _sizes(**parts: int) -> Callable[[Random], dict[str, Any]]:
    def shapes(rng: Random) -> dict[str, Any]:
        pool = (0, 1, 2) if rng.random() < 0.2 else (1, 2, 3)
        batch = tuple(rng.choice(pool) for _ in range(rng.randint(0, 2)))
        n = rng.choice(pool)
        return {name: (*batch, count * n) for name, count in parts.items()}

    return shapes


def _lstm(cell: Array, gates: Array) -> Any:
    i, f, g, o = np.split(gates, 4, axis=-1)
    new = expit(f) * cell + expit(i) * np.tanh(g)
    return expit(o) * np.tanh(new), new


def _gru(state: Array, from_input: Array, from_state: Array) -> Any:
    (r_x, z_x, n_x), (r_h, z_h, n_h) = np.split(from_input, 3, axis=-1), np.split(from_state, 3, axis=-1)
    z = expit(z_x + z_h)
    return z * state + (1 - z) * np.tanh(n_x + expit(r_x + r_h) * n_h)


def _lstm_sequence(given: Array, hidden: Array, cell: Array, recurrent: Array) -> Any:
    made = []
    for gates in given:
        i, f, g, o = np.split(gates + hidden @ recurrent, 4, axis=-1)
        i, f, g, o = expit(i), expit(f), np.tanh(g), expit(o)
        cell = f * cell + i * g
        hidden = o * np.tanh(cell)
        made.append((hidden, cell, np.concatenate((i, f, g, o), axis=-1)))
    empty = [np.zeros((0, *x.shape[:-1], n * x.shape[-1])) for x, n in ((hidden, 1), (hidden, 1), (hidden, 4))]
    return tuple(np.stack(x) for x in zip(*made, strict=True)) if made else tuple(empty)


def _sequences(rng: Random) -> dict[str, Any]:
    time, batch, n = rng.choice((1, 2, 3)), rng.choice((0, 1, 2)), rng.choice((1, 2, 3))
    return {"given": (time, batch, 4 * n), "hidden": (batch, n), "cell": (batch, n), "recurrent": (n, 4 * n)}


CASES = {
    "lstm_sequence": Case(_lstm_sequence, shapes=_sequences),
    "lstm_step": Case(_lstm, shapes=_sizes(cell=1, gates=4)),
    "gru_step": Case(_gru, shapes=_sizes(state=1, from_input=3, from_state=3)),
}
