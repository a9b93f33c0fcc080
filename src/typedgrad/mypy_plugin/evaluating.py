"""What noted expressions come to for one object: sub-layers made by `sub(lambda self: ...)`, and delegated calls.

A value is a static one (a number, a `Serial`, a tuple, ...), mypy's type of a tensor, layer or function, or UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

from mypy.nodes import Expression, MypyFile, SymbolNode, TypeInfo, Var
from mypy.types import CallableType, Instance, NoneType, TupleType, Type, UnionType, get_proper_type

from typedgrad.mypy_plugin import layers, wrapping
from typedgrad.mypy_plugin.annotations import fields
from typedgrad.mypy_plugin.calls import Actual, Callee, Site
from typedgrad.mypy_plugin.constants import arithmetic, item, negated
from typedgrad.mypy_plugin.encoding import Known, as_actual, filled, is_tensor, map_tensors, tensors_in
from typedgrad.mypy_plugin.methods import signature
from typedgrad.mypy_plugin.notes import Quoted, delegation, noted
from typedgrad.mypy_plugin.sizes import is_layer, is_self, size, sizes, stored, with_attributes
from typedgrad.mypy_plugin.statics import Serial
from typedgrad.shapes import UNKNOWN, Request

_DEPTH: Final = 16
_MANY: Final = 64


class Evaluator:
    """Evaluates for an object `owner`, which is the value of the expression `e`, in the names of a module."""

    def __init__(
        self,
        site: Site,
        owner: Instance,
        e: Expression | None,
        module: str,
        arguments: Mapping[str, Actual] = {},
    ) -> None:
        self.site = site
        self.owner = owner
        self.e = e
        self.module = module
        self.arguments = arguments
        self.known = sizes(owner, e)
        self.is_self = is_self(e)
        self.depth = 0

    def stand_for_itself(self) -> None:
        """Take the owner for the `self` of its class, whose fields are names."""
        self.known = {name: name for name in fields(self.owner.type)}
        self.is_self = True

    def value(self, quoted: Quoted) -> object:
        """The value of an expression."""
        if self.depth > _DEPTH:
            return UNKNOWN
        self.depth += 1
        try:
            return getattr(self, f"_{quoted[0]}")(*quoted[1:])
        finally:
            self.depth -= 1

    def _is(self, value: object) -> object:
        return value

    def _self(self) -> object:
        """The object itself, for functions of this library that look at its options."""
        names = self.owner.extra_attrs.attrs if self.owner.extra_attrs is not None else ()
        options = {name: stored(self.owner, name) for name in names}
        return SimpleNamespace(
            **{name: value for name, value in options.items() if not isinstance(value, (Type, Serial))}
        )

    def _own(self, name: str) -> object:
        if name in self.known:
            return size(self.known[name])
        found = stored(self.owner, name)
        if found is not UNKNOWN:
            return found
        symbol = self.owner.type.get(name)
        typ = symbol.node.type if symbol is not None and isinstance(symbol.node, Var) else None
        if typ is None:
            return UNKNOWN
        if tensors_in(typ):
            return map_tensors(typ, lambda tensor: sized(self.site, tensor, self.known))
        made = layers.attribute(self.site, self.owner, self.e, name, typ)
        return made if _is_callable(get_proper_type(made)) else UNKNOWN

    def _arg(self, name: str) -> object:
        actual = self.arguments.get(name)
        if actual is None or actual.starred:
            return UNKNOWN
        if actual.value is not UNKNOWN:
            return actual.value
        if actual.expr is not None:
            typ: Type = self.site.typed(actual.expr)
            return typ if tensors_in(typ) else self.site.folder.fold(actual.expr)
        return actual.typ or UNKNOWN

    def _name(self, text: str) -> object:
        node = self._resolved(text)
        if isinstance(node, Var):
            return node.final_value if node.final_value is not None else UNKNOWN
        found = signature(node.fullname, self.site.codec.lookup) if node is not None else None
        return found if found is not None else UNKNOWN

    def _get(self, quoted: Quoted, name: str) -> object:
        path = _path(["get", quoted, name])
        if path is not None and path in self.known:
            return size(self.known[path])
        if path is not None and self.is_self:
            return self._outer(path)
        inner = self.value(quoted)
        known = self.site.codec.read(inner) if isinstance(inner, Type) else None
        if known is not None and name == "shape" and known.shape is not None:
            return self.site.folder.axes(as_actual(known.shape))
        if isinstance(inner, Instance):
            return stored(inner, name)
        return UNKNOWN

    def _outer(self, path: str) -> object:
        """`self.config.width`, in a method of the layer."""
        typ: Type = self.owner
        for name in path.split("."):
            proper = get_proper_type(typ)
            symbol = proper.type.get(name) if isinstance(proper, Instance) else None
            if symbol is None or symbol.type is None:
                return UNKNOWN
            typ = symbol.type
        proper = get_proper_type(typ)
        whole = isinstance(proper, Instance) and proper.type.fullname == "builtins.int"
        return Serial(f"{{self.{path}}}") if whole else UNKNOWN

    def _op(self, op: str, left: Quoted, right: Quoted) -> object:
        return arithmetic(op, self.value(left), self.value(right))

    def _neg(self, quoted: Quoted) -> object:
        return negated(self.value(quoted))

    def _item(self, base: Quoted, index: Quoted) -> object:
        return item(self.value(base), self.value(index))

    def _star(self, quoted: Quoted) -> object:
        return UNKNOWN

    def _tuple(self, parts: list[Quoted]) -> object:
        out: list[object] = []
        for part in parts:
            if part[0] == "star":
                spread = self.value(part[1])
                if not isinstance(spread, tuple):
                    return UNKNOWN
                out.extend(spread)
            else:
                out.append(self.value(part))
        return tuple(out)

    def _dict(self, items: list[tuple[str | int, Quoted]]) -> object:
        return {key: self.value(value) for key, value in items}

    def _table(self, made: Quoted) -> object:
        """`{name: Dense(...) for name in names}`: equal values under keys that are not known."""
        return {None: self.value(made)}

    def _each(self, made: Quoted, source: Quoted) -> object:
        """`Block(d=self.d) for _ in range(3)`: as many equal items; an unknown number of them is None."""
        one = self.value(made)
        count = self.value(source[2][0]) if source[:2] == ["call", ["name", "range"]] and len(source[2]) == 1 else None
        if isinstance(one, Type):
            return (one,) * count if isinstance(count, int) and 0 <= count <= _MANY else (one, ...)
        return UNKNOWN

    # -- calls -----------------------------------------------------------------------------------------------------

    def _call(self, callee: Quoted, given: list[Quoted], named: dict[str, Quoted]) -> object:
        if callee[0] == "name" and callee[1] in ("tuple", "list") and len(given) == 1:
            return self.value(given[0])
        node = self._resolved(callee[1]) if callee[0] == "name" else None
        values = [self.value(one) for one in given]
        keywords = {name: self.value(one) for name, one in named.items()}
        if isinstance(node, TypeInfo):
            return self._constructed(node, values, keywords)
        if node is not None:
            sig = signature(node.fullname, self.site.codec.lookup)
            if sig is not None and (tensors_in(sig.ret_type) or any(map(tensors_in, sig.arg_types))):
                return self._applied(sig, values, keywords, Callee(node.name, node.fullname))
            return self.site.ask.value(node.fullname, values, keywords)
        target = self.value(callee) if callee[0] == "own" else UNKNOWN
        if isinstance(target, Instance) and not keywords and len(values) == 1:
            out = layers.stage(self.site, target, as_passed(values[0]))
            return out if out is not None else UNKNOWN
        return UNKNOWN

    def _applied(self, sig: CallableType, values: list[object], keywords: dict[str, object], callee: Callee) -> object:
        named = {name: as_passed(value) for name, value in keywords.items()}
        actuals = layers.arranged(sig, [as_passed(value) for value in values], named)
        if actuals is None:
            return UNKNOWN
        return self.site.instantiate(sig, actuals, callee).ret_type

    def _constructed(self, info: TypeInfo, values: list[object], keywords: dict[str, object]) -> object:
        if not is_layer(Instance(info, [])) or info.type_vars:
            return UNKNOWN
        made = Instance(info, [])
        if values and "layers" in noted(info, "init"):
            stages = [value for value in values if isinstance(value, Type)]
            if len(stages) != len(values):
                return made
            others = {name: value for name, value in keywords.items() if isinstance(value, Type)}
            return with_attributes(made, {"layers": self.site.codec.items(stages), **others})
        init = info.get_method("__init__")
        proper = get_proper_type(init.type) if init is not None else None
        if values and isinstance(proper, CallableType):
            names = [name or "" for name in proper.arg_names[1:]]
            keywords = {**dict(zip(names, values, strict=False)), **keywords}
        stored = {name: self.site.codec.static(layers.normal(self.site, value)) for name, value in keywords.items()}
        attributes = {name: typ for name, typ in stored.items() if typ is not None}
        return layers.completed(self.site, made, attributes, set(keywords))

    def _resolved(self, text: str) -> SymbolNode | None:
        """The definition of a dotted name, as this module sees it."""
        first, *rest = text.split(".")
        symbol = self.site.codec.lookup(f"{self.module}.{first}")
        node: Any = symbol.node if symbol is not None else None
        for name in rest:
            names = node.names if isinstance(node, (MypyFile, TypeInfo)) else {}
            node = names[name].node if name in names else None
        return node if isinstance(node, SymbolNode) else None


def _path(quoted: Quoted) -> str | None:
    """`config.width` of `self.config.width`."""
    if quoted[0] == "own":
        return str(quoted[1])
    inner = _path(quoted[1]) if quoted[0] == "get" else None
    return None if inner is None else f"{inner}.{quoted[2]}"


def as_passed(value: object) -> Actual:
    """A value as an argument."""
    if isinstance(value, Type):
        return Actual(None, value)
    return Actual(None, NoneType()) if value is None else Actual(None, None, value=value)


def _is_callable(typ: object) -> bool:
    if isinstance(typ, UnionType):
        return any(map(_is_callable, map(get_proper_type, typ.items)))
    return isinstance(typ, (CallableType, TupleType)) or (isinstance(typ, Instance) and is_layer(typ))


def sized(site: Site, tensor: Instance, known: dict[str, str]) -> Type:
    """A tensor of a layer, with the layer's sizes put in."""
    was = site.codec.read(tensor)
    if was is None or was.shape is None or not is_tensor(tensor):
        return tensor
    answer = site.ask(Request("", result=((was.shape, was.dtype or "Shaped"),), known=known))
    return site.codec.tensor(tensor, Known(answer.shapes[0] if answer.shapes else None, was.dtype))


def refined(site: Site, owner: Instance, e: Expression | None, arguments: Mapping[str, Actual], declared: Type) -> Type:
    """The result of a layer's call, where the annotation leaves something open: as the op says that it delegates to."""
    before = site.codec.read(declared) if is_tensor(get_proper_type(declared)) else None
    rule = wrapping.opened(owner)
    said = delegation(owner.type) if rule is None else None
    if before is None or (said is None and rule is None):
        return declared
    if not (_leaves_open(before.shape) or before.dtype is None):
        return declared
    base, what = (owner.type, {}) if said is None else said
    # What is wrong in a body of the user's is reported there.
    inner = Site(site.api, site.context, site.codec, site.folder, site.ask)
    inner.quiet = site.quiet or not base.fullname.startswith("typedgrad.")
    if rule is None:
        out = Evaluator(inner, owner, e, base.module_name, arguments).value(what["value"])
    else:
        out = rule(inner, owner, [one for one in arguments.values() if one.expr is not None or one.typ is not None])
    site.complained |= inner.complained
    after = site.codec.read(out) if isinstance(out, Type) else None
    tensor = get_proper_type(declared)
    if after is None or not isinstance(tensor, Instance):
        return declared
    return site.codec.tensor(tensor, Known(filled(before.shape, after.shape), after.dtype or before.dtype))


def _leaves_open(shape: str | None) -> bool:
    return shape is None or "..." in shape or "_" in shape.split()
