"""Arrays without values that write down what is done with them, and the backend they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

import numpy as np

from typedgrad.backends import AbstractArray, backend_for_device, register_backend
from typedgrad.core.primitive import REGISTRY
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE, Number
from typedgrad.core.tracing import recorder as innermost_recorder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.backends.protocol import Namespace
    from typedgrad.graph.ir import Value
    from typedgrad.graph.recorder import Notebook

_ADVICE = (
    "the function is being traced, so this tensor has a shape and a dtype but no values. For a choice between values "
    "use tg.where, for one between computations tg.cond, for a loop tg.while_loop or tg.scan; what only looks at "
    "values, such as printing, belongs outside; sizes (x.shape) are known"
)


class TracedArray(AbstractArray):
    """A value of the function that is being traced."""

    __slots__ = ("recorder", "value")

    if TYPE_CHECKING:
        recorder: Notebook
        value: Value
        shape: tuple[int, ...]

    def __init__(self, value: Value, recorder: Notebook) -> None:
        assert value.dtype is not None
        super().__init__(value.shape, value.dtype)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "recorder", recorder)

    __hash__ = object.__hash__

    def __reduce__(self) -> NoReturn:
        raise self._refusal("cannot pickle or copy it")

    def _refusal(self, wanted: str) -> TypeError:
        sizes = " ".join(map(str, self.shape))
        return TypeError(f"trace: {wanted}, a {self.dtype.name}[{sizes}]: {_ADVICE}")

    @property
    def device(self) -> str:
        """Where what is made beside it from nothing lives."""
        return "cpu"

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size

    @property
    def mT(self) -> Any:  # noqa: N802  # the Array API standard's name
        return _call("typedgrad.ops.matrices.matrix_transpose", self)

    def __getitem__(self, index: object) -> Any:
        return raw(Tensor(self)[index])  # type: ignore[index]  # whatever an index may be


def raw(x: Any) -> Any:
    """The arrays in a tensor, or in a tuple of them."""
    if isinstance(x, tuple):
        made = [raw(item) for item in x]
        return type(x)(*made) if hasattr(x, "_fields") else tuple(made)
    return x.data if isinstance(x, Tensor) else x


def boxed(x: Any) -> Any:
    """Arrays as tensors, also inside of tuples and lists; the rest as it is."""
    if isinstance(x, (tuple, list)) and any(isinstance(item, (AbstractArray, np.ndarray, np.generic)) for item in x):
        return tuple(map(boxed, x))
    if isinstance(x, np.generic):
        x = np.asarray(x)
    return Tensor(x) if isinstance(x, (AbstractArray, np.ndarray)) else x


def _call(full_name: str, *args: Any) -> Any:
    return raw(REGISTRY[full_name].function(*map(boxed, args)))


def _operator(name: str, *, swapped: bool = False) -> Any:
    def method(self: TracedArray, *others: Any) -> Any:
        if not all(
            isinstance(o, (bool, int, float, complex, np.ndarray, np.generic, AbstractArray, Number)) for o in others
        ):
            return NotImplemented
        return _call(name, *others, self) if swapped else _call(name, self, *others)

    return method


def _bind() -> None:
    """Give traced arrays the operators of tensors."""
    from typedgrad.ops.operators import METHODS, REFLECTED

    for method, full_name in METHODS.items():
        if method.startswith("__") and method not in {"__getitem__", "__iter__"}:
            setattr(TracedArray, method, _operator(full_name))
    for method, forward in REFLECTED.items():
        setattr(TracedArray, method, _operator(METHODS[forward], swapped=True))
    TracedArray.__hash__ = object.__hash__  # type: ignore[assignment, method-assign]  # operators were set after the class was made


class _Functions:
    """The namespace of traced arrays: functions of typedgrad; what makes arrays from nothing is numpy's."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(_PLAIN.__array_namespace__(), name, None)
        own: Any = getattr(np, name, None)
        if name in _NUMPYS or not callable(found) or isinstance(own, type):
            return own

        def on_arrays(*args: Any, **kwargs: Any) -> Any:
            return raw(found(*map(boxed, args), **{key: boxed(value) for key, value in kwargs.items()}))

        return on_arrays


_PLAIN = Tensor(np.zeros(()))
_NUMPYS = frozenset(
    ("arange", "empty", "eye", "full", "linspace", "ones", "zeros", "finfo", "iinfo", "isdtype", "can_cast")
)


class TracedBackend:
    """Arrays of functions that are being traced. What is made from nothing is an array of numpy, and so a constant."""

    name = DEVICE
    device_kind = DEVICE
    xp = cast("Namespace[TracedArray]", _Functions())

    def owns(self, array: object) -> bool:
        return isinstance(array, TracedArray)

    def devices(self) -> tuple[str, ...]:
        return ()

    def device(self, array: TracedArray) -> str:
        return DEVICE

    def dtype(self, array: TracedArray) -> np.dtype[Any]:
        return array.dtype

    def asarray(self, obj: Any, *, dtype: Any = None, device: str | None = None, copy: bool | None = None) -> Any:
        """The array itself, with another dtype if need be; what is no traced array as one of numpy."""
        if not isinstance(obj, TracedArray):
            return backend_for_device("cpu").asarray(obj, dtype=dtype, device=None, copy=copy)
        if dtype is None or np.dtype(dtype) == obj.dtype:
            return obj
        return raw(REGISTRY["typedgrad.core.casting.astype"].function(Tensor(obj), np.dtype(dtype).name))

    def to_numpy(self, array: TracedArray) -> NDArray[Any]:
        raise array._refusal("the values of a tensor are asked for")

    def synchronize(self, device: str | None = None) -> None:
        """Nothing runs, so there is nothing to wait for."""

    def gather(self, x: TracedArray, index: tuple[object, ...]) -> NoReturn:
        raise x._refusal("cannot pick elements of it")

    def scatter_add(self, zeros: TracedArray, index: tuple[object, ...], updates: TracedArray) -> NoReturn:
        raise zeros._refusal("cannot add to elements of it")

    def windows(self, x: TracedArray, window: object, axes: object, strides: object) -> NoReturn:
        raise x._refusal("cannot take windows of it")

    def random_bits(self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None) -> Any:
        """Random words of a key that is known."""
        return backend_for_device("cpu").random_bits(key, counter_start, n)


register_backend(TracedBackend())
_bind()


def current() -> Notebook:
    """The innermost open trace."""
    return cast("Notebook", innermost_recorder())
