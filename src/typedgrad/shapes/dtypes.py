"""Kinds of elements, by name alone: jaxtyping's classes, and the rules of promotion."""

from __future__ import annotations

from functools import reduce
from typing import Final, Literal

from typedgrad.shapes.errors import DTypeError

DEFAULT_FLOAT: Final = "float32"
DEFAULT_INT: Final = "int64"

_BOOL: Final = ("bool", "bool_")
_UINT: Final = tuple(f"uint{bits}" for bits in (2, 4, 8, 16, 32, 64))
_INT: Final = tuple(f"int{bits}" for bits in (2, 4, 8, 16, 32, 64))
_FLOAT8: Final = ("float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz")
_TINY: Final = ("float4_e2m1fn", *_FLOAT8)
_FLOAT: Final = (*_TINY, "bfloat16", "float16", "float32", "float64")
_COMPLEX: Final = ("complex64", "complex128")

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "Bool": _BOOL,
    "UInt": _UINT,
    "Int": _INT,
    "Integer": _UINT + _INT,
    "Float": _FLOAT,
    "Complex": _COMPLEX,
    "Inexact": _FLOAT + _COMPLEX,
    "Real": _UINT + _INT + _FLOAT,
    "Num": _UINT + _INT + _FLOAT + _COMPLEX,
    "Key": ("prng_key",),
}
"""The classes that hold several dtypes; `Shaped` holds them all."""

_CONCRETE: Final = {
    name.replace("uint", "UInt").replace("bfloat", "BFloat").replace("float", "Float").replace("complex", "Complex")
    if not name.startswith("int")
    else name.capitalize(): name
    for name in (*_UINT, *_INT, *_FLOAT, *_COMPLEX)
} | {name.replace("float", "Float").replace("_", ""): name for name in _TINY}


def concrete(class_name: str) -> str | None:
    """The one dtype a class holds, None if it holds several.

    >>> concrete("Float32"), concrete("Bool"), concrete("Float")
    ('float32', 'bool', None)
    """
    return "bool" if class_name == "Bool" else _CONCRETE.get(class_name)


def members(name: str) -> tuple[str, ...] | None:
    """The dtypes that a class holds, or the one that a dtype is; None for all of them, or for an unknown name."""
    if name in KINDS:
        return KINDS[name]
    if name in _CONCRETE:
        return (_CONCRETE[name],)
    if name in _BOOL:
        return _BOOL
    return (name,) if name in _CONCRETE.values() or name == "prng_key" else None


def accepts(class_name: str, dtype_name: str) -> bool:
    """Whether an array of this dtype is an instance of this jaxtyping class.

    >>> accepts("Float", "float32"), accepts("Float", "int64"), accepts("Real", "bool")
    (True, False, False)
    """
    if class_name == "Shaped":
        return True
    held = members(class_name)
    return held is not None and dtype_name in held


def compare(wanted: str, given: str) -> Literal["equal", "refuted", "unknown"]:
    """Whether what is given, a dtype or a class, is acceptable where a class (or dtype) is wanted."""
    have, want = members(given), members(wanted)
    if wanted == "Shaped":
        return "equal"
    if have is None or want is None:
        return "unknown"
    inside = [name in want for name in have]
    return "equal" if all(inside) else "unknown" if any(inside) else "refuted"


def is_dtype(name: str) -> bool:
    """Whether this names one dtype, not a class of them."""
    return name == "bool" or name in _CONCRETE.values()


def kind(dtype_name: str) -> Literal["bool", "uint", "int", "float", "complex", "other"]:
    """The family of a dtype."""
    families: tuple[tuple[Literal["bool", "uint", "int", "float", "complex"], tuple[str, ...]], ...] = (
        ("bool", _BOOL), ("uint", _UINT), ("int", _INT), ("float", _FLOAT), ("complex", _COMPLEX),
    )  # fmt: skip
    return next((family for family, names in families if dtype_name in names), "other")


_RANK: Final = {"bool": 0, "uint": 1, "int": 1, "float": 2, "complex": 3}


def promote(*dtype_names: str) -> str:
    """The dtype of a result of several tensors.

    Within a kind the widest wins; between kinds the dtype of the higher kind (bool < int < float < complex) stays as
    it is. Raises `DTypeError` for uint64 with a signed integer, which no integer holds.

    >>> promote("int64", "float32"), promote("float64", "complex64"), promote("uint8", "int8")
    ('float32', 'complex128', 'int16')
    """
    if not dtype_names:
        raise TypeError("promote needs at least one dtype")
    return reduce(_promote, dtype_names)


def _promote(a: str, b: str) -> str:
    a, b = ("bool" if name == "bool_" else name for name in (a, b))
    if a == b:
        return a
    kinds = kind(a), kind(b)
    if "other" in kinds:
        raise DTypeError(f"{a} and {b} have no common dtype")
    if _RANK[kinds[0]] != _RANK[kinds[1]]:
        low, high = sorted((a, b), key=lambda name: _RANK[kind(name)])
        return "complex128" if high == "complex64" and low == "float64" else high
    if set(kinds) == {"uint", "int"}:
        unsigned, signed = (a, b) if kinds[0] == "uint" else (b, a)
        if bits(unsigned) >= 64:
            raise _apart(unsigned, signed, signed)
        return f"int{max(bits(signed), 2 * bits(unsigned))}"
    if bits(a) == bits(b):
        if {a, b} == {"bfloat16", "float16"}:
            return "float32"
        raise DTypeError(
            f"{a} and {b} have no common dtype",
            hint=f"convert one of them first, for instance to {DEFAULT_FLOAT}, with astype",
        )
    return max(a, b, key=bits)


def _apart(a: str, b: str, target: str) -> DTypeError:
    hint = f"convert one of them first, for instance to {target}, with astype"
    return DTypeError(f"{a} and {b} have no common dtype", hint=hint)


def bits(dtype_name: str) -> int:
    """How wide a dtype is."""
    digits = dtype_name.partition("_")[0].lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits else 8


Scalar = Literal["bool", "int", "float", "complex"]


def with_scalar(dtype_name: str, scalar: Scalar) -> str:
    """The dtype of a tensor combined with a Python scalar, which only matters if its kind is higher.

    >>> with_scalar("float64", "int"), with_scalar("int64", "float"), with_scalar("float64", "complex")
    ('float64', 'float32', 'complex128')
    """
    of = kind(dtype_name)
    if of == "other":
        raise DTypeError(f"{dtype_name} does not combine with a Python {scalar}")
    if _RANK[of] >= _RANK[scalar]:
        return dtype_name
    if scalar == "complex":
        return "complex128" if dtype_name == "float64" else "complex64"
    return DEFAULT_FLOAT if scalar == "float" else DEFAULT_INT


def clash(argument: str, wanted: str, given: str, where: str) -> DTypeError:
    """The error for an argument whose elements are of a kind that is refused."""
    hint = conversion(argument, wanted)
    return DTypeError(f"`{argument}` must be {wanted}, not {given}", where=where, hint=hint, argument=argument)


def conversion(argument: str, class_name: str) -> str:
    """A hint: the code that converts an argument to what a class wants; empty where there is no obvious choice."""
    target = concrete(class_name) or {
        "Float": DEFAULT_FLOAT, "Inexact": DEFAULT_FLOAT, "Real": DEFAULT_FLOAT, "Num": DEFAULT_FLOAT,
        "Int": DEFAULT_INT, "Integer": DEFAULT_INT, "UInt": "uint8", "Complex": "complex64",
    }.get(class_name)  # fmt: skip
    return f"convert it first: astype({argument}, {target})" if target else ""
