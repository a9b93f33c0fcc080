"""What the laws must be told of indexing, gathering, sorting and searching."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics, one_axis
from typedgrad.testing.laws import Case, uniform

Array = np.ndarray[Any, Any]
_WHOLE = (None, None, None)
# All axes have at least two elements, so that these are in range everywhere.
_PICKS = (-2, -1, 0, 1)
_SLICES = (_WHOLE, (1, None, None), (None, -1, None), (None, None, -1), (-2, None, 1), (0, 2, 2), (None, 1, None))
# Shapes of index tensors: all of one line broadcast together.
_BROADCASTING = (((), (3,), (1,), (2, 1), (2, 3)), ((), (3,), (1,), (2, 1), (2, 3)), ((), (0,), (1,), (2, 1)))


def _integers(rng: Random, shape: tuple[int, ...], low: int, high: int) -> Array:
    return np.array([rng.randint(low, high) for _ in range(math.prod(shape))], dtype="int64").reshape(shape)


def _native(index: tuple[Any, ...], indices: tuple[Array, ...]) -> Any:
    waiting = iter(indices)
    return tuple(next(waiting) if i is int else slice(*i) if isinstance(i, tuple) else i for i in index)


def _to_index(rng: Random) -> dict[str, Any]:
    rank = rng.randint(0, 4)
    count = rng.choice([0, 0, 1, 1, 2, 3])
    shapes = rng.choice(_BROADCASTING)
    indices = tuple(_integers(rng, rng.choice(shapes), -2, 1) for _ in range(min(count, rank)))
    return {"x": uniform(rng, tuple(rng.randint(2, 4) for _ in range(rank))), "indices": indices}


def _indexed(shapes: Shapes, rng: Random) -> Statics:
    tensors = len(shapes["indices"])
    others = rng.randint(0, len(shapes["x"]) - tensors)
    items = [rng.choice(_PICKS) if rng.random() < 0.4 else rng.choice(_SLICES) for _ in range(others)]
    index: list[Any] = [*items, *(int for _ in range(tensors)), *(None for _ in range(rng.choice([0, 0, 1, 2])))]
    rng.shuffle(index)
    if rng.random() < 0.5:
        index.insert(rng.randint(0, len(index)), ...)
    return {"index": tuple(index)}


def _to_scatter(rng: Random) -> dict[str, Any]:
    shapes = rng.choice(_BROADCASTING)
    indices = tuple(_integers(rng, rng.choice(shapes), -4, 3) for _ in range(rng.randint(1, 2)))
    front = np.broadcast_shapes(*(i.shape for i in indices))
    rest = tuple(rng.randint(0 if rng.random() < 0.2 else 1, 3) for _ in range(rng.randint(0, 2)))
    return {"updates": uniform(rng, (*front, *rest)), "indices": indices}


def _scattered(shapes: Shapes, rng: Random) -> Statics:
    front = np.broadcast_shapes(*shapes["indices"])
    count = len(shapes["indices"])
    return {"index": (int,) * count, "shape": (*(4,) * count, *shapes["updates"][len(front) :])}


def _scatter(updates: Array, indices: tuple[Array, ...], *, index: Any, shape: tuple[int, ...]) -> Array:
    out = np.zeros(shape, updates.dtype)
    np.add.at(out, _native(index, indices), updates)
    return out


def _to_take(rng: Random) -> dict[str, Any]:
    x = uniform(rng, tuple(rng.randint(2, 4) for _ in range(rng.randint(1, 3))))
    return {"x": x, "indices": _integers(rng, rng.choice(_BROADCASTING[rng.randrange(3)]), 0, 1)}


def _along(rng: Random) -> dict[str, Any]:
    shape = tuple(rng.randint(2, 3) for _ in range(rng.randint(1, 3)))
    lines = tuple(1 if rng.random() < 0.3 else n for n in shape)
    return {"x": uniform(rng, shape), "indices": _integers(rng, lines, 0, 1)}


def _taken_along(x: Array, indices: Array, *, axis: int) -> Array:
    others = np.broadcast_shapes(np.delete(x.shape, axis), np.delete(indices.shape, axis))
    wide = np.broadcast_to(x, np.insert(np.asarray(others, int), axis % x.ndim, x.shape[axis]))
    deep = np.broadcast_to(indices, np.insert(np.asarray(others, int), axis % x.ndim, indices.shape[axis]))
    return np.take_along_axis(wide, deep, axis)


def _to_scatter_along(rng: Random) -> dict[str, Any]:
    shape = tuple(rng.randint(0 if rng.random() < 0.2 else 1, 3) for _ in range(rng.randint(1, 3)))
    return {"updates": uniform(rng, shape), "indices": _integers(rng, shape, 0, 3)}


def _scattered_along(shapes: Shapes, rng: Random) -> Statics:
    return {**one_axis({"x": shapes["updates"]}, rng), "size": rng.randint(4, 5)}


def _scatter_along(updates: Array, indices: Array, *, axis: int, size: int) -> Array:
    shape = list(updates.shape)
    shape[axis] = size
    out = np.zeros(shape, updates.dtype)
    index: list[Any] = list(np.indices(updates.shape))
    index[axis] = indices
    np.add.at(out, tuple(index), updates)
    return out


def _ordered(shapes: Shapes, rng: Random) -> Statics:
    return {**one_axis(shapes, rng), "descending": rng.random() < 0.5}


def _argsort(x: Array, *, axis: int, descending: bool) -> Array:
    return np.argsort(-x if descending else x, axis=axis, stable=True)


def _best(shapes: Shapes, rng: Random) -> Statics:
    axis: Any = one_axis(shapes, rng)["axis"]
    return {"axis": axis, "k": rng.randint(0, shapes["x"][axis]), "largest": rng.random() < 0.5}


def _topk(x: Array, *, k: int, axis: int, largest: bool) -> tuple[Array, Array]:
    order = np.take(_argsort(x, axis=axis, descending=largest), range(k), axis=axis)
    return np.take_along_axis(x, order, axis), order


def _to_search(rng: Random) -> dict[str, Any]:
    x1 = uniform(rng, (rng.randint(1, 5),)).round()
    sorter = np.argsort(x1, stable=True) if rng.random() < 0.5 else None
    x2 = uniform(rng, tuple(rng.randint(0 if rng.random() < 0.2 else 1, 3) for _ in range(rng.randint(0, 2))))
    return {"x1": np.sort(x1) if sorter is None else x1, "x2": np.asarray(x2.round()), "sorter": sorter}


def _searched(x1: Array, x2: Array, sorter: Array | None, *, side: Any) -> Array:
    return np.searchsorted(x1, x2, side=side, sorter=sorter)


CASES = {
    "getitem": Case(
        lambda x, indices, index: x[_native(index, indices)], statics=_indexed, arrays=_to_index, view=True
    ),
    "scatter": Case(_scatter, statics=_scattered, arrays=_to_scatter),
    "take": Case(lambda x, indices, axis: np.take(x, indices, axis=axis), statics=one_axis, arrays=_to_take),
    "take_along_axis": Case(_taken_along, statics=one_axis, arrays=_along),
    "scatter_along_axis": Case(_scatter_along, statics=_scattered_along, arrays=_to_scatter_along),
    "sort": Case(
        lambda x, axis, descending: np.flip(np.sort(x, axis), axis) if descending else np.sort(x, axis),
        statics=_ordered,
    ),
    "argsort": Case(_argsort, statics=_ordered),
    "topk": Case(_topk, statics=_best),
    "nonzero": Case(np.nonzero, shapes=lambda rng: {"x": tuple(rng.randint(0, 3) for _ in range(rng.randint(1, 3)))}),
    "searchsorted": Case(
        _searched, statics=lambda shapes, rng: {"side": rng.choice(["left", "right"])}, arrays=_to_search
    ),
    "unique_values": Case(lambda x: np.sort(np.unique_values(x)), skip={"complex128": "complex numbers have no order"}),
    "unique_counts": Case(np.unique_counts),
    "unique_inverse": Case(np.unique_inverse),
    "unique_all": Case(np.unique_all),
    "isin": Case(
        lambda x1, x2, invert: np.isin(x1, x2, invert=invert),
        statics=lambda shapes, rng: {"invert": rng.random() < 0.5},
    ),
}
