"""Comparing dimensions, with three answers: proved equal, refuted, or not known.

Only a refutation is ever reported, so it has to hold in every correct program.
"""

from __future__ import annotations

from math import gcd
from typing import Literal

from typedgrad.shapes.dim import Dim, Shape, Sym
from typedgrad.shapes.refuting import (
    holds_for_few_sizes,
    holds_for_single_sizes,
    is_rigid,
    of_extrema,
    of_two_names,
    of_two_values,
    without_common_factor,
)
from typedgrad.shapes.unknown import Star, Unknown

Verdict = Literal["equal", "refuted", "unknown"]


def compare(a: Dim | Star, b: Dim | Star) -> Verdict:
    """Whether two dimensions are the same.

    >>> n, m = Sym.named("n"), Sym.named("m")
    >>> (
    ...     compare(n + 1, 1 + n),
    ...     compare(n, m),
    ...     compare(n, n + 1),
    ...     compare(n * 2, n),
    ...     compare(n * m, m),
    ...     compare(n * m, n + m),
    ... )
    ('equal', 'refuted', 'refuted', 'refuted', 'refuted', 'unknown')
    """
    if isinstance(a, Star) or isinstance(b, Star):
        return compare_runs((a,), (b,))
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return "unknown"
    gap = a - b
    if isinstance(gap, int):
        return "refuted" if gap else "equal"
    if _refuted(a, b):
        return "refuted"
    branches = of_extrema(a, b)
    return "refuted" if branches and all(x != y and _refuted(x, y) for x, y in branches) else "unknown"


def _refuted(a: int | Sym, b: int | Sym) -> bool:
    gap = a - b
    if not isinstance(gap, Sym):
        return gap != 0
    gap = without_common_factor(gap)
    return isinstance(gap, int) or (
        of_two_names(gap)
        or sign(gap) is not None
        or holds_for_single_sizes(gap)
        or holds_for_few_sizes(gap)
        or _leaves_remainder(gap)
        or of_two_values(gap)
        or _multiples(a, b)
    )


def sign(dim: Dim) -> Literal[-1, 0, 1] | None:
    """The sign of a dimension when it is the same for all positive values of its names, else None."""
    if isinstance(dim, int):
        return 1 if dim > 0 else -1 if dim < 0 else 0
    if isinstance(dim, Unknown) or not all(is_rigid(atom) for monomial, _ in dim.terms for atom in monomial):
        return None
    signs = {n > 0 for _, n in dim.terms}
    return None if len(signs) > 1 else 1 if signs.pop() else -1


def _leaves_remainder(gap: Sym) -> bool:
    """`2*n-7` is zero for no integer at all."""
    constant = next((n for monomial, n in gap.terms if not monomial), 0)
    return constant % gcd(*(n for monomial, n in gap.terms if monomial)) != 0


def _multiples(a: int | Sym, b: int | Sym) -> bool:
    """`4*{n}` against `{n}`: sizes that only 0 would make equal."""
    if not isinstance(a, Sym) or not isinstance(b, Sym) or len(a.terms) > 1 or len(b.terms) > 1:
        return False
    return a.terms[0][0] == b.terms[0][0]


def compare_runs(a: Shape, b: Shape) -> Verdict:
    """Whether two whole shapes (or runs of axes) are the same."""
    verdict: Verdict = "equal"
    a, b, pairs = _peel(a, b)
    for x, y in pairs:
        one = compare(x, y)
        if one == "refuted":
            return "refuted"
        verdict = "unknown" if one == "unknown" else verdict
    if not a and not b:
        return verdict
    if a == b and all(not isinstance(axis, Unknown) and axis != Star("") for axis in a):
        return verdict
    return "refuted" if _never_same_rank(a, b) or _never_same_rank(b, a) or _two_names(a, b) else "unknown"


def _peel(a: Shape, b: Shape) -> tuple[Shape, Shape, list[tuple[Dim, Dim]]]:
    """Pair the axes before the first and after the last run of unknown length; return what is left of both."""
    pairs: list[tuple[Dim, Dim]] = []
    while a and b and not isinstance(a[0], Star) and not isinstance(b[0], Star):
        pairs.append((a[0], b[0]))
        a, b = a[1:], b[1:]
    while a and b and not isinstance(a[-1], Star) and not isinstance(b[-1], Star):
        pairs.append((a[-1], b[-1]))
        a, b = a[:-1], b[:-1]
    return a, b, pairs


def _never_same_rank(a: Shape, b: Shape) -> bool:
    """`a` has a definite rank, and `b` certainly has more axes."""
    return not any(isinstance(axis, Star) for axis in a) and sum(not isinstance(axis, Star) for axis in b) > len(a)


def _two_names(a: Shape, b: Shape) -> bool:
    """`*a` against `*b`: two runs the writer has named differently."""
    return len(a) == len(b) == 1 and all(isinstance(x, Star) and x.name for x in (*a, *b)) and a != b
