"""What an array library must offer to be a backend.

A backend is a namespace of the Python Array API standard plus a few named extras that the standard lacks. Both are
described here for the type checker; nothing in this file runs.

Type parameters. An op's body is typed with `Tensor` but runs on raw arrays, so both protocols are generic in "the array
type the caller sees": `namespace(x)` of an `x: T` is a `Namespace[T]`, whose functions return `T`. Thus bodies need no
`Any` and no casts. The single place where the standard's functions are left unchecked is `Namespace.__getattr__`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import TypeVar

    from typedgrad.shapes import Shape

    T = TypeVar("T", default=Any)
    T_co = TypeVar("T_co", covariant=True, default=Any)
else:
    # The defaults of type parameters (PEP 696) matter to checkers only; before Python 3.13 they need a package.
    from typing import TypeVar

    T = TypeVar("T")
    T_co = TypeVar("T_co", covariant=True)


class Array(Protocol):
    """All that is common to the arrays of every backend, abstract ones included.

    `dtype` is an object of the array's own library; `Backend.dtype` translates it into numpy's.
    """

    @property
    def shape(self) -> Shape: ...

    @property
    def dtype(self) -> object: ...


class Namespace(Protocol[T_co]):
    """An Array API namespace. Functions that return one array are found by `__getattr__`; the rest is spelt out."""

    pi: float
    e: float
    inf: float
    nan: float
    newaxis: None

    @property
    def linalg(self) -> LinalgNamespace[T_co]: ...
    @property
    def fft(self) -> FourierNamespace[T_co]: ...

    def finfo(self, dtype: object, /) -> FloatLimits: ...
    def iinfo(self, dtype: object, /) -> IntegerLimits: ...
    def broadcast_arrays(self, *arrays: object) -> Sequence[T_co]: ...
    def can_cast(self, from_: object, to: object, /) -> bool: ...
    def isdtype(self, dtype: object, kind: object) -> bool: ...
    def meshgrid(self, *arrays: object, indexing: str = "xy") -> Sequence[T_co]: ...
    def nonzero(self, x: object, /) -> tuple[T_co, ...]: ...
    def result_type(self, *arrays_and_dtypes: object) -> object: ...
    def unique_all(self, x: object, /) -> tuple[T_co, T_co, T_co, T_co]: ...
    def unique_counts(self, x: object, /) -> tuple[T_co, T_co]: ...
    def unique_inverse(self, x: object, /) -> tuple[T_co, T_co]: ...
    def unstack(self, x: object, /, *, axis: int = 0) -> tuple[T_co, ...]: ...

    # The one unchecked edge: arguments are whatever the function takes (dtype objects such as `xp.float32` come this
    # way too: they are callables, which is all that an argument position asks of them).
    def __getattr__(self, name: str, /) -> Callable[..., T_co]: ...


class LinalgNamespace(Protocol[T_co]):
    """The standard's `linalg` extension; functions with several results are spelt out."""

    def eigh(self, x: object, /) -> tuple[T_co, T_co]: ...
    def qr(self, x: object, /, *, mode: str = "reduced") -> tuple[T_co, T_co]: ...
    def slogdet(self, x: object, /) -> tuple[T_co, T_co]: ...
    def svd(self, x: object, /, *, full_matrices: bool = True) -> tuple[T_co, T_co, T_co]: ...

    def __getattr__(self, name: str, /) -> Callable[..., T_co]: ...


class FourierNamespace(Protocol[T_co]):
    """The standard's `fft` extension, all of whose functions return one array."""

    def __getattr__(self, name: str, /) -> Callable[..., T_co]: ...


class FloatLimits(Protocol):
    """What `finfo` tells of a floating-point dtype."""

    @property
    def bits(self) -> int: ...
    @property
    def eps(self) -> float: ...
    @property
    def max(self) -> float: ...
    @property
    def min(self) -> float: ...
    @property
    def smallest_normal(self) -> float: ...


class IntegerLimits(Protocol):
    """What `iinfo` tells of an integer dtype."""

    @property
    def bits(self) -> int: ...
    @property
    def max(self) -> int: ...
    @property
    def min(self) -> int: ...


class Backend(Protocol[T]):
    """An array library: its namespace, where its arrays live, and the extras the standard lacks."""

    @property
    def name(self) -> str:
        """The library: "numpy", "cupy", "abstract"."""

    @property
    def device_kind(self) -> str:
        """The first part of its device names: "cpu", "cuda" (of "cuda:0"), "abstract"."""

    @property
    def xp(self) -> Namespace[T]: ...

    def owns(self, array: object) -> bool:
        """Whether `array` is an array of this library."""

    def devices(self) -> tuple[str, ...]:
        """The devices that can hold values now, the default one first; no names if there are none."""

    def device(self, array: T) -> str:
        """The name of the device that holds `array`."""

    def dtype(self, array: T) -> np.dtype[Any]:
        """The array's dtype, as numpy's object for it."""

    def asarray(
        self,
        obj: object,
        *,
        dtype: str | np.dtype[Any] | None = None,
        device: str | None = None,
        copy: bool | None = None,
    ) -> T:
        """An array of this library. Python floats become float32, Python integers int64; arrays keep their dtype.

        `copy`: True always copies, False never (ValueError if it would be needed), None only where needed.
        """

    def to_numpy(self, array: T) -> NDArray[Any]:
        """The values as a read-only numpy array; a view where the memory can be shared."""

    def synchronize(self, device: str | None = None) -> None:
        """Wait until the work already started on a device is done."""

    def gather(self, x: T, index: tuple[object, ...]) -> T:
        """`x[index]`, where integer arrays may stand beside slices as in numpy; the standard knows less."""

    def scatter_add(self, zeros: T, index: tuple[object, ...], updates: T) -> T:
        """`zeros[index] += updates` where repeated positions add up. `zeros` is donated: use only the result."""

    def windows(self, x: T, window: tuple[int, ...], axes: tuple[int, ...], strides: tuple[int, ...]) -> T:
        """Sliding windows: each axis of `axes` counts positions, and one axis per window is appended. Read only."""

    def random_bits(self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None) -> T:
        """`n` words (uint32) of the Philox 4x32-10 stream of `key`, from block `counter_start` on."""
