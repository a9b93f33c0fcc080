"""Many tensors that pass for one: what functions see under `vmap`.

A `Batched` tensor has the shape of one example. The examples lie along the first axis of `value`, with which every op
computes them all at once. Under nested `vmap`s `value` is itself `Batched`, for a level further out.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeAlias

from typedgrad.core.aval import aval_of
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from typedgrad.core.primitive import Primitive
    from typedgrad.core.tape import Node
    from typedgrad.shapes import Dim

Level: TypeAlias = "tuple[int, Dim]"  # its number, 1 for the outermost, and how many examples it has


class _Open(threading.local):
    """The levels that are open on this thread, outermost first."""

    levels: tuple[Level, ...] = ()


opened = _Open()


class Batched(Tensor):
    """One of many tensors, which are computed with all at once. Made by `vmap`."""

    __slots__ = ("level", "value")

    if TYPE_CHECKING:
        level: int
        value: Tensor

    def __new__(cls, value: Tensor, level: int) -> Self:
        """One of the tensors that lie along the first axis of `value`."""
        self = object.__new__(cls)
        aval = aval_of(value.shape[1:], value.dtype, value.device)
        for name, given in (("aval", aval), ("shape", aval.shape), ("dtype", aval.dtype)):
            object.__setattr__(self, name, given)
        self.level, self.value = level, value
        return self

    if not TYPE_CHECKING:

        @property
        def data(self) -> NoReturn:
            """Raises TypeError: there is no one array."""
            raise TypeError(
                f"vmap: this Tensor {list(self.shape)} stands for {self.value.shape[0]} at once, whose values differ; "
                "they cannot be read here. Use tg.where instead of a branch"
            )

        @property
        def node(self) -> Node | None:
            """How they all were made."""
            return self.value.node

    def __repr__(self) -> str:
        return f"Tensor({self.dtype.name}[{' '.join(map(str, self.shape))}], one of {self.value.shape[0]} under vmap)"


def innermost(x: Tensor) -> Tensor:
    """The tensor that holds all examples of all levels."""
    while isinstance(x, Batched):
        x = x.value
    return x


def rewrapped(plain: Tensor, like: Tensor) -> Tensor:
    """`plain`, which holds all examples, as a tensor of the levels of `like`."""
    return Batched(rewrapped(plain, like.value), like.level) if isinstance(like, Batched) else plain


def lifted(x: Tensor, levels: tuple[Level, ...] | None = None) -> Tensor:
    """`x` as a tensor of all open levels; where it is the same for all examples, it is repeated."""
    levels = opened.levels if levels is None else levels
    if not levels:
        return x
    *outer, (level, size) = levels
    if isinstance(x, Batched) and x.level == level:
        return Batched(lifted(x.value, tuple(outer)), level)
    return Batched(lifted(repeated(x, size), tuple(outer)), level)


def repeated(x: Tensor, size: Dim) -> Tensor:
    """`x` so many times, along a new first axis."""
    from typedgrad.core.broadcasting import broadcast_to

    return broadcast_to(x, (size, *x.shape))  # type: ignore[arg-type]  # a symbol only on shapes alone


def is_batched(value: object) -> bool:
    """Whether an argument of an op is batched, or holds what is."""
    if isinstance(value, (tuple, list)):
        return any(isinstance(item, Batched) for item in value)
    return isinstance(value, Batched)


# Computes an op for all examples of the innermost level among its arguments; `vmap` brings it along.
APPLY: list[Callable[[Primitive, tuple[Any, ...], dict[str, Any]], Any]] = []


def refuse_update() -> None:
    """Raise TypeError if a function is being mapped: a state has one value, not one for each example."""
    if opened.levels:
        raise TypeError("vmap: a state, such as running statistics, cannot be updated by many examples at once")
