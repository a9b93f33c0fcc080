"""A kernel beside the body and the rules of its op, on arrays that a test draws."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from typedgrad.core.accelerate import Kernel, find
from typedgrad.core.aval import aval_of
from typedgrad.core.mode import raw
from typedgrad.core.primitive import Primitive, lookup
from typedgrad.core.tape import Partial
from typedgrad.core.tensor import Tensor

kernels = pytest.importorskip("typedgrad.kernels")
if not kernels.AVAILABLE:
    pytest.skip("the native kernels are not built or switched off", allow_module_level=True)

LEVELS = ("base", "v3", "v4")


class Recorded(NamedTuple):
    """An input of a node, all of them wanted."""

    data: Any
    node: object
    shape: tuple[int, ...]


def available(level: str) -> bool:
    """Whether this machine has the instruction set; uses it if so."""
    from importlib import import_module

    return bool(import_module("typedgrad.kernels._native").use_level(level))


def compared(function: Any, arrays: list[Any], statics: dict[str, Any], rng: np.random.Generator) -> float | None:
    """The largest error of a kernel, as a part of the largest number, or of 1; None if there is no kernel."""
    op = lookup(function)
    expected = op.body(*arrays, **statics)
    several = isinstance(expected, tuple)
    results = expected if several else (expected,)
    tensors = tuple(None if a is None else Tensor(a) for a in arrays)
    kernel = find(op, tensors, statics, tuple(aval_of(r.shape, r.dtype, "cpu") for r in results))
    if kernel is None:
        return None
    got, saved = kernel.save(*arrays) if kernel.save is not None else (kernel.run(*arrays), None)
    pairs = list(zip(got if several else (got,), results, strict=True))
    if kernel.pull is not None:  # otherwise the op's own rule is used
        pairs += _gradients(op, kernel, arrays, statics, (got, saved, expected), rng)
    worst = 0.0
    for a, b in pairs:
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        if b.size:
            worst = max(worst, float(np.abs(a - b).max() / max(np.abs(b).max(), 1.0)))
    return worst


def _gradients(
    op: Primitive,
    kernel: Kernel,
    arrays: list[Any],
    statics: dict[str, Any],
    made: tuple[Any, Any, Any],
    rng: np.random.Generator,
) -> list[tuple[Any, Any]]:
    got, saved, expected = made
    assert kernel.pull is not None
    several = isinstance(expected, tuple)
    results = expected if several else (expected,)
    g = tuple(np.asarray(rng.standard_normal(r.shape)).astype(r.dtype) for r in results)
    used = [i for i in range(len(g)) if rng.random() < 0.5] or [0]  # of several results
    if several:
        g = tuple(x if i in used else np.zeros_like(x) for i, x in enumerate(g))
    inputs = [Recorded(a, 1, a.shape) for a in arrays if a is not None]
    node: Any = (SimpleNamespace(primitive=op), inputs, got)
    with raw:
        pulled = kernel.pull(Partial({i: g[i] for i in used}) if several else g[0], node, saved)
        cotangent: Any = g if several else g[0]
        names = [a.name for a in op.reading.tensors]
        if op.derivatives:
            rules = [d(cotangent, expected, *arrays, **statics) for d in op.derivatives]
            # Elementwise rules leave it to their caller to add up what broadcasting has repeated: here single numbers.
            rules = [np.sum(c) if a.shape == () else c for c, a in zip(rules, arrays, strict=True)]
        elif op.vjp_rules:
            rules = [
                op.vjp_rules[n](cotangent, expected, *arrays, **statics) if n in op.vjp_rules else None for n in names
            ]
        else:
            assert op.vjp_rule is not None
            rules = list(op.vjp_rule(cotangent, expected, *arrays, **statics))
    wanted = [r for r, a in zip(rules, arrays, strict=True) if a is not None]
    return [(a, b) for a, b in zip(pulled, wanted, strict=True) if a is not None and b is not None]
