"""Normalisers: fitted once, applied and undone; constant features and bad input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.data import MinMax, Standardize
from typedgrad.shapes import ShapeError

RNG = np.random.default_rng(0)
RAW = (RNG.normal(size=(200, 3, 4)) * 5 + 100).astype("float32")


@pytest.mark.parametrize("axis", [0, (0, 2), (0, -1), (0, 1, 2)])
def test_standardized_features_have_mean_0_and_deviation_1(axis: int | tuple[int, ...]) -> None:
    done = Standardize(axis=axis).fit(tg.asarray(RAW)).apply(tg.asarray(RAW))
    assert done.dtype == np.float32
    np.testing.assert_allclose(done.numpy().mean(axis=axis), 0, atol=1e-5)
    np.testing.assert_allclose(done.numpy().std(axis=axis), 1, atol=1e-5)


@pytest.mark.parametrize("axis", [0, (0, 2)])
def test_min_max_reaches_from_low_to_high(axis: int | tuple[int, ...]) -> None:
    done = MinMax(low=-1.0, high=3.0, axis=axis).fit(tg.asarray(RAW)).apply(tg.asarray(RAW)).numpy()
    np.testing.assert_allclose(done.min(axis=axis), -1, atol=1e-5)
    np.testing.assert_allclose(done.max(axis=axis), 3, atol=1e-5)


@pytest.mark.parametrize("fitted", [Standardize().fit(tg.asarray(RAW)), MinMax().fit(tg.asarray(RAW))])
def test_invert_undoes_apply_on_rows_never_seen(fitted: tg.data.FittedStandardize | tg.data.FittedMinMax) -> None:
    unseen = tg.asarray(RNG.normal(size=(5, 3, 4)).astype("float32") * 50)
    np.testing.assert_allclose(fitted.invert(fitted.apply(unseen)).numpy(), unseen.numpy(), atol=1e-3)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6 + 0.1])
def test_a_constant_feature_is_moved_but_not_blown_up(constant: float) -> None:
    x = tg.asarray(np.full((1000, 1), constant, "float32"))
    np.testing.assert_allclose(Standardize().fit(x).apply(x).numpy(), 0, atol=1e-6)
    np.testing.assert_allclose(MinMax(low=0.25).fit(x).apply(x).numpy(), 0.25, atol=1e-6)


def test_float64_stays_float64() -> None:
    x = tg.asarray(RAW.astype("float64"))
    assert Standardize().fit(x).apply(x).dtype == np.float64


FITTED = Standardize().fit(tg.asarray(RAW))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda: Standardize().fit(tg.asarray([[1], [2]])),
            TypeError,
            "Standardize.fit: `x` must hold floats, got int64: use astype(x, 'float32')",
        ),
        (lambda: MinMax().fit(tg.zeros((0, 3))), ValueError, "MinMax.fit: `x` of shape (0, 3) is empty"),
        (
            lambda: Standardize().fit(tg.asarray([[1.0, 2.0], [3.0, float("nan")]])),
            ValueError,
            "Standardize.fit: `x` holds nan at [1, 1]",
        ),
        (lambda: MinMax().fit(tg.asarray([[float("inf")]])), ValueError, "MinMax.fit: `x` holds inf at [0, 0]"),
        (lambda: MinMax(low=1.0, high=1.0), ValueError, "MinMax: `low` must be below `high`, got low=1.0 and high=1.0"),
        (
            lambda: FITTED.apply(tg.zeros((5, 3, 1))),
            ShapeError,
            (
                "Standardize.apply: axis 2 of `x` is 1, but was 4 when it was fitted\n\n"
                "    x       [5 3 1]\n"
                "                 ^\n"
                "    fitted  [_ 3 4]\n"
                "                 ^"
            ),
        ),
        (
            lambda: FITTED.invert(tg.zeros((3, 4))),
            ShapeError,
            "Standardize.invert: `x` has 2 axes, but what was fitted had 3\n\n    x       [3 4]\n    fitted  [_ 3 4]",
        ),
        (
            lambda: MinMax().fit(tg.asarray([[1.0], [2.0]])).apply(tg.zeros((2, 7))),
            ShapeError,
            (
                "MinMax.apply: axis 1 of `x` is 7, but was 1 when it was fitted\n\n"
                "    x       [2 7]\n"
                "               ^\n"
                "    fitted  [_ 1]\n"
                "               ^"
            ),
        ),
    ],
)
def test_bad_input_is_refused(act: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value) == message
