"""Operators and methods of Tensor, by the table of `ops/operators.py` that binds them to ops at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Final

from mypy.nodes import (
    ARG_STAR,
    Decorator,
    EllipsisExpr,
    Expression,
    FuncDef,
    NameExpr,
    OpExpr,
    OverloadedFuncDef,
    SliceExpr,
    SymbolNode,
    TupleExpr,
    Var,
)
from mypy.types import CallableType, Instance, LiteralType, NoneType, ProperType, Type, get_proper_type

from typedgrad.mypy_plugin.calls import Actual, Callee, Site, actuals_of
from typedgrad.mypy_plugin.encoding import Lookup, as_actual, map_tensors
from typedgrad.shapes import UNKNOWN, Argument, Request, Spelled


@cache
def _tables() -> tuple[Mapping[str, str], Mapping[str, str]]:
    operators = import_module("typedgrad.ops.operators")
    return operators.METHODS, operators.REFLECTED


def call(
    site: Site, owner: Instance, sig: CallableType, args: Sequence[Sequence[Expression]], name: str, lookup: Lookup
) -> CallableType:
    """The signature of a method: that of its op, with the tensor as first argument (or second, if reflected)."""
    if name in (_GETITEM, "__iter__"):
        return item(site, owner, sig, args[0][0] if args else None)
    forward, reflected = _tables()
    full_name = forward.get(reflected.get(name, name))
    op = signature(full_name, lookup) if full_name else None
    if full_name is None or op is None:
        return sig
    given = actuals_of(args, site.context)
    if name in reflected and isinstance(site.context, OpExpr):
        # mypy shows a stand-in for the left operand, which has forgotten what was assigned last.
        given = [[Actual(site.context.left)]]
    places = _places(op, sig, swapped=name in reflected)
    if places is None:
        return sig
    actuals: list[list[Actual]] = [[] for _ in op.arg_types]
    actuals[1 if name in reflected else 0] = [Actual(None, owner)]
    kinds = list(op.arg_kinds)
    for place, kind, passed in zip(places, sig.arg_kinds, given, strict=True):
        actuals[place] = passed
        if kind is ARG_STAR:
            kinds[place] = kind
    op = op.copy_modified(arg_kinds=kinds)
    out = site.instantiate(op, actuals, Callee(full_name.rpartition(".")[2], full_name))
    loose = [map_tensors(typ, site.codec.bare) for typ in sig.arg_types]
    return sig.copy_modified(arg_types=loose, ret_type=out.ret_type)


def attribute(site: Site, owner: Instance, name: str, default: Type, lookup: Lookup) -> Type:
    """The type of `x.mT` and the like, which are ops without arguments."""
    full_name = _tables()[0].get(name)
    op = signature(full_name, lookup) if full_name else None
    if full_name is None or op is None:
        return default
    actuals = [[Actual(None, owner)], *([] for _ in op.arg_types[1:])]
    return site.instantiate(op, actuals, Callee(full_name.rpartition(".")[2], full_name)).ret_type


def signature(full_name: str, lookup: Lookup) -> CallableType | None:
    """The declared type of an op."""
    symbol = lookup(full_name)
    typ = _declared(symbol.node) if symbol is not None else None
    proper = get_proper_type(typ)
    return proper if isinstance(proper, CallableType) else None


def _declared(node: SymbolNode | None) -> Type | None:
    if isinstance(node, Decorator):
        return node.var.type or node.func.type
    return node.type if isinstance(node, (FuncDef, Var, OverloadedFuncDef)) else None


def _places(op: CallableType, sig: CallableType, *, swapped: bool) -> list[int] | None:
    """Which argument of the op each argument of the method is: by name, else one after the other."""
    filled = {1 if swapped else 0}
    places: list[int] = []
    for name in sig.arg_names:
        named = op.arg_names.index(name) if name is not None and name in op.arg_names else None
        if named is None or named in filled:
            named = next((i for i in range(len(op.arg_types)) if i not in filled), None)
        if named is None:
            return None
        filled.add(named)
        places.append(named)
    return places


# -- x[...] ------------------------------------------------------------------------------------------------------------

_GETITEM: Final = "__getitem__"


def item(site: Site, owner: Instance, sig: CallableType, e: Expression | None) -> CallableType:
    """The signature of `x[e]`; without `e` that of `iter(x)`, whose items are those of the first axis."""
    taken = ([(UNKNOWN)], []) if e is None else _taken_apart(site, e)
    full_name = _tables()[0].get(_GETITEM, "")
    op = signature(full_name, site.codec.lookup)
    known = site.codec.read(owner)
    if taken is None or op is None or known is None:
        return sig
    index, tensors = taken
    answer = site.judged(
        Request(
            "getitem",
            callee=full_name,
            arguments=(
                Argument("x", "*s", "Shaped", as_actual(known.shape), known.dtype),
                Argument("indices", "...", "Integer", None, None, tuple(tensors)),
            ),
            statics={"index": tuple(index)},
        )
    )
    loose = [map_tensors(typ, site.codec.bare) for typ in sig.arg_types]
    return sig.copy_modified(arg_types=loose, ret_type=site.result(sig.ret_type, answer))


def _taken_apart(site: Site, e: Expression) -> tuple[list[object], list[tuple[str | None, str | None]]] | None:
    """An index as `typedgrad.ops.indexing` writes it, and the tensors in it; None if something in it is not known."""
    index: list[object] = []
    tensors: list[tuple[str | None, str | None]] = []
    for part in e.items if isinstance(e, TupleExpr) else [e]:
        if isinstance(part, (SliceExpr, EllipsisExpr)) or (isinstance(part, NameExpr) and part.name == "None"):
            index.append(site.static(part))
            continue
        typ = site.typed(part)
        known = site.codec.read(typ)
        if known is not None:
            shape = as_actual(known.shape)
            if known.dtype == "bool" and shape is not None and "*" not in shape and "..." not in shape:
                index.append((bool, *(UNKNOWN if t == "_" else int(t) if t.isdecimal() else t for t in shape.split())))
            elif known.dtype is not None and known.dtype.lower().startswith(("int", "uint")):
                index.append(int)
                tensors.append((shape, known.dtype))
            else:
                return None
        elif isinstance(typ, NoneType):
            index.append(None)
        elif _is_integer(typ):
            value = site.static(part)
            index.append(value if isinstance(value, (int, Spelled)) else UNKNOWN)
        else:
            return None
    return index, tensors


def _is_integer(typ: ProperType) -> bool:
    instance = typ.fallback if isinstance(typ, LiteralType) else typ
    return isinstance(instance, Instance) and instance.type.fullname == "builtins.int"
