from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes.strategies import NAMES, names
from typedgrad.shapes import (
    UNKNOWN,
    Dim,
    Inconclusive,
    Shape,
    ShapeError,
    Sym,
    at_most,
    axis_index,
    broadcast,
    divides,
    format_shape,
    maximum,
    minimum,
    parse_dim,
    parse_shape,
    prod,
    same,
    substitute,
)

n, m = Sym.named("n"), Sym.named("m")
ints = st.lists(st.integers(0, 3), max_size=4).map(tuple)


def test_same_returns_the_better_known() -> None:
    assert same(3, UNKNOWN, "widths differ") == 3
    assert same(UNKNOWN, n, "widths differ") == n
    assert same(parse_shape("_ 3"), parse_shape("n _"), "shapes differ") == (n, 3)
    assert same(parse_shape("*b"), parse_shape("2 n"), "shapes differ") == (2, n)


def test_same_refuses_what_differs() -> None:
    with pytest.raises(ShapeError, match=r"^the element counts differ: 6 and 4$"):
        same(6, 4, "the element counts differ")
    with pytest.raises(ShapeError, match=r"^shapes differ: \[2 n\] and \[2 m\]$"):
        same((2, n), (2, m), "shapes differ")


@given(ints, ints)
def test_broadcast_of_numbers_is_that_of_numpy(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    try:
        expected = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(ShapeError, match="do not broadcast"):
            broadcast(a, b)
    else:
        assert broadcast(a, b) == expected


@pytest.mark.parametrize(
    ("a", "b", "out"),
    [
        ("n 1", "1 m", "n m"),
        ("n 3", "3", "n 3"),
        ("_ 3", "n 3", "_ 3"),
        ("_ 3", "4 3", "4 3"),
        ("_", "1", "_"),
        ("n//k", "3", "3"),
        ("n//k", "m//2", "_"),
        ("*b n", "n", "*b n"),
        ("*b n", "*b 1", "*b n"),
        ("*b n", "m n", "... n"),
        ("*b n", "*c n", "... n"),
        ("... n", "... n", "... n"),
        ("k *b n", "*b n", "k *b n"),
        ("*b", "", "*b"),
    ],
)
def test_broadcast_of_symbols(a: str, b: str, out: str) -> None:
    assert format_shape(broadcast(parse_shape(a), parse_shape(b))) == out
    assert format_shape(broadcast(parse_shape(b), parse_shape(a))) == out


@pytest.mark.parametrize(("a", "b"), [("n", "m"), ("n", "3"), ("*b n 2", "n 3"), ("n+1", "n")])
def test_symbols_that_certainly_differ_do_not_broadcast(a: str, b: str) -> None:
    with pytest.raises(ShapeError, match="do not broadcast: axis -1 is"):
        broadcast(parse_shape(a), parse_shape(b))


symbolic = st.lists(st.one_of(st.integers(1, 3), names), max_size=3).map(tuple)


@given(symbolic, symbolic)
def test_broadcasting_then_substituting_is_substituting_then_broadcasting(a: Shape, b: Shape) -> None:
    distinct = dict(zip(NAMES, (11, 12, 13, 14, 15), strict=True))
    try:
        out = broadcast(a, b)
    except ShapeError:
        with pytest.raises(ShapeError):
            broadcast(_at(a, distinct), _at(b, distinct))
    else:
        assert _at(out, distinct) == broadcast(_at(a, distinct), _at(b, distinct))


def _at(shape: Shape, env: dict[str, int]) -> Shape:
    return tuple(substitute(dim, env) for dim in shape if isinstance(dim, int | Sym))


@pytest.mark.parametrize(("a", "b"), [("5", "4"), ("n+1", "n"), ("2*n", "n"), ("n+m", "n")])
def test_at_most_refuses_what_is_certainly_too_large(a: str, b: str) -> None:
    with pytest.raises(ShapeError, match=r"^the kernel is too tall: .* > "):
        at_most(parse_dim(a), parse_dim(b), "the kernel is too tall")


@pytest.mark.parametrize(
    ("a", "b"), [("4", "4"), ("n", "m"), ("n", "3"), ("3", "n"), ("h//2", "h"), ("_", "3"), ("n", "n*m")]
)
def test_at_most_is_silent_otherwise(a: str, b: str) -> None:
    at_most(parse_dim(a), parse_dim(b), "the kernel is too tall")


def test_divides() -> None:
    for k, size in (("2", "6"), ("2", "4*n"), ("3", "n"), ("h", "n"), ("h", "h*n"), ("_", "3"), ("2", "_")):
        divides(parse_dim(k), parse_dim(size), "the heads do not fit")
    for k, size in (("2", "7"), ("2", "4*n+1"), ("0", "4")):
        with pytest.raises(ShapeError, match=r"^the heads do not fit: .* is not a multiple of"):
            divides(parse_dim(k), parse_dim(size), "the heads do not fit")


def test_prod_minimum_and_maximum() -> None:
    assert prod((2, n, 3)) == 6 * n
    assert prod(()) == 1
    assert prod(parse_shape("2 *b")) is UNKNOWN
    assert prod(parse_shape("2 _")) is UNKNOWN
    assert minimum(3, 5) == 3
    assert maximum(n, n + 1, 0 * n) == maximum(n + 1, 0)


@pytest.mark.parametrize(
    ("shape", "axis", "index"),
    [("2 3", 1, 1), ("2 3", -1, 1), ("2 3", -2, 0), ("*b 3", -1, 1), ("n *b 3", 0, 0), ("n *b 3 4", -2, 2)],
)
def test_axis_index_normalises(shape: str, axis: int, index: int) -> None:
    assert axis_index(parse_shape(shape), axis) == index


@pytest.mark.parametrize(
    ("shape", "axis"), [("*b 3", 0), ("n *b", 1), ("*b 3", -2), ("...", -1), ("2 3", UNKNOWN), ("2 3", n)]
)
def test_axis_index_does_not_guess(shape: str, axis: Dim) -> None:
    with pytest.raises(Inconclusive):
        axis_index(parse_shape(shape), axis)


@pytest.mark.parametrize(
    ("shape", "axis", "rank"), [("2 3", 2, "2 axes"), ("2 3", -3, "2 axes"), ("n", 1, "1 axis"), ("", 0, "0 axes")]
)
def test_axis_index_refuses_what_is_out_of_range(shape: str, axis: int, rank: str) -> None:
    with pytest.raises(ShapeError, match=f"^axis {axis} is out of range for {rank}$"):
        axis_index(parse_shape(shape), axis)
