"""The comparison finds what is wrong: in results, in gradients, in gradients of gradients, in shapes and in dtypes."""

from __future__ import annotations

from typing import Any

import pytest

import typedgrad as tg
from tests.peers.measure import Errors, measure
from tests.peers.row import Draw, Row, Setting

pytestmark = pytest.mark.peers

INF = float("inf")


def errors_of(ours: Any, theirs: Any, orders: int = 2) -> Errors:
    pytest.importorskip("torch")

    def draw(d: Draw) -> Setting:
        return Setting((d.uniform(0.5, 2.0, 3, 4),), ours, theirs)

    return measure(Row("a", "b", draw, orders))["float64"]


def test_what_is_the_same_has_no_error() -> None:
    assert errors_of(lambda x: x * x, lambda x: x * x).worst < 1e-15


def test_another_result_is_an_error() -> None:
    errors = errors_of(lambda x: x * x + 1e-6, lambda x: x * x)
    assert 1e-8 < errors.forward < 1e-5
    assert (errors.first, errors.second) == (0.0, 0.0)


def test_another_gradient_is_an_error() -> None:
    errors = errors_of(lambda x: x * x + 1e-6 * (x - tg.stop_gradient(x)), lambda x: x * x)
    assert errors.forward == 0.0
    assert errors.first is not None
    assert errors.first > 1e-8


def test_another_second_gradient_is_an_error() -> None:
    errors = errors_of(lambda x: x * x + 1e-6 * (x - tg.stop_gradient(x)) ** 2, lambda x: x * x)
    assert errors.forward == errors.first == 0.0
    assert errors.second is not None
    assert errors.second > 1e-8


def test_another_shape_is_an_error() -> None:
    with pytest.raises(AssertionError, match=r"shape \(4,\), not \(1, 4\)"):
        errors_of(lambda x: tg.sum(x, axis=0), lambda x: x.sum(0, keepdim=True))


def test_another_dtype_is_an_error() -> None:
    with pytest.raises(AssertionError, match="float32 from"):
        errors_of(lambda x: tg.astype(x, "float32"), lambda x: x, orders=0)


def test_infinity_in_another_place_is_an_error() -> None:
    assert errors_of(lambda x: x * INF, lambda x: x, orders=0).worst == float("inf")
    assert errors_of(lambda x: x * INF, lambda x: x * INF, orders=0).worst == 0.0


def test_other_integers_are_an_error() -> None:
    assert errors_of(lambda x: tg.argmax(x, axis=0), lambda x: x.argmax(0) + 1, orders=0).worst == float("inf")
