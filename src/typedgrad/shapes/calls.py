"""The normal form of the calls inside a polynomial: floor division, `min` and `max`.

Every rewriting here is an identity of the integers, for any values of the names (divisors not zero).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

from typedgrad.shapes.dim import Atom, Call, Dim, Monomial, Sym, collect, multiply, terms_of
from typedgrad.shapes.unknown import UNKNOWN, Unknown


def floor_divide(a: Dim, b: Dim) -> Dim:
    """`a // b`, with everything that divides exactly pulled out: `(h-k+s)//s` is `(h-k)//s+1`."""
    if isinstance(b, int) and b == 0:
        raise ZeroDivisionError(f"the dimension {a} is divided by zero")
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return UNKNOWN
    if isinstance(b, int):
        return a // b if isinstance(a, int) else _by_number(a, b)
    exact = _exact_quotient(a, b)
    return _by_symbol(a, b) if exact is None else exact


def extremum(op: str, dims: Iterable[Dim]) -> Dim:
    """`min` or `max`: flattened, sorted, and without the arguments another one beats by a constant."""
    kept: list[int | Sym] = []
    for dim in _flat(op, dims):
        if isinstance(dim, Unknown):
            return UNKNOWN
        beaten = False
        for rival in list(kept):
            gap = dim - rival
            if isinstance(gap, int):
                if (gap < 0) == (op == "min") and gap:
                    kept.remove(rival)
                else:
                    beaten = True
        if not beaten:
            kept.append(dim)
    if not kept:
        raise TypeError(f"{op} needs at least one dimension")
    return kept[0] if len(kept) == 1 else Sym((((Call(op, tuple(sorted(kept, key=str))),), 1),))


def _flat(op: str, dims: Iterable[Dim]) -> Iterable[Dim]:
    for dim in dims:
        call = _sole_call(dim)
        if call is not None and call.op == op:
            yield from call.args
        else:
            yield dim


def _sole_call(dim: Dim) -> Call | None:
    """The call that `dim` is, when it is nothing else."""
    if isinstance(dim, Sym) and len(dim.terms) == 1:
        monomial, n = dim.terms[0]
        if n == 1 and len(monomial) == 1 and isinstance(monomial[0], Call):
            return monomial[0]
    return None


def _by_number(a: int | Sym, b: int) -> Dim:
    if b < 0:
        a, b = -a, -b  # type: ignore[assignment]  # negation keeps an int or a Sym
    whole: list[tuple[Monomial, int]] = []
    rest: list[tuple[Monomial, int]] = []
    for monomial, n in terms_of(a):
        # The constant goes to 0..b-1; a coefficient keeps its sign, so that (h-k)//2 is not shown as (h+k)//2-k.
        q = n // b if not monomial else n // b if n > 0 else -(-n // b)
        whole.append((monomial, q))
        rest.append((monomial, n - q * b))
    left = collect(rest)
    if isinstance(left, int):
        return collect(whole)
    shared = gcd(b, *(n for monomial, n in left.terms if monomial))
    left = collect((monomial, n // shared) for monomial, n in left.terms)
    return collect((*whole, *terms_of(_quotient(left, b // shared))))


def _quotient(a: int | Sym, b: int) -> int | Sym:
    """`a // b` once nothing can be pulled out; `(n//2+1)//3` becomes `(n+2)//6`."""
    if b == 1:
        return a
    head = [term for term in terms_of(a) if term[0]]
    constant = next((n for monomial, n in terms_of(a) if not monomial), 0)
    inner = _sole_call(collect(head))
    if inner is not None and inner.op == "//" and isinstance(inner.args[1], int) and inner.args[1] > 0:
        merged = floor_divide(inner.args[0] + constant * inner.args[1], inner.args[1] * b)
        assert not isinstance(merged, Unknown)
        return merged
    return Sym((((Call("//", (a, b)),), 1),))


def _by_symbol(a: int | Sym, b: Sym) -> Dim:
    """Pull out the terms a one-term divisor divides, and cancel what numerator and divisor share."""
    whole: list[tuple[Monomial, int]] = []
    rest = list(terms_of(a))
    if len(b.terms) == 1:
        divisor, m = b.terms[0]
        rest = []
        for monomial, n in terms_of(a):
            quotient = _cancel(monomial, divisor)
            if quotient is not None and n % m == 0:
                whole.append((quotient, n // m))
            else:
                rest.append((monomial, n))
    top, bottom = _reduce(collect(rest), b)
    if isinstance(top, int) and top == 0:
        return collect(whole)
    if isinstance(bottom, int):
        return collect(whole) + floor_divide(top, bottom)
    return collect((*whole, ((Call("//", (top, bottom)),), 1)))


def _reduce(a: int | Sym, b: int | Sym) -> tuple[int | Sym, int | Sym]:
    """The fraction a/b without common number or common atoms, its divisor's first term positive."""
    terms = [*terms_of(a), *terms_of(b)]
    number = gcd(*(n for _, n in terms))
    shared = terms[0][0]
    for monomial, _ in terms:
        shared = _common(shared, monomial)
    if next(iter(terms_of(b)))[1] < 0:
        number = -number

    def reduced(dim: int | Sym) -> int | Sym:
        return collect((_cancel(monomial, shared) or (), n // number) for monomial, n in terms_of(dim))

    return (a, b) if number == 0 else (reduced(a), reduced(b))


def _common(a: Monomial, b: Monomial) -> Monomial:
    left = list(b)
    common: list[Atom] = []
    for atom in a:
        if atom in left:
            left.remove(atom)
            common.append(atom)
    return tuple(common)


def _cancel(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    """`monomial / divisor`, or None when it does not divide."""
    left = list(monomial)
    for atom in divisor:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _exact_quotient(a: int | Sym, b: Sym) -> int | Sym | None:
    """The polynomial `a / b` if it exists; division by leading terms, highest degree first."""
    quotient: list[tuple[Monomial, int]] = []
    divisor, m = max(b.terms, key=_leading)
    rest = a
    while not (isinstance(rest, int) and rest == 0):
        monomial, n = max(terms_of(rest), key=_leading)
        factor = _cancel(monomial, divisor)
        if factor is None or n % m:
            return None
        quotient.append((factor, n // m))
        rest = collect((*terms_of(rest), *((multiply(factor, x), -(n // m) * k) for x, k in b.terms)))
    return collect(quotient)


def _leading(term: tuple[Monomial, int]) -> tuple[int, tuple[str, ...]]:
    return len(term[0]), tuple(map(str, term[0]))
