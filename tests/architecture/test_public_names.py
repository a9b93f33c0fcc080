"""What users see: the names that packages export, and what a `Tensor` may hold."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
from pathlib import Path

import pytest

import typedgrad as tg
from tests.architecture.source import PACKAGE, package_folders, short, tree

# All that a Tensor has besides Python's operators: data and its place on the tape, no mathematics of its own. Each
# method is an op under its own name. Think twice before adding to it: a free function is always possible.
TENSOR_ATTRIBUTES = {
    # what it is
    "data", "aval", "shape", "dtype", "node", "device", "ndim", "size",
    # views
    "T", "mT", "reshape", "flatten", "permute_dims", "squeeze", "expand_dims",
    # out of the library, or to another type or place
    "item", "tolist", "numpy", "astype", "to", "to_device",
    # reductions that read better behind the tensor
    "sum", "mean", "prod", "max", "min", "any", "all", "argmax", "argmin",
}  # fmt: skip

# mypy wants to find the function `plugin` in the module that it is told of, so that package has a file of its own kind.
PACKAGES = [PACKAGE, *(folder for folder in package_folders() if folder.name != "mypy_plugin")]


def test_a_tensor_has_these_attributes_and_no_others() -> None:
    # Slots and properties count, names of Python's own protocols (`__add__`) do not.
    assert {name for name in vars(tg.Tensor) if not name.startswith("_")} == TENSOR_ATTRIBUTES


def test_a_tensor_has_at_run_time_what_it_declares_to_type_checkers() -> None:
    (declared,) = (
        n for n in tree(PACKAGE / "core" / "tensor.py").body if isinstance(n, ast.ClassDef) and n.name == "Tensor"
    )
    names = {node.name for node in ast.walk(declared) if isinstance(node, ast.FunctionDef)}
    names |= {
        n.target.id for n in ast.walk(declared) if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    }
    missing = sorted(name for name in names if not hasattr(tg.Tensor, name))
    assert not missing


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_file_only_re_exports(package: Path) -> None:
    strays = [
        f"{short(package)}/__init__.py:{node.lineno}: {ast.unparse(node).splitlines()[0]}"
        for node in tree(package / "__init__.py").body
        if not _re_exports(node)
    ]
    assert not strays


def _re_exports(node: ast.stmt) -> bool:
    """A docstring, `from .. import X as X`, the same for type checkers only, `__getattr__`, or a plain constant."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.ImportFrom(module="__future__"):
            return True
        case ast.ImportFrom(module=str(module)) if module.startswith("typedgrad"):
            return all(alias.asname == alias.name for alias in node.names)
        case ast.ImportFrom(module="typing"):
            return [alias.name for alias in node.names] == ["TYPE_CHECKING"]
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return all(map(_re_exports, [*node.body, *node.orelse]))
        case ast.FunctionDef(name="__getattr__" | "__dir__"):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=value) if value is not None:
            return _is_data(value)
        case _:
            return False


def _is_data(value: ast.expr) -> bool:
    return not any(isinstance(node, ast.Call | ast.Lambda) for node in ast.walk(value))


def public() -> list[tuple[str, object]]:
    """The functions and classes, errors apart, that `import typedgrad as tg` offers by name."""
    return [
        (name, value)
        for name, value in sorted(vars(tg).items())
        if not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value))
        if (value.__module__ or "").startswith("typedgrad")
        if not (inspect.isclass(value) and issubclass(value, Exception))
    ]


@pytest.mark.parametrize(("name", "value"), public(), ids=[name for name, _ in public()])
def test_every_public_function_and_class_shows_how_to_use_it(name: str, value: object) -> None:
    assert ">>>" in (value.__doc__ or ""), f"tg.{name} has no executable example"


def test_the_version_is_that_of_the_distribution() -> None:
    assert tg.__version__ == importlib.metadata.version("typedgrad")
