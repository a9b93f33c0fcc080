"""`vmap` of an op gives what stacking its results for each example would give, whatever the op."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.laws.test_laws import CASES, OPS
from typedgrad.core.primitive import Primitive
from typedgrad.testing.draw import Draw, draw

EXAMPLES = 3
# How the examples of floats differ: a positive factor keeps matrices regular, and numbers within their domain.
FACTORS = (1.0, 0.75, 0.875)


def _examples(array: np.ndarray[Any, Any]) -> tg.Tensor:
    rows = [array * np.asarray(k, array.dtype) if array.dtype.kind == "f" else array for k in FACTORS]
    return tg.asarray(np.stack(rows))


def _check(op: Primitive, drawn: Draw, batched: list[bool]) -> None:
    stacks = [_examples(x) if one else tg.asarray(x) for x, one in zip(drawn.flat, batched, strict=True)]

    def one(*flat: tg.Tensor) -> Any:
        return op.function(*drawn.refill(list(flat)), **drawn.statics)

    found = tg.vmap(one, in_axes=tuple(0 if b else None for b in batched))(*stacks)
    rows = [one(*(x[k] if b else x for x, b in zip(stacks, batched, strict=True))) for k in range(EXAMPLES)]
    if not isinstance(found, tuple):
        found, rows = (found,), [(row,) for row in rows]
    for out, column in zip(found, zip(*rows, strict=True), strict=True):
        wanted = np.stack([x.numpy() for x in column])
        assert out.shape == wanted.shape, f"{drawn.describe([a.name for a in op.reading.tensors])}\n{batched}"
        assert out.dtype == wanted.dtype
        close = np.allclose(out.numpy(), wanted, rtol=1e-9, atol=1e-9, equal_nan=True)
        assert close, f"{drawn.describe([a.name for a in op.reading.tensors])}\n{batched}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", sorted(name for name in OPS.keys() & CASES.keys() if name != "empty_like"))
def test_mapping_an_op_is_stacking_its_results(name: str) -> None:
    op, case = OPS[name], CASES[name]
    rng = Random(name)
    for _ in range(6):
        drawn = draw(op, case, rng)
        count = len(drawn.flat)
        if not count:
            continue
        if op.is_dynamic:
            with pytest.raises(TypeError, match="depends on values"):
                _check(op, drawn, [True] * count)
            return
        _check(op, drawn, [True] * count)
        for i in range(count if count > 1 else 0):
            _check(op, drawn, [i == j for j in range(count)])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", sorted(n for n in OPS.keys() & CASES.keys() if OPS[n].has_gradient))
def test_the_gradient_of_each_example_is_that_of_the_example_alone(name: str) -> None:
    op, case = OPS[name], CASES[name]
    drawn = draw(op, case, Random(name))
    floats = [i for i, x in enumerate(drawn.flat) if x.dtype.kind == "f"]

    def squared(*flat: tg.Tensor) -> tg.Tensor:
        outs = op.function(*drawn.refill(list(flat)), **drawn.statics)
        parts = [tg.sum(out * out) for out in (outs if isinstance(outs, tuple) else (outs,)) if out.dtype.kind == "f"]
        return parts[0] if len(parts) == 1 else tg.sum(tg.stack(parts))

    gradient = tg.grad(squared, floats)
    stacks = [_examples(x) for x in drawn.flat]
    try:
        rows = [gradient(*(x[k] for x in stacks)) for k in range(EXAMPLES)]
    except ValueError as refused:  # some have none for such arguments, and then for no example
        with pytest.raises(ValueError, match=re.escape(str(refused).split(";", maxsplit=1)[0])):
            tg.vmap(gradient)(*stacks)
        return
    for found, column in zip(tg.vmap(gradient)(*stacks), zip(*rows, strict=True), strict=True):
        assert np.allclose(found, np.stack([x.numpy() for x in column]), rtol=1e-8, atol=1e-8, equal_nan=True)
