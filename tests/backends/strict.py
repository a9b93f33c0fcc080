"""The test double that refuses numpy habits: `array-api-strict` as a backend, under the device "strict".

Importing this module registers it: `from tests.backends.strict import STRICT`. Code that runs on it uses nothing but
the standard, and so will run on any library that has the standard. float16 is not part of the standard and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import array_api_strict as strict
import numpy as np
from numpy.typing import NDArray

from typedgrad.backends import Namespace, register_backend
from typedgrad.backends.numpy import host_array
from typedgrad.backends.philox import random_bits

StrictArray = Any  # What the package says of its arrays is stricter than what its functions take.


class StrictBackend:
    name = "array-api-strict"
    device_kind = "strict"
    xp = cast("Namespace[StrictArray]", strict)

    def owns(self, array: object) -> bool:
        return type(array).__module__.startswith("array_api_strict.")

    def devices(self) -> tuple[str, ...]:
        return ("strict",)

    def device(self, array: StrictArray) -> str:
        return "strict"

    def dtype(self, array: StrictArray) -> np.dtype[Any]:
        return np.dtype(str(array.dtype).removeprefix("array_api_strict."))

    def asarray(
        self,
        obj: object,
        *,
        dtype: str | np.dtype[Any] | None = None,
        device: str | None = None,
        copy: bool | None = None,
    ) -> StrictArray:
        if device not in (None, "strict"):
            raise ValueError(f"asarray: array-api-strict has only the device 'strict', not {device!r}")
        wanted = None if dtype is None else self._dtype(np.dtype(dtype))
        if self.owns(obj):
            return strict.asarray(obj, dtype=wanted, copy=copy)
        if copy is False:
            raise ValueError("asarray: this needs a copy, which copy=False forbids")
        host = host_array(obj, dtype)
        return strict.asarray(host, dtype=self._dtype(host.dtype), copy=copy)

    def to_numpy(self, array: StrictArray) -> NDArray[Any]:
        host = np.from_dlpack(array)
        host.flags.writeable = False
        return host

    def synchronize(self, device: str | None = None) -> None:
        pass

    def gather(self, x: StrictArray, index: tuple[Any, ...]) -> StrictArray:
        positions = self._positions(x, index)
        flat = strict.take(strict.reshape(x, (-1,)), strict.asarray(positions.reshape(-1)))
        return strict.reshape(flat, positions.shape)

    def _positions(self, x: StrictArray, index: tuple[Any, ...]) -> NDArray[Any]:
        """Where the elements that `index` names lie: the standard knows only some indices, numpy all."""
        host_index = tuple(self.to_numpy(i) if self.owns(i) else i for i in index)
        return np.asarray(np.arange(x.size).reshape(x.shape)[host_index])

    def scatter_add(self, zeros: StrictArray, index: tuple[Any, ...], updates: StrictArray) -> StrictArray:
        positions = self._positions(zeros, index)  # all the arithmetic is the standard's
        flat = strict.reshape(strict.broadcast_to(updates, positions.shape), (1, -1))
        hit = strict.equal(
            strict.reshape(strict.arange(zeros.size), (-1, 1)), strict.asarray(positions.reshape(1, -1))
        )  # hit[i, j]: update j goes to position i. Not a product with 0 and 1, which would spread NaN and infinity.
        if zeros.dtype == strict.bool:
            total = strict.any(strict.logical_and(hit, flat), axis=1)
            return strict.logical_or(zeros, strict.reshape(total, zeros.shape))
        total = strict.sum(strict.where(hit, flat, strict.zeros_like(flat)), axis=1, dtype=zeros.dtype)
        return strict.add(zeros, strict.reshape(total, zeros.shape))

    def windows(
        self, x: StrictArray, window: Sequence[int], axes: Sequence[int], strides: Sequence[int]
    ) -> StrictArray:
        ndim = x.ndim
        for size, axis, stride in zip(window, axes, strides, strict=True):
            axis %= ndim
            if not 0 < size <= x.shape[axis] or stride < 1:
                raise ValueError(f"windows: no window of {size} with stride {stride} fits axis {axis}")
            count = (x.shape[axis] - size) // stride + 1
            starts = strict.reshape(strict.arange(count) * stride, (-1, 1))
            picks = strict.add(starts, strict.reshape(strict.arange(size), (1, -1)))
            picked = strict.take(x, strict.reshape(picks, (-1,)), axis=axis)
            x = strict.reshape(picked, (*x.shape[:axis], count, size, *x.shape[axis + 1 :]))
            x = strict.moveaxis(x, axis + 1, -1)
        return x

    def random_bits(
        self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None
    ) -> StrictArray:
        return random_bits(self.xp, key, counter_start, n)

    def _dtype(self, dtype: np.dtype[Any]) -> Any:
        if not hasattr(strict, dtype.name):
            raise TypeError(f"asarray: dtype {dtype.name} is not in the Array API standard")
        return getattr(strict, dtype.name)


STRICT = StrictBackend()
register_backend(STRICT)
