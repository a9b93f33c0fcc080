"""Amounts as people read them, also where they are polynomials in symbolic sizes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from typedgrad.shapes.dim import Sym

if TYPE_CHECKING:
    from typedgrad.shapes import Dim

_UNITS = ("B", "kB", "MB", "GB", "TB")


def count(amount: Dim) -> str:
    """Thousands apart, products without a sign.

    >>> from typedgrad.shapes import parse_dim
    >>> count(1234567), count(parse_dim("86704*n + n*t*t"))
    ('1,234,567', 'n t² + 86,704 n')
    """
    if not isinstance(amount, Sym):
        return f"{amount:,}" if isinstance(amount, int) else str(amount)
    parts = [f"{factor:+,} {_product(atoms)}".strip() for atoms, factor in amount.terms]
    text = " ".join(f"{part[0]} {part[1:]}" for part in parts)
    return re.sub(r"(^|[+-] )1 (?=\D)", r"\1", text.removeprefix("+ "))


def _product(atoms: tuple[object, ...]) -> str:
    """Powers are raised."""
    names = [str(atom) for atom in atoms]
    powers = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    return " ".join(
        name + (str(names.count(name)).translate(powers) if names.count(name) > 1 else "")
        for name in dict.fromkeys(names)
    )


def memory(amount: Dim) -> str:
    """In units of 1000 bytes; per unit of a symbolic size where it is proportional to one.

    >>> from typedgrad.shapes import parse_dim
    >>> memory(2_500_000), memory(parse_dim("2500*n"))
    ('2.5 MB', '2.5 kB n')
    """
    if isinstance(amount, Sym) and len(amount.terms) == 1 and amount.terms[0][1] > 0:
        atoms, factor = amount.terms[0]
        return f"{_scaled(factor)} {_product(atoms)}"
    return _scaled(amount) if isinstance(amount, int) else f"{count(amount)} B"


def _scaled(n: int) -> str:
    value, unit = float(n), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{n} B" if not unit else f"{value:.3g} {_UNITS[unit]}" if value < 999.5 else f"{value:.0f} {_UNITS[unit]}"


def plain(amount: Dim) -> int | str:
    """For JSON: a number, or a polynomial that `parse_dim` reads."""
    return amount if isinstance(amount, int) else str(amount)
