"""What the laws must be told of convolutions."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics
from typedgrad.ops.windows import pads_of
from typedgrad.testing.laws import Case

Array = Any  # of any rank, indexed in every way


def drawn(rank: int | None, *, bias: bool = False) -> Any:
    """Shapes of an input and of a kernel that fits it."""

    def shapes(rng: Random) -> Shapes:
        n = rng.choice((0, 1, 2, 3)) if rng.random() < 0.2 else rng.choice((1, 2))
        groups, c_group = rng.choice((1, 1, 2, 3)), rng.choice((1, 2))
        c_out = groups * rng.choice((1, 2))
        axes = rng.choice((1, 2)) if rank is None else rank
        most = 5 if axes < 3 else 3
        sizes = tuple(rng.randint(2, most) for _ in range(axes))
        window = tuple(rng.randint(1, min(3, size)) for size in sizes)
        found: Shapes = {"x": (n, groups * c_group, *sizes), "kernel": (c_out, c_group, *window)}
        return {**found, "bias": (c_out,) if rng.random() < 0.5 else None} if bias else found

    return shapes


def options(shapes: Shapes, rng: Random) -> Statics:
    """The options of `conv1d` and its like."""
    sizes, window = shapes["x"][2:], shapes["kernel"][2:]
    rank = len(sizes)
    groups = shapes["x"][1] // shapes["kernel"][1]
    stride = rng.choice((1, 1, 2, tuple(rng.randint(1, 3) for _ in sizes)))
    forms: list[Any] = [1, tuple(rng.randint(0, 2) for _ in sizes), tuple((rng.randint(0, 2), 1) for _ in sizes)]
    padding = rng.choice([0, "valid", "same", *forms, *(["causal"] if rank == 1 else [])])
    dilation = 2 if padding in {"same", "causal"} and rng.random() < 0.5 else 1
    if rng.random() < 0.2:
        fits = all((n - k) % 2 == 0 for n, k in zip(sizes, window, strict=True))
        stride, padding, dilation = 2 if fits else 1, "strict", 1
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def full(shapes: Shapes, rng: Random) -> dict[str, Any]:
    """The same, written out as the ops of `typedgrad.ops.convolve` take them."""
    made: dict[str, Any] = options(shapes, rng)
    sizes = shapes["x"][2:]
    pads = pads_of(sizes, shapes["kernel"][2:], made["stride"], made["padding"], made["dilation"])
    tuples = {k: (v,) * len(sizes) if isinstance(v, int) else v for k, v in made.items() if k in {"stride", "dilation"}}
    return {**tuples, "pads": pads, "groups": made["groups"]}


def correlated(x: Array, kernel: Array, *, stride: Any, pads: Any, dilation: Any, groups: int) -> Array:
    """The sum, place by place."""
    padded: Array = np.pad(x, ((0, 0), (0, 0), *pads))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel.shape[2:], dilation, strict=True)]
    counts = [(n - k) // s + 1 for n, k, s in zip(padded.shape[2:], spans, stride, strict=True)]
    o, c = kernel.shape[:2]
    out: Array = np.zeros((x.shape[0], o, *counts), x.dtype)
    for place in itertools.product(*map(range, counts)):
        seen = padded[
            (..., *(slice(i * s, i * s + k, d) for i, s, k, d in zip(place, stride, spans, dilation, strict=True)))
        ]
        for j in range(o):
            first = j // (o // groups) * c
            out[(slice(None), j, *place)] = (seen[:, first : first + c] * kernel[j]).sum(axis=tuple(range(1, x.ndim)))
    return out


def _conv(
    x: Array, kernel: Array, bias: Array | None, *, stride: Any, padding: Any, dilation: Any, groups: int
) -> Array:
    rank = x.ndim - 2
    pads = pads_of(x.shape[2:], kernel.shape[2:], stride, padding, dilation)
    stride, dilation = ((v,) * rank if isinstance(v, int) else v for v in (stride, dilation))
    out = correlated(x, kernel, stride=stride, pads=pads, dilation=dilation, groups=groups)
    return out if bias is None else out + bias.reshape(-1, *(1,) * rank)


def _input_shapes(rng: Random) -> Shapes:
    found = drawn(None)(rng)
    places = tuple(rng.randint(1, 3) for _ in found["x"][2:])
    return {"g": (found["x"][0], found["kernel"][0], *places), "kernel": found["kernel"]}


def _input_options(shapes: Shapes, rng: Random) -> Statics:
    """Sizes that have just these places."""
    stride = tuple(rng.randint(1, 3) for _ in shapes["g"][2:])
    pads = tuple((rng.randint(0, k - 1), 0) for k in shapes["kernel"][2:])
    size = tuple(
        k + (p - 1) * s + rng.randrange(s) - a
        for k, p, s, (a, _) in zip(shapes["kernel"][2:], shapes["g"][2:], stride, pads, strict=True)
    )
    groups = rng.choice([g for g in (1, 2, 3) if shapes["g"][1] % g == 0])
    return {"size": size, "stride": stride, "pads": pads, "dilation": (1,) * len(size), "groups": groups}


def _kernel_shapes(rng: Random) -> Shapes:
    found = drawn(None)(rng)
    places = tuple(rng.randint(1, 2) for _ in found["x"][2:])
    return {"x": found["x"], "g": (found["x"][0], found["kernel"][0], *places)}


def _kernel_options(shapes: Shapes, rng: Random) -> Statics:
    """A window that has just these places."""
    c, sizes = shapes["x"][1], shapes["x"][2:]
    stride = tuple(1 if n == 2 else rng.randint(1, 2) for n in sizes)
    pads = tuple((rng.randint(0, 1), rng.randint(0, 1)) for _ in sizes)
    size = tuple(
        n + sum(pair) - (p - 1) * s for n, p, s, pair in zip(sizes, shapes["g"][2:], stride, pads, strict=True)
    )
    groups = rng.choice([g for g in (1, 2, 3) if c % g == 0 and shapes["g"][1] % g == 0])
    return {"size": size, "stride": stride, "pads": pads, "dilation": (1,) * len(size), "groups": groups}


def spread(g: Array, kernel: Array, *, size: Any, stride: Any, pads: Any, dilation: Any, groups: int) -> Array:
    """Each element of `g` times its kernel, added up where the kernel lies."""
    o, c = kernel.shape[:2]
    padded: Array = np.zeros(
        (g.shape[0], c * groups, *(n + a + b for n, (a, b) in zip(size, pads, strict=True))), g.dtype
    )
    for place in itertools.product(*map(range, g.shape[2:])):
        spans = zip(place, stride, kernel.shape[2:], dilation, strict=True)
        under = (..., *(slice(i * s, i * s + (k - 1) * d + 1, d) for i, s, k, d in spans))
        for j in range(o):
            first = j // (o // groups) * c
            value = g[(slice(None), j, *place)].reshape(-1, *(1,) * (g.ndim - 1))
            padded[:, first : first + c][under] += value * kernel[j]
    return padded[(..., *(slice(a, a + n) for n, (a, _) in zip(size, pads, strict=True)))]


def _kernel(x: Array, g: Array, *, size: Any, stride: Any, pads: Any, dilation: Any, groups: int) -> Array:
    padded: Array = np.pad(x, ((0, 0), (0, 0), *pads))
    c, o = x.shape[1] // groups, g.shape[1]
    out: Array = np.zeros((o, c, *size), x.dtype)
    for place in itertools.product(*map(range, g.shape[2:])):
        spans = zip(place, stride, size, dilation, strict=True)
        under = padded[(..., *(slice(i * s, i * s + (k - 1) * d + 1, d) for i, s, k, d in spans))]
        for j in range(o):
            first = j // (o // groups) * c
            value = g[(slice(None), j, *place)].reshape(-1, *(1,) * (g.ndim - 1))
            out[j] += (under[:, first : first + c] * value).sum(axis=0)
    return out


def _transposed_shapes(rank: int) -> Any:
    def shapes(rng: Random) -> Shapes:
        groups, c_group = rng.choice((1, 1, 2)), rng.choice((1, 2))
        c_in = groups * rng.choice((1, 2))
        sizes, window = (tuple(rng.randint(1, 3) for _ in range(rank)) for _ in range(2))
        n = rng.choice((0, 1, 2, 2, 2))
        bias = (groups * c_group,) if rng.random() < 0.5 else None
        return {"x": (n, c_in, *sizes), "kernel": (c_in, c_group, *window), "bias": bias}

    return shapes


def _transposed_options(shapes: Shapes, rng: Random) -> Statics:
    (c_in, c_group), window = shapes["kernel"][:2], shapes["kernel"][2:]
    known = shapes["bias"][0] // c_group if shapes["bias"] else None
    groups = known or rng.choice([g for g in (1, 2) if c_in % g == 0])
    stride, dilation = rng.randint(1, 3), rng.randint(1, 2)
    if rng.random() < 0.3:
        return {"stride": stride, "padding": "same", "dilation": dilation, "groups": groups}
    return {
        "stride": stride,
        "padding": rng.choice([0, "valid", tuple(((k - 1) // 2, 0) for k in window)]),
        "output_padding": rng.randrange(stride),
        "dilation": dilation,
        "groups": groups,
    }


def _transposed(
    x: Array,
    kernel: Array,
    bias: Array,
    *,
    stride: int,
    padding: Any,
    dilation: int,
    groups: int,
    output_padding: int = 0,
) -> Array:
    rank = x.ndim - 2
    if padding == "same":
        size = tuple(n * stride for n in x.shape[2:])
        pads: Any = pads_of(size, kernel.shape[2:], stride, padding, dilation)
    else:
        pads = padding if isinstance(padding, tuple) else ((0, 0),) * rank
        each = zip(x.shape[2:], kernel.shape[2:], pads, strict=True)
        size = tuple((n - 1) * stride + (k - 1) * dilation + 1 + output_padding - sum(cut) for n, k, cut in each)
    out = spread(x, kernel, size=size, stride=(stride,) * rank, pads=pads, dilation=(dilation,) * rank, groups=groups)
    return out if bias is None else out + bias.reshape(-1, *(1,) * rank)


CASES = {f"conv{rank}d": Case(_conv, shapes=drawn(rank, bias=True), statics=options) for rank in (1, 2, 3)} | {
    "convolve": Case(correlated, shapes=drawn(None), statics=full),
    "convolve_input": Case(spread, shapes=_input_shapes, statics=_input_options),
    "convolve_kernel": Case(_kernel, shapes=_kernel_shapes, statics=_kernel_options),
    **{
        f"conv_transpose{rank}d": Case(_transposed, shapes=_transposed_shapes(rank), statics=_transposed_options)
        for rank in (1, 2, 3)
    },
}
