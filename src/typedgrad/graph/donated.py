"""Tensors that were given away: whoever uses one again is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

import numpy as np

from typedgrad.backends import AbstractArray, register_backend
from typedgrad.core.aval import aval_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.backends.protocol import Namespace
    from typedgrad.core.tensor import Tensor

DEVICE = "donated"


class DonatedArray(AbstractArray):
    """What is left of an array that was given to a compiled function."""

    __slots__ = ("whom",)

    if TYPE_CHECKING:
        whom: str

    def __init__(self, shape: Any, dtype: np.dtype[Any], whom: str) -> None:
        super().__init__(shape, dtype)
        object.__setattr__(self, "whom", whom)

    def _refusal(self, wanted: str) -> TypeError:
        sizes = " ".join(map(str, self.shape))
        return TypeError(
            f"this tensor, {self.dtype.name}[{sizes}], was donated to {self.whom}, which reused its memory; use what "
            f"{self.whom} returned, or do not donate it"
        )


class _Gone:
    """The namespace of arrays that are gone: whatever is called refuses its first argument."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def refuse(*args: Any, **kwargs: Any) -> NoReturn:
            for x in (*args, *(x for given in args if isinstance(given, (tuple, list)) for x in given)):
                if isinstance(x, DonatedArray) and x.whom:
                    raise x._refusal(name)
            raise TypeError("a tensor that is used here was donated to a compiled function")

        return refuse


class DonatedBackend:
    """Arrays that are gone."""

    name = DEVICE
    device_kind = DEVICE
    xp = cast("Namespace[DonatedArray]", _Gone())

    def owns(self, array: object) -> bool:
        return isinstance(array, DonatedArray)

    def devices(self) -> tuple[str, ...]:
        return ()

    def device(self, array: DonatedArray) -> str:
        return DEVICE

    def dtype(self, array: DonatedArray) -> np.dtype[Any]:
        return array.dtype

    def asarray(self, obj: Any, *, dtype: Any = None, device: str | None = None, copy: bool | None = None) -> Any:
        if isinstance(obj, DonatedArray):
            raise obj._refusal("asarray")
        return DonatedArray((), np.dtype(dtype), "")  # a number beside a donated tensor, which the op will refuse

    def to_numpy(self, array: DonatedArray) -> NDArray[Any]:
        raise array._refusal("to_numpy")

    def synchronize(self, device: str | None = None) -> None:
        """Nothing runs, so there is nothing to wait for."""

    def gather(self, x: DonatedArray, index: tuple[object, ...]) -> NoReturn:
        raise x._refusal("gather")

    def scatter_add(self, zeros: DonatedArray, index: tuple[object, ...], updates: DonatedArray) -> NoReturn:
        raise zeros._refusal("scatter_add")

    def windows(self, x: DonatedArray, window: object, axes: object, strides: object) -> NoReturn:
        raise x._refusal("windows")

    def random_bits(self, key: tuple[int, int], counter_start: int, n: int, *, device: str | None = None) -> NoReturn:
        raise TypeError("a tensor that is used here was donated to a compiled function")


register_backend(DonatedBackend())


def give_away(x: Tensor, whom: str) -> Any:
    """The tensor's array; the tensor itself is of no use afterwards."""
    data: Any = x.data
    inner: Any = x
    inner.data = DonatedArray(x.shape, x.dtype, whom)
    inner.aval = aval_of(x.shape, x.dtype, DEVICE)
    return data
