"""Writes docs/catalogue.md: what other systems call a thing, and where it is here. Run by `make docs`."""

from __future__ import annotations

import sys

from docs.generate.api import links
from docs.generate.source import ROOT
from tests.catalogue.row import SYSTEMS, TITLES, Row
from tests.catalogue.table import ROWS, SECTIONS

FILE = ROOT / "docs" / "catalogue.md"
NOTE = "<!-- Written by docs/generate/catalogue.py from tests/catalogue: change that, then run `make docs`. -->"
ABOUT = """What Caffe, Torch7, Theano, Lasagne, Keras, TensorFlow (as of 2015) and Deeplearning4j call a thing, where it
is in typedgrad, and where the same name means other mathematics. First by subject, then by system,
from A to Z. Tests check that every name on our side is there."""


def page() -> str:
    """The text of the page."""
    places = {name: f"api/{place}" for name, place in links().items()}
    parts = [NOTE, "# Coming from another system", ABOUT]
    for title, rows in SECTIONS.items():
        parts += [f"## {title}", "\n".join([_HEAD, *(_line(row, places) for row in rows)])]
    for system in SYSTEMS:
        parts += [f"## {TITLES[system]}, from A to Z", _index(system, places)]
    return "\n\n".join(parts) + "\n"


_HEAD = "| what | here | elsewhere | what differs |\n| --- | --- | --- | --- |"


def _line(row: Row, places: dict[str, str]) -> str:
    theirs = "; ".join(
        f"{TITLES[system]} {', '.join(f'`{name}`' for name in row.theirs(system))}"
        for system in SYSTEMS
        if row.theirs(system)
    )
    cells = (row.what, _ours(row, places), theirs, row.note)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _ours(row: Row, places: dict[str, str]) -> str:
    if not row.ours:
        return f"not yet: {row.why[0].lower()}{row.why[1:]}" if row.why[0].isupper() else f"not yet: {row.why}"
    return ", ".join(_link(name, places) for name in row.names())


def _link(name: str, places: dict[str, str]) -> str:
    bare = name.partition("(")[0]
    full = next((each for each in (f"tg.{bare}", f"typedgrad.{bare}") if each in places), None)
    return f"[`{name}`]({places[full]})" if full else f"`{name}`"


def _index(system: str, places: dict[str, str]) -> str:
    found = sorted((name.lower(), name, row.what, row) for row in ROWS for name in row.theirs(system))
    return "\n".join(f"* `{name}`: {_ours(row, places)}" for _, name, _, row in found)


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)} is up to date\n")
