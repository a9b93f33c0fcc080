"""Layers with weights end in an activation, by name or as a function; initialisers remember their options."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn
from typedgrad.nn.activate import activated
from typedgrad.nn.names import ActivationName

# Each with the shape of what comes in.
LAYERS: list[tuple[type[nn.Layer], dict[str, Any], str]] = [
    (nn.Dense, {"out_features": 3}, "n 4"),
    (nn.Conv1d, {"out_channels": 3, "kernel": 2}, "n 2 6"),
    (nn.Conv2d, {"out_channels": 3, "kernel": 2}, "n 2 6 5"),
    (nn.Conv3d, {"out_channels": 3, "kernel": 2}, "n 2 4 5 6"),
    (nn.ConvTranspose1d, {"out_channels": 3, "kernel": 2}, "n 2 6"),
    (nn.ConvTranspose2d, {"out_channels": 3, "kernel": 2}, "n 2 6 5"),
    (nn.ConvTranspose3d, {"out_channels": 3, "kernel": 2}, "n 2 4 5 6"),
    (nn.DepthwiseConv1d, {"kernel": 2}, "n 2 6"),
    (nn.DepthwiseConv2d, {"kernel": 2}, "n 2 6 5"),
    (nn.DepthwiseConv3d, {"kernel": 2}, "n 2 4 5 6"),
    (nn.SeparableConv1d, {"out_channels": 3, "kernel": 2}, "n 2 6"),
    (nn.SeparableConv2d, {"out_channels": 3, "kernel": 2}, "n 2 6 5"),
    (nn.SeparableConv3d, {"out_channels": 3, "kernel": 2}, "n 2 4 5 6"),
    (nn.LocallyConnected1d, {"out_channels": 3, "kernel": 2}, "n 2 6"),
    (nn.LocallyConnected2d, {"out_channels": 3, "kernel": 2}, "n 2 6 5"),
    (nn.ElementwiseMultiplication, {}, "n 4"),
]


def _input(text: str) -> tg.Tensor:
    shape = tuple(2 if word == "n" else int(word) for word in text.split())
    return tg.random.normal(tg.random.key(1), shape)


@pytest.mark.parametrize(("cls", "options", "text"), LAYERS, ids=[row[0].__name__ for row in LAYERS])
@pytest.mark.parametrize("activation", ["tanh", "gelu", tg.tanh, tg.gelu, nn.LeakyRelu(slope=0.3)], ids=repr)
def test_the_activation_comes_last(cls: type[nn.Layer], options: dict[str, Any], text: str, activation: Any) -> None:
    key, x = tg.random.key(0), _input(text)
    plain = tg.init(cls(**options), key, input=text)
    ended = tg.init(cls(**options, activation=activation), key, input=text)
    np.testing.assert_allclose(ended(x), activated(plain(x), activation), rtol=1e-5, atol=1e-6)


def test_every_name_of_an_activation_serves() -> None:
    x = tg.asarray([[0.5, -0.25]])
    for name in get_args(ActivationName):
        layer = tg.init(nn.Dense(in_features=2, out_features=4, activation=name), tg.random.key(0))
        assert layer(x).shape == (1, 4), name


def test_gradients_flow_through_the_activation() -> None:
    layer = tg.init(nn.Dense(in_features=2, out_features=2, activation="relu"), tg.random.key(0), dtype="float64")
    x = tg.asarray([[1.0, -2.0]], dtype="float64")
    made = tg.grad(lambda layer: tg.sum(layer(x)))(layer)
    plain = tg.init(nn.Dense(in_features=2, out_features=2), tg.random.key(0), dtype="float64")
    wanted = tg.grad(lambda layer: tg.sum(tg.relu(layer(x))))(plain)
    np.testing.assert_allclose(made.weight, wanted.weight)


def test_an_activation_with_parameters_is_trained() -> None:
    layer = tg.init(nn.Dense(in_features=2, out_features=3, activation=nn.PRelu()), tg.random.key(0), input="n 2")
    assert {path for path, _ in tg.leaves_with_paths(layer)} == {"weight", "bias", "activation.slope"}


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ("rellu", ValueError, "Dense: `activation`: there is no activation 'rellu'; did you mean \"relu\"?"),
        ("Soft Max", ValueError, "Dense: `activation`: there is no activation 'Soft Max'; did you mean \"softmax\"?"),
        (3, TypeError, 'Dense: `activation` must be the name of an activation such as "relu", or one, not 3'),
        (nn.Relu, TypeError, "or one, not the class Relu; write Relu()"),
    ],
)
def test_what_is_no_activation_is_refused_at_once(wrong: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as raised:
        nn.Dense(in_features=1, out_features=1, activation=wrong)
    assert message in str(raised.value)


def test_the_activation_shows_where_it_is_not_the_default() -> None:
    assert repr(nn.Dense(out_features=1, activation="relu")) == "Dense(out_features=1, activation='relu')"
    assert repr(nn.Dense(out_features=1)) == "Dense(out_features=1)"


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (nn.constant(0.5), "constant(value=0.5)"),
        (nn.uniform(-1.0, 1.0), "uniform(low=-1.0, high=1.0)"),
        (nn.truncated_normal(0.1), "truncated_normal(std=0.1, mean=0.0, cut=2.0)"),
        (nn.orthogonal(gain=2.0), "orthogonal(gain=2.0)"),
        (nn.initializer("xavier"), "variance_scaling(scale=1.0, mode='fan_avg', distribution='normal')"),
    ],
)
def test_initialisers_show_what_they_were_made_with(made: nn.Initializer, shown: str) -> None:
    assert repr(made) == shown


def test_initialisers_are_equal_if_their_options_are() -> None:
    assert nn.normal(0.02) == nn.normal(0.02, mean=0.0)
    assert hash(nn.normal(0.02)) == hash(nn.normal(0.02, mean=0.0))
    assert nn.normal(0.02) != nn.normal(0.03)
    assert nn.normal(0.02) != nn.log_normal(0.02)
    assert nn.normal(0.02) != object()
