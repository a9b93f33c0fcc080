"""Static arguments that many ops share, drawn for their laws."""

from __future__ import annotations

from random import Random
from typing import Any

Shapes = dict[str, Any]
Statics = dict[str, object]


def one_axis(shapes: Shapes, rng: Random) -> Statics:
    """One axis of `x`, counted from either end."""
    rank = len(shapes["x"])
    return {"axis": rng.randrange(-rank, rank)}


def some_axes(shapes: Shapes, rng: Random) -> Statics:
    """None, one axis, or several, in any order."""
    rank = len(shapes["x"])
    if rank == 0 or rng.random() < 0.25:
        return {"axis": None}
    if rng.random() < 0.5:
        return one_axis(shapes, rng)
    chosen = rng.sample(range(rank), rng.randint(0, rank))
    return {"axis": tuple(i - rank if rng.random() < 0.5 else i for i in chosen)}


def reduction(shapes: Shapes, rng: Random) -> Statics:
    """The arguments of a reduction."""
    return {**some_axes(shapes, rng), "keepdims": rng.random() < 0.5}


def nonempty_reduction(shapes: Shapes, rng: Random) -> Statics:
    """The arguments of a reduction that has no neutral element; refuses to reduce over nothing."""
    drawn = reduction(shapes, rng)
    axis: Any = drawn["axis"]
    axes = range(len(shapes["x"])) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if any(shapes["x"][i] == 0 for i in axes):
        raise ValueError("there is no element")
    return drawn
