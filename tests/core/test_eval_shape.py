"""`eval_shape` and abstract tensors: shapes without values."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import t
from typedgrad import Tensor
from typedgrad.core.abstract import abstract


def sizes(x: Tensor) -> str:
    return " ".join(map(str, x.shape))


def test_shapes_may_be_strings_tensors_or_trees_of_them() -> None:
    out = tg.eval_shape(lambda p, x: {"y": x @ p["w"] + p["b"]}, {"w": "784 k", "b": tg.ones(1)}, "batch 784")
    assert sizes(out["y"]) == "batch k"
    assert out["y"].dtype == np.float32
    assert out["y"].device == "abstract"


def test_nothing_is_computed() -> None:
    huge = tg.eval_shape(lambda x: x @ x, f"{10**9} {10**9}")
    assert huge.shape == (10**9, 10**9)


def test_symbols_are_computed_with() -> None:
    assert sizes(tg.eval_shape(lambda x: tg.reshape(x, (-1,)), "n 3")) == "3*n"
    assert sizes(tg.eval_shape(lambda x, y: tg.concat((x, y)), "n 3", "m 3")) == "m+n 3"
    assert sizes(tg.eval_shape(lambda x: tg.sum(x, axis=0), "n m")) == "m"


def test_numbers_and_dtypes() -> None:
    assert tg.eval_shape(lambda x: x * 2.5, abstract("n", "int64")).dtype == np.float32
    assert tg.eval_shape(lambda x: x * 2, abstract("n", "float64")).dtype == np.float64
    assert tg.eval_shape(lambda x: x > 0, "n").dtype == np.bool_


def test_clashes_are_refused_as_they_are_with_values() -> None:
    with pytest.raises(tg.ShapeError, match="do not broadcast"):
        tg.eval_shape(lambda x, y: x + y, "n 3", "n 4")
    with pytest.raises(tg.ShapeError):
        tg.eval_shape(lambda x, y: x + y, "n", "m")


@pytest.mark.parametrize("look", [bool, float, int, lambda x: x.item(), lambda x: x.tolist(), np.asarray])
def test_looking_at_values_is_refused(look: Any) -> None:
    with pytest.raises(TypeError):
        tg.eval_shape(look, "")


def test_a_malformed_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape('"n+" is not a shape')):
        tg.eval_shape(lambda x: x, "n+")
    with pytest.raises(TypeError, match="is not a dtype"):
        abstract("n", "float17")


def test_gradients_have_shapes_too() -> None:
    def loss(w: Tensor, x: Tensor) -> Tensor:
        return tg.sum(x @ w)

    gradient = tg.eval_shape(tg.grad(loss), "784 10", "batch 784")
    assert sizes(gradient) == "784 10"
    hessian = tg.eval_shape(lambda x: tg.hvp(lambda y: tg.sum(y * y * y), x, x), "n")
    assert sizes(hessian) == "n"


def test_checkpoints_have_shapes_too() -> None:
    def square(x: Tensor) -> Tensor:
        return x * x

    assert sizes(tg.eval_shape(tg.checkpoint(square), "n")) == "n"


def test_the_repr_shows_symbols() -> None:
    assert repr(abstract("n 784", "int64")) == "Tensor(int64[n 784], abstract)"


def test_tensors_with_values_may_take_part() -> None:
    assert sizes(tg.eval_shape(lambda x: x + t([1.0], "float32"), "n")) == "n"
    with pytest.raises(tg.ShapeError):
        tg.eval_shape(lambda x: x + t([1.0, 2.0], "float32"), "n")
