"""Operators and methods of Tensor, by the table of `ops/operators.py` that binds them to ops at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

from mypy.nodes import ARG_STAR, Context, Decorator, Expression, FuncDef, OverloadedFuncDef, SymbolNode, Var
from mypy.types import CallableType, Instance, Type, get_proper_type

from typedgrad.mypy_plugin.calls import Actual, Callee, Site, actuals_of
from typedgrad.mypy_plugin.encoding import Lookup, bare, map_tensors


@cache
def _tables() -> tuple[Mapping[str, str], Mapping[str, str]]:
    operators = import_module("typedgrad.ops.operators")
    return operators.METHODS, operators.REFLECTED


def call(
    site: Site, owner: Instance, sig: CallableType, args: Sequence[Sequence[Expression]], name: str, lookup: Lookup
) -> CallableType:
    """The signature of a method: that of its op, with the tensor as first argument (or second, if reflected)."""
    forward, reflected = _tables()
    full_name = forward.get(reflected.get(name, name))
    op = signature(full_name, lookup) if full_name else None
    if full_name is None or op is None:
        return sig
    given = actuals_of(args, site.context)
    actuals = _moved(op, sig, given, Actual(None, owner), swapped=name in reflected)
    if actuals is None:
        return sig
    out = site.instantiate(op, actuals, Callee(full_name.rpartition(".")[2], full_name))
    loose = [map_tensors(typ, bare) for typ in sig.arg_types]
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


def _moved(
    op: CallableType, sig: CallableType, given: list[list[Actual]], owner: Actual, *, swapped: bool
) -> list[list[Actual]] | None:
    """The method's arguments in the places of the op's: by name, else one after the other."""
    actuals: list[list[Actual]] = [[] for _ in op.arg_types]
    if len(actuals) < (2 if swapped else 1):
        return None
    actuals[1 if swapped else 0] = [owner]
    filled = {1 if swapped else 0}
    for name, exprs in zip(sig.arg_names, given, strict=True):
        named = op.arg_names.index(name) if name in op.arg_names and name is not None else None
        place = named if named not in (None, *filled) else next((i for i in range(len(actuals)) if i not in filled), None)
        if place is None:
            return None
        filled.add(place)
        actuals[place] = exprs
    return actuals


def spreads(sig: CallableType, index: int) -> bool:
    """Whether a formal collects arguments, as in `x.reshape(2, 3)`."""
    return sig.arg_kinds[index] is ARG_STAR


__all__ = ["Context", "attribute", "call", "signature"]
