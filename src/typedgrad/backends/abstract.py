"""Arrays that are a shape and a dtype and nothing else.

`eval_shape`, `summary` and the tracer run on them. No op's body ever sees one: the result's shape comes from the op's
signature instead, so they need no arithmetic. A shape may hold symbolic dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never, NoReturn, cast

import numpy as np

from typedgrad.shapes import Star

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from typedgrad.backends.protocol import Namespace
    from typedgrad.shapes import Shape


class AbstractArray:
    """An array of which only the shape and the dtype are known. Two are equal if both are.

    >>> AbstractArray((2, 3), "float32")
    AbstractArray([2 3], float32)
    """

    __slots__ = ("dtype", "shape")

    shape: Shape
    dtype: np.dtype[Any]

    def __init__(self, shape: Shape, dtype: str | np.dtype[Any]) -> None:
        object.__setattr__(self, "shape", tuple(shape))
        object.__setattr__(self, "dtype", np.dtype(dtype))

    @property
    def ndim(self) -> int:
        """The number of axes. Raises TypeError if the shape has a run of axes such as `*batch`."""
        if any(isinstance(size, Star) for size in self.shape):
            raise TypeError(f"the number of axes of {self!r} is not known")
        return len(self.shape)

    def __repr__(self) -> str:
        return f"AbstractArray([{' '.join(map(str, self.shape))}], {self.dtype.name})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbstractArray) and self.shape == other.shape and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"an AbstractArray is immutable: cannot set {name!r}")

    def __reduce__(self) -> tuple[type[AbstractArray], tuple[Shape, np.dtype[Any]]]:
        # Copying and pickling would otherwise set the attributes of an empty one.
        return AbstractArray, (self.shape, self.dtype)

    def _refusal(self, wanted: str) -> TypeError:
        return TypeError(f"{wanted}: {self!r} has a shape and a dtype but no values")

    def __array__(self, dtype: object = None, copy: object = None) -> NDArray[Any]:
        raise self._refusal("cannot make a numpy array of it")

    def __bool__(self) -> bool:
        raise self._refusal("cannot decide whether it is true")

    def __float__(self) -> float:
        raise self._refusal("cannot make a float of it")

    def __int__(self) -> int:
        raise self._refusal("cannot make an int of it")

    def __complex__(self) -> complex:
        raise self._refusal("cannot make a complex number of it")

    def __index__(self) -> int:
        raise self._refusal("cannot use it as an index")

    def __iter__(self) -> Iterator[Never]:
        raise self._refusal("cannot iterate over it")

    def __getitem__(self, index: object) -> NoReturn:
        raise self._refusal("cannot index it")

    def item(self) -> NoReturn:
        raise self._refusal("cannot read its value")

    def tolist(self) -> NoReturn:
        raise self._refusal("cannot list its values")


class _NoFunctions:
    """The namespace of abstract arrays: every name is refused, since a body must not run on them."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Introspection (copy, inspect, doctest) expects AttributeError for these.
            raise AttributeError(name)
        raise TypeError(f"{name}: abstract arrays have a shape and a dtype but no values to compute with")


class AbstractBackend:
    """Describes arrays without holding any; it has no device that can hold values."""

    name = "abstract"
    device_kind = "abstract"
    xp = cast("Namespace[AbstractArray]", _NoFunctions())

    def owns(self, array: object) -> bool:
        return type(array) is AbstractArray  # a subclass may have a backend of its own

    def devices(self) -> tuple[str, ...]:
        return ()

    def device(self, array: AbstractArray) -> str:
        return "abstract"

    def dtype(self, array: AbstractArray) -> np.dtype[Any]:
        return array.dtype

    def asarray(
        self,
        obj: object,
        *,
        dtype: str | np.dtype[Any] | None = None,
        device: str | None = None,
        copy: bool | None = None,
    ) -> AbstractArray:
        """The description of an array: its shape and dtype (or `dtype`), without its values."""
        from typedgrad.backends.dispatch import backend_of
        from typedgrad.backends.numpy import host_array

        if isinstance(obj, AbstractArray):
            return obj if dtype is None else AbstractArray(obj.shape, dtype)
        if hasattr(obj, "shape"):
            return AbstractArray(obj.shape, dtype if dtype is not None else backend_of(obj).dtype(obj))
        host = host_array(obj, dtype)
        return AbstractArray(host.shape, host.dtype)

    def to_numpy(self, array: AbstractArray) -> NDArray[Any]:
        return array.__array__()

    def synchronize(self, device: str | None = None) -> None:
        """Nothing runs, so there is nothing to wait for."""

    def gather(self, x: AbstractArray, index: tuple[object, ...]) -> AbstractArray:
        raise TypeError("gather: abstract arrays have a shape and a dtype but no values to compute with")

    def scatter_add(self, zeros: AbstractArray, index: tuple[object, ...], updates: AbstractArray) -> AbstractArray:
        raise TypeError("scatter_add: abstract arrays have a shape and a dtype but no values to compute with")

    def windows(
        self, x: AbstractArray, window: tuple[int, ...], axes: tuple[int, ...], strides: tuple[int, ...]
    ) -> AbstractArray:
        raise TypeError("windows: abstract arrays have a shape and a dtype but no values to compute with")

    def random_bits(
        self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None
    ) -> AbstractArray:
        """The description of `n` random words."""
        return AbstractArray((n,), "uint32")
