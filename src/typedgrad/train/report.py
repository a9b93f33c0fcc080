"""A classification as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typedgrad.train.classification import Classification

# Wider tables do not fit a page; then only the most frequent mistakes are listed.
WIDEST = 20
MISTAKES = 20
TOTAL = "macro mean"
CORNER = "label \\ predicted"


def report(result: Classification) -> str:
    """Accuracy, the measures of every class with their macro means, and who was taken for whom."""
    share = f", accuracy {100 * result.accuracy:.2f} %" if result.examples else ""
    parts = [f"{result.examples} examples{share}", _measures(result)]
    parts.append(_table(result) if result.classes <= WIDEST else _mistakes(result))
    return "\n\n".join(parts)


def _measures(result: Classification) -> str:
    rows: list[tuple[str, ...]] = [("", "precision", "recall", "f1", "examples")]
    columns = zip(result.names, result.precision, result.recall, result.f1, result.support, strict=True)
    rows += [(name, _share(p), _share(r), _share(f), str(n)) for name, p, r, f, n in columns]
    means = (result.macro_precision, result.macro_recall, result.macro_f1)
    rows.append((TOTAL, *map(_share, means), str(result.examples)))
    return _aligned(rows, least=8)


def _table(result: Classification) -> str:
    rows: list[tuple[str, ...]] = [(CORNER, *result.names)]
    counts = result.confusion.tolist()
    rows += [(name, *(str(n or ".") for n in row)) for name, row in zip(result.names, counts, strict=True)]
    return _aligned(rows, least=2)


def _mistakes(result: Classification) -> str:
    counts = result.confusion.tolist()
    found = [
        (n, result.names[i], result.names[j]) for i, row in enumerate(counts) for j, n in enumerate(row) if n and i != j
    ]
    found.sort(key=lambda mistake: -mistake[0])
    if not found:
        return "no mistakes"
    rows = [("label", "predicted", "examples")]
    rows += [(label, predicted, str(n)) for n, label, predicted in found[:MISTAKES]]
    return f"most frequent mistakes\n{_aligned(rows, least=8)}"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4f}"


def _aligned(rows: Sequence[Sequence[str]], least: int) -> str:
    """Columns under each other: the first to the left, the others to the right."""
    widths = [max(len(row[0]) for row in rows)]
    widths += [max(least, *(len(row[i]) for row in rows)) for i in range(1, len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join(lines)
