"""A confusion matrix as text, CSV and HTML, and columns of text in general."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typedgrad.metrics.value import Counts

CORNER = "label \\ predicted"


def as_text(confusion: Counts, names: Sequence[str]) -> str:
    """Aligned columns; a dot where nothing was counted."""
    rows: list[tuple[str, ...]] = [(CORNER, *names)]
    rows += [(name, *(shown(n) or "." for n in row)) for name, row in zip(names, confusion.tolist(), strict=True)]
    return aligned(rows, least=2)


def as_csv(confusion: Counts, names: Sequence[str]) -> str:
    """Comma-separated values, with the names in the first row and column."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow([CORNER, *names])
    rows.writerows([name, *row] for name, row in zip(names, confusion.tolist(), strict=True))
    return written.getvalue()


def as_html(confusion: Counts, names: Sequence[str]) -> str:
    """A table; the more of a label's examples are in a cell, the darker it is: green where right, red where wrong."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    lines = ["<table>", f"<tr><th>{CORNER}</th>{head}</tr>"]
    for i, (name, row) in enumerate(zip(names, confusion.tolist(), strict=True)):
        whole = sum(row)
        cells = "".join(_cell(n, n / whole if whole else 0.0, right=i == j) for j, n in enumerate(row))
        lines.append(f"<tr><th>{html.escape(name)}</th>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def _cell(n: float, share: float, *, right: bool) -> str:
    colour = f"rgba({'46,125,50' if right else '198,40,40'},{share:.3f})"
    ink = ";color:#fff" if share > 0.6 else ""
    return f'<td style="text-align:right;background:{colour}{ink}">{shown(n) or 0}</td>'


def shown(n: float) -> str:
    """A count as text; nothing for 0. Sums of weights have six digits."""
    return "" if not n else f"{n:.6g}" if isinstance(n, float) else str(n)


def aligned(rows: Sequence[Sequence[str]], least: int) -> str:
    """Columns under each other: the first to the left, the others to the right."""
    widths = [max(len(row[0]) for row in rows)]
    widths += [max(least, *(len(row[i]) for row in rows)) for i in range(1, len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join(lines)
