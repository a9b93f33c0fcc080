"""The values of expressions, as far as they can be known without running anything: numbers, sizes, tuples of them.

A size that is only known as a symbol is a `Serial`: `x.shape[0]` is "batch", an argument `n: int` is "{n}".
"""

from __future__ import annotations

from typing import Any, Final

from mypy.literals import literal_hash
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
    UnaryExpr,
    Var,
)
from mypy.types import Instance, LiteralType, ProperType, Type, UnionType, get_proper_type

from typedgrad.mypy_plugin.definitions import Definitions
from typedgrad.mypy_plugin.encoding import CONCRETE, LAYER, Codec, as_actual, is_tensor
from typedgrad.shapes import UNKNOWN

_DEPTH: Final = 12


class Serial(str):
    """A size as text, such as "batch" or "(b)*(t)"."""

    __slots__ = ()


class Folder:
    """Folds expressions of one call. `api` is mypy's type checker."""

    def __init__(self, api: Any, codec: Codec, definitions: Definitions) -> None:
        self.api = api
        self.codec = codec
        self.definitions = definitions

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
            return self._negated(e, depth)
        if isinstance(e, OpExpr):
            return _arithmetic(e.op, self.fold(e.left, depth + 1), self.fold(e.right, depth + 1))
        if isinstance(e, SliceExpr):
            parts = (e.begin_index, e.end_index, e.stride)
            return slice(*(None if part is None else self.fold(part, depth + 1) for part in parts))
        if isinstance(e, IndexExpr):
            return _item(self.fold(e.base, depth + 1), self.fold(e.index, depth + 1))
        if isinstance(e, CallExpr):
            return self._call(e, depth)
        if isinstance(e, RefExpr):
            return self._reference(e, depth)
        return UNKNOWN

    def type_of(self, e: Expression) -> Type:
        """The type of an expression, looked up if mypy has it already."""
        found: Type = self.api.lookup_type(e) if self.api.has_type(e) else self.api.get_expression_type(e)
        return self.narrowed(e, found)

    def narrowed(self, e: Expression | None, known: Type) -> Type:
        """The type last assigned to a variable. mypy itself would mix it with the types that were assigned before."""
        if not isinstance(e, (NameExpr, MemberExpr, IndexExpr)) or literal_hash(e) is None:
            return known
        found: Type | None = self.api.binder.get(e)
        return known if found is None else found

    def exactly(self, e: Expression | None, known: Type) -> ProperType:
        """The same for the object of a method or attribute, of which mypy shows one alternative at a time."""
        typ, found = get_proper_type(known), get_proper_type(self.narrowed(e, known))
        found = self.merged(found)
        same = isinstance(typ, Instance) and isinstance(found, Instance) and typ.type is found.type
        return found if same else typ

    def merged(self, typ: ProperType) -> ProperType:
        """For a union of tensors, perhaps with None, the tensor with what they have in common."""
        if not isinstance(typ, UnionType):
            return typ
        known = self.codec.read(typ)
        tensors = [item for item in map(get_proper_type, typ.items) if isinstance(item, Instance) and is_tensor(item)]
        return typ if known is None else self.codec.tensor(tensors[0], known)

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

    def _negated(self, e: UnaryExpr, depth: int) -> object:
        value = self.fold(e.expr, depth + 1)
        if e.op == "-" and isinstance(value, (int, float)):
            return -value
        if e.op == "-" and isinstance(value, Serial):
            return Serial(f"-({value})")
        return not value if e.op == "not" and isinstance(value, bool) else UNKNOWN

    def _call(self, e: CallExpr, depth: int) -> object:
        if not isinstance(e.callee, RefExpr) or any(name is not None for name in e.arg_names):
            return UNKNOWN
        args = [self.fold(arg, depth + 1) for arg in e.args]
        name = e.callee.fullname
        if name == "builtins.len" and len(args) == 1 and isinstance(args[0], tuple):
            return len(args[0]) if not any(isinstance(a, Serial) and a.startswith("*") for a in args[0]) else UNKNOWN
        if name in ("builtins.int", "builtins.tuple") and len(args) == 1:
            return args[0] if isinstance(args[0], (int, tuple, Serial)) else UNKNOWN
        sizes = all(isinstance(arg, (int, Serial)) for arg in args)
        if name in ("builtins.min", "builtins.max") and len(args) > 1 and sizes:
            return Serial(f"{name.rpartition('.')[2]}({','.join(map(str, args))})")
        return UNKNOWN

    def _reference(self, e: RefExpr, depth: int) -> object:
        if e.fullname in ("builtins.True", "builtins.False", "builtins.None"):
            return {"True": True, "False": False}.get(e.fullname.rpartition(".")[2])
        if e.fullname.startswith("numpy.") and e.fullname[6:] in CONCRETE:
            return e.fullname[6:]
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
                value = _item(value, index)
            return value
        if var.is_argument and not self.definitions.assigned(var, scopes) and _is_int(var.type):
            return Serial(f"{{{var.name}}}")
        return UNKNOWN

    def _member(self, e: MemberExpr) -> object:
        """`x.shape`, `x.ndim`, `layer.width`, `self.width`, `config.width`."""
        owner = self.type_of(e.expr)
        known = self.codec.read(owner)
        if known is not None:
            shape = None if known.shape is None else as_actual(known.shape)
            if shape is None or "..." in shape:
                return UNKNOWN
            if e.name == "shape":
                return tuple(_size(token) for token in shape.split())
            return len(shape.split()) if e.name == "ndim" and "*" not in shape else UNKNOWN
        instance = get_proper_type(owner)
        if not isinstance(instance, Instance):
            return UNKNOWN
        if instance.extra_attrs is not None and e.name in instance.extra_attrs.attrs:
            value = get_proper_type(instance.extra_attrs.attrs[e.name])
            if isinstance(value, LiteralType):
                return Serial(value.value) if isinstance(value.value, str) else value.value
        return self._attribute(e, instance)

    def _attribute(self, e: MemberExpr, instance: Instance) -> object:
        if not isinstance(e.expr, NameExpr) or not isinstance(e.expr.node, Var):
            return UNKNOWN
        symbol = instance.type.get(e.name)
        if symbol is None or not isinstance(symbol.node, Var) or not _is_int(symbol.node.type):
            return UNKNOWN
        owner = e.expr.node
        if owner.is_self and instance.type.has_base(LAYER):
            return Serial(e.name)
        once = self.definitions.assigned(owner, self.api.scope.stack) <= (0 if owner.is_argument else 1)
        return Serial(f"{{{owner.name}.{e.name}}}") if once else UNKNOWN


def _size(token: str) -> object:
    return int(token) if token.isdecimal() else UNKNOWN if token == "_" else Serial(token)


def _is_int(typ: Type | None) -> bool:
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.fullname == "builtins.int"


def _item(value: object, index: object) -> object:
    if not isinstance(value, tuple):
        return UNKNOWN
    runs = any(isinstance(item, Serial) and item.startswith("*") for item in value)
    if isinstance(index, slice):
        bounds = (index.start, index.stop, index.step)
        return value[index] if not runs and all(b is None or isinstance(b, int) for b in bounds) else UNKNOWN
    if not isinstance(index, int) or not -len(value) <= index < len(value):
        return UNKNOWN
    passed = value[: index + 1] if index >= 0 else value[index:]
    blocked = any(isinstance(item, Serial) and item.startswith("*") for item in passed)
    return UNKNOWN if blocked else value[index]


def _arithmetic(op: str, a: object, b: object) -> object:
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
