"""Random programs: pure functions of a few tensors, each drawn from a seed, with numbers that stay moderate."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import typedgrad as tg

UNARY: list[Callable[[tg.Tensor], tg.Tensor]] = [
    tg.tanh,
    tg.sigmoid,
    tg.relu,
    tg.sin,
    tg.softplus,
    tg.silu,
    tg.abs,
    tg.negative,
    lambda x: tg.exp(-x * x),
    lambda x: tg.log(1.0 + x * x),
    lambda x: tg.sqrt(x * x + 1.0),
    lambda x: tg.log(tg.sigmoid(x)),
    lambda x: tg.exp(tg.tanh(x)) - 1.0,
    lambda x: x * 1.0 - 0.0,
    lambda x: x**2 * 0.1,
    lambda x: tg.where(x > 0.25, x, 0.5 * x),
    lambda x: tg.square(x) / (1.0 + tg.square(x)),
    tg.erf,
    tg.gelu,
    lambda x: 1.0 - tg.sigmoid(x),
    lambda x: tg.expm1(-tg.abs(x)),
    lambda x: tg.clip(x, -0.5, 0.75),
    lambda x: tg.stop_gradient(tg.floor(x * 3.0)) * x,
    tg.leaky_relu,
    tg.elu,
    lambda x: tg.log1p(tg.abs(x)),
    lambda x: tg.reciprocal(2.0 + tg.cos(x)),
]
BINARY: list[Callable[[tg.Tensor, tg.Tensor], tg.Tensor]] = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * tg.tanh(y),
    lambda x, y: x / (1.0 + y * y),
    tg.maximum,
    tg.minimum,
    lambda x, y: tg.where(x > y, x, y * 0.5),
    lambda x, y: tg.where(tg.logical_and(x > 0.0, y < 1.0), x, -y),
]


def _summed(x: tg.Tensor, rng: Random) -> tg.Tensor:
    axis = rng.choice([None, *range(-x.ndim, x.ndim)]) if x.ndim else None
    reduce = rng.choice([tg.sum, tg.mean, tg.max, tg.logsumexp])
    return reduce(x, axis=axis, keepdims=rng.random() < 0.5) * 0.5


def _moved(x: tg.Tensor, rng: Random) -> tg.Tensor:
    kind = rng.randrange(5)
    if kind == 0 and x.ndim >= 2:
        return x.mT
    if kind == 1:
        return tg.reshape(x, (-1,))
    if kind == 2:
        return tg.expand_dims(x, axis=0)
    if kind == 3 and x.ndim >= 1 and x.shape[0] > 1:
        return x[1:]
    return tg.broadcast_to(x, (2, *x.shape)) if x.ndim < 3 else tg.sum(x, axis=0)


def _joined(x: tg.Tensor, y: tg.Tensor, rng: Random) -> tg.Tensor:
    if x.ndim == 2 and y.ndim == 2 and x.shape[1] == y.shape[0]:
        return (x @ y) * 0.3
    if x.ndim >= 1 and x.shape[-1] > 1 and rng.random() < 0.5:
        return tg.softmax(x, axis=-1)
    try:
        return rng.choice(BINARY)(x, y)
    except TypeError:  # shapes that cannot be broadcast
        return rng.choice(UNARY)(x)


SHAPES = [(), (3,), (4, 3), (4, 1), (1, 3), (3, 4), (5,), (2, 4, 3)]


def program(seed: int, dtype: str = "float64", steps: int = 14) -> tuple[Callable[..., tg.Tensor], list[tg.Tensor]]:
    """A function that returns a scalar, and arguments for it."""
    rng = Random(seed)
    shapes = [rng.choice(SHAPES) for _ in range(rng.randint(1, 3))]
    arguments = [tg.random.normal(tg.random.key(100 * seed + i), s, dtype=dtype) for i, s in enumerate(shapes)]
    state = rng.getstate()

    def f(*xs: tg.Tensor) -> tg.Tensor:
        draw = Random()
        draw.setstate(state)
        known = list(xs)
        for _ in range(steps):
            x, kind = draw.choice(known), draw.random()
            if kind < 0.45:
                new = draw.choice(UNARY)(x)
            elif kind < 0.75:
                new = _joined(x, draw.choice(known), draw)
            elif kind < 0.88:
                new = _summed(x, draw)
            else:
                new = _moved(x, draw)
            known.append(new)
        parts: list[Any] = [tg.mean(x) for x in known[-5:]]
        return tg.sum(tg.stack(parts))

    return f, arguments
