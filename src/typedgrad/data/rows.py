"""Rows of what batches hold: a tensor, or a tuple of tensors (of tuples, ...) that share their first axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

P = TypeVar("P")


def host(tensor: Tensor) -> NDArray[np.generic]:
    """The values of a tensor as a numpy array, wherever it is.

    >>> host(tg.asarray([1, 2])).tolist()
    [1, 2]
    """
    return backend_of(tensor.data).to_numpy(tensor.data)


def tensors(part: object, name: str = "x") -> Iterator[tuple[str, Tensor]]:
    """The tensors of a part of a batch with their names, `x` or `x[0]`, `x[1]`, ...

    Raises:
        TypeError: if something else than tensors and tuples of tensors is in it, or a tensor has no rows.

    >>> [name for name, _ in tensors((tg.zeros((2,)), tg.ones((2, 3))), "y")]
    ['y[0]', 'y[1]']
    """
    if isinstance(part, tuple) and part:
        for i, inner in enumerate(part):
            yield from tensors(inner, f"{name}[{i}]")
    elif not isinstance(part, Tensor):
        found = "an empty tuple" if part == () else f"a {type(part).__name__}"
        raise TypeError(f"`{name}` must be a tensor or a tuple of tensors, got {found}")
    elif part.ndim == 0:
        raise TypeError(f"`{name}` must have rows along its first axis, but it is 0-dimensional")
    else:
        yield name, part


def count(x: object, *y: object) -> int:
    """How many rows the features of a batch have, and its labels.

    Raises:
        TypeError: if they are no tensors.
        ValueError: if they differ in their rows.

    >>> count(tg.zeros((2, 3)), tg.zeros((2,)))
    2
    """
    found = [*tensors(x, "x"), *(pair for labels in y for pair in tensors(labels, "y"))]
    first, n = found[0][0], found[0][1].shape[0]
    for name, tensor in found[1:]:
        if tensor.shape[0] != n:
            raise ValueError(f"`{first}` has {n} rows but `{name}` has {tensor.shape[0]}")
    return int(n)


def take(part: P, which: slice | NDArray[np.int64]) -> P:
    """The rows at a slice (a view) or at an array of positions (a copy).

    >>> take((tg.asarray([1, 2, 3]), tg.asarray([4, 5, 6])), slice(1, 3))[1].tolist()
    [5, 6]
    """
    if isinstance(part, tuple):
        return cast("P", tuple(take(inner, which) for inner in part))
    tensor = cast("Tensor", part)
    if isinstance(which, slice):
        return cast("P", tensor[which])
    backend = backend_of(tensor.data)
    positions = backend.asarray(which, device=tensor.device)
    return cast("P", Tensor(backend.xp.take(tensor.data, positions, axis=0)))


def join(parts: Sequence[P]) -> P:
    """The rows of several parts, one after another.

    Raises:
        ValueError: if they differ in more than their rows.

    >>> join([tg.asarray([1, 2]), tg.asarray([3])]).tolist()
    [1, 2, 3]
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, tuple):
        columns = zip(*cast("Sequence[tuple[object, ...]]", parts), strict=True)
        return cast("P", tuple(join(column) for column in columns))
    arrays = [cast("Tensor", part) for part in parts]
    shape, dtype = arrays[0].shape[1:], arrays[0].dtype
    for array in arrays:
        if array.shape[1:] != shape or array.dtype != dtype:
            sizes = [f"{a.dtype}{list(a.shape)}" for a in (arrays[0], array)]
            raise ValueError(f"rows of {sizes[0]} and of {sizes[1]} cannot be joined: they differ in more than rows")
    return cast("P", Tensor(backend_of(arrays[0].data).xp.concat([a.data for a in arrays], axis=0)))
