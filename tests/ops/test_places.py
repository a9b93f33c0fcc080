"""How many places a window has, counted with symbols, is what is counted with numbers."""

from __future__ import annotations

from itertools import product

import pytest

from typedgrad.ops.windows import places
from typedgrad.shapes import Inconclusive, ShapeError, parse_dim, substitute

OPTIONS = list(product(range(1, 5), range(1, 5), range(3), (False, True)))


@pytest.mark.parametrize(("kernel", "stride", "padding", "ceil"), OPTIONS)
def test_symbols_and_numbers_agree(kernel: int, stride: int, padding: int, ceil: bool) -> None:
    try:
        (symbolic,) = places((parse_dim("n"),), (kernel,), stride, padding, ceil=ceil)
    except Inconclusive:
        assert ceil
        assert kernel - padding < stride, "the last window may start in the padding behind"
        return
    for n in range(1, 20):
        try:
            (counted,) = places((n,), (kernel,), stride, padding, ceil=ceil)
        except ShapeError:
            assert kernel > n + 2 * padding
            continue
        assert substitute(symbolic, {"n": n}) == counted
