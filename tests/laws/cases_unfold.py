"""What the laws must be told of columns under windows, of unpooling, and of kernels for each place."""

from __future__ import annotations

import itertools
import math
from random import Random
from typing import Any

import numpy as np

from tests.laws.cases_pool import adjoint_of, apart, pooled, pooling, spatial
from tests.laws.drawn import Shapes, Statics
from typedgrad.ops.windows import pads_of
from typedgrad.testing.laws import Case

Array = Any  # of any rank, indexed in every way


def _each(value: Any, rank: int) -> Any:
    return (value,) * rank if isinstance(value, int) else value


def _options(sizes: tuple[int, ...], rng: Random) -> Statics:
    rank = len(sizes)
    forms = (0, 1, "same", "valid", ((1, 0),) * rank, *(("causal",) if rank == 1 else ()))
    padding = rng.choice(forms)
    return {
        "window": rng.choice((2, tuple(rng.randint(1, 3) for _ in sizes))),
        "stride": rng.choice((1, 2, tuple(rng.randint(1, 2) for _ in sizes))),
        "padding": padding,
        "dilation": 2 if padding in ("same", "causal") else 1,
    }


def _seen(x: Array, *, window: Any, stride: Any, padding: Any, dilation: Any) -> Array:
    """The elements under each window, place by place: `n c places taps`, and how many places there are."""
    rank = x.ndim - 2
    window, stride, dilation = (_each(v, rank) for v in (window, stride, dilation))
    padded: Array = np.pad(x, ((0, 0), (0, 0), *pads_of(x.shape[2:], window, stride, padding, dilation)))
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    counts = [(n - k) // s + 1 for n, k, s in zip(padded.shape[2:], spans, stride, strict=True)]
    columns = []
    for place in itertools.product(*map(range, counts)):
        part = (slice(p * s, p * s + k, d) for p, s, k, d in zip(place, stride, spans, dilation, strict=True))
        columns.append(padded[(..., *part)].reshape(*x.shape[:2], math.prod(window)))
    return np.stack(columns, axis=2), tuple(counts)


def _unfolded(x: Array, **given: Any) -> Array:
    seen, _ = _seen(x, **given)
    n, c, places, taps = seen.shape
    return np.moveaxis(seen, 2, 3).reshape(n, c * taps, places)


def _fold_shapes(rng: Random) -> Shapes:
    return {"columns": (rng.randint(0, 2), 4 * rng.randint(1, 2), 6)}


def _fold_options(shapes: Shapes, rng: Random) -> Statics:
    return {"size": (3, 4), "window": 2, **rng.choice(({"stride": 1}, {"stride": (2, 2), "padding": (1, 1)}))}


def _folded(columns: Array, *, size: Any, window: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Array:
    given = {"window": window, "stride": stride, "padding": padding, "dilation": dilation}
    shape = (columns.shape[0], columns.shape[1] // 4, *size)
    return adjoint_of(lambda x: _unfolded(x, **given), columns, shape)


def _indices(x: Array, **given: Any) -> Array:
    """Of the largest element under each window: its position."""
    numbers = np.arange(math.prod(x.shape[2:]), dtype="float64").reshape(1, 1, *x.shape[2:])
    both = np.stack([x, np.broadcast_to(numbers, x.shape)], axis=-1)
    flat = both.reshape(-1, *x.shape[2:], 2)
    out = []
    for line in flat:
        order = np.argsort(line[..., 0], axis=None)
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        ranks = rank.reshape(1, 1, *x.shape[2:]).astype("float64")
        best = pooled(lambda seen, _: seen.max(axis=0), ranks, **given).astype(int)
        out.append(order[best][0, 0])
    shape = pooled(lambda seen, _: seen.max(axis=0), np.zeros((1, 1, *x.shape[2:])), **given).shape[2:]
    return np.array(out, dtype="int64").reshape(*x.shape[:2], *shape)


def _with_indices(x: Array, **given: Any) -> tuple[Array, Array]:
    return pooled(lambda seen, _: seen.max(axis=0), x, **given), _indices(x, **given)


def _unpool_arrays(rng: Random) -> dict[str, Array]:
    shape = spatial(None, least=1)(rng)["x"]
    x = np.array([rng.uniform(-2, 2) for _ in range(math.prod(shape))]).reshape(shape)
    places = [rng.randrange(12) for _ in range(math.prod(shape))]
    return {"x": x, "indices": np.array(places, dtype="int64").reshape(shape)}


def _unpool_size(shapes: Shapes, rng: Random) -> Statics:
    return {"size": (12,) if len(shapes["x"]) == 3 else (3, 4)}


def _unpooled(x: Array, indices: Array, *, size: Any) -> Array:
    out: Array = np.zeros((*x.shape[:2], math.prod(size)), x.dtype)
    for place in np.ndindex(*x.shape):
        out[(*place[:2], indices[place])] += x[place]
    return out.reshape(*x.shape[:2], *size)


def _norm(x: Array, *, p: float, **given: Any) -> Array:
    return pooled(lambda seen, _: (np.abs(seen) ** p).sum(axis=0) ** (1 / p), x, **given)


def _with_p(shapes: Shapes, rng: Random) -> Statics:
    return {**pooling(shapes, rng), "p": rng.choice((2.0, 1.5, 3.0))}


# Kernels for each place: two places along an axis of four, with a window of two elements and a stride of two.


def _local_shapes(rank: int, *, bias: bool) -> Any:
    def shapes(rng: Random) -> Shapes:
        n, c_in, c_out = rng.randint(0, 3), rng.randint(1, 3), rng.randint(1, 3)
        found: Shapes = {"x": (n, c_in, *(4,) * rank), "kernel": (*(2,) * rank, c_out, c_in, *(2,) * rank)}
        return {**found, "bias": (c_out, *(2,) * rank) if rng.random() < 0.5 else None} if bias else found

    return shapes


def _full(rank: int) -> Statics:
    return {"window": (2,) * rank, "stride": (2,) * rank, "pads": ((0, 0),) * rank, "dilation": (1,) * rank}


def _unshared(x: Array, kernel: Array, *, window: Any, stride: Any, pads: Any, dilation: Any) -> Array:
    seen, counts = _seen(x, window=window, stride=stride, padding=pads, dilation=dilation)
    c_out = kernel.shape[len(window)]
    matrices = kernel.reshape(math.prod(counts), c_out, x.shape[1], math.prod(window))
    return np.einsum("ncpt,poct->nop", seen, matrices).reshape(x.shape[0], c_out, *counts)


def _unshared_input(g: Array, kernel: Array, *, size: Any, **given: Any) -> Array:
    shape = (g.shape[0], kernel.shape[len(size) + 1], *size)
    return adjoint_of(lambda x: _unshared(x, kernel, **given), g, shape)


def _unshared_kernel(x: Array, g: Array, **given: Any) -> Array:
    shape = (*g.shape[2:], g.shape[1], x.shape[1], *given["window"])
    return adjoint_of(lambda kernel: _unshared(x, kernel, **given), g, shape)


def _local(x: Array, kernel: Array, bias: Array | None, *, stride: Any, padding: Any, dilation: Any) -> Array:
    rank = x.ndim - 2
    window = kernel.shape[rank + 2 :]
    pads = pads_of(x.shape[2:], window, stride, padding, dilation)
    made = _unshared(x, kernel, window=window, stride=_each(stride, rank), pads=pads, dilation=_each(dilation, rank))
    return made if bias is None else made + bias


def _local_options(shapes: Shapes, rng: Random) -> Statics:
    stride, padding, dilation = rng.choice(((2, 0, 1), (2, "same", 1), (1, "valid", 2)))
    return {"stride": stride, "padding": padding, "dilation": dilation}


def _g(rng: Random) -> Shapes:
    found = _local_shapes(2, bias=False)(rng)
    return {"g": (found["x"][0], found["kernel"][2], 2, 2), "kernel": found["kernel"]}


def _x_and_g(rng: Random) -> Shapes:
    found = _local_shapes(2, bias=False)(rng)
    return {"x": found["x"], "g": (found["x"][0], found["kernel"][2], 2, 2)}


CASES = {
    "unfold": Case(_unfolded, shapes=spatial(None), statics=lambda s, rng: _options(s["x"][2:], rng)),
    "fold": Case(_folded, shapes=_fold_shapes, statics=_fold_options),
    "max_pool_with_indices": Case(_with_indices, arrays=apart(spatial(None)), statics=pooling),
    "max_unpool": Case(
        _unpooled, arrays=_unpool_arrays, statics=lambda s, rng: {"size": (12,) if len(s["x"]) == 3 else (3, 4)}
    ),
    "sum_pool": Case(
        lambda x, **given: pooled(lambda seen, _: seen.sum(axis=0), x, **given), shapes=spatial(None), statics=pooling
    ),
    "lp_pool": Case(_norm, shapes=spatial(None), statics=_with_p, domain=(0.5, 2.0)),
    "unshared": Case(_unshared, shapes=_local_shapes(2, bias=False), statics=lambda s, rng: _full(2)),
    "unshared_input": Case(_unshared_input, shapes=_g, statics=lambda s, rng: {**_full(2), "size": (4, 4)}),
    "unshared_kernel": Case(_unshared_kernel, shapes=_x_and_g, statics=lambda s, rng: _full(2)),
    **{f"local_conv{r}d": Case(_local, shapes=_local_shapes(r, bias=True), statics=_local_options) for r in (1, 2)},
}
