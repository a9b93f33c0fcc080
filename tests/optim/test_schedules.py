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
