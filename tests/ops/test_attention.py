from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor


def normal(seed: int, *shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def test_queries_that_may_see_nothing_get_zeros_and_no_nan() -> None:
    q, k, v = normal(0, 2, 3, 4), normal(1, 2, 5, 4), normal(2, 2, 5, 4)
    mask = tg.asarray([[True] * 5, [False] * 5, [True, False] * 2 + [False]])
    out, pull = tg.vjp(lambda q, k, v: tg.scaled_dot_product_attention(q, k, v, mask=mask), q, k, v)
    assert not out.numpy()[:, 1].any()
    for x in pull(tg.ones_like(out)):
        assert np.isfinite(x.numpy()).all()
    hessian = tg.hessian(lambda q: tg.sum(tg.scaled_dot_product_attention(q, k, v, mask) ** 2))(q).numpy()
    assert np.isfinite(hessian).all()
    assert not hessian[:, 1].any()


def test_large_products_do_not_overflow() -> None:
    x = tg.asarray([[[1e4, 0.0], [0.0, 1e4]]])
    assert np.allclose(tg.scaled_dot_product_attention(x, x, x).numpy(), x.numpy())


def test_one_row_at_a_time_is_causal_attention() -> None:
    q, k, v = normal(0, 2, 5, 4), normal(1, 2, 5, 4), normal(2, 2, 5, 4)
    whole = tg.scaled_dot_product_attention(q, k, v, causal=True).numpy()
    for i in range(5):
        row = tg.scaled_dot_product_attention(q[:, i : i + 1], k[:, : i + 1], v[:, : i + 1]).numpy()
        assert np.allclose(whole[:, i : i + 1], row)


def test_no_weights_are_kept_for_the_gradient() -> None:
    q, k = normal(0, 2, 7, 4), normal(1, 2, 9, 4)
    kept: list[Any] = []

    def loss(q: Tensor) -> Tensor:
        out = tg.scaled_dot_product_attention(q, k, k)
        kept.append(out.node)
        return tg.sum(out)

    tg.grad(loss)(q)
    _, inputs, data = kept[0]
    assert [x.shape for x in inputs] == [(2, 7, 4), (2, 9, 4), (2, 9, 4)]
    assert data.shape == (2, 7, 4)


def test_a_mask_of_another_shape_is_refused_with_both() -> None:
    x = tg.ones((2, 3, 4))
    with pytest.raises(tg.ShapeError, match=r"`mask` \[3 2\] must broadcast to \[2 3 3\]"):
        tg.scaled_dot_product_attention(x, x, x, tg.ones((3, 2), dtype="bool"))
    with pytest.raises(tg.ShapeError, match=r"`mask` \[5 2 3 3\] must broadcast to \[2 3 3\]"):
        tg.scaled_dot_product_attention(x, x, x, tg.ones((5, 2, 3, 3), dtype="bool"))
    with pytest.raises(tg.ShapeError, match="`mask` must be Bool, not float32"):
        tg.scaled_dot_product_attention(x, x, x, tg.ones((3, 3)))


def test_heads_that_do_not_divide_are_refused() -> None:
    q, k = tg.ones((3, 2, 4)), tg.ones((2, 2, 4))
    with pytest.raises(tg.ShapeError, match="heads of `key` must divide those of `query`: 3 is not a multiple of 2"):
        tg.scaled_dot_product_attention(q, k, k)


def test_shapes_are_inferred_from_names() -> None:
    out = tg.eval_shape(tg.scaled_dot_product_attention, "n 8 t 16", "n 2 s 16", "n 2 s 5")
    assert tuple(map(str, out.shape)) == ("n", "8", "t", "5")
