"""einsum: the whole grammar against numpy's, the order of contraction, and what it refuses."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.ops.contraction_order import order
from typedgrad.ops.contraction_program import Program, run
from typedgrad.shapes import Argument, Request, judge

SIZES = dict(zip("abcdefgh", (2, 3, 1, 2, 4, 1, 3, 2), strict=True))
DOTS = (3, 1, 2)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[np.ndarray[Any, Any]]]:
    """A string of the grammar, and operands that fit it."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    terms, operands = [], []
    for _ in range(draw(st.integers(1, 4))):
        letters = draw(st.lists(st.sampled_from(sorted(SIZES)), max_size=4))
        shape: list[int] = [SIZES[letter] for letter in letters]
        term = list(letters)
        if draw(st.booleans()):
            at = draw(st.integers(0, len(letters)))
            run = DOTS[draw(st.integers(0, 3)) :]
            shape[at:at] = [1 if draw(st.booleans()) else n for n in run]
            term.insert(at, "...")
        terms.append("".join(term))
        operands.append(generator.standard_normal(shape))
    text = ",".join(terms)
    if draw(st.booleans()):
        return text, operands
    seen = sorted({c for c in text if c.isalpha()})
    kept = draw(st.lists(st.sampled_from(seen), unique=True)) if seen else []
    if "..." in text:
        kept.insert(draw(st.integers(0, len(kept))), "...")
    return f"{text} -> {''.join(kept)}", operands


@given(calls())
def test_it_is_what_numpy_computes(call: tuple[str, list[np.ndarray[Any, Any]]]) -> None:
    text, operands = call
    wanted = np.einsum(text, *operands)
    made = tg.einsum(text, *map(tg.asarray, operands)).numpy()
    assert made.shape == wanted.shape
    np.testing.assert_allclose(made, wanted, rtol=1e-9, atol=1e-9)


def _cost(terms: tuple[str, ...], output: str, pairs: list[tuple[int, int]], sizes: dict[str, int]) -> int:
    pool, total = list(terms), 0
    for i, j in pairs:
        others = "".join(t for k, t in enumerate(pool) if k not in (i, j)) + output
        union = set(pool[i]) | set(pool[j])
        total += math.prod(sizes[label] for label in union)
        pool[i] = "".join(label for label in union if label in others)
        del pool[j]
    return total


def _all_orders(n: int) -> list[list[tuple[int, int]]]:
    if n == 1:
        return [[]]
    return [[(i, j), *rest] for j in range(n) for i in range(j) for rest in _all_orders(n - 1)]


@pytest.mark.parametrize("sizes", list(permutations((2, 3, 5, 7)))[::5])
def test_the_order_of_contraction_is_the_cheapest(sizes: tuple[int, ...]) -> None:
    named = dict(zip("abcd", sizes, strict=True))
    terms = ("ab", "bc", "cda", "d")
    found = _cost(terms, "a", list(order(terms, "a", named)), named)
    assert found == min(_cost(terms, "a", pairs, named) for pairs in _all_orders(4))


def test_many_operands_do_not_take_for_ever() -> None:
    count = 12
    text = ",".join(f"{chr(97 + i)}{chr(98 + i)}" for i in range(count))
    matrices = [np.eye(2) * 2 for _ in range(count)]
    np.testing.assert_array_equal(tg.einsum(text, *map(tg.asarray, matrices)).numpy(), np.eye(2) * 2**count)


def test_a_gradient_that_nobody_wants_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[tuple[int, ...]] = []

    def spy(steps: Program, arrays: Any) -> Any:
        made = run(steps, arrays)
        wanted.append(made.shape)
        return made

    monkeypatch.setattr("typedgrad.ops.contraction.run", spy)
    x, w = tg.ones((4, 3)), tg.ones((3, 2))
    tg.grad(lambda w: tg.sum(tg.einsum("ij,jk->ik", x, w)))(w)
    assert wanted == [(4, 2), (3, 2)]


def test_the_judge_of_types_knows_it_by_its_public_name() -> None:
    def answer(*shapes: str) -> Any:
        items = tuple((shape, "float32") for shape in shapes)
        operands = Argument("operands", "...", "Num", None, None, items)
        return judge(
            Request(
                "einsum",
                callee="typedgrad.ops.einsum.einsum",
                arguments=(operands,),
                statics={"subscripts": "...ij,jk->...ik"},
            )
        )

    assert answer("*batch t d", "d n").shapes == ("*batch t n",)
    assert answer("b t d", "d n").dtypes == ("float32",)
    assert answer("b t d", "e n").complaint.first == "einsum: `j` is d in `operands[0]` but e in `operands[1]`"


def test_what_is_no_string_is_refused() -> None:
    with pytest.raises(TypeError, match="first argument must be a string"):
        tg.einsum(tg.ones(3), "i->")  # type: ignore[arg-type]  # on purpose
