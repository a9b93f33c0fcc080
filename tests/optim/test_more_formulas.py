"""The updaters after sgd and adam compute what their papers say: long runs beside plain numpy, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from tests.optim import plain_formulas as plain
from tests.optim.plain import Values
from tests.optim.test_formulas import GRADS, START, once, run
from typedgrad import optim
from typedgrad.testing import assert_gradients

Reference = Callable[..., Values]
BETAS = {"beta1": 0.8, "beta2": 0.95, "eps": 1e-6}
CASES: list[tuple[Any, Reference, dict[str, Any]]] = [
    (optim.adagrad, plain.adagrad, {"initial": 0.0, "eps": 1e-10}),
    (optim.adagrad, plain.adagrad, {"initial": 0.1, "eps": 1e-3}),
    (optim.rmsprop, plain.rmsprop, {"rho": 0.99, "eps": 1e-8, "momentum": 0.0, "centred": False}),
    (optim.rmsprop, plain.rmsprop, {"rho": 0.9, "eps": 1e-3, "momentum": 0.7, "centred": False}),
    (optim.rmsprop, plain.rmsprop, {"rho": 0.9, "eps": 1e-3, "momentum": 0.0, "centred": True}),
    (optim.rmsprop, plain.rmsprop, {"rho": 0.9, "eps": 1e-3, "momentum": 0.7, "centred": True}),
    (optim.adadelta, plain.adadelta, {"rho": 0.95, "eps": 1e-6}),
    (optim.adadelta, plain.adadelta, {"rho": 0.5, "eps": 1e-2}),
    (optim.amsgrad, plain.amsgrad, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (optim.amsgrad, plain.amsgrad, BETAS),
    (optim.adamax, plain.adamax, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (optim.adamax, plain.adamax, BETAS),
    (optim.nadam, plain.nadam, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "momentum_decay": 4e-3}),
    (optim.nadam, plain.nadam, {**BETAS, "momentum_decay": 0.5}),
    (optim.radam, plain.radam, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    (optim.radam, plain.radam, BETAS),
    (optim.rprop, plain.rprop, {"shrink": 0.5, "grow": 1.2, "smallest": 1e-6, "largest": 50.0}),
    (optim.rprop, plain.rprop, {"shrink": 0.7, "grow": 2.0, "smallest": 0.05, "largest": 0.3}),
    (optim.lion, plain.lion, {"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0}),
    (optim.lion, plain.lion, {"beta1": 0.5, "beta2": 0.8, "weight_decay": 0.3}),
    (optim.asgd, plain.asgd, {"decay": 1e-4, "power": 0.75}),
    (optim.asgd, plain.asgd, {"decay": 0.5, "power": 0.5}),
    (optim.fista, plain.fista, {"l1": 0.0}),
    (optim.fista, plain.fista, {"l1": 2.0}),
    (optim.adafactor, plain.adafactor, {"clip": 1.0, "smallest": 1e-3, "weight_decay": 0.0}),
    (optim.adafactor, plain.adafactor, {"clip": 0.5, "smallest": 2.0, "weight_decay": 0.1}),
    (optim.muon, plain.muon, {"momentum": 0.95, "weight_decay": 0.1}),
    (optim.muon, plain.muon, {"momentum": 0.5, "weight_decay": 0.0}),
    (optim.lamb, plain.lamb, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-6, "weight_decay": 0.0}),
    (optim.lamb, plain.lamb, {"beta1": 0.5, "beta2": 0.8, "eps": 1e-3, "weight_decay": 0.3}),
    (optim.ftrl, plain.ftrl, {"beta": 1.0, "l1": 0.0, "l2": 0.0, "initial": 0.0}),
    (optim.ftrl, plain.ftrl, {"beta": 0.5, "l1": 2.0, "l2": 0.3, "initial": 0.1}),
]
every_case = pytest.mark.parametrize(
    ("make", "reference", "options"), CASES, ids=[f"{m.__name__}-{o}" for m, _, o in CASES]
)


@every_case
@pytest.mark.parametrize("rate", [1e-3, 0.2])
def test_a_hundred_steps_follow_the_formula(
    make: Any, reference: Reference, options: dict[str, Any], rate: float
) -> None:
    wanted = reference(START, GRADS, rate=rate, **options)
    np.testing.assert_allclose(run(make(rate, **options), 100), wanted, rtol=1e-12, atol=1e-12)


@every_case
def test_every_backend_computes_the_same(make: Any, reference: Reference, options: dict[str, Any]) -> None:
    updater = make(0.1, **options)
    np.testing.assert_allclose(run(updater, 20, device="strict"), run(updater, 20), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("updater", "wanted"),
    [
        (optim.adagrad(0.1), 1.0 - 0.1),
        (optim.rmsprop(0.1, rho=0.75), 1.0 - 0.2),
        (optim.adadelta(rho=0.75, eps=1e-6), 1.0 - 8.0 * math.sqrt(1e-6 / (16.0 + 1e-6))),
        (optim.amsgrad(0.1), 1.0 - 0.1),
        (optim.adamax(0.1), 1.0 - 0.1),
        (optim.radam(0.1), 1.0 - 0.1 * 8.0),
        (optim.rprop(0.1), 1.0 - 0.1),
        (optim.lion(0.1, weight_decay=0.5), 1.0 - 0.1 - 0.05),
        (optim.asgd(0.1, decay=0.5), 1.0 - 0.05 - 0.8),
        (optim.fista(0.1, l1=3.0), 0.0),
        (optim.fista(0.1, l1=1.0), 0.1),
        (optim.adafactor(0.1), 1.0 - 0.1),
        # As long as the parameter, times the rate.
        (optim.lamb(0.1), 1.0 - 0.1),
        # The first pull is (8 - 0) / 0.1 times where it was, so z = 8 - 80, and the bowl is as steep.
        (optim.ftrl(0.1, l1=2.0), (72.0 - 2.0) / (9.0 / 0.1)),
        (optim.ftrl(0.1, l1=80.0), 0.0),
        (optim.weight_decay(optim.sgd(0.1), 0.5, learning_rate=0.1), 1.0 - 0.8 - 0.05),
        (optim.no_op(), 1.0),
    ],
    ids=str,
)
def test_the_first_step_is_known(updater: optim.Updater[Any], wanted: float) -> None:
    assert once(updater, 1.0, 8.0) == pytest.approx(wanted, abs=1e-8)


def test_adafactor_keeps_rows_and_columns_of_matrices_and_all_of_vectors() -> None:
    params = {"w": tg.ones((5, 3, 4)), "b": tg.ones((7,))}
    memory = optim.adafactor().init(params).memory
    assert {k: m["w"].shape for k, m in memory.items()} == {"row": (5, 3, 1), "column": (5, 1, 4)}
    assert {k: m["b"].shape for k, m in memory.items()} == {"row": (7,), "column": (0,)}


def test_muon_makes_the_singular_values_nearly_equal() -> None:
    w = tg.zeros((6, 6), dtype="float64")
    g = tg.Tensor(np.diag([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    w, _ = optim.muon(1.0, weight_decay=0.0).update(w, g, optim.muon(1.0).init(w))
    size = -np.diag(tg.to_numpy(w))
    assert 0.6 < size.min() < size.max() < 1.3


def test_any_setting_may_follow_a_schedule() -> None:
    asked: list[int] = []

    def rho(step: int) -> float:
        asked.append(step)
        return 0.5 if step == 0 else 0.0

    w, g = tg.asarray(0.0, dtype="float64"), tg.asarray(2.0, dtype="float64")
    updater = optim.rmsprop(1.0, rho=rho)
    state = updater.init(w)
    asked.clear()
    w, state = updater.update(w, g, state)
    assert float(w) == pytest.approx(-math.sqrt(2.0))
    w, state = updater.update(w, g, state)
    assert float(w) == pytest.approx(-math.sqrt(2.0) - 1.0)
    assert asked == [0, 1]


WRONG: Any = "0.1"  # a type checker would see it
REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: optim.adagrad(math.nan), ValueError, "adagrad: `learning_rate` must be positive and finite, got nan"),
    (lambda: optim.adagrad(initial=-1.0), ValueError, "adagrad: `initial` must be at least 0 and finite, got -1.0"),
    (lambda: optim.rmsprop(rho=1.0), ValueError, "rmsprop: `rho` must be at least 0 and below 1, got 1.0"),
    (lambda: optim.rmsprop(centred=WRONG), TypeError, "rmsprop: `centred` must be a bool, not str"),
    (lambda: optim.nadam(momentum_decay=-1.0), ValueError, "nadam: `momentum_decay` must be at least 0 and finite, "),
    (lambda: optim.lion(WRONG), TypeError, "lion: `learning_rate` must be a number or a schedule, not str"),
    (
        lambda: optim.rprop(smallest=2.0, largest=1.0),
        ValueError,
        "rprop: `smallest` must be at most `largest`",
    ),
    (lambda: optim.lamb(math.nan), ValueError, "lamb: `learning_rate` must be positive and finite, got nan"),
    (lambda: optim.ftrl(-0.1), ValueError, "ftrl: `learning_rate` must be positive and finite, got -0.1"),
    (lambda: optim.ftrl(l1=-1.0), ValueError, "ftrl: `l1` must be at least 0 and finite, got -1.0"),
    (
        lambda: optim.weight_decay(optim.sgd(0.1), -1.0),
        ValueError,
        "weight_decay: `strength` must be at least 0 and finite, got -1.0",
    ),
    (
        lambda: once(optim.weight_decay(optim.sgd(0.1), 1.5), 1.0, 1.0),
        ValueError,
        "weight_decay: strength * learning_rate must be below 1, got 1.5",
    ),
    (
        lambda: optim.penalty({"w": tg.ones(2)}, l1=math.nan),
        ValueError,
        "penalty: `l1` must be at least 0 and ",
    ),
    (lambda: optim.penalty({"w": tg.ones(2)}, on="v"), ValueError, "penalty: there is no parameter for 'v'"),
    (lambda: optim.orthogonal_penalty(tg.ones((1, 3))), ValueError, "orthogonal_penalty: at least two rows are needed"),
    (lambda: optim.orthogonal_penalty(tg.ones(3)), tg.ShapeError, "orthogonal_penalty: `matrix` needs 2 axes"),
    (lambda: optim.ema(1.0, optim.sgd(0.1)), ValueError, "ema: `decay` must be at least 0 and below 1, got 1.0"),
    (lambda: optim.averaging(optim.sgd(0.1), start=-1), ValueError, "averaging: `start` must be at least 0, got -1"),
    (
        lambda: optim.muon().init({"b": tg.ones((3,))}),
        ValueError,
        "muon: `b` has shape [3], but only matrices can be made orthogonal; give the others an updater of their own",
    ),
    (
        lambda: optim.radam().init({"b": tg.ones((3,), dtype="float16")}),
        ValueError,
        "radam: eps=1e-08 is 0 in float16, the dtype of `b`; use a larger one",
    ),
    (
        lambda: optim.adafactor().update(
            {"w": tg.ones((2, 3))}, {"w": tg.ones((2, 3))}, optim.adafactor().init({"w": tg.ones((2, 4))})
        ),
        tg.ShapeError,
        "adafactor: `state` was made for other parameters: `w` is float32[2 3], but float32[1 4] in it; make a new one",
    ),
    (
        lambda: optim.averaged(1.0, optim.adam().init(tg.ones((2,)))),
        TypeError,
        "averaged: AdamState keeps no average; wrap the updater: tg.optim.ema(0.999, updater)",
    ),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words.split(",")[0] for _, _, words in REFUSED])
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_the_average_is_the_mean_of_the_parameters_and_the_last_is_as_without_it() -> None:
    w = tg.asarray([1.0], dtype="float64")
    inner = optim.sgd(0.5)
    updater = optim.averaging(inner, start=2)
    state, plainly, seen = updater.init(w), inner.init(w), []
    other = w
    for g in range(6):
        slope = tg.asarray([float(g)], dtype="float64")
        w, state = updater.update(w, slope, state)
        other, plainly = inner.update(other, slope, plainly)
        seen.append(w.item())
    assert w.tolist() == other.tolist()
    assert optim.averaged(w, state).item() == pytest.approx(sum(seen[2:]) / 4, rel=1e-15)


def test_fista_solves_a_lasso() -> None:
    # With an orthonormal design the solution is the shrunk projection.
    target = tg.asarray([3.0, -0.2, 0.5, -4.0], dtype="float64")
    updater = optim.fista(0.5, l1=1.0)
    w = tg.zeros((4,), dtype="float64")
    state = updater.init(w)
    for _ in range(200):
        w, state = updater.update(w, tg.grad(lambda w: tg.sum(tg.square(w - target)) / 2)(w), state)
    np.testing.assert_allclose(tg.to_numpy(optim.averaged(w, state)), [2.0, 0.0, 0.0, -3.0], atol=1e-10)


def test_ftrl_makes_weights_zero_that_matter_little() -> None:
    x = np.random.default_rng(0).normal(size=(200, 8))
    wanted = np.array([2.0, -1.0, 0, 0, 0, 0, 0, 0.0])
    inputs, targets = tg.asarray(x), tg.asarray(x @ wanted + 0.01 * np.random.default_rng(1).normal(size=200))
    updater = optim.ftrl(0.5, l1=5.0)
    w = tg.zeros((8,), dtype="float64")
    state = updater.init(w)
    for _ in range(300):
        w, state = updater.update(w, tg.grad(lambda w: tg.mse(inputs @ w, targets))(w), state)
    assert np.allclose(tg.to_numpy(w), wanted, atol=0.1)
    assert (tg.to_numpy(w)[2:] == 0).sum() >= 4


def test_lamb_moves_what_is_zero_as_adam_does() -> None:
    w, g = tg.zeros((3,), dtype="float64"), tg.asarray([1.0, -2.0, 0.5], dtype="float64")
    moved, _ = optim.lamb(0.1).update(w, g, optim.lamb(0.1).init(w))
    assert np.allclose(tg.to_numpy(moved), [-0.1, 0.1, -0.1], atol=1e-6)
    still, _ = optim.lamb(0.1).update(g, w, optim.lamb(0.1).init(g))
    assert still.tolist() == g.tolist()


def test_decay_beside_an_updater_follows_schedules_and_is_that_of_adamw() -> None:
    rate = optim.cosine(0.1, steps=50)
    beside = optim.weight_decay(optim.adam(rate), 0.3, learning_rate=rate)
    np.testing.assert_allclose(run(beside, 40), run(optim.adamw(rate, weight_decay=0.3), 40), rtol=1e-12)


def test_penalties_follow_schedules() -> None:
    updater = optim.l1_l2(optim.sgd(1.0), l1=lambda step: 0.5 if step == 0 else 0.0, l2=lambda step: 0.25 * step)
    w, nothing = tg.asarray([4.0, -4.0]), tg.zeros((2,))
    w, state = updater.update(w, nothing, updater.init(w))
    assert w.tolist() == [3.5, -3.5]
    w, _ = updater.update(w, nothing, state)
    assert w.tolist() == [3.5 * 0.75, -3.5 * 0.75]


def test_a_penalty_in_the_loss_has_the_gradient_that_the_updater_adds() -> None:
    params = {"weight": tg.asarray([2.0, -3.0], dtype="float64"), "bias": tg.asarray([5.0], dtype="float64")}
    gradient = tg.grad(lambda p: optim.penalty(p, l1=0.5, l2=0.25, on="weight"))(params)
    assert gradient["weight"].tolist() == [0.5 + 0.5, -0.5 - 0.75]
    assert gradient["bias"].tolist() == [0.0]


def test_the_orthogonal_penalty_is_least_for_orthogonal_rows() -> None:
    matrix = tg.nn.orthogonal()(tg.random.key(0), (3, 5), "float64", (3, 5))
    assert optim.orthogonal_penalty(matrix, 1.0).item() == pytest.approx(0.0, abs=1e-12)
    assert optim.orthogonal_penalty(tg.ones((3, 5)), 1.0).item() == pytest.approx(1.0)
    skew = tg.asarray([[1.0, 0.5], [0.2, 1.0], [0.0, 1.0]], dtype="float64")
    for mode in ("rows", "columns"):
        assert_gradients(lambda w, mode=mode: optim.orthogonal_penalty(w, mode=mode), skew)
