from __future__ import annotations

import jaxtyping
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from typedgrad.shapes import ANY_AXES, UNKNOWN, ShapeStringError, Star, Sym, format_shape, parse_axes, parse_shape


@pytest.mark.parametrize(
    ("token", "kind", "key", "stretch"),
    [
        ("n", "name", "n", False),
        ("784", "size", "784", False),
        ("*batch", "name", "*batch", False),
        ("...", "anonymous", "*", False),
        ("_", "anonymous", "", False),
        ("_n", "anonymous", "", False),
        ("*_", "anonymous", "*", False),
        ("*_batch", "anonymous", "*", False),
        ("?n", "anonymous", "n", False),
        ("#n", "name", "n", True),
        ("*#b", "name", "*b", True),
        ("#*b", "name", "*b", True),
        ("rows=4", "size", "4", False),
        ("rows=n", "name", "n", False),
        ("#rows=4", "size", "4", True),
        ("n+1", "expression", "n+1", False),
        ("#n+1", "expression", "n+1", True),
        ("2*n", "expression", "2*n", False),
        ("(h-k)//s+1", "expression", "(h-k)//s+1", False),
        ("min(h,w)", "expression", "min(h,w)", False),
        ("{n}", "expression", "{n}", False),
        ("{self.n}", "expression", "{self.n}", False),
        ("size_{i}", "expression", "size_{i}", False),
        ("3*4", "size", "12", False),
        ("größe", "name", "größe", False),
    ],
)
def test_every_kind_of_axis(token: str, kind: str, key: str, stretch: bool) -> None:
    (axis,) = parse_axes(token)
    assert (axis.kind, axis.key, axis.stretch) == (kind, key, stretch)


def test_no_axes_at_all_is_a_scalar() -> None:
    assert parse_axes("") == parse_axes("  ") == ()


@pytest.mark.parametrize(
    ("text", "token", "column"),
    [
        ("batch, 784", "batch,", 0),
        ("n 3 h# w", "h#", 4),
        ("*a n *b", "*b", 5),
        ("n ...m", "...m", 2),
        ("n __m", "__m", 2),
        ("n #_", "#_", 2),
        ("n *4", "*4", 2),
        ("n _4", "_4", 2),
        ("n ?4", "?4", 2),
        ("n *m+1", "*m+1", 2),
        ("n _m+1", "_m+1", 2),
        ("n ?m+1", "?m+1", 2),
        ("n ##m", "##m", 2),
        ("n **m", "**m", 2),
        ("n ??m", "??m", 2),
        ("n m+", "", 4),
        ("n 2m", "2m", 2),
        ("n + 1", "", 3),
        ("a n/2", "/", 3),
        ("a f(n)", "f", 2),
        ("a -1", "-1", 2),
        ("a *", "*", 2),
        ("a {n", "{n", 2),
        ("a 2-rows=4", "2-rows=4", 2),
    ],
)
def test_an_error_points_at_the_malformed_token(text: str, token: str, column: int) -> None:
    with pytest.raises(ShapeStringError) as caught:
        parse_axes(text)
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.text, error.token, error.column) == (text, token, column)
    assert str(error).splitlines()[0].startswith(f'"{text}" is not a shape: ')


_MARKS = st.lists(st.sampled_from("#*_?"), max_size=3).map("".join)
_PLAIN = st.sampled_from(["n", "m", "4", "12", "n+1", "2*n", "rows=4", "rows=n", "(n+m)//2", "min(n,m)", "{n}", "n-1"])
_TOKENS = st.one_of(
    st.tuples(_MARKS, _PLAIN).map("".join),
    st.sampled_from(["...", "_", "*_", "a,b", "n#", "a...", "*...", "#..."]),
)


@settings(max_examples=500)
@given(st.lists(_TOKENS, max_size=4).map(" ".join))
@example("*n n")
def test_the_grammar_is_that_of_jaxtyping(text: str) -> None:
    try:
        jaxtyping.Shaped[np.ndarray, text]
    except ValueError:
        with pytest.raises(ShapeStringError):
            parse_axes(text)
    else:
        parse_axes(text)


@settings(max_examples=500)
@given(st.text("ab1#*_?.=+-/(){},n 2", max_size=8))
def test_nothing_is_accepted_that_jaxtyping_refuses(text: str) -> None:
    try:
        parse_axes(text)
    except ShapeStringError:
        return
    jaxtyping.Shaped[np.ndarray, text]


def test_a_shape_reads_back_from_its_text() -> None:
    n = Sym.named("n")
    shape = (n, 784, UNKNOWN, Star("rest"), (n * 2 + 1) // 3, ANY_AXES)
    text = format_shape(shape)
    assert text == "n 784 _ *rest (2*n+1)//3 ..."
    back = parse_shape(text)
    assert back == shape
    assert back[2] is UNKNOWN
    assert parse_shape("") == ()
