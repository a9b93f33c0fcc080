from __future__ import annotations

from typing import Any

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


def copied(theirs: Any, ours: nn.MultiHeadAttention) -> None:
    """Give PyTorch's layer, whose weights map columns, the parameters of ours."""
    for name, size in (("in_proj_weight", "weight"), ("in_proj_bias", "bias")):
        parts = [getattr(layer, size).numpy().T for layer in (ours.query, ours.key, ours.value)]
        getattr(theirs, name).data.copy_(tensor(np.concatenate(parts)))
    linear(theirs.out_proj, ours.out)


def linear(theirs: Any, ours: nn.Dense | nn.LayerNorm) -> None:
    theirs.weight.data.copy_(tensor(ours.weight.numpy().T))
    assert ours.bias is not None
    theirs.bias.data.copy_(tensor(ours.bias.numpy()))


def tensor(x: Any) -> Any:
    import torch

    return torch.tensor(np.array(x))


def shaken(model: Any) -> Any:
    """The model with no parameter left at zero or one."""
    leaves = iter(range(1000))
    return tg.tree_map(lambda p: p + 0.1 * normal(next(leaves), *p.shape), model)


def assert_same(ours: Any, theirs: Any, xs: list[Tensor]) -> None:
    """The same values, and the same gradients of the inputs."""
    out, pull = tg.vjp(ours, *xs)
    g = normal(99, *out.shape)
    ys = [tensor(x.numpy()).requires_grad_() for x in xs]
    wanted = theirs(*ys)
    np.testing.assert_allclose(out.numpy(), wanted.detach().numpy(), rtol=1e-9, atol=1e-9)
    wanted.backward(tensor(g.numpy()))
    for x, y in zip(pull(g), ys, strict=True):
        np.testing.assert_allclose(x.numpy(), y.grad.numpy(), rtol=1e-9, atol=1e-9)


SIZES = [(8, 2, 3, 5, 7), (6, 3, 1, 4, 2), (4, 1, 2, 6, 6)]


@pytest.mark.peers
@pytest.mark.parametrize(("features", "heads", "n", "t", "s"), SIZES)
def test_multi_head_attention_is_that_of_pytorch(features: int, heads: int, n: int, t: int, s: int) -> None:
    torch = pytest.importorskip("torch")
    ours = shaken(tg.init(nn.MultiHeadAttention(features=features, heads=heads), tg.random.key(0), dtype="float64"))
    theirs = torch.nn.MultiheadAttention(features, heads, batch_first=True, dtype=torch.float64)
    copied(theirs, ours)
    seen = np.random.default_rng(0).random((t, s)) < 0.7
    seen[:, 0] = True
    assert_same(
        lambda x, memory: ours(x, memory, mask=tg.asarray(seen)),
        lambda x, memory: theirs(x, memory, memory, attn_mask=tensor(~seen), need_weights=False)[0],
        [normal(1, n, t, features), normal(2, n, s, features)],
    )


@pytest.mark.peers
@pytest.mark.parametrize("pre_norm", [True, False])
@pytest.mark.parametrize(("features", "heads", "n", "t", "s"), SIZES)
def test_blocks_are_those_of_pytorch(
    features: int,
    heads: int,
    n: int,
    t: int,
    s: int,
    pre_norm: bool,
) -> None:
    torch = pytest.importorskip("torch")
    options: dict[str, Any] = {"features": features, "heads": heads, "hidden": 10, "pre_norm": pre_norm}
    encoder = shaken(tg.init(nn.TransformerEncoderBlock(**options), tg.random.key(0), dtype="float64"))
    decoder = shaken(tg.init(nn.TransformerDecoderBlock(**options), tg.random.key(1), dtype="float64"))
    same: dict[str, Any] = {
        "d_model": features,
        "nhead": heads,
        "dim_feedforward": 10,
        "dropout": 0.0,
        "activation": "gelu",
        "batch_first": True,
        "norm_first": pre_norm,
        "dtype": torch.float64,
    }
    their_encoder, their_decoder = (
        torch.nn.TransformerEncoderLayer(**same),
        torch.nn.TransformerDecoderLayer(**same),
    )
    for mine, other in ((encoder, their_encoder), (decoder, their_decoder)):
        copied(other.self_attn, mine.attention)
        linear(other.linear1, mine.feed.up)
        linear(other.linear2, mine.feed.down)
        linear(other.norm1, mine.attention_norm)
    linear(their_encoder.norm2, encoder.feed_norm)
    linear(their_decoder.norm2, decoder.memory_norm)
    linear(their_decoder.norm3, decoder.feed_norm)
    copied(their_decoder.multihead_attn, decoder.memory_attention)
    hidden = tensor(~np.tri(t, dtype=bool))
    assert_same(encoder, their_encoder, [normal(1, n, t, features)])
    assert_same(
        decoder,
        lambda x, memory: their_decoder(x, memory, tgt_mask=hidden),
        [normal(1, n, t, features), normal(2, n, s, features)],
    )
