"""Random programs with gradients, and every op, compiled: the numbers are those of the eager backend."""

from __future__ import annotations

import functools
from random import Random
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.graph.programs import program
from tests.graph.test_primitives import NAMES, call, same, squared
from tests.laws.test_laws import CASES, OPS
from typedgrad.codegen import compiler
from typedgrad.codegen.plan import attach, grouped
from typedgrad.graph.fusion import Fused
from typedgrad.graph.rewrites import simplified
from typedgrad.testing.draw import draw

pytestmark = [
    pytest.mark.skipif(compiler.find() is None, reason="there is no C compiler"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]


def check_all(functions: list[tuple[Any, list[tg.Tensor]]], *, signs: bool = False) -> int:
    """Compile many functions as one file, and compare them with what they are without; how many groups there were."""
    traces = [tg.trace(f)(*xs) for f, xs in functions]
    plans = [grouped(simplified(traced.graph)) for traced in traces]
    groups = [group for _, found in plans for group in found]
    attach(groups)
    assert all(group.make is not None for group, _ in groups)
    for (f, xs), traced, (graph, _) in zip(functions, traces, plans, strict=True):
        outputs = graph.on_arrays(*[x.data for x in xs])
        boxed = [tg.Tensor(np.asarray(x)) for x in outputs]
        wanted = f(*xs)
        same(traced.result.whole(boxed, list(xs)), wanted)
        if signs:
            zeros = wanted.numpy() == 0
            assert np.array_equal(np.signbit(outputs[0][zeros]), np.signbit(wanted.numpy()[zeros]))
    return len(groups)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of loops that run once are compiled without much ado; other tests have them optimised."""
    flags = tuple("-O0" if flag == "-O3" else flag for flag in compiler.FLAGS)
    monkeypatch.setattr(compiler, "FLAGS", flags)


def gradients(seeds: range, dtype: str) -> list[tuple[Any, list[tg.Tensor]]]:
    drawn = [program(seed, dtype) for seed in seeds]
    return [(tg.value_and_grad(f, list(range(len(xs)))), xs) for f, xs in drawn]


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_random_programs_and_their_gradients(first: int, quick: None) -> None:
    dtype = "float32" if first % 200 else "float64"
    assert check_all(gradients(range(first, first + 100), dtype)) > 100


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_random_programs_as_vector_code(dtype: str) -> None:
    assert check_all(gradients(range(500, 520), dtype)) > 20


def test_every_op_and_its_gradient(quick: None) -> None:
    functions: list[tuple[Any, list[tg.Tensor]]] = []
    for name in NAMES:
        op, case = OPS[name], CASES[name]
        for kind in ("float64", "float32"):
            if kind in case.skip:
                continue
            drawn = draw(op, case, Random(name), kind=kind)
            flat = [tg.asarray(x) for x in drawn.flat]
            functions.append((call(op, drawn), flat))
            floats = [i for i, x in enumerate(flat) if x.dtype.kind == "f"]
            if not op.has_gradient or not floats:
                continue
            f = tg.value_and_grad(squared(op, drawn), floats)
            try:
                f(*flat)
            except (ValueError, TypeError):
                continue  # some have none for such arguments
            functions.append((f, flat))
    assert len(functions) > 600
    check_all(functions)


SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e-30, 5.0, -5.0, 100.0, -100.0, 1e30, 0.5, 3.0, 2.5]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_infinities_and_zeros_are_what_they_are_in_numpy(dtype: str) -> None:
    x = tg.asarray(np.array(SPECIAL * 3, dtype))
    y = tg.asarray(np.roll(np.array(SPECIAL * 3, dtype), 5))
    with np.errstate(all="ignore"):
        unary = (
            *(tg.exp, tg.log, tg.log1p, tg.expm1, tg.tanh, tg.sigmoid, tg.sqrt, tg.relu, tg.abs, tg.sign, tg.softplus),
            *(tg.erf, tg.erfc, tg.log_sigmoid, tg.floor, tg.ceil, tg.round, tg.trunc, tg.square, tg.reciprocal),
        )
        binary = (tg.add, tg.subtract, tg.multiply, tg.divide, tg.maximum, tg.minimum)
        compared = (tg.less, tg.less_equal, tg.greater, tg.greater_equal, tg.equal, tg.not_equal)
        functions: list[tuple[Any, list[tg.Tensor]]] = [
            *((lambda x, f=f: tg.negative(f(x)), [x]) for f in unary),
            *((lambda x, y, f=f: tg.negative(f(x, y)), [x, y]) for f in binary),
            *((lambda x, y, f=f: tg.where(tg.logical_not(f(x, y)), x, y), [x, y]) for f in compared),
        ]
        functions.append((lambda x: tg.where(tg.isnan(x), 1.0, tg.where(tg.isfinite(x), x, 3.0)), [x]))
        functions.append((lambda x: tg.sum(x * 2.0), [x]))
        functions.append((lambda x: tg.sum(tg.reshape(x, (3, 16)) * 2.0, axis=1), [x]))
        assert check_all(functions, signs=True) == len(functions)


def test_a_chain_with_sums_is_one_group() -> None:
    def f(x: tg.Tensor, w: tg.Tensor, b: tg.Tensor) -> tg.Tensor:
        return tg.sum(tg.tanh(x * w + b) * tg.sigmoid(x) + tg.exp(-x * x))

    x, w, b = (tg.random.normal(tg.random.key(i), (70_000,)) for i in range(3))
    graph, groups = grouped(simplified(tg.trace(tg.value_and_grad(f, (0, 1, 2)))(x, w, b).graph))
    assert len(graph.steps) == len(groups) == 1
    assert isinstance(graph.steps[0].operation, Fused)
    check_all([(tg.value_and_grad(f, (0, 1, 2)), [x, w, b])])


def _summed(x: tg.Tensor, r: tg.Tensor, c: tg.Tensor, *, axis: Any, keepdims: bool) -> tuple[tg.Tensor, ...]:
    return tg.sum(x * r + c, axis=axis, keepdims=keepdims), tg.mean(x - c, axis=axis), x * 2.0 - r


def _product(x: tg.Tensor, r: tg.Tensor, c: tg.Tensor) -> tg.Tensor:
    return tg.sum(tg.exp(x * r) * c) * 1e-3


@pytest.mark.parametrize("shape", [(3, 5000), (5000, 3), (2, 3, 4, 5), (1, 7, 1), (2, 1, 2500)])
def test_broadcasts_and_sums_over_many_shapes(shape: tuple[int, ...]) -> None:
    x = tg.random.normal(tg.random.key(0), shape)
    row, column = tg.random.normal(tg.random.key(1), shape[-1:]), tg.random.normal(tg.random.key(2), (*shape[:-1], 1))
    functions: list[tuple[Any, list[tg.Tensor]]] = [
        (functools.partial(_summed, axis=axis, keepdims=keepdims), [x, row, column])
        for axis in (None, -1, tuple(range(len(shape))), tuple(range(1, len(shape))))
        for keepdims in (False, True)
    ]
    functions.append((lambda x, r, c: tg.sum(tg.tanh(x * r) * c, axis=0), [x, row, column]))
    functions.append((tg.grad(_product, (0, 1, 2)), [x, row, column]))
    check_all(functions)


def test_sums_of_many_numbers_keep_their_digits() -> None:
    x = tg.asarray(np.full(3_000_001, 0.1, "float32"))

    def f(x: tg.Tensor) -> tg.Tensor:
        return tg.sum(x * 1.5)

    graph, groups = grouped(simplified(tg.trace(f)(x).graph))
    attach(groups)
    exact = 3_000_001 * float(np.float32(np.float32(0.1) * np.float32(1.5)))
    assert abs(float(graph.on_arrays(x.data)[0]) / exact - 1) < 1e-6


def test_arrays_that_lie_otherwise_in_memory() -> None:
    base = np.random.default_rng(0).standard_normal((4, 6, 5)).astype("float32")
    views = [base.transpose(2, 0, 1), base[:, ::2], base[::-1], np.asfortranarray(base), base[..., 0][..., None]]
    for view in views:
        x = tg.Tensor(view)
        check_all([(lambda x: (tg.exp(x) * 2.0, tg.sum(x * x)), [x]), (lambda x: tg.tanh(x) + x[:1], [x])])
    # As in numpy, a result lies like its argument.
    graph, groups = grouped(simplified(tg.trace(lambda x: tg.exp(x) * 2.0)(tg.Tensor(views[0])).graph))
    attach(groups)
    assert graph.on_arrays(views[0])[0].strides == views[0].strides
