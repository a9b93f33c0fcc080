"""`Case`: what the laws must be told of an op, beyond what its signature says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Sizes: TypeAlias = tuple[int, ...]
Shapes: TypeAlias = "dict[str, Any]"  # argument -> its sizes, None if absent, a tuple of sizes for a sequence
Arrays: TypeAlias = "dict[str, Any]"  # argument -> numpy array, None if absent, a tuple of arrays for a sequence
Domain: TypeAlias = tuple[float, float]

KINDS = ("float64", "float32", "int64", "bool", "complex128")


def no_statics(shapes: Shapes, rng: Random) -> dict[str, object]:
    """The static arguments of an op that has none, or whose defaults will do."""
    return {}


class Case(NamedTuple):
    """What the laws must be told of an op; everything else is drawn from its signature.

    Attributes:
        reference: the same thing on numpy arrays: called with one positional argument per tensor argument (None for an
            absent one, a tuple for a sequence) and the static arguments as keywords. A tuple for several results.
        statics: draws the static arguments, given the drawn shapes by argument name.
        domain: where values are drawn from, for all arguments or by name. Integers are drawn from the integers in it.
            Keep away from poles, and from kinks at which gradients do not exist.
        shapes: draws the shapes, where those that the signature allows are not all good, or too few of them are.
        arrays: draws the arrays themselves, where values matter (integer indices, positive definite matrices). Floats
            should be float64; arguments it leaves out are absent.
        second: whether second-order gradients exist.
        skip: law, or dtype kind (`float32`, `int64`, `bool`, `complex128`), -> the reason why it does not apply.
        view: whether the result may share memory with an argument.
        tolerance: how many times the usual error is acceptable (ill-conditioned ops).
    """

    reference: Callable[..., Any]
    statics: Callable[[Shapes, Random], dict[str, object]] = no_statics
    domain: Domain | Mapping[str, Domain] = (-2.0, 2.0)
    shapes: Callable[[Random], Shapes] | None = None
    arrays: Callable[[Random], Arrays] | None = None
    second: bool = True
    skip: Mapping[str, str] = {}
    view: bool = False
    tolerance: float = 1.0


def uniform(rng: Random, sizes: Sizes, low: float = -2.0, high: float = 2.0) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Uniformly distributed numbers, from the standard library's generator: for `Case.arrays`.

    >>> uniform(Random(0), (2,)).shape
    (2,)
    """
    count = int(np.prod(sizes))
    return np.array([rng.uniform(low, high) for _ in range(count)], dtype="float64").reshape(sizes)
