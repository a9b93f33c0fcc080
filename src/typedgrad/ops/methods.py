"""Methods of `Tensor` that are called otherwise than the ops they stand for: `x.reshape(2, 3)`, `x[0]`, `x.T`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from typedgrad.core.tensor import Tensor
from typedgrad.ops.brackets import item
from typedgrad.ops.interchange import to
from typedgrad.ops.join import unstack
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import permute_dims, reshape
from typedgrad.ops.rearrange import transpose


def _reshape(self: Tensor, *shape: int | tuple[int, ...]) -> Tensor:
    return reshape(self, _one_tuple(shape))


def _permute_dims(self: Tensor, *axes: int | tuple[int, ...]) -> Tensor:
    return permute_dims(self, _one_tuple(axes))


def _one_tuple(given: tuple[int | tuple[int, ...], ...]) -> tuple[int, ...]:
    """`(2, 3)`, whether it came as two arguments or as one tuple."""
    only = given[0] if len(given) == 1 else given
    return (only,) if isinstance(only, int) else only  # type: ignore[return-value]  # the op refuses what is not an int


def _iterate(self: Tensor) -> Iterator[Tensor]:
    if not self.shape:
        raise TypeError("a 0-d Tensor cannot be iterated over")
    return iter(unstack(self))


def _size(self: Tensor) -> int:
    total = 1
    for n in self.shape:
        total *= n
    return total


ADAPTED: Final[dict[str, Any]] = {
    "reshape": _reshape,
    "permute_dims": _permute_dims,
    "mT": property(matrix_transpose),
    "T": property(transpose),
    "to": to,
    "__iter__": _iterate,
    "__getitem__": item,
}
"""Methods and attributes that are not simply the op that the table names."""

PLAIN: Final[dict[str, Any]] = {"size": property(_size)}
"""Attributes that no op stands for."""
