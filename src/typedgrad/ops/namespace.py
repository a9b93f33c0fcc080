"""What this library says of itself to programs that work with any array library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from typedgrad.backends import backend_for_device, devices
from typedgrad.ops.inspection import isdtype

if TYPE_CHECKING:
    Kind = str | tuple[str, ...]

_DTYPES: Final = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float32", "float64", "complex64", "complex128"),
)
_MAX_DIMENSIONS: Final = 64  # numpy's


class NamespaceInfo:
    """Answers to the questions that the Array API standard lets one ask a library.

    >>> tg.__array_namespace_info__().default_device()
    'cpu'
    """

    __slots__ = ()

    def capabilities(self) -> dict[str, bool | int | None]:
        """What not every library can do."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": _MAX_DIMENSIONS}

    def default_device(self) -> str:
        """Where new tensors live."""
        return "cpu"

    def devices(self) -> list[str]:
        """The devices that can hold values now."""
        return list(devices())

    def default_dtypes(self, *, device: str | None = None) -> dict[str, np.dtype[Any]]:
        """The dtypes of numbers of Python, and of positions."""
        _refuse_unknown(device)
        return {
            "real floating": np.dtype("float32"),
            "complex floating": np.dtype("complex64"),
            "integral": np.dtype("int64"),
            "indexing": np.dtype("int64"),
        }

    def dtypes(self, *, device: str | None = None, kind: Kind | None = None) -> dict[str, np.dtype[Any]]:
        """The standard's dtypes by their names, all or those of a kind; `isdtype` lists the kinds.

        There is `float16` as well, which the standard does not know.
        """
        _refuse_unknown(device)
        return {name: np.dtype(name) for name in _DTYPES if kind is None or isdtype(name, kind)}


def _refuse_unknown(device: str | None) -> None:
    if device is not None:
        backend_for_device(device)


def __array_namespace_info__() -> NamespaceInfo:  # noqa: N807  # the standard's name
    """What this library can do, on which devices, with which dtypes.

    >>> tg.__array_namespace_info__().default_dtypes()["real floating"]
    dtype('float32')
    """
    return NamespaceInfo()
