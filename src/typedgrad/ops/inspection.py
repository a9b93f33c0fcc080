"""Questions about dtypes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from typedgrad.core.dtypes import DTypeLike, dtype_name
from typedgrad.core.tensor import Scalar, Tensor
from typedgrad.shapes import dtypes

_KINDS = {
    "bool": "b",
    "signed integer": "i",
    "unsigned integer": "u",
    "integral": "iu",
    "real floating": "f",
    "complex floating": "c",
    "numeric": "iufc",
}


class FloatInfo(NamedTuple):
    """The limits of a floating-point dtype, made by `finfo`.

    >>> tg.finfo(tg.float32).bits
    32
    """

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: np.dtype[np.generic]


class IntegerInfo(NamedTuple):
    """The limits of an integer dtype, made by `iinfo`.

    >>> tg.iinfo(tg.int8).max
    127
    """

    bits: int
    max: int
    min: int
    dtype: np.dtype[np.generic]


def finfo(type: DTypeLike | Tensor, /) -> FloatInfo:  # the standard's name
    """The limits of a floating-point dtype, or of the parts of a complex one.

    Raises TypeError for other dtypes.

    >>> tg.finfo("float64").eps
    2.220446049250313e-16
    """
    dtype = np.dtype(_name(type))
    if dtype.kind not in "fc":
        raise TypeError(f"finfo: `type` must be a floating-point dtype, not {dtype.name}")
    found = np.finfo(dtype)
    return FloatInfo(
        found.bits, float(found.eps), float(found.max), float(found.min), float(found.smallest_normal), found.dtype
    )


def iinfo(type: DTypeLike | Tensor, /) -> IntegerInfo:  # the standard's name
    """The limits of an integer dtype.

    Raises TypeError for other dtypes.

    >>> tg.iinfo("uint8").max
    255
    """
    dtype = np.dtype(_name(type))
    if dtype.kind not in "iu":
        raise TypeError(f"iinfo: `type` must be an integer dtype, not {dtype.name}")
    found = np.iinfo(dtype)
    return IntegerInfo(found.bits, int(found.max), int(found.min), dtype)


def isdtype(dtype: DTypeLike, kind: DTypeLike | str | tuple[DTypeLike | str, ...]) -> bool:
    """Whether a dtype is of a kind: another dtype, one of the standard's names of kinds, or any of a tuple of these.

    Raises TypeError for what is neither a dtype nor a kind.

    >>> tg.isdtype(tg.float32, "real floating"), tg.isdtype(tg.int64, ("bool", tg.int64))
    (True, True)
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    name = dtype_name(dtype)
    if isinstance(kind, str) and kind in _KINDS:
        return np.dtype(name).kind in _KINDS[kind]
    return name == dtype_name(kind)


def result_type(*arrays_and_dtypes: Tensor | DTypeLike | Scalar) -> np.dtype[np.generic]:
    """The dtype that an operation on these would have.

    Raises TypeError if there is none, or if all are Python numbers.

    >>> tg.result_type(tg.int64, tg.float32, 1.0)
    dtype('float32')
    """
    numbers = [x for x in arrays_and_dtypes if isinstance(x, (bool, int, float, complex))]
    names = [_name(x) for x in arrays_and_dtypes if not isinstance(x, (bool, int, float, complex))]
    if not names:
        raise TypeError("result_type: at least one argument must be a Tensor or a dtype")
    found = dtypes.promote(*names)
    for number in numbers:
        if isinstance(number, bool):
            continue
        found = dtypes.with_scalar(
            found, "int" if isinstance(number, int) else "float" if isinstance(number, float) else "complex"
        )
    return np.dtype(found)


def can_cast(from_: Tensor | DTypeLike, to: DTypeLike, /) -> bool:
    """Whether promotion leads from one dtype to the other, so that no value is lost in kind.

    >>> tg.can_cast(tg.int8, tg.int16), tg.can_cast(tg.float32, tg.int64)
    (True, False)
    """
    first, second = _name(from_), dtype_name(to)
    try:
        return dtypes.promote(first, second) == second
    except TypeError:
        return False


def _name(x: Tensor | DTypeLike | Scalar) -> str:
    return x.dtype.name if isinstance(x, Tensor) else dtype_name(x)
