"""Returns and assignments: what is returned against what was promised, what is assigned against the annotation.

mypy has no hook there. Before the analysis the plugin therefore writes `return promised(x, "")` for `return x`, where
the annotation has a shape string, and hooks `promised`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from mypy.nodes import (
    ARG_POS,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    ImportFrom,
    IndexExpr,
    MypyFile,
    NameExpr,
    OverloadedFuncDef,
    ReturnStmt,
    Statement,
    StrExpr,
    TempNode,
    TupleExpr,
    YieldExpr,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    TupleType,
    Type,
    UnboundType,
    UnionType,
    get_proper_type,
)

from typedgrad.mypy_plugin import applying
from typedgrad.mypy_plugin.aliases import dtype_class, source
from typedgrad.mypy_plugin.calls import Site
from typedgrad.mypy_plugin.definitions import HIDDEN, functions, statements
from typedgrad.mypy_plugin.encoding import (
    ARRAY,
    PHANTOMS,
    Known,
    as_actual,
    as_promise,
    class_of,
    filled,
    is_tensor,
    map_tensors,
    tensors_in,
)
from typedgrad.mypy_plugin.report import report
from typedgrad.shapes import Argument, Request

PROMISED: Final = f"{PHANTOMS}.promised"
_REVEALED: Final = "reveal_type"
YIELDED: Final = "yield"


# -- before the analysis -----------------------------------------------------------------------------------------------


def wrap(file: MypyFile) -> None:
    """Wrap what is returned or assigned where an annotation with a shape string stands."""
    hidden = ImportFrom(PHANTOMS, 0, [("promised", HIDDEN)])
    hidden.is_top_level = True
    hidden.set_line(1)
    file.defs.insert(0, hidden)
    file.imports.append(hidden)
    wrapper = _Wrapper(file)
    wrapper.block(file.defs, None)
    applying.wrap(_bodies(file.defs), wrapper.wrapped)


def _bodies(block: list[Statement]) -> list[Statement]:
    """The statements of a module, with those in its functions and classes."""
    found = [s for s in block if not isinstance(s, (FuncDef, ClassDef, Decorator, OverloadedFuncDef))]
    for function in functions(block):
        found.extend(_bodies(function.body.body))
    for statement in statements(block):
        if isinstance(statement, ClassDef):
            found.extend(_bodies(statement.defs.body))
    return found


def is_wrapped(file: MypyFile) -> bool:
    """Whether that has been done."""
    last = file.imports[-1] if file.imports else None
    return isinstance(last, ImportFrom) and last.names == [("promised", HIDDEN)]


class _Wrapper:
    def __init__(self, file: MypyFile) -> None:
        self.file = file
        self.aliases = {
            lvalue.name
            for statement in statements(file.defs)
            if isinstance(statement, AssignmentStmt) and _is_shaped_alias(statement.rvalue, file)
            for lvalue in statement.lvalues
            if isinstance(lvalue, NameExpr)
        }

    def block(self, body: Iterable[Statement], result: Type | None, *, of_class: bool = False) -> None:
        for statement in statements(list(body)):
            if isinstance(statement, ReturnStmt) and statement.expr is not None and result is not None:
                statement.expr = self.wrapped(statement.expr, "")
            elif isinstance(statement, AssignmentStmt) and not of_class:
                declared = statement.unanalyzed_type or statement.type
                if declared is not None and not isinstance(statement.rvalue, TempNode) and self._is_shaped(declared):
                    statement.rvalue = self.wrapped(statement.rvalue, source(statement.lvalues[0]) or "value")
            elif isinstance(statement, ExpressionStmt):
                self._reveal(statement.expr)
            if isinstance(statement, (ExpressionStmt, AssignmentStmt)) and result is not None:
                yielded = statement.expr if isinstance(statement, ExpressionStmt) else statement.rvalue
                if isinstance(yielded, YieldExpr) and yielded.expr is not None:
                    yielded.expr = self.wrapped(yielded.expr, YIELDED)
            elif isinstance(statement, ClassDef):
                self.block(statement.defs.body, None, of_class=True)
        for function in functions(list(body)):
            self._copies(function)
            typ = function.unanalyzed_type or function.type
            promise = typ.ret_type if isinstance(typ, CallableType) and self._is_shaped(typ.ret_type) else None
            self.block(function.body.body, promise)

    def _copies(self, function: FuncDef) -> None:
        """`y = x` where `x` had other types before, which mypy would mix with the one that it has now."""
        assigned = [s for s in statements(function.body.body) if isinstance(s, AssignmentStmt)]
        copies = [s for s in assigned if s.type is None and isinstance(s.rvalue, NameExpr) and len(s.lvalues) == 1]
        if not copies:
            return
        targets = [*function.arg_names, *(name for s in assigned for name in _targets(s))]
        for statement in copies:
            value, (target,) = statement.rvalue, statement.lvalues
            if isinstance(value, NameExpr) and isinstance(target, NameExpr) and targets.count(value.name) > 1:
                statement.rvalue = self.wrapped(value, _REVEALED)

    def _reveal(self, e: Expression) -> None:
        """`reveal_type(x)`, where mypy may have mixed the type of `x` with those that `x` had before."""
        if (
            isinstance(e, CallExpr)
            and isinstance(e.callee, NameExpr)
            and e.callee.name == _REVEALED
            and len(e.args) == 1
        ):
            e.args[0] = self.wrapped(e.args[0], _REVEALED)

    def wrapped(self, e: Expression, name: str) -> CallExpr:
        callee, text = NameExpr(HIDDEN), StrExpr(name)
        call = CallExpr(callee, [e, text], [ARG_POS, ARG_POS], [None, None])
        for node in (callee, text, call):
            node.set_line(e)
        return call

    def _is_shaped(self, typ: Type) -> bool:
        if isinstance(typ, UnboundType):
            if (
                typ.name in self.aliases
                or typ.name.rpartition(".")[2] == "Tensor"
                or (len(typ.args) == 2 and dtype_class(typ.name, self.file))
            ):
                return True
            return any(map(self._is_shaped, typ.args))
        return isinstance(typ, UnionType) and any(map(self._is_shaped, typ.items))


def _targets(statement: AssignmentStmt) -> list[str]:
    """The names that a statement assigns."""
    parts = [part for lv in statement.lvalues for part in (lv.items if isinstance(lv, TupleExpr) else [lv])]
    return [part.name for part in parts if isinstance(part, NameExpr)]


def _is_shaped_alias(e: Expression, file: MypyFile) -> bool:
    if not isinstance(e, IndexExpr) or not isinstance(e.index, TupleExpr):
        return False
    name = source(e.base)
    return bool(name and dtype_class(name, file))


# -- at the call of `promised` -----------------------------------------------------------------------------------------


def kept(site: Site, sig: CallableType) -> CallableType:
    """The signature of `promised` for one value: it takes anything and returns the value's type; complains here."""
    call = site.context
    assert isinstance(call, CallExpr)
    value, name = call.args
    assert isinstance(name, StrExpr)
    api = site.api
    # The second attempt that mypy makes after an error has no context, yet the promise stands.
    wanted: Type | None = _result(api, name.value) if name.value in ("", YIELDED) else api.type_context[-1]
    given = site.folder.narrowed(value, api.get_expression_type(value, wanted))
    if name.value == applying.APPLIED and isinstance(value, CallExpr):
        given = applying.applied(site, value, given)
    if name.value in (_REVEALED, applying.APPLIED):
        wanted = None
    if wanted is not None and tensors_in(wanted):
        function = api.scope.current_function()
        returned = name.value in ("", YIELDED) and isinstance(function, FuncDef)
        title = function.name if returned else ""
        if not _fits(site, get_proper_type(wanted), get_proper_type(given), value, title, name.value):
            given = map_tensors(given, site.codec.bare)
        elif isinstance(proper := get_proper_type(given), AnyType) and (proper.is_from_error or _is_array(wanted)):
            # Something was reported already; or numpy's stubs do not know what comes out, which is no mistake.
            given = wanted
        elif not returned and is_tensor(get_proper_type(wanted)) and is_tensor(get_proper_type(given)):
            given = _filled(site, given, wanted)
    return sig.copy_modified(arg_types=[site.codec.anything(), sig.arg_types[1]], ret_type=given, variables=[])


def _is_array(typ: Type) -> bool:
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.fullname == ARRAY


def _filled(site: Site, given: Type, wanted: Type) -> Type:
    """The value's type, with what is only known from the annotation."""
    known, declared, tensor = site.codec.read(given), site.codec.read(wanted), get_proper_type(given)
    if known is None or declared is None or not isinstance(tensor, Instance):
        return given
    return site.codec.tensor(tensor, Known(filled(known.shape, declared.shape), known.dtype or declared.dtype))


def _result(api: Any, name: str) -> Type | None:
    """What the function at hand returns, or yields."""
    found: Type | None = api.return_types[-1] if api.return_types else None
    if name == YIELDED and found is not None:
        items: Type = api.get_generator_yield_type(found, False)
        return items
    function, proper = api.scope.current_function(), get_proper_type(found)
    if function is not None and function.is_coroutine and isinstance(proper, Instance) and len(proper.args) == 3:
        return proper.args[2]
    return found


def _fits(site: Site, wanted: ProperType, given: ProperType, e: Expression, title: str, name: str) -> bool:
    if isinstance(wanted, TupleType) and isinstance(given, TupleType) and len(wanted.items) == len(given.items):
        parts = e.items if isinstance(e, TupleExpr) and len(e.items) == len(given.items) else [e] * len(given.items)
        pairs = zip(wanted.items, given.items, parts, range(len(parts)), strict=True)
        fits = True
        for w, g, part, i in pairs:
            fits &= _fits(site, get_proper_type(w), get_proper_type(g), part, title, f"{name or 'return'}[{i}]")
        return fits
    if isinstance(given, UnionType):
        # Which of them it is may depend on what was tested before: only what all have in common can be wrong.
        merged = site.folder.merged(given)
        return merged is given or _fits(site, wanted, merged, e, title, name)
    if isinstance(wanted, UnionType):
        tensors = [item for item in map(get_proper_type, wanted.items) if is_tensor(item)]
        return len(tensors) != 1 or _fits(site, tensors[0], given, e, title, name)
    if not isinstance(wanted, Instance) or not is_tensor(wanted) or not is_tensor(given):
        return True
    promised, actual = site.codec.read(wanted), site.codec.read(given)
    if promised is None or actual is None:
        return True
    argument = Argument(
        name.removeprefix(YIELDED) or "return",
        as_promise(promised.shape),
        class_of(promised.dtype or "Shaped"),
        as_actual(actual.shape),
        actual.dtype,
    )
    kind: Literal["return", "assign"] = "return" if title else "assign"
    complaint = site.answered(Request(title, kind=kind, arguments=(argument,))).complaint
    if complaint is not None:
        report(site.api, complaint, e, call=site.context)
    return complaint is None
