"""Axes without elements: kept where each element has its result, refused where a value would be made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import typedgrad as tg
from typedgrad import nn


@pytest.mark.parametrize("op", [tg.softmax, tg.log_softmax, tg.layer_norm, tg.rotary, tg.l2_normalize])
def test_rows_without_elements_stay_so_and_so_do_their_gradients(op: Callable[[tg.Tensor], tg.Tensor]) -> None:
    assert op(tg.zeros((3, 0))).shape == (3, 0)
    assert tg.grad(lambda x: tg.sum(op(x)))(tg.zeros((3, 0))).shape == (3, 0)


def test_no_channels_have_no_statistics() -> None:
    y, mean, variance = tg.batch_norm(tg.zeros((2, 0)))
    assert (y.shape, mean.shape, variance.shape) == ((2, 0), (0,), (0,))


def test_no_queries_get_nothing() -> None:
    x = tg.zeros((1, 2, 3))
    assert tg.scaled_dot_product_attention(x[:, :0], x, x).shape == (1, 0, 3)


X, NO_KEYS, NO_FEATURES = tg.zeros((1, 2, 3)), tg.zeros((1, 0, 3)), tg.zeros((1, 2, 0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tg.scaled_dot_product_attention(X, NO_KEYS, NO_KEYS), "`key` has no places"),
        (lambda: tg.attention_weights(X, NO_KEYS), "`key` has no places"),
        (lambda: tg.scaled_dot_product_attention(NO_FEATURES, NO_FEATURES, X), "have no features to compare"),
        (
            lambda: tg.lstm_sequence(tg.zeros((0, 1, 8)), tg.zeros((1, 2)), tg.zeros((1, 2)), tg.zeros((2, 8))),
            "lstm_sequence: `given` has no steps",
        ),
        (lambda: tg.batch_norm(tg.zeros((0, 3))), "batch_norm: `x` has no values in any channel"),
        (lambda: tg.batch_norm(tg.zeros((2, 3, 4, 0))), "batch_norm: `x` has no values in any channel"),
        (lambda: tg.sinusoidal_positions(0, 4), "sinusoidal_positions: `length` must be at least 1, not 0"),
        (lambda: tg.sinusoidal_positions(-4, 4), "sinusoidal_positions: `length` must be at least 1, not -4"),
        (lambda: tg.sinusoidal_positions(3, 0), "sinusoidal_positions: `features` must be at least 1, not 0"),
        (lambda: tg.sinusoidal_positions(3, 5), "features must come in pairs: 5"),
    ],
)
def test_what_would_be_made_up_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(tg.ShapeError, match=message):
        call()


def test_an_empty_batch_in_training_is_refused_by_the_layer() -> None:
    layer = tg.init(nn.BatchNorm(features=3), tg.random.key(0))
    assert layer(tg.zeros((0, 3))).shape == (0, 3)  # its statistics are known
    with tg.training(tg.random.key(1)), pytest.raises(tg.ShapeError, match="no values in any channel"):
        layer(tg.zeros((0, 3)))


ROWS = [
    tg.l1_sum,
    tg.l2_sum,
    tg.cosine_proximity,
    tg.kl_divergence,
    tg.dice,
    tg.multilabel_soft_margin,
    tg.categorical_hinge,
]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("loss", ROWS)
def test_examples_without_elements_have_no_loss(loss: Callable[..., tg.Tensor], reduction: str) -> None:
    x = tg.zeros((5, 0))
    with pytest.raises(tg.ShapeError, match="examples of nothing have no loss"):
        loss(x, x, reduction=reduction)
    with pytest.raises(tg.ShapeError, match="examples of nothing have no loss"):
        tg.eval_shape(lambda x: loss(x, x, reduction=reduction), x)
