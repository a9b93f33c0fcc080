"""Normalisation of each example by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn
from typedgrad.testing import assert_gradients

KEY = tg.random.key(0)
LAYERS = [
    nn.GroupNorm(groups=2),
    nn.InstanceNorm(affine=True),
    nn.InstanceNorm(),
    nn.RMSNorm(),
    nn.LocalResponseNorm(size=3, alpha=1.0),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_gradients_are_those_of_differences(layer: Any) -> None:
    x = tg.asarray(np.random.default_rng(0).standard_normal((2, 4, 3, 3)))
    model = tg.init(layer, KEY, input=x, dtype="float64")
    assert_gradients(lambda model, x: tg.sum(tg.sin(model(x))), model, x)


@pytest.mark.parametrize("layer", LAYERS[:3], ids=str)
def test_the_scale_of_an_example_does_not_matter(layer: Any) -> None:
    x = tg.asarray(np.random.default_rng(0).standard_normal((2, 4, 5)))
    model = tg.init(layer, KEY, input=x, dtype="float64")
    np.testing.assert_allclose(model(x * 100.0 + 7.0).numpy(), model(x).numpy(), atol=1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.GroupNorm(groups=4, features=6), "groups=4 does not divide features=6"),
        (lambda: nn.GroupNorm(groups=0, features=6), "`groups` must be a positive int"),
        (lambda: nn.RMSNorm(features=2, epsilon=0.0), "`epsilon` must be positive"),
        (lambda: nn.LocalResponseNorm(size=0), "`size` must be a positive int"),
        (lambda: nn.LocalResponseNorm(size=3, k=0.0), "`k` must be positive"),
    ],
)
def test_what_makes_no_sense_is_refused_when_the_layer_is_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
