"""Every op, traced and run as a graph, gives what it gives when it is called; so does its gradient."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.laws.test_laws import CASES, OPS
from typedgrad.core.primitive import Primitive
from typedgrad.testing.draw import Draw, draw

NAMES = sorted(name for name in OPS.keys() & CASES.keys() if name != "empty_like" and not OPS[name].is_dynamic)


def call(op: Primitive, drawn: Draw) -> Any:
    def one(*flat: tg.Tensor) -> Any:
        return op.function(*drawn.refill(list(flat)), **drawn.statics)

    return one


def squared(op: Primitive, drawn: Draw) -> Any:
    """A scalar function of the floats among the arguments."""

    def f(*flat: tg.Tensor) -> tg.Tensor:
        outs = call(op, drawn)(*flat)
        parts = [tg.sum(out * out) for out in (outs if isinstance(outs, tuple) else (outs,)) if out.dtype.kind == "f"]
        return parts[0] if len(parts) == 1 else tg.sum(tg.stack(parts))

    return f


def same(found: Any, wanted: Any) -> None:
    made, known = (tg.leaves_with_paths(tree) for tree in (found, wanted))
    assert [path for path, _ in made] == [path for path, _ in known]
    for (_, x), (path, y) in zip(made, known, strict=True):
        assert x.shape == y.shape, path
        assert x.dtype == y.dtype, path
        tolerance = {"float32": 1e-5, "complex64": 1e-5, "float16": 1e-2}.get(x.dtype.name, 1e-12)
        assert np.allclose(x.numpy(), y.numpy(), rtol=tolerance, atol=tolerance, equal_nan=True), path


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", NAMES)
def test_a_traced_op_gives_what_it_gives_when_called(name: str) -> None:
    op, case = OPS[name], CASES[name]
    rng = Random(name)
    for kind in ("float64", "float32"):
        if kind in case.skip:
            continue
        drawn = draw(op, case, rng, kind=kind)
        flat = [tg.asarray(x) for x in drawn.flat]
        f = call(op, drawn)
        traced = tg.trace(f)(*flat)
        same(traced.run(*flat), f(*flat))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", [n for n in NAMES if OPS[n].has_gradient])
def test_a_traced_gradient_is_the_gradient(name: str) -> None:
    op, case = OPS[name], CASES[name]
    for kind in ("float64", "float32"):
        if kind in case.skip:
            continue
        drawn = draw(op, case, Random(name), kind=kind)
        flat = [tg.asarray(x) for x in drawn.flat]
        floats = [i for i, x in enumerate(flat) if x.dtype.kind == "f"]
        f = squared(op, drawn)
        try:
            wanted = tg.value_and_grad(f, floats)(*flat)
        except ValueError:
            continue  # some have none for such arguments
        same(tg.trace(tg.value_and_grad(f, floats))(*flat).run(*flat), wanted)
