"""Every kernel computes what the body of its op does, and its gradient what the op's rule does."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.kernels.comparing import LEVELS, available, compared
from typedgrad.ops.distribution_primitives import label_loss
from typedgrad.ops.linear import bias_activation

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
DRAWS = 25


# How an array may lie in memory.
Layouts = list[Callable[[Any], Any]]


def _draw(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Any:
    return rng.standard_normal(shape).astype(dtype)


def _last(x: Any) -> Any:
    """The same numbers with the channels last in memory."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


def _strided(x: Any) -> Any:
    """The same numbers with gaps in between."""
    wide = np.repeat(x, 2, axis=-1)
    return wide[..., ::2]


def _laid(r: Random, x: Any, layouts: Layouts) -> Any:
    return r.choice(layouts)(x)


def _elementwise(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    x = _draw(rng, tuple(r.randint(1, 9) for _ in range(r.randint(1, 4))), dtype) * 4
    x = _laid(r, x, [np.positive, np.asfortranarray, _strided])
    function, statics = r.choice(
        [
            (tg.relu, {}),
            (tg.sigmoid, {}),
            (tg.tanh, {}),
            (tg.silu, {}),
            (tg.gelu, {"approximate": "tanh"}),
            (tg.gelu, {"approximate": "none"}),
            (tg.erf, {}),
        ]
    )
    return function, [x], statics


def _of_two(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    shape = (r.randint(2, 4), r.randint(60, 70), r.randint(273, 300))
    layouts: Layouts = [
        np.positive,
        np.asfortranarray,
        _strided,
        lambda x: np.moveaxis(x, 0, -1).copy().transpose(2, 0, 1),
    ]
    x, y = (_laid(r, _draw(rng, shape, dtype), layouts) for _ in range(2))
    return r.choice([tg.add, tg.subtract, tg.multiply]), [x, y], {}


def _where(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    shape = (r.randint(2, 4), r.randint(60, 70), r.randint(273, 300))
    layouts: Layouts = [np.positive, np.asfortranarray, _strided]
    x, y = (_laid(r, _draw(rng, shape, dtype), layouts) for _ in range(2))
    one = r.choice([None, 0, 1])
    values = [_draw(rng, (), dtype) if i == one else v for i, v in enumerate((x, y))]
    which = _laid(r, rng.random(shape) < 0.5, [np.ascontiguousarray, np.asfortranarray])
    return tg.where, [which, *values], {}


def _linear(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    n = r.choice([1, 3, 64, 65, 130])
    x, b = _draw(rng, (r.randint(1, 9), r.randint(1, 5), n), dtype), _draw(rng, (n,), dtype)
    activation = r.choice(["none", "relu", "tanh", "sigmoid"])
    return bias_activation, [x, r.choice([None, b])], {"activation": activation}


def _matmul(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    sizes = [1, 2, 5, 6, 7, 13, 14, 15, 16, 17, 28, 29, 31, 32, 33, 65, 130, 300]
    m, k, n = r.choice(sizes), r.choice([*sizes, 511, 512, 513, 1100]), r.choice(sizes)
    stack = r.choice([(m,), (r.randint(1, 3), m)])
    layouts: Layouts = [
        np.positive,
        _strided,
        np.asfortranarray,
        lambda x: x[::-1],
        lambda x: np.ascontiguousarray(x.T).T,
    ]
    return tg.matmul, [
        _laid(r, _draw(rng, (*stack, k), dtype), layouts), _laid(r, _draw(rng, (k, n), dtype), layouts)
    ], {}  # fmt: skip


def _rows(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    x = _draw(rng, (r.randint(1, 9), r.choice([1, 2, 15, 16, 17, 100])), dtype)
    return r.choice([tg.softmax, tg.log_softmax]), [_laid(r, x, [np.positive, _strided])], {"axis": -1}


def _label_loss(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    n = r.choice([1, 2, 15, 16, 17, 100])
    x = _draw(rng, (r.randint(1, 9), r.randint(1, 3), n), dtype)
    labels = rng.integers(0, n, x.shape[:-1])
    return label_loss, [x, labels], {"reduction": r.choice(["mean", "sum", "none", "batch_mean"])}


def _take(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    x = _draw(rng, (r.randint(1, 9), r.choice([1, 63, 64, 130])), dtype)
    return tg.take, [x, rng.integers(0, x.shape[0], (r.randint(1, 20), 2))], {"axis": 0}


def _layer_norm(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    n = r.choice([2, 3, 64, 65, 130])
    x, w, b = _draw(rng, (r.randint(1, 9), n), dtype), _draw(rng, (n,), dtype), _draw(rng, (n,), dtype)
    affine = r.choice([[None, None], [w, None], [w, b]])
    return tg.layer_norm, [x, *affine], {"epsilon": 1e-3}


def _batch_norm(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    c = r.choice([1, 3, 16, 300])
    x = _draw(rng, (r.randint(2, 5), c, *(r.randint(1, 9) for _ in range(r.randint(0, 3)))), dtype) + 3
    w, b = _draw(rng, (c,), dtype), _draw(rng, (c,), dtype)
    affine = r.choice([[None, None], [w, None], [w, b], [None, b]])
    return tg.batch_norm, [_laid(r, x, [np.positive, _last, _strided]), *affine], {
        "epsilon": 1e-2, "activation": r.choice(["none", "relu"])
    }  # fmt: skip


def _sizes(r: Random, rank: int, least: list[int]) -> tuple[int, ...]:
    return tuple(k + r.randint(0, 9 if rank < 3 else 4) for k in least)


def _convolution(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    rank, groups = r.choice([1, 2, 2, 3]), r.choice([1, 1, 1, 2])
    inputs, outputs = r.choice([1, 2, 3, 5, 8, 16, 17]), r.choice([1, 3, 4, 6, 16, 20, 33, 64])
    window, stride, dilation = (
        tuple(r.choice(of) for _ in range(rank)) for of in ([1, 2, 3, 5], [1, 1, 2, 3], [1, 1, 2, 3])
    )
    sizes = _sizes(r, rank, [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)])
    x = _draw(rng, (r.choice([1, 2, 9]), inputs * groups, *sizes), dtype)
    kernel, bias = _draw(rng, (outputs * groups, inputs, *window), dtype), _draw(rng, (outputs * groups,), dtype)
    padding = r.choice([0, 1, 2, "same", ((1, 0),) * rank])
    statics = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    arrays = [_laid(r, x, [np.positive, _last]), kernel, r.choice([None, bias])]
    return getattr(tg, f"conv{rank}d"), arrays, statics


def _depthwise(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    rank, channels = r.choice([1, 2, 2, 3]), r.choice([4, 5, 16, 33])
    options = ([1, 2, 3], [1, 1, 2], [1, 1, 2])
    window, stride, dilation = (tuple(r.choice(of) for _ in range(rank)) for of in options)
    sizes = _sizes(r, rank, [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)])
    x = _laid(r, _draw(rng, (r.choice([1, 2, 9]), channels, *sizes), dtype), [np.positive, _last])
    bias = _draw(rng, (channels,), dtype)
    statics = {"stride": stride, "padding": r.choice([0, 1, "same"]), "dilation": dilation, "groups": channels}
    return getattr(tg, f"conv{rank}d"), [x, _draw(rng, (channels, 1, *window), dtype), r.choice([None, bias])], statics


def _pooling(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    rank, kind = r.choice([1, 2, 2, 3]), r.choice(["max", "avg"])
    window = tuple(r.choice([1, 2, 3]) for _ in range(rank))
    stride, dilation = (tuple(r.choice(of) for _ in range(rank)) for of in ([1, 2, 3], [1, 1, 2]))
    sizes = _sizes(r, rank, [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)])
    x = _draw(rng, (r.choice([1, 3]), r.choice([1, 3, 70]), *sizes), dtype)
    if kind == "max" and r.random() < 0.5:
        x = np.round(x)  # with equals among them
    padding = tuple(r.randint(0, k // 2) for k in window)
    statics: dict[str, Any] = {
        "window": window, "stride": r.choice([None, stride]), "padding": padding,
        "dilation": dilation, "rounding": r.choice(["floor", "ceil"]),
    }  # fmt: skip
    if kind == "avg":
        statics["count_padding"] = r.random() < 0.5
    return getattr(tg, f"{kind}_pool{rank}d"), [_laid(r, x, [np.positive, _last, _strided])], statics


def _attention(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    kv = r.choice([1, 2, 3])
    heads, t, s = kv * r.choice([1, 2]), r.choice([1, 3, 17, 64, 70, 130]), r.choice([2, 5, 16, 33, 100])
    d, d_out, batch = r.choice([1, 3, 16, 20, 32, 100]), r.choice([5, 16, 33]), r.choice([(), (2,), (1, 2)])
    query, key, value = (
        _draw(rng, (*batch, *shape), dtype) for shape in ((heads, t, d), (kv, s, d), (kv, s, d_out))
    )  # fmt: skip
    if batch == (2,):
        query = np.ascontiguousarray(query.swapaxes(1, 2)).swapaxes(1, 2)
    masks = [(t, s), (1, s), (heads, t, s), (heads, 1, 1)]
    mask = None if r.random() < 0.5 else rng.random(r.choice(masks)) < 0.6
    statics = {"causal": r.random() < 0.5, "scale": r.choice([None, 0.3]), "drop": 0.0}
    return tg.scaled_dot_product_attention, [query, key, value, mask, None], statics


def _lstm(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    batch, n = (r.randint(1, 5), r.randint(1, 3)), r.choice([1, 3, 17, 64])
    return tg.lstm_step, [_draw(rng, (*batch, n), dtype), _draw(rng, (*batch, 4 * n), dtype)], {}


def _lstm_sequence(rng: np.random.Generator, r: Random, dtype: str) -> Any:
    time, batch, n = r.choice([1, 2, 5]), r.choice([1, 2, 4, 7, 33, 40]), r.choice([1, 3, 17, 33, 64])
    shapes = ((time, batch, 4 * n), (batch, n), (batch, n), (n, 4 * n))
    return tg.lstm_sequence, [_draw(rng, shape, dtype) for shape in shapes], {}


DRAWN = [
    _attention, _batch_norm, _convolution, _depthwise, _elementwise, _label_loss, _layer_norm, _linear, _lstm,
    _lstm_sequence, _matmul, _of_two, _pooling, _rows, _take, _where,
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("draw", DRAWN)
def test_a_kernel_computes_what_its_op_does(draw: Any, level: str, dtype: str) -> None:
    if not available(level):
        pytest.skip(f"this processor has not the instructions of {level}")
    try:
        r, rng = Random(f"{draw.__name__} {dtype}"), np.random.default_rng(7)
        served = 0
        for _ in range(DRAWS):
            function, arrays, statics = draw(rng, r, dtype)
            error = compared(function, arrays, statics, rng)
            if error is not None:
                served += 1
                shapes = [None if a is None else a.shape for a in arrays]
                assert error < TOLERANCE[dtype], (function, shapes, statics)
        assert served > DRAWS // 2
    finally:
        best = [name for name in LEVELS if available(name)][-1]
        assert available(best)
