"""Prints what the comparison with peers found, and writes the page: `pytest -m peers tests/peers --write-page`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers.rows import ROWS, SECTIONS
from tests.peers.table import PAGE, lines, page

if TYPE_CHECKING:
    from tests.peers.measure import Errors

FOUND = pytest.StashKey["dict[str, dict[str, Errors]]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-page", action="store_true", help="write docs/correctness.md anew, if all rows hold")


@pytest.fixture(scope="session")
def found(pytestconfig: pytest.Config) -> dict[str, dict[str, Errors]]:
    """The errors of the rows, by title, as they are measured."""
    return pytestconfig.stash.setdefault(FOUND, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(FOUND, {})
    if not found:
        return
    terminalreporter.section("beside peers")
    for title, rows in SECTIONS.items():
        if any(row.title in found for row in rows):
            terminalreporter.write_line("\n".join(["", title, *lines(rows, found)]))
    if config.getoption("--write-page", default=False):
        missing = [row.title for row in ROWS if row.title not in found]
        if missing:
            terminalreporter.write_line(f"\nnot written, as these did not hold or did not run: {missing}")
        else:
            PAGE.write_text(page(found), "utf-8")
            terminalreporter.write_line(f"\nwritten: {PAGE}")
