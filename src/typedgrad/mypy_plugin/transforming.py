"""`tg.grad`, `tg.vmap` and their like: what becomes of the type of a function, with the shapes in it.

mypy knows of `tg.grad(f, argnums=1)` that it takes what `f` takes. The plugin adds what comes out: the type of that
argument; and for `vmap` an axis more in front of the shapes on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mypy.nodes import CallExpr, Expression, RefExpr, TupleExpr
from mypy.types import AnyType, CallableType, Instance, TupleType, Type, get_proper_type

from typedgrad.mypy_plugin.calls import Actual, Callee, Site
from typedgrad.mypy_plugin.encoding import MARK, Known, as_actual, as_pattern, is_tensor, map_tensors, tensors_in

Options = Mapping[str, Expression]
_NAME: Final = re.compile(r"(?<![\w{.@])[A-Za-z_]\w*")
_POSITIONS: Final = ("f", "argnums", "has_aux")
_AXES: Final = ("f", "in_axes", "out_axes")


def transformed(site: Site, fullname: str, f: Type, options: Options) -> CallableType | None:
    """The type of `tg.grad(f, argnums=1)` and the like; None where it is not known better than mypy does."""
    function = get_proper_type(f)
    rule = _RULES.get(fullname)
    if rule is None or not isinstance(function, CallableType):
        return None
    made = rule(site, function, options)
    # The new function is not the op that it was made of, whose rules would speak of another result; and what is made of
    # a lambda is no function without annotations, which strict programs may not call.
    return None if made is None else made.copy_modified(definition=None, implicit=False)


def of_call(site: Site, call: CallExpr, given: Sequence[Type]) -> CallableType | None:
    """The same for an expression, whose function is about to be called with arguments of these types."""
    fullname = call.callee.fullname if isinstance(call.callee, RefExpr) else ""
    names = _AXES if fullname in _MAPPING else _POSITIONS
    if fullname not in _RULES or not call.args or any(kind.is_star() for kind in call.arg_kinds):
        return None
    options = {name or names[i]: e for i, (name, e) in enumerate(zip(call.arg_names, call.args, strict=True))}
    f = get_proper_type(site.api.lookup_type(options["f"])) if "f" in options else None
    if not isinstance(f, CallableType):
        return None
    pairs = enumerate(zip(f.arg_types, f.arg_kinds, strict=True))
    # A lambda's arguments have no types before it is called.
    types = [
        given[i] if i < len(given) and kind.is_positional() and isinstance(get_proper_type(typ), AnyType) else typ
        for i, (typ, kind) in pairs
    ]
    return transformed(site, fullname, f.copy_modified(arg_types=types), options)


def is_transform(fullname: str) -> bool:
    """Whether a function of this library makes a function of a function, or calls one."""
    return fullname in _RULES or fullname in _PRODUCTS


def product(site: Site, fullname: str, args: Mapping[str, Sequence[Expression]], default: Type) -> Type | None:
    """What `tg.jvp(f, (x,), (v,))` and the like return; complains if the function does not take the arguments."""
    if fullname not in _PRODUCTS or len(args.get("f", ())) != 1:
        return None
    f = get_proper_type(site.typed(args["f"][0]))
    primals = list(args.get("primals" if fullname != _HVP else "x", ()))
    if fullname == _JVP and len(primals) == 1:
        primals = list(primals[0].items) if isinstance(primals[0], TupleExpr) else []
    if not isinstance(f, CallableType) or not 0 < len(primals) <= len(f.arg_types):
        return None
    if not all(kind.is_positional() for kind in f.arg_kinds[: len(primals)]):
        return None
    types: list[Type] = [site.typed(e) for e in primals]
    if fullname == _HVP:
        return types[0]
    actuals = [[Actual(e)] for e in primals] + [[] for _ in f.arg_types[len(primals) :]]
    title = (f.name or fullname.rpartition(".")[2]).partition(" of ")[0]
    made = site.instantiate(f, actuals, Callee(title, f.definition.fullname if f.definition else "")).ret_type
    if fullname == _JVP:
        return site.codec.items([made, made])
    both = get_proper_type(default)
    pull = get_proper_type(both.items[1]) if isinstance(both, TupleType) and len(both.items) == 2 else None
    if not isinstance(pull, CallableType):
        return None
    return site.codec.items([made, pull.copy_modified(arg_types=[made], ret_type=site.codec.items(list(types)))])


# -- gradients ---------------------------------------------------------------------------------------------------------


def _gradient(site: Site, f: CallableType, options: Options) -> CallableType | None:
    parts = _parts(site, f, options)
    if parts is None:
        return None
    gradient, _, aux = parts
    return f.copy_modified(ret_type=gradient if aux is None else site.codec.items([gradient, aux]))


def _value_and_gradient(site: Site, f: CallableType, options: Options) -> CallableType | None:
    parts = _parts(site, f, options)
    if parts is None:
        return None
    gradient, value, aux = parts
    first = value if aux is None else site.codec.items([value, aux])
    return f.copy_modified(ret_type=site.codec.items([first, gradient]))


def _parts(site: Site, f: CallableType, options: Options) -> tuple[Type, Type, Type | None] | None:
    """The gradient, the value, and what else the function returns."""
    gradient = _picked(site, f, _static(site, options, "argnums", 0))
    has_aux = _static(site, options, "has_aux", False)
    if gradient is None or not isinstance(has_aux, bool):
        return None
    if not has_aux:
        return gradient, f.ret_type, None
    both = get_proper_type(f.ret_type)
    if not isinstance(both, TupleType) or len(both.items) != 2:
        return None
    return gradient, both.items[0], both.items[1]


def _picked(site: Site, f: CallableType, argnums: object) -> Type | None:
    if isinstance(argnums, tuple):
        parts = [_picked(site, f, one) for one in argnums]
        known = [part for part in parts if part is not None]
        return site.codec.items(known) if known and len(known) == len(parts) else None
    if type(argnums) is not int or not 0 <= argnums < len(f.arg_types) or not f.arg_kinds[argnums].is_positional():
        return None
    return map_tensors(f.arg_types[argnums], lambda tensor: _returned(site, tensor))


def _returned(site: Site, tensor: Instance) -> Type:
    """The tensor of a formal, as what comes out."""
    known = site.codec.read(tensor) or Known()
    return site.codec.tensor(tensor, known._replace(shape=marked(as_actual(known.shape))))


def marked(shape: str | None) -> str | None:
    """The shape with its names marked as those of a result, which a call replaces."""
    if shape is None:
        return None
    return _NAME.sub(lambda name: name[0] if name[0] in ("min", "max", "_") else MARK + name[0], shape)


def _jacobian(site: Site, f: CallableType, options: Options) -> CallableType | None:
    return _joined(site, f, f.ret_type, _picked(site, f, _static(site, options, "argnums", 0)))


def _hessian(site: Site, f: CallableType, options: Options) -> CallableType | None:
    gradient = _picked(site, f, _static(site, options, "argnums", 0))
    return None if gradient is None else _joined(site, f, gradient, gradient)


def _joined(site: Site, f: CallableType, value: Type, argument: Type | None) -> CallableType | None:
    """The derivatives of one tensor by another: the axes of the one, then those of the other."""
    first, second = get_proper_type(value), get_proper_type(argument)
    if not (isinstance(first, Instance) and is_tensor(first)) or second is None or not is_tensor(second):
        return None
    a, b = site.codec.read(first) or Known(), site.codec.read(second) or Known()
    shape = None
    if a.shape is not None and b.shape is not None and ("*" not in a.shape or "*" not in b.shape):
        runs = "..." in a.shape and ("*" in b.shape or "..." in b.shape)
        shape = None if runs or ("*" in a.shape and "..." in b.shape) else f"{a.shape} {b.shape}".strip()
    return f.copy_modified(ret_type=site.codec.tensor(first, Known(shape, a.dtype)))


def _static(site: Site, options: Options, name: str, default: object) -> object:
    return site.folder.fold(options[name]) if name in options else default


# -- vmap --------------------------------------------------------------------------------------------------------------


def _mapped(site: Site, f: CallableType, options: Options) -> CallableType | None:
    axis = _fresh(site, f)
    inside, outside = _static(site, options, "in_axes", 0), _static(site, options, "out_axes", 0)

    def changed(typ: Type, place: object, name: str) -> Type:
        proper = get_proper_type(typ)
        if isinstance(place, tuple) and isinstance(proper, TupleType) and len(place) == len(proper.items):
            items = [changed(item, one, name) for item, one in zip(proper.items, place, strict=True)]
            return proper.copy_modified(items=items)
        return typ if place is None else map_tensors(typ, lambda tensor: _widened(site, tensor, place, name))

    places = list(inside) if isinstance(inside, tuple) else [inside] * len(f.arg_types)
    places += [0] * (len(f.arg_types) - len(places))
    types = [
        changed(typ, place if kind.is_positional(star=True) else 0, axis)
        for typ, kind, place in zip(f.arg_types, f.arg_kinds, places, strict=False)
    ]
    return f.copy_modified(arg_types=types, ret_type=changed(f.ret_type, outside, MARK + axis))


def _fresh(site: Site, f: CallableType) -> str:
    """A name for the axis of the examples that the function does not use."""
    shapes = [site.codec.read(tensor) for typ in (*f.arg_types, f.ret_type) for tensor in tensors_in(typ)]
    used = " ".join(as_pattern(known.shape) or "" for known in shapes if known is not None)
    name = "examples"
    while name in used:
        name += "_"
    return name


def _widened(site: Site, tensor: Instance, place: object, name: str) -> Type:
    """A tensor with an axis more."""
    known = site.codec.read(tensor) or Known()
    tokens = ["..."] if known.shape is None else known.shape.split()
    at = place if type(place) is int else None
    if at is not None and at < 0:
        at += len(tokens) + 1
    if at is None or not 0 <= at <= len(tokens):
        return site.codec.tensor(tensor, known._replace(shape=None))
    passed = tokens[:at] if isinstance(place, int) and place >= 0 else tokens[at:]
    hidden = any(token == "..." or token.startswith(("*", "#*")) for token in passed)
    shape = None if hidden else " ".join([*tokens[:at], name, *tokens[at:]])
    return site.codec.tensor(tensor, known._replace(shape=shape))


_MAPPING: Final = frozenset({"typedgrad.ops.mapping.vmap"})
_JVP: Final = "typedgrad.core.forward_mode.jvp"
_HVP: Final = "typedgrad.core.jacobians.hvp"
_PRODUCTS: Final = frozenset({_JVP, _HVP, "typedgrad.core.transforms.vjp"})
_RULES: Final[Mapping[str, Callable[[Site, CallableType, Options], CallableType | None]]] = {
    "typedgrad.core.transforms.grad": _gradient,
    "typedgrad.core.transforms.value_and_grad": _value_and_gradient,
    "typedgrad.core.jacobians.jacobian": _jacobian,
    "typedgrad.core.jacobians.hessian": _hessian,
    "typedgrad.ops.mapping.vmap": _mapped,
}
