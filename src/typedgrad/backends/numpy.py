"""The default backend. numpy from 2.1 on is itself an Array API namespace; only the extras are written here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from typedgrad.backends.allocator import TUNED as TUNED
from typedgrad.shapes.dtypes import DEFAULT_FLOAT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.backends.protocol import Namespace

# Exactly the dtypes that every part of the library knows.
SUPPORTED = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
# By name and by itself: a dictionary answers several times faster than `np.dtype(name)` and `dtype.name`.
_DTYPES: dict[object, np.dtype[Any]] = {key: np.dtype(key) for name in SUPPORTED for key in (name, np.dtype(name))}
# What numbers of Python become when nothing else is said; numpy alone would choose the wide ones.
_PYTHON_DEFAULTS = {np.dtype("float64"): np.dtype(DEFAULT_FLOAT), np.dtype("complex128"): np.dtype("complex64")}
# Philox blocks computed at a time: four words of 64 bits each for them fit into the cache of one core.
CHUNK = 16384


class NumpyBackend:
    """numpy on the CPU."""

    name = "numpy"
    device_kind = "cpu"
    xp = cast("Namespace[NDArray[Any]]", np)  # A module: mypy cannot see that its functions return arrays.

    def owns(self, array: object) -> bool:
        # Matrices and masked arrays give operators another meaning, so they are not taken for arrays.
        return type(array) in (np.ndarray, np.memmap) or isinstance(array, np.generic)

    def devices(self) -> tuple[str, ...]:
        return ("cpu",)

    def device(self, array: NDArray[Any]) -> str:
        return "cpu"

    def dtype(self, array: NDArray[Any]) -> np.dtype[Any]:
        return array.dtype

    def asarray(
        self,
        obj: object,
        *,
        dtype: str | np.dtype[Any] | None = None,
        device: str | None = None,
        copy: bool | None = None,
    ) -> NDArray[Any]:
        """A numpy array of `obj`. Raises TypeError for values that are not numbers, ValueError for ragged lists."""
        if device is not None and device != "cpu":
            raise ValueError(f"asarray: numpy has only the device 'cpu', not {device!r}")
        return host_array(obj, dtype, copy)

    def to_numpy(self, array: NDArray[Any]) -> NDArray[Any]:
        view = np.asarray(array).view()
        view.flags.writeable = False
        return view

    def synchronize(self, device: str | None = None) -> None:
        """Return at once: numpy has finished when a call returns."""

    def gather(self, x: NDArray[Any], index: tuple[Any, ...]) -> NDArray[Any]:
        array: NDArray[Any] = x[index]
        return array

    def scatter_add(self, zeros: NDArray[Any], index: tuple[Any, ...], updates: NDArray[Any]) -> NDArray[Any]:
        return scatter_add(zeros, index, updates)

    def windows(
        self, x: NDArray[Any], window: tuple[int, ...], axes: tuple[int, ...], strides: tuple[int, ...]
    ) -> NDArray[Any]:
        return windows(x, window, axes, strides)

    def random_bits(
        self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None
    ) -> NDArray[Any]:
        from typedgrad.backends.philox import on_host

        return on_host(self.xp, key, counter_start, n, chunk=CHUNK)


def host_array(obj: object, dtype: str | np.dtype[Any] | None = None, copy: bool | None = None) -> NDArray[Any]:
    """A native numpy array of numbers, however they come: a list, a number, an array of any library on the host."""
    if type(obj) is not np.ndarray and isinstance(obj, np.ma.MaskedArray):
        raise TypeError(
            "asarray: a masked array has no value where it is masked; say which with its method filled(...)"
        )
    wanted = None if dtype is None else (_DTYPES.get(dtype) or _native(np.dtype(dtype)))
    try:
        array = np.array(obj, dtype=wanted, copy=copy)
    except ValueError as error:
        if "inhomogeneous" in str(error):
            raise ValueError("asarray: the nested lists are ragged: rows of one axis differ in length") from error
        if "Unable to avoid copy" in str(error):
            raise ValueError("asarray: this needs a copy, which copy=False forbids") from error
        raise ValueError(f"asarray: {error}") from error
    except TypeError as error:
        raise TypeError(f"asarray: {error}") from error
    except OverflowError as error:
        raise ValueError(f"asarray: {error}") from error
    if wanted is None:
        # An array has chosen its dtype; of Python's numbers nobody asked for double precision.
        chosen = array.dtype if hasattr(obj, "dtype") else _PYTHON_DEFAULTS.get(array.dtype, array.dtype)
        wanted = _DTYPES.get(chosen) or _native(chosen)
    if array.dtype == wanted:
        return array
    if copy is False:
        raise ValueError("asarray: this needs a copy, which copy=False forbids")
    return array.astype(wanted)


def _native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in the byte order of this machine. Raises TypeError if the library does not know it."""
    if dtype.kind in "OUS":
        raise TypeError("asarray: only numbers, arrays of numbers and nested lists of them can be made tensors")
    if dtype.name not in SUPPORTED:
        raise TypeError(f"asarray: dtype {dtype.name} is not supported; the dtypes are {', '.join(SUPPORTED)}")
    return dtype.newbyteorder("=")


def scatter_add(zeros: NDArray[Any], index: tuple[Any, ...], updates: NDArray[Any]) -> NDArray[Any]:
    """`zeros[index] += updates` where repeated positions add up."""
    integers = [i for i in index if isinstance(i, (np.ndarray, np.generic, list)) and np.asarray(i).dtype != np.bool]
    if not integers:
        zeros[index] += updates  # Slices and masks name no position twice.
        return zeros
    if not zeros.flags.c_contiguous:
        np.add.at(zeros, index, updates)
        return zeros
    # `add.at` is several times faster on one flat axis, so every index is turned into flat positions. For rows of a
    # table (embeddings) they are computed; negative rows come out as negative positions, which count from the end too.
    if len(index) == 1 and zeros.ndim > 0:
        row = zeros[0].size if zeros.shape[0] else 0
        rows = np.asarray(index[0])
        positions = (rows[..., None] * row + np.arange(row)).reshape(rows.shape + zeros.shape[1:])
    else:
        positions = np.arange(zeros.size).reshape(zeros.shape)[index]
    if updates.shape != positions.shape:
        updates = np.broadcast_to(updates, positions.shape)
    np.add.at(zeros.reshape(-1), positions.reshape(-1), updates.reshape(-1))
    return zeros


def windows(x: NDArray[Any], window: tuple[int, ...], axes: tuple[int, ...], strides: tuple[int, ...]) -> NDArray[Any]:
    """Sliding windows as a read-only view; see `Backend.windows`. Raises ValueError if a window is too large."""
    shape, steps = windows_layout(x.shape, x.strides, window, axes, strides)
    return np.lib.stride_tricks.as_strided(x, shape, steps, writeable=False)


def windows_layout(
    shape: tuple[int, ...],
    steps: tuple[int, ...],
    window: tuple[int, ...],
    axes: tuple[int, ...],
    strides: tuple[int, ...],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shape and steps in memory (bytes) of the view that shows each window of an array of this shape and steps."""
    sizes, jumps = list(shape), list(steps)
    for size, axis, stride in zip(window, axes, strides, strict=True):
        axis %= len(shape)  # The windows' own axes are appended below, so an axis counted from the end would slip.
        if not 0 < size <= sizes[axis] or stride < 1:
            raise ValueError(
                f"windows: no window of {size} with stride {stride} fits axis {axis} of size {sizes[axis]}"
            )
        sizes.append(size)
        jumps.append(jumps[axis])
        sizes[axis] = (sizes[axis] - size) // stride + 1
        jumps[axis] *= stride
    return tuple(sizes), tuple(jumps)
