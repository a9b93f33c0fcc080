"""Mistakes with attention, positions, loops and recurrent layers."""

from __future__ import annotations

from collections.abc import Callable

import typedgrad as tg
from typedgrad import nn

X = tg.ones((4, 5, 3))
HEADS = tg.ones((2, 3, 4))


def _lstm() -> nn.Lstm:
    return tg.init(nn.Lstm(in_features=3, features=2), tg.random.key(0))


def _attention() -> nn.MultiHeadAttention:
    return tg.init(nn.MultiHeadAttention(features=4, heads=2), tg.random.key(0))


CASES: dict[str, Callable[[], object]] = {
    "attention_mask": lambda: tg.scaled_dot_product_attention(HEADS, HEADS, HEADS, tg.ones((3, 2), dtype="bool")),
    "attention_mask_of_floats": lambda: tg.scaled_dot_product_attention(HEADS, HEADS, HEADS, tg.ones((3, 3))),
    "attention_heads": lambda: tg.scaled_dot_product_attention(tg.ones((3, 2, 4)), tg.ones((2, 2, 4)), HEADS[:, :2]),
    "attention_of_other_keys": lambda: tg.scaled_dot_product_attention(HEADS, HEADS[..., :3], HEADS),
    "attention_heads_of_a_layer": lambda: nn.MultiHeadAttention(features=8, heads=3),
    "attention_heads_of_odd_size": lambda: nn.MultiHeadAttention(features=6, heads=2, rotary=True),
    "attention_mask_of_a_layer": lambda: _attention()(tg.ones((2, 3, 4)), mask=tg.ones((2, 3), dtype="bool")),
    "attention_empty": lambda: _attention()(tg.ones((2, 0, 4))),
    "rotary_odd": lambda: tg.rotary(tg.ones((2, 5))),
    "sinusoidal_odd": lambda: tg.sinusoidal_positions(4, 3),
    "length_out_of_range": lambda: tg.length_mask(tg.asarray([1, 4]), 3),
    "scan_carry_shape": lambda: tg.scan(lambda c, x: ({"h": c["h"][:1]}, None), {"h": tg.zeros(2)}, X),
    "scan_carry_dtype": lambda: tg.scan(lambda c, x: (c + x, None), 0, tg.ones(3)),
    "scan_carry_structure": lambda: tg.scan(lambda c, x: ({"h": c["h"], "c": x}, None), {"h": tg.zeros(2)}, X),
    "scan_slices": lambda: tg.scan(lambda c, x: (c, x), 0, (tg.ones(2), tg.ones(3))),
    "scan_length": lambda: tg.scan(lambda c, x: (c, x), 0, tg.ones(2), length=3),
    "scan_empty": lambda: tg.scan(lambda c, x: (c, x), 0, tg.ones(0)),
    "scan_without_length": lambda: tg.scan(lambda c, x: (c, x), 0),
    "cond_pred": lambda: tg.cond(tg.ones(2) > 0, lambda: 1, lambda: 2),
    "cond_shapes": lambda: tg.eval_shape(lambda x: tg.cond(x[0] > 0, lambda: x, lambda: x[1:]), "3"),
    "while_loop_gradient": lambda: tg.grad(lambda x: tg.while_loop(lambda y: y < 9, lambda y: y * 2, x))(
        tg.asarray(1.0)
    ),
    "while_loop_limit": lambda: tg.while_loop(lambda y: y < 9, lambda y: y * 2, 1.0, limit=2),
    "recurrent_features": lambda: _lstm()(tg.ones((4, 5, 2))),
    "recurrent_mask": lambda: _lstm()(X, mask=tg.ones((4, 4), dtype="bool")),
    "recurrent_lengths": lambda: _lstm()(X, lengths=tg.asarray([1, 2, 3])),
    "recurrent_length_out_of_range": lambda: _lstm()(X, lengths=tg.asarray([1, 2, 3, 6])),
    "recurrent_state": lambda: _lstm().unroll(X, nn.LstmState(tg.zeros((3, 2)), tg.zeros((4, 2)))),
    "recurrent_empty": lambda: _lstm()(tg.ones((4, 0, 3))),
    "recurrent_mask_and_lengths": lambda: _lstm()(X, mask=X[..., 0] > 0, lengths=tg.asarray([1, 2, 3, 4])),
    "bidirectional_merge": lambda: nn.Bidirectional(forward=_lstm(), merge="sum"),  # type: ignore[arg-type]  # the mistake
    "bidirectional_of_another_layer": lambda: nn.Bidirectional(forward=_attention()),  # type: ignore[arg-type]  # as above
}
