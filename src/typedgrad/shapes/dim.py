"""A dimension: an int when the program runs, a symbol when it is only read.

A symbol is a polynomial with integer coefficients in normal form. Its atoms are names and the calls `a//b`,
`min(..)` and `max(..)`, which are kept whole and compared by their own normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn

from typedgrad.shapes.unknown import UNKNOWN, USE_INSTEAD, Star, Unknown


class Call:
    """A part of a polynomial that arithmetic does not look into: `a//b`, `min(..)`, `max(..)`."""

    __slots__ = ("args", "op", "text")
    op: str
    args: tuple[int | Sym, ...]
    text: str

    def __init__(self, op: str, args: tuple[int | Sym, ...]) -> None:
        self.op, self.args = op, args
        if op == "//":
            self.text = "//".join(_factor(arg) for arg in args)
        else:
            self.text = f"{op}({','.join(map(str, args))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text


class Sym:
    """A polynomial over atoms: `2*h+1` has the terms `{("h",): 2, (): 1}`. Constants are plain ints, never a `Sym`."""

    __slots__ = ("_text", "terms")
    terms: tuple[tuple[Monomial, int], ...]
    _text: str

    def __init__(self, terms: tuple[tuple[Monomial, int], ...]) -> None:
        self.terms = terms
        self._text = ""

    @staticmethod
    def named(name: str) -> Sym:
        """The dimension called `name`.

        >>> Sym.named("n") * 2 + 1
        2*n+1
        """
        return Sym((((name,), 1),))

    def __eq__(self, other: object) -> bool:
        return self.terms == other.terms if isinstance(other, Sym) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.terms)

    def _undecidable(self, other: object = None) -> NoReturn:
        raise TypeError(f"the dimension `{self}` is symbolic{USE_INSTEAD}")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = _undecidable

    def __add__(self, other: Dim) -> Dim:
        if not isinstance(other, int | Sym):
            return _foreign(other)
        return collect((*self.terms, *terms_of(other)))

    def __mul__(self, other: Dim) -> Dim:
        if not isinstance(other, int | Sym):
            return _foreign(other)
        return collect((multiply(a, b), m * n) for a, m in self.terms for b, n in terms_of(other))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Dim:
        return self * -1

    def __pos__(self) -> Dim:
        return self

    def __sub__(self, other: Dim) -> Dim:
        return self + other * -1

    def __rsub__(self, other: Dim) -> Dim:
        return self * -1 + other

    def __pow__(self, exponent: int) -> Dim:
        if not isinstance(exponent, int) or exponent < 0:
            return UNKNOWN
        power: Dim = 1
        for _ in range(exponent):
            power = power * self
        return power

    def __floordiv__(self, other: Dim) -> Dim:
        return floor_divide(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        return floor_divide(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return self - other * floor_divide(self, other)

    def __rmod__(self, other: Dim) -> Dim:
        return other - self * floor_divide(other, self)

    def __repr__(self) -> str:
        if not self._text:
            self._text = "".join(_show(i > 0, *term) for i, term in enumerate(self.terms))
        return self._text


Atom = str | Call
Monomial = tuple[Atom, ...]
Dim = int | Sym | Unknown
Shape = tuple[Dim | Star, ...]
Terms = Iterable[tuple[Monomial, int]]


def terms_of(dim: int | Sym) -> Terms:
    """The polynomial's terms, also for a constant."""
    return dim.terms if isinstance(dim, Sym) else (((), dim),)


def multiply(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials, its atoms in canonical order."""
    return tuple(sorted(a + b, key=str)) if a and b else a or b


def collect(terms: Terms) -> int | Sym:
    """Add terms up to the normal form: like monomials merged, none zero, canonical order."""
    total: dict[Monomial, int] = {}
    for monomial, n in terms:
        total[monomial] = total.get(monomial, 0) + n
    kept = [(monomial, n) for monomial, n in total.items() if n]
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    return Sym(tuple(sorted(kept, key=_rank)))


def names_of(dim: Dim) -> set[str]:
    """Every name a dimension mentions, also inside `//`, `min` and `max`."""
    if not isinstance(dim, Sym):
        return set()
    names: set[str] = set()
    for monomial, _ in dim.terms:
        for atom in monomial:
            names |= {atom} if isinstance(atom, str) else set().union(*map(names_of, atom.args))
    return names


def substitute(dim: Dim, env: Mapping[str, object]) -> Dim:
    """`dim` with every name that `env` knows replaced by its dimension.

    >>> substitute(Sym.named("n") * 2 + 1, {"n": 4})
    9
    """
    if not isinstance(dim, Sym):
        return dim
    total: Dim = 0
    for monomial, n in dim.terms:
        term: Dim = n
        for atom in monomial:
            term = term * _substitute_atom(atom, env)
        total = total + term
    return total


def _substitute_atom(atom: Atom, env: Mapping[str, object]) -> Dim:
    if isinstance(atom, str):
        value = env.get(atom)
        return value if isinstance(value, int | Sym | Unknown) else Sym.named(atom)
    args = [substitute(arg, env) for arg in atom.args]
    return floor_divide(args[0], args[1]) if atom.op == "//" else extremum(atom.op, args)


def _foreign(other: object) -> Unknown:
    """Unknown absorbs; anything else is no dimension."""
    return UNKNOWN if isinstance(other, Unknown) else NotImplemented


def _rank(term: tuple[Monomial, int]) -> tuple[bool, int, tuple[str, ...]]:
    monomial, n = term
    return n < 0, -len(monomial), tuple(map(str, monomial))


def _factor(dim: int | Sym) -> str:
    """The text of `dim` as an operand of `//`, bracketed unless it is one name, call or natural number."""
    if isinstance(dim, int):
        return str(dim) if dim >= 0 else f"({dim})"
    (monomial, n), *others = dim.terms
    single = not others and n == 1 and len(monomial) == 1 and not _is_quotient(monomial[0])
    return str(dim) if single else f"({dim})"


def _is_quotient(atom: Atom) -> bool:
    return isinstance(atom, Call) and atom.op == "//"


def _show(inner: bool, monomial: Monomial, n: int) -> str:
    sign = "-" if n < 0 else "+" if inner else ""
    alone = len(monomial) == 1 and n == 1
    factors = [f"({atom})" if _is_quotient(atom) and not alone else str(atom) for atom in monomial]
    if abs(n) != 1 or not factors:
        factors.insert(0, str(abs(n)))
    return sign + "*".join(factors)


from typedgrad.shapes.calls import extremum, floor_divide  # noqa: E402 - the two files are one mutual recursion
