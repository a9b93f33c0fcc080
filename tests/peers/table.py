"""The published table: what every public name was compared with, and how far apart they were."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from tests.peers.measure import DTYPES, FLOOR, Errors
from tests.peers.no_peer import NO_PEER
from tests.peers.row import USUAL, Row
from tests.peers.rows import SECTIONS

PAGE = Path(__file__).parents[2] / "docs" / "correctness.md"
ORDERS = ("forward", "first", "second")
Found = Mapping[str, Mapping[str, Errors]]  # the title of a row -> dtype -> errors

INTRODUCTION = f"""# Correctness, beside others

Each line compares public names of typedgrad with their peer on random configurations: sizes, options, numbers. What is
compared are the results, the gradients of all float arguments and parameters under random cotangents ("first"), and the
gradient of the inner product of those gradients with random directions ("second"). A `–` stands where there is nothing
to differentiate, or the remark says why it is left out; `n` is the number of configurations. Optimisers are compared by
the parameters after each of a hundred updates with given gradients, schedules by their first fifty values, initialisers
and random numbers by four moments of a million draws.

An error is the norm of the difference, divided by the norm of what the peer says, or by {FLOOR:g}, or by {FLOOR:g} of
the norm of all results (or all gradients) together, whichever is largest; the table shows the worst of all results and
gradients over all configurations. The inputs are numbers that float32 can
hold, and the peer computes in float64: so the errors in float32 are ours alone. Results that are no floats must be
equal. The tests allow 1e-9 in float64 and 1e-5 in float32, unless the remark says otherwise.

"Formula in PyTorch" stands for the definition written out with PyTorch's elementary functions, and differentiated by
PyTorch, where it has no such function of its own.

`make peers` makes this page anew; `pytest -m peers` compares without writing it.
"""


def lines(rows: Iterable[Row], found: Found) -> list[str]:
    """A table in Markdown, with a line for each row that was measured."""
    heads = [
        "typedgrad",
        "compared with",
        "n",
        *(f"{dtype} {order}" for dtype in DTYPES for order in ORDERS),
        "remarks",
    ]
    table = [heads, ["---", "---", *["--:"] * 7, "---"]]
    table += [_cells(row, found[row.title]) for row in rows if row.title in found]
    return [f"| {' | '.join(cells)} |" for cells in table]


def _cells(row: Row, errors: Mapping[str, Errors]) -> list[str]:
    names = ", ".join(f"`{name}`" for name in row.names.split())
    numbers = [_short(e) for dtype in DTYPES for e in errors.get(dtype, (None, None, None))]
    allowed = (
        ""
        if row.tolerance == USUAL
        else f"; allowed: {row.tolerance[0]:g}" + (f" and {row.tolerance[1]:g}" if row.single else "")
    )
    return [names, row.peer, str(row.draws), *numbers, row.note + allowed]


def _short(error: float | None) -> str:
    return "–" if error is None else "0" if error == 0 else f"{error:.0e}"


def described(row: Row) -> Callable[[str], bool]:
    """Whether a line of the page is about a row, as it is now."""
    names, peer, draws, *_, note = _cells(row, {})
    return lambda line: line.startswith(f"| {names} | {peer} | {draws} |") and line.endswith(f"| {note} |")


def excused() -> list[str]:
    """The lines on what is compared with nothing."""
    return [f"* {', '.join(f'`{name}`' for name in names.split())}: {why}" for names, why in NO_PEER]


def versions() -> str:
    """What was compared with what."""
    from typedgrad.kernels import AVAILABLE

    packages = ", ".join(f"{name} {metadata.version(name)}" for name in ("torch", "numpy"))
    return f"Python {platform.python_version()}, {packages}, {'with' if AVAILABLE else 'without'} the native kernels"


def page(found: Found, sections: Mapping[str, Sequence[Row]] = SECTIONS) -> str:
    """The whole page."""
    count = sum(len(rows) for rows in sections.values())
    configurations = sum(row.draws for rows in sections.values() for row in rows)
    parts = [INTRODUCTION, f"{count} lines, {configurations} configurations. Measured with {versions()}.\n"]
    for title, rows in sections.items():
        parts.append("\n".join([f"## {title}\n", *lines(rows, found), ""]))
    parts.append("## Without a peer\n\nThese are compared with nothing here; the reason stands beside each.\n")
    parts.append("\n".join(excused()) + "\n")
    return "\n".join(parts)
