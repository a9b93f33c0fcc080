"""Activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import functional, torch
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


def written(name: str, formula: Callable[[Any], Any], note: str = "", **options: Any) -> Row:
    """An activation that PyTorch has not: its definition."""

    def draw(d: Draw) -> Setting:
        return Setting((2.0 * d.normal(*d.shape(1, 3)),), lambda x: getattr(tg, name)(x, **options), formula)

    return Row(name, "formula in PyTorch", draw, note=note)


def optioned(name: str, peer: str, options: tuple[dict[str, Any], ...], *theirs: dict[str, Any]) -> Row:
    """An activation with options, which may have other names in PyTorch."""

    def draw(d: Draw) -> Setting:
        mine, other = d.one_of(*options), d.one_of(*(theirs or options))
        return Setting(
            (2.0 * d.normal(4, 6),),
            lambda x: getattr(tg, name)(x, **mine),
            lambda x: getattr(functional, peer)(x, **other),
        )

    return Row(name, f"torch.nn.functional.{peer}", draw)


def _prelu(d: Draw) -> Setting:
    def ours(x: Any, slope: Any) -> Any:
        return tg.prelu(x, tg.reshape(slope, (3, 1)))

    return Setting(
        (d.normal(2, 3, d.size()), d.uniform(0.1, 0.9, 3)), ours, lambda x, slope: functional.prelu(x, slope)
    )


def _rrelu_training(d: Draw) -> Setting:
    key = tg.random.key(d.index)
    slope = tg.to_numpy(tg.random.uniform(key, (4, 6), low=0.2, high=0.6, dtype="float64"))
    return Setting(
        (d.normal(4, 6),),
        lambda x: tg.rrelu(x, low=0.2, high=0.6, key=key),
        lambda x: torch.where(x > 0, x, x * torch.tensor(slope)),
    )


def _gumbel(d: Draw) -> Setting:
    key, temperature, hard = tg.random.key(d.index), d.one_of(1.0, 0.5, 2.0), d.index == 2
    even = torch.tensor(tg.to_numpy(tg.random.uniform(key, (4, 5), low=1e-7, high=1.0 - 1e-7, dtype="float64")))

    def theirs(x: Any) -> Any:
        soft = torch.softmax((x - torch.log(-torch.log(even))) / temperature, -1)
        chosen = functional.one_hot(soft.argmax(-1), 5)
        return chosen + soft - soft.detach() if hard else soft

    return Setting((d.normal(4, 5),), lambda x: tg.gumbel_softmax(x, key, temperature=temperature, hard=hard), theirs)


def sparsest(x: Any, axis: int) -> Any:
    """The projection onto the simplex, by the level that its definition asks for."""
    x = x.movedim(axis, -1)
    ordered = x.sort(-1, descending=True)[0]
    place = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    count = (1 + place * ordered > ordered.cumsum(-1)).sum(-1, keepdim=True)
    level = (ordered.cumsum(-1).gather(-1, count - 1) - 1) / count
    return torch.relu(x - level).movedim(-1, axis)


def crelu(x: Any, axis: int) -> Any:
    """Both sides of 0, one behind the other."""
    return torch.cat([torch.relu(x), torch.relu(-x)], axis)


def _sparsemax(d: Draw) -> Setting:
    axis = d.one_of(-1, 0, 1)
    return Setting((d.normal(3, 4, 5),), lambda x: tg.sparsemax(x, axis=axis), lambda x: sparsest(x, axis))


def _affine(d: Draw) -> Setting:
    exponent, scale, shift = d.one_of((2, 0.5, 3.0), (-1.5, 0.3, 2.0), (0.5, 1.0, 3.0))
    return Setting(
        (d.uniform(-1.0, 1.0, 4, 5),),
        lambda x: tg.affine_power(x, exponent, scale=scale, shift=shift),
        lambda x: (shift + scale * x) ** exponent,
    )


def _celu(d: Draw) -> Setting:
    alpha = d.one_of(1.0, 0.3, 2.0)
    return Setting(
        (2.0 * d.normal(4, 6),),
        lambda x: tg.celu(x, alpha=alpha),
        lambda x: torch.relu(x) + alpha * torch.expm1(-torch.relu(-x) / alpha),
    )


def rational(x: Any) -> Any:
    y = 2 * x / 3
    return 1.7159 * torch.sign(y) * (1 - 1 / (1 + y.abs() + y**2 + 1.41645 * y**4))


def _ultra_fast(x: Any) -> Any:
    """Theano's approximation, which is odd about (0, 1/2)."""
    z = (x / 2).abs()
    half = torch.where(z < 1.7, 1.5 * z / (1 + z), 0.935409070603099 + 0.0458812946797165 * (z - 1.7))
    half = torch.where(z < 3, half, torch.tensor(0.99505475368673, dtype=x.dtype))
    return (torch.sign(x) * half + 1) / 2


def _gated(name: str, theirs: Callable[[Any, int], Any], peer: str) -> Row:
    def draw(d: Draw) -> Setting:
        axis = d.one_of(-1, 1, 0)
        return Setting((d.normal(4, 6, 2),), lambda x: getattr(tg, name)(x, axis=axis), lambda x: theirs(x, axis))

    return Row(name, peer, draw)


MORE = [
    Row("celu", "formula in PyTorch", _celu, note="torch.nn.functional.celu rounds 1 / alpha to float32 in gradients"),
    optioned("relu6", "relu6", ({},)),
    optioned("threshold", "threshold", ({"threshold": 1.0, "value": -2.0}, {"threshold": -0.5}, {"threshold": 0.2,
        "value": 9.0}),
             {"threshold": 1.0, "value": -2.0}, {"threshold": -0.5, "value": 0.0}, {"threshold": 0.2, "value": 9.0}),
    optioned("thresholded_relu", "threshold", ({"theta": 1.0}, {"theta": 0.3}, {}),
             {"threshold": 1.0, "value": 0.0}, {"threshold": 0.3, "value": 0.0}, {"threshold": 1.0, "value": 0.0}),
    optioned("hard_shrink", "hardshrink", ({"width": 0.5}, {"width": 1.0}, {}), {"lambd": 0.5}, {"lambd": 1.0}, {}),
    optioned("soft_shrink", "softshrink", ({"width": 0.5}, {"width": 1.0}, {}), {"lambd": 0.5}, {"lambd": 1.0}, {}),
    optioned("tanh_shrink", "tanhshrink", ({},)),
    optioned("rrelu", "rrelu", ({"low": 0.1, "high": 0.3}, {}, {"low": 0.5, "high": 0.5}),
             {"lower": 0.1, "upper": 0.3}, {}, {"lower": 0.5, "upper": 0.5}),
    Row("rrelu", "formula in PyTorch, our slopes", _rrelu_training, single=False,
        note="random slopes of float32 are others than those of float64"),
    Row("prelu", "torch.nn.functional.prelu", _prelu, note="the slope broadcasts; theirs belongs to axis 1"),
    _gated("glu", lambda x, axis: functional.glu(x, axis), "torch.nn.functional.glu"),
    _gated("crelu", crelu, "formula in PyTorch"),
    optioned("softmin", "softmin", ({"axis": -1}, {"axis": 0}, {"axis": 1}), {"dim": -1}, {"dim": 0}, {"dim": 1}),
    Row("sparsemax", "formula in PyTorch", _sparsemax),
    Row("gumbel_softmax", "formula in PyTorch, our noise", _gumbel, single=False,
        note="random numbers of float32 are others than those of float64"),
    written("hard_silu", lambda x: x * functional.relu6(x + 3.0) / 6.0,
            "torch.nn.functional.hardswish has no second gradient"),
    written("swish", lambda x: x * torch.sigmoid(1.7 * x), beta=1.7),
    written("squareplus", lambda x: (x + torch.sqrt(x * x + 2.0)) / 2, b=2.0),
    written("cube", lambda x: x**3), written("identity", lambda x: x * 1.0),
    written("scaled_tanh", lambda x: 1.7159 * torch.tanh(2 * x / 3)),
    written("rational_tanh", rational, "sgn(y)(1 − 1/(1 + |y| + y² + 1.41645 y⁴)), as in Deeplearning4j"),
    written("rectified_tanh", lambda x: torch.relu(torch.tanh(x))),
    Row("affine_power", "formula in PyTorch", _affine),
    written("sparse_plus", lambda x: torch.where(x > 1, x, torch.clamp(x + 1, min=0) ** 2 / 4)),
    written("sparse_sigmoid", lambda x: torch.clamp((x + 1) / 2, 0.0, 1.0)),
    written("ultra_fast_sigmoid", _ultra_fast, "the slope is that of the pieces"),
]  # fmt: skip

ROWS = [
    activation("relu", note="the gradient at 0 is 0, by both"),
    unary("sigmoid"),
    activation("silu"),
    activation("gelu", note="exact, with erf; that of Deeplearning4j is the one with a sigmoid"),
    Row("gelu", "torch.nn.functional.gelu, tanh", _gelu_tanh),
    written("gelu", lambda x: x * torch.sigmoid(1.702 * x), "with a sigmoid", approximate="sigmoid"),
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
    *MORE,
]
