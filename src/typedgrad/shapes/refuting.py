"""Equations between sizes that a correct program does not rely on: what the verdict "refuted" rests on.

Two names are two sizes, and a name is any size: whoever writes `h` where only 28 would do has made a mistake. But sizes
may be related in ways that nobody has written down, as in `features == heads * size`: nothing of that kind is refuted.
"""

from __future__ import annotations

from math import lcm
from typing import Final

from typedgrad.shapes.calls import extremum, floor_divide
from typedgrad.shapes.dim import Atom, Call, Dim, Monomial, Sym, collect, names_of, substitute
from typedgrad.shapes.unknown import UNKNOWN, Unknown

_LARGE: Final = 10**9
_PERIOD: Final = 256
_CHOICES: Final = 4


def is_rigid(atom: object) -> bool:
    """Whether an atom is a plain name, which stands for a size of at least 1 that no other name has.

    A name in braces, `{n}`, is a value from outside the shapes: it may be related to anything.
    """
    return isinstance(atom, str) and "{" not in atom


def without_common_factor(gap: Sym) -> int | Sym:
    """`h*k-h*m` as `k-m`: a name is at least 1, so that the one is 0 where the other is."""
    shared = [atom for atom in gap.terms[0][0] if is_rigid(atom)]
    for monomial, _ in gap.terms:
        left = list(monomial)
        kept = []
        for atom in shared:
            if atom in left:
                left.remove(atom)
                kept.append(atom)
        shared = kept
    return collect((_without(monomial, shared), n) for monomial, n in gap.terms) if shared else gap


def _without(monomial: Monomial, factors: list[Atom]) -> Monomial:
    left = list(monomial)
    for atom in factors:
        left.remove(atom)
    return tuple(left)


def of_two_names(gap: Sym) -> bool:
    """`h-k` against `w-k`, `h//2` against `w//2`: two names, and nothing else that differs."""
    names = sorted(names_of(gap))
    if len(names) != 2 or not all(map(is_rigid, names)):
        return False
    if not _period(gap) or any(len(names_of(Sym(((monomial, 1),)))) > 1 for monomial, _ in gap.terms):
        return False
    merged = substitute(gap, {names[0]: Sym.named(names[1])})
    return isinstance(merged, int) and merged == 0


def of_two_values(gap: Sym) -> bool:
    """`{config.width}` against `{config.depth}`: two values from one place, and nothing else that differs."""
    if len(gap.terms) != 2 or sum(n for _, n in gap.terms) != 0:
        return False
    atoms = [monomial[0] for monomial, _ in gap.terms if len(monomial) == 1]
    places = [atom.strip("{}").rpartition(".")[0] for atom in atoms if isinstance(atom, str) and atom[0] == "{"]
    return len(places) == 2 and places[0] == places[1]


def holds_for_single_sizes(gap: Sym) -> bool:
    """Whether only some sizes of the only name make it 0, as in `n-784`; but infinitely many do in `n-2*(n//2)`."""
    name, *others = names_of(gap)
    period = 0 if others or not is_rigid(name) else _period(gap)
    if not period:
        return False
    # On each residue it is a polynomial in the end. One that is 0 everywhere is 0 here.
    return all(substitute(gap, {name: _LARGE + i}) != 0 for i in range(period))


def holds_for_few_sizes(gap: Sym) -> bool:
    """Whether only a few sizes make it 0, as in `h*w-784`: all that grows with the names grows the same way."""
    terms = [(monomial, n) for monomial, n in gap.terms if monomial]
    rigid = all(is_rigid(atom) for monomial, _ in terms for atom in monomial)
    return rigid and len({n > 0 for _, n in terms}) == 1


def of_extrema(a: int | Sym, b: int | Sym) -> list[tuple[int | Sym, int | Sym]]:
    """Both sides for each choice of what their `min` and `max` may be: `max(0,h-2)` is 0, or it is `h-2`.

    None at all without such calls, and where there are too many.
    """
    found: list[tuple[Dim, Dim]] = [(a, b)]
    for _ in range(_CHOICES):
        call = next((call for call in (_extremum(dim) for pair in found for dim in pair) if call is not None), None)
        if call is None:
            break
        found = [(_with(x, call, one), _with(y, call, one)) for x, y in found for one in call.args]
        if len(found) > 2**_CHOICES:
            return []
    known = [(x, y) for x, y in found if not isinstance(x, Unknown) and not isinstance(y, Unknown)]
    complete = len(known) == len(found) and all(_extremum(dim) is None for pair in known for dim in pair)
    return known if complete and known != [(a, b)] else []


def _extremum(dim: Dim) -> Call | None:
    """The innermost first `min` or `max` in a dimension."""
    for monomial, _ in dim.terms if isinstance(dim, Sym) else ():
        for atom in monomial:
            if isinstance(atom, Call):
                inner = next(filter(None, map(_extremum, atom.args)), None)
                if inner is not None or atom.op != "//":
                    return inner or atom
    return None


def _with(dim: Dim, call: Call, value: Dim) -> Dim:
    """The dimension with a value in place of a call."""
    if not isinstance(dim, Sym):
        return dim
    total: Dim = 0
    for monomial, n in dim.terms:
        term: Dim = n
        for atom in monomial:
            term = term * (_part(atom, call, value))
        total = total + term
    return total


def _part(atom: Atom, call: Call, value: Dim) -> Dim:
    if atom == call:
        return value
    if isinstance(atom, str):
        return Sym.named(atom)
    args = [_with(arg, call, value) for arg in atom.args]
    if atom.op != "//":
        return extremum(atom.op, args)
    return UNKNOWN if args[1] == 0 else floor_divide(args[0], args[1])


def _period(dim: int | Sym) -> int:
    """A number that all divisors in it divide; 0 if there is none, or a large one only, or `min` and `max` in it.

    `min(t,1024)` and `t` are the same for all the sizes that a program may have in mind.
    """
    period = 1
    for monomial, _ in dim.terms if isinstance(dim, Sym) else ():
        for atom in monomial:
            if isinstance(atom, Call):
                divisor = atom.args[-1]
                if atom.op != "//" or not isinstance(divisor, int):
                    return 0
                inner = [_period(arg) for arg in atom.args]
                period = 0 if 0 in inner else lcm(period, abs(divisor) * lcm(*inner))
                if not 0 < period <= _PERIOD:
                    return 0
    return period
