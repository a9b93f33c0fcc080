"""The updaters compute what their papers say: first steps in closed form, and long runs beside plain numpy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from tests.optim import plain
from tests.optim.plain import Values
from typedgrad.backends import backend_for_device
from typedgrad.core.pytree import flatten

START = np.array([[3.0, -2.0, 0.5], [0.0, 1e-3, 40.0]])
# Given beforehand: gradients that follow from the parameters would let rounding errors grow from step to step.
GRADS = list(np.random.default_rng(0).normal([1.0, 0.0, -0.1], [1.0, 10.0, 1e-3], (100, 2, 3)))


def run(updater: tg.optim.Updater[Any], steps: int, *, device: str = "cpu") -> Values:
    """What `steps` of `GRADS` make of `START`."""
    backend = backend_for_device(device)
    params = tg.Tensor(backend.asarray(START))
    state = updater.init(params)
    for g in GRADS[:steps]:
        params, state = updater.update(params, tg.Tensor(backend.asarray(g)), state)
    assert state.step == steps
    return backend.to_numpy(params.data)


def once(updater: tg.optim.Updater[Any], w: float, g: float) -> float:
    params = tg.asarray(w, dtype="float64")
    params, _ = updater.update(params, tg.asarray(g, dtype="float64"), updater.init(params))
    return float(params)


def test_the_first_step_of_sgd_is_the_gradient_times_the_rate() -> None:
    assert once(tg.optim.sgd(0.25), 1.0, 8.0) == 1.0 - 0.25 * 8.0


def test_the_first_step_with_momentum_is_that_of_sgd_and_with_nesterov_it_is_longer() -> None:
    assert once(tg.optim.momentum(0.25, momentum=0.5), 1.0, 8.0) == 1.0 - 0.25 * 8.0
    assert once(tg.optim.nesterov(0.25, momentum=0.5), 1.0, 8.0) == 1.0 - 0.25 * 8.0 * 1.5


def test_the_second_step_of_momentum_adds_what_is_left_of_the_first() -> None:
    updater = tg.optim.momentum(0.25, momentum=0.5)
    w, g = tg.asarray(0.0, dtype="float64"), tg.asarray(8.0, dtype="float64")
    w, state = updater.update(w, g, updater.init(w))
    w, state = updater.update(w, g, state)
    assert float(w) == -0.25 * (8.0 + 12.0)
    assert float(state.velocity[""]) == 12.0


def test_weight_decay_of_sgd_is_part_of_the_gradient() -> None:
    assert once(tg.optim.sgd(0.25, weight_decay=0.5), 4.0, 8.0) == 4.0 - 0.25 * (8.0 + 0.5 * 4.0)


@pytest.mark.parametrize("g", [8.0, -3e-4])
def test_the_first_step_of_adam_has_the_size_of_the_rate_whatever_the_gradient(g: float) -> None:
    assert once(tg.optim.adam(0.1), 1.0, g) == pytest.approx(1.0 - 0.1 * g / (abs(g) + 1e-8), rel=1e-14)


def test_the_decay_of_adamw_is_outside_the_step_and_scaled_by_the_rate() -> None:
    found = once(tg.optim.adamw(0.1, weight_decay=0.5), 4.0, 8.0)
    assert found == pytest.approx(once(tg.optim.adam(0.1), 4.0, 8.0) - 0.1 * 0.5 * 4.0, rel=1e-14)


SGD = [
    {"rate": rate, "momentum": momentum, "nesterov": nesterov, "weight_decay": decay}
    for rate, momentum, nesterov, decay in itertools.product([0.01, 0.3], [0.0, 0.9], [False, True], [0.0, 0.1])
    if momentum or not nesterov
]
ADAM = [
    {"rate": rate, "beta1": beta1, "beta2": beta2, "eps": eps, "weight_decay": decay}
    for rate, (beta1, beta2), eps, decay in itertools.product(
        [1e-3, 0.3], [(0.9, 0.999), (0.0, 0.5), (0.5, 0.0)], [1e-8, 1e-3], [0.0, 0.1]
    )
]


def make_sgd(options: dict[str, Any]) -> tg.optim.Sgd:
    return tg.optim.sgd(options["rate"], **{k: v for k, v in options.items() if k != "rate"})


def make_adam(options: dict[str, Any]) -> tg.optim.Adam:
    return tg.optim.adamw(options["rate"], **{k: v for k, v in options.items() if k != "rate"})


@pytest.mark.parametrize("options", SGD, ids=str)
def test_a_hundred_steps_of_sgd_follow_the_formula(options: dict[str, Any]) -> None:
    wanted = plain.sgd(START, GRADS, **options)
    np.testing.assert_allclose(run(make_sgd(options), 100), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", ADAM, ids=str)
def test_a_hundred_steps_of_adam_follow_the_formula(options: dict[str, Any]) -> None:
    wanted = plain.adam(START, GRADS, **options)
    np.testing.assert_allclose(run(make_adam(options), 100), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "updater",
    [tg.optim.sgd(0.1), tg.optim.nesterov(0.1, weight_decay=0.1), tg.optim.adam(0.1), tg.optim.adamw(0.1)],
    ids=repr,
)
def test_every_backend_computes_the_same(updater: tg.optim.Updater[Any]) -> None:
    np.testing.assert_allclose(run(updater, 20, device="strict"), run(updater, 20), rtol=1e-14)


def test_without_decay_adamw_is_adam() -> None:
    assert tg.optim.adamw(0.1, weight_decay=0.0) == tg.optim.adam(0.1)


@pytest.mark.parametrize(
    "updater",
    [
        tg.optim.sgd(0.1),
        tg.optim.momentum(0.02),
        tg.optim.nesterov(0.02),
        tg.optim.adam(tg.optim.cosine(0.3, steps=500, warmup=20)),
        tg.optim.chain(tg.optim.clip_global_norm(1.0), tg.optim.sgd(tg.optim.cosine(0.2, steps=500))),
    ],
    ids=repr,
)
def test_a_quadratic_is_minimised(updater: tg.optim.Updater[Any]) -> None:
    curvature, lowest = tg.asarray([1.0, 5.0, 9.0], dtype="float64"), tg.asarray([1.0, -2.0, 3.0], dtype="float64")
    descend = tg.grad(lambda w: tg.sum(curvature * tg.square(w - lowest)) / 2)
    w = tg.zeros((3,), dtype="float64")
    state = updater.init(w)
    for _ in range(500):
        w, state = updater.update(w, descend(w), state)
    np.testing.assert_allclose(tg.to_numpy(w), tg.to_numpy(lowest), atol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_of_the_parameters_is_kept_everywhere(dtype: str) -> None:
    rate = np.float64(0.1)  # times which an array of float32 becomes one of float64
    updaters: list[tg.optim.Updater[Any]] = [
        tg.optim.nesterov(lambda step: rate, weight_decay=rate),
        tg.optim.adamw(rate, eps=np.float64(1e-4), beta1=rate, beta2=rate, weight_decay=rate),
        tg.optim.chain(tg.optim.clip_value(0.5), tg.optim.clip_global_norm(rate), tg.optim.sgd(rate)),
    ]
    for updater in updaters:
        w, g = tg.ones((2, 2), dtype=dtype), tg.ones((2, 2), dtype=dtype)
        made, state = updater.update(w, g, updater.init(w))
        tensors = [x for x in flatten((made, state))[0] if isinstance(x, tg.Tensor)]
        assert {x.dtype.name for x in tensors} == {dtype}
        assert {np.asarray(x.data).dtype.name for x in tensors} == {dtype}
