"""Schedules give the values of their formulas, and refuse what cannot be meant."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import typedgrad as tg
from typedgrad import optim
from typedgrad.optim import Schedule, constant, cosine, linear_warmup, step_decay

WRONG: Any = "0.1"  # a type checker would see it
GOLDEN: list[tuple[Schedule, dict[int, float]]] = [
    (constant(0.5), {0: 0.5, 1: 0.5, 10**9: 0.5}),
    (step_decay(0.8, factor=0.5, every=10), {0: 0.8, 9: 0.8, 10: 0.4, 19: 0.4, 20: 0.2, 35: 0.1}),
    (step_decay(2.0, factor=1.0, every=1), {0: 2.0, 7: 2.0}),
    (cosine(1.0, steps=4), {0: 1.0, 1: 0.8535533905932737, 2: 0.5, 3: 0.14644660940672627, 4: 0.0, 5: 0.0}),
    (cosine(1.0, steps=8, warmup=4), {0: 0.2, 1: 0.4, 2: 0.6, 3: 0.8, 4: 1.0, 6: 0.5, 8: 0.0, 99: 0.0}),
    (cosine(3.0, steps=2, final=1.0), {0: 3.0, 1: 2.0, 2: 1.0, 3: 1.0}),
    (linear_warmup(10.0, steps=4), {0: 2.0, 1: 4.0, 2: 6.0, 3: 8.0, 4: 10.0, 5: 10.0}),
    (linear_warmup(step_decay(4.0, factor=0.5, every=2), steps=3), {0: 1.0, 1: 2.0, 2: 1.5, 3: 2.0, 4: 1.0}),
    (optim.multi_step(0.8, factor=0.5, at=[2, 5]), {0: 0.8, 1: 0.8, 2: 0.4, 4: 0.4, 5: 0.2, 99: 0.2}),
    (optim.exponential(2.0, factor=0.5), {0: 2.0, 1: 1.0, 3: 0.25}),
    (optim.inverse(1.0, rate=0.5, power=2.0), {0: 1.0, 2: 0.25, 6: 0.0625}),
    (optim.polynomial(1.0, steps=4, power=2.0), {0: 1.0, 1: 0.5625, 2: 0.25, 3: 0.0625, 4: 0.0, 9: 0.0}),
    (optim.polynomial(3.0, steps=2, final=1.0), {0: 3.0, 1: 2.0, 2: 1.0, 3: 1.0}),
    (optim.sigmoid(1.0, rate=1.0, middle=3), {0: 0.9525741268224334, 3: 0.5, 6: 0.04742587317756678, 10**9: 0.0}),
    (
        optim.one_cycle(1.0, steps=10, rise=0.5, initial=0.2, final=0.1),
        {0: 0.2, 2: 0.6, 4: 1.0, 9: 0.1, 10: 0.1, 99: 0.1},
    ),
    (optim.cosine_restarts(1.0, period=4), {0: 1.0, 2: 0.5, 3: 0.14644660940672627, 4: 1.0, 6: 0.5, 8: 1.0}),
    (optim.cosine_restarts(3.0, period=2, factor=2, final=1.0), {0: 3.0, 1: 2.0, 2: 3.0, 4: 2.0, 6: 3.0, 10: 2.0}),
    (optim.by_epoch(optim.exponential(1.0, factor=0.5), steps=10), {0: 1.0, 9: 1.0, 10: 0.5, 25: 0.25}),
]


@pytest.mark.parametrize(("schedule", "values"), GOLDEN, ids=[repr(s) for s, _ in GOLDEN])
def test_a_schedule_has_the_values_of_its_formula(schedule: Schedule, values: dict[int, float]) -> None:
    assert {step: schedule(step) for step in values} == pytest.approx(values, rel=1e-15, abs=1e-16)


def test_a_cosine_with_warm_up_rises_to_its_peak_once_and_falls_from_there() -> None:
    schedule = cosine(0.3, steps=100, warmup=10)
    values = [schedule(step) for step in range(120)]
    assert values.index(max(values)) == 10
    assert max(values) == 0.3
    assert values[:11] == sorted(values[:11])
    assert values[10:] == sorted(values[10:], reverse=True)
    assert values[0] > 0


def test_schedules_are_values() -> None:
    assert cosine(0.1, steps=5) == cosine(0.1, steps=5)
    assert repr(step_decay(1.0, factor=0.5, every=2)) == "StepDecay(initial=1.0, factor=0.5, every=2)"


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: constant(-1.0), ValueError, "constant: `value` must be at least 0 and finite, got -1.0"),
        (lambda: constant(math.nan), ValueError, "constant: `value` must be at least 0 and finite, got nan"),
        (lambda: constant(WRONG), TypeError, "constant: `value` must be a number, not str"),
        (lambda: step_decay(1.0, factor=math.inf, every=1), ValueError, "step_decay: `factor` must be at least 0"),
        (lambda: step_decay(1.0, factor=0.5, every=0), ValueError, "step_decay: `every` must be at least 1, got 0"),
        (lambda: step_decay(1.0, factor=0.5, every=WRONG), TypeError, "step_decay: `every` must be an int, not str"),
        (lambda: cosine(1.0, steps=0), ValueError, "cosine: `steps` must be at least 1, got 0"),
        (lambda: cosine(1.0, steps=5, warmup=-1), ValueError, "cosine: `warmup` must be at least 0, got -1"),
        (lambda: cosine(1.0, steps=5, warmup=5), ValueError, "cosine: `warmup` must be less than `steps`"),
        (lambda: cosine(1.0, steps=5, final=-0.1), ValueError, "cosine: `final` must be at least 0"),
        (lambda: cosine(True, steps=5), TypeError, "cosine: `peak` must be a number, not bool"),
        (lambda: optim.exponential(math.nan, factor=0.5), ValueError, "exponential: `initial` must be at least 0"),
        (lambda: optim.inverse(1.0, rate=-1.0), ValueError, "inverse: `rate` must be at least 0 and finite, got -1.0"),
        (lambda: optim.polynomial(1.0, steps=0), ValueError, "polynomial: `steps` must be at least 1, got 0"),
        (lambda: optim.sigmoid(WRONG, rate=1.0, middle=1), TypeError, "sigmoid: `initial` must be a number, not str"),
        (lambda: optim.multi_step(1.0, factor=0.5, at=[5, 5]), ValueError, "multi_step: `at` must be rising steps"),
        (lambda: optim.one_cycle(1.0, steps=3), ValueError, "one_cycle: `rise` must leave steps on both sides, got"),
        (lambda: optim.one_cycle(1.0, steps=3, rise=1.0), ValueError, "one_cycle: `rise` must leave steps on both"),
        (lambda: optim.cosine_restarts(1.0, period=0), ValueError, "cosine_restarts: `period` must be at least 1"),
        (lambda: optim.by_epoch(WRONG, steps=1), TypeError, "by_epoch: `schedule` must be a schedule, not str"),
        (lambda: optim.by_epoch(constant(1.0), steps=0), ValueError, "by_epoch: `steps` must be at least 1, got 0"),
        (lambda: optim.on_plateau(1.0, factor=1.0), ValueError, "on_plateau: `factor` must be at least 0 and below 1"),
        (lambda: optim.on_plateau(1.0, patience=-1), ValueError, "on_plateau: `patience` must be at least 0, got -1"),
        (lambda: optim.on_plateau(1.0, mode=WRONG), ValueError, 'on_plateau: `mode` must be "min" or "max", got'),
        (lambda: linear_warmup(1.0, steps=0), ValueError, "linear_warmup: `steps` must be at least 1, got 0"),
        (lambda: linear_warmup(WRONG, steps=3), TypeError, "linear_warmup: `after` must be a number or a schedule"),
    ],
)
def test_a_schedule_that_cannot_be_meant_is_refused(
    make: Callable[[], object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_the_first_update_asks_for_step_zero_and_the_state_counts_on() -> None:
    asked: list[int] = []

    def rate(step: int) -> float:
        asked.append(step)
        return 2.0**-step

    updater = optim.sgd(rate)
    w = tg.asarray(0.0)
    state = updater.init(w)
    for _ in range(3):
        w, state = updater.update(w, tg.asarray(1.0), state)
    assert asked == [0, 1, 2]
    assert float(w) == -1.75
    # Another run from a saved state asks where this one stopped.
    updater.update(w, tg.asarray(1.0), state)
    assert asked[-1] == 3


def test_momentum_and_weight_decay_follow_schedules_too() -> None:
    updater = optim.sgd(1.0, momentum=lambda step: 0.5 * step, weight_decay=float)
    w, g = tg.asarray(1.0), tg.asarray(1.0)
    w, state = updater.update(w, g, updater.init(w))
    assert float(w) == 0.0
    w, state = updater.update(w, g, state)
    assert float(state.velocity[""]) == 0.5 * 1.0 + 1.0 + 1.0 * 0.0
    assert float(w) == -1.5


def test_what_adam_keeps_of_its_means_may_follow_schedules() -> None:
    # With beta1 = beta2 = 0 a step has the size of the rate; what was kept before is forgotten.
    updater = optim.adam(0.5, beta1=lambda step: 0.9 if step < 2 else 0.0, beta2=lambda step: 0.9 if step < 2 else 0.0)
    w = tg.asarray(0.0, dtype="float64")
    state = updater.init(w)
    for slope in (3.0, -1.0, 5.0):
        before = float(w)
        w, state = updater.update(w, tg.asarray(slope, dtype="float64"), state)
    assert float(w) - before == pytest.approx(-0.5, rel=1e-8)
    assert float(state.first[""]) == 5.0


def test_a_polynomial_falls() -> None:
    schedule = optim.polynomial(0.1, steps=50, power=0.5)
    values = [schedule(step) for step in range(60)]
    assert values == sorted(values, reverse=True)
    assert values[0] == 0.1


def test_a_plateau_is_noticed_and_left_in_peace_for_a_while() -> None:
    rate = optim.on_plateau(1.0, factor=0.5, patience=1, rest=2, least=0.25)
    scores = [5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, math.nan, 5.0, 5.0, 5.0]
    assert [rate.observe(s) for s in scores] == [1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]
    # What it has seen can be saved.
    other = optim.on_plateau(1.0, factor=0.5)
    other.state = rate.state
    assert other(0) == 0.25


def test_more_may_be_better() -> None:
    rate = optim.on_plateau(1.0, factor=0.5, patience=0, mode="max")
    assert [rate.observe(s) for s in (0.1, 0.2, 0.2, 0.3, 0.1)] == [1.0, 1.0, 0.5, 0.5, 0.25]


def test_a_plateau_listens_to_a_training() -> None:
    rate = optim.on_plateau(1e-9, factor=0.5, patience=0)
    model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    data = [(tg.ones((2, 1)), tg.zeros((2, 1)))]
    listener: tg.train.Listener = rate
    tg.fit(model, data, loss=lambda y, target: tg.mean(tg.square(y - target)), updater=optim.sgd(rate), epochs=4,
           key=tg.random.key(1), listeners=[listener])  # fmt: skip
    assert rate(0) == 1e-9 / 8


def test_what_keeps_adam_from_dividing_by_nothing_may_follow_a_schedule() -> None:
    w, g = tg.asarray(0.0, dtype="float64"), tg.asarray(1.0, dtype="float64")
    updater = optim.adam(1.0, eps=lambda step: 1.0 if step == 0 else 3.0)
    w, state = updater.update(w, g, updater.init(w))
    assert float(w) == pytest.approx(-1.0 / 2.0)
    w, _ = updater.update(w, g, state)
    assert float(w) == pytest.approx(-1.0 / 2.0 - 1.0 / 4.0)
