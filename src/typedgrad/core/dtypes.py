"""Element types: names, numpy's objects, and the ones a namespace wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from typedgrad.backends.numpy import SUPPORTED

if TYPE_CHECKING:
    from typedgrad.backends import Namespace

DTypeLike: TypeAlias = str | type | np.dtype[np.generic]
# Names found before: numpy takes microseconds to spell one.
_NAMES: dict[object, str] = {bool: "bool", int: "int64", float: "float32", complex: "complex64"}


def dtype_name(dtype: object, where: str = "") -> str:
    """The canonical name of a dtype given as a name, a numpy dtype or scalar type, or a Python number type.

    Raises TypeError, which speaks of `where`, for what is not a dtype. `float` means float32, typedgrad's default.

    >>> dtype_name(np.float64), dtype_name("int8"), dtype_name(float)
    ('float64', 'int8', 'float32')
    """
    ours = isinstance(dtype, (np.dtype, type))
    if ours and dtype in _NAMES:
        return _NAMES[dtype]
    try:
        name: str = np.dtype(dtype).name  # type: ignore[call-overload]  # numpy refuses what is not a dtype
    except TypeError:
        # Other libraries have their own objects; in rules, which run on raw arrays, `x.dtype` is one.
        name = str(dtype).rpartition(".")[2]
    if name not in SUPPORTED or dtype is None:  # numpy takes None for float64
        speaker = f"{where}: " if where else ""
        raise TypeError(f"{speaker}{dtype!r} is not a dtype; use a name such as 'float32' or typedgrad.float32")
    if ours:
        _NAMES[dtype] = name
    return name


def kind_of(name: str) -> str:
    """The family of a dtype: bool, int, float or complex."""
    return {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}[np.dtype(name).kind]


def real_part(x: str) -> str:
    """The dtype of the parts of complex numbers; of real numbers, their own.

    >>> real_part("complex64"), real_part("float64")
    ('float32', 'float64')
    """
    return {"complex64": "float32", "complex128": "float64"}.get(x, x)


def is_float(dtype: np.dtype[np.generic]) -> bool:
    """Whether gradients can flow through elements of this dtype."""
    return dtype.kind == "f"


def native(xp: Namespace, dtype: object, where: str = "") -> object:
    """The dtype object that the namespace `xp` uses for `dtype`; an error speaks of `where`."""
    return getattr(xp, dtype_name(dtype, where))
