from __future__ import annotations

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn


def normal(seed: int, *shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def test_a_causal_layer_does_not_look_ahead() -> None:
    layer = tg.init(nn.MultiHeadAttention(features=8, heads=4, causal=True), tg.random.key(0), dtype="float64")
    x = normal(0, 2, 6, 8)
    whole = layer(x).numpy()
    assert np.allclose(layer(x[:, :4]).numpy(), whole[:, :4])
    masked = tg.init(nn.MultiHeadAttention(features=8, heads=4), tg.random.key(0), dtype="float64")
    assert np.allclose(masked(x, mask=tg.causal_mask(6)).numpy(), whole)


def test_fewer_heads_of_keys_have_fewer_parameters() -> None:
    layer = tg.init(nn.MultiHeadAttention(features=8, heads=4, kv_heads=2), tg.random.key(0))
    assert [layer.query.weight.shape, layer.key.weight.shape, layer.value.weight.shape] == [(8, 8), (8, 4), (8, 4)]
    assert layer(tg.ones((2, 3, 8))).shape == (2, 3, 8)


def test_with_rotary_positions_order_matters_and_distance_alone() -> None:
    layer = tg.init(nn.MultiHeadAttention(features=8, heads=2, rotary=True), tg.random.key(0), dtype="float64")
    plain = tg.init(nn.MultiHeadAttention(features=8, heads=2), tg.random.key(0), dtype="float64")
    x = normal(0, 5, 8)
    assert np.allclose(plain(tg.flip(x, axis=0)).numpy()[::-1], plain(x).numpy())
    assert not np.allclose(layer(tg.flip(x, axis=0)).numpy()[::-1], layer(x).numpy())


def test_sizes_that_do_not_divide_are_refused_with_both() -> None:
    with pytest.raises(ValueError, match="`heads`=3 does not divide `features`=8"):
        nn.MultiHeadAttention(features=8, heads=3)
    with pytest.raises(ValueError, match="`kv_heads`=3 does not divide `heads`=4"):
        nn.MultiHeadAttention(features=8, heads=4, kv_heads=3)
    with pytest.raises(ValueError, match=r"even size, but `features`=6 in `heads`=2 makes 3"):
        nn.MultiHeadAttention(features=6, heads=2, rotary=True)
    with pytest.raises(ValueError, match="`heads` must be a positive int, got 0"):
        nn.MultiHeadAttention(features=6, heads=0)


def test_empty_sequences_and_other_masks_are_refused() -> None:
    layer = tg.init(nn.MultiHeadAttention(features=4, heads=2), tg.random.key(0))
    with pytest.raises(ValueError, match=r"`x` is an empty sequence, its shape is \(2, 0, 4\)"):
        layer(tg.ones((2, 0, 4)))
    with pytest.raises(ValueError, match=r"`memory` is an empty sequence, its shape is \(2, 0, 4\)"):
        layer(tg.ones((2, 3, 4)), tg.ones((2, 0, 4)))
    with pytest.raises(tg.ShapeError, match=r"`mask` \[2 3\] must broadcast to \[2 2 3 3\]"):
        layer(tg.ones((2, 3, 4)), mask=tg.ones((2, 3), dtype="bool"))


def test_blocks_have_shapes_for_names() -> None:
    block = nn.TransformerDecoderBlock(features=8, heads=2)
    assert tuple(map(str, tg.eval_shape(block, "n t 8", "n s 8").shape)) == ("n", "t", "8")


@pytest.mark.parametrize("pre_norm", [True, False])
def test_a_transformer_has_the_gradient_that_differences_say(pre_norm: bool) -> None:
    block = nn.TransformerEncoderBlock(features=4, heads=2, hidden=6, pre_norm=pre_norm, rotary=True)
    model = tg.init(nn.Sequential(nn.SinusoidalPositions(), block), tg.random.key(0), dtype="float64")
    x, v = normal(0, 2, 3, 4), normal(1, 2, 3, 4)
    mask = tg.length_mask(tg.asarray([2, 0]), 3)[:, None, None, :]

    def loss(model: nn.Sequential, x: Tensor) -> Tensor:
        return tg.sum(model[1](model[0](x), mask=mask) * v)

    gradient = tg.grad(loss)(model, x)
    direction = tg.tree_map(lambda p: tg.asarray(np.cos(np.arange(p.size)).reshape(p.shape)), model)
    ahead, back = (tg.tree_map(lambda p, d, h=h: p + h * d, model, direction) for h in (1e-6, -1e-6))
    expected = (float(loss(ahead, x)) - float(loss(back, x))) / 2e-6
    products = tg.tree_map(lambda g, d: tg.sum(g * d), gradient, direction)
    assert np.isclose(sum(float(p) for _, p in tg.leaves_with_paths(products)), expected, rtol=1e-6)
