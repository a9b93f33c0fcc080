"""Files stay small, are named after what they hold, and say why where they bend a rule."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, package_files, package_folders, python_files, short, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_README = 15
NAMES_OF_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "base", "manager", "managers"}
# Spelt in two parts, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
EXPLAINED = re.compile(r"# (?:type: ignore|noqa)")
EXPLANATION = re.compile(r"# (?:type: ignore\[[\w\-, ]+\]|noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*)\s+\S")


def test_no_file_is_longer_than_one_concept() -> None:
    # The package's own file is a list of its names and nothing else, as test_public_names.py sees to.
    files = [path for path in python_files() if path != PACKAGE / "__init__.py"]
    assert not {short(p): n for p in files if (n := len(p.read_text("utf-8").splitlines())) > LONGEST_FILE}


def test_no_function_of_the_library_is_longer_than_a_screen() -> None:
    long = {
        f"{short(path)}:{node.lineno} {node.name}": lines
        for path in package_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := _own_lines(node)) > LONGEST_FUNCTION
    }
    assert not long


def _own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines from `def` to the end, without the docstring, which may be as long as it needs to be."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [short(path) for path in python_files() if path.stem.lstrip("_") in NAMES_OF_NOTHING]
    assert not [folder.name for folder in package_folders() if folder.name in NAMES_OF_NOTHING]


def test_nothing_is_left_for_later_in_the_code() -> None:
    texts = [*python_files(), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    found = [
        f"{short(path)}:{number}"
        for path in texts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found


def test_every_exception_to_a_check_is_narrow_and_has_a_reason() -> None:
    bare = [
        f"{short(path)}:{number}: {line.strip()}"
        for path in python_files()
        if not short(path).startswith("tests/typing/")  # programs of users, as mypy is to see them
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if EXPLAINED.search(line) and not EXPLANATION.search(line) and "EXPLA" not in line
    ]
    assert not bare


@pytest.mark.parametrize("folder", package_folders(), ids=lambda folder: folder.name)
def test_every_package_folder_has_a_short_readme(folder: Path) -> None:
    readme = folder / "README.md"
    assert readme.exists(), f"{short(folder)} has no README.md"
    assert len(readme.read_text("utf-8").splitlines()) <= LONGEST_README
