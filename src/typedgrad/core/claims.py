"""`assert_shape`: what a body claims about a tensor, enforced where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound=Tensor)


def assert_shape(x: T, axes: str, /) -> T:
    """`x` itself, whose shape is certain to be `axes` from here on.

    The names mean what they mean around the assertion: in a function with `@typed` and in the call of a layer the sizes
    of the arguments, the fields of the layer, and what earlier assertions of the same call have met. Elsewhere they are
    those of the string alone. mypy proves the assertion or refuses it, and takes it on trust where it knows too little.
    Axes with `#` are not looked at.

    Raises:
        ShapeError: if the shape is another one.
        ShapeStringError: (a ValueError) if `axes` is no shape.

    >>> @tg.typed
    ... def heads(x: Float32[tg.Tensor, "b t d"], h: int) -> Float32[tg.Tensor, "b h t k"]:
    ...     b, t, d = x.shape
    ...     x = tg.assert_shape(tg.reshape(x, (b, t, h, d // h)), "b t h k")
    ...     return tg.assert_shape(tg.permute_dims(x, (0, 2, 1, 3)), "b h t k")
    >>> heads(tg.ones((2, 3, 8)), 4).shape
    (2, 4, 3, 2)
    >>> tg.assert_shape(tg.ones((2, 3)), "n n")
    Traceback (most recent call last):
    typedgrad.shapes.errors.ShapeError: assert_shape: `x` must have n=2 on axis 1 (n n), not 3
    <BLANKLINE>
        x  [n=2 n=3]
            ^^^ ^^^
    """
    if CHECKS != "off":
        _enforce(x, axes)
    return x


def _enforce(x: Any, axes: str) -> None:
    from jaxtyping import _storage as jaxtyping_storage

    from typedgrad.shapes.claiming import claim

    single: dict[str, Any] = {}
    variadic: dict[str, Any] = {}
    arguments: Mapping[str, object] = {}
    if getattr(x, "device", None) != "abstract":  # sizes may be symbols, which jaxtyping's bindings are not
        single, variadic, _, arguments = jaxtyping_storage.get_shape_memo()  # type: ignore[no-untyped-call]  # jaxtyping has no types there
    known: dict[str, Any] = {name: size for name, size in single.items() if name.isidentifier()}
    known |= {f"*{name}": tuple(shape) for name, (stretched, shape) in variadic.items() if not stretched}
    for name, meaning in claim(axes, tuple(x.shape), known, arguments, "assert_shape").items():
        if name in known:
            continue
        if isinstance(meaning, tuple):
            variadic.setdefault(name.removeprefix("*"), (False, meaning))
        elif isinstance(meaning, int):
            single[name] = meaning
