"""From tensors to other things: Python numbers, numpy arrays, DLPack, text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from types import ModuleType

_API_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")


def to_numpy(x: Tensor) -> np.ndarray[Any, Any]:
    """The elements as a read-only numpy array, without a copy where they live on the CPU.

    >>> tg.to_numpy(tg.ones(2))
    array([1., 1.], dtype=float32)
    """
    data: Any = x.data
    return backend_of(data).to_numpy(data)


def _array(self: Tensor, dtype: object = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    if self.node is not None:
        raise TypeError(
            "this Tensor is being differentiated, and numpy would hide what is done with it; "
            "use tg.stop_gradient(x) first if you mean the values"
        )
    values = to_numpy(self)
    if copy or (dtype is not None and np.dtype(dtype) != values.dtype):  # type: ignore[call-overload]  # whatever numpy passes
        return np.array(values, dtype=dtype, copy=True)  # type: ignore[call-overload, no-any-return]  # as above
    return values


def _item(self: Tensor) -> Any:
    size = 1
    for n in self.shape:
        size *= n
    if size != 1:
        raise ValueError(f"item: the Tensor must have one element, but its shape is [{' '.join(map(str, self.shape))}]")
    return to_numpy(self).item()


def _only(self: Tensor, what: str) -> Any:
    if self.shape != ():
        raise TypeError(f"only a 0-d Tensor can be made {what}, this one has shape [{' '.join(map(str, self.shape))}]")
    return to_numpy(self).item()


def _index(self: Tensor) -> int:
    if self.dtype.kind not in "iu":
        raise TypeError(f"only an integer Tensor can be an index, not {self.dtype.name}")
    return int(_only(self, "an index"))


def _len(self: Tensor) -> int:
    if not self.shape:
        raise TypeError("a 0-d Tensor has no len()")
    return self.shape[0]


def _repr(self: Tensor) -> str:
    if self.device == "abstract":
        return f"Tensor({self.dtype.name}[{' '.join(map(str, self.shape))}], abstract)"
    # Reading values while they are being differentiated is fine for showing them.
    body = np.array2string(to_numpy(self), separator=", ", prefix="Tensor(")
    where = "" if self.device == "cpu" else f", device={self.device!r}"
    empty = f", shape={self.shape}" if 0 in self.shape else ""
    return f"Tensor({body}{empty}, dtype={self.dtype.name}{where})"


def _dlpack(self: Tensor, **options: Any) -> object:
    if self.node is not None:
        raise TypeError("this Tensor is being differentiated; use tg.stop_gradient(x) before exporting it")
    data: Any = self.data
    return data.__dlpack__(**options)


def _dlpack_device(self: Tensor) -> tuple[int, int]:
    data: Any = self.data
    kind, index = data.__dlpack_device__()
    return int(kind), int(index)


def _array_namespace(self: Tensor, /, *, api_version: str | None = None) -> ModuleType:
    if api_version is not None and api_version not in _API_VERSIONS:
        raise ValueError(f"api_version must be one of {', '.join(_API_VERSIONS)}, not {api_version!r}")
    import typedgrad

    return typedgrad


def _refuse_assignment(self: Tensor, index: object, value: object) -> None:
    raise TypeError("Tensors are immutable: build a new one, for example with tg.where")


METHODS = {
    "__array__": _array,
    "__array_namespace__": _array_namespace,
    "__bool__": lambda self: bool(_only(self, "a bool")),
    "__complex__": lambda self: complex(_only(self, "a complex")),
    "__dlpack__": _dlpack,
    "__dlpack_device__": _dlpack_device,
    "__float__": lambda self: float(_only(self, "a float")),
    "__index__": _index,
    "__int__": lambda self: int(_only(self, "an int")),
    "__len__": _len,
    "__repr__": _repr,
    "__setitem__": _refuse_assignment,
    "item": _item,
    "numpy": to_numpy,
    "tolist": lambda self: to_numpy(self).tolist(),
}
