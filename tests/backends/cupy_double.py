"""A stand-in for cupy made of numpy, so that the lines of `backends/cupy.py` run on a machine without a GPU.

It has two devices and follows cupy where the backend depends on it: arrays belong to the device that was current when
they were made, and only what the CUDA hardware adds atomically can be scattered. It proves nothing about cupy itself;
the tests marked `gpu` do.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

ATOMIC = ("int32", "uint32", "uint64", "float16", "float32", "float64")


class Device:
    current = 0

    def __init__(self, device: int | None = None) -> None:
        self.id = Device.current if device is None else device

    def __enter__(self) -> Self:
        self.before, Device.current = Device.current, self.id
        return self

    def __exit__(self, *args: object) -> None:
        Device.current = self.before

    def synchronize(self) -> None:
        pass


class ndarray(np.ndarray[Any, Any]):  # noqa: N801  (cupy's own name)
    """An array that knows its device."""

    number = 0

    def __array_finalize__(self, parent: object) -> None:
        self.number = getattr(parent, "number", Device.current)

    @property
    def device(self) -> Device:  # type: ignore[override]  # numpy says "cpu" here
        return Device(self.number)


ndarray.__module__ = "cupy"


def asarray(obj: Any, /, *, dtype: Any = None, copy: bool | None = None) -> ndarray:
    if isinstance(obj, ndarray) and obj.number != Device.current:
        obj, copy = np.asarray(obj), copy or None
    made = np.array(obj, dtype=dtype, copy=copy, subok=False).view(ndarray)
    made.number = Device.current
    return made


def scatter_add(a: ndarray, slices: Any, value: ndarray) -> None:
    if a.dtype.name not in ATOMIC or value.dtype != a.dtype:
        raise TypeError(f"scatter_add: {a.dtype} is not added atomically")
    np.add.at(a, slices, value)


def asnumpy(a: ndarray) -> NDArray[Any]:
    return np.array(a, subok=False)


def install(monkeypatch: pytest.MonkeyPatch, count: int = 2) -> None:
    """Put the stand-in where `import cupy` finds it, and forget what was learnt about the real one."""
    from typedgrad import backends
    from typedgrad.backends import dispatch

    cupy, cupyx, compat = ModuleType("cupy"), ModuleType("cupyx"), ModuleType("array_api_compat")
    cuda, runtime, namespace = ModuleType("cupy.cuda"), ModuleType("runtime"), ModuleType("array_api_compat.cupy")
    vars(runtime).update(getDeviceCount=lambda: count, CUDARuntimeError=RuntimeError)
    vars(cuda).update(Device=Device, runtime=runtime)
    vars(cupy).update(ndarray=ndarray, asnumpy=asnumpy, cuda=cuda, lib=np.lib)
    vars(cupyx).update(scatter_add=scatter_add)
    functions = {name: getattr(np, name) for name in dir(np) if name.startswith("__array") or name[0] != "_"}
    functions |= {name: _made_here(functions[name]) for name in ("arange", "zeros", "full_like", "concat", "stack")}
    vars(namespace).update(functions | {"asarray": asarray})
    vars(compat).update(cupy=namespace)
    for module in (cupy, cupyx, compat, namespace):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delitem(sys.modules, "typedgrad.backends.cupy", raising=False)
    monkeypatch.delattr(backends, "cupy", raising=False)
    for table in ("_BY_KIND", "_BACKENDS", "_NAMESPACES"):
        monkeypatch.setattr(dispatch, table, {k: v for k, v in getattr(dispatch, table).items() if k != "cuda"})


def _made_here(function: Any) -> Any:
    def make(*args: Any, **options: Any) -> ndarray:
        return asarray(function(*args, **options))

    return make
