"""`tg.grad(loss)(w, x)`: calls of what a call has returned, which mypy shows to no hook before it checks them.

The names in the type of `loss` are not those of the caller. Before the analysis the plugin therefore writes
`promised(tg.grad(loss)(w, x), "()")`, and instantiates the signature where `promised` is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeGuard

from mypy.argmap import map_actuals_to_formals
from mypy.nodes import ARG_STAR, ARG_STAR2, CallExpr, Expression, MemberExpr, NameExpr, Node
from mypy.types import AnyType, CallableType, Type, get_proper_type

from typedgrad.mypy_plugin import transforming
from typedgrad.mypy_plugin.calls import Actual, Callee
from typedgrad.mypy_plugin.definitions import parts_of
from typedgrad.mypy_plugin.encoding import tensors_in

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.calls import Site

APPLIED = "()"


def wrap(nodes: Iterable[Node], wrapped: Callable[[Expression, str], CallExpr]) -> None:
    """Wrap all calls of calls in some statements or expressions."""
    for node in nodes:
        for name in parts_of(node):
            part = getattr(node, name, None)
            if isinstance(part, list):
                wrap([child for child in part if isinstance(child, Node)], wrapped)
                if any(map(_is_applied, part)):
                    part[:] = [wrapped(child, APPLIED) if _is_applied(child) else child for child in part]
            elif isinstance(part, Node):
                wrap([part], wrapped)
                if _is_applied(part):
                    setattr(node, name, wrapped(part, APPLIED))


def _is_applied(node: object) -> TypeGuard[CallExpr]:
    return isinstance(node, CallExpr) and isinstance(node.callee, CallExpr)


def applied(site: Site, call: CallExpr, known: Type) -> Type:
    """The type of such a call, with the names of the callee instantiated; complains if the arguments do not fit."""
    sig = get_proper_type(site.api.lookup_type(call.callee)) if site.api.has_type(call.callee) else None
    inner = call.callee
    if isinstance(inner, CallExpr) and isinstance(get_proper_type(known), AnyType):
        made = transforming.of_call(site, inner, [site.typed(arg) for arg in call.args])
        sig, known = (sig, known) if made is None else (made, made.ret_type)
    if not isinstance(sig, CallableType) or sig.is_type_obj() or not tensors_in(known):
        return known
    kinds, names = call.arg_kinds, call.arg_names
    mapping = map_actuals_to_formals(
        kinds, names, sig.arg_kinds, sig.arg_names, lambda i: site.api.get_expression_type(call.args[i])
    )
    actuals = [[Actual(call.args[i], starred=kinds[i] in (ARG_STAR, ARG_STAR2)) for i in formal] for formal in mapping]
    name = inner.callee if isinstance(inner, CallExpr) else None
    title = (sig.name or (name.name if isinstance(name, (NameExpr, MemberExpr)) else "call")).partition(" of ")[0]
    out = site.instantiate(sig, actuals, Callee(title)).ret_type
    return out if sig.ret_type is not out else known
