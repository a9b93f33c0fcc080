"""Our stubs of cupy name nothing that cupy has not."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

STUBS = Path(__file__).parents[2] / "stubs"


def declared(stub: Path) -> list[tuple[str, ...]]:
    """The names a stub declares, with the members of its classes."""
    names: list[tuple[str, ...]] = []
    for node in ast.parse(stub.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append((node.name,))
        if isinstance(node, ast.ClassDef):
            names += [(node.name, member.name) for member in node.body if isinstance(member, ast.FunctionDef)]
    return names


def module_name(stub: Path) -> str:
    parts = stub.relative_to(STUBS).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_there_are_stubs_to_compare() -> None:
    assert ("ndarray", "astype") in declared(STUBS / "cupy" / "__init__.pyi")
    assert module_name(STUBS / "cupy" / "__init__.pyi") == "cupy"


@pytest.mark.gpu  # needs cupy, though no device
@pytest.mark.parametrize("stub", sorted(STUBS.rglob("*.pyi")), ids=module_name)
def test_the_stubs_name_only_what_cupy_has(stub: Path) -> None:
    name = module_name(stub)
    for path in declared(stub):
        found: object = importlib.import_module(name)
        for part in path:
            assert hasattr(found, part), f"{name}.{'.'.join(path)}"
            found = getattr(found, part)
