"""What the text of a class says about its attributes, noted where mypy's cache keeps it: expressions as lists.

    4 * self.d                       ["op", "*", ["is", 4], ["own", "d"]]
    conv2d(x, stride=self.stride)    ["call", ["name", "conv2d"], [["arg", "x"]], {"stride": ["own", "stride"]}]

A cached class has no text any more, so that what is needed of it later has to be written down when it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from mypy import fastparse
from mypy.errors import Errors
from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ExpressionStmt,
    FloatExpr,
    FuncDef,
    GeneratorExpr,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    OpExpr,
    ReturnStmt,
    StarExpr,
    StrExpr,
    TempNode,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
)
from mypy.options import Options

from typedgrad.mypy_plugin.definitions import HIDDEN, classes, comparisons, functions, statements
from typedgrad.mypy_plugin.encoding import LAYER

Quoted = list[Any]
_KEY: Final = "typedgrad"
_CONSTANTS: Final = {"builtins.None": None, "None": None, "True": True, "False": False}


def note(cls: ClassDef) -> None:
    """Note what the text of a class says about its attributes; mypy stores it with the class."""
    found: dict[str, dict[str, Any]] = {"init": {}, "subs": {}, "defaults": {}, "unsure": {}, "call": {}}
    for statement in cls.defs.body:
        if not isinstance(statement, AssignmentStmt) or not isinstance(statement.lvalues[0], NameExpr):
            continue
        name = statement.lvalues[0].name
        if isinstance(statement.rvalue, CallExpr):
            made = _made(statement.rvalue)
            if made is not None:
                found["subs"][name] = made
        elif not isinstance(statement.rvalue, TempNode):
            constant, value = _constant(statement.rvalue, found["defaults"])
            if constant:
                found["defaults"][name] = value
    counts: dict[str, int] = {}
    for function in functions(cls.defs.body):
        _assigned(function, found["init"], counts)
        if function.name == "__call__":
            found["call"] = _delegated(function)
    found["compared"] = _compared(cls) if cls.info.has_base(LAYER) else {}
    found["unsure"] = {name: True for name, count in counts.items() if count > 1}
    cls.info.metadata[_KEY] = found


def noted(info: TypeInfo, topic: str) -> dict[str, Any]:
    """What was noted about a class and its bases."""
    found: dict[str, Any] = {}
    for base in reversed(info.mro):
        found |= base.metadata.get(_KEY, {}).get(topic, {})
    return found


def delegation(info: TypeInfo) -> tuple[TypeInfo, dict[str, Any]] | None:
    """What a call of a layer comes down to, `{"arguments": [...], "value": [...]}`, and the class that says so."""
    for base in info.mro:
        if "__call__" in base.names:
            said = base.metadata.get(_KEY, {}).get("call")
            if not said and base.module_name.startswith("typedgrad."):
                # mypy does not read the bodies of functions in which it reports no errors.
                said = _of_module(base.module_name).get(base.name)
            return (base, said) if said else None
    return None


@cache
def _of_module(name: str) -> dict[str, dict[str, Any]]:
    """What the calls of all the classes in a module of this library come down to."""
    path = Path(__file__).parents[2].joinpath(*name.split(".")).with_suffix(".py")
    if not path.is_file():
        return {}
    options = Options()
    source = path.read_text(encoding="utf-8")
    file = fastparse.parse(source, str(path), name, Errors(options), options)
    calls = {(c.name, f.name): f for c in classes(file.defs) for f in functions(c.defs.body)}
    return {owner: _delegated(function) for (owner, method), function in calls.items() if method == "__call__"}


def _compared(cls: ClassDef) -> dict[str, Any]:
    """The fields that the class compares with each other, by the text of the comparison."""
    owners = {function.arg_names[0] for function in functions(cls.defs.body) if function.arg_names}
    found: dict[str, Any] = {}
    for left, right in comparisons(cls):
        for owner in owners | {"self"}:
            sides = [quote(left, owner, ()), quote(right, owner, ())]
            if None not in sides and any(_is_own(side) for side in sides if side is not None):
                found[repr(sides)] = sides
    return found


def _is_own(quoted: Quoted) -> bool:
    return quoted[0] == "own" or any(_is_own(part) for part in quoted[1:] if isinstance(part, list) and part)


def _assigned(function: FuncDef, takes: dict[str, str], counts: dict[str, int]) -> None:
    initial = function.name in ("__init__", "__post_init__")
    for statement in statements(function.body.body):
        lvalues = statement.lvalues if isinstance(statement, AssignmentStmt) else []
        if isinstance(statement, OperatorAssignmentStmt):
            lvalues = [statement.lvalue]
        for lvalue in lvalues:
            if isinstance(lvalue, MemberExpr) and isinstance(lvalue.expr, NameExpr):
                counts[lvalue.name] = counts.get(lvalue.name, 0) + (1 if initial else 2)
                value = statement.rvalue if isinstance(statement, AssignmentStmt) else None
                if initial and isinstance(value, NameExpr):
                    takes[lvalue.name] = value.name


def _made(call: CallExpr) -> Quoted | None:
    """The body of `sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))`."""
    if len(call.args) != 1 or not isinstance(call.args[0], LambdaExpr):
        return None
    function = call.args[0]
    body = function.body.body[0]
    if not isinstance(body, ReturnStmt) or body.expr is None or len(function.arg_names) != 1:
        return None
    return quote(body.expr, function.arg_names[0], ())


def _delegated(function: FuncDef) -> dict[str, Any]:
    """The only statement of a method, `return conv2d(x, self.weight, stride=self.stride)`."""
    body = [s for s in function.body.body if not (isinstance(s, ExpressionStmt) and isinstance(s.expr, StrExpr))]
    returned = body[0].expr if len(body) == 1 and isinstance(body[0], ReturnStmt) else None
    if isinstance(returned, CallExpr) and isinstance(returned.callee, NameExpr) and returned.callee.name == HIDDEN:
        returned = returned.args[0]
    if not isinstance(returned, CallExpr):
        return {}
    owner, *arguments = [name or "" for name in function.arg_names]
    value = quote(returned, owner, arguments)
    return {} if value is None else {"arguments": arguments, "value": value}


def _constant(e: Expression, known: dict[str, Any]) -> tuple[bool, Any]:
    """Whether an expression is a constant, and which; `known` are constants of the class that stand above it."""
    if isinstance(e, (IntExpr, StrExpr, FloatExpr)):
        return True, e.value
    if isinstance(e, NameExpr):
        if e.name in _CONSTANTS:
            return True, _CONSTANTS[e.name]
        return e.name in known, known.get(e.name)
    if isinstance(e, TupleExpr):
        parts = [_constant(item, known) for item in e.items]
        return all(constant for constant, _ in parts), [value for _, value in parts]
    if isinstance(e, UnaryExpr) and e.op == "-":
        constant, value = _constant(e.expr, known)
        return constant and isinstance(value, (int, float)), -value if isinstance(value, (int, float)) else None
    if isinstance(e, OpExpr) and e.op in ("+", "-", "*", "//"):
        (_, a), (_, b) = _constant(e.left, known), _constant(e.right, known)
        if type(a) is int and type(b) is int and (e.op != "//" or b):
            return True, {"+": a + b, "-": a - b, "*": a * b}.get(e.op, a // b if b else 0)
    return False, None


def quote(e: Expression, owner: str | None, arguments: Sequence[str]) -> Quoted | None:
    """An expression as a list, where `owner` is the object itself; None if there is something unusual in it."""
    if isinstance(e, (IntExpr, StrExpr, FloatExpr)):
        return ["is", e.value]
    if isinstance(e, NameExpr):
        if e.name in _CONSTANTS:
            return ["is", _CONSTANTS[e.name]]
        return ["self"] if e.name == owner else ["arg" if e.name in arguments else "name", e.name]
    if isinstance(e, MemberExpr):
        return _member(e, owner, arguments)
    if isinstance(e, CallExpr):
        return _call(e, owner, arguments)
    if isinstance(e, DictExpr):
        values = [(key, quote(value, owner, arguments)) for key, value in e.items]
        known = [[key.value, v] for key, v in values if isinstance(key, (StrExpr, IntExpr)) and v is not None]
        return ["dict", known] if len(known) == len(values) else None
    head, parts = _taken_apart(e)
    quoted = [quote(part, owner, arguments) for part in parts]
    if not head or any(part is None for part in quoted):
        return None
    return [*head, quoted] if head == ["tuple"] else [*head, *quoted]


def _taken_apart(e: Expression) -> tuple[Quoted, list[Expression]]:
    """The kind of an expression, and its parts; no kind for what is not understood."""
    if isinstance(e, (TupleExpr, ListExpr)):
        return ["tuple"], e.items
    if isinstance(e, StarExpr):
        return ["star"], [e.expr]
    if isinstance(e, OpExpr):
        return ["op", e.op], [e.left, e.right]
    if isinstance(e, UnaryExpr) and e.op == "-":
        return ["neg"], [e.expr]
    if isinstance(e, IndexExpr):
        return ["item"], [e.base, e.index]
    if isinstance(e, DictionaryComprehension) and len(e.sequences) == 1 and not e.condlists[0]:
        return ["table"], [e.value]
    if isinstance(e, ListComprehension):
        e = e.generator
    if isinstance(e, GeneratorExpr) and len(e.sequences) == 1 and not e.condlists[0]:
        return ["each"], [e.left_expr, e.sequences[0]]
    return [], []


def _member(e: MemberExpr, owner: str | None, arguments: Sequence[str]) -> Quoted | None:
    if isinstance(e.expr, NameExpr) and e.expr.name == owner:
        return ["own", e.name]
    inner = quote(e.expr, owner, arguments)
    if inner is None:
        return None
    return ["name", f"{inner[1]}.{e.name}"] if inner[0] == "name" else ["get", inner, e.name]


def _call(e: CallExpr, owner: str | None, arguments: Sequence[str]) -> Quoted | None:
    callee = quote(e.callee, owner, arguments)
    given: list[Quoted] = []
    named: dict[str, Quoted] = {}
    for name, kind, arg in zip(e.arg_names, e.arg_kinds, e.args, strict=True):
        value = quote(arg, owner, arguments)
        if value is None or kind not in (ARG_POS, ARG_NAMED):
            return None
        if name is None:
            given.append(value)
        else:
            named[name] = value
    return None if callee is None else ["call", callee, given, named]
