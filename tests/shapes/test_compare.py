from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes.strategies import NAMES, dims, environments, polynomials
from typedgrad.shapes import UNKNOWN, Dim, Star, compare, parse_dim, parse_shape, substitute
from typedgrad.shapes.compare import compare_runs, sign


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("3", "3", "equal"),
        ("3", "4", "refuted"),
        ("n+1", "1+n", "equal"),
        ("(h-k+s)//s", "1+(h-k)//s", "equal"),
        ("n", "n+1", "refuted"),
        ("h//2+1", "h//2", "refuted"),
        ("n", "m", "refuted"),
        ("n", "784", "refuted"),
        ("4*d", "d", "refuted"),  # the forgotten factor: sizes are at least 1
        ("n+m", "n", "refuted"),
        ("2*n", "7", "refuted"),  # no integer n
        ("2*(h//2)", "5", "refuted"),
        ("n*m", "n", "refuted"),  # m is any size, not 1
        ("b*t*d", "b*t*k", "refuted"),
        ("b*t*h*k", "b*t*d", "unknown"),
        ("h*w", "2*h", "refuted"),
        ("h*k", "d", "unknown"),  # the writer may know that d is h*k
        ("h*w", "784", "refuted"),  # but for a few sizes
        ("8*h*w", "8", "refuted"),
        ("n+m", "k", "unknown"),
        ("2*n", "m", "unknown"),
        ("n+1", "5", "refuted"),  # n is any size, not 4
        ("2*n", "8", "refuted"),
        ("h//2", "h", "refuted"),
        ("h//2", "14", "refuted"),
        ("h//2", "w//2", "refuted"),
        ("2*(h//2)", "h", "unknown"),  # h may be even
        ("d//h", "d", "unknown"),
        ("h//k", "w//k", "unknown"),
        ("min(n,1024)", "n", "unknown"),  # n may be small
        ("min(n,4)", "min(m,4)", "unknown"),
        ("12//n", "3", "unknown"),
        ("h*(d//h)", "d", "unknown"),
        ("min(n,m)", "n", "unknown"),
        ("{p}", "3", "unknown"),  # a value from outside is no size
        ("h+2*{p}", "h", "unknown"),
        ("{a}", "{b}", "refuted"),  # two arguments
        ("{c.width}", "{c.depth}", "refuted"),  # two fields of one object
        ("{c.width}", "{d.width}", "unknown"),
        ("{c.width}", "{width}", "unknown"),
        ("4*{n}", "{n}", "refuted"),
        ("4*{n}", "{m}", "unknown"),
        ("_", "3", "unknown"),
        ("_", "n", "unknown"),
    ],
)
def test_two_dimensions_compare_as(a: str, b: str, verdict: str) -> None:
    assert compare(parse_dim(a), parse_dim(b)) == verdict
    assert compare(parse_dim(b), parse_dim(a)) == verdict


@given(dims, dims, environments)
def test_equal_is_never_wrong(a: Dim, b: Dim, env: dict[str, int]) -> None:
    if compare(a, b) == "equal":
        assert substitute(a, env) == substitute(b, env)


@given(dims, dims, st.permutations([10**3 + 9, 10**6 + 3, 10**9 + 7, 10**12 + 39, 10**15 + 37]))
def test_refuted_is_wrong_for_no_sizes_but_special_ones(a: Dim, b: Dim, primes: list[int]) -> None:
    """By decree a name is any size, and not that of another; all refutations hold for sizes that are far apart."""
    env = dict(zip(NAMES, primes, strict=False))
    if compare(a, b) == "refuted":
        assert substitute(a, env) != substitute(b, env)


@given(polynomials, environments)
def test_the_sign_is_that_of_every_value(a: Dim, env: dict[str, int]) -> None:
    value = substitute(a, env)
    assert isinstance(value, int)
    if (of := sign(a)) is not None:
        assert (value > 0) - (value < 0) == of


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("n 3", "n 3", "equal"),
        ("*b n", "*b n", "equal"),
        ("n 3", "n 4", "refuted"),
        ("n", "n 3", "refuted"),
        ("n", "n 3 *b", "refuted"),
        ("n", "n *b", "unknown"),
        ("*b 3", "*b 4", "refuted"),
        ("*b", "*c", "refuted"),
        ("*b", "n", "unknown"),
        ("...", "...", "unknown"),
        ("... 3", "2 4", "refuted"),
        ("_ 3", "n 3", "unknown"),
        ("*a *b", "*a *b", "equal"),
        ("2 *a *b", "2 *b *a", "unknown"),
        ("", "", "equal"),
    ],
)
def test_two_shapes_compare_as(a: str, b: str, verdict: str) -> None:
    assert compare_runs(parse_shape(a), parse_shape(b)) == verdict
    assert compare_runs(parse_shape(b), parse_shape(a)) == verdict


def test_a_run_compares_with_a_dimension() -> None:
    assert compare(Star("b"), Star("b")) == "equal"
    assert compare(Star("b"), UNKNOWN) == "unknown"
