"""Every name that a migration page promises exists, and takes the arguments that it is shown with."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

import typedgrad as tg
from tests.architecture.source import ROOT

PAGES = ("migrate-from-dl4j.md", "migrate-from-keras.md")
CODE = re.compile(r"`([^`]+)`")


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of all tables, with their lines."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("| ") else []
        if len(cells) == 3 and cells[0] not in ("---", "Deeplearning4j", "Keras"):
            yield number, cells


def resolved(expression: ast.expr) -> object:
    """What a dotted name that begins with `tg` stands for. Raises AttributeError if there is no such thing."""
    if isinstance(expression, ast.Name):
        if expression.id != "tg":
            raise NameError(expression.id)
        return tg
    assert isinstance(expression, ast.Attribute), ast.dump(expression)
    return getattr(resolved(expression.value), expression.attr)


def wrong(code: str) -> list[str]:
    """What is wrong with a piece of code: names and arguments that do not exist."""
    found = []
    for node in ast.walk(ast.parse(code, mode="eval")):
        try:
            if isinstance(node, ast.Attribute):
                resolved(node)
            if isinstance(node, ast.Call):
                accepted = parameters(resolved(node.func))
                found += [f"{code}: no {k.arg}" for k in node.keywords if k.arg is not None and k.arg not in accepted]
        except (AttributeError, NameError) as error:
            found.append(f"{code}: {error}")
    return found


def parameters(called: object) -> set[str]:
    if isinstance(called, type) and issubclass(called, tg.nn.Layer) and called is not tg.nn.Lambda:
        return {*called._annotated}
    assert callable(called)
    return {*inspect.signature(called).parameters}


def names_in(text: str) -> list[tuple[int, str]]:
    return [(n, code) for n, cells in rows(text) for cell in cells[1:] for code in CODE.findall(cell) if "tg." in code]


@pytest.mark.parametrize("page", PAGES)
def test_every_name_on_the_right_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = [
        f"{page}:{line}: {problem}"
        for line, code in names_in(text)
        if "fitted" not in code  # a value of the reader's
        for problem in wrong(code)
    ]
    assert not found


@pytest.mark.parametrize(("page", "least"), [(PAGES[0], 180), (PAGES[1], 90)])
def test_the_tables_are_read(page: str, least: int) -> None:
    assert len(names_in((ROOT / "docs" / page).read_text("utf-8"))) >= least


def test_a_name_that_does_not_exist_is_noticed() -> None:
    assert wrong("tg.nn.Dens") == ["tg.nn.Dens: module 'typedgrad.nn' has no attribute 'Dens'"]
    assert wrong("tg.network(sed=1)") == ["tg.network(sed=1): no sed"]
    assert wrong("tg.nn.Dense(out_feature=1)") == ["tg.nn.Dense(out_feature=1): no out_feature"]
    assert wrong("np.zeros") == ["np.zeros: np"]
    assert not wrong("tg.network(updater=tg.optim.adam(1e-3))")
