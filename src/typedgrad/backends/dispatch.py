"""Which backend an array, or the name of a device, belongs to.

Arrays are looked up by their class in a dict, because this is done once per op. A class seen for the first time is
offered to every backend; cupy is imported only when an array of it turns up or a cuda device is asked for.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from typedgrad.backends.abstract import AbstractBackend
from typedgrad.backends.numpy import NumpyBackend

if TYPE_CHECKING:
    from typedgrad.backends.protocol import Backend, Namespace

T = TypeVar("T")

# Backends by the kind of their devices, and what was learnt about classes of arrays.
_BY_KIND: dict[str, Backend[Any]] = {}
_BACKENDS: dict[type, Backend[Any]] = {}
_NAMESPACES: dict[type, Namespace[Any]] = {}


def namespace(x: T) -> Namespace[T]:
    """The Array API namespace of the library that `x` belongs to.

    Raises TypeError if `x` is not an array of a known library (lists and Python numbers are not).

    >>> import numpy as np
    >>> namespace(np.zeros(3)).__name__
    'numpy'
    """
    try:
        return _NAMESPACES[type(x)]
    except KeyError:
        return _learn(x).xp


def backend_of(array: T) -> Backend[T]:
    """The backend that `array` belongs to. Raises TypeError as `namespace` does.

    >>> import numpy as np
    >>> backend_of(np.zeros(3)).name
    'numpy'
    """
    try:
        return _BACKENDS[type(array)]
    except KeyError:
        return _learn(array)


def backend_for_device(device: str) -> Backend[Any]:
    """The backend that serves a device: "cpu", "cuda", "cuda:1", "abstract", or a registered name.

    Raises ValueError for a device that does not exist, ImportError if its library is not installed, RuntimeError if
    the library finds no device at all.

    >>> backend_for_device("cpu").name
    'numpy'
    """
    kind = device.partition(":")[0] if isinstance(device, str) else device
    backend = _load_cupy() if kind == "cuda" else _BY_KIND.get(kind)
    if backend is None:
        known = ", ".join(sorted({*_BY_KIND, "cuda"}))
        raise ValueError(f"unknown device {device!r}: the known kinds are {known}")
    if device != kind and device not in backend.devices():
        existing = ", ".join(backend.devices()) or f"only {kind!r}"
        raise ValueError(f"there is no device {device!r}: {backend.name} has {existing}")
    return backend


def device_of(array: object) -> str:
    """The name of the device that holds an array, or a tensor.

    >>> import numpy as np
    >>> device_of(np.zeros(3))
    'cpu'
    """
    aval = getattr(array, "aval", None)
    return backend_of(array).device(array) if aval is None else str(aval.device)


def moved(array: T, device: str) -> T:
    """An array with the same elements on a device: itself, if it is there. Raises as `backend_for_device` does.

    >>> import numpy as np
    >>> moved(np.zeros(2), "cpu")
    array([0., 0.])
    """
    source, target = backend_of(array), backend_for_device(device)
    here = source.device(array)
    if here == device or here.partition(":")[0] == device:
        return array
    found: T = target.asarray(array if source is target else source.to_numpy(array), device=device)
    return found


def register_backend(backend: Backend[Any]) -> None:
    """Make a backend known under its `device_kind`. Raises ValueError if another one has that kind already."""
    if _BY_KIND.setdefault(backend.device_kind, backend) is not backend:
        raise ValueError(
            f"cannot register backend {backend.name!r}: devices {backend.device_kind!r} "
            f"already belong to backend {_BY_KIND[backend.device_kind].name!r}"
        )


def devices() -> tuple[str, ...]:
    """The devices that can hold values now, "cpu" first. Looks for GPUs if cupy is installed.

    >>> devices()[0]
    'cpu'
    """
    with suppress(ImportError, RuntimeError):
        _load_cupy()
    return tuple(name for backend in _BY_KIND.values() for name in backend.devices())


def _learn(array: T) -> Backend[T]:
    """Find the owner of a class of arrays seen for the first time, and remember it."""
    cls = type(array)
    if cls.__module__.partition(".")[0] == "cupy":
        _load_cupy()
    for backend in _BY_KIND.values():
        if backend.owns(array):
            _BACKENDS[cls] = backend
            _NAMESPACES[cls] = backend.xp
            return backend
    raise TypeError(
        f"expected an array of {', '.join(b.name for b in _BY_KIND.values())}, got a {cls.__qualname__}: "
        "convert it with asarray(...) first"
    )


def _load_cupy() -> Backend[Any]:
    backend = _BY_KIND.get("cuda")
    if backend is None:
        try:
            from typedgrad.backends.cupy import CupyBackend
        except ImportError as error:
            raise ImportError(
                "device 'cuda' needs cupy, which cannot be imported: pip install 'typedgrad[cuda]'"
            ) from error
        backend = CupyBackend()
        register_backend(backend)
    return backend


register_backend(NumpyBackend())
register_backend(AbstractBackend())
