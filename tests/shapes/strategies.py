"""Random dimensions, and values for their names."""

from __future__ import annotations

from hypothesis import strategies as st

from typedgrad.shapes import Dim, Sym, maximum, minimum

NAMES = ("a", "b", "h", "w", "batch")

sizes = st.integers(1, 9)
environments = st.fixed_dictionaries(dict.fromkeys(NAMES, sizes))
names = st.sampled_from(NAMES).map(Sym.named)


def _polynomials(parts: st.SearchStrategy[Dim]) -> st.SearchStrategy[Dim]:
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
    )


def _calls(parts: st.SearchStrategy[Dim]) -> st.SearchStrategy[Dim]:
    pairs = st.tuples(parts, parts)
    divisors = st.one_of(
        st.integers(1, 6), st.integers(-3, -1), names, st.tuples(names, sizes).map(lambda p: p[0] * p[1])
    )
    return st.one_of(
        _polynomials(parts),
        st.tuples(parts, divisors).map(lambda p: p[0] // p[1]),
        st.tuples(parts, divisors).map(lambda p: p[0] % p[1]),
        pairs.map(lambda p: minimum(*p)),
        pairs.map(lambda p: maximum(*p)),
    )


leaves: st.SearchStrategy[Dim] = st.one_of(st.integers(-5, 9), names)
polynomials = st.recursive(leaves, _polynomials, max_leaves=6)
dims = st.recursive(leaves, _calls, max_leaves=6)
