"""What the laws must be told of pooling, and of the sliding windows behind it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics
from typedgrad.testing.laws import Case

Array = Any  # of any rank, indexed in every way


def spatial(rank: int | None, least: int = 3) -> Callable[[Random], Shapes]:
    """Draws `x`, channels first."""

    def shapes(rng: Random) -> Shapes:
        axes = rng.choice((1, 2)) if rank is None else rank
        n = 0 if rng.random() < 0.1 else rng.randint(1, 2)
        return {"x": (n, rng.randint(1, 2), *(rng.randint(least, 5 if axes < 3 else 4) for _ in range(axes)))}

    return shapes


def pooling(shapes: Shapes, rng: Random) -> Statics:
    """The options of pooling."""
    rank = len(shapes["x"]) - 2
    window = rng.choice((2, 3, tuple(rng.randint(2, 3) for _ in range(rank))))
    padding = rng.choice((0, 1, "valid", "same", ((1, 0),) * rank))
    dilation = 2 if padding == "same" and rng.random() < 0.5 else 1
    rounding = rng.choice(("floor", "ceil"))
    return {
        "window": window,
        "stride": rng.choice((None, 1, 2)),
        "padding": padding,
        "dilation": dilation,
        "rounding": rounding,
    }


def _averaging(shapes: Shapes, rng: Random) -> Statics:
    return {**pooling(shapes, rng), "count_padding": rng.random() < 0.5}


def pooled(reduce: Callable[..., Array], x: Array, **given: Any) -> Array:
    """Window by window: `reduce(elements, how many places beside them are padding that was asked for)`."""
    sizes, rank = x.shape[2:], x.ndim - 2
    window, stride, dilation = (
        (v,) * rank if isinstance(v, int) else v for v in (given["window"], given["stride"], given["dilation"])
    )
    stride = stride or window
    starts, asked = [], []
    for i, (n, k, s, d) in enumerate(zip(sizes, window, stride, dilation, strict=True)):
        span = (k - 1) * d + 1
        before, after = _padding(given["padding"], i, n, s, span)
        last = (n + before + after - span) / s
        count = (
            int(math.ceil(last) if given["rounding"] == "ceil" and given["padding"] != "same" else math.floor(last)) + 1
        )
        if (count - 1) * s >= n + before:
            count -= 1
        starts.append([p * s - before for p in range(count)])
        asked.append((-before, n + after))
    out: Array = np.zeros((*x.shape[:2], *map(len, starts)), x.dtype)
    for place in itertools.product(*(range(len(s)) for s in starts)):
        seen, padding = [], 0
        for tap in itertools.product(*map(range, window)):
            at = [starts[i][place[i]] + tap[i] * dilation[i] for i in range(rank)]
            if all(0 <= a < n for a, n in zip(at, sizes, strict=True)):
                seen.append(x[(..., *at)])
            else:
                padding += all(a <= b < c for b, (a, c) in zip(at, asked, strict=True))
        out[(..., *place)] = reduce(np.stack(seen), padding)
    return out


def _padding(padding: Any, axis: int, n: int, stride: int, span: int) -> tuple[int, int]:
    if padding == "same":
        total = max((math.ceil(n / stride) - 1) * stride + span - n, 0)
        return total // 2, total - total // 2
    if padding == "valid":
        return 0, 0
    one = padding if isinstance(padding, int) else padding[axis]
    return (one, one) if isinstance(one, int) else one


def _max(x: Array, **given: Any) -> Array:
    return pooled(lambda seen, _: seen.max(axis=0), x, **given)


def _mean(x: Array, *, count_padding: bool, **given: Any) -> Array:
    return pooled(lambda seen, more: seen.sum(axis=0) / (len(seen) + more * count_padding), x, **given)


def _windows(shapes: Shapes, rng: Random) -> Statics:
    """The options in full."""
    sizes = shapes["x"][2:]
    return {
        "window": tuple(rng.randint(2, 3) for _ in sizes),
        "stride": tuple(rng.randint(1, 2) for _ in sizes),
        "pads": tuple((rng.randint(0, 1), rng.randint(0, 1)) for _ in sizes),
        "dilation": (1,) * len(sizes),
    }


def _views(x: Array, value: float, *, window: Any, stride: Any, pads: Any, dilation: Any) -> Array:
    """The elements under each window, as a last axis."""
    padded = np.pad(x, ((0, 0), (0, 0), *pads), constant_values=value)
    axes = tuple(range(2, x.ndim))
    seen: Array = np.lib.stride_tricks.sliding_window_view(padded, window, axes)
    seen = seen[(slice(None), slice(None), *(slice(None, None, s) for s in stride))]
    return seen.reshape(*seen.shape[: x.ndim], math.prod(window))


def _slide_max(x: Array, **given: Any) -> Array:
    return _views(x, -np.inf, **given).max(axis=-1)


def _pick(y: Array, x: Array, **given: Any) -> Array:
    chosen = _views(x, -np.inf, **given).argmax(axis=-1)
    return np.take_along_axis(_views(y, 0.0, **given), chosen[..., None], axis=-1)[..., 0]


def adjoint_of(f: Callable[[Array], Array], g: Array, shape: tuple[int, ...]) -> Array:
    """The adjoint of a linear function, one unit vector after the other."""
    out: Array = np.zeros(shape, g.dtype)
    for place in np.ndindex(*shape):
        unit = np.zeros(shape, g.dtype)
        unit[place] = 1
        out[place] = (f(unit) * g).sum()
    return out


def _with_g(rng: Random) -> Shapes:
    """Inputs, and as many elements as there are places for the options in `_fixed`."""
    x = spatial(None)(rng)["x"]
    return {"g": (*x[:2], *((n + 1 - 2) // 2 + 1 for n in x[2:])), "x": x}


def _fixed(shapes: Shapes, rng: Random) -> dict[str, Any]:
    rank = len(shapes["g"]) - 2
    return {"window": (2,) * rank, "stride": (2,) * rank, "pads": ((1, 0),) * rank, "dilation": (1,) * rank}


def _fixed_sizes(shapes: Shapes, rng: Random) -> Statics:
    return {**_fixed(shapes, rng), "size": tuple(2 * p - 1 + rng.randint(0, 1) for p in shapes["g"][2:])}


def _spread_first(g: Array, x: Array, **given: Any) -> Array:
    return adjoint_of(lambda y: _pick(y, x, **given), g, x.shape)


def _spread_sum(g: Array, *, size: Any, **given: Any) -> Array:
    return adjoint_of(lambda y: _views(y, 0.0, **given).sum(axis=-1), g, (*g.shape[:2], *size))


def _pair(rng: Random) -> Shapes:
    x = spatial(None)(rng)["x"]
    return {"y": x, "x": x}


def apart(make: Callable[[Random], Shapes]) -> Callable[[Random], dict[str, Array]]:
    """Numbers that lie far apart: of two that are close, a difference step would exchange the larger one."""

    def arrays(rng: Random) -> dict[str, Array]:
        made = {}
        for name, shape in make(rng).items():
            count = math.prod(shape)
            made[name] = np.array(rng.sample(range(count), count), dtype="float64").reshape(shape) / 8 - 2
        return made

    return arrays


def _divided(x: Array, *, counts: Any) -> Array:
    for i, along in enumerate(counts):
        x = x / np.reshape(along, (-1, *(1,) * (len(counts) - i - 1)))
    return x


def _counts(shapes: Shapes, rng: Random) -> Statics:
    return {"counts": tuple(tuple(rng.randint(1, 3) for _ in range(n)) for n in shapes["x"][2:])}


CASES = {
    "divide_counts": Case(_divided, shapes=spatial(None), statics=_counts),
    "slide_sum": Case(lambda x, **given: _views(x, 0.0, **given).sum(axis=-1), shapes=spatial(None), statics=_windows),
    "slide_max": Case(_slide_max, arrays=apart(spatial(None)), statics=_windows),
    "spread_sum": Case(_spread_sum, shapes=lambda rng: {"g": _with_g(rng)["g"]}, statics=_fixed_sizes),
    "pick_first": Case(_pick, arrays=apart(_pair), statics=_windows),
    "spread_first": Case(_spread_first, arrays=apart(_with_g), statics=_fixed),
    **{f"max_pool{r}d": Case(_max, arrays=apart(spatial(r)), statics=pooling) for r in (1, 2, 3)},
    **{f"avg_pool{r}d": Case(_mean, shapes=spatial(r), statics=_averaging) for r in (1, 2, 3)},
}
