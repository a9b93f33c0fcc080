"""`Float32[Tensor, "batch 784"]` in an annotation becomes a type that mypy can reckon with.

Every jaxtyping class is `typing.Annotated` to mypy; which one was written is found through the imports of the module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mypy.errorcodes import VALID_TYPE
from mypy.nodes import AssignmentStmt, FuncDef, FuncItem, MypyFile, TypeInfo, Var
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    RawExpressionType,
    Type,
    TypeList,
    TypeOfAny,
    UnboundType,
    UnionType,
    get_proper_type,
)

from typedgrad.mypy_plugin.aliases import dtype_class
from typedgrad.mypy_plugin.definitions import classes
from typedgrad.mypy_plugin.encoding import ARRAY, FREE, LAYER, MARK, NEW, Codec, Known, is_tensor, map_tensors
from typedgrad.mypy_plugin.report import report

if TYPE_CHECKING:
    from mypy.plugin import AnalyzeTypeContext

    from typedgrad.mypy_plugin.asking import Ask

ANNOTATED: Final = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_NAME: Final = re.compile(r"[A-Za-z_]\w*")


def analyze(ctx: AnalyzeTypeContext, codec: Codec, ask: Ask) -> Type:
    """The type that an `Annotated[...]` stands for, whichever of its names was written."""
    api: Any = ctx.api
    args = ctx.type.args
    if len(args) < 2:
        message = "Annotated[...] must have exactly one type argument and at least one annotation"
        api.fail(message, ctx.context, code=VALID_TYPE)
        return AnyType(TypeOfAny.from_error)
    base: Type = api.anal_type(args[0], allow_typed_dict_special_forms=api.allow_typed_dict_special_forms)
    kind = dtype_class(ctx.type.name, api.api.modules.get(api.api.cur_mod_id))
    text = shape_text(args[1])
    if kind is None or text is None:
        return base
    answer = ask.axes(text)
    if answer.complaint is not None:
        if _holds_tensor(base):
            report(api, answer.complaint, args[1] if args[1].line > 0 else ctx.context)
        return base
    # `#n` may be 1 in the body, which is why the judge calls it unknown; callers need to see it.
    seen = zip(text.split(), (answer.shapes[0] or "").split(), strict=True)
    axes = Scope.around(api.api, ctx.type).mark(" ".join(raw if "#" in raw else token for raw, token in seen))
    return map_tensors(_labelled(base, codec), lambda tensor: _inside(tensor, Known(axes, kind), codec))


def _labelled(base: Type, codec: Codec) -> Type:
    """The type, with numpy arrays in it ready for a shape."""
    proper = get_proper_type(base)
    if isinstance(proper, Instance) and proper.type.fullname == ARRAY and not is_tensor(proper):
        return codec.tensor(proper, Known())
    if isinstance(proper, UnionType):
        return UnionType([_labelled(item, codec) for item in proper.items])
    return base


def plain(ctx: AnalyzeTypeContext, codec: Codec) -> Type:
    """`Tensor` by itself, of which nothing is known, or with type arguments that somebody has spelled out."""
    made = codec.unknown_tensor()
    if not ctx.type.args or not isinstance(made, Instance):
        return made
    given = [ctx.api.analyze_type(arg) for arg in ctx.type.args[:2]]
    return made.copy_modified(args=[*given, *made.args[len(given) :]])


def _inside(inner: Instance, outer: Known, codec: Codec) -> Instance:
    """`Shaped[Image, "b"]`: the axes of an alias come after those added to it; its dtype stays."""
    known = codec.read(inner) or Known()
    shape = outer.shape if known.shape is None else f"{outer.shape} {known.shape}".strip()
    return codec.tensor(inner, Known(shape, known.dtype or outer.dtype))


def _holds_tensor(base: Type) -> bool:
    proper = get_proper_type(base)
    return any(map(_holds_tensor, proper.items)) if isinstance(proper, UnionType) else is_tensor(proper)


def shape_text(arg: Type) -> str | None:
    """The string an annotation was written with."""
    if isinstance(arg, RawExpressionType):
        return arg.literal_value if isinstance(arg.literal_value, str) else None
    return arg.original_str_expr if isinstance(arg, (UnboundType, UnionType)) else None


class Scope(NamedTuple):
    """The names that mean something where an annotation stands, and what becomes of those that do not."""

    bound: frozenset[str]
    place: str  # "parameter", "result", "class" or "local"

    @staticmethod
    def around(semantic: Any, typ: UnboundType) -> Scope:
        """The scope of an annotation that is being analysed."""
        info: TypeInfo | None = semantic.type
        functions: list[Any] = semantic.scope.functions
        names = set(fields(info)) if info is not None else set()
        for function in functions:
            if isinstance(function, FuncItem) and isinstance(function.unanalyzed_type, CallableType):
                names.update(_names(function.unanalyzed_type.arg_types))
        if not functions:
            inside = info is not None or _in_class(semantic, typ.line)
            return Scope(frozenset(names), "class" if inside else "local")
        signature = functions[-1].unanalyzed_type if isinstance(functions[-1], FuncItem) else None
        if isinstance(signature, CallableType):
            here = (typ.line, typ.column)
            if any(here == (t.line, t.column) for t in _unbound([signature.ret_type])):
                return Scope(frozenset(names), "result")
            if any(here == (t.line, t.column) for t in _unbound(signature.arg_types)):
                return Scope(frozenset(names), "parameter")
        return Scope(frozenset(names), "local")

    def mark(self, axes: str) -> str:
        """The axes with those names marked that belong to a call or to an object, and not to the body at hand."""
        return axes if self.place == "parameter" else " ".join(map(self._mark, axes.split()))

    def _mark(self, token: str) -> str:
        if "{" in token:
            return token
        return _NAME.sub(lambda name: self._foreign(name[0]), token)

    def _foreign(self, name: str) -> str:
        if name in ("min", "max", "_"):
            return name
        if self.place == "local":
            return name if name in self.bound else f"{NEW}{name}"
        if name in self.bound:
            return name if self.place == "class" else f"{MARK}{name}"
        return f"{FREE}{name}"


def _in_class(semantic: Any, line: int) -> bool:
    """Whether a line is a field of a class. mypy reads named tuples and typed dictionaries from outside of them."""
    file = semantic.modules.get(semantic.cur_mod_id)
    bodies = [cls.defs.body for cls in classes(file.defs)] if isinstance(file, MypyFile) else []
    return any(isinstance(s, AssignmentStmt) and s.line == line for body in bodies for s in body)


def fields(info: TypeInfo) -> Iterator[str]:
    """The integer fields of a layer class, which are the names of dimensions in it."""
    if not info.has_base(LAYER):
        return
    for base in info.mro:
        for name, symbol in base.names.items():
            if isinstance(symbol.node, Var) and symbol.node.type is not None:
                proper = get_proper_type(symbol.node.type)
                if isinstance(proper, Instance) and proper.type.fullname == "builtins.int":
                    yield name
        # While the class body is being read, its fields have no types yet.
        for statement in base.defn.defs.body:
            if isinstance(statement, AssignmentStmt) and isinstance(statement.unanalyzed_type, UnboundType):
                if statement.unanalyzed_type.name == "int":
                    yield from (lvalue.name for lvalue in statement.lvalues if hasattr(lvalue, "name"))
            elif isinstance(statement, FuncDef) and statement.name == "__init__":
                yield from _set_in(statement)


def _set_in(init: FuncDef) -> Iterator[str]:
    """The fields that a plain `__init__` takes over from its integer arguments: `self.width = width`."""
    annotation = init.unanalyzed_type
    if not isinstance(annotation, CallableType):
        return
    integers = {
        name
        for name, typ in zip(annotation.arg_names, annotation.arg_types, strict=True)
        if isinstance(typ, UnboundType) and typ.name == "int"
    }
    for statement in init.body.body:
        if isinstance(statement, AssignmentStmt) and getattr(statement.rvalue, "name", None) in integers:
            yield from (lvalue.name for lvalue in statement.lvalues if hasattr(lvalue, "name"))


def _names(types: Iterable[Type]) -> set[str]:
    """Every name in the shape strings of these annotations."""
    found: set[str] = set()
    for typ in _unbound(types):
        for arg in typ.args[1:]:
            found.update(_NAME.findall(shape_text(arg) or ""))
    return found


def _unbound(types: Iterable[Type]) -> Iterator[UnboundType]:
    for typ in types:
        if isinstance(typ, UnboundType):
            yield typ
            yield from _unbound(typ.args)
        elif isinstance(typ, (UnionType, TypeList)):
            yield from _unbound(typ.items)
