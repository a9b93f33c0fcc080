"""The scoped training run: who sees it, what it hands out, and what it remembers."""

from __future__ import annotations

import re
from typing import Any

import pytest

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor
from typedgrad.core.run import current_run
from typedgrad.core.state import State

KEY = tg.random.key(3)


def test_outside_a_run_there_is_none() -> None:
    assert current_run() is None
    with tg.training(KEY) as run:
        assert current_run() is run
    assert current_run() is None


def test_an_error_closes_the_run() -> None:
    with pytest.raises(RuntimeError), tg.training(KEY):
        raise RuntimeError
    assert current_run() is None


def test_runs_nest() -> None:
    with tg.training(KEY) as outer:
        with tg.training(tg.random.key(4)) as inner:
            assert current_run() is inner
        assert current_run() is outer


def test_every_key_is_new_and_the_same_again_in_the_same_run() -> None:
    with tg.training(KEY) as run:
        keys = [run.next_key() for _ in range(100)]
    with tg.training(KEY) as again:
        assert [again.next_key() for _ in range(100)] == keys
    with tg.training(tg.random.key(4)) as other:
        assert other.next_key() not in keys
    assert len(set(keys)) == 100
    assert KEY not in keys


def test_states_are_found_wherever_they_moved_and_the_last_value_wins() -> None:
    state, other = State(t(1.0)), State(t(5.0))
    with tg.training(KEY) as run:
        run.update(state, t(2.0))
        run.update(state, t(3.0))
    tree: dict[str, Any] = {"deep": [(state,)], "other": other, "parameter": t(7.0)}
    renewed = run.updated(tree)
    assert same(renewed["deep"][0][0].value, 3.0)
    assert renewed["other"] is other
    assert renewed["parameter"] is tree["parameter"]
    assert same(state.value, 1.0)


def test_a_renewed_state_is_the_same_state_to_the_next_run() -> None:
    state = State(t(1.0))
    for i in range(3):
        with tg.training(KEY) as run:
            run.update(state, state.value + 1.0)
        state = run.updated([state])[0]
        assert same(state.value, 2.0 + i)


def test_updates_are_off_the_tape() -> None:
    state = State(t(1.0))

    def loss(x: Tensor) -> Tensor:
        run = current_run()
        assert run is not None
        run.update(state, x * x)
        return x * x * state.value

    with tg.training(KEY) as run:
        assert same(tg.grad(loss)(t(3.0)), 6.0)
    value = run.updated(state).value
    assert value.node is None
    assert same(value, 9.0)


def test_updates_are_ignored_while_a_checkpoint_recomputes() -> None:
    state = State(t(0.0))
    seen: list[float] = []

    @tg.checkpoint
    def counting(x: Tensor) -> Tensor:
        run = current_run()
        assert run is not None
        seen.append(float(x))
        run.update(state, run.updated(state).value + 1.0)
        return x * x

    with tg.training(KEY) as run:
        tg.grad(counting)(t(3.0))
    assert len(seen) == 2
    assert same(run.updated(state).value, 1.0)


def test_states_are_skipped_by_gradients() -> None:
    tree: dict[str, Any] = {"w": t(2.0), "mean": State(t(5.0))}
    gradient = tg.grad(lambda p: p["w"] * p["mean"].value)(tree)
    assert same(gradient["w"], 5.0)
    assert gradient["mean"] is tree["mean"]


def test_a_run_needs_a_key() -> None:
    with pytest.raises(TypeError, match=re.escape("training: `key` must be a random key, made by tg.random.key(seed)")):
        tg.training(3)  # type: ignore[arg-type]  # refused
