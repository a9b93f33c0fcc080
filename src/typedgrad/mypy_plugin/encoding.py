"""Shapes and dtypes as mypy types, and back.

    Float32[Tensor, "batch 784"]    Tensor[Size[Literal['batch 784']] | Any, Kind[Literal['Float32']] | Any]

Labelled `Any`s, because mypy must never compare shapes by itself: it sees calls that no hook sees (`map(f, xs)`,
`partial`, overriding methods, `xs.append(y)`), where the names of a callee mean nothing, and it cannot know that `2*n`
may equal `m`. The plugin reads the labels, and reports what is certainly wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from mypy.nodes import SymbolTableNode, TypeInfo
from mypy.nodes import TypeAlias as AliasNode
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypeOfAny,
    UnionType,
    UnpackType,
    get_proper_type,
)

from typedgrad.mypy_plugin.statics import Serial, written

TENSOR: Final = "typedgrad.core.tensor.Tensor"
ARRAY: Final = "numpy.ndarray"
LAYER: Final = "typedgrad.nn.layer.Layer"
PHANTOMS: Final = "typedgrad.shapes.phantom"
SIZE: Final = f"{PHANTOMS}.Size"
KIND: Final = f"{PHANTOMS}.Kind"
CONCRETE: Final = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ]
)
_LIMIT: Final = 10_000
MARK: Final = "@"
"""In front of a name that means nothing where the type is seen: `@n` in a result, whose name a call replaces."""
FREE: Final = "@?"
"""In front of a name that nothing binds."""
NEW: Final = "@!"
"""In front of a name that an annotation inside a body introduces: it stands for whatever is assigned."""
_FOREIGN: Final = re.compile(r"@\??([A-Za-z_]\w*)")
_ANY: Final = re.compile(r"@[?!]?([A-Za-z_]\w*)")


Lookup: TypeAlias = Callable[[str], SymbolTableNode | None]


class Known(NamedTuple):
    """What is known of a tensor: its axes as a serial string, and the name of its dtype or of its family."""

    shape: str | None = None
    dtype: str | None = None


class Codec:
    """Writes and reads types. `lookup` finds a definition by its full name."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._dtypes: dict[str, str] = {}
        self._made: dict[tuple[str, str], tuple[TypeInfo, Type]] = {}
        self._seen: dict[tuple[int, int], tuple[object, Known]] = {}
        self.formals: dict[int, tuple[Type, Any]] = {}

    # -- writing ---------------------------------------------------------------------------------------------------

    def tensor(self, base: Instance, known: Known) -> Instance:
        """`base`, a Tensor or a numpy array, with this shape and dtype."""
        if base.type.fullname == ARRAY:
            # The label stands for the shape alone: numpy's own rules need the dtype.
            return base.copy_modified(args=[self._label(SIZE, _of_array(known)), *base.args[1:]])
        return base.copy_modified(args=[self.shape(known.shape), self.dtype(known.dtype)])

    def shape(self, text: str | None) -> Type:
        """The first type argument of a Tensor. Unknown is a label too: a plain `Any` would give way in a union."""
        return self._label(SIZE, "..." if text is None else text)

    def dtype(self, name: str | None) -> Type:
        """The second type argument of a Tensor, by the name of the class in jaxtyping."""
        return self._label(KIND, "Shaped" if name is None else class_of(name))

    def bare(self, tensor: Instance) -> Instance:
        """A tensor of which nothing is known."""
        return self.tensor(tensor, Known())

    def anything(self) -> Type:
        """`object`."""
        return self._instance("builtins.object", []) or unknown()

    def outside(self, typ: Type) -> Type:
        """The type without the shapes that stand inside other generic classes than containers.

        `Namespace[Tensor]` works on all arrays of a library; that it was made from one with a shape means nothing.
        """
        proper = get_proper_type(typ)
        if not isinstance(proper, Instance) or not proper.args or is_tensor(proper):
            return typ
        if proper.type.fullname.startswith(("builtins.", "typing.", "collections.")):
            return typ
        return map_tensors(typ, self.bare)

    def unknown_tensor(self) -> Type:
        """A tensor of which nothing is known."""
        return self._instance(TENSOR, [self.shape(None), self.dtype(None)]) or unknown()

    def integer(self, value: int | None) -> Type:
        """An `int`, with its value if that is known."""
        base = self._instance("builtins.int", [])
        if base is None:
            return unknown()
        return base if value is None else base.copy_modified(last_known_value=LiteralType(value, base))

    def literal(self, value: int | str) -> Type:
        """`Literal[value]`."""
        fallback = self._instance("builtins.int" if isinstance(value, int) else "builtins.str", [])
        return unknown() if fallback is None else LiteralType(value, fallback)

    def static(self, value: object) -> Type | None:
        """A static value as a type; None where it is not known. A type stays what it is."""
        if isinstance(value, Type):
            return value
        if isinstance(value, tuple) and value and all(isinstance(item, Type) for item in value):
            return self.items([item for item in value if isinstance(item, Type)])
        if isinstance(value, Serial) or type(value) is int:
            return self.literal(value)
        text = written(value)
        return None if text is None else self.literal(text)

    def items(self, items: list[Type]) -> Type:
        """A tuple of these types."""
        fallback = self._instance("builtins.tuple", [unknown()])
        return unknown() if fallback is None else TupleType(items, fallback)

    def _label(self, phantom: str, text: str) -> Type:
        symbol = self.lookup(phantom)
        info = symbol.node if symbol is not None else None
        if not isinstance(info, TypeInfo):
            return unknown()
        known = self._made.get((phantom, text))
        # The daemon may have read the class anew.
        if known is not None and known[0] is info:
            return known[1]
        made = UnionType([Instance(info, [self.literal(text)]), unknown()])
        if len(self._made) > _LIMIT:
            self._made.clear()
        self._made[phantom, text] = info, made
        return made

    def _instance(self, fullname: str, args: list[Type]) -> Instance | None:
        symbol = self.lookup(fullname)
        return Instance(symbol.node, args) if symbol is not None and isinstance(symbol.node, TypeInfo) else None

    def _scalar_type(self, name: str) -> Instance | None:
        symbol = self.lookup(f"numpy.{name}")
        node = symbol.node if symbol is not None else None
        if isinstance(node, AliasNode):
            target = get_proper_type(node.target)
            return target if isinstance(target, Instance) else None
        if isinstance(node, TypeInfo):
            return Instance(node, [variable.default for variable in node.defn.type_vars])
        return None

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, typ: Type) -> Known | None:
        """What is known of a value of this type; None if it is no tensor (nor a union of tensors and None)."""
        typ = get_proper_type(typ)
        if isinstance(typ, UnionType):
            found = [self.read(item) for item in typ.items if not isinstance(get_proper_type(item), NoneType)]
            tensors = [known for known in found if known is not None]
            return agreement(tensors) if tensors and len(tensors) == len(found) else None
        if not isinstance(typ, Instance) or len(typ.args) != 2:
            return None
        if not typ.type.has_base(TENSOR):
            return _read_array(typ) if is_tensor(typ) else None
        key = (id(typ.args[0]), id(typ.args[1]))
        seen = self._seen.get(key)
        if seen is None:
            if len(self._seen) > _LIMIT:
                self._seen.clear()
            # The type arguments are kept, so that nothing else gets their identity.
            seen = (typ.args, Known(read_shape(typ.args[0]), self.read_dtype(typ.args[1])))
            self._seen[key] = seen
        return seen[1]

    def read_dtype(self, typ: Type) -> str | None:
        """The dtype's name, "float32" or "Float"; None if it is not known."""
        typ = get_proper_type(typ)
        if isinstance(typ, UnionType):
            labels = _labels(typ, KIND)
            return name_of(labels[0]) if len(labels) == 1 and labels[0] != "Shaped" else None
        if not isinstance(typ, Instance):
            return None
        return self._scalar_names().get(_key(typ))

    def _scalar_names(self) -> dict[str, str]:
        if not self._dtypes:
            scalars = {name: self._scalar_type(name) for name in CONCRETE}
            self._dtypes = {_key(typ): name for name, typ in scalars.items() if typ is not None}
        return self._dtypes


def unknown() -> AnyType:
    """The type of what is not known."""
    return AnyType(TypeOfAny.special_form)


def read_shape(typ: Type) -> str | None:
    """The serial string of a Tensor's first type argument, also where somebody has spelled a tuple of literals."""
    typ = get_proper_type(typ)
    if isinstance(typ, TupleType):
        return " ".join(map(_read_axis, typ.items))
    labels = _labels(typ, SIZE) if isinstance(typ, UnionType) else []
    shape = agreement([Known(label) for label in labels]).shape if labels else None
    return None if shape == "..." else shape


def class_of(name: str) -> str:
    """The jaxtyping class of a dtype: `Float32` of `float32`; a class stays one."""
    return f"UI{name[2:]}" if name.startswith("uint") else name[0].upper() + name[1:]


def name_of(kind: str) -> str:
    """The dtype that a class holds, or the class if it holds several."""
    return kind.lower() if kind.lower() in CONCRETE else kind


def as_actual(shape: str | None) -> str | None:
    """The shape of a value. An axis that broadcasts may be 1; a foreign name is some size, perhaps that of another."""
    if shape is None or not ("#" in shape or MARK in shape):
        return shape
    return " ".join(map(_actual, shape.replace(NEW, "").split()))


def _actual(token: str) -> str:
    if token.startswith(("*#", "#*", f"*{MARK}")):
        return "..."
    return "_" if token[0] == "#" else _FOREIGN.sub(r"{\1}", token)


def as_pattern(shape: str | None) -> str | None:
    """The shape string of a formal, whose names the arguments fix."""
    return shape and _ANY.sub(r"\1", shape)


def as_promise(shape: str | None) -> str | None:
    """The shape that a function's body has to return; a name that no argument binds may be any size."""
    if shape is None or not (MARK in shape or "#" in shape):
        return shape
    loose = (FREE, NEW, "#")
    tokens = [("..." if "*" in t[:2] else "_") if any(m in t for m in loose) else t for t in shape.split()]
    return _FOREIGN.sub(r"\1", " ".join(tokens))


def filled(known: str | None, declared: str | None) -> str | None:
    """A shape, and where it is not known what the annotation says."""
    if known is None or declared is None:
        return declared if known is None else known
    pairs = list(zip(known.split(), declared.split(), strict=False))
    if len(known.split()) != len(declared.split()) or "*" in known + declared or "..." in known + declared:
        return known if "_" not in known.split() and "..." not in known else declared
    return " ".join(b if a == "_" else a for a, b in pairs)


def _of_array(known: Known) -> str:
    """`Float32: b 784`. What nothing is known of is `Shaped: ...`."""
    return f"{class_of(known.dtype or 'Shaped')}: {'...' if known.shape is None else known.shape}"


def _read_array(typ: Instance) -> Known:
    proper = get_proper_type(typ.args[0])
    found = []
    for label in _labels(proper, SIZE) if isinstance(proper, UnionType) else []:
        kind, _, shape = label.partition(":")
        found.append(Known(shape.strip(), None if kind == "Shaped" else name_of(kind)))
    known = agreement(found) if found else Known()
    return known._replace(shape=None) if known.shape == "..." else known


def is_tensor(typ: ProperType) -> bool:
    """Whether it is the Tensor class, whatever its arguments; or a numpy array that has been annotated with a shape."""
    if not isinstance(typ, Instance) or len(typ.args) != 2:
        return False
    if typ.type.fullname == TENSOR:
        return True
    first = get_proper_type(typ.args[0]) if typ.type.fullname == ARRAY else None
    return isinstance(first, UnionType) and any(
        isinstance(item, Instance) and item.type.fullname == SIZE for item in map(get_proper_type, first.items)
    )


def tensors_in(typ: Type) -> list[Instance]:
    """The tensors inside a type, in the order written. An alias that contains itself is not searched."""
    if isinstance(typ, TypeAliasType) and typ.is_recursive:
        return []
    typ = get_proper_type(typ)
    if isinstance(typ, Instance):
        if is_tensor(typ):
            return [typ]
        return [t for arg in typ.args for t in tensors_in(arg)]
    if isinstance(typ, (UnionType, TupleType)):
        return [t for item in typ.items for t in tensors_in(item)]
    return []


def map_tensors(typ: Type, change: Callable[[Instance], Type]) -> Type:
    """The type with every tensor in it replaced, in the order of `tensors_in`; the type itself if there is none."""
    if isinstance(typ, TypeAliasType) and typ.is_recursive:
        return typ
    proper = get_proper_type(typ)
    if isinstance(proper, Instance):
        if is_tensor(proper):
            return change(proper)
        args, changed = _mapped(proper.args, change)
        return proper.copy_modified(args=args) if changed else typ
    if isinstance(proper, (UnionType, TupleType)):
        items, changed = _mapped(proper.items, change)
        if not changed:
            return typ
        return UnionType(items) if isinstance(proper, UnionType) else proper.copy_modified(items=items)
    return typ


def _mapped(types: Iterable[Type], change: Callable[[Instance], Type]) -> tuple[list[Type], bool]:
    before = list(types)
    after = [map_tensors(typ, change) for typ in before]
    return after, any(a is not b for a, b in zip(after, before, strict=True))


def agreement(found: Iterable[Known]) -> Known:
    """What all alternatives have in common."""
    first, *rest = found
    for other in rest:
        first = Known(_common(first.shape, other.shape), first.dtype if first.dtype == other.dtype else None)
    return first


def _common(a: str | None, b: str | None) -> str | None:
    if a is None or b is None or a == b:
        return a if a == b else None
    pairs = list(zip(a.split(), b.split(), strict=False))
    if len(a.split()) != len(b.split()) or "*" in a + b or "..." in a + b:
        return None
    return " ".join(x if x == y else "_" for x, y in pairs)


def _read_axis(typ: Type) -> str:
    typ = get_proper_type(typ)
    if isinstance(typ, LiteralType):
        return str(typ.value)
    return "..." if isinstance(typ, UnpackType) else "_"


def _labels(typ: UnionType, phantom: str) -> list[str]:
    """The labels of `Size[Literal['2*n']] | Any`, several after a join; none if some alternative has no label."""
    labels: list[str] = []
    for item in map(get_proper_type, typ.items):
        if isinstance(item, Instance) and item.type.fullname == phantom:
            value = get_proper_type(item.args[0])
            if not isinstance(value, LiteralType):
                return []
            labels.append(str(value.value))
        elif not isinstance(item, AnyType):
            return []
    return labels


def _key(typ: Instance) -> str:
    args = map(get_proper_type, typ.args)
    return f"{typ.type.fullname}[{','.join(a.type.fullname for a in args if isinstance(a, Instance))}]"
