"""Saying which matrix of a stack a library's linear algebra could not handle."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.tensor import Tensor

R = TypeVar("R")


def attempt(what: str, function: Callable[[Tensor], R], x: Tensor) -> R:
    """`function(x)`, or a ValueError that says `what` of the matrix, as in "inv: matrix [1] is singular"."""
    try:
        return function(x)
    except ValueError as error:  # numpy's LinAlgError is one
        raise ValueError(what.format(_culprit(function, x))) from error


def _culprit(function: Callable[[Tensor], object], x: Tensor) -> str:
    for place in itertools.product(*map(range, x.shape[:-2])):
        if not place:
            continue
        try:
            function(x[(*place, ...)])
        except ValueError:
            return f"matrix [{', '.join(map(str, place))}]"
    return "the matrix"
