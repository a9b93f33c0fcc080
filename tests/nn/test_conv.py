"""Layers that slide kernels: sizes, fans, refusals, and learning sizes from what comes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn

KEY = tg.random.key(0)


@pytest.mark.parametrize(
    ("layer", "sizes", "weight", "result"),
    [
        (nn.Conv1d(out_channels=4, kernel=3, groups=2), (1, 2, 8), (4, 1, 3), (1, 4, 6)),
        (nn.Conv2d(out_channels=4, kernel=(3, 1), stride=(1, 2)), (1, 2, 8, 8), (4, 2, 3, 1), (1, 4, 6, 4)),
        (nn.Conv3d(out_channels=4, kernel=3, padding="same"), (1, 2, 3, 4, 5), (4, 2, 3, 3, 3), (1, 4, 3, 4, 5)),
        (nn.ConvTranspose2d(out_channels=4, kernel=3, groups=2), (1, 2, 3, 4), (2, 2, 3, 3), (1, 4, 5, 6)),
        (nn.DepthwiseConv2d(kernel=3, multiplier=2), (1, 3, 4, 4), (6, 1, 3, 3), (1, 6, 2, 2)),
    ],
)
def test_sizes_are_learnt_from_what_comes_in(
    layer: Any, sizes: tuple[int, ...], weight: tuple[int, ...], result: tuple[int, ...]
) -> None:
    x = tg.ones(sizes)
    made = tg.init(layer, KEY, input=x)
    assert made.in_channels == sizes[1]
    assert made.weight.shape == weight
    assert made(x).shape == result


@pytest.mark.parametrize(
    ("layer", "fans"),
    [
        (nn.Conv2d(in_channels=6, out_channels=8, kernel=(3, 5)), (6 * 15, 8 * 15)),
        (nn.Conv2d(in_channels=6, out_channels=8, kernel=3, groups=2), (3 * 9, 4 * 9)),
        (nn.DepthwiseConv2d(in_channels=6, multiplier=2, kernel=3), (9, 18)),
        (nn.ConvTranspose1d(in_channels=6, out_channels=8, kernel=3), (18, 24)),
    ],
)
def test_initialisers_are_told_how_many_inputs_and_outputs_an_element_has(layer: Any, fans: tuple[int, int]) -> None:
    assert (layer.fan_in, layer.fan_out) == fans
    bound = np.sqrt(6 / sum(fans))
    weight = tg.init(layer, KEY).weight.numpy()
    assert 0.8 * bound < np.abs(weight).max() <= bound


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv2d(in_channels=3, out_channels=4, kernel=0), "`kernel` must be an int of at least 1"),
        (lambda: nn.Conv2d(in_channels=3, out_channels=4, kernel=(3, 3, 3)), "or a tuple of 2, got"),
        (lambda: nn.Conv1d(in_channels=3, out_channels=4, kernel=3, stride=0), "`stride` must be"),
        (
            lambda: nn.Conv1d(in_channels=3, out_channels=4, kernel=3, groups=2),
            "groups=2 does not divide in_channels=3",
        ),
        (lambda: nn.Conv1d(in_channels=3, out_channels=4, kernel=3, groups=0), "`groups` must be a positive int"),
        (lambda: nn.Conv1d(in_channels=0, out_channels=4, kernel=3), "`in_channels` must be a positive int"),
        (lambda: nn.Conv2d(in_channels=3, out_channels=4, kernel=3, padding="causal"), "must not be 'causal'"),
        (lambda: nn.ConvTranspose2d(in_channels=3, out_channels=4, kernel=3, output_padding=-1), "`output_padding`"),
        (lambda: nn.DepthwiseConv2d(in_channels=3, multiplier=0, kernel=3), "`multiplier` must be a positive int"),
    ],
)
def test_what_makes_no_sense_is_refused_when_the_layer_is_made(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_separable_convolution_is_two() -> None:
    x = tg.asarray(np.random.default_rng(0).standard_normal((2, 3, 6, 6)))
    layer = tg.init(nn.SeparableConv2d(out_channels=5, kernel=3, multiplier=2), KEY, input=x, dtype="float64")
    assert layer.depthwise.weight.shape == (6, 1, 3, 3)
    assert layer.depthwise.bias is None
    wanted = tg.conv2d(tg.conv2d(x, layer.depthwise.weight, groups=3), layer.pointwise.weight, layer.pointwise.bias)
    np.testing.assert_array_equal(layer(x).numpy(), wanted.numpy())


def test_a_missing_size_is_called_by_its_own_name() -> None:
    with pytest.raises(AttributeError, match=r"Conv2d\.in_channels is not known yet"):
        nn.Conv2d(out_channels=1, kernel=1).in_channels  # noqa: B018  # reading it is what fails


def test_a_network_of_convolutions_learns() -> None:
    x = tg.asarray(np.random.default_rng(0).standard_normal((4, 1, 8, 8)))
    model = nn.Sequential(nn.Conv2d(out_channels=3, kernel=3), nn.Relu(), nn.Flatten(), nn.Dense(out_features=2))
    model = tg.init(model, KEY, input=x, dtype="float64")

    def loss(model: Any) -> tg.Tensor:
        return tg.mean(tg.square(model(x)))

    before, gradients = tg.value_and_grad(loss)(model)
    sgd = tg.optim.sgd(0.05)
    after, _ = sgd.update(model, gradients, sgd.init(model))
    assert float(loss(after).numpy()) < float(before.numpy())
