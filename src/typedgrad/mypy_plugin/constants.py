"""The values of expressions, as far as they can be known without running anything: numbers, sizes, tuples of them.

A size that is only known as a symbol is a `Serial`: `x.shape[0]` is "batch", an argument `n: int` is "{n}".
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    CallExpr,
    EllipsisExpr,
    Expression,
    FloatExpr,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    RefExpr,
    SliceExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.types import (
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    get_proper_type,
)

from typedgrad.mypy_plugin.encoding import (
    CONCRETE,
    LAYER,
    as_actual,
)
from typedgrad.mypy_plugin.notes import noted
from typedgrad.mypy_plugin.sizes import is_self, stored, trusted
from typedgrad.mypy_plugin.statics import Serial
from typedgrad.mypy_plugin.variables import Variables
from typedgrad.shapes import UNKNOWN, Unknown

_DEPTH: Final = 12
_MANY: Final = 64


class Folder(Variables):
    """Folds expressions of one call. `api` is mypy's type checker."""

    def fold(self, e: Expression, depth: int = 0) -> object:
        """The value of an expression; UNKNOWN where it is not known."""
        if depth > _DEPTH:
            return UNKNOWN
        if isinstance(e, (IntExpr, StrExpr, FloatExpr)):
            return e.value
        if isinstance(e, EllipsisExpr):
            return ...
        if isinstance(e, (TupleExpr, ListExpr)):
            return self._items(e.items, depth)
        if isinstance(e, UnaryExpr):
            return negated(self.fold(e.expr, depth + 1), e.op)
        if isinstance(e, OpExpr):
            return arithmetic(e.op, self.fold(e.left, depth + 1), self.fold(e.right, depth + 1))
        if isinstance(e, SliceExpr):
            parts = (e.begin_index, e.end_index, e.stride)
            return slice(*(None if part is None else self.fold(part, depth + 1) for part in parts))
        if isinstance(e, IndexExpr):
            return item(self.fold(e.base, depth + 1), self.fold(e.index, depth + 1))
        if isinstance(e, CallExpr):
            return self._call(e, depth)
        if isinstance(e, RefExpr):
            return self._reference(e, depth)
        return UNKNOWN

    def _items(self, items: list[Expression], depth: int) -> object:
        out: list[object] = []
        for item in items:
            if isinstance(item, StarExpr):
                spread = self.fold(item.expr, depth + 1)
                if not isinstance(spread, tuple):
                    return UNKNOWN
                out.extend(spread)
            else:
                out.append(self.fold(item, depth + 1))
        return tuple(out)

    def _call(self, e: CallExpr, depth: int) -> object:
        if not isinstance(e.callee, RefExpr) or any(name is not None for name in e.arg_names):
            return UNKNOWN
        args = [self.fold(arg, depth + 1) for arg in e.args]
        name = e.callee.fullname
        if name == "builtins.len" and len(args) == 1 and isinstance(args[0], tuple):
            return UNKNOWN if any(map(_is_run, args[0])) else len(args[0])
        if name in ("builtins.int", "builtins.tuple") and len(args) == 1:
            return args[0] if isinstance(args[0], (int, tuple, Serial)) else UNKNOWN
        sizes = all(isinstance(arg, (int, Serial)) for arg in args)
        if name in ("builtins.min", "builtins.max") and len(args) > 1 and sizes:
            return Serial(f"{name.rpartition('.')[2]}({','.join(map(str, args))})")
        return UNKNOWN

    def _reference(self, e: RefExpr, depth: int) -> object:
        if e.fullname in ("builtins.True", "builtins.False", "builtins.None"):
            return {"True": True, "False": False}.get(e.fullname.rpartition(".")[2])
        package, _, last = e.fullname.rpartition(".")
        if last in CONCRETE and package in ("numpy", "typedgrad", "typedgrad.core.constants"):
            return last
        node = e.node
        if isinstance(node, Var) and node.final_value is not None:
            return node.final_value
        if isinstance(e, MemberExpr):
            return self._member(e)
        if isinstance(node, Var) and isinstance(e, NameExpr):
            return self._variable(node, depth)
        return UNKNOWN

    def _variable(self, var: Var, depth: int) -> object:
        scopes = self.api.scope.stack
        definition = self.definitions.of(var, scopes)
        if definition is not None and definition.value is not None and not var.is_argument:
            value = self.fold(definition.value, depth + 1)
            for index in definition.path:
                value = item(value, index)
            return value
        if var.is_argument and not self.definitions.assigned(var, scopes):
            if _is_int(var.type):
                return Serial(f"{{{var.name}}}")
            return self._fields(var.name, get_proper_type(var.type))
        return UNKNOWN

    def _fields(self, name: str, typ: ProperType | None) -> object:
        """A named tuple of sizes, as it is taken apart by `h, w = size`."""
        if not isinstance(typ, TupleType) or typ.partial_fallback.type.tuple_type is None:
            return UNKNOWN
        symbol = typ.partial_fallback.type.get("__match_args__")
        names = get_proper_type(symbol.type) if symbol is not None else None
        if not isinstance(names, TupleType) or len(names.items) != len(typ.items):
            return UNKNOWN
        pairs = zip(map(get_proper_type, names.items), typ.items, strict=True)
        return tuple(
            Serial(f"{{{name}.{field.value}}}") if isinstance(field, LiteralType) and _is_int(t) else UNKNOWN
            for field, t in pairs
        )

    def _member(self, e: MemberExpr) -> object:
        """`x.shape`, `x.ndim`, `layer.width`, `self.width`, `config.width`, `Config.WIDTH`."""
        if isinstance(e.expr, RefExpr) and isinstance(e.expr.node, TypeInfo):
            return self._constant(e.expr.node, e.name)
        owner = self.type_of(e.expr)
        known = self.codec.read(owner)
        if known is not None:
            shape = None if known.shape is None else as_actual(known.shape)
            if shape is None or "..." in shape:
                return UNKNOWN
            if e.name == "shape":
                return self.axes(shape)
            return len(shape.split()) if e.name == "ndim" and "*" not in shape else UNKNOWN
        instance = get_proper_type(owner)
        instance = instance.partial_fallback if isinstance(instance, TupleType) else instance
        if not isinstance(instance, Instance):
            return UNKNOWN
        value = stored(instance, e.name) if trusted(self, e.expr) else UNKNOWN
        return self.attribute(e.expr, instance, e.name) if isinstance(value, (Unknown, Type)) else value

    def axes(self, shape: str | None) -> object:
        """The value of `x.shape`."""
        if shape is None or "..." in shape:
            return UNKNOWN
        return tuple(_size(token) for token in shape.split())

    def attribute(self, owner: Expression, instance: Instance, name: str) -> object:
        """The field of an object that nothing more is known about than where it stands: `{config.width}`."""
        symbol = instance.type.get(name)
        if symbol is None or not isinstance(symbol.node, Var) or not _is_int(symbol.node.type):
            return UNKNOWN
        if symbol.node.is_classvar or _is_plain(instance.type, name):
            return self._constant(instance.type, name)
        if is_self(owner) and instance.type.has_base(LAYER):
            return Serial(name)
        if name in noted(instance.type, "unsure") or self.definitions.changed(name, self.api.scope.stack):
            return UNKNOWN
        place = self._place(owner)
        return UNKNOWN if place is None else Serial(f"{{{place}.{name}}}")

    def _place(self, e: Expression) -> str | None:
        """Where an object stands that is the same all through a function: `config`, `self.config`."""
        if isinstance(e, MemberExpr):
            inner = self._place(e.expr)
            return (
                None if inner is None or self.definitions.changed(e.name, self.api.scope.stack) else f"{inner}.{e.name}"
            )
        if not isinstance(e, NameExpr) or not isinstance(e.node, Var):
            return None
        times = self.definitions.assigned(e.node, self.api.scope.stack)
        return e.name if times <= (0 if e.node.is_argument else 1) else None

    def _constant(self, info: TypeInfo, name: str) -> object:
        """`Config.WIDTH`, where the class says `WIDTH = 64`."""
        symbol = info.get(name)
        if symbol is None or not isinstance(symbol.node, Var) or name in noted(info, "unsure"):
            return UNKNOWN
        if symbol.node.final_value is not None:
            return symbol.node.final_value
        value = noted(info, "defaults").get(name, UNKNOWN)
        return value if type(value) is int else UNKNOWN


def _is_plain(info: TypeInfo, name: str) -> bool:
    """Whether a class of fields has this attribute without making it a field: `WIDTH = 64` without an annotation."""
    symbol = info.get(name)
    inferred = symbol is not None and isinstance(symbol.node, Var) and symbol.node.is_inferred
    return inferred and name in noted(info, "defaults") and (info.has_base(LAYER) or "dataclass" in info.metadata)


def _size(token: str) -> object:
    return int(token) if token.isdecimal() else UNKNOWN if token == "_" else Serial(token)


def _is_int(typ: Type | None) -> bool:
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.fullname == "builtins.int"


def negated(value: object, op: str = "-") -> object:
    """`-value`, or `not value`."""
    if op == "-" and isinstance(value, (int, float)):
        return -value
    if op == "-" and isinstance(value, Serial):
        return Serial(f"-({value})")
    return not value if op == "not" and isinstance(value, bool) else UNKNOWN


def item(value: object, index: object) -> object:
    """`value[index]`; a run of axes hides the places behind it, counted from the one end or the other."""
    if not isinstance(value, tuple):
        return UNKNOWN
    if isinstance(index, slice):
        start, stop = _bound(value, index.start, 0), _bound(value, index.stop, len(value))
        return value[start:stop] if start is not None and stop is not None and index.step in (None, 1) else UNKNOWN
    if not isinstance(index, int) or not -len(value) <= index < len(value):
        return UNKNOWN
    passed = value[: index + 1] if index >= 0 else value[index:]
    return UNKNOWN if any(map(_is_run, passed)) else value[index]


def _bound(value: tuple[object, ...], bound: object, default: int) -> int | None:
    if bound is None:
        return default
    if not isinstance(bound, int) or isinstance(bound, bool):
        return None
    if not any(map(_is_run, value)):
        return slice(bound, None).indices(len(value))[0]
    place = bound if bound >= 0 else len(value) + bound
    passed = value[:place] if bound >= 0 else value[max(place, 0) :]
    return None if not 0 <= place <= len(value) or any(map(_is_run, passed)) else place


def _is_run(value: object) -> bool:
    return isinstance(value, Serial) and value.startswith("*")


def arithmetic(op: str, a: object, b: object) -> object:
    """The value of an operation."""
    if op == "+" and isinstance(a, tuple) and isinstance(b, tuple):
        return a + b
    if op == "*" and isinstance(a, tuple) and isinstance(b, int) and 0 <= b < 16:
        return a * b
    if op not in ("+", "-", "*", "//", "%", "**") or isinstance(a, bool) or isinstance(b, bool):
        return UNKNOWN
    if isinstance(a, int) and isinstance(b, int):
        return _numbers(op, a, b)
    if isinstance(a, (int, Serial)) and isinstance(b, (int, Serial)):
        return Serial(f"({a}){op}({b})")
    return UNKNOWN


def _numbers(op: str, a: int, b: int) -> object:
    if (op in ("//", "%") and b == 0) or (op == "**" and not 0 <= b <= 16):
        return UNKNOWN
    table = {"+": a + b, "-": a - b, "*": a * b}
    if op in table:
        return table[op]
    return a // b if op == "//" else a % b if op == "%" else a**b
