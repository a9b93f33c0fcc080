"""The project's own source, as the architecture tests read it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "typedgrad"
CODE_FOLDERS = ("src", "stubs", "tests", "examples", "benchmarks")


def python_files(*folders: str) -> list[Path]:
    """Every Python file and stub of the given folders of the project (all of them if none is given)."""
    found = [
        path
        for folder in folders or CODE_FOLDERS
        for path in (ROOT / folder).rglob("*.py*")
        if path.suffix in (".py", ".pyi") and "__pycache__" not in path.parts
    ]
    assert found, "no files were found: the test looks in the wrong place"
    return sorted(found)


def package_files() -> list[Path]:
    return python_files("src")


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def package_folders() -> list[Path]:
    """The folders that are packages, without the package itself."""
    return sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)


def imports(module: ast.Module) -> Iterator[tuple[str, int]]:
    """The modules that a file imports, anywhere in it, with the line."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module, node.lineno


def for_checkers_only(module: ast.Module) -> set[int]:
    """The lines under `if TYPE_CHECKING:`, which never run."""
    return {
        line
        for node in ast.walk(module)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    }
