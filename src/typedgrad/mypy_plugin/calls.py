"""Calls: the formals' shape strings and the actual arguments' shapes go to the judge; its answer becomes the signature.

The signature that mypy goes on with accepts any tensor where a tensor is wanted, because the judge has looked already,
and returns what the judge inferred. A complaint is reported here, and the result is then unknown: one error a defect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    GDEF,
    CallExpr,
    Context,
    Expression,
    ListExpr,
    NameExpr,
    StarExpr,
    TupleExpr,
    Var,
)
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    UnionType,
    get_proper_type,
)

from typedgrad.mypy_plugin.constants import Folder
from typedgrad.mypy_plugin.encoding import (
    Codec,
    Known,
    as_actual,
    as_pattern,
    class_of,
    is_tensor,
    map_tensors,
    tensors_in,
)
from typedgrad.mypy_plugin.report import report
from typedgrad.mypy_plugin.statics import Serial
from typedgrad.shapes import UNKNOWN, Answer, Argument, Request, Spelled

if TYPE_CHECKING:
    from typedgrad.mypy_plugin.asking import Ask

_SCALARS = {"builtins.bool": "bool", "builtins.int": "int", "builtins.float": "float", "builtins.complex": "complex"}
_SEQUENCES = frozenset(
    f"{module}.{name}"
    for module in ("typing", "collections.abc", "builtins")
    for name in ("Sequence", "Iterable", "Collection", "list", "tuple")
)


_LIMIT = 10_000


class Actual(NamedTuple):
    """What is passed for a formal: an expression, or a value of a known type; perhaps one behind a star."""

    expr: Expression | None
    typ: Type | None = None
    starred: bool = False
    value: object = UNKNOWN  # of a static argument that is no expression here


class Callee(NamedTuple):
    """What is called: its title in messages, the full name its op is registered under, and names fixed beforehand."""

    title: str
    name: str = ""
    known: Mapping[str, str] = {}


class Slot(NamedTuple):
    """A formal that takes tensors."""

    known: Known
    many: bool = False


class Site:
    """One call that is being checked. `api` is mypy's type checker."""

    def __init__(self, api: Any, context: Context, codec: Codec, folder: Folder, ask: Ask) -> None:
        self.api = api
        self.context = context
        self.codec = codec
        self.folder = folder
        self.ask = ask
        self.quiet = False
        self.complained = False
        self.last: Request | None = None

    def at(self, context: Context) -> Site:
        """The same site, but for where a complaint is to stand."""
        return Site(self.api, context, self.codec, self.folder, self.ask)

    def instantiate(self, sig: CallableType, actuals: Sequence[Sequence[Actual]], callee: Callee) -> CallableType:
        """The signature of one call; complains if the arguments do not fit."""
        formals = [self._formal(typ) for typ in sig.arg_types]
        slots = [slot for slot, _ in formals]
        results = tensors_in(sig.ret_type)
        if not results and not any(slots):
            return sig
        arguments, places = self._arguments(sig, slots, actuals)
        request = Request(
            callee.title,
            callee=callee.name,
            arguments=arguments,
            result=tuple(self._declared(tensor) for tensor in results),
            statics=self._statics(sig, slots, actuals),
            known=callee.known,
        )
        self.last = request
        answer = self.judged(request, places)
        return sig.copy_modified(arg_types=[loose for _, loose in formals], ret_type=self.result(sig.ret_type, answer))

    def judged(self, request: Request, places: Mapping[str, Expression] = {}) -> Answer:
        """The judge's answer; a complaint is reported, at the argument that it is about."""
        answer = self.answered(request)
        if answer.complaint is not None and not self.quiet:
            self.complained = True
            place = _place(places, answer.complaint.argument) or self.context
            report(self.api, answer.complaint, place, call=self.context)
        return answer

    def learnt(self, names: Sequence[str]) -> dict[str, str]:
        """What names mean that the call looked at last has bound: the sizes that a layer learns from what comes in."""
        if not names or self.last is None:
            return {}
        answer = self.ask(self.last._replace(result=tuple((name, "Shaped") for name in names)))
        found = zip(names, answer.shapes, strict=False)
        return {name: shape for name, shape in found if shape is not None and shape not in ("_", "...")}

    def answered(self, request: Request) -> Answer:
        """The judge's answer, with regard to what the program compares."""
        from typedgrad.mypy_plugin.comparing import related

        answer = self.ask(request)
        if answer.complaint is None or answer.complaint.code != "shape":
            return answer
        pairs = related(self)
        return self.ask(request._replace(related=pairs)) if pairs else answer

    def result(self, declared: Type, answer: Answer) -> Type:
        """The declared type of a result with the tensors in it as the judge inferred them."""
        found = [Known(shape, dtype) for shape, dtype in zip(answer.shapes, answer.dtypes, strict=False)]
        if answer.complaint is not None:
            found = []
        proper = get_proper_type(declared)
        if len(found) != 1 and isinstance(proper, Instance) and _is_many(proper):
            (item,) = tensors_in(proper)
            if proper.type.fullname == "builtins.tuple" and found:
                return self.codec.items([self.codec.tensor(item, known) for known in found])
            return map_tensors(declared, self.codec.bare)
        queue = list(found)
        return map_tensors(declared, lambda t: self.codec.tensor(t, queue.pop(0)) if queue else self.codec.bare(t))

    # -- formals ---------------------------------------------------------------------------------------------------

    def _formal(self, typ: Type) -> tuple[Slot | None, Type]:
        """What a formal takes, and its type without shapes; the types of a function are the same in all its calls."""
        seen = self.codec.formals.get(id(typ))
        if seen is None or seen[0] is not typ:
            if len(self.codec.formals) > _LIMIT:
                self.codec.formals.clear()
            seen = (typ, (self._slot(typ), map_tensors(typ, self.codec.bare)))
            self.codec.formals[id(typ)] = seen
        return seen[1]

    def _slot(self, typ: Type) -> Slot | None:
        proper = get_proper_type(typ)
        if isinstance(proper, UnionType):
            tensors = [item for item in map(get_proper_type, proper.items) if is_tensor(item)]
            return self._slot(tensors[0]) if len(tensors) == 1 else None
        if not isinstance(proper, Instance):
            return None
        if is_tensor(proper):
            return Slot(self.codec.read(proper) or Known())
        if _is_many(proper):
            return Slot(self.codec.read(proper.args[0]) or Known(), many=True)
        return None

    def _declared(self, tensor: Instance) -> tuple[str, str]:
        known = self.codec.read(tensor) or Known()
        pattern = as_pattern(known.shape)
        return ("..." if pattern is None else pattern, class_of(known.dtype or "Shaped"))

    # -- actuals ---------------------------------------------------------------------------------------------------

    def _arguments(
        self, sig: CallableType, slots: list[Slot | None], actuals: Sequence[Sequence[Actual]]
    ) -> tuple[tuple[Argument, ...], dict[str, Expression]]:
        arguments: list[Argument] = []
        places: dict[str, Expression] = {}
        for i, slot in enumerate(slots):
            given = actuals[i]
            if slot is None or not given:
                continue
            name = sig.arg_names[i] or f"#{i}"
            many = slot.many or sig.arg_kinds[i] is ARG_STAR
            items, repeated = self._items(given) if many else (None, False)
            one = Known() if many else self._one(given[0])
            if one is None:
                continue
            wanted, axes = class_of(slot.known.dtype or "Shaped"), as_pattern(slot.known.shape)
            arguments.append(Argument(name, axes, wanted, one.shape, one.dtype, items, repeated))
            for k, actual in enumerate(given):
                if actual.expr is not None:
                    places.setdefault(name, actual.expr)
                    places[f"{name}[{k}]"] = actual.expr
                    if isinstance(actual.expr, (ListExpr, TupleExpr)):
                        places |= {f"{name}[{j}]": item for j, item in enumerate(actual.expr.items)}
        return tuple(arguments), places

    def known(self, actual: Actual) -> Known:
        """What is known of a value; nothing for what is no tensor."""
        return self._one(actual) or Known()

    def _one(self, actual: Actual) -> Known | None:
        """What is known of an argument; None if it is None, so that it does not take part."""
        if actual.starred:
            return Known()
        if actual.value is not UNKNOWN:
            kind = _SCALARS.get(f"builtins.{type(actual.value).__name__}")
            return Known("", f"weak {kind}") if kind else Known()
        typ = self._type(actual)
        if isinstance(typ, NoneType):
            return None
        known = self.codec.read(typ)
        if known is None:
            scalar = _scalar(typ)
            return Known("", f"weak {scalar}") if scalar else Known()
        shape = as_actual(known.shape)
        if shape is not None and self._is_global(actual.expr):
            shape = " ".join(map(_anonymous, shape.split()))
        return Known(shape, known.dtype)

    def _is_global(self, e: Expression | None) -> bool:
        """The names in the shape of a module's variable are not those of the function that uses it."""
        return isinstance(e, NameExpr) and e.kind == GDEF and self.api.scope.current_function() is not None

    def _type(self, actual: Actual) -> ProperType:
        if actual.typ is not None or actual.expr is None:
            return get_proper_type(actual.typ or NoneType())
        return self.typed(actual.expr)

    def typed(self, e: Expression) -> ProperType:
        """The type of an argument."""
        return get_proper_type(self.folder.narrowed(e, self.api.get_expression_type(e)))

    def _items(self, given: Sequence[Actual]) -> tuple[tuple[Known, ...] | None, bool]:
        """The tensors of a sequence, None if they are not known; and whether that one stands for any number."""
        found: list[Known | None] | None = None
        if len(given) != 1:
            found = None if any(actual.starred for actual in given) else [self._one(actual) for actual in given]
        elif isinstance(given[0].value, tuple):
            found = [self._one(Actual(None, t)) if isinstance(t, Type) else Known() for t in given[0].value]
        elif isinstance(given[0].expr, (ListExpr, TupleExpr)) and not given[0].starred:
            shown = given[0].expr.items
            starred = any(isinstance(item, StarExpr) for item in shown)
            found = None if starred else [self._one(Actual(item)) for item in shown]
        else:
            typ = self._type(given[0])
            if isinstance(typ, TupleType):
                found = [self._one(Actual(None, t)) for t in typ.items]
            elif is_tensor(typ) and not given[0].starred:
                found = [self._one(given[0])]
            elif isinstance(typ, Instance) and _is_many(typ) and self._holds(given[0].expr):
                count = self.folder.count(given[0].expr)
                found = [self._one(Actual(None, typ.args[0]))] * (count or 1)
                return tuple(item or Known() for item in found), count is None
        return (None if found is None else tuple(item or Known() for item in found)), False

    def _holds(self, e: Expression | None) -> bool:
        """Whether a sequence holds what mypy thinks it does: what was in it when it was made, or what was added."""
        node = e.node if isinstance(e, NameExpr) else None
        if not isinstance(node, Var) or not node.is_inferred:
            return True
        return self.folder.definitions.grown(node, self.api.scope.stack)

    def _statics(
        self, sig: CallableType, slots: list[Slot | None], actuals: Sequence[Sequence[Actual]]
    ) -> dict[str, object]:
        statics: dict[str, object] = {}
        for i, slot in enumerate(slots):
            name = sig.arg_names[i] or f"#{i}"
            if slot is not None or not actuals[i] or sig.arg_kinds[i] is ARG_STAR2:
                continue
            if any(actual.starred for actual in actuals[i]):
                statics[name] = UNKNOWN
                continue
            values = [self.known_static(a) for a in actuals[i]]
            if sig.arg_kinds[i] is ARG_STAR:
                sole = values[0] if len(values) == 1 else None
                statics[name] = sole if isinstance(sole, tuple) else tuple(values)
            else:
                statics[name] = values[0]
        return statics

    def known_static(self, actual: Actual) -> object:
        """The value of a static argument, as the judge takes it."""
        if actual.expr is not None:
            return self.static(actual.expr)
        if isinstance(get_proper_type(actual.typ), NoneType):
            return None
        return Spelled(str(actual.value)) if isinstance(actual.value, Serial) else actual.value

    def static(self, e: Expression) -> object:
        """The same for an expression."""
        value = self.folder.fold(e)
        return Spelled(str(value)) if isinstance(value, Serial) else value


def _place(places: Mapping[str, Expression], argument: str | None) -> Expression | None:
    """The expression that a complaint is about. What has no name is known by its place."""
    if argument is not None and argument not in places and len(places) > 1:
        unnamed = [e for name, e in places.items() if name.startswith("#") and "[" not in name]
        return unnamed[-1] if unnamed else None
    return places.get(argument or "")


def actuals_of(args: Sequence[Sequence[Expression]], context: Context) -> list[list[Actual]]:
    """The arguments of a call, per formal, as mypy has sorted them."""
    starred: set[int] = set()
    if isinstance(context, CallExpr):
        pairs = zip(context.args, context.arg_kinds, strict=True)
        starred = {id(arg) for arg, kind in pairs if kind in (ARG_STAR, ARG_STAR2)}
    return [[Actual(e, starred=id(e) in starred) for e in formal] for formal in args]


def _is_many(typ: Instance) -> bool:
    return typ.type.fullname in _SEQUENCES and len(typ.args) == 1 and is_tensor(get_proper_type(typ.args[0]))


def _scalar(typ: ProperType) -> str | None:
    """The kind of a Python number."""
    if isinstance(typ, LiteralType):
        return _SCALARS.get(typ.fallback.type.fullname)
    if isinstance(typ, UnionType):
        kinds = {_scalar(get_proper_type(item)) for item in typ.items}
        return kinds.pop() if len(kinds) == 1 else None
    return _SCALARS.get(typ.type.fullname) if isinstance(typ, Instance) else None


def _anonymous(token: str) -> str:
    return token if token.isdecimal() else "..." if token == "..." or token.startswith("*") else "_"
