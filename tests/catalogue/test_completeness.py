"""Whoever comes from one of the six systems finds every part here, or reads why not."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from tests.catalogue.names import LATER, NAMES
from tests.catalogue.row import SYSTEMS, Row
from tests.catalogue.table import ROWS, SECTIONS

SHOWN = [row for row in ROWS if row.ours]
OURS = sorted({name for row in SHOWN for name in row.names()})


def resolved(name: str) -> object:
    """What a name stands for. Raises AttributeError, with the name, for what there is not."""
    found: object = importlib.import_module("typedgrad")
    path = name.partition("(")[0].split(".")
    for place, part in enumerate(path):
        if place < len(path) - 1:
            found = importlib.import_module(f"typedgrad.{'core.' if part == 'random' else ''}{part}")
        else:
            found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", OURS)
def test_a_name_of_ours_is_there_and_shows_how_to_use_it(name: str) -> None:
    found = resolved(name)
    assert inspect.isroutine(found) or isinstance(found, type) or name == "nn.Initializer"
    if name != "nn.Initializer":  # the type of a function
        assert ">>>" in (getattr(found, "__doc__", None) or ""), f"{name} has no example"


@pytest.mark.parametrize("name", [name for name in OURS if "(" in name])
def test_an_option_of_ours_is_there(name: str) -> None:
    found = resolved(name)
    assert callable(found)
    parameters = inspect.signature(found).parameters
    for option, value in re.findall(r"(\w+)=([^,)]+)", name):
        assert option in parameters
        annotation = str(parameters[option].annotation)
        if value.startswith('"') and "Literal" in annotation:
            assert value.strip('"') in annotation


LOSSES = {name for row in SECTIONS["Losses"] for name in row.names()} - {"add", "nn.Crop2d", "train.fit", "typed"}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_loss_takes_weights_a_mask_and_a_reduction(name: str) -> None:
    found = resolved(name)
    assert callable(found)
    assert {"weights", "mask", "reduction"} <= {*inspect.signature(found).parameters}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_name_of_a_system_is_in_the_table(system: str) -> None:
    known = {name.split()[0] for row in ROWS for name in row.theirs(system)}
    wanted = NAMES[system].split() + LATER.get(system, "").split()
    assert not [name for name in wanted if name not in known]
    assert len(wanted) == len(set(wanted)), "no name is listed twice"


@pytest.mark.parametrize("row", ROWS, ids=[row.what for row in ROWS])
def test_what_must_be_there_is_and_what_is_not_has_a_reason(row: Row) -> None:
    assert row.ours or (row.want != "must" and row.why)
    assert not (row.ours and row.why)


def test_the_table_is_as_long_as_the_systems_are_rich() -> None:
    assert sum(len(row.theirs(system)) for row in ROWS for system in SYSTEMS) > 700
    assert all(len(rows) >= 2 for rows in SECTIONS.values())
    names = [row.what for row in ROWS]
    assert len([row for row in ROWS if row.want == "must"]) > 200
    assert len(set(names)) > len(names) - 10
