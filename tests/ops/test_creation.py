"""Making tensors, moving them, taking them over from other libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tests.backends.strict
import typedgrad as tg
from typedgrad.core.state import State

assert tests.backends.strict.__name__, "importing the double registers the device"


@pytest.mark.parametrize(
    ("arguments", "options", "dtype"),
    [
        ((5,), {}, "int64"),
        ((1, 7, 2), {}, "int64"),
        ((5, 0, -2), {}, "int64"),
        ((3, 3), {}, "int64"),
        ((0, 1, 0.25), {}, "float32"),
        ((5,), {"dtype": "uint8"}, "uint8"),
    ],
)
def test_arange_counts_like_numpy(arguments: Any, options: Any, dtype: str) -> None:
    made = tg.arange(*arguments, **options)
    assert made.dtype.name == dtype
    np.testing.assert_array_equal(tg.to_numpy(made), np.arange(*arguments))


def test_linspace_ends_where_it_is_told() -> None:
    assert tg.linspace(0, 1, 3).tolist() == [0.0, 0.5, 1.0]
    assert tg.linspace(0, 1, 4, endpoint=False, dtype="float64").tolist() == [0.0, 0.25, 0.5, 0.75]
    assert tg.linspace(0, 1, 0).shape == (0,)


def test_eye_may_be_wide_and_shifted() -> None:
    np.testing.assert_array_equal(tg.to_numpy(tg.eye(3, 4, k=-1)), np.eye(3, 4, k=-1))
    assert tg.eye(2, dtype="int64").dtype.name == "int64"


@pytest.mark.parametrize("make", [tg.zeros, tg.ones, tg.empty])
def test_fresh_tensors_are_float32_unless_told(make: Any) -> None:
    assert make((2, 3)).dtype.name == "float32"
    assert make(2, dtype="int8").dtype.name == "int8"
    assert make((), device="strict").device == "strict"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tg.zeros((2, -1)), ValueError, "zeros: the size of axis 1 must not be negative, got -1"),
        (lambda: tg.empty((2, 1.5)), TypeError, "empty: the size of axis 1 must be an int, not 1.5"),  # type: ignore[arg-type]  # on purpose
        (lambda: tg.eye(-1), ValueError, "eye: the size of axis 0 must not be negative"),
        (lambda: tg.arange(0, 1, 0), ValueError, "arange: the step must not be 0"),
        (lambda: tg.linspace(0, 1, -1), ValueError, "linspace: the size of axis 0 must not be negative"),
        (lambda: tg.ones(2, device="tpu"), ValueError, "unknown device 'tpu'"),
        (lambda: tg.ones(2, dtype="float33"), TypeError, "'float33' is not a dtype"),
        (
            lambda: tg.one_hot(tg.asarray([0, 3]), classes=3),
            ValueError,
            r"one_hot: the label at index 1 is 3, which is not in 0..2",
        ),
        (
            lambda: tg.one_hot(tg.asarray([[0], [-1]]), classes=3),
            ValueError,
            r"one_hot: the label at index \(1, 0\) is -1",
        ),
        (lambda: tg.one_hot(tg.asarray(7), classes=3), ValueError, "one_hot: the label is 7, which is not in 0..2"),
        (lambda: tg.one_hot(tg.asarray([0.0]), classes=3), TypeError, "one_hot: `labels` must be Integer, not float32"),
        (lambda: tg.to(tg.ones(2), "tpu"), ValueError, "unknown device 'tpu'"),
        (lambda: tg.from_dlpack([1.0]), TypeError, "from_dlpack: list does not speak DLPack; use tg.asarray"),
        (lambda: tg.from_dlpack(np.ones(2), device="strict", copy=False), ValueError, "needs a copy"),
    ],
)
def test_what_cannot_be_made_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_labels_of_any_integers_become_vectors() -> None:
    labels = np.array([[0, 2], [1, 1]])
    for dtype in ("int8", "uint8", "int64"):
        made = tg.one_hot(tg.asarray(labels, dtype=dtype), classes=3, dtype="float64")
        np.testing.assert_array_equal(tg.to_numpy(made), np.eye(3)[labels])
    assert tg.one_hot(tg.zeros((0,), dtype="int64"), classes=3).shape == (0, 3)


def test_to_moves_the_tensors_of_a_tree_and_leaves_the_rest() -> None:
    token = object()
    tree = {"w": tg.ones(2), "mean": State(tg.zeros(1), token), "n": 3}
    moved = tg.to(tree, "strict")
    assert moved["w"].device == moved["mean"].value.device == "strict"  # type: ignore[attr-defined]  # a mixed tree
    assert moved["mean"].token is token  # type: ignore[attr-defined]  # as above
    assert moved["n"] == 3
    back = tg.to(moved, "cpu")
    assert back["w"].tolist() == [1.0, 1.0]  # type: ignore[attr-defined]  # as above
    assert tg.to(tree, "cpu")["w"] is tree["w"]


def test_what_is_being_differentiated_is_not_moved() -> None:
    with pytest.raises(TypeError, match="to: this Tensor is being differentiated; move it to strict before"):
        tg.grad(lambda x: tg.sum(tg.to(x, "strict")))(tg.ones(2))


def test_asarray_of_a_tensor_stays_differentiable() -> None:
    gradient = tg.grad(lambda x: tg.sum(tg.asarray(x, dtype="float64") ** 2))(tg.ones(2))
    assert gradient.tolist() == [2.0, 2.0]
    x = tg.ones(2)
    assert tg.asarray(x) is x
    assert not np.shares_memory(tg.to_numpy(tg.asarray(x, copy=True)), tg.to_numpy(x))
    assert tg.asarray(tg.ones(2, device="strict"), device="cpu").device == "cpu"
    with pytest.raises(ValueError, match="copy=False"):
        tg.asarray(x, dtype="float64", copy=False)


def test_from_dlpack_shares_memory_unless_told() -> None:
    x = np.arange(3.0)
    assert np.shares_memory(tg.to_numpy(tg.from_dlpack(x)), x)
    assert not np.shares_memory(tg.to_numpy(tg.from_dlpack(x, copy=True)), x)
    assert tg.from_dlpack(x, device="strict").device == "strict"


def test_tensors_like_others() -> None:
    x = tg.asarray([[1, 2]], device="strict")
    for made in (tg.zeros_like(x), tg.ones_like(x), tg.empty_like(x), tg.full_like(x, 3)):
        assert (made.shape, made.dtype, made.device) == ((1, 2), x.dtype, "strict")
    assert tg.full_like(x, 2.5, dtype="float64").tolist() == [[2.5, 2.5]]
    assert tg.grad(lambda x: tg.sum(x * tg.zeros_like(x)))(tg.ones(2)).tolist() == [0.0, 0.0]
