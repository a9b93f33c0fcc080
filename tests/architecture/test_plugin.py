"""The mypy plugin translates and computes nothing: it puts every question to the library in one place."""

from __future__ import annotations

import ast

from tests.architecture.source import PACKAGE, imports, short, tree

PLUGIN = sorted((PACKAGE / "mypy_plugin").rglob("*.py"))


def test_the_plugin_calls_the_library_in_exactly_one_place() -> None:
    calls = [
        f"{short(path)}:{node.lineno}"
        for path in PLUGIN
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and "judge" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]
    assert len(calls) == 1, calls


def test_the_plugin_knows_of_the_library_only_the_algebra_of_shapes() -> None:
    strays = [
        f"{short(path)}:{line}: {module}"
        for path in PLUGIN
        for module, line in imports(tree(path))
        if module.startswith("typedgrad.") and not module.startswith(("typedgrad.shapes", "typedgrad.mypy_plugin"))
    ]
    assert not strays
