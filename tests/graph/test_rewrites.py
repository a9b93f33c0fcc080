"""Rewrites: each rule does what it says, and numbers stay what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.graph.programs import program
from tests.graph.test_primitives import same
from typedgrad.graph.rewrites import RULES, simplified

X, Y = tg.asarray([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]]), tg.asarray([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]])
M = tg.asarray([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])


def rewritten(f: Callable[..., Any], *xs: tg.Tensor) -> tuple[list[str], dict[str, int]]:
    """The operations of the rewritten graph, whose numbers are compared, and the rules that applied."""
    traced = tg.trace(f)(*xs)
    counts: dict[str, int] = {}
    graph = simplified(traced.graph, counts)
    raw = [x.data for x in xs]
    before, after = traced.graph.on_arrays(*raw), graph.on_arrays(*raw)
    for a, b in zip(before, after, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert np.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True)
    return [step.operation.name for step in graph.steps], counts


CASES: list[tuple[str, Callable[..., Any], list[str]]] = [
    ("x_like is known", tg.ones_like, []),
    ("one number stays one", lambda x: tg.broadcast_to(tg.zeros_like(x)[None][0], (4, 2, 3)), []),
    ("one number makes one number", lambda x: tg.exp(tg.ones_like(x)) * 2.0, []),
    ("constants are computed once", lambda x: x + tg.exp(tg.ones_like(x)[0]), ["add"]),
    ("x * 1 is x", lambda x: (x * 1.0) / 1.0, []),
    ("x - 0 is x", lambda x: x - 0.0, []),
    ("-(-x) is x", lambda x: tg.negative(tg.negative(x)), []),
    ("-(-x) is x", lambda x: x - (-x), ["add"]),
    ("(-x) * y is -(x * y)", lambda x: (-x) * x, ["multiply", "negative"]),
    ("x ** 2 is x * x", lambda x: x**2, ["multiply"]),
    ("where(c, x, x) is x", lambda x: tg.where(x > 0, x, x), []),
    ("astype(x, its dtype) is x", lambda x: tg.positive(x.astype("float32")), []),
    ("log(softmax(x)) is log_softmax(x)", lambda x: tg.log(tg.softmax(x, axis=0)), ["log_softmax"]),
    ("log(sigmoid(x)) is log_sigmoid(x)", lambda x: tg.log(tg.sigmoid(x)), ["log_sigmoid"]),
    ("log(1 - sigmoid(x)) is log_sigmoid(-x)", lambda x: tg.log(1.0 - tg.sigmoid(x)), ["negative", "log_sigmoid"]),
    ("log(1 + x) is log1p(x)", lambda x: tg.log(1.0 + x * x), ["multiply", "log1p"]),
    ("log(1 + x) is log1p(x)", lambda x: tg.log(tg.exp(x) + 1.0), ["softplus"]),
    ("exp(x) - 1 is expm1(x)", lambda x: tg.exp(x) - 1.0, ["expm1"]),
    ("log(sum(exp(x))) is logsumexp(x)", lambda x: tg.log(tg.sum(tg.exp(x), axis=1)), ["logsumexp"]),
    ("two transposes are one", lambda x: x.mT.mT, []),
    ("two transposes are one", lambda x: tg.permute_dims(tg.permute_dims(x, (1, 0)), (1, 0)), []),
    ("two reshapes are one", lambda x: tg.reshape(tg.reshape(x, (6,)), (3, 2)), ["reshape"]),
    ("two reshapes are one", lambda x: tg.reshape(tg.flatten(x), (2, 3)), []),
    ("two broadcasts are one", lambda x: tg.broadcast_to(tg.broadcast_to(x, (1, 2, 3)), (5, 2, 3)), ["broadcast_to"]),
    ("a sum to the same shape is nothing", lambda x: tg.sum_to(x, (2, 3)), []),
    ("operands need no stretching", lambda x: x * tg.broadcast_to(tg.sum(x), (2, 3)), ["sum", "multiply"]),
    ("equal steps are one", lambda x: tg.exp(x) + tg.exp(x), ["exp", "add"]),
    ("unused steps are gone", lambda x: (tg.exp(x), x)[1], []),
]


@pytest.mark.parametrize(("rule", "f", "left"), CASES, ids=[f"{i} {c[0]}" for i, c in enumerate(CASES)])
def test_a_rule_does_what_its_name_says(rule: str, f: Callable[..., Any], left: list[str]) -> None:
    operations, counts = rewritten(f, X)
    assert operations == left
    assert rule in counts


def test_every_rule_has_a_test() -> None:
    assert {named.name for named in RULES} <= {case[0] for case in CASES}


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + 0.0,
        lambda x: x * 0.0,
        lambda x: x - x,
        lambda x: x / x,
        lambda x: (-x) * x + (-x) / x,
        lambda x: x * 1.0 - 0.0,
        lambda x: tg.where(tg.isnan(x), x, 0.0),
        lambda x: tg.maximum(x, 0.0) + tg.relu(x) + tg.abs(x),
        tg.grad(lambda x: tg.sum(tg.relu(x) * tg.sqrt(x))),
    ],
)
def test_nan_infinities_and_the_sign_of_zero_stay(f: Callable[..., tg.Tensor]) -> None:
    x = tg.asarray([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])
    with np.errstate(all="ignore"):
        found = simplified(tg.trace(f)(x).graph).on_arrays(x.data)[0]
        wanted = f(x).numpy()
    assert np.array_equal(found, wanted, equal_nan=True)
    zeros = wanted == 0
    assert np.array_equal(np.signbit(found[zeros]), np.signbit(wanted[zeros]))


def test_stable_formulas_survive_where_the_written_ones_do_not() -> None:
    x = tg.asarray([[800.0, 0.0], [-800.0, 0.0]])
    with np.errstate(all="ignore"):
        for f in (
            lambda x: tg.log(tg.softmax(x, axis=1)),
            lambda x: tg.log(tg.sigmoid(-x)),
            lambda x: tg.log(1.0 - tg.sigmoid(x)),
            lambda x: tg.log(1.0 + tg.exp(x)),
            lambda x: tg.log(tg.sum(tg.exp(x), axis=1)),
        ):
            assert not np.isfinite(f(x).numpy()).all()
            assert np.isfinite(simplified(tg.trace(f)(x).graph).on_arrays(x.data)[0]).all()


def test_a_graph_without_steps_and_one_that_returns_an_input_twice() -> None:
    graph = simplified(tg.trace(lambda x, y: (x, x, tg.ones(2)))(X, Y).graph)
    assert not graph.steps
    a, b, c = graph.on_arrays(X.data, Y.data)
    assert a is b is X.data
    assert c.tolist() == [1.0, 1.0]


def test_large_constants_are_not_computed_into_the_graph() -> None:
    table = tg.asarray(np.arange(90_000, dtype="float32").reshape(300, 300))
    names, _ = rewritten(lambda x: tg.take(table, tg.zeros(300, dtype="int64"), axis=1) + x[0], tg.ones((2, 300)))
    assert "add" in names
    names, _ = rewritten(lambda x: tg.exp(tg.ones_like(x)[:, ::-1].mT * 1.5) + x, tg.ones((300, 300)))
    assert "getitem" in names


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("first", range(0, 500, 50))
def test_random_programs_and_their_gradients_stay_what_they_are(first: int) -> None:
    for seed in range(first, first + 50):
        f, xs = program(seed)
        gradient = tg.value_and_grad(f, list(range(len(xs))))
        traced = tg.trace(gradient)(*xs)
        wanted = gradient(*xs)
        outputs = simplified(traced.graph).on_arrays(*[x.data for x in xs])
        found = traced.result.whole([tg.Tensor(x) for x in outputs], list(xs))
        same(found, wanted)
