"""Shapes and dtypes as mypy types, and back.

    Float32[Tensor, "batch 784"]    Tensor[tuple[Literal['batch'], Literal[784]], np.float32]

Numbers and names are literals, which mypy compares by itself: two different ones are never the same size. Anything
mypy could not compare (`2*n`, `...`, `#n`, a family of dtypes such as `Float`) is a labelled `Any`, see `phantom`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

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
    TypeOfAny,
    UnionType,
    UnpackType,
    get_proper_type,
)

TENSOR: Final = "typedgrad.core.tensor.Tensor"
LAYER: Final = "typedgrad.nn.layer.Layer"
PHANTOMS: Final = "typedgrad.shapes.phantom"
SIZE: Final = f"{PHANTOMS}.Size"
KIND: Final = f"{PHANTOMS}.Kind"
CONCRETE: Final = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
FREE: Final = "~"
"""Marks a name that mypy must not compare: `~n` becomes `Size[Literal['n']] | Any`."""

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

    # -- writing ---------------------------------------------------------------------------------------------------

    def tensor(self, base: Instance, known: Known) -> Instance:
        """`base`, a Tensor, with this shape and dtype."""
        return base.copy_modified(args=[self.shape(known.shape), self.dtype(known.dtype)])

    def shape(self, text: str | None) -> Type:
        """The first type argument of a Tensor."""
        if text is None or text == "...":
            return unknown()
        tokens = text.split()
        if any(_is_run(token) for token in tokens):
            return self._label(SIZE, text.replace(FREE, ""))
        fallback = self._instance("builtins.tuple", [unknown()])
        return unknown() if fallback is None else TupleType([self._axis(token) for token in tokens], fallback)

    def dtype(self, name: str | None) -> Type:
        """The second type argument of a Tensor."""
        if name is None or name == "Shaped":
            return unknown()
        if name.lower() in CONCRETE:
            return self._scalar_type(name.lower()) or unknown()
        return self._label(KIND, name)

    def unknown_tensor(self) -> Type:
        """A tensor of which nothing is known."""
        return self._instance(TENSOR, [unknown(), unknown()]) or unknown()

    def integer(self, value: int | str | None) -> Type:
        """An `int` with a known value; a symbolic one is remembered out of mypy's sight."""
        base = self._instance("builtins.int", [])
        if base is None:
            return unknown()
        if isinstance(value, int):
            return base.copy_modified(last_known_value=LiteralType(value, base))
        return base

    def literal(self, value: int | str) -> Type:
        """`Literal[value]`."""
        fallback = self._instance("builtins.int" if isinstance(value, int) else "builtins.str", [])
        return unknown() if fallback is None else LiteralType(value, fallback)

    def items(self, items: list[Type]) -> Type:
        """A tuple of these types."""
        fallback = self._instance("builtins.tuple", [unknown()])
        return unknown() if fallback is None else TupleType(items, fallback)

    def many(self, item: Type) -> Type:
        """`tuple[item, ...]`."""
        return self._instance("builtins.tuple", [item]) or unknown()

    def _axis(self, token: str) -> Type:
        if token == "_":
            return unknown()
        if token.isdecimal():
            return self.literal(int(token))
        if token.removeprefix("*").isidentifier():
            return self.literal(token)
        return self._label(SIZE, token.removeprefix(FREE))

    def _label(self, phantom: str, text: str) -> Type:
        instance = self._instance(phantom, [self.literal(text)])
        return unknown() if instance is None else UnionType([instance, unknown()])

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
            return _agreement(tensors) if tensors and len(tensors) == len(found) else None
        if not isinstance(typ, Instance) or not typ.type.has_base(TENSOR) or len(typ.args) != 2:
            return None
        return Known(read_shape(typ.args[0]), self.read_dtype(typ.args[1]))

    def read_dtype(self, typ: Type) -> str | None:
        """The dtype's name, "float32" or "Float"; None if it is not known."""
        typ = get_proper_type(typ)
        if isinstance(typ, UnionType):
            return _read_label(typ, KIND)
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
    """The serial string of a Tensor's first type argument."""
    typ = get_proper_type(typ)
    if isinstance(typ, TupleType):
        return " ".join(map(_read_axis, typ.items))
    return _read_label(typ, SIZE)


def as_actual(shape: str | None) -> str | None:
    """The shape inside the function that declares it: an axis that broadcasts may be 1 there."""
    if shape is None or "#" not in shape:
        return shape
    return " ".join("..." if t.startswith(("*#", "#*")) else "_" if "#" in t else t for t in shape.split())


def as_pattern(shape: str | None) -> str | None:
    """The shape string of a formal parameter: `{n}` is a name that the arguments fix."""
    if shape is None or "{" not in shape:
        return shape
    return " ".join(t[1:-1] if t[0] == "{" and t[1:-1].isidentifier() else t for t in shape.split())


def is_tensor(typ: ProperType) -> bool:
    """Whether it is the Tensor class, whatever its arguments."""
    return isinstance(typ, Instance) and typ.type.fullname == TENSOR and len(typ.args) == 2


def tensors_in(typ: Type) -> list[Instance]:
    """The tensors inside a type, in the order written."""
    typ = get_proper_type(typ)
    if isinstance(typ, Instance):
        if is_tensor(typ):
            return [typ]
        return [t for arg in typ.args for t in tensors_in(arg)]
    if isinstance(typ, (UnionType, TupleType)):
        return [t for item in typ.items for t in tensors_in(item)]
    return []


def map_tensors(typ: Type, change: Callable[[Instance], Type]) -> Type:
    """The type with every tensor in it replaced, in the order of `tensors_in`."""
    proper = get_proper_type(typ)
    if isinstance(proper, Instance):
        if is_tensor(proper):
            return change(proper)
        if not tensors_in(proper):
            return typ
        return proper.copy_modified(args=[map_tensors(arg, change) for arg in proper.args])
    if isinstance(proper, UnionType) and tensors_in(proper):
        return UnionType([map_tensors(item, change) for item in proper.items])
    if isinstance(proper, TupleType) and tensors_in(proper):
        return proper.copy_modified(items=[map_tensors(item, change) for item in proper.items])
    return typ


def bare(tensor: Instance) -> Instance:
    """A tensor of which nothing is known."""
    return tensor.copy_modified(args=[unknown(), unknown()])


def _is_run(token: str) -> bool:
    """Whether a token stands for axes that mypy cannot count: only a bound `*name` is taken for one item."""
    return token == "..." or (token.strip(FREE).startswith(("*", "#*")) and not token.removeprefix("*").isidentifier())


def _read_axis(typ: Type) -> str:
    typ = get_proper_type(typ)
    if isinstance(typ, LiteralType):
        return str(typ.value)
    if isinstance(typ, UnpackType):
        return "..."
    return _read_label(typ, SIZE) or "_"


def _read_label(typ: ProperType, phantom: str) -> str | None:
    """The label of `Size[Literal['2*n']] | Any`. A join of different labels says nothing."""
    if not isinstance(typ, UnionType):
        return None
    labels: list[str] = []
    for item in map(get_proper_type, typ.items):
        if isinstance(item, Instance) and item.type.fullname == phantom:
            value = get_proper_type(item.args[0])
            if not isinstance(value, LiteralType):
                return None
            labels.append(str(value.value))
        elif not isinstance(item, AnyType):
            return None
    return labels[0] if len(labels) == 1 else None


def _agreement(found: Iterable[Known]) -> Known:
    """What all alternatives have in common."""
    first, *rest = found
    for other in rest:
        shape = first.shape
        if shape is None or other.shape is None or len(shape.split()) != len(other.shape.split()):
            shape = None
        elif shape != other.shape:
            pairs = list(zip(shape.split(), other.shape.split(), strict=True))
            runs = any(_is_several(a) or _is_several(b) for a, b in pairs)
            shape = None if runs else " ".join(a if a == b else "_" for a, b in pairs)
        first = Known(shape, first.dtype if first.dtype == other.dtype else None)
    return first


def _is_several(token: str) -> bool:
    return token == "..." or "*" in token[:2]


def _key(typ: Instance) -> str:
    args = map(get_proper_type, typ.args)
    return f"{typ.type.fullname}[{','.join(a.type.fullname for a in args if isinstance(a, Instance))}]"
