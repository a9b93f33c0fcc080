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


CASES = {
    "lstm_step": Case(_lstm, shapes=_sizes(cell=1, gates=4)),
    "gru_step": Case(_gru, shapes=_sizes(state=1, from_input=3, from_state=3)),
}
