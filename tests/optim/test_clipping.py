"""Clipping: what is small enough stays as it is, what is too large is brought down, what is broken is named."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad.backends import backend_for_device
from typedgrad.core.state import State
from typedgrad.optim import chain, clip_global_norm, clip_value, global_norm, sgd


def test_gradients_within_the_norm_are_returned_as_they_are() -> None:
    grads = {"a": tg.asarray([3.0]), "b": tg.asarray([4.0])}
    assert clip_global_norm(5.0)(grads) is grads


def test_larger_ones_keep_their_direction_and_get_the_norm() -> None:
    grads: dict[str, Any] = {"a": tg.asarray([[3.0, 0.0]], dtype="float64"), "b": (tg.asarray(4.0, dtype="float64"),)}
    clipped = clip_global_norm(1.0)(grads)
    assert global_norm(clipped) == pytest.approx(1.0, rel=1e-15)
    assert clipped["a"].tolist() == [[pytest.approx(0.6), 0.0]]
    assert float(clipped["b"][0]) == pytest.approx(0.8)


def test_the_norm_does_not_overflow_where_the_gradients_do_not() -> None:
    assert global_norm((tg.asarray([3e30]), tg.asarray([4e30]))) == pytest.approx(5e30, rel=1e-6)
    assert clip_global_norm(1.0)(tg.asarray([3e30, 4e30])).tolist() == [pytest.approx(0.6), pytest.approx(0.8)]


def test_the_norm_of_strided_zero_size_and_no_gradients() -> None:
    base = np.arange(12.0).reshape(3, 4)
    assert global_norm(tg.Tensor(base.T[::2])) == pytest.approx(float(np.linalg.norm(base.T[::2])))
    assert global_norm(tg.zeros((0, 3))) == 0.0
    assert global_norm(()) == 0.0


def test_values_are_clipped_one_by_one() -> None:
    clipped = clip_value(1.0)({"w": tg.asarray([-3.0, 0.5, 2.0]), "b": tg.asarray(7.0)})
    assert clipped["w"].tolist() == [-1.0, 0.5, 1.0]
    assert clipped["b"].tolist() == 1.0


def test_clipping_works_on_every_backend() -> None:
    g = tg.Tensor(backend_for_device("strict").asarray(np.array([3.0, -4.0])))
    assert tg.to_numpy(clip_global_norm(1.0)(g)).tolist() == [pytest.approx(0.6), pytest.approx(-0.8)]
    assert tg.to_numpy(clip_value(3.5)(g)).tolist() == [3.0, -3.5]


def test_states_and_nothing_pass_through() -> None:
    running = State(tg.asarray([100.0]))
    grads: dict[str, Any] = {"w": tg.asarray([2.0]), "running": running, "bias": None}
    clipped = clip_global_norm(1.0)(grads)
    assert clipped["running"] is running
    assert clipped["bias"] is None
    assert clipped["w"].tolist() == [1.0]


def test_inputs_are_not_changed() -> None:
    g = tg.asarray([3.0, 4.0])
    clip_global_norm(1.0)(g)
    clip_value(1.0)(g)
    assert g.tolist() == [3.0, 4.0]


@pytest.mark.parametrize(("bad", "words"), [(math.nan, "of `b` has NaN"), (math.inf, "of `b` is infinite")])
def test_a_gradient_that_is_not_finite_is_named(bad: float, words: str) -> None:
    with pytest.raises(FloatingPointError, match=f"clip_global_norm: the gradient {words}"):
        clip_global_norm(1.0)({"a": tg.asarray([1.0]), "b": tg.asarray([bad])})


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan, math.inf])
def test_a_limit_that_cannot_be_meant_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="clip_global_norm: `max_norm` must be positive and finite, got"):
        clip_global_norm(limit)
    with pytest.raises(ValueError, match="clip_value: `max_value` must be positive and finite, got"):
        clip_value(limit)


def test_a_chain_applies_its_transforms_in_order() -> None:
    w, g = tg.asarray([0.0, 0.0]), tg.asarray([30.0, 4.0])
    first = chain(clip_value(3.0), clip_global_norm(1.0), sgd(1.0))
    assert first.update(w, g, first.init(w))[0].tolist() == pytest.approx([-math.sqrt(0.5)] * 2)
    second = chain(clip_global_norm(1.0), clip_value(3.0), sgd(1.0))
    assert second.update(w, g, second.init(w))[0].tolist() != pytest.approx([-math.sqrt(0.5)] * 2)
    nested = chain(clip_value(3.0), chain(clip_global_norm(1.0), sgd(1.0)))
    assert nested.update(w, g, nested.init(w))[0].tolist() == pytest.approx([-math.sqrt(0.5)] * 2)


def test_a_chain_needs_an_updater_at_its_end_and_functions_before_it() -> None:
    with pytest.raises(TypeError, match=r"chain: the last part must be an updater such as adam\(1e-3\), got ClipValue"):
        chain(sgd(1.0), clip_value(1.0))  # type: ignore[arg-type]  # what is being tested
    with pytest.raises(TypeError, match=r"chain: the last part must be an updater .* got nothing"):
        chain()  # type: ignore[call-arg]  # what is being tested
    with pytest.raises(TypeError, match="chain: part 0 must be a function of gradients, not Sgd"):
        chain(sgd(1.0), sgd(1.0))  # type: ignore[arg-type]  # what is being tested
