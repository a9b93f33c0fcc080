"""Nothing public is left out of docs/correctness.md, and the page is that of the rows."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import typedgrad as tg
from tests.peers.no_peer import NO_PEER
from tests.peers.row import USUAL
from tests.peers.rows import ROWS, SECTIONS
from tests.peers.table import PAGE, described, excused
from typedgrad import linalg, nn, optim

COMPARED = {name for row in ROWS for name in row.names.split()}
EXCUSED = [name for names, _ in NO_PEER for name in names.split()]


def public(module: ModuleType, prefix: str = "") -> list[str]:
    """The functions and classes that a module offers under their names, errors apart."""
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return [
        prefix + name
        for name, value in sorted(found.items())
        if callable(value) and (getattr(value, "__module__", "") or "").startswith("typedgrad")
        if not (inspect.isclass(value) and issubclass(value, Exception))
    ]


def random_functions() -> list[str]:
    """Those of `typedgrad.random`, which is a module with imports of its own."""
    return [
        name for name in public(tg.random, "random.") if getattr(tg.random, name[7:]).__module__ == tg.random.__name__
    ]


NAMES = [*public(tg), *public(linalg, "linalg."), *public(nn, "nn."), *public(optim, "optim."), *random_functions()]


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_compared_or_has_a_reason_not_to_be(name: str) -> None:
    assert name in COMPARED or name in EXCUSED, (
        f"`{name}` needs a row in tests/peers/rows_*.py, or a reason in tests/peers/no_peer.py; then run `make peers`"
    )


def test_no_name_is_both_compared_and_excused_or_excused_twice() -> None:
    assert not COMPARED & set(EXCUSED)
    assert len(EXCUSED) == len(set(EXCUSED))


@pytest.mark.parametrize("name", sorted(COMPARED | set(EXCUSED)))
def test_every_name_exists(name: str) -> None:
    found = tg
    for part in name.split("."):
        found = getattr(found, part)


def test_every_row_draws_three_configurations_or_more() -> None:
    assert not [row.title for row in ROWS if row.draws < 3]


@pytest.mark.parametrize("row", [row for row in ROWS if row.orders == 1], ids=lambda row: row.title)
def test_a_second_gradient_that_is_left_out_has_a_reason(row: object) -> None:
    assert getattr(row, "note", "")


@pytest.mark.parametrize("row", [row for row in ROWS if row.tolerance != USUAL], ids=lambda row: row.title)
def test_another_tolerance_has_a_reason(row: object) -> None:
    assert getattr(row, "note", "")


def test_the_page_has_the_rows_and_no_others() -> None:
    text = PAGE.read_text("utf-8")
    lines = {line for line in text.splitlines() if line.startswith("| `")}
    missing = [row.title for row in ROWS if not any(described(row)(line) for line in lines)]
    strays = [line for line in lines if not any(described(row)(line) for row in ROWS)]
    assert not missing, "run `make peers`"
    assert not strays, "run `make peers`"
    assert all(f"## {title}" in text for title in SECTIONS)
    assert all(line in text for line in excused()), "run `make peers`"
