"""Type aliases: mypy forgets the metadata of `Image = Float32[Tensor, "c h w"]`; a quoted annotation keeps it.

Outside of annotations mypy turns expressions into types and drops everything but the first argument of `Annotated`.
Before the analysis the plugin therefore rewrites such an expression to `Float32['Float32[Tensor, "c h w"]', "c h w"]`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    EllipsisExpr,
    Expression,
    FuncDef,
    Import,
    ImportFrom,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OpExpr,
    ReturnStmt,
    Statement,
    StrExpr,
    TupleExpr,
    TypeAliasStmt,
    UnaryExpr,
)

from typedgrad.mypy_plugin.definitions import statements

CLASSES: Final = frozenset(
    [
        "BFloat16",
        "Bool",
        "Complex",
        "Complex128",
        "Complex64",
        "Float",
        "Float16",
        "Float32",
        "Float64",
        "Float8e4m3b11fnuz",
        "Float8e4m3fn",
        "Float8e4m3fnuz",
        "Float8e5m2",
        "Float8e5m2fnuz",
        "Inexact",
        "Int",
        "Int16",
        "Int2",
        "Int32",
        "Int4",
        "Int64",
        "Int8",
        "Integer",
        "Key",
        "Num",
        "Real",
        "Shaped",
        "UInt",
        "UInt16",
        "UInt2",
        "UInt32",
        "UInt4",
        "UInt64",
        "UInt8",
    ]
)
"""The classes of jaxtyping."""


def is_relevant(file: MypyFile) -> bool:
    """Whether a module can contain shapes at all."""
    for statement in file.imports:
        ids = statement.ids if isinstance(statement, Import) else [(getattr(statement, "id", ""), None)]
        names = [name for name, _ in ids]
        if any(name.partition(".")[0] in ("jaxtyping", "typedgrad") for name in names):
            return True
    return False


def dtype_class(name: str, file: object) -> str | None:
    """The jaxtyping class that a name stands for in a module; None for anything else."""
    module, _, last = name.rpartition(".")
    for statement in file.imports if isinstance(file, MypyFile) else ():
        if not module and isinstance(statement, ImportFrom) and statement.id == "jaxtyping":
            for original, alias in statement.names:
                if (alias or original) == name:
                    return original if original in CLASSES else None
        elif module and isinstance(statement, Import):
            for original, alias in statement.ids:
                if original == "jaxtyping" and (alias or original) == module:
                    return last if last in CLASSES else None
    # Re-exported by some module of the user's, or imported with a star: the name itself has to do.
    return last if last in CLASSES else None


def repair(file: MypyFile) -> None:
    """Make the type aliases of a module keep their shape strings."""
    _repair_block(file.defs, file)


def _repair_block(block: Iterable[Statement], file: MypyFile) -> None:
    for statement in statements(list(block)):
        if isinstance(statement, Decorator):
            statement = statement.func
        if isinstance(statement, AssignmentStmt):
            _repair(statement.rvalue, file)
        elif isinstance(statement, TypeAliasStmt):
            for inner in statement.value.body.body:
                if isinstance(inner, ReturnStmt) and inner.expr is not None:
                    _repair(inner.expr, file)
        elif isinstance(statement, ClassDef):
            for base in statement.base_type_exprs:
                _repair(base, file)
            _repair_block(statement.defs.body, file)
        elif isinstance(statement, FuncDef):
            _repair_block(statement.body.body, file)


def _repair(e: Expression, file: MypyFile) -> None:
    if isinstance(e, IndexExpr):
        items = e.index.items if isinstance(e.index, TupleExpr) else [e.index]
        name = source(e.base)
        if isinstance(e.index, TupleExpr) and len(items) == 2 and name and dtype_class(name, file):
            text = source(e)
            if text is not None:
                quoted = StrExpr(text)
                quoted.set_line(items[0])
                e.index.items = [quoted, items[1]]
            return
        for item in items:
            _repair(item, file)
    elif isinstance(e, OpExpr) and e.op == "|":
        _repair(e.left, file)
        _repair(e.right, file)
    elif isinstance(e, (TupleExpr, ListExpr)):
        for item in e.items:
            _repair(item, file)
    elif isinstance(e, CallExpr):
        # `cast(...)` and the like read their annotation in full: only these lose it.
        _repair(e.callee, file)
        if (source(e.callee) or "").rpartition(".")[2] in ("NewType", "TypeVar"):
            for arg in e.args:
                _repair(arg, file)


def source(e: Expression) -> str | None:
    """A type expression as text; None for what is no type expression."""
    if isinstance(e, NameExpr):
        return e.name
    if isinstance(e, StrExpr):
        return repr(e.value)
    if isinstance(e, IntExpr):
        return str(e.value)
    if isinstance(e, EllipsisExpr):
        return "..."
    if isinstance(e, MemberExpr):
        owner = source(e.expr)
        return f"{owner}.{e.name}" if owner else None
    if isinstance(e, IndexExpr):
        base, index = source(e.base), _sources(e.index.items) if isinstance(e.index, TupleExpr) else source(e.index)
        return f"{base}[{index}]" if base and index is not None else None
    if isinstance(e, OpExpr) and e.op == "|":
        left, right = source(e.left), source(e.right)
        return f"{left} | {right}" if left and right else None
    if isinstance(e, UnaryExpr):
        inner = source(e.expr)
        return f"{e.op}{inner}" if inner else None
    if isinstance(e, ListExpr):
        inner = _sources(e.items)
        return None if inner is None else f"[{inner}]"
    return None


def _sources(items: list[Expression]) -> str | None:
    texts = [source(item) for item in items]
    return None if any(text is None for text in texts) else ", ".join(text for text in texts if text is not None)
