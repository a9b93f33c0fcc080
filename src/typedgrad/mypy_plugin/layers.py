"""Layers: what follows from their sizes for constructors, calls and attributes, and for chains of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mypy.nodes import ARG_STAR, ARG_STAR2, CallExpr, Expression, FuncDef, IndexExpr, MemberExpr, TypeInfo
from mypy.types import CallableType, Instance, ProperType, TupleType, Type, UnionType, get_proper_type

from typedgrad.mypy_plugin import evaluating, wrapping  # one recursion: what a layer's call delegates to, are calls
from typedgrad.mypy_plugin.annotations import fields
from typedgrad.mypy_plugin.calls import Actual, Callee, Site
from typedgrad.mypy_plugin.encoding import LAYER, is_tensor, map_tensors
from typedgrad.mypy_plugin.notes import noted
from typedgrad.mypy_plugin.sizes import (
    forget,
    is_layer,
    is_record,
    is_self,
    size,
    sizes,
    stored,
    title,
    trusted,
    with_attributes,
)
from typedgrad.mypy_plugin.statics import Serial
from typedgrad.shapes import UNKNOWN

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.notes import Quoted

RULED: Final = frozenset({"typedgrad.nn.positions.LearnedPositions"})
"""Layers of which the judge knows a rule that no annotation says."""


# -- constructing ------------------------------------------------------------------------------------------------------


def construct(site: Site, sig: CallableType, actuals: Sequence[Sequence[Actual]]) -> CallableType:
    """The signature of a constructor, returning an instance with sizes. Checks that a chain of layers fits."""
    made = get_proper_type(sig.ret_type)
    assert isinstance(made, Instance)
    attributes = _arguments(site, sig, actuals)
    if _has_own_init(made.type):
        takes = noted(made.type, "init")
        attributes = {name: attributes[argument] for name, argument in takes.items() if argument in attributes}
        if wrapping.chained(made) and "layers" in attributes and not _chain_fits(site, attributes["layers"]):
            del attributes["layers"]
        made = with_attributes(made, attributes) if attributes else made
    else:
        passed = {name for name, given in zip(sig.arg_names, actuals, strict=True) if name and given}
        made = completed(site, made, attributes, passed)
    return sig.copy_modified(ret_type=made) if made.extra_attrs is not None else sig


def completed(site: Site, made: Instance, attributes: dict[str, Type], passed: Iterable[str]) -> Instance:
    """A new object with the fields that were passed, those that have defaults, and the sizes computed from them."""
    defaults, subs = noted(made.type, "defaults"), noted(made.type, "subs")
    for name, value in defaults.items():
        static = site.codec.static(tuple(value) if isinstance(value, list) else value)
        if name not in passed and static is not None:
            attributes.setdefault(name, static)
    made = with_attributes(made, attributes)
    for name, quoted in subs.items():
        if _is_int(made.type, name):
            value = _evaluated(site, made, None, name, quoted)
            static = site.codec.static(value)
            if static is not None:
                attributes[name] = static
    return with_attributes(made, attributes)


def _evaluated(site: Site, owner: Instance, e: Expression | None, name: str, quoted: Quoted) -> object:
    """The value of a noted expression in the names of the class that it stands in."""
    module = next((base.module_name for base in owner.type.mro if name in base.names), owner.type.module_name)
    return normal(site, evaluating.Evaluator(site, owner, e, module).value(quoted))


def normal(site: Site, value: object) -> object:
    """A value with sizes in normal form."""
    if not isinstance(value, Serial):
        return value
    (text,) = site.ask.sizes((value,), {})
    return UNKNOWN if text is None or text == "_" else size(text)


def _is_int(info: TypeInfo, name: str) -> bool:
    symbol = info.get(name)
    proper = get_proper_type(symbol.type) if symbol is not None else None
    return isinstance(proper, Instance) and proper.type.fullname == "builtins.int"


def _has_own_init(info: TypeInfo) -> bool:
    """Whether some class of the user's, not the dataclass machinery, wrote `__init__`."""
    for base in info.mro:
        symbol = base.names.get("__init__")
        if symbol is not None:
            return not symbol.plugin_generated and base.fullname != LAYER and isinstance(symbol.node, FuncDef)
    return False


def _arguments(site: Site, sig: CallableType, actuals: Sequence[Sequence[Actual]]) -> dict[str, Type]:
    """What is known of the constructor's arguments: sizes, options, and layers that have sizes themselves."""
    found: dict[str, Type] = {}
    for name, kind, given in zip(sig.arg_names, sig.arg_kinds, actuals, strict=True):
        if name is None or kind is ARG_STAR2 or not given or any(a.starred or a.expr is None for a in given):
            continue
        values = [value for a in given if a.expr is not None and (value := option(site, a.expr)) is not None]
        if len(values) == len(given):
            found[name] = site.codec.items(values) if kind is ARG_STAR else values[0]
    return found


def option(site: Site, e: Expression) -> Type | None:
    """What is known of an argument of a constructor: a size, an option, a layer; None for what is not."""
    value = normal(site, site.folder.fold(e))
    if value is not UNKNOWN:
        return site.codec.static(value)
    typ = get_proper_type(site.api.get_expression_type(e))
    if is_layer(typ):
        return typ if trusted(site.folder, e) else forget(typ)
    if isinstance(typ, Instance) and is_record(typ):
        return _record(site, e, typ)
    return typ if isinstance(typ, CallableType) and not typ.is_type_obj() else None


def _record(site: Site, e: Expression, typ: Instance) -> Instance:
    """A frozen dataclass with its integer fields, as numbers or by where they stand: `{config.width}`."""
    attributes = dict(typ.extra_attrs.attrs) if typ.extra_attrs is not None and trusted(site.folder, e) else {}
    for base in typ.type.mro[:-1]:
        for name in base.names:
            static = site.codec.static(site.folder.attribute(e, typ, name)) if name not in attributes else None
            if static is not None:
                attributes[name] = static
    return with_attributes(typ, attributes)


# -- calling -----------------------------------------------------------------------------------------------------------


def call(
    site: Site, owner: Instance, e: Expression | None, sig: CallableType, actuals: Sequence[Sequence[Actual]], name: str
) -> CallableType:
    """The signature of a call of a layer, or of another method of one."""
    if e is not None and not trusted(site.folder, e):
        owner = with_attributes(owner, {})
    rule = wrapping.rule_of(owner) if name == "__call__" and not is_self(e) else None
    inputs = [one for given in actuals for one in given]
    if rule is not None and inputs and not any(one.starred for one in inputs) and _positional(sig, actuals):
        out = rule(site, owner, inputs)
        if out is not None:
            loose = [map_tensors(typ, site.codec.bare) for typ in sig.arg_types]
            return sig.copy_modified(arg_types=loose, ret_type=site.codec.unknown_tensor() if site.complained else out)
    known = sizes(owner, e)
    shown = title(owner, known) if name == "__call__" else name
    if name == "__call__":
        sig = wrapping.promised(owner, sig, site.codec)
    made = site.instantiate(sig, actuals, _callee(owner, shown, known))
    if name != "__call__" or site.complained or is_self(e):
        return made
    owner = _learnt(site, owner, known)
    return made.copy_modified(ret_type=evaluating.refined(site, owner, e, _named(site, sig, actuals), made.ret_type))


def _callee(owner: Instance, shown: str, known: Mapping[str, str]) -> Callee:
    return Callee(shown, owner.type.fullname if owner.type.fullname in RULED else "", known)


def _learnt(site: Site, owner: Instance, known: Mapping[str, str]) -> Instance:
    """The layer with the sizes that it has learnt from what came in."""
    missing = [name for name in dict.fromkeys(fields(owner.type)) if name not in known]
    learnt = site.learnt(missing)
    if not learnt:
        return owner
    stored = dict(owner.extra_attrs.attrs) if owner.extra_attrs is not None else {}
    return with_attributes(owner, stored | {name: site.codec.literal(size(text)) for name, text in learnt.items()})


def _named(site: Site, sig: CallableType, actuals: Sequence[Sequence[Actual]]) -> Mapping[str, Actual]:
    found: dict[str, Actual] = {}
    for name, kind, given in zip(sig.arg_names, sig.arg_kinds, actuals, strict=True):
        if name is not None and kind is ARG_STAR:
            known = not any(one.starred for one in given)
            types = tuple(one.typ or (site.typed(one.expr) if one.expr is not None else None) for one in given)
            found[name] = Actual(None, None, value=types if known else UNKNOWN)
        elif name is not None and len(given) < 2:
            found[name] = given[0] if given else Actual(None)
    return found


def arranged(sig: CallableType, inputs: Sequence[Actual], keywords: Mapping[str, Actual]) -> list[list[Actual]] | None:
    """The arguments of a call, per formal."""
    actuals: list[list[Actual]] = [[] for _ in sig.arg_types]
    places = [i for i, kind in enumerate(sig.arg_kinds) if kind.is_positional(star=True)]
    for i, one in enumerate(inputs):
        place = places[min(i, len(places) - 1)] if places else 0
        if i >= len(places) and (not places or sig.arg_kinds[place] is not ARG_STAR):
            return None
        actuals[place].append(one)
    for name, one in keywords.items():
        if name not in sig.arg_names:
            return None
        actuals[sig.arg_names.index(name)] = [one]
    return actuals


def applied(site: Site, op: CallableType, values: Sequence[object], keywords: Mapping[str, object]) -> Type | None:
    """What an op makes of values."""
    named = {name: evaluating.as_passed(value) for name, value in keywords.items()}
    actuals = arranged(op, [evaluating.as_passed(value) for value in values], named)
    name = op.definition.fullname if op.definition is not None else ""
    return None if actuals is None else site.instantiate(op, actuals, Callee(name.rpartition(".")[2], name)).ret_type


def _positional(sig: CallableType, actuals: Sequence[Sequence[Actual]]) -> bool:
    """Whether only tensors are given, one after the other: what options do is not known here."""
    pairs = zip(sig.arg_kinds, actuals, strict=True)
    return not any(given for kind, given in pairs if not kind.is_positional(star=True))


def stage(site: Site, part: ProperType, *inputs: Actual) -> Type | None:
    """What one layer of a chain, or a function in it, makes of a tensor; None if that is not known."""
    if isinstance(part, CallableType):
        name = part.definition.fullname if part.definition is not None else ""
        sig, callee = part, Callee((part.name or "stage").partition(" ")[0], name)
    elif isinstance(part, Instance):
        rule = wrapping.rule_of(part)
        if rule is not None:
            return rule(site, part, inputs)
        method = part.type.get_method("__call__")
        bound = get_proper_type(method.type) if method is not None else None
        if not isinstance(bound, CallableType) or len(bound.arg_types) < 2:
            return None
        sig = bound.copy_modified(
            arg_types=bound.arg_types[1:], arg_kinds=bound.arg_kinds[1:], arg_names=bound.arg_names[1:]
        )
        known = sizes(part, None)
        callee = _callee(part, title(part, known), known)
    else:
        return None
    if not sig.arg_types:
        return None
    actuals = arranged(sig, inputs, {})
    if actuals is None:
        return None
    out = get_proper_type(site.instantiate(sig, actuals, callee).ret_type)
    if not is_tensor(out):
        return None
    if isinstance(part, Instance) and not site.complained:
        part = _learnt(site, part, callee.known)
        return evaluating.refined(site, part, None, _named(site, sig, actuals), out)
    return out


def _chain_fits(site: Site, layers: Type) -> bool:
    """Run a chain on an unknown input; reports the first stage that does not fit what comes before it."""
    stages = get_proper_type(layers)
    if not isinstance(stages, TupleType):
        return True
    x = Actual(None, site.codec.unknown_tensor())
    args = site.context.args if isinstance(site.context, CallExpr) else []
    for i, part in enumerate(stages.items):
        here = Site(site.api, args[i] if i < len(args) else site.context, site.codec, site.folder, site.ask)
        out = stage(here, get_proper_type(part), x)
        if here.complained:
            return False
        if out is None:
            return True
        x = Actual(None, out)
    return True


# -- attributes --------------------------------------------------------------------------------------------------------


def attribute(site: Site, owner: Instance, e: Expression | None, name: str, default: Type) -> Type:
    """The type of a layer's attribute: a sub-layer with the sizes that follow from those of its owner."""
    if name in noted(owner.type, "unsure"):
        return forget(default)
    if e is not None and not trusted(site.folder, e):
        owner = with_attributes(owner, {})
    own = stored(owner, name)
    if isinstance(own, (Instance, TupleType)):
        return own
    quoted = noted(owner.type, "subs").get(name)
    if quoted is not None:
        return _fitted(default, _evaluated(site, owner, e, name, quoted))
    proper = get_proper_type(default)
    if not isinstance(proper, Instance) or proper.extra_attrs is None:
        return default
    return _resized(site, proper, sizes(proper, None), sizes(owner, e))


def element(site: Site, e: Expression | None) -> Instance | None:
    """The layer `self.heads["a"]` or `self.layers[0]`, of those that its owner makes for itself."""
    base = e.base if isinstance(e, IndexExpr) else None
    if not isinstance(e, IndexExpr) or not isinstance(base, MemberExpr):
        return None
    owner = get_proper_type(site.folder.type_of(base.expr))
    quoted = noted(owner.type, "subs").get(base.name) if isinstance(owner, Instance) and is_layer(owner) else None
    if quoted is None or not isinstance(owner, Instance) or base.name in noted(owner.type, "unsure"):
        return None
    if not trusted(site.folder, base.expr):
        return None
    value, key = _evaluated(site, owner, base.expr, base.name, quoted), site.folder.fold(e.index)
    found: object = None
    if isinstance(value, dict) and isinstance(key, (str, int)):
        found = value.get(key)
    elif isinstance(value, tuple) and type(key) is int and -len(value) <= key < len(value) and ... not in value:
        found = value[key]
    return found if isinstance(found, Instance) and is_layer(found) else None


def _alike(layers: Sequence[object]) -> Type | None:
    """The layer that they all are; None if they differ."""
    first, *others = [one for one in layers if one is not ...]
    same = isinstance(first, Instance) and all(
        isinstance(one, Instance) and one == first and _held(one) == _held(first) for one in others
    )
    return first if same and isinstance(first, Instance) else None


def _held(layer: Instance) -> dict[str, Type]:
    return layer.extra_attrs.attrs if layer.extra_attrs is not None else {}


def _fitted(declared: Type, made: object) -> Type:
    """The declared type of a field with what is known of its value; what does not look like it is left alone."""
    proper = get_proper_type(declared)
    if isinstance(proper, UnionType):
        return UnionType([_fitted(item, made) for item in proper.items])
    if isinstance(proper, Instance) and isinstance(made, Instance) and is_layer(made):
        return made if made.type is proper.type else declared
    if isinstance(made, (tuple, dict)) and made and isinstance(proper, Instance) and proper.args:
        # All items of a list, a tuple or a dictionary of equal layers.
        one = _alike(list(made.values()) if isinstance(made, dict) else made)
        if one is not None:
            return proper.copy_modified(args=[*proper.args[:-1], _fitted(proper.args[-1], one)])
    if isinstance(made, tuple) and isinstance(proper, TupleType) and len(made) == len(proper.items):
        return proper.copy_modified(items=[_fitted(d, m) for d, m in zip(proper.items, made, strict=True)])
    return declared


def _resized(site: Site, typ: Instance, texts: dict[str, str], known: dict[str, str]) -> Instance:
    """A sub-layer whose sizes are expressions in the fields of its owner. What does not come out is left out."""
    found: dict[str, Type] = {}
    if typ.extra_attrs is not None:
        # Sub-layers of the sub-layer and options, which have numbers for sizes or names of their own.
        found = {n: t for n, t in typ.extra_attrs.attrs.items() if n not in texts}
    names = tuple(texts)
    for name, text in zip(names, site.ask.sizes(tuple(texts[n] for n in names), known), strict=True):
        if text is not None and set(_names(text)) <= set(_names(*known.values())):
            found[name] = site.codec.literal(size(text))
    return with_attributes(typ, found)


def _names(*texts: str) -> list[str]:
    return [
        part
        for text in texts
        for part in "".join(c if c.isalnum() or c in "_{}." else " " for c in text).split()
        if not part.isdecimal()
    ]
