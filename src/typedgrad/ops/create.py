"""Making tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedgrad.backends import backend_for_device, backend_of
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from typedgrad.core.tensor import Scalar


def asarray(
    obj: object, /, *, dtype: DTypeLike | None = None, device: str | None = None, copy: bool | None = None
) -> Tensor:
    """A tensor of `obj`: a number, nested lists of numbers, or an array of any known library.

    Python floats become float32 and ints int64; arrays keep their dtype. Memory is shared where it can be, unless `copy`.

    Raises:
        TypeError: if `obj` is not made of numbers.
        ValueError: if nested lists are ragged, or `copy=False` cannot be kept.

    >>> tg.asarray([[1, 2], [3, 4]])
    Tensor([[1, 2],
            [3, 4]], dtype=int64)
    """
    if isinstance(obj, Tensor):
        if (dtype is None or dtype_name(dtype) == obj.dtype.name) and device in (None, obj.device) and not copy:
            return obj
        obj = obj.data
    name = None if dtype is None else dtype_name(dtype)
    if device is None:
        try:
            backend: Any = backend_of(obj)
        except TypeError:
            backend = backend_for_device("cpu")
    else:
        backend = backend_for_device(device)
    return Tensor(backend.asarray(obj, dtype=name, device=device, copy=copy))


def full(
    shape: int | tuple[int, ...], fill_value: Scalar, *, dtype: DTypeLike | None = None, device: str | None = None
) -> Tensor:
    """A tensor of `shape` filled with `fill_value`.

    >>> tg.full((2,), 7)
    Tensor([7, 7], dtype=int64)
    """
    backend = backend_for_device(device or "cpu")
    sizes = _sizes("full", shape)
    name = dtype_name(type(fill_value) if dtype is None else dtype)
    return Tensor(backend.xp.full(sizes, fill_value, dtype=native(backend.xp, name)))


def zeros(shape: int | tuple[int, ...], *, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """A tensor of zeros, float32 unless `dtype` says otherwise.

    >>> tg.zeros((2, 2))
    Tensor([[0., 0.],
            [0., 0.]], dtype=float32)
    """
    backend = backend_for_device(device or "cpu")
    return Tensor(backend.xp.zeros(_sizes("zeros", shape), dtype=native(backend.xp, dtype or "float32")))


def ones(shape: int | tuple[int, ...], *, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """A tensor of ones, float32 unless `dtype` says otherwise.

    >>> tg.ones(3)
    Tensor([1., 1., 1.], dtype=float32)
    """
    backend = backend_for_device(device or "cpu")
    return Tensor(backend.xp.ones(_sizes("ones", shape), dtype=native(backend.xp, dtype or "float32")))


def _sizes(name: str, shape: int | tuple[int, ...]) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for axis, n in enumerate(sizes):
        if not isinstance(n, int) or isinstance(n, bool):
            raise TypeError(f"{name}: the size of axis {axis} must be an int, not {n!r}")
        if n < 0:
            raise ValueError(f"{name}: the size of axis {axis} must not be negative, got {n}")
    return sizes
