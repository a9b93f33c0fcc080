"""From avals to plans: C kernels made ready for arrays of known sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval


class Like(NamedTuple):
    """An array that is neither argument nor result of an op, as an aval would describe it."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


Described: TypeAlias = "Aval | Like"
Plan: TypeAlias = Callable[..., Any]
_CODES = {"float32": "f", "float64": "d", "int64": "l", "bool": "b", "uint8": "B", "int32": "i"}
# Below this many elements of work a kernel stays on one thread: waking another costs some microseconds.
GRAIN = 16_384
# Bytes of a vector register of a processor that has many of them.
MANY_REGISTERS = 64

_native: Any = import_module("typedgrad.kernels._native")


def serves(*avals: Described | None) -> bool:
    """Whether all are float arrays of one dtype that kernels know, with axes, not empty, and small enough to count."""
    present = [a for a in avals if a is not None]
    dtype = present[0].dtype
    return dtype.name in {"float32", "float64"} and all(
        a.dtype == dtype and a.shape and 0 < math.prod(a.shape) < 2**46 for a in present
    )


def code_of(aval: Described) -> str:
    """The letter of the dtype."""
    return _CODES[aval.dtype.name]


def positive(number: float) -> bool:
    """Whether it is a number that can be added to a variance; for others the op's body has words."""
    return 0.0 <= number < math.inf


def lanes(dtype: np.dtype[np.generic]) -> int:
    """How many numbers a vector register holds."""
    return int(_native.vector_bytes()) // dtype.itemsize


def _taking(aval: Described | None, manner: int) -> tuple[str, int, int]:
    """An input of a plan; None for one that is absent."""
    return ("f", -1, 0) if aval is None else (code_of(aval), math.prod(aval.shape), manner)


def making(aval: Described) -> tuple[str, tuple[int, ...]]:
    """An output of a plan."""
    return (code_of(aval), aval.shape)


def plan(
    name: str,
    inputs: tuple[Described | None, ...],
    outputs: tuple[tuple[str, tuple[int, ...]], ...],
    *,
    work: int,
    unit: int,
    sizes: tuple[int, ...] = (),
    settings: tuple[float, ...] = (),
    results: tuple[int, ...] | None = None,
    overwrites: tuple[int, ...] = (),
    as_they_lie: dict[int, int] | None = None,
    matrices: tuple[int, ...] = (),
    scratch: int = 0,
    any_order: bool = False,
    like: Described | None = None,
    before: tuple[str, int, int] | None = None,
) -> Plan:
    """A plan for a kernel.

    Args:
        name: the kernel's.
        inputs: what it takes, in the kernel's order.
        outputs: dtypes and shapes of what it makes.
        work: how many pieces of work there are, as the kernel counts them.
        unit: how many elements one piece handles, about.
        sizes: integers for the kernel.
        settings: floats for the kernel.
        results: which arrays are returned, inputs and outputs counted together; all outputs unless given.
        overwrites: which inputs the kernel writes to.
        as_they_lie: which inputs, of four axes, are not copied if they have gaps: 2 where the numbers along the last
            axis must be neighbours, 3 where not even these.
        matrices: which inputs are matrices that may be transposed, or all of whose axes but the last are rows.
        scratch: bytes of memory for the time of a call.
        any_order: whether axes may lie in memory in any order, if all arrays have the same; results then have it too.
        like: says whether it computes in single or double precision; the first input unless given.
        before: the kernel that must have run, how many pieces of work it has, and how many of them are one share.
    """
    first = inputs[0] if like is None else like
    assert first is not None
    count = len(inputs)
    manners = {**(as_they_lie or {}), **dict.fromkeys(overwrites, 1), **dict.fromkeys(matrices, 4)}
    found: Plan = _native.Plan(
        name,
        code_of(first),
        tuple(_taking(x, manners.get(i, 0)) for i, x in enumerate(inputs)),
        outputs,
        tuple(range(count, count + len(outputs))) if results is None else results,
        work,
        max(1, GRAIN // max(1, unit)),
        sizes,
        settings,
        scratch,
        any_order,
        *(() if before is None else (before,)),
    )
    return found
