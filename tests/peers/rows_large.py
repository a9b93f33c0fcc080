"""The ops that cost most at sizes of real models: where work is parted among threads and fills vector registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import functional, torch
from tests.peers.row import Array, Draw, Row, Setting
from tests.peers.rows_attention import exact

NOTE = "at sizes of real models; second gradients above"


def large(name: str, peer: str, inputs: Callable[[Draw], tuple[Array, ...]], ours: Any, theirs: Any) -> Row:
    """Forward and first gradients; second ones are those of the smaller sizes."""
    return Row(name, f"{peer}, large", lambda d: Setting(inputs(d), ours, theirs), 1, NOTE)


def _convolution(d: Draw) -> Setting:
    groups, stride, size = d.one_of((1, 1, 28), (1, 2, 33), (16, 1, 19))
    inputs = (d.normal(4, 16, size, size), d.normal(32, 16 // groups, 3, 3), d.normal(32))
    return Setting(
        inputs,
        lambda *xs: tg.conv2d(*xs, stride=stride, padding=1, groups=groups),
        lambda *xs: functional.conv2d(*xs, stride=stride, padding=1, groups=groups),
    )


def _pooling(kind: str) -> Row:
    def draw(d: Draw) -> Setting:
        window, stride = d.one_of((2, 2), (3, 2), (3, 1))
        name = f"{kind}_pool2d"
        return Setting(
            (d.apart(4, 16, 29, 31),),
            lambda x: getattr(tg, name)(x, window, stride=stride, padding=1),
            lambda x: getattr(functional, name)(x, window, stride, 1),
        )

    return Row(f"{kind}_pool2d", f"torch.nn.functional.{kind}_pool2d, large", draw, 1, NOTE)


def _attention(d: Draw) -> Setting:
    heads, causal = d.one_of((4, False), (4, True), (2, True))
    shape = (2, heads, 130, 32)
    return Setting(
        (d.normal(2, 4, 130, 32), d.normal(*shape), d.normal(*shape)),
        lambda *xs: tg.scaled_dot_product_attention(*xs, causal=causal),
        lambda *xs: exact(*xs, is_causal=causal, enable_gqa=True),
    )


def _batch_norm(d: Draw) -> tuple[Array, ...]:
    return d.normal(8, 32, 17, 15), d.normal(32), d.normal(32)


def _layer_norm(d: Draw) -> tuple[Array, ...]:
    return d.normal(70, 515), d.normal(515), d.normal(515)


def _steps(given: Any, h: Any, c: Any, recurrent: Any) -> Any:
    outputs = []
    for x in given:
        i, f, g, o = (x + h @ recurrent).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs)


def _lstm(d: Draw) -> tuple[Array, ...]:
    n = d.one_of(48, 33, 64)
    return d.normal(12, 24, 4 * n), d.normal(24, n), d.normal(24, n), d.normal(n, 4 * n) / n**0.5


def _labels(d: Draw) -> tuple[Array, ...]:
    return d.normal(130, 1003), d.integers(0, 1002, 130)


ROWS = [
    Row("conv2d", "torch.nn.functional.conv2d, large", _convolution, 1, NOTE),
    _pooling("max"), _pooling("avg"),
    Row("scaled_dot_product_attention", "torch.nn.functional.scaled_dot_product_attention, large", _attention, 1, NOTE),
    large("batch_norm", "torch.nn.functional.batch_norm", _batch_norm, lambda *xs: tg.batch_norm(*xs)[0],
          lambda x, w, b: functional.batch_norm(x, None, None, w, b, True)),
    large("layer_norm", "torch.nn.functional.layer_norm", _layer_norm, tg.layer_norm,
          lambda x, w, b: functional.layer_norm(x, (515,), w, b)),
    large("softmax", "torch.softmax", lambda d: (d.normal(130, 517),), tg.softmax, lambda x: torch.softmax(x, -1)),
    large("softmax_cross_entropy", "torch.nn.functional.cross_entropy", _labels, tg.softmax_cross_entropy,
          lambda x, labels: functional.cross_entropy(x, labels)),
    large("linear", "torch.nn.functional.linear", lambda d: (d.normal(131, 260), d.normal(260, 257), d.normal(257)),
          lambda *xs: tg.linear(*xs, activation="relu"),
          lambda x, w, b: torch.relu(functional.linear(x, w.T, b))),
    large("gelu", "torch.nn.functional.gelu", lambda d: (d.normal(211, 307),), tg.gelu, lambda x: functional.gelu(x)),
    large("tanh", "torch.tanh", lambda d: (3.0 * d.normal(211, 307),), tg.tanh, lambda x: torch.tanh(x)),
    large("exp", "torch.exp", lambda d: (3.0 * d.normal(211, 307),), tg.exp, lambda x: torch.exp(x)),
    large("lstm_sequence", "formula in PyTorch", _lstm, lambda *xs: tg.lstm_sequence(*xs)[0], _steps),
]  # fmt: skip
