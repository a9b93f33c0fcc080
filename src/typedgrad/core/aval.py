"""`Aval`: what is known of a tensor without looking at its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from typedgrad.shapes import Shape

_INTERNED: dict[tuple[tuple[int, ...], np.dtype[np.generic], str], Aval] = {}
_LIMIT: Final = 65_536


class Aval:
    """Shape, dtype and device of a tensor.

    Equal avals are (nearly always) the same object, so that a call's signature is a tuple of pointers. Two equal but
    distinct ones cost a cache miss, never a wrong answer: the table may be dropped at any time.
    """

    __slots__ = ("device", "dtype", "shape")

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    device: str

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[np.generic], device: str) -> None:
        self.shape = shape
        self.dtype = dtype
        self.device = device

    def __repr__(self) -> str:
        where = "" if self.device == "cpu" else f", {self.device}"
        return f"{self.dtype.name}[{' '.join(map(str, self.shape))}]{where}"


def aval_of(shape: Shape, dtype: np.dtype[np.generic], device: str) -> Aval:
    """The one `Aval` with this shape, dtype and device."""
    key = (tuple(shape), dtype, device)
    found = _INTERNED.get(key)  # type: ignore[arg-type]  # symbolic sizes hash and compare like ints
    if found is None:
        if len(_INTERNED) >= _LIMIT:
            _INTERNED.clear()
        found = Aval(*key)  # type: ignore[arg-type]  # as above
        _INTERNED[key] = found  # type: ignore[index]  # as above
    return found
