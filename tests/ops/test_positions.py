from __future__ import annotations

import numpy as np
import pytest

import typedgrad as tg


def test_rotated_products_depend_on_distances_alone() -> None:
    x = tg.random.normal(tg.random.key(0), (1, 8), dtype="float64")
    y = tg.random.normal(tg.random.key(1), (1, 8), dtype="float64")
    products = [float((tg.rotary(x, offset=i + 3) * tg.rotary(y, offset=i)).sum()) for i in (0, 5, 1000)]
    assert np.allclose(products, products[0])


def test_turning_back_gives_what_was_turned() -> None:
    x = tg.random.normal(tg.random.key(0), (2, 5, 6), dtype="float64")
    for interleaved in (False, True):
        turned = tg.rotary(x, interleaved=interleaved)
        assert np.allclose(tg.rotary(turned, interleaved=interleaved, inverse=True).numpy(), x.numpy())


def test_later_positions_are_rows_of_the_same_table() -> None:
    x = tg.random.normal(tg.random.key(0), (7, 4), dtype="float64")
    assert np.allclose(tg.rotary(x[3:], offset=3).numpy(), tg.rotary(x).numpy()[3:])


def test_odd_features_are_refused() -> None:
    with pytest.raises(tg.ShapeError, match="features must come in pairs: 5 is not a multiple of 2"):
        tg.rotary(tg.ones((2, 5)))
    with pytest.raises(tg.ShapeError, match="features must come in pairs: 3 is not a multiple of 2"):
        tg.sinusoidal_positions(4, 3)


def test_lengths_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="length_mask: a length is 4, but must be from 0 to 3"):
        tg.length_mask(tg.asarray([1, 4]), 3)
    with pytest.raises(ValueError, match="length_mask: a length is -1, but must be from 0 to 3"):
        tg.length_mask(tg.asarray([-1, 3]), 3)


def test_a_causal_mask_says_what_causal_attention_does() -> None:
    q = tg.random.normal(tg.random.key(0), (2, 5, 4), dtype="float64")
    masked = tg.scaled_dot_product_attention(q, q, q, tg.causal_mask(5))
    assert np.array_equal(masked.numpy(), tg.scaled_dot_product_attention(q, q, q, causal=True).numpy())
