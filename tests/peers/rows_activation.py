"""Activations."""

from __future__ import annotations

import typedgrad as tg
from tests.peers.peer import functional
from tests.peers.row import Draw, Row, Setting
from tests.peers.rows_elementwise import unary


def activation(name: str, *, note: str = "") -> Row:
    """An activation of one tensor, on both sides of 0."""
    return unary(name, f"torch.nn.functional.{name}", note=note)


def _leaky(d: Draw) -> Setting:
    slope = d.one_of(0.01, 0.2, 0.5)
    return Setting(
        (d.normal(3, 5),), lambda x: tg.leaky_relu(x, slope=slope), lambda x: functional.leaky_relu(x, slope)
    )


def _elu(d: Draw) -> Setting:
    alpha = d.one_of(1.0, 0.3, 2.0)
    return Setting((d.normal(3, 5),), lambda x: tg.elu(x, alpha=alpha), lambda x: functional.elu(x, alpha))


def _hard_sigmoid(d: Draw) -> Setting:
    return Setting((3.0 * d.normal(3, 5),), tg.hard_sigmoid, lambda x: functional.relu6(x + 3.0) / 6.0)


def _gelu_tanh(d: Draw) -> Setting:
    return Setting(
        (d.normal(3, 5),),
        lambda x: tg.gelu(x, approximate="tanh"),
        lambda x: functional.gelu(x, approximate="tanh"),
    )


ROWS = [
    activation("relu", note="the gradient at 0 is 0, by both"),
    unary("sigmoid"),
    activation("silu"),
    activation("gelu"),
    Row("gelu", "torch.nn.functional.gelu, tanh", _gelu_tanh),
    activation("selu"),
    Row("elu", "torch.nn.functional.elu", _elu),
    Row("leaky_relu", "torch.nn.functional.leaky_relu", _leaky, note="the slope is .01 by default, by both"),
    activation("softplus", note="theirs is linear above 20 by default, ours exact"),
    activation("softsign"),
    activation("mish"),
    unary("log_sigmoid", "torch.nn.functional.logsigmoid"),
    Row(
        "hard_sigmoid",
        "torch.nn.functional.relu6",
        _hard_sigmoid,
        note="relu6(x + 3) / 6, where `slope=0.2` is that of Theano; torch.nn.functional.hardsigmoid has no second "
        "gradient, and a slope that is rounded to float32",
    ),
    unary("hard_tanh", "torch.nn.functional.hardtanh"),
]
