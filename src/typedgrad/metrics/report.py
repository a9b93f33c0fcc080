"""A classification as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad.metrics.matrix import aligned, as_text, shown

if TYPE_CHECKING:
    from typedgrad.metrics.classification import Classification

# Wider tables do not fit a page; then only the most frequent mistakes are listed.
WIDEST = 20
MISTAKES = 20


def report(result: Classification) -> str:
    """Accuracy, the measures of every class with their means, and who was taken for whom."""
    share = f", accuracy {100 * result.accuracy:.2f} %"
    if result.top > 1:
        share += f", among the first {result.top} {100 * result.top_accuracy(result.top):.2f} %"
    agreement = f"Matthews correlation {result.mcc:.4f}, kappa {result.kappa:.4f}"
    parts = [f"{_count(result.count)} examples{share}\n{agreement}", _measures(result)]
    narrow = result.classes <= WIDEST
    parts.append(as_text(result.confusion, result.names) if narrow else _mistakes(result))
    return "\n\n".join(parts)


def _measures(result: Classification) -> str:
    rows: list[tuple[str, ...]] = [("", "precision", "recall", "f1", "examples")]
    columns = zip(result.names, result.precision, result.recall, result.f1, result.support, strict=True)
    rows += [(name, number(p), number(r), number(f), _count(n)) for name, p, r, f, n in columns]
    for title, means in (
        ("macro mean", (result.macro_precision, result.macro_recall, result.macro_f1)),
        ("weighted mean", [result.average(m, "weighted") for m in ("precision", "recall", "f1")]),
    ):
        rows.append((title, *map(number, means), _count(result.count)))
    return aligned(rows, least=8)


def _mistakes(result: Classification) -> str:
    counts = result.confusion.tolist()
    found = [
        (n, result.names[i], result.names[j]) for i, row in enumerate(counts) for j, n in enumerate(row) if n and i != j
    ]
    found.sort(key=lambda mistake: -mistake[0])
    if not found:
        return "no mistakes"
    rows = [("label", "predicted", "examples")]
    rows += [(label, predicted, shown(n)) for n, label, predicted in found[:MISTAKES]]
    return f"most frequent mistakes\n{aligned(rows, least=8)}"


def number(value: float) -> str:
    """Four decimals; a dash for what is not defined."""
    return "-" if math.isnan(value) else f"{value:.4f}"


def _count(n: float) -> str:
    return shown(n) or "0"
