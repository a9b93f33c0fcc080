"""Pooling by sums, norms and to a given size; images made larger and smaller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.testing import assert_gradients


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.asarray(np.random.default_rng(0).standard_normal(sizes))


def test_a_sum_is_the_mean_times_the_window() -> None:
    x = _tensor(2, 3, 6, 7)
    made = tg.sum_pool(x, (2, 3), stride=2)
    np.testing.assert_allclose(made.numpy(), 6 * tg.avg_pool2d(x, (2, 3), stride=2).numpy(), rtol=1e-12)


def test_the_gradient_of_a_norm_of_zeros_is_zero() -> None:
    gradient = tg.grad(lambda x: tg.sum(tg.lp_pool(x, 2, p=2.0)))(tg.asarray([[[0.0, 0.0, 3.0, 4.0]]])).numpy()
    np.testing.assert_allclose(gradient, [[[0, 0, 0.6, 0.8]]], rtol=1e-6)
    with pytest.raises(ValueError, match="`p` must be at least 1"):
        tg.lp_pool(tg.ones((1, 1, 2)), 2, p=0.5)


@pytest.mark.parametrize(("size", "shape"), [(3, (2, 1, 3, 3)), ((1, 4), (2, 1, 1, 4)), ((5, 9), (2, 1, 5, 9))])
def test_adaptive_pooling_takes_the_windows_that_the_definition_says(size: Any, shape: tuple[int, ...]) -> None:
    x = _tensor(2, 1, 5, 7)
    for pool, reduce in ((tg.adaptive_avg_pool, np.mean), (tg.adaptive_max_pool, np.max)):
        made = pool(x, size).numpy()
        assert made.shape == shape
        for i, j in np.ndindex(*shape[2:]):
            rows = slice(i * 5 // shape[2], -(-(i + 1) * 5 // shape[2]))
            columns = slice(j * 7 // shape[3], -(-(j + 1) * 7 // shape[3]))
            wanted: Any = reduce(x.numpy()[:, :, rows, columns], axis=(2, 3))
            np.testing.assert_allclose(made[:, :, i, j], wanted, rtol=1e-12)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tg.sum_pool(x, 2, padding=1),
        lambda x: tg.lp_pool(x, 2, p=3.0),
        lambda x: tg.adaptive_avg_pool(x, (3, 2)),
        lambda x: tg.adaptive_max_pool(x, 3),
        lambda x: tg.upsample(x, (1, 2)),
        lambda x: tg.pixel_shuffle(x, 2),
        lambda x: tg.pixel_unshuffle(x, 2),
        lambda x: tg.space_to_depth(x, 2),
    ],
)
def test_gradients_are_those_of_differences(f: Callable[[tg.Tensor], tg.Tensor]) -> None:
    assert_gradients(lambda x: tg.sum(tg.square(f(x))), _tensor(2, 4, 4, 4))


def test_unshuffling_is_the_inverse_of_shuffling() -> None:
    x = _tensor(2, 8, 3, 5)
    np.testing.assert_array_equal(tg.pixel_unshuffle(tg.pixel_shuffle(x, 2), 2).numpy(), x.numpy())


def test_of_equal_elements_the_first_of_the_first_row_has_the_gradient_and_nan_is_the_largest() -> None:
    x = np.array([[[[1.0, 5.0, 5.0], [5.0, 5.0, 0.0]], [[np.nan, 7.0, 1.0], [2.0, np.nan, 8.0]]]])
    value, gradient = tg.value_and_grad(lambda x: tg.sum(tg.adaptive_max_pool(x, 1)[:, :1]))(tg.asarray(x))
    assert value.item() == 5
    np.testing.assert_array_equal(gradient.numpy()[0, 0], [[0, 1, 0], [0, 0, 0]])
    gradient = tg.grad(lambda x: tg.sum(tg.adaptive_max_pool(x, 1)))(tg.asarray(x))
    np.testing.assert_array_equal(gradient.numpy()[0, 1], [[1, 0, 0], [0, 0, 0]])
    gradient = tg.grad(lambda x: tg.sum(tg.adaptive_max_pool(x, (2, 1))))(tg.asarray(x))
    np.testing.assert_array_equal(gradient.numpy()[0], [[[0, 1, 0], [1, 0, 0]], [[1, 0, 0], [0, 1, 0]]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tg.adaptive_avg_pool(tg.ones((1, 1, 4)), 0), "`size` must be at least 1"),
        (lambda: tg.adaptive_max_pool(tg.ones((1, 1, 0)), 2), "axis 2 of `x` has no elements"),
        (lambda: tg.upsample(tg.ones((1, 1, 4)), (2, 2)), "one for each of the 1 axes"),
        (lambda: tg.pixel_shuffle(tg.ones((1, 6, 2, 2)), 2), "6 is not a multiple of 4"),
        (lambda: tg.pixel_unshuffle(tg.ones((1, 1, 4, 3)), 2), "`factor`=2 must divide the width of `x`: 3"),
        (lambda: tg.space_to_depth(tg.ones((1, 1, 4, 3)), 0), "`block` must be at least 1, not 0"),
        (lambda: tg.sum_pool(tg.ones((1, 1, 3)), 4), "the window is more than that of the padded input: 4 > 3"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(tg.ShapeError, match=message):
        call()
