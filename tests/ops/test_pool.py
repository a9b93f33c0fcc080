"""Pooling: ties, paddings, sizes of symbols, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.shapes import Argument, Request, judge


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.asarray(np.random.default_rng(0).standard_normal(sizes))


def _judged(x: str, **statics: object) -> Any:
    arguments = (Argument("x", "n c h w", "Float", x, "float32"),)
    return judge(Request("max_pool2d", callee="typedgrad.ops.pool.max_pool2d", arguments=arguments, statics=statics))


@pytest.mark.parametrize(
    ("x", "statics", "result"),
    [
        ("n 8 28 28", {"window": 2}, "n 8 14 14"),
        ("batch c h w", {"window": 2}, "batch c h//2 w//2"),
        ("batch c h w", {"window": 3, "stride": 1, "padding": 1, "rounding": "ceil"}, "batch c h w"),
        ("n 8 7 7", {"window": 2, "rounding": "ceil"}, "n 8 4 4"),
    ],
)
def test_sizes_may_be_symbols(x: str, statics: dict[str, object], result: str) -> None:
    assert _judged(x, **statics).shapes[0] == result


def test_of_equal_elements_the_first_gets_the_gradient() -> None:
    x = tg.zeros((1, 1, 2, 2))
    made = tg.grad(lambda x: tg.sum(tg.max_pool2d(x, 2)))(x).numpy()
    np.testing.assert_array_equal(made, [[[[1, 0], [0, 0]]]])


def test_nan_is_the_largest_and_gets_the_gradient() -> None:
    x = tg.asarray([[[1.0, float("nan"), 3.0]]])
    assert np.isnan(tg.max_pool1d(x, 3).numpy()).all()
    np.testing.assert_array_equal(tg.grad(lambda x: tg.sum(tg.max_pool1d(x, 3)))(x).numpy(), [[[0, 1, 0]]])


def test_padding_is_never_the_largest() -> None:
    made = tg.max_pool1d(tg.asarray([[[-1.0, -2.0, -3.0]]]), 3, stride=1, padding=1)
    np.testing.assert_array_equal(made.numpy(), [[[-1, -1, -2]]])


def test_a_mean_may_count_padding_or_not() -> None:
    x = tg.ones((1, 1, 3))
    np.testing.assert_allclose(tg.avg_pool1d(x, 3, stride=1, padding=1).numpy(), [[[2 / 3, 1, 2 / 3]]], rtol=1e-6)
    alone = tg.avg_pool1d(x, 3, stride=1, padding=1, count_padding=False)
    np.testing.assert_array_equal(alone.numpy(), [[[1, 1, 1]]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 5}, "height of the window is more than that of the padded input: 5 > 4"),
        ({"window": 0}, "`window` must be at least 1, not 0"),
        ({"window": 2, "stride": 0}, "`stride` must be at least 1, not 0"),
        ({"window": (2, 2, 2)}, "one for each of the 2 axes"),
        ({"window": 2, "padding": 2}, "a window of 2 could lie in the padding of 2 alone"),
        ({"window": 3, "stride": 2, "padding": "strict"}, "1 is not a multiple of 2"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    for pool in (tg.max_pool2d, tg.avg_pool2d):
        with pytest.raises(tg.ShapeError, match=message):
            pool(_tensor(1, 2, 4, 4), **options)
