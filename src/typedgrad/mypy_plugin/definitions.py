"""Where a name gets its value: the single assignment to a variable, if there is just one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from mypy.nodes import (
    AssignmentStmt,
    Block,
    CallExpr,
    ClassDef,
    ComparisonExpr,
    Decorator,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    FuncItem,
    IfStmt,
    IndexExpr,
    ListExpr,
    MatchStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    OverloadedFuncDef,
    StarExpr,
    Statement,
    TryStmt,
    TupleExpr,
    Var,
    WhileStmt,
    WithStmt,
)

HIDDEN: Final = "__typedgrad_promised__"
"""The name under which `promised` stands around what is returned or assigned."""


class Definition(NamedTuple):
    """What a variable is assigned: `value`, or the item of it that `path` leads to. No value if it varies.

    `each` is what a loop goes through, of which the variable is one item after the other, in these lines. `grows` is an
    assignment that is none, but adds to what there is.
    """

    value: Expression | None
    path: tuple[int | slice, ...] = ()
    each: Expression | None = None
    grows: bool = False
    lines: range = range(0)
    line: int = 0


Index = dict[Var, list[Definition]]


class Definitions:
    """Finds definitions, function by function; remembers the last few functions it looked through."""

    def __init__(self) -> None:
        self._recent: list[tuple[object, Index, set[str]]] = []

    def of(self, var: Var, scopes: list[Any], line: int = 0) -> Definition | None:
        """The only definition of a variable, searched in the enclosing functions and the module; else None.

        Of several loops with one variable it is the one around `line`.
        """
        for scope in reversed(scopes):
            if isinstance(scope, (FuncItem, MypyFile)):
                found = self._index(scope).get(var)
                if found is not None and len(found) > 1 and line and all(one.lines for one in found):
                    found = [one for one in found if line in one.lines]
                if found is not None:
                    return found[0] if len(found) == 1 else None
        return None

    def all(self, var: Var, scopes: list[Any]) -> list[Definition]:
        """All definitions of a variable of the innermost function that has any."""
        for scope in reversed(scopes):
            if isinstance(scope, (FuncItem, MypyFile)) and (found := self._index(scope).get(var)):
                return found
        return []

    def grown(self, var: Var, scopes: list[Any]) -> bool:
        """Whether a variable is assigned once, and after that only added to."""
        for scope in reversed(scopes):
            if isinstance(scope, (FuncItem, MypyFile)) and (found := self._index(scope).get(var)):
                return sum(not one.grows for one in found) == 1
        return False

    def assigned(self, var: Var, scopes: list[Any]) -> int:
        """How often a variable is assigned."""
        for scope in reversed(scopes):
            if isinstance(scope, (FuncItem, MypyFile)) and (found := self._index(scope).get(var)):
                return len(found)
        return 0

    def changed(self, name: str, scopes: list[Any]) -> bool:
        """Whether the innermost function assigns an attribute of this name, to any object."""
        for scope in reversed(scopes):
            if isinstance(scope, (FuncItem, MypyFile)):
                return name in self._found(scope)[1]
        return False

    def _index(self, scope: FuncItem | MypyFile) -> Index:
        return self._found(scope)[0]

    def _found(self, scope: FuncItem | MypyFile) -> tuple[Index, set[str]]:
        # The daemon puts new bodies into old functions: only the body tells whether an index is still good.
        key: object = scope.defs if isinstance(scope, MypyFile) else scope.body
        for known, index, attributes in self._recent:
            if known is key:
                return index, attributes
        body = scope.defs if isinstance(scope, MypyFile) else scope.body.body
        made: Index = {}
        _collect(body, made)
        self._recent = [(key, made, _attributes(body)), *self._recent[:5]]
        return self._recent[0][1:]


def _attributes(body: list[Statement]) -> set[str]:
    """The names of the attributes that are assigned."""
    found: set[str] = set()
    for statement in statements(body):
        lvalues = statement.lvalues if isinstance(statement, AssignmentStmt) else []
        if isinstance(statement, OperatorAssignmentStmt):
            lvalues = [statement.lvalue]
        found.update(lvalue.name for lvalue in lvalues if isinstance(lvalue, MemberExpr))
    return found


def statements(block: list[Statement]) -> Iterator[Statement]:
    """Every statement, also those inside others, but not inside functions or classes."""
    for statement in block:
        yield statement
        for inner in _blocks(statement):
            yield from statements(inner.body)


def _blocks(statement: Statement) -> list[Block]:
    if isinstance(statement, Block):
        return [statement]
    if isinstance(statement, IfStmt):
        return [*statement.body, *([statement.else_body] if statement.else_body else [])]
    if isinstance(statement, (WhileStmt, ForStmt)):
        return [statement.body, *([statement.else_body] if statement.else_body else [])]
    if isinstance(statement, WithStmt):
        return [statement.body]
    if isinstance(statement, TryStmt):
        more = [statement.else_body, statement.finally_body]
        return [statement.body, *statement.handlers, *(block for block in more if block)]
    return list(statement.bodies) if isinstance(statement, MatchStmt) else []


def functions(block: list[Statement]) -> Iterator[FuncDef]:
    """The methods of a class body."""
    for statement in statements(block):
        if isinstance(statement, FuncDef):
            yield statement
        elif isinstance(statement, Decorator):
            yield statement.func
        elif isinstance(statement, OverloadedFuncDef):
            yield from functions(list(statement.items))


def classes(block: list[Statement]) -> Iterator[ClassDef]:
    """The classes of a module, also nested ones."""
    for statement in statements(block):
        if isinstance(statement, ClassDef):
            yield statement
            yield from classes(statement.defs.body)


PARTS: Final = (
    "args", "base", "body", "callee", "cond", "else_body", "else_expr", "expr", "finally_body", "handlers", "if_expr",
    "index", "items", "left", "msg", "operands", "right", "rvalue",
)  # fmt: skip
"""What statements and expressions consist of, as far as others of them may stand in it."""
_PARTS_OF: Final[dict[type, tuple[str, ...]]] = {}


def parts_of(node: Node) -> tuple[str, ...]:
    """Those that nodes of this class have; most have none or two, and there are very many nodes."""
    found = _PARTS_OF.get(type(node))
    if found is None:
        found = _PARTS_OF[type(node)] = tuple(
            name for name in PARTS if hasattr(type(node), name) or hasattr(node, name)
        )
    return found


def comparisons(node: Node) -> Iterator[tuple[Expression, Expression]]:
    """The two sides of all comparisons with `==` or `!=` in a function, or in a class."""
    if isinstance(node, ComparisonExpr):
        yield from ((left, right) for op, left, right in node.pairwise() if op in ("==", "!="))
    inner = {"OverloadedFuncDef": "items", "Decorator": "func", "ClassDef": "defs"}.get(type(node).__name__)
    for name in (inner,) if inner else parts_of(node):
        part = getattr(node, name, None)
        for child in part if isinstance(part, (list, tuple)) else (part,):
            if isinstance(child, Node):
                yield from comparisons(child)


def _collect(block: list[Statement], index: Index) -> None:
    for statement in statements(block):
        if isinstance(statement, AssignmentStmt):
            for lvalue in statement.lvalues:
                _assign(lvalue, Definition(statement.rvalue, line=statement.line), index)
        elif isinstance(statement, ExpressionStmt):
            _mutate(statement.expr, index)
        elif isinstance(statement, OperatorAssignmentStmt):
            _assign(statement.lvalue, Definition(None, line=statement.line), index)
        elif isinstance(statement, ForStmt):
            lines = range(statement.line, (statement.body.end_line or statement.line) + 1)
            _assign(statement.index, Definition(None, each=statement.expr, lines=lines, line=statement.line), index)
        elif isinstance(statement, WithStmt):
            for target in statement.target:
                if target is not None:
                    _assign(target, Definition(None), index)
        elif isinstance(statement, FuncDef):
            # A nested function may rebind an outer name with `nonlocal` or `global`: that counts as a change.
            inner: Index = {}
            _collect(statement.body.body, inner)
            own = {argument.variable for argument in statement.arguments}
            for var in inner.keys() - own:
                index.setdefault(var, []).extend(inner[var])


_MUTATORS: Final = frozenset(
    {"append", "extend", "insert", "update", "setdefault", "clear", "pop", "remove", "sort", "reverse"}
)


_ADDERS: Final = frozenset({"append", "extend", "insert"})


def _mutate(e: Expression, index: Index) -> None:
    """`xs.append(x)` by itself."""
    if isinstance(e, CallExpr) and isinstance(e.callee, MemberExpr) and e.callee.name in _MUTATORS:
        _assign(e.callee.expr, Definition(None, grows=e.callee.name in _ADDERS), index)


def _assign(lvalue: Expression, definition: Definition, index: Index) -> None:
    if isinstance(lvalue, NameExpr) and isinstance(lvalue.node, Var):
        index.setdefault(lvalue.node, []).append(definition)
    elif isinstance(lvalue, IndexExpr):
        # `table["b"] = y` changes what `table` holds: what it held first is no longer all there is to know.
        _assign(lvalue.base, Definition(None), index)
    elif isinstance(lvalue, (TupleExpr, ListExpr)):
        count = len(lvalue.items)
        star = next((i for i, item in enumerate(lvalue.items) if isinstance(item, StarExpr)), count)
        for i, item in enumerate(lvalue.items):
            # Behind a star places are counted from the end.
            place = i if i < star else i - count
            step: int | slice = slice(i, i + 1 - count or None) if i == star else place
            part = definition._replace(path=(*definition.path, step))
            _assign(item.expr if isinstance(item, StarExpr) else item, part, index)
