"""Attributes: `x.shape` with its numbers, `x.mT`, tensors and sub-layers of objects."""

from __future__ import annotations

import re
from typing import Final

from mypy.nodes import MemberExpr, Var
from mypy.plugin import AttributeContext
from mypy.types import Instance, LiteralType, TupleType, Type, get_proper_type

from typedgrad.mypy_plugin import layers, methods
from typedgrad.mypy_plugin.aliases import source
from typedgrad.mypy_plugin.calls import Site
from typedgrad.mypy_plugin.encoding import FREE, TENSOR, Known, as_actual, is_tensor, map_tensors, tensors_in
from typedgrad.mypy_plugin.evaluating import sized
from typedgrad.mypy_plugin.notes import noted
from typedgrad.mypy_plugin.sizes import forget, is_layer, is_self, sizes, trusted

_FREE: Final = re.compile(r"@\?([A-Za-z_]\w*)")


def attribute(site: Site, ctx: AttributeContext) -> Type:
    """The type of an attribute that is read."""
    e = ctx.context
    owner = site.folder.exactly(e.expr if isinstance(e, MemberExpr) else None, ctx.type)
    default = ctx.default_attr_type
    if isinstance(owner, TupleType):
        fields = _fields(owner)
        if isinstance(e, MemberExpr) and e.name in fields and not ctx.is_lvalue:
            return owner.items[fields.index(e.name)]
        owner = owner.partial_fallback
    if ctx.is_lvalue or not isinstance(owner, Instance) or not isinstance(e, MemberExpr):
        return default
    if owner.type.has_base(TENSOR):
        if e.name == "shape":
            return _shape(site, owner, default)
        return methods.attribute(site, owner, e.name, default, site.codec.lookup)
    if tensors_in(default):
        symbol = owner.type.get(e.name)
        inferred = symbol is not None and isinstance(symbol.node, Var) and symbol.node.is_inferred
        container = isinstance(get_proper_type(default), Instance) and not is_tensor(get_proper_type(default))
        if inferred and (container or e.name in noted(owner.type, "unsure")):
            # Nobody has promised that all the values which this attribute takes are of one shape.
            return map_tensors(default, site.codec.bare)
        return _tensors(site, owner, e, default)
    if is_layer(owner):
        return layers.attribute(site, owner, e.expr, e.name, default)
    return forget(default)


def _fields(owner: TupleType) -> list[str]:
    """The names of the items, in their order, if the tuple is a named one."""
    symbol = owner.partial_fallback.type.get("__match_args__")
    names = get_proper_type(symbol.type) if symbol is not None else None
    items = map(get_proper_type, names.items) if isinstance(names, TupleType) else ()
    return [item.value for item in items if isinstance(item, LiteralType) and isinstance(item.value, str)]


def of_array(site: Site, ctx: AttributeContext) -> Type:
    """The `shape` of a numpy array, with what its annotation says."""
    e, default = ctx.context, ctx.default_attr_type
    owner = site.folder.exactly(e.expr if isinstance(e, MemberExpr) else None, ctx.type)
    if ctx.is_lvalue or not isinstance(owner, Instance) or not is_tensor(owner):
        return default
    known = site.codec.read(owner)
    shape = as_actual(known.shape) if known is not None else None
    count = 0 if shape is None or "*" in shape or "..." in shape else len(shape.split())
    return _shape(site, owner, site.codec.items([site.codec.integer(None)] * count) if count else default)


def _shape(site: Site, owner: Instance, default: Type) -> Type:
    known = site.codec.read(owner)
    shape = as_actual(known.shape) if known is not None else None
    if shape is None or "*" in shape or "..." in shape:
        return default
    return site.codec.items([site.codec.integer(int(t) if t.isdecimal() else None) for t in shape.split()])


def _tensors(site: Site, owner: Instance, e: MemberExpr, default: Type) -> Type:
    """A tensor of an object: the names in its shape are sizes of a layer, or belong to that object alone."""
    if is_layer(owner):
        if is_self(e.expr):
            return default
        known = sizes(owner, e.expr) if trusted(site.folder, e.expr) else {}
        return map_tensors(default, lambda tensor: sized(site, tensor, known))
    name = source(e.expr)
    return map_tensors(default, lambda tensor: _owned(site, tensor, name))


def _owned(site: Site, tensor: Instance, name: str | None) -> Type:
    was = site.codec.read(tensor)
    if was is None or was.shape is None or FREE not in was.shape:
        return tensor
    tokens = ["..." if t[0] == "*" and FREE in t else t if name else "_" for t in was.shape.split()]
    owned = " ".join(_FREE.sub(rf"{{{name}.\1}}", t) for t in tokens)
    return site.codec.tensor(tensor, Known(owned, was.dtype))
