"""One trial of a law: an op and the arguments it is tried on."""

from __future__ import annotations

import warnings
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from typedgrad.core.primitive import Primitive
from typedgrad.testing.case import Case
from typedgrad.testing.draw import Draw, on_host, tensors
from typedgrad.testing.numeric import distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.core.tensor import Tensor

# Relative errors of a forward result; several roundings, but no lost digits.
_FORWARD = {"float16": 1e-2, "float32": 2e-5, "complex64": 2e-5, "float64": 1e-11, "complex128": 1e-11}


class Broken(Exception):
    """What a law says is wrong."""


class Trial(NamedTuple):
    """An op, and the arguments it is tried on."""

    op: Primitive
    case: Case
    rng: Random
    draw: Draw
    device: str

    def call(self, flat: list[Tensor]) -> list[Tensor]:
        """The results of the op for tensors in the places of the drawn arrays."""
        out = self.op.function(*self.draw.refill(list(flat)), **self.draw.statics)
        return list(out) if isinstance(out, (tuple, list)) else [out]

    def forward(self) -> list[NDArray[Any]]:
        """The results for the drawn arrays on the CPU, as numpy arrays."""
        return on_host(self.call(tensors(self.draw.flat)))

    def reference(self) -> list[NDArray[Any]]:
        """What the reference says."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            out = self.case.reference(*self.draw.arrays, **self.draw.statics)
        return [np.asarray(part) for part in (out if isinstance(out, (tuple, list)) else (out,))]

    def compare(self, made: list[NDArray[Any]], wanted: list[NDArray[Any]], what: str, factor: float = 1.0) -> None:
        """Refuse results that differ by more than rounding explains."""
        if [m.shape for m in made] != [w.shape for w in wanted]:
            raise Broken(f"{what} has shape {_shapes(made)}, but must have {_shapes(wanted)}")
        for m, w in zip(made, wanted, strict=True):
            allowed = _FORWARD.get(m.dtype.name, 0.0) * self.case.tolerance * factor
            apart = distance([m], [w])
            if not apart <= allowed:
                raise Broken(f"{what} is off by {apart:.2g}, more than {allowed:.2g}: {m!r}, but must be {w!r}")


def _shapes(arrays: list[NDArray[Any]]) -> str:
    return ", ".join(f"[{' '.join(map(str, a.shape))}]" for a in arrays)
