"""A confusion matrix as a picture; where there are many classes, of groups of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from typedgrad.reports.markup import Markup, element, joined
from typedgrad.reports.plot import svg
from typedgrad.reports.scale import amount

if TYPE_CHECKING:
    from numpy.typing import NDArray

# More cells than this on a side are no longer told apart, so neighbouring classes are put together.
WIDEST: Final = 40
# Cells that are wide enough for a number.
NUMBERED: Final = 16
_LONGEST: Final = 14
# From this share on letters have the colour of the background.
_DEEP: Final = 0.6


def heat_map(confusion: NDArray[np.int64] | NDArray[np.float64], names: Sequence[str], title: str) -> Markup:
    """Labels downwards, predictions to the right; the more of a label's examples, the stronger the colour.

    Blue where they agree, red where not. Counts stand in the cells where there is room for them, and always under the
    pointer.
    """
    table, groups = _grouped(np.asarray(confusion, np.float64), list(names))
    n = len(table)
    side = min(48.0, 440.0 / n)
    margin = 12.0 + 7.2 * min(_LONGEST, max(map(len, groups)))
    rotated = 7.4 * min(_LONGEST, max(map(len, groups))) > side - 4
    head = margin if rotated else 24.0
    width, height = margin + 24.0 + side * n + 6, head + 24.0 + side * n + 6
    left, top = margin + 24.0, head + 24.0
    totals = table.sum(axis=1)
    parts = [
        element("text", "predicted", x=left + side * n / 2, y=14.0, text_anchor="middle"),
        element(
            "text",
            "label",
            x=14.0,
            y=top + side * n / 2,
            text_anchor="middle",
            transform=f"rotate(-90 14 {top + side * n / 2:.1f})",
        ),
        *_names(groups, left, top, side, rotated=rotated),
    ]
    for i in range(n):
        for j in range(n):
            if table[i, j]:
                share = float(table[i, j] / totals[i])
                parts.append(_cell(left + side * j, top + side * i, side, float(table[i, j]), share, groups, (i, j)))
    parts.append(element("rect", x=left, y=top, width=side * n, height=side * n, class_="frame"))
    right = float(np.asarray(confusion).trace())
    told = f"Of {amount(float(totals.sum()))} examples {amount(right)} are predicted as labelled; {len(names)} classes."
    # No picture is larger than it needs to be: few classes make a small one.
    drawn = svg(title, told, width, height, *parts)
    return element("div", drawn, style=f"max-width:{max(width, 220):.0f}px;margin:0 auto")


def _cell(
    x: float, y: float, side: float, count: float, share: float, names: Sequence[str], at: tuple[int, int]
) -> Markup:
    i, j = at
    hint = f"{names[i]} taken for {names[j]}: {amount(count)} ({100 * share:.1f} %)"
    kind = "right" if i == j else "wrong"
    strength = strength_of(share)
    box = element(
        "rect", x=x + 0.5, y=y + 0.5, width=side - 1, height=side - 1, class_=kind, fill_opacity=round(strength, 3)
    )
    number = None
    shown = amount(count)
    if side * len(names) and len(names) <= NUMBERED and len(shown) * 7.4 < side:
        number = element("text", shown, x=x + side / 2, y=y + side / 2 + 4.5, text_anchor="middle")
    return element("g", element("title", hint), box, number, class_="cell deep" if share >= _DEEP else "cell")


def strength_of(share: float) -> float:
    """How strong the colour of a cell is. Colours on which neither dark nor light letters read well are passed over."""
    if share < _DEEP:
        return 0.08 + 0.52 * share / _DEEP
    return 0.84 + 0.16 * (share - _DEEP) / (1 - _DEEP)


def _names(names: Sequence[str], left: float, top: float, side: float, *, rotated: bool) -> list[Markup]:
    parts = []
    every = max(1, -(-13 // int(side)))
    for k in range(0, len(names), every):
        middle = (k + 0.5) * side
        name = names[k] if len(names[k]) <= _LONGEST else f"{names[k][: _LONGEST - 1]}…"
        parts.append(element("text", name, x=left - 6, y=top + middle + 4, text_anchor="end"))
        x, y = left + middle, top - 7
        turned = f"rotate(-90 {x + 4:.1f} {y:.1f})" if rotated else None
        parts.append(
            element(
                "text",
                name,
                x=x + (4 if rotated else 0),
                y=y,
                text_anchor="start" if rotated else "middle",
                transform=turned,
            )
        )
    return parts


def _grouped(table: NDArray[np.float64], names: list[str]) -> tuple[NDArray[np.float64], list[str]]:
    """At most so many rows and columns as are told apart, and what to call them."""
    n = len(table)
    if n <= WIDEST:
        return table, names
    starts = np.linspace(0, n, WIDEST + 1).astype(np.int64)[:-1]
    summed = np.add.reduceat(np.add.reduceat(table, starts, axis=0), starts, axis=1)
    ends = [*starts[1:].tolist(), n]
    numbers = [f"{a}–{b - 1}" if b - a > 1 else str(a) for a, b in zip(starts.tolist(), ends, strict=True)]
    return summed, numbers


def scale_of_colours() -> Markup:
    """What the colours of the cells mean."""
    words = "Colour: share of the label's examples; blue is right, red is wrong. An empty cell is none."
    return joined([element("p", words, class_="faint")])
