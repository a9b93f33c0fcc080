"""What the laws must be told of ops that move, join, cut and repeat."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics, one_axis, some_axes
from typedgrad.testing.laws import Case

Array = np.ndarray[Any, Any]


def _new_shape(shapes: Shapes, rng: Random) -> Statics:
    """Two neighbours made one, or one axis made two; sometimes with a -1."""
    shape = list(shapes["x"])
    if len(shape) > 1 and rng.random() < 0.5:
        i = rng.randrange(len(shape) - 1)
        shape[i : i + 2] = [shape[i] * shape[i + 1]]
    elif shape:
        i = rng.randrange(len(shape))
        k = rng.choice([k for k in range(1, shape[i] + 1) if shape[i] % k == 0] or [1])
        shape[i : i + 1] = [k, shape[i] // k]
    else:
        shape = [1] * rng.randint(0, 2)
    if shape and 0 not in shape and rng.random() < 0.5:
        shape[rng.randrange(len(shape))] = -1
    return {"shape": tuple(shape)}


def _order(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"])
    return {"axes": tuple(i - rank if rng.random() < 0.3 else i for i in rng.sample(range(rank), rank))}


def _new_axis(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"]) + 1
    return {"axis": rng.randrange(-rank, rank)}


def _ones(shapes: Shapes, rng: Random) -> Statics:
    ones = [i for i, n in enumerate(shapes["x"]) if n == 1]
    if rng.random() < 0.3:
        return {"axis": tuple(rng.sample(ones, rng.randint(0, len(ones))))}
    return {"axis": rng.choice(ones)}


def _to_join(rng: Random) -> Shapes:
    common = [rng.randint(0 if rng.random() < 0.2 else 1, 3) for _ in range(rng.randint(1, 3))]
    return {"arrays": tuple((rng.randint(0, 3), *common[1:]) for _ in range(rng.randint(1, 3)))}


def _joined(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["arrays"][0])
    return {"axis": rng.choice([0, -rank, None])}


def _to_stack(rng: Random) -> Shapes:
    shape = tuple(rng.randint(0 if rng.random() < 0.2 else 1, 3) for _ in range(rng.randint(0, 3)))
    return {"arrays": (shape,) * rng.randint(1, 3)}


def _stacked(shapes: Shapes, rng: Random) -> Statics:
    return _new_axis({"x": shapes["arrays"][0]}, rng)


def _cut(shapes: Shapes, rng: Random) -> Statics:
    axis: Any = one_axis(shapes, rng)["axis"]
    n = shapes["x"][axis]
    if rng.random() < 0.5:
        return {"axis": axis, "sections": rng.choice([k for k in range(1, n + 2) if n % k == 0])}
    ends = sorted(rng.randint(0, n) for _ in range(rng.randint(0, 3)))
    return {"axis": axis, "sections": tuple(b - a for a, b in zip([0, *ends], [*ends, n], strict=True))}


def _split(x: Array, *, sections: Any, axis: int) -> list[Array]:
    return np.split(x, np.cumsum(sections)[:-1] if isinstance(sections, tuple) else sections, axis=axis)


def _chunk(x: Array, *, chunks: int, axis: int) -> list[Array]:
    size = max(1, math.ceil(x.shape[axis] / chunks))
    return np.split(x, range(size, x.shape[axis], size), axis=axis)


def _unstack(x: Array, *, axis: int) -> tuple[Array, ...]:
    return tuple(np.moveaxis(x, axis, 0))


def _span(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"])
    if not rank or rng.random() < 0.3:
        return {}
    i, j = sorted(rng.randrange(rank) for _ in range(2))
    return {"start": i - rank if rng.random() < 0.3 else i, "end": j - rank if rng.random() < 0.6 else j}


def _flatten(x: Array, *, start: int = 0, end: int = -1) -> Array:
    if not x.ndim:
        return x.reshape(1)
    start, end = start % x.ndim, end % x.ndim
    return x.reshape(*x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :])


def _moved(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"])
    if rng.random() < 0.5:
        return {"source": rng.randrange(-rank, rank), "destination": rng.randrange(-rank, rank)}
    count = rng.randint(0, rank)
    return {name: tuple(rng.sample(range(rank), count)) for name in ("source", "destination")}


def _pair(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"])
    return {"axis1": rng.randrange(-rank, rank), "axis2": rng.randrange(-rank, rank)}


def _rolled(shapes: Shapes, rng: Random) -> Statics:
    if rng.random() < 0.3:
        return {"shift": rng.randint(-5, 5)}
    rank = len(shapes["x"])
    if rng.random() < 0.5:
        return {"shift": rng.randint(-5, 5), **one_axis(shapes, rng)}
    axes = tuple(rng.sample(range(rank), rng.randint(0, rank)))
    return {"axis": axes, "shift": tuple(rng.randint(-5, 5) for _ in axes)}


def _tiled(shapes: Shapes, rng: Random) -> Statics:
    return {"repetitions": tuple(rng.randint(0 if rng.random() < 0.1 else 1, 3) for _ in range(rng.randint(0, 4)))}


def _repeated(shapes: Shapes, rng: Random) -> Statics:
    drawn = one_axis(shapes, rng) if shapes["x"] and rng.random() < 0.7 else {"axis": None}
    return {**drawn, "repeats": rng.randint(0 if rng.random() < 0.1 else 1, 3)}


def _surrounded(shapes: Shapes, rng: Random) -> Statics:
    mode = rng.choice(["constant", "reflect", "replicate"])
    most = [3 if mode == "constant" or (mode == "replicate" and n) else max(n - 1, 0) for n in shapes["x"]]
    if mode == "reflect" and 0 in shapes["x"]:
        raise ValueError("there is nothing to mirror")
    widths = tuple((rng.randint(0, k), rng.randint(0, k)) for k in most)
    return {"widths": widths, "mode": mode, "value": rng.choice([0, 1]) if mode == "constant" else 0}


def _pad(x: Array, *, widths: Any, mode: str, value: float) -> Array:
    if not widths:
        return x
    if mode == "constant":
        return np.pad(x, widths, constant_values=value)
    return np.pad(x, widths, mode="reflect" if mode == "reflect" else "edge")


def _difference(x: Array, prepend: Array | None, append: Array | None, *, axis: int, n: int) -> Array:
    given = {name: part for name, part in (("prepend", prepend), ("append", append)) if part is not None}
    return np.diff(x, n=n, axis=axis, **given)


def _apart(shapes: Shapes, rng: Random) -> Statics:
    return {"axis": -1, "n": rng.randint(0, 3)}


def _neighbours(rng: Random) -> Shapes:
    batch = tuple(rng.randint(1, 3) for _ in range(rng.randint(0, 2)))
    sizes: Shapes = {"x": (*batch, rng.randint(1, 4))}
    for name in ("prepend", "append"):
        if rng.random() < 0.5:
            sizes[name] = (*batch, rng.randint(0, 2))
    return sizes


CASES = {
    "reshape": Case(np.reshape, statics=_new_shape, view=True),
    "permute_dims": Case(np.transpose, statics=_order, view=True),
    "transpose": Case(lambda x: x.T, view=True),
    "expand_dims": Case(np.expand_dims, statics=_new_axis, view=True),
    "squeeze": Case(np.squeeze, statics=_ones, view=True),
    "concat": Case(lambda arrays, axis: np.concatenate(arrays, axis=axis), statics=_joined, shapes=_to_join),
    "stack": Case(lambda arrays, axis: np.stack(arrays, axis=axis), statics=_stacked, shapes=_to_stack),
    "split": Case(_split, statics=_cut, view=True),
    "chunk": Case(_chunk, statics=lambda s, rng: {**one_axis(s, rng), "chunks": rng.randint(1, 4)}, view=True),
    "unstack": Case(_unstack, statics=one_axis, view=True),
    "flatten": Case(_flatten, statics=_span, view=True),
    "moveaxis": Case(np.moveaxis, statics=_moved, view=True),
    "swapaxes": Case(np.swapaxes, statics=_pair, view=True),
    "flip": Case(np.flip, statics=some_axes, view=True),
    "roll": Case(lambda x, shift, axis=None: x if axis == () else np.roll(x, shift, axis), statics=_rolled, view=True),
    "tile": Case(lambda x, repetitions: np.tile(x, reps=repetitions), statics=_tiled, view=True),
    "repeat": Case(np.repeat, statics=_repeated),
    "repeated_positions": Case(
        lambda repeats: np.repeat(np.arange(len(repeats)), repeats),
        arrays=lambda rng: {"repeats": np.asarray([rng.randint(0, 3) for _ in range(rng.randint(0, 4))], "int64")},
    ),
    "diff": Case(_difference, statics=_apart, shapes=_neighbours),
    "pad": Case(_pad, statics=_surrounded, view=True),
}
