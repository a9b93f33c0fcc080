"""What mypy knows of a variable, and what else it may be: its rules for assignments were not made for shapes."""

from __future__ import annotations

from typing import Any, Final

from mypy.literals import literal_hash
from mypy.nodes import (
    CallExpr,
    ConditionalExpr,
    DictExpr,
    Expression,
    GeneratorExpr,
    IndexExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    StarExpr,
    TupleExpr,
    Var,
)
from mypy.types import AnyType, Instance, ProperType, TupleType, Type, TypeOfAny, UnionType, get_proper_type

from typedgrad.mypy_plugin.definitions import Definitions
from typedgrad.mypy_plugin.encoding import Codec, agreement, is_tensor, map_tensors, tensors_in
from typedgrad.shapes import UNKNOWN

_MANY: Final = 64


class Variables:
    """Types and elements of expressions at the place at hand. `api` is mypy's type checker."""

    def __init__(self, api: Any, codec: Codec, definitions: Definitions) -> None:
        self.api = api
        self.codec = codec
        self.definitions = definitions

    def fold(self, e: Expression, depth: int = 0) -> object:
        """The value of an expression; UNKNOWN where it is not known."""
        raise NotImplementedError

    def count(self, e: Expression | None) -> int | None:
        """How many items `[f(i) for i in range(4)]` has; None if that is not known."""
        if isinstance(e, ListComprehension):
            e = e.generator
        if not isinstance(e, GeneratorExpr) or len(e.sequences) != 1 or e.condlists[0]:
            return None
        (source,) = e.sequences
        if isinstance(source, (ListExpr, TupleExpr)):
            return None if any(isinstance(one, StarExpr) for one in source.items) else len(source.items)
        if isinstance(source, CallExpr) and isinstance(source.callee, RefExpr) and len(source.args) == 1:
            times = self.fold(source.args[0]) if source.callee.fullname == "builtins.range" else UNKNOWN
            return times if type(times) is int and 0 < times <= _MANY else None
        return None

    def type_of(self, e: Expression) -> Type:
        """The type of an expression, looked up if mypy has it already."""
        found: Type = self.api.lookup_type(e) if self.api.has_type(e) else self.api.get_expression_type(e)
        return self.narrowed(e, found)

    def narrowed(self, e: Expression | None, known: Type) -> Type:
        """The type last assigned to a variable. mypy itself would mix it with the types that were assigned before."""
        if isinstance(e, ConditionalExpr) and self.api.has_type(e.if_expr) and self.api.has_type(e.else_expr):
            parts = [self.type_of(e.if_expr), self.type_of(e.else_expr)]
            return UnionType(parts) if all(map(tensors_in, parts)) else known
        if isinstance(e, TupleExpr) and isinstance(proper := get_proper_type(known), TupleType):
            if len(e.items) != len(proper.items) or any(isinstance(item, StarExpr) for item in e.items):
                return known
            items = [self.narrowed(item, typ) for item, typ in zip(e.items, proper.items, strict=True)]
            return proper.copy_modified(items=items)
        if not isinstance(e, (NameExpr, MemberExpr, IndexExpr)) or literal_hash(e) is None:
            return known
        found: Type | None = self.api.binder.get(e)
        return self._assigned(e, known) if found is None else found

    def _assigned(self, e: Expression, known: Type) -> Type:
        """What a variable may be that mypy only knows the first type of: behind an `if` that assigns it, in a loop."""
        node = e.node if isinstance(e, NameExpr) else None
        if not isinstance(node, Var) or not (node.is_inferred or node.is_argument) or not tensors_in(known):
            return known
        found = [one for one in self.definitions.all(node, self.api.scope.stack) if not one.grows]
        if len(found) < (1 if node.is_argument else 2):
            return known
        first, *others = found
        if e.line in first.lines and all(
            one.line >= e.line or (one.lines and e.line not in one.lines) for one in others
        ):
            return known  # an item of what a loop goes through, which nothing has replaced yet
        parts = [known]
        for one in found if node.is_argument else others:
            value, path = _inside(one.value, one.path)
            if value is not None and self.api.has_type(value):
                parts.append(_at(self.api.lookup_type(value), path))
            elif one.line < e.line:
                return map_tensors(known, self.codec.bare)
            # What comes later has no type yet. In a loop mypy looks again.
        return known if len(parts) == 1 else self._common(known, parts)

    def _common(self, known: Type, parts: list[Type]) -> Type:
        """The type with what all values have in common of shape and dtype."""
        proper = get_proper_type(known)
        tuples = [part for part in map(get_proper_type, parts) if isinstance(part, TupleType)]
        if (
            isinstance(proper, TupleType)
            and len({len(part.items) for part in tuples}) == 1
            and len(tuples) == len(parts)
        ):
            columns = zip(*(part.items for part in tuples), strict=True)
            return proper.copy_modified(items=[self._common(column[0], list(column)) for column in columns])
        read = [self.codec.read(part) for part in parts]
        if isinstance(proper, UnionType):
            proper = self.merged(proper)
        if None in read or not isinstance(proper, Instance) or not is_tensor(proper):
            return map_tensors(known, self.codec.bare)
        both = agreement([one for one in read if one is not None])
        return self.codec.tensor(proper, both)

    def element(self, e: Expression | None) -> Expression | None:
        """The expression that `table["a"]` or `layers[0]` was given in the only display that it comes from."""
        base = e.base if isinstance(e, IndexExpr) else None
        node = base.node if isinstance(base, NameExpr) else None
        definition = self.definitions.of(node, self.api.scope.stack) if isinstance(node, Var) else None
        if not isinstance(e, IndexExpr) or definition is None or definition.path:
            return None
        shown, key = definition.value, self.fold(e.index)
        if isinstance(shown, DictExpr):
            keys = [UNKNOWN if name is None else self.fold(name) for name, _ in shown.items]
            at = keys.index(key) if isinstance(key, (str, int)) and keys.count(key) == 1 else -1
            return shown.items[at][1] if at >= 0 and not any(one is UNKNOWN for one in keys) else None
        if not isinstance(shown, (ListExpr, TupleExpr)) or type(key) is not int:
            return None
        plain = not any(isinstance(one, StarExpr) for one in shown.items)
        return shown.items[key] if plain and -len(shown.items) <= key < len(shown.items) else None

    def looped(self, e: Expression | None) -> ProperType | None:
        """The type of what a loop takes from a field of a layer, `for i, block in enumerate(self.blocks)`."""
        if not isinstance(e, NameExpr) or not isinstance(e.node, Var):
            return None
        found = self.definitions.of(e.node, self.api.scope.stack, e.line)
        if found is None or found.each is None:
            return None
        source, path = _gone_through(found.each, list(found.path))
        table = get_proper_type(self.type_of(source)) if isinstance(source, MemberExpr) and not path else None
        return get_proper_type(table.args[-1]) if isinstance(table, Instance) and table.args else None

    def exactly(self, e: Expression | None, known: Type) -> ProperType:
        """The same for the object of a method or attribute, of which mypy shows one alternative at a time."""
        made = self.element(e)
        if isinstance(made, CallExpr) and self.api.has_type(made):
            known = self.api.lookup_type(made)
        item = self.looped(e)
        if isinstance(item, Instance) and isinstance(known, Instance) and item.type is known.type:
            return item
        typ, found = get_proper_type(known), get_proper_type(self.narrowed(e, known))
        found = self.merged(found)
        if isinstance(typ, TupleType) and isinstance(found, TupleType):
            return found if typ.partial_fallback.type is found.partial_fallback.type else typ
        same = isinstance(typ, Instance) and isinstance(found, Instance) and typ.type is found.type
        return found if same else typ

    def merged(self, typ: ProperType) -> ProperType:
        """For a union of tensors, perhaps with None, the tensor with what they have in common."""
        if not isinstance(typ, UnionType):
            return typ
        known = self.codec.read(typ)
        tensors = [item for item in map(get_proper_type, typ.items) if isinstance(item, Instance) and is_tensor(item)]
        return typ if known is None else self.codec.tensor(tensors[0], known)


def _inside(e: Expression | None, path: tuple[int | slice, ...]) -> tuple[Expression | None, tuple[int | slice, ...]]:
    """The item of a display that a path leads to, as far as it leads through displays."""
    while isinstance(e, TupleExpr) and path and isinstance(path[0], int) and -len(e.items) <= path[0] < len(e.items):
        e, path = e.items[path[0]], path[1:]
    return e, path


def _at(typ: Type, path: tuple[int | slice, ...]) -> Type:
    """The type of an item of a tuple, or of one of its items."""
    for place in path:
        proper = get_proper_type(typ)
        items = proper.items if isinstance(proper, TupleType) else []
        if isinstance(place, slice) or not -len(items) <= place < len(items):
            return AnyType(TypeOfAny.special_form)
        typ = items[place]
    return typ


def _gone_through(e: Expression, path: list[int | slice]) -> tuple[Expression | None, list[int | slice]]:
    """What a loop goes through, without `enumerate`, `zip` and the like around it; and where in its items to look."""
    while isinstance(e, CallExpr):
        place = path[0] if path else None
        if isinstance(e.callee, MemberExpr) and e.callee.name in ("items", "values") and not e.args:
            taken, inner = e.callee.name == "values" or place == 1, e.callee.expr
            path = path if e.callee.name == "values" else path[1:]
        elif not isinstance(e.callee, NameExpr) or not e.args:
            return None, path
        elif e.callee.name == "zip" and isinstance(place, int) and place < len(e.args):
            taken, inner, path = True, e.args[place], path[1:]
        elif e.callee.name == "enumerate":
            taken, inner, path = place == 1, e.args[0], path[1:]
        else:
            taken, inner = e.callee.name in ("reversed", "list", "tuple"), e.args[0]
        if not taken:
            return None, path
        e = inner
    return e, path
