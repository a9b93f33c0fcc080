"""Depthwise convolutions, which run as products with banded matrices: the same numbers, whatever is cut how."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.laws.cases_conv import correlated, spread
from typedgrad.backends import workers
from typedgrad.ops import banded, correlation
from typedgrad.ops.correlation import Sliding

RNG = np.random.default_rng(0)
WAYS = [
    ((2, 3, 6, 40), (3, 3), Sliding((1, 1), ((1, 1), (1, 1)), (1, 1), 3)),
    ((3, 2, 7, 31), (2, 5), Sliding((2, 2), ((0, 1), (2, 2)), (2, 1), 2)),
    ((1, 4, 9, 50), (3, 2), Sliding((3, 1), ((2, 0), (0, 0)), (1, 3), 4)),
    ((2, 2, 5, 6, 33), (2, 3, 3), Sliding((2, 2, 3), ((1, 1), (0, 2), (1, 0)), (1, 1, 2), 2)),
]


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize("elements", [1, 1 << 18])
@pytest.mark.parametrize(("shape", "window", "how"), WAYS)
def test_all_three_agree_with_the_sum_place_by_place(
    shape: tuple[int, ...],
    window: tuple[int, ...],
    how: Sliding,
    elements: int,
    multiplier: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(banded, "_ELEMENTS", elements)
    x: Any = RNG.standard_normal(shape)
    kernel: Any = RNG.standard_normal((shape[1] * multiplier, 1, *window))
    assert how.bands(shape[2:], kernel.shape) is not None
    out: Any = correlation.correlate(x, kernel, None, how)
    np.testing.assert_allclose(out, correlated(x, kernel, **how._asdict()), rtol=1e-10, atol=1e-12)
    g: Any = RNG.standard_normal(out.shape)
    back = correlation.input_cotangent(g, kernel, shape[2:], how)
    np.testing.assert_allclose(back, spread(g, kernel, size=shape[2:], **how._asdict()), rtol=1e-10, atol=1e-12)
    along: Any = RNG.standard_normal(kernel.shape)
    pulled: Any = correlation.kernel_cotangent(x, g, window, how)
    there: Any = correlation.correlate(x, along, None, how)
    assert math.isclose((pulled * along).sum(), (there * g).sum(), rel_tol=1e-9)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_goes_back_to_what_its_window_saw(value: float) -> None:
    how = Sliding((2, 2), ((1, 1), (1, 1)), (1, 1), 2)
    g: Any = np.ones((1, 2, 3, 15))
    g[0, 1, 1, 5] = value
    kernel: Any = np.ones((2, 1, 3, 3))
    back: Any = correlation.input_cotangent(g, kernel, (6, 30), how)
    assert np.isfinite(back[0, 0]).all()
    assert np.argwhere(~np.isfinite(back[0, 1])).tolist() == [[i, j] for i in (1, 2, 3) for j in (9, 10, 11)]


@pytest.mark.parametrize("before", [0, 1, 4, 7])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("stride", [2, 3, 5])
@pytest.mark.parametrize("width", [1, 13, 31])
def test_a_stride_along_the_last_axis_is_undone_by_the_band(
    stride: int, dilation: int, before: int, width: int
) -> None:
    how = Sliding((2, stride), ((1, 0), (before, 6)), (1, dilation), 3)
    x: Any = RNG.standard_normal((2, 3, 5, width))
    kernel: Any = RNG.standard_normal((3, 1, 2, 3))
    g: Any = RNG.standard_normal(correlated(x, kernel, **how._asdict()).shape)
    back: Any = correlation.input_cotangent(g, kernel, (5, width), how)
    np.testing.assert_allclose(back, spread(g, kernel, size=(5, width), **how._asdict()), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_stays_under_the_windows_that_see_it(value: float) -> None:
    x = np.ones((1, 2, 5, 30))
    x[0, 1, 2, 10] = value
    out = tg.conv2d(tg.asarray(x), tg.ones((2, 1, 3, 3), dtype="float64"), groups=2).numpy()
    assert np.isfinite(out[0, 0]).all()
    assert np.argwhere(~np.isfinite(out[0, 1])).tolist() == [[i, j] for i in (0, 1, 2) for j in (8, 9, 10)]


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_workers_gives_the_same_bits(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banded, "workers", lambda: 3)
    monkeypatch.setattr(workers, "workers", lambda: count)
    x, kernel = tg.arange(2 * 6 * 8 * 20.0).reshape((2, 6, 8, 20)) / 7, tg.arange(54.0).reshape((6, 1, 3, 3)) / 3
    f = tg.value_and_grad(lambda a: tg.sum(tg.square(tg.conv2d(*a, groups=6))))
    value, gradients = f((x, kernel))
    found = [value.numpy(), *(g.numpy() for g in gradients)]
    monkeypatch.setattr(workers, "workers", lambda: 1)
    value, gradients = f((x, kernel))
    for a, b in zip(found, [value.numpy(), *(g.numpy() for g in gradients)], strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_error_in_a_worker_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "workers", lambda: 2)

    def work(part: int) -> None:
        if part:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        workers.for_each(np.ones(1), [0, 1], work)
