"""Round numbers along an axis, and numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


class Scale(NamedTuple):
    """An axis from `low` to `high`, and where its marks are."""

    low: float
    high: float
    marks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Where a value is: 0 at the low end, 1 at the high one; what is outside is moved to the end."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def scale_of(values: Iterable[float], *, marks: int = 5, least: float | None = None) -> Scale:
    """A scale that ends at round numbers and holds all values that are finite; with `least` it begins there.

    >>> scale_of([0.3, 9.2]).marks
    (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)
    """
    finite = [min(1e300, max(-1e300, v)) for v in values if math.isfinite(v)]
    low = least if least is not None else min(finite, default=0.0)
    high = max(finite, default=1.0)
    # Marks closer together than this would be the same number in writing.
    if high - low <= max(1e-9 * max(abs(high), abs(low)), 1e-290):
        room = max(abs(high) * 0.1, 1e-280) if high else 1.0
        low, high = (low if least is not None else low - room), high + room
    step = _round_step((high - low) / marks)
    first = math.floor(low / step + 1e-9) if least is None else low / step
    last = math.ceil(high / step - 1e-9)
    found = tuple(_clean((first + i) * step) for i in range(int(last - first + 1e-9) + 1))
    return Scale(found[0], found[-1], found)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * s for s in _STEPS if power * s >= rough * (1 - 1e-9))


def _clean(value: float) -> float:
    """Without the rounding of a multiplication: 0.3 for 0.30000000000000004."""
    return float(f"{value:.12g}")


SHARES: Final = Scale(0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))


def short(value: float) -> str:
    """A number beside a mark.

    >>> short(0.25), short(1500.0), short(2e6), short(1e-7), short(3.0)
    ('0.25', '1,500', '2M', '1e-07', '3')
    """
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.2g}"
    for unit, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= unit:
            unit = 1e3 if letter == "k" else unit
            return f"{value / unit:.4g}{letter}"
    return f"{value:,.4g}" if size < 1000 else f"{value:,.0f}"


def digits(value: float, places: int = 4) -> str:
    """A measure; a dash for what is not defined.

    >>> digits(0.5), digits(float("nan")), digits(3), digits(1.5e-9)
    ('0.5000', '–', '3', '1.50e-09')
    """
    if isinstance(value, int):
        return f"{value:,}"
    if math.isnan(value):
        return "–"
    return f"{value:,.{places}f}" if not value or 1e-3 <= abs(value) < 1e7 else f"{value:.2e}"


def amount(value: float) -> str:
    """A count, or a sum of weights.

    >>> amount(1234), amount(2.5)
    ('1,234', '2.5')
    """
    return f"{int(value):,}" if value == int(value) else f"{value:,.6g}"
