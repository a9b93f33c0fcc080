"""From tensors to other things: Python numbers, numpy arrays, DLPack, text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from typedgrad.backends import AbstractArray, backend_for_device, backend_of, moved
from typedgrad.core.pytree import tree_map
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")

_API_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")


def to_numpy(x: Tensor) -> np.ndarray[Any, Any]:
    """The elements as a read-only numpy array, without a copy where they live on the CPU.

    >>> tg.to_numpy(tg.ones(2))
    array([1., 1.], dtype=float32)
    """
    data: Any = x.data
    return backend_of(data).to_numpy(data)


def from_dlpack(x: object, /, *, device: str | None = None, copy: bool | None = None) -> Tensor:
    """An array of any library that speaks DLPack as a tensor; its memory is shared where that is possible.

    Raises:
        TypeError: for what does not speak DLPack, or lives on a kind of device that no backend has.
        ValueError: if `copy=False` cannot be kept.

    >>> import numpy as np
    >>> tg.from_dlpack(np.ones(2))
    Tensor([1., 1.], dtype=float64)
    """
    if isinstance(x, Tensor):
        made = x
    elif not hasattr(x, "__dlpack__") or not hasattr(x, "__dlpack_device__"):
        raise TypeError(f"from_dlpack: {type(x).__name__} does not speak DLPack; use tg.asarray")
    else:
        kind, _ = x.__dlpack_device__()
        if kind not in _DLPACK_DEVICES:
            raise TypeError(f"from_dlpack: no backend has devices of DLPack's kind {int(kind)}")
        made = Tensor(backend_for_device(_DLPACK_DEVICES[kind]).xp.from_dlpack(x))
    if copy is False and device not in {None, made.device}:
        raise ValueError(f"from_dlpack: moving from {made.device} to {device} needs a copy, which copy=False forbids")
    moved = made if device is None else to(made, device)
    return Tensor(backend_of(moved.data).asarray(moved.data, copy=True)) if copy and moved is made else moved


# CPU, CUDA, and host memory that CUDA has pinned.
_DLPACK_DEVICES: Final = {1: "cpu", 2: "cuda", 3: "cpu"}


def to(tree: T, device: str, /) -> T:
    """The same tree with all its tensors on `device`: "cpu", "cuda", "cuda:1". Those that are there stay as they are.

    Raises ValueError for a device that does not exist, TypeError for a tensor that is being differentiated.

    >>> tg.to({"w": tg.ones(2)}, "cpu")
    {'w': Tensor([1., 1.], dtype=float32)}
    """
    backend_for_device(device)  # refuses one that does not exist, even for a tree without tensors
    return tree_map(lambda leaf: _leaf_to(leaf, device), tree)


def _leaf_to(leaf: object, device: str) -> object:
    if isinstance(leaf, State):
        return State(_tensor_to(leaf.value, device), leaf.token)
    return _tensor_to(leaf, device) if isinstance(leaf, Tensor) else leaf


def _tensor_to(x: Tensor, device: str) -> Tensor:
    data = moved(x.data, device)
    if data is x.data:
        return x
    if x.node is not None:
        raise TypeError(f"to: this Tensor is being differentiated; move it to {device} before, or use tg.stop_gradient")
    return Tensor(data)


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
    if isinstance(self.data, AbstractArray):
        return f"Tensor({self.dtype.name}[{' '.join(map(str, self.shape))}], {self.device})"
    # Reading values while they are being differentiated is fine for showing them.
    body = np.array2string(to_numpy(self), separator=", ", prefix="Tensor(")
    where = "" if self.device == "cpu" else f", device={self.device!r}"
    empty = f", shape={self.shape}" if 0 in self.shape else ""
    return f"Tensor({body}{empty}, dtype={self.dtype.name}{where})"


def _dlpack(
    self: Tensor,
    /,
    *,
    stream: Any = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> object:
    if self.node is not None:
        raise TypeError("this Tensor is being differentiated; use tg.stop_gradient(x) before exporting it")
    data: Any = self.data
    options = {"stream": stream, "max_version": max_version, "dl_device": dl_device, "copy": copy}
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return data.__dlpack__(**given)
    except BufferError:
        if copy is False:
            raise
        # A view that must not be written to; versions of the protocol before 1.0 cannot say so.
        return backend_of(data).asarray(data, copy=True).__dlpack__(**given)


def _to_device(self: Tensor, device: str, /, *, stream: Any = None) -> Tensor:
    """The tensor on a device; `stream`, which the standard has for asynchronous copies, does nothing."""
    return to(self, device)


def _dlpack_device(self: Tensor) -> tuple[int, int]:
    data: Any = self.data
    kind, index = data.__dlpack_device__()
    return int(kind), int(index)


def _array_namespace(self: Tensor, /, *, api_version: str | None = None) -> ModuleType:
    if api_version is not None and api_version not in _API_VERSIONS:
        raise ValueError(f"api_version must be one of {', '.join(_API_VERSIONS)}, not {api_version!r}")
    import typedgrad

    return typedgrad


def _format(self: Tensor, spec: str) -> str:
    """A number's format for a tensor with one element and no axes, as in `f"{loss:.3f}"`."""
    if spec and self.shape != ():
        raise TypeError(f"only a 0-d Tensor can be formatted with {spec!r}, this one has shape {list(self.shape)}")
    return format(self.item(), spec) if spec else str(self)


def _reduce(self: Tensor) -> tuple[type[Tensor], tuple[object]]:
    """What pickle stores: the array."""
    if self.node is not None:
        raise TypeError("this Tensor is being differentiated; use tg.stop_gradient(x) before pickling it")
    return Tensor, (self.data,)


def _refuse_assignment(self: Tensor, index: object, value: object) -> None:
    raise TypeError("Tensors are immutable: build a new one, for example with tg.where")


METHODS = {
    "__array__": _array,
    "__array_namespace__": _array_namespace,
    "__bool__": lambda self: bool(_only(self, "a bool")),
    "__copy__": lambda self: self,  # immutable, so it is its own copy
    "__complex__": lambda self: complex(_only(self, "a complex")),
    "__deepcopy__": lambda self, memo: self,
    "__dlpack__": _dlpack,
    "__dlpack_device__": _dlpack_device,
    "__float__": lambda self: float(_only(self, "a float")),
    "__format__": _format,
    "__index__": _index,
    "__int__": lambda self: int(_only(self, "an int")),
    "__len__": _len,
    "__reduce__": _reduce,
    "__repr__": _repr,
    "__setitem__": _refuse_assignment,
    "item": _item,
    "numpy": to_numpy,
    "to_device": _to_device,
    "tolist": lambda self: to_numpy(self).tolist(),
}
