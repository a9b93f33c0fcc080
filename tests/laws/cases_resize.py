"""What the laws must be told of resizing, and of pooling to a size."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np

from tests.laws.cases_pool import adjoint_of, apart, spatial
from tests.laws.drawn import Shapes, Statics
from typedgrad.testing.laws import Case

Array = Any  # of any rank, indexed in every way


def _weights(method: str, n: int, m: int, *, align_corners: bool) -> Array:
    """The matrix that leads from `n` elements to `m`, from the definition."""
    out: Array = np.zeros((m, n))
    for i in range(m):
        if method == "nearest":
            out[i, math.floor(i * n / m + 1e-9)] = 1
        elif method == "mean":
            start, end = math.floor(i * n / m + 1e-9), math.ceil((i + 1) * n / m - 1e-9)
            out[i, start:end] = 1 / (end - start)
        else:
            at = (i * (n - 1) / (m - 1) if m > 1 else 0) if align_corners else max((i + 0.5) * n / m - 0.5, 0)
            out[i] = [max(0, 1 - abs(min(at, n - 1) - j)) for j in range(n)]
    return out


def _resized(x: Array, size: Any, method: str = "nearest", *, align_corners: bool = False) -> Array:
    sizes = (size,) * (x.ndim - 2) if isinstance(size, int) else size
    for axis, m in enumerate(sizes, start=2):
        weights = _weights(method, x.shape[axis], m, align_corners=align_corners)
        x = np.moveaxis(np.moveaxis(x, axis, -1) @ weights.T.astype(x.dtype), -1, axis)
    return x


def _upsampled(x: Array, scale: Any, method: str, *, align_corners: bool) -> Array:
    times = (scale,) * (x.ndim - 2) if isinstance(scale, int) else scale
    return _resized(
        x, tuple(n * s for n, s in zip(x.shape[2:], times, strict=True)), method, align_corners=align_corners
    )


def _maxima(x: Array, size: Any) -> Array:
    sizes = (size,) * (x.ndim - 2) if isinstance(size, int) else size
    for axis, m in enumerate(sizes, start=2):
        n = x.shape[axis]
        ends = [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
        x = np.stack([x.take(range(*each), axis=axis).max(axis=axis) for each in ends], axis=axis)
    return x


def _size(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"]) - 2
    return {"size": rng.choice((rng.randint(1, 7), tuple(rng.randint(1, 7) for _ in range(rank))))}


def _method(rng: Random, *, mean: bool = False) -> Statics:
    method = rng.choice(("nearest", "linear", "linear", *(("mean",) if mean else ())))
    return {"method": method, "align_corners": method == "linear" and rng.random() < 0.5}


def _scale(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"]) - 2
    return {"scale": rng.choice((2, 3, tuple(rng.randint(1, 3) for _ in range(rank)))), **_method(rng)}


def _back(g: Array, *, size: Any, method: str, align_corners: bool) -> Array:
    def there(x: Array) -> Array:
        return _resized(x, g.shape[2:], method, align_corners=align_corners)

    return adjoint_of(there, g, (*g.shape[:2], *size))


def _old_sizes(shapes: Shapes, rng: Random) -> Statics:
    return {"size": tuple(rng.randint(1, 5) for _ in shapes["g"][2:]), **_method(rng, mean=True)}


def _windows(shapes: Shapes, rng: Random) -> Statics:
    counts = shapes["g"][2:] if "g" in shapes else [rng.randint(1, 4) for _ in shapes["x"][2:]]
    each = zip(shapes["x"][2:], counts, strict=True)
    ends = [[sorted(rng.sample(range(n + 1), 2)) for _ in range(m)] for n, m in each]
    return {"windows": tuple(tuple((a, b) for a, b in along) for along in ends)}


def _between(x: Array, *, windows: Any) -> Array:
    for axis, along in enumerate(windows, start=2):
        x = np.stack([x.take(range(*each), axis=axis).max(axis=axis) for each in along], axis=axis)
    return x


def _chosen(y: Array, x: Array, *, windows: Any) -> Array:
    out = np.zeros((*x.shape[:2], *map(len, windows)), y.dtype)
    for image in np.ndindex(x.shape[:2]):
        for place in np.ndindex(out.shape[2:]):
            cut = (*image, *(slice(*along[i]) for i, along in zip(place, windows, strict=True)))
            out[(*image, *place)] = y[cut].reshape(-1)[x[cut].argmax()]
    return out


def _led_back(g: Array, x: Array, *, windows: Any) -> Array:
    return adjoint_of(lambda y: _chosen(y, x, windows=windows), g, x.shape)


def _with_y(rng: Random) -> Shapes:
    x = spatial(None)(rng)["x"]
    return {"y": x, "x": x}


def _with_g(rng: Random) -> Shapes:
    x = spatial(None)(rng)["x"]
    return {"g": (*x[:2], *(rng.randint(1, 3) for _ in x[2:])), "x": x}


_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _around(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"]) - 2
    widths = rng.choice((1, (1,) * rank, tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(rank))))
    mode = rng.choice(tuple(_MODES))
    return {"padding": widths, "mode": mode, **({"value": rng.randint(0, 1)} if mode == "constant" else {})}


def _widths(given: Any, rank: int) -> Any:
    each = (given,) * rank if isinstance(given, int) else given
    return ((0, 0), (0, 0), *((n, n) if isinstance(n, int) else n for n in each))


def _surrounded(x: Array, padding: Any, *, mode: str, value: Any = 0) -> Array:
    more = {"constant_values": value} if mode == "constant" else {}
    return np.pad(x, _widths(padding, x.ndim - 2), mode=_MODES[mode], **more)  # type: ignore[call-overload]  # a name from a table


def _cropped(x: Array, cropping: Any) -> Array:
    widths = _widths(cropping, x.ndim - 2)
    return x[tuple(slice(a, n - b) for n, (a, b) in zip(x.shape, widths, strict=True))]


def _cut_off(shapes: Shapes, rng: Random) -> Statics:
    rank = len(shapes["x"]) - 2
    return {"cropping": rng.choice((1, (1,) * rank, tuple((rng.randint(0, 1), 1) for _ in range(rank))))}


CASES = {
    "channels_first": Case(lambda x: np.moveaxis(x, -1, 1), view=True),
    "channels_last": Case(lambda x: np.moveaxis(x, 1, -1), view=True),
    "pad_spatial": Case(_surrounded, shapes=spatial(None), statics=_around),
    "crop_spatial": Case(_cropped, shapes=spatial(None), statics=_cut_off, view=True),
    "resize": Case(_resized, shapes=spatial(None), statics=lambda s, rng: {**_size(s, rng), **_method(rng)}),
    "upsample": Case(_upsampled, shapes=spatial(None), statics=_scale),
    "adaptive_avg_pool": Case(lambda x, size: _resized(x, size, "mean"), shapes=spatial(None), statics=_size),
    "adaptive_max_pool": Case(_maxima, arrays=apart(spatial(None)), statics=_size),
    "resize_adjoint": Case(_back, shapes=lambda rng: {"g": spatial(None)(rng)["x"]}, statics=_old_sizes),
    "max_between": Case(_between, arrays=apart(spatial(None)), statics=_windows),
    "pick_between": Case(_chosen, arrays=apart(_with_y), statics=_windows),
    "spread_between": Case(_led_back, arrays=apart(_with_g), statics=_windows),
}
