"""Random programs: every way to differentiate one gives what differences give."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import t
from typedgrad import Tensor
from typedgrad.testing.numeric import directional

Program: TypeAlias = Callable[..., Tensor]

# Smooth and bounded together with their derivatives, so that differences are exact enough at any depth.
UNARY: list[Callable[[Tensor], Tensor]] = [
    tg.sin,
    tg.tanh,
    tg.negative,
    lambda x: 1.0 / (2.0 + x * x),
    lambda x: tg.sqrt(1.5 + tg.square(x)),
    lambda x: tg.exp(tg.sin(x)),
    lambda x: tg.sum(x, axis=0, keepdims=True),
    lambda x: tg.mean(x, axis=-1, keepdims=True) + x,
    lambda x: tg.matrix_transpose(x) @ x,
    lambda x: tg.flip(x, axis=0),
    lambda x: tg.roll(x, 1, axis=1),
    lambda x: x[::-1, :2],
    lambda x: tg.softmax(x, axis=-1),
    lambda x: tg.concat(tg.split(x, 2, axis=0)[::-1], axis=0) if x.shape[0] % 2 == 0 else x,
    lambda x: tg.cumulative_sum(x, axis=1),
]
BINARY: list[Callable[[Tensor, Tensor], Tensor]] = [
    tg.add,
    tg.subtract,
    tg.multiply,
    lambda x, y: x / (2.0 + y * y),
    lambda x, y: tg.hypot(x, y + 3.0),
]
SHAPES = [(2, 3), (1, 3), (2, 1), (1, 1), (3,), ()]


def program(seed: int, *, depth: int = 12) -> tuple[Program, list[np.ndarray[Any, Any]]]:
    """A scalar function of three tensors, made of steps that use any earlier result, and where to differentiate it."""
    rng = Random(seed)
    shapes = [rng.choice(SHAPES) for _ in range(3)]
    at = [np.array([rng.uniform(-1, 1) for _ in range(int(np.prod(s)))]).reshape(s) for s in shapes]
    steps = [(rng.choice("uubbcgj"), rng.random(), rng.random(), rng.random()) for _ in range(depth)]

    def run(*xs: Tensor) -> Tensor:
        values = [x + tg.zeros((2, 1), dtype="float64") * tg.zeros(3, dtype="float64") for x in xs]
        for kind, which, one, other in steps:
            x, y = values[int(one * len(values))], values[int(other * len(values))]
            unary, binary = UNARY[int(which * len(UNARY))], BINARY[int(which * len(BINARY))]
            made = _step(kind, unary, binary, x, y)
            values.append(made if made.shape else tg.reshape(made, (1, 1)))
        return tg.sum(values[-1]) + 0.1 * tg.sum(values[len(values) // 2])

    return run, at


def _step(kind: str, unary: Callable[..., Tensor], binary: Callable[..., Tensor], x: Tensor, y: Tensor) -> Tensor:
    if kind == "u":
        return unary(x)
    if any(n != m and 1 not in (n, m) for n, m in zip(x.shape, y.shape, strict=True)):
        y = tg.sum(y)
    if kind == "b":
        return binary(x, y)
    if kind == "c":
        return tg.checkpoint(lambda a, b: binary(tg.sin(a), b))(x, y)
    inner: Callable[[Tensor], Tensor] = lambda a: tg.sum(tg.sin(binary(a, y)))  # noqa: E731  # differentiated below
    return tg.grad(inner)(x) if kind == "g" else tg.jvp(inner, (x,), (tg.cos(x),))[1]


def close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))


def dot(us: Any, vs: Any) -> float:
    return float(sum(np.vdot(tg.to_numpy(u), tg.to_numpy(v)) for u, v in zip(us, vs, strict=True)))


@pytest.mark.parametrize("seed", range(60))
def test_gradients_of_random_programs(seed: int) -> None:
    f, at = program(seed)
    rng = np.random.default_rng(seed)
    xs, ws = [t(x) for x in at], [t(rng.uniform(-1, 1, x.shape)) for x in at]
    gradient = tg.grad(f, (0, 1, 2))(*xs)
    assert [g.shape for g in gradient] == [x.shape for x in xs]
    (numeric,) = directional(lambda values: [tg.to_numpy(f(*(t(v) for v in values)))], at, [tg.to_numpy(w) for w in ws])
    assert close(dot(gradient, ws), float(numeric))
    value, tangent = tg.jvp(f, tuple(xs), tuple(ws))
    assert close(float(tangent), float(numeric))
    assert close(float(value), float(f(*xs)))


@pytest.mark.parametrize("seed", range(30))
def test_second_derivatives_of_random_programs(seed: int) -> None:
    f, at = program(seed, depth=8)
    rng = np.random.default_rng(seed)
    xs = tuple(t(x) for x in at)
    v, w = ([t(rng.uniform(-1, 1, x.shape)) for x in at] for _ in range(2))

    def slope(*xs: Tensor) -> Tensor:
        total: Tensor = sum((tg.sum(g * u) for g, u in zip(tg.grad(f, (0, 1, 2))(*xs), v, strict=True)), t(0.0))
        return total

    (numeric,) = directional(
        lambda values: [tg.to_numpy(slope(*(t(x) for x in values)))], at, [tg.to_numpy(u) for u in w]
    )
    reverse = dot(tg.grad(slope, (0, 1, 2))(*xs), w)
    forward = float(tg.jvp(slope, xs, tuple(w))[1])
    double_forward = float(tg.jvp(lambda *ys: tg.jvp(f, ys, tuple(v))[1], xs, tuple(w))[1])
    assert close(reverse, float(numeric))
    assert close(forward, float(numeric))
    assert close(double_forward, float(numeric))
