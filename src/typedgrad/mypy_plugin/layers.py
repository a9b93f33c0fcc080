"""Layers: which sizes an instance has, what follows for its attributes and calls, and chains of layers.

The sizes stand in `Instance.extra_attrs`, out of sight of mypy's own rules: `{"in_features": Literal[784]}`, those of
sub-layers under their names. mypy keeps them with a value but not always truthfully (after an `if` that rebinds the
variable, or in a list that grows), so they are believed only where one assignment made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Expression,
    FuncDef,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    ReturnStmt,
    TypeInfo,
    Var,
)
from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    get_proper_type,
)

from typedgrad.mypy_plugin.annotations import fields
from typedgrad.mypy_plugin.calls import Actual, Callee, Site
from typedgrad.mypy_plugin.constants import Serial
from typedgrad.mypy_plugin.definitions import functions, statements
from typedgrad.mypy_plugin.encoding import LAYER, is_tensor

SEQUENTIAL: Final = "typedgrad.nn.sequential.Sequential"
_KEY: Final = "typedgrad"


# -- what a class body says, noted where the cache keeps it ------------------------------------------------------------


def note(cls: ClassDef) -> None:
    """Note what the text of a class says about its attributes; mypy stores it with the class."""
    found: dict[str, dict[str, Any]] = {"init": {}, "subs": {}, "defaults": {}, "unsure": {}}
    for statement in cls.defs.body:
        if not isinstance(statement, AssignmentStmt) or not isinstance(statement.lvalues[0], NameExpr):
            continue
        name = statement.lvalues[0].name
        if isinstance(statement.rvalue, IntExpr):
            found["defaults"][name] = statement.rvalue.value
        elif isinstance(statement.rvalue, CallExpr):
            found["subs"][name] = _sub_sizes(statement.rvalue)
    counts: dict[str, int] = {}
    for function in functions(cls.defs.body):
        for statement in statements(function.body.body):
            if not isinstance(statement, AssignmentStmt):
                continue
            for lvalue in statement.lvalues:
                if isinstance(lvalue, MemberExpr) and isinstance(lvalue.expr, NameExpr):
                    counts[lvalue.name] = counts.get(lvalue.name, 0) + 1
                    if function.name == "__init__" and isinstance(statement.rvalue, NameExpr):
                        found["init"][lvalue.name] = statement.rvalue.name
    found["unsure"] = {name: True for name, count in counts.items() if count > 1}
    cls.info.metadata[_KEY] = found


def noted(info: TypeInfo, topic: str) -> dict[str, Any]:
    """What was noted about a class and its bases."""
    found: dict[str, Any] = {}
    for base in reversed(info.mro):
        found |= base.metadata.get(_KEY, {}).get(topic, {})
    return found


def _sub_sizes(call: CallExpr) -> dict[str, str]:
    """The sizes in `sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))`, as text."""
    if len(call.args) != 1 or not isinstance(call.args[0], LambdaExpr):
        return {}
    function = call.args[0]
    body = function.body.body[0]
    made = body.expr if isinstance(body, ReturnStmt) else None
    if not isinstance(made, CallExpr) or len(function.arg_names) != 1:
        return {}
    owner = function.arg_names[0]
    texts = {name: _text(arg, owner) for name, arg in zip(made.arg_names, made.args, strict=True) if name}
    return {name: text for name, text in texts.items() if text is not None}


def _text(e: Expression, owner: str | None) -> str | None:
    if isinstance(e, IntExpr):
        return str(e.value)
    if isinstance(e, MemberExpr) and isinstance(e.expr, NameExpr) and e.expr.name == owner:
        return e.name
    if isinstance(e, OpExpr) and e.op in ("+", "-", "*", "//", "%"):
        left, right = _text(e.left, owner), _text(e.right, owner)
        return f"({left}){e.op}({right})" if left and right else None
    return None


# -- the sizes of an instance ------------------------------------------------------------------------------------------


def is_layer(typ: ProperType) -> bool:
    """Whether it is an instance of a layer class."""
    return isinstance(typ, Instance) and typ.type.has_base(LAYER)


def is_self(e: Expression | None) -> bool:
    """Whether the expression is the first argument of a method."""
    return isinstance(e, NameExpr) and isinstance(e.node, Var) and e.node.is_self


def sizes(typ: Instance, owner: Expression | None) -> dict[str, str]:
    """The known sizes of a layer as serial strings; in its own methods they are the names of its fields."""
    if is_self(owner):
        return {name: name for name in fields(typ.type)}
    attributes = typ.extra_attrs.attrs if typ.extra_attrs is not None else {}
    literals = {name: get_proper_type(value) for name, value in attributes.items()}
    return {name: str(value.value) for name, value in literals.items() if isinstance(value, LiteralType)}


def title(typ: Instance, known: dict[str, str]) -> str:
    """The layer as messages show it, `Dense(in_features=784, out_features=10)`."""
    order = list(dict.fromkeys(name for name in fields(typ.type) if name in known))
    defaults = noted(typ.type, "defaults")
    shown = [f"{name}={known[name]}" for name in order if str(defaults.get(name)) != known[name]]
    return f"{typ.type.name}({', '.join(shown)})"


def trusted(site: Site, e: Expression | None) -> bool:
    """Whether the sizes that mypy has for an expression are those of its value."""
    if isinstance(e, NameExpr) and isinstance(e.node, Var):
        if is_self(e) or e.node.is_final:
            return True
        scopes = site.api.scope.stack
        found = site.folder.definitions.of(e.node, scopes)
        return found is not None and found.value is not None and not e.node.is_argument
    if isinstance(e, IndexExpr):
        return isinstance(get_proper_type(site.folder.type_of(e.base)), TupleType) and trusted(site, e.base)
    return isinstance(e, (CallExpr, MemberExpr))


def forget(typ: Type) -> Type:
    """The type without sizes."""
    proper = get_proper_type(typ)
    if isinstance(proper, Instance) and proper.extra_attrs is not None and is_layer(proper):
        return _forgotten(proper)
    return typ


def _forgotten(typ: Instance) -> Instance:
    copy = typ.copy_modified()
    copy.extra_attrs = None
    return copy


# -- constructing ------------------------------------------------------------------------------------------------------


def construct(site: Site, sig: CallableType, actuals: Sequence[Sequence[Actual]]) -> CallableType:
    """The signature of a layer's constructor, returning an instance with sizes. Checks that a chain fits."""
    made = get_proper_type(sig.ret_type)
    assert isinstance(made, Instance)
    attributes = _arguments(site, sig, actuals)
    init = made.type.get("__init__")
    if (
        init is not None
        and isinstance(init.node, FuncDef)
        and init.node.info.fullname != LAYER
        and _has_own_init(made.type)
    ):
        takes = noted(made.type, "init")
        attributes = {name: attributes[argument] for name, argument in takes.items() if argument in attributes}
    else:
        for name, value in noted(made.type, "defaults").items():
            if name in sig.arg_names and not actuals[sig.arg_names.index(name)] and name in fields(made.type):
                attributes[name] = site.codec.literal(value)
    if made.type.has_base(SEQUENTIAL) and "layers" in attributes and not _chain_fits(site, attributes["layers"]):
        del attributes["layers"]
    if not attributes:
        return sig
    made = made.copy_modified()
    made.extra_attrs = ExtraAttrs(attributes, set(), None)
    return sig.copy_modified(ret_type=made)


def _has_own_init(info: TypeInfo) -> bool:
    """Whether some class of the user's, not the dataclass machinery, wrote `__init__`."""
    for base in info.mro:
        symbol = base.names.get("__init__")
        if symbol is not None:
            return not symbol.plugin_generated and base.fullname != LAYER
    return False


def _arguments(site: Site, sig: CallableType, actuals: Sequence[Sequence[Actual]]) -> dict[str, Type]:
    """What is known of the constructor's arguments: sizes, and layers that have sizes themselves."""
    found: dict[str, Type] = {}
    for name, kind, given in zip(sig.arg_names, sig.arg_kinds, actuals, strict=True):
        if name is None or kind is ARG_STAR2 or not given or any(a.starred or a.expr is None for a in given):
            continue
        values = [value for a in given if a.expr is not None and (value := _value(site, a.expr)) is not None]
        if len(values) == len(given):
            found[name] = site.codec.items(values) if kind is ARG_STAR else values[0]
    return found


def _value(site: Site, e: Expression) -> Type | None:
    value = site.folder.fold(e)
    if isinstance(value, Serial):
        (normal,) = site.ask.sizes((value,), {})
        return None if normal is None or normal == "_" else site.codec.literal(_number(normal))
    if isinstance(value, int) and not isinstance(value, bool):
        return site.codec.literal(value)
    typ = get_proper_type(site.api.get_expression_type(e))
    if is_layer(typ):
        return typ if trusted(site, e) else forget(typ)
    return typ if isinstance(typ, CallableType) and not typ.is_type_obj() else None


def _number(text: str) -> int | str:
    return int(text) if text.removeprefix("-").isdecimal() else text


# -- calling -----------------------------------------------------------------------------------------------------------


def call(
    site: Site, owner: Instance, e: Expression | None, sig: CallableType, actuals: Sequence[Sequence[Actual]], name: str
) -> CallableType:
    """The signature of a call of a layer, or of another method of one."""
    if e is not None and not trusted(site, e):
        owner = _forgotten(owner)
    if owner.type.has_base(SEQUENTIAL) and name == "__call__" and not is_self(e):
        out = run(site, owner, actuals[0][0]) if actuals and actuals[0] else None
        return sig if out is None else sig.copy_modified(ret_type=out)
    known = sizes(owner, e)
    shown = title(owner, known) if name == "__call__" else name
    return site.instantiate(sig, actuals, Callee(shown, known=known))


def run(site: Site, layer: Instance, x: Actual) -> Type | None:
    """What a chain of layers makes of a tensor; None if its layers are not known."""
    layers = layer.extra_attrs.attrs.get("layers") if layer.extra_attrs is not None else None
    stages = get_proper_type(layers)
    if not isinstance(stages, TupleType):
        return None
    for stage in stages.items:
        out = _stage(site, get_proper_type(stage), x)
        if out is None:
            return None
        x = Actual(None, out)
    return x.typ


def _stage(site: Site, stage: ProperType, x: Actual) -> Type | None:
    if isinstance(stage, CallableType):
        name = stage.definition.fullname if stage.definition is not None else ""
        sig, callee = stage, Callee((stage.name or "stage").partition(" ")[0], name)
    elif isinstance(stage, Instance):
        if stage.type.has_base(SEQUENTIAL):
            return run(site, stage, x)
        method = stage.type.get_method("__call__")
        bound = get_proper_type(method.type) if method is not None else None
        if not isinstance(bound, CallableType) or len(bound.arg_types) < 2:
            return None
        sig = bound.copy_modified(
            arg_types=bound.arg_types[1:], arg_kinds=bound.arg_kinds[1:], arg_names=bound.arg_names[1:]
        )
        known = sizes(stage, None)
        callee = Callee(title(stage, known), known=known)
    else:
        return None
    if not sig.arg_types:
        return None
    actuals = [[x], *([] for _ in sig.arg_types[1:])]
    out = get_proper_type(site.instantiate(sig, actuals, callee).ret_type)
    return out if is_tensor(out) else None


def _chain_fits(site: Site, layers: Type) -> bool:
    """Run a chain on an unknown input; reports the first stage that does not fit what comes before it."""
    stages = get_proper_type(layers)
    if not isinstance(stages, TupleType):
        return True
    x = Actual(None, site.codec.unknown_tensor())
    args = site.context.args if isinstance(site.context, CallExpr) else []
    for i, stage in enumerate(stages.items):
        here = Site(site.api, args[i] if i < len(args) else site.context, site.codec, site.folder, site.ask)
        out = _stage(here, get_proper_type(stage), x)
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
    if not trusted(site, e):
        owner = _forgotten(owner)
    own = owner.extra_attrs.attrs.get(name) if owner.extra_attrs is not None else None
    if own is not None and isinstance(get_proper_type(own), (Instance, TupleType)):
        return own
    proper = get_proper_type(default)
    if not isinstance(proper, Instance):
        return default
    if proper.extra_attrs is not None:
        return _resized(site, proper, sizes(proper, None), sizes(owner, e))
    texts = noted(owner.type, "subs").get(name)
    return _resized(site, proper, texts, sizes(owner, e)) if texts else default


def _resized(site: Site, typ: Instance, texts: dict[str, str], known: dict[str, str]) -> Instance:
    """A sub-layer whose sizes are expressions in the fields of its owner. What does not come out is left out."""
    found: dict[str, Type] = {}
    if typ.extra_attrs is not None:
        # Sub-layers of the sub-layer, which have numbers for sizes or names of their own.
        found = {n: t for n, t in typ.extra_attrs.attrs.items() if n not in texts}
    names = tuple(texts)
    for name, text in zip(names, site.ask.sizes(tuple(texts[n] for n in names), known), strict=True):
        if text is not None and set(_names(text)) <= set(_names(*known.values())):
            found[name] = site.codec.literal(_number(text))
    made = typ.copy_modified()
    made.extra_attrs = ExtraAttrs(found, set(), None) if found else None
    return made


def _names(*texts: str) -> list[str]:
    return [
        part
        for text in texts
        for part in "".join(c if c.isalnum() or c in "_{}." else " " for c in text).split()
        if not part.isdecimal()
    ]
