"""Layers without parameters that change the sizes of signals, images and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn


@pytest.mark.parametrize(
    ("layer", "op"),
    [
        (nn.MaxPool1d(kernel=2, stride=1, padding=1), lambda x: tg.max_pool1d(x, 2, stride=1, padding=1)),
        (nn.AvgPool1d(kernel=2, rounding="ceil"), lambda x: tg.avg_pool1d(x, 2, rounding="ceil")),
        (
            nn.AvgPool1d(kernel=3, padding=1, count_padding=False),
            lambda x: tg.avg_pool1d(x, 3, padding=1, count_padding=False),
        ),
        (nn.GlobalPool(kind="sum"), lambda x: tg.sum(x, axis=2)),
        (nn.GlobalPool(kind="max"), lambda x: tg.max(x, axis=2)),
    ],
)
def test_a_layer_does_what_its_op_does(layer: Any, op: Callable[[tg.Tensor], tg.Tensor]) -> None:
    x = tg.asarray(np.random.default_rng(0).standard_normal((2, 3, 7)))
    np.testing.assert_array_equal(layer(x).numpy(), op(x).numpy())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.MaxPool2d(kernel=0), "`kernel` must be an int of at least 1"),
        (lambda: nn.AvgPool2d(kernel=2, stride=0), "`stride` must be an int of at least 1"),
        (lambda: nn.AvgPool2d(kernel=2, rounding="up"), "`rounding` must be one of floor, ceil, got 'up'"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.MaxPool2d(kernel=2, padding=-1), "`padding` must not be negative, got -1"),
        (lambda: nn.GlobalPool(kind="median"), "`kind` must be one of mean, max, sum"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.Pad2d(padding=1, mode="wrap"), "`mode` must be one of"),  # type: ignore[arg-type]  # on purpose
        (lambda: nn.ZeroPad2d(padding=(0, -1)), "`padding` must not be negative"),
        (lambda: nn.Upsample2d(scale=0), "`scale` must be an int of at least 1"),
        (lambda: nn.PixelShuffle(factor=0), "`factor` must be a positive int"),
    ],
)
def test_what_makes_no_sense_is_refused_when_the_layer_is_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_lenet_learns_its_sizes_from_the_input() -> None:
    model = nn.Sequential(
        nn.Conv2d(out_channels=20, kernel=5), nn.Relu(), nn.MaxPool2d(kernel=2),
        nn.Conv2d(out_channels=50, kernel=5), nn.Relu(), nn.MaxPool2d(kernel=2),
        nn.Flatten(), nn.Dense(out_features=500), nn.Relu(), nn.Dense(out_features=10),
    )  # fmt: skip
    model = tg.init(model, tg.random.key(0), input="n 1 28 28")
    count = sum(leaf.size for _, leaf in tg.leaves_with_paths(model))
    assert count == 431_080
    assert model(tg.ones((2, 1, 28, 28))).shape == (2, 10)
