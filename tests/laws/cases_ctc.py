"""What the laws must be told of `typedgrad.ops.alignment`."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from typedgrad.testing.laws import Case, uniform

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def _walks(logs: Array, skips: Array, ends: Array, steps: Array) -> Any:
    """All walks, one by one."""
    return np.array([-np.log(_sum(*example)) for example in zip(np.exp(logs), skips, ends, steps, strict=True)])


def _sum(chances: Array, skips: Array, ends: Array, steps: int) -> Any:
    places = chances.shape[1]
    total: Any = 0.0
    walks = [(place, chances[0, place]) for place in range(min(2, places))]
    for t in range(1, steps):
        walks = [
            (to, chance * chances[t, to])
            for place, chance in walks
            for to in range(place, min(place + 3, places))
            if to < place + 2 or skips[to]
        ]
    for place, chance in walks:
        total += chance if ends[place] else 0.0
    return total


def _example(rng: Random) -> dict[str, Any]:
    n, time, places = rng.randint(1, 3), rng.randint(3, 4), rng.choice([1, 3, 5])
    flags = np.array([[rng.random() < 0.5 for _ in range(places)] for _ in range(n)])
    ends = np.zeros((n, places), dtype=bool)
    ends[:, -2:] = True
    return {
        "logs": uniform(rng, (n, time, places), -2.0, 0.0),
        "skips": flags,
        "ends": ends,
        "steps": np.array([rng.randint(3, time) for _ in range(n)], dtype="int64"),
    }


CASES = {"alignment_loss": Case(_walks, arrays=_example)}
