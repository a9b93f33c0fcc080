"""Initialisers made with options: values that compare and show what they were made with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from typedgrad.core.random import Key
    from typedgrad.core.tensor import Tensor
    from typedgrad.nn.fields import Initializer

F = TypeVar("F", bound="Callable[..., Initializer]")


class Made:
    """An initialiser, the name of the function that made it, and all its options.

    >>> tg.nn.normal(0.02)
    normal(std=0.02, mean=0.0)
    >>> tg.nn.normal(0.02) == tg.nn.normal(std=0.02)
    True
    """

    __slots__ = ("draw", "name", "options")

    def __init__(self, name: str, options: tuple[tuple[str, Any], ...], draw: Initializer) -> None:
        self.name = name
        self.options = options
        self.draw = draw

    def __call__(self, key: Key, shape: tuple[int, ...], dtype: str, fans: tuple[int, int]) -> Tensor:
        return self.draw(key, shape, dtype, fans)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Made):
            return NotImplemented
        return (self.name, self.options) == (other.name, other.options)

    def __hash__(self) -> int:
        return hash((self.name, self.options))

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.options)})"


def made(make: F) -> F:
    """Let what a function makes remember its options.

    >>> made(lambda std: tg.nn.zeros)(std=1.0).options
    (('std', 1.0),)
    """

    @functools.wraps(make)
    def remembered(*args: object, **options: object) -> Made:
        from inspect import signature

        draw = make(*args, **options)
        given = signature(make).bind(*args, **options)
        given.apply_defaults()
        return Made(make.__name__, tuple(given.arguments.items()), draw)

    return cast("F", remembered)
