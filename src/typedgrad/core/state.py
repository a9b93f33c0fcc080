"""`State`: what training changes without a gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor


class State:
    """A tensor that training changes without a gradient, such as a running mean. A leaf of trees, but not a parameter.

    The token goes with it through flatten and unflatten, so that a run finds it wherever it moved.
    """

    __slots__ = ("token", "value")

    def __init__(self, value: Tensor, token: object = None) -> None:
        self.value = value
        self.token = object() if token is None else token

    def __repr__(self) -> str:
        return f"State({self.value!r})"
