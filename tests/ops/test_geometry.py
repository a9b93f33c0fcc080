"""Resizing, unpooling, columns, shuffles, margins, kernels for each place: inverses, refusals, what is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.testing import assert_gradients


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.asarray(np.random.default_rng(0).standard_normal(sizes))


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (tg.channels_first, tg.channels_last),
        (lambda x: tg.pixel_shuffle(x, 2), lambda x: tg.pixel_unshuffle(x, 2)),
        (lambda x: tg.pixel_shuffle1d(x[:, :, 0], 4), lambda x: tg.pixel_unshuffle1d(x, 4)[:, :, None]),
        (lambda x: tg.space_to_depth(x, 2), lambda x: tg.depth_to_space(x, 2)),
        (lambda x: tg.space_to_batch(x, 2), lambda x: tg.batch_to_space(x, 2)),
        (lambda x: tg.pad_spatial(x, (1, 2)), lambda x: tg.crop_spatial(x, (1, 2))),
    ],
)
def test_one_is_the_inverse_of_the_other(
    there: Callable[[tg.Tensor], tg.Tensor], back: Callable[[tg.Tensor], tg.Tensor]
) -> None:
    x = _tensor(2, 8, 4, 6)
    if back(there(x)).shape[2] == 1:
        x = x[:, :, :1]
    np.testing.assert_array_equal(back(there(x)).numpy(), x.numpy())


def test_upsampling_is_what_the_definition_says() -> None:
    x = tg.asarray([[[1.0, 2.0, 4.0]]])
    np.testing.assert_allclose(tg.upsample(x, 2, method="linear").numpy(), [[[1, 1.25, 1.75, 2.5, 3.5, 4]]])
    corners = tg.resize(x, 5, method="linear", align_corners=True)
    np.testing.assert_allclose(corners.numpy(), [[[1, 1.5, 2, 3, 4]]])
    np.testing.assert_array_equal(tg.resize(x, 2).numpy(), [[[1, 2]]])
    np.testing.assert_array_equal(tg.resize(x, 3, method="linear").numpy(), x.numpy())


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tg.resize(x, (3, 70), method="linear"),
        lambda x: tg.adaptive_avg_pool(x, (3, 5)),
    ],
)
def test_what_is_not_finite_stays_where_it_has_a_weight(f: Callable[[tg.Tensor], tg.Tensor]) -> None:
    x = np.ones((1, 1, 5, 64))
    x[0, 0, 4, 63] = math.nan
    made = f(tg.asarray(x)).numpy()
    assert math.isnan(made[0, 0, -1, -1])
    assert np.isfinite(made[0, 0, :, 0]).all()
    assert np.isfinite(made[0, 0, 0]).all()


def test_unfolding_makes_a_convolution_a_product() -> None:
    x, kernel = _tensor(2, 3, 6, 7), _tensor(4, 3, 3, 2)
    columns = tg.unfold(x, (3, 2), stride=(1, 2), padding=1)
    made = tg.reshape(kernel, (4, 18)) @ columns
    wanted = tg.conv2d(x, kernel, stride=(1, 2), padding=1)
    np.testing.assert_allclose(made.numpy(), wanted.numpy().reshape(2, 4, -1), rtol=1e-12)


def test_unpooling_puts_the_largest_back() -> None:
    x = _tensor(2, 3, 6, 7)
    values, indices = tg.max_pool_with_indices(x, (2, 3))
    np.testing.assert_array_equal(values.numpy(), tg.max_pool2d(x, (2, 3)).numpy())
    back = tg.max_unpool(values, indices, size=(6, 7)).numpy()
    assert ((back == x.numpy()) | (back == 0)).all()
    assert np.count_nonzero(back) == values.size


def test_indices_point_at_elements_even_where_all_are_minus_infinity() -> None:
    x = tg.full((1, 1, 3), -math.inf)
    _, indices = tg.max_pool_with_indices(x, 3, stride=1, padding=1)
    assert indices.numpy().tolist() == [[[0, 0, 1]]]


def test_kernels_that_are_all_the_same_make_a_convolution() -> None:
    x, kernel, bias = _tensor(2, 3, 5, 6), _tensor(4, 3, 2, 3), _tensor(4)
    wanted = tg.conv2d(x, kernel, bias, stride=2, padding=1)
    places = wanted.shape[2:]
    local = tg.broadcast_to(kernel, (*places, *kernel.shape))
    shift = tg.broadcast_to(bias[:, None, None], (4, *places))
    made = tg.local_conv2d(x, local, shift, stride=2, padding=1)
    np.testing.assert_allclose(made.numpy(), wanted.numpy(), rtol=1e-12, atol=1e-12)


def test_fractional_windows_cover_all_elements() -> None:
    x = tg.arange(40.0).reshape((1, 1, 40))
    made = tg.fractional_max_pool(x, 2, size=27, key=tg.random.key(3)).numpy()[0, 0]
    assert made[-1] == 39
    assert set(np.diff(made)) == {1.0, 2.0}
    other = tg.fractional_max_pool(x, 2, size=27, key=tg.random.key(1)).numpy()[0, 0]
    assert made.tolist() != other.tolist()
    np.testing.assert_array_equal(tg.fractional_max_pool(x, 2, size=39).numpy()[0, 0], np.arange(1.0, 40))


def test_a_pyramid_has_as_many_features_however_large_the_image() -> None:
    for sizes in ((5, 9), (4, 4)):
        x = _tensor(2, 3, *sizes)
        made = tg.spatial_pyramid_pool(x, (2, 1))
        parts = [tg.adaptive_max_pool(x, n).numpy().reshape(2, -1) for n in (2, 1)]
        np.testing.assert_array_equal(made.numpy(), np.concatenate(parts, axis=1))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tg.fractional_max_pool(x, 2, size=3),
        lambda x: tg.spatial_pyramid_pool(x, (2, 1)),
        lambda x: tg.spatial_pyramid_pool(x, (2, 1), kind="mean"),
        lambda x: tg.depth_to_space(x, 2),
        lambda x: tg.space_to_batch(x, 2),
        lambda x: tg.max_pool_with_indices(x, 2)[0],
        lambda x: tg.upsample(x, 2, method="linear", align_corners=True),
        lambda x: tg.local_conv2d(x, tg.ones((2, 2, 3, 4, 2, 2), dtype="float64"), stride=2),
        lambda x: tg.pad_spatial(x, ((1, 2), (2, 0)), mode="circular"),
    ],
)
def test_gradients_are_those_of_differences(f: Callable[[tg.Tensor], tg.Tensor]) -> None:
    assert_gradients(lambda x: tg.sum(tg.square(f(x))), _tensor(2, 4, 4, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: tg.resize(x, 0), "`size` must be at least 1, not 0"),
        (lambda x: tg.resize(x, (2, 2, 2)), r"one for each of the 2 axes, not \(2, 2, 2\)"),
        (lambda x: tg.resize(x[:, :, :0], 2), "axis 2 of `x` has no elements"),
        (lambda x: tg.upsample(x, -1), "`scale` must be at least 1, not -1"),
        (lambda x: tg.unfold(x, 5), "height of the window is more than that of the padded input: 5 > 4"),
        (lambda x: tg.unfold(x, 2, stride=0), "`stride` must be at least 1, not 0"),
        (lambda x: tg.unfold(x, 3, stride=2, padding="strict"), "height: 1 is not a multiple of 2"),
        (lambda x: tg.fold(x[:, :, 0], (4, 4), 2), "a column for each place of the window: 4 and 9"),
        (
            lambda x: tg.fold(tg.ones((1, 6, 9)), (4, 4), 2),
            "must divide the height of the columns: 6 is not",
        ),
        (lambda x: tg.max_unpool(x, tg.zeros((1, 4, 4, 4), dtype="int64"), size=(9,)), "`size` must have a number"),
        (lambda x: tg.space_to_depth(x, 3), "`block`=3 must divide the height of `x`: 4"),
        (lambda x: tg.depth_to_space(x, 3), "`block`=3 makes one of 9 channels of `x`: 4"),
        (lambda x: tg.batch_to_space(x, 2), "`block`=2 makes one of 4 examples of `x`: 1"),
        (lambda x: tg.pixel_shuffle1d(x[:, :, 0], 3), "`factor`=3 must divide the channels of `x`: 4"),
        (lambda x: tg.pad_spatial(x, 4, mode="reflect"), "of axis 2 finds too few elements to mirror: 5 > 4"),
        (lambda x: tg.pad_spatial(x, 5, mode="circular"), "finds too few elements to go round: 5 > 4"),
        (lambda x: tg.pad_spatial(x, (0, -1)), "`padding` must not be negative"),
        (lambda x: tg.crop_spatial(x, (1, 2)), r"`cropping` \(2, 2\) leaves nothing of axis 3 of `x`: 5 > 4"),
        (lambda x: tg.local_conv2d(x, tg.ones((3, 3, 1, 4, 3, 3))), "one for each place of the window"),
        (lambda x: tg.fractional_max_pool(x, 2, size=4), "axis 2 of `x` has 4 elements, too few for 4 windows of 2"),
        (lambda x: tg.spatial_pyramid_pool(x, ()), "`levels` must not be empty"),
        (lambda x: tg.sum_pool(x, 0), "`window` must be at least 1, not 0"),
        (lambda x: tg.lp_pool(x, 5), "height of the window is more than that of the padded input: 5 > 4"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Callable[[Any], object], message: str) -> None:
    with pytest.raises(tg.ShapeError, match=message):
        call(tg.ones((1, 4, 4, 4)))


@pytest.mark.parametrize("place", [-1, 9])
def test_an_index_out_of_range_is_refused(place: int) -> None:
    with pytest.raises(IndexError, match=f"must be from 0 to 8, but are from {place} to {place}"):
        tg.max_unpool(tg.ones((1, 1, 1)), tg.full((1, 1, 1), place, dtype="int64"), size=(9,))
