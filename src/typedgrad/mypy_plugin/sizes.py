"""What is known of a layer's fields: its sizes, its options, its sub-layers.

They stand in `Instance.extra_attrs`, out of sight of mypy's own rules: `{"in_features": Literal[784]}`, those of
sub-layers under their names. mypy keeps them with a value but not always truthfully (after an `if` that rebinds the
variable, or in a list that grows), so they are believed only where one assignment made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy.nodes import CallExpr, Expression, IndexExpr, MemberExpr, NameExpr, Var
from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    UnionType,
    get_proper_type,
)

from typedgrad.mypy_plugin.annotations import fields
from typedgrad.mypy_plugin.encoding import LAYER
from typedgrad.mypy_plugin.notes import noted
from typedgrad.mypy_plugin.statics import Serial, decoded
from typedgrad.shapes import UNKNOWN

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.constants import Folder


def is_layer(typ: ProperType) -> bool:
    """Whether it is an instance of a layer class."""
    return isinstance(typ, Instance) and typ.type.has_base(LAYER)


def is_record(typ: ProperType) -> bool:
    """Whether it is an instance of a frozen dataclass: its fields stay what they were when it was made."""
    return isinstance(typ, Instance) and bool(typ.type.metadata.get("dataclass", {}).get("frozen"))


def is_self(e: Expression | None) -> bool:
    """Whether the expression is the first argument of a method."""
    return isinstance(e, NameExpr) and isinstance(e.node, Var) and e.node.is_self


def sizes(typ: Instance, owner: Expression | None) -> dict[str, str]:
    """The known sizes of a layer as serial strings; in its own methods they are the names of its fields."""
    if is_self(owner):
        return {name: name for name in fields(typ.type)}
    found = {name: stored(typ, name) for name in (typ.extra_attrs.attrs if typ.extra_attrs is not None else ())}
    known = {n: str(v) for n, v in found.items() if isinstance(v, Serial) or type(v) is int}
    for name, value in found.items():
        inner = get_proper_type(value) if isinstance(value, Type) else None
        if isinstance(inner, Instance) and not is_layer(inner):
            known |= {f"{name}.{n}": size for n, size in sizes(inner, None).items()}
    return known


def stored(typ: Instance, name: str) -> object:
    """The value of a field as far as it is known: a static one, or the type of a sub-layer; else UNKNOWN."""
    value = typ.extra_attrs.attrs.get(name) if typ.extra_attrs is not None else None
    proper = get_proper_type(value)
    if isinstance(proper, LiteralType):
        return decoded(proper)
    return UNKNOWN if proper is None else proper


def size(text: str) -> int | Serial:
    """A size, from text."""
    return int(text) if text.removeprefix("-").isdecimal() else Serial(text)


def title(typ: Instance, known: dict[str, str]) -> str:
    """The layer as messages show it, `Dense(in_features=784, out_features=10)`."""
    subs, defaults = noted(typ.type, "subs"), noted(typ.type, "defaults")
    shown = []
    for name in _in_order(typ):
        value = size(known[name]) if name in known else stored(typ, name)
        plain = isinstance(value, (int, float, str, tuple)) and name not in subs
        default = defaults.get(name)
        if plain and not (name in defaults and (tuple(default) if isinstance(default, list) else default) == value):
            shown.append(f"{name}={value if isinstance(value, Serial) else repr(value)}")
    return f"{typ.type.name}({', '.join(shown)})"


def _in_order(typ: Instance) -> list[str]:
    init = typ.type.get("__init__")
    proper = get_proper_type(init.type) if init is not None else None
    names = [name for name in proper.arg_names[1:] if name] if isinstance(proper, CallableType) else []
    return list(dict.fromkeys([*names, *fields(typ.type)]))


def trusted(folder: Folder, e: Expression | None) -> bool:
    """Whether the sizes that mypy has for an expression are those of its value."""
    if isinstance(e, NameExpr) and isinstance(e.node, Var):
        if is_self(e) or e.node.is_final:
            return True
        # What a loop takes from a field of a layer, of which all items are alike.
        if folder.looped(e) is not None:
            return True
        found = folder.definitions.of(e.node, folder.api.scope.stack)
        return found is not None and found.value is not None and not e.node.is_argument
    if isinstance(e, IndexExpr):
        if isinstance(folder.element(e), CallExpr):
            return True
        base = get_proper_type(folder.type_of(e.base))
        if isinstance(base, Instance) and isinstance(e.base, MemberExpr):
            return is_layer(get_proper_type(folder.type_of(e.base.expr)))
        return isinstance(base, TupleType) and trusted(folder, e.base)
    return isinstance(e, (CallExpr, MemberExpr))


def forget(typ: Type) -> Type:
    """The type without sizes."""
    proper = get_proper_type(typ)
    if isinstance(proper, Instance) and proper.extra_attrs is not None and (is_layer(proper) or is_record(proper)):
        return with_attributes(proper, {})
    if isinstance(proper, UnionType) and any(is_layer(item) for item in map(get_proper_type, proper.items)):
        return UnionType([forget(item) for item in proper.items])
    return typ


def with_attributes(typ: Instance, attributes: dict[str, Type]) -> Instance:
    """A copy of an instance with these for its fields."""
    copy = typ.copy_modified()
    copy.extra_attrs = ExtraAttrs(attributes, set(), None) if attributes else None
    return copy
