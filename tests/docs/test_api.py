"""docs/api has every public name, and is what its generator writes."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType

import pytest

import typedgrad as tg
from docs.generate.api import FOLDER, PACKAGES, links, pages
from docs.generate.source import is_module

ENTRY = re.compile(r"^### (\S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([\w-]+\.md)?#([\w-]+)\)")
TEXTS = pages()
ENTRIES = {name: body for text in TEXTS.values() for name, body in ENTRY.findall(text)}
MODULES = {"tg": "typedgrad"} | {title: module for module, title, _ in PACKAGES if is_module(module)}


def test_the_pages_are_what_the_generator_writes() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in {*TEXTS, *written} if TEXTS.get(name) != written.get(name))
    assert not stale, "run `make docs`"


@pytest.mark.parametrize("title", MODULES)
def test_every_public_name_has_an_entry(title: str) -> None:
    module = importlib.import_module(MODULES[title])
    assert not {f"{title}.{name}" for name in public(module)} - {*links()}


def test_every_public_package_has_a_page() -> None:
    source = inspect.getsource(tg)
    packages = {*re.findall(r"^    from typedgrad import (\w+) as \1$", source, re.MULTILINE), "random"}
    assert {f"tg.{package}" for package in packages} <= {title for _, title, _ in PACKAGES}


def public(module: ModuleType) -> list[str]:
    """What a module offers at run time, besides other modules and what it has from elsewhere."""
    found = []
    for name in dir(module):
        value = getattr(module, name)
        ours = getattr(value, "__module__", None) or "typedgrad"
        if (
            name.startswith("_")
            or name == "TYPE_CHECKING"
            or isinstance(value, ModuleType)
            or not ours.startswith("typedgrad")
        ):
            continue
        if module.__name__ == "typedgrad.core.random" and name not in exported(module):
            continue
        found.append(name)
    return found


def exported(module: ModuleType) -> set[str]:
    """The names that a module defines, or takes from elsewhere as its own: `from a import b as b`."""
    source = inspect.getsource(module)
    return {*re.findall(r"^def (\w+)", source, re.MULTILINE), *re.findall(r"import (\w+) as \1$", source, re.MULTILINE)}


def test_functions_and_layers_have_an_example() -> None:
    assert len(ENTRIES) > 500
    shown = re.compile(r"^(def \w+|class \w+\(\w*Layer\b)", re.MULTILINE)
    assert not [name for name, body in ENTRIES.items() if shown.search(body) and ">>>" not in body]


def test_every_link_leads_somewhere() -> None:
    headings = {
        file: {re.sub(r"[^\w-]", "", heading.lower()) for heading in re.findall(r"^### (\S+)", text, re.MULTILINE)}
        for file, text in TEXTS.items()
    }
    for file, text in TEXTS.items():
        for target, anchor in LINK.findall(text):
            assert re.sub(r"-\d+$", "", anchor) in headings[target or file], f"{file}: {target}#{anchor}"


def test_signatures_are_as_they_were_written() -> None:
    assert 'x: Float[Tensor, "*batch in_features"]' in ENTRIES["tg.nn.Dense"]
    assert "Raises:\n\n* " in ENTRIES["tg.eval_shape"]
    assert tg.__version__
