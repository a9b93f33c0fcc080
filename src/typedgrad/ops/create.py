"""Making tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.backends import backend_for_device, backend_of
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.tensor import Tensor
from typedgrad.ops.interchange import to

if TYPE_CHECKING:
    from typedgrad.backends import Array, Namespace
    from typedgrad.core.tensor import Scalar


def asarray(
    obj: object, /, *, dtype: DTypeLike | None = None, device: str | None = None, copy: bool | None = None
) -> Tensor:
    """A tensor of `obj`: a number, nested lists of numbers, or an array of any known library.

    Python floats become float32 and ints int64; arrays keep their dtype. Memory is shared where it can be, unless
    `copy`.

    Raises:
        TypeError: if `obj` is not made of numbers.
        ValueError: if nested lists are ragged, or `copy=False` cannot be kept.

    >>> tg.asarray([[1, 2], [3, 4]])
    Tensor([[1, 2],
            [3, 4]], dtype=int64)
    """
    name = None if dtype is None else dtype_name(dtype, "asarray")
    if isinstance(obj, Tensor):
        if device in (None, obj.device) and not copy and (copy is None or name in (None, obj.dtype.name)):
            return obj if name in (None, obj.dtype.name) else astype(obj, name)
        obj = (obj if device is None else to(obj, device)).data
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
    _refuse_other_than_numbers("full", fill_value=fill_value)
    xp = _namespace(device)
    wanted = native(xp, type(fill_value) if dtype is None else dtype, "full")
    try:
        return _placed(xp.full(_sizes("full", shape), fill_value, dtype=wanted), device)
    except OverflowError as error:
        raise ValueError(f"full: `fill_value` does not fit: {error}") from error


def zeros(shape: int | tuple[int, ...], *, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """A tensor of zeros.

    >>> tg.zeros((2, 2))
    Tensor([[0., 0.],
            [0., 0.]], dtype=float32)
    """
    xp = _namespace(device)
    return _placed(xp.zeros(_sizes("zeros", shape), dtype=_floats(xp, dtype, "zeros")), device)


def ones(shape: int | tuple[int, ...], *, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """A tensor of ones.

    >>> tg.ones(3)
    Tensor([1., 1., 1.], dtype=float32)
    """
    xp = _namespace(device)
    return _placed(xp.ones(_sizes("ones", shape), dtype=_floats(xp, dtype, "ones")), device)


def empty(shape: int | tuple[int, ...], *, dtype: DTypeLike | None = None, device: str | None = None) -> Tensor:
    """A tensor whose elements may be anything.

    >>> tg.empty((2, 3)).shape
    (2, 3)
    """
    xp = _namespace(device)
    return _placed(xp.empty(_sizes("empty", shape), dtype=_floats(xp, dtype, "empty")), device)


def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: DTypeLike | None = None,
    device: str | None = None,
) -> Tensor:
    """A matrix with ones on its `k`-th diagonal and zeros elsewhere; diagonals above the main one are positive.

    >>> tg.eye(2, 3, k=1)
    Tensor([[0., 1., 0.],
            [0., 0., 1.]], dtype=float32)
    """
    if isinstance(k, bool) or not isinstance(k, int):
        raise TypeError(f"eye: `k` must be an int, not {k!r}")
    xp = _namespace(device)
    rows, columns = _sizes("eye", (n_rows, n_rows if n_cols is None else n_cols))
    return _placed(xp.eye(rows, columns, k=k, dtype=_floats(xp, dtype, "eye")), device)


def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: DTypeLike | None = None,
    device: str | None = None,
) -> Tensor:
    """The numbers from `start` (left out: 0) up to, but without, `stop` in steps: int64, or float32 if one is a float.

    Raises ValueError for a step of 0.

    >>> tg.arange(1, 10, 3)
    Tensor([1, 4, 7], dtype=int64)
    """
    _refuse_other_than_numbers("arange", start=start, stop=0 if stop is None else stop, step=step)
    if step == 0:
        raise ValueError("arange: the step must not be 0")
    xp = _namespace(device)
    start, stop = (0, start) if stop is None else (start, stop)
    whole = all(isinstance(n, int) for n in (start, stop, step))
    wanted = native(xp, ("int64" if whole else "float32") if dtype is None else dtype, "arange")
    return _placed(xp.arange(start, stop, step, dtype=wanted), device)


def linspace(
    start: complex,
    stop: complex,
    /,
    num: int,
    *,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    endpoint: bool = True,
) -> Tensor:
    """`num` numbers at equal distances from `start` to `stop`, which is the last one unless `endpoint` is false.

    They are float32, or complex64 if one of the ends is complex, unless `dtype` is given.

    >>> tg.linspace(0, 1, 5)
    Tensor([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    _refuse_other_than_numbers("linspace", start=start, stop=stop)
    xp = _namespace(device)
    (count,) = _sizes("linspace", num)
    if dtype is None and (isinstance(start, complex) or isinstance(stop, complex)):
        dtype = "complex64"
    return _placed(xp.linspace(start, stop, count, dtype=_floats(xp, dtype, "linspace"), endpoint=endpoint), device)


def _floats(xp: Namespace[Array], dtype: DTypeLike | None, name: str) -> object:
    """The dtype object of `xp`; float32, if nothing else is said."""
    return native(xp, "float32" if dtype is None else dtype, name)


def _namespace(device: str | None) -> Namespace[Array]:
    return backend_for_device(device or "cpu").xp


def _placed(data: Array, device: str | None) -> Tensor:
    """A fresh array as a tensor, on exactly the device asked for: libraries make it on their current one."""
    made = Tensor(data)
    if device is None or ":" not in device or made.device == device:
        return made
    return Tensor(backend_for_device(device).asarray(data, device=device))


def _refuse_other_than_numbers(name: str, **values: object) -> None:
    for argument, value in values.items():
        if not isinstance(value, (int, float, complex, np.number, np.bool)):
            raise TypeError(f"{name}: `{argument}` must be a number, not {value!r}")


def _sizes(name: str, shape: int | tuple[int, ...]) -> tuple[int, ...]:
    if not isinstance(shape, (int, tuple, list)):
        raise TypeError(f"{name}: `shape` must be an int or a tuple of ints, not {shape!r}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for axis, n in enumerate(sizes):
        if not isinstance(n, int) or isinstance(n, bool):
            raise TypeError(f"{name}: the size of axis {axis} must be an int, not {n!r}")
        if n < 0:
            raise ValueError(f"{name}: the size of axis {axis} must not be negative, got {n}")
    return sizes
