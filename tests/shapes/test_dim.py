from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes.strategies import dims, environments, polynomials
from typedgrad.shapes import UNKNOWN, Dim, Sym, Unknown, maximum, minimum, parse_dim, substitute

a, b, h, k, n, s = map(Sym.named, "abhkns")


@given(dims, dims, dims)
def test_addition_and_multiplication_form_a_commutative_ring(x: Dim, y: Dim, z: Dim) -> None:
    assert x + y == y + x
    assert (x + y) + z == x + (y + z)
    assert x * y == y * x
    assert (x * y) * z == x * (y * z)
    assert x * (y + z) == x * y + x * z
    assert x + 0 == x * 1 == x
    assert x - x == x * 0 == 0
    assert 0 - (0 - x) == -1 * (-x) == x


@given(dims, dims, environments)
def test_substitution_is_a_homomorphism(x: Dim, y: Dim, env: dict[str, int]) -> None:
    def at(dim: Dim) -> Dim:
        return substitute(dim, env)

    assert isinstance(at(x), int)
    assert at(x + y) == at(x) + at(y)
    assert at(x - y) == at(x) - at(y)
    assert at(x * y) == at(x) * at(y)
    assert at(minimum(x, y)) == minimum(at(x), at(y))
    assert at(maximum(x, y)) == maximum(at(x), at(y))
    if at(y) != 0 and y != 0:
        assert at(x // y) == at(x) // at(y)
        assert at(x % y) == at(x) % at(y)


@given(dims, environments)
def test_substituting_step_by_step_is_substituting_at_once(x: Dim, env: dict[str, int]) -> None:
    stepwise = x
    for name, size in env.items():
        try:
            stepwise = substitute(stepwise, {name: size})
        except ZeroDivisionError:
            return
    assert stepwise == substitute(x, env)


@given(dims)
def test_text_reads_back_as_the_same_dimension(x: Dim) -> None:
    assert parse_dim(str(x)) == x
    assert " " not in str(x)


@given(polynomials, polynomials)
def test_equal_polynomials_have_one_normal_form(x: Dim, y: Dim) -> None:
    square = (x + y) * (x - y)
    assert square == x * x - y * y
    assert hash(square) == hash(x * x - y * y)
    assert str(square) == str(x * x - y * y)


@given(polynomials, polynomials)
def test_an_exact_division_undoes_a_multiplication(x: Dim, y: Dim) -> None:
    if y != 0:
        assert (x * y) // y == x
        assert (x * y) % y == 0


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (n * 2 + 1, "2*n+1"),
        ((h + 2 - 3) // 2 + 1, "(h+1)//2"),
        ((h - k) // s + 1, "(h-k)//s+1"),
        ((h - k + s) // s, "(h-k)//s+1"),
        (h // 2 // 2, "h//4"),
        ((h // 2 + 1) // 2, "(h+2)//4"),
        ((n * 2 + 1) // 4, "n//2"),
        ((n * 3) // 2, "n+n//2"),
        (n // -2, "(-n)//2"),
        ((n * a) // (b * a), "n//b"),
        ((n * b) // n, "b"),
        (h - n // 2, "h-(n//2)"),
        (2 * (n // 2), "2*(n//2)"),
        (n % 2, "n-2*(n//2)"),
        (n**2, "n*n"),
        (minimum(n, n + 1), "n"),
        (maximum(3, n, 5), "max(5,n)"),
        (minimum(minimum(a, b), b), "min(a,b)"),
        (-n, "-n"),
        (1 - n, "1-n"),
        (7 // n, "7//n"),
    ],
)
def test_normal_forms(dim: Dim, text: str) -> None:
    assert str(dim) == text
    assert parse_dim(text) == dim


def test_unknown_absorbs_arithmetic() -> None:
    for result in (
        UNKNOWN + 1,
        1 + UNKNOWN,
        n * UNKNOWN,
        UNKNOWN // n,
        n // UNKNOWN,
        n - UNKNOWN,
        3 % UNKNOWN,
        -UNKNOWN,
    ):
        assert result is UNKNOWN
    assert minimum(n, UNKNOWN) is UNKNOWN
    assert substitute(n * 2, {"n": UNKNOWN}) is UNKNOWN


def test_unknown_survives_copying() -> None:
    assert copy.deepcopy(UNKNOWN) is UNKNOWN
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN
    assert pickle.loads(pickle.dumps(n // 2 + 1)) == n // 2 + 1


@pytest.mark.parametrize("dim", [n, UNKNOWN])
def test_a_symbol_cannot_steer_an_if_and_says_what_to_use(dim: Sym | Unknown) -> None:
    questions: list[Callable[[], object]] = [
        lambda: bool(dim),
        lambda: dim < 3,
        lambda: dim >= n,
        lambda: min(dim, 3),
    ]
    for question in questions:
        with pytest.raises(TypeError, match="use same, broadcast, at_most, divides, minimum or maximum instead"):
            question()


def test_a_symbol_is_never_a_number() -> None:
    assert n != 3
    assert n - n + 3 == 3
    with pytest.raises(TypeError):
        n / 2  # type: ignore[operator]  # refused
    with pytest.raises(TypeError):
        n + 0.5  # type: ignore[operator]  # refused
    with pytest.raises(TypeError):
        range(n)  # type: ignore[call-overload]  # refused


def test_dividing_by_zero_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError, match=r"2\*n is divided by zero"):
        n * 2 // 0
    with pytest.raises(ZeroDivisionError):
        substitute(n // h, {"h": 0})


@given(st.text("ab1 +-*/%(){},.minmax_#", max_size=12))
def test_any_text_is_a_dimension_or_a_value_error(text: str) -> None:
    try:
        dim = parse_dim(text)
    except ValueError:
        return
    assert parse_dim(str(dim)) == dim


@pytest.mark.parametrize(
    "text", ["n+", "2n", "(n", "n)", "f(n)", "n n", "n/2", "", "n//0", "min()", "min(n", "{n", "n..m", "9" * 5000]
)
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a shape"):
        parse_dim(text)


def test_deep_nesting_is_refused_not_a_crash() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_dim("(" * 100_000 + "n" + ")" * 100_000)
