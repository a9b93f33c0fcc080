"""NVIDIA GPUs through cupy. The only module of the library that imports cupy, and imported only on demand.

`array_api_compat` adds to cupy's namespace what it lacks of the standard. cupy works on a "current device", and its
creation functions know no other, so whatever makes an array here does so inside `with cupy.cuda.Device(...)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import array_api_compat.cupy
import cupy
import cupyx
import numpy as np

from typedgrad.backends.numpy import host_array, windows_layout
from typedgrad.backends.philox import random_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.backends.protocol import Namespace

# CUDA adds atomically to these. Other integers are added in a wider one, or bit for bit as an unsigned one.
WIDENED = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}


class CupyBackend:
    """cupy on CUDA devices, "cuda:0" and so on; "cuda" alone is cupy's current device."""

    name = "cupy"
    device_kind = "cuda"
    xp = cast("Namespace[cupy.ndarray]", array_api_compat.cupy)  # A module: mypy cannot see that it returns arrays.

    def __init__(self) -> None:
        try:
            count = cupy.cuda.runtime.getDeviceCount()
        except cupy.cuda.runtime.CUDARuntimeError as error:
            raise RuntimeError(f"cupy is installed but cannot use CUDA: {error}") from error
        if count == 0:
            raise RuntimeError("cupy is installed but finds no CUDA device")
        self._devices = tuple(f"cuda:{number}" for number in range(count))

    def owns(self, array: object) -> bool:
        return type(array) is cupy.ndarray

    def devices(self) -> tuple[str, ...]:
        return self._devices

    def device(self, array: cupy.ndarray) -> str:
        return f"cuda:{array.device.id}"

    def dtype(self, array: cupy.ndarray) -> np.dtype[Any]:
        return array.dtype

    def asarray(
        self,
        obj: object,
        *,
        dtype: str | np.dtype[Any] | None = None,
        device: str | None = None,
        copy: bool | None = None,
    ) -> cupy.ndarray:
        """A cupy array of `obj`, moved from the host or from another GPU if need be; see `Backend.asarray`."""
        place = obj.device if isinstance(obj, cupy.ndarray) and device is None else self._device(device)
        if not isinstance(obj, cupy.ndarray) and not hasattr(obj, "__cuda_array_interface__"):
            if copy is False:
                raise ValueError("asarray: moving values to a GPU needs a copy, which copy=False forbids")
            obj, copy = host_array(obj, dtype), None
        with place:
            return array_api_compat.cupy.asarray(obj, dtype=dtype, copy=copy)

    def to_numpy(self, array: cupy.ndarray) -> NDArray[Any]:
        """A copy on the host, made when the work that leads to `array` is done."""
        host = cupy.asnumpy(array)
        host.flags.writeable = False
        return host

    def synchronize(self, device: str | None = None) -> None:
        self._device(device).synchronize()

    def gather(self, x: cupy.ndarray, index: tuple[object, ...]) -> cupy.ndarray:
        with x.device:
            return x[index]

    def scatter_add(self, zeros: cupy.ndarray, index: tuple[object, ...], updates: cupy.ndarray) -> cupy.ndarray:
        """`zeros[index] += updates` with atomic additions: the order of equal positions, and so rounding, may vary."""
        with zeros.device:
            if zeros.dtype.kind == "c":
                real = self.scatter_add(zeros.real.copy(), index, updates.real)
                imag = self.scatter_add(zeros.imag.copy(), index, updates.imag)
                return (real + 1j * imag).astype(zeros.dtype, copy=False)
            if zeros.dtype == np.int64:  # Two's complement: sums of int64 and of uint64 have the same bits.
                total = zeros.view(np.dtype("uint64"))
                cupyx.scatter_add(total, index, updates.astype(np.dtype("int64"), copy=False).view(total.dtype))
                return zeros
            wide = np.dtype(WIDENED.get(zeros.dtype.name, zeros.dtype))
            total = zeros.astype(wide, copy=False)
            cupyx.scatter_add(total, index, updates.astype(wide, copy=False))
            return total.astype(zeros.dtype, copy=False)

    def windows(
        self, x: cupy.ndarray, window: tuple[int, ...], axes: tuple[int, ...], strides: tuple[int, ...]
    ) -> cupy.ndarray:
        shape, steps = windows_layout(x.shape, x.strides, window, axes, strides)
        return cupy.lib.stride_tricks.as_strided(x, shape, steps)

    def random_bits(
        self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None
    ) -> cupy.ndarray:
        with self._device(device):
            return random_bits(self.xp, key, counter_start, n)

    def _device(self, device: str | None) -> cupy.cuda.Device:
        """The device of a name; the current one for None and "cuda"."""
        if device is None or device == "cuda":
            return cupy.cuda.Device()
        if device not in self._devices:
            raise ValueError(f"there is no device {device!r}: cupy has {', '.join(self._devices)}")
        return cupy.cuda.Device(int(device.removeprefix("cuda:")))
