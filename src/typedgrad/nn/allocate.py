"""From a parameter's annotation to its shape, in the sizes of one layer."""

from __future__ import annotations

import math
import typing
from typing import TYPE_CHECKING, Any

from typedgrad.backends import AbstractArray
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Unknown, parse_dim, substitute

if TYPE_CHECKING:
    from typedgrad.shapes import Dim


_ANNOTATIONS: dict[tuple[type, str], Any] = {}


def annotation(cls: type, name: str) -> Any:
    """The jaxtyping annotation of a field, without an `| None`.

    Raises TypeError if the field has no shape.
    """
    found = _ANNOTATIONS.get((cls, name))
    if found is None:
        hint = typing.get_type_hints(cls, include_extras=True)[name]
        arrays = [option for option in (hint, *typing.get_args(hint)) if hasattr(option, "dim_str")]
        if not arrays:
            raise TypeError(
                f"{cls.__name__}.{name} must be annotated with its shape, as in Float[Tensor, 'n'], not {hint}"
            )
        found = _ANNOTATIONS[cls, name] = arrays[0]
    return found


def parameter_shape(layer: Any, name: str) -> tuple[Dim, ...]:
    """The shape of a parameter of `layer`.

    Raises TypeError if a size it mentions is not known.
    """
    from typedgrad.nn.layer import known_sizes

    cls = type(layer)
    sizes = known_sizes(layer)
    shape = []
    for token in annotation(cls, name).dim_str.split():
        size = substitute(parse_dim(token.rpartition("=")[2]), sizes)
        missing = _names_left(size, sizes)
        if missing:
            raise TypeError(
                f"{cls.__name__}.{name} needs `{missing}`, which is not known; pass it, or learn it: "
                "tg.init(model, key, input='n ...')"
            )
        shape.append(size)
    return tuple(shape)


def _names_left(size: Dim, sizes: typing.Mapping[str, Dim]) -> str:
    """What keeps a size from being a number, while all sizes of the layer are numbers."""
    if isinstance(size, int) or any(not isinstance(s, int) for s in sizes.values()):
        return ""
    return "a size" if isinstance(size, Unknown) else str(size)


def abstract_parameter(layer: Any, name: str) -> Tensor:
    """A tensor with the shape of a parameter and no values."""
    field = layer._fields[name]
    if field.of is not None:
        made = field.of(layer)
        return Tensor(AbstractArray(made.shape, made.dtype))
    concrete = annotation(type(layer), name).dtypes
    dtype = "float32" if isinstance(concrete, (list, tuple)) is False or "float32" in concrete else concrete[0]
    return Tensor(AbstractArray(parameter_shape(layer, name), dtype))


def fans(layer: Any, field: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs and outputs one unit has: what initialisers scale by.

    Without a word from the field, a matrix maps its first axis to its second, and a kernel `(out, in, *window)` is
    counted with its window.
    """
    if field.fans is not None:
        return getattr(layer, field.fans[0]), getattr(layer, field.fans[1])
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    if len(shape) == 2:
        return shape[0], shape[1]
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window
