"""Public names and their definitions, read from the source: nothing is imported, annotations stay as written."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"

Definition: TypeAlias = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class Name(NamedTuple):
    """A public name: where users find it, the module that defines it, and the definition."""

    public: str
    module: str
    definition: Definition

    @property
    def short(self) -> str:
        """The name without the package."""
        return self.public.rpartition(".")[2]


@functools.cache
def text(module: str) -> str:
    """The source of a module."""
    path = SOURCE.joinpath(*module.split("."))
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")


@functools.cache
def tree(module: str) -> ast.Module:
    """The syntax of a module."""
    return ast.parse(text(module))


def is_module(module: str) -> bool:
    """Whether there is such a module or package."""
    path = SOURCE.joinpath(*module.split("."))
    return (path / "__init__.py").exists() or path.with_suffix(".py").exists()


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, and those that only type checkers see."""
    for node in body:
        if isinstance(node, ast.If):
            yield from statements(node.body)
        else:
            yield node


def public_names(package: str, title: str) -> list[Name]:
    """The functions, classes and constants that a package offers, in the order of its file.

    In a package these are the names it takes from elsewhere, `from a import b as b`; in a module those it defines, too.
    """
    found: dict[str, Name] = {}
    own = not SOURCE.joinpath(*package.split("."), "__init__.py").exists()
    for node in statements(tree(package).body):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("typedgrad"):
            for alias in node.names:
                if alias.asname == alias.name and not is_module(f"{node.module}.{alias.name}"):
                    found[alias.name] = named(f"{title}.{alias.name}", node.module, alias.name)
                elif alias.asname == alias.name and (name := defined(node.module, alias.name)):
                    found[alias.name] = Name(f"{title}.{alias.name}", node.module, name)
        elif own and isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found[node.name] = Name(f"{title}.{node.name}", package, node)
    return list(found.values())


def named(public: str, module: str, name: str) -> Name:
    """A name with its definition, which may be some imports away.

    Raises LookupError if there is none.
    """
    definition = defined(module, name)
    if definition is not None:
        return Name(public, module, definition)
    for node in statements(tree(module).body):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("typedgrad"):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return named(public, node.module, alias.name)
    raise LookupError(f"{module} does not define {name}")


def defined(module: str, name: str) -> Definition | None:
    """The definition of a name in a module: the last one, as at run time."""
    found: Definition | None = None
    for node in statements(tree(module).body):
        if name in _defines(node):
            assert isinstance(node, Definition)
            found = node
    return found


def _defines(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case _:
            return []


def head(module: str, node: ast.FunctionDef) -> str:
    """The first lines of a function, as written: from `def` to the colon."""
    lines = text(module).splitlines()
    body = node.body[0]
    taken = lines[node.lineno - 1 : body.lineno]
    taken[-1] = taken[-1][: body.col_offset]  # the body may follow the colon on its line
    found = "\n".join(re.sub(r"\s*# .*$", "", line) for line in taken)
    return textwrap.dedent(found).rstrip().removesuffix(":")


def segment(module: str, node: ast.AST) -> str:
    """A piece of a module, as written."""
    return ast.get_source_segment(text(module), node) or ""


def summary(module: str) -> str:
    """The first sentence of a module's docstring, without the full stop."""
    first = (ast.get_docstring(tree(module)) or "").partition("\n\n")[0].replace("\n", " ")
    return re.sub(r"(; see README\.md)?\.$", "", first)
