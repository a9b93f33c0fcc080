"""What is given to a graph of layers: by place or by name, all of it once, in the shapes that were declared."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError, Signature, Slot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def bound(
    names: Sequence[str], shapes: Sequence[str | None], inputs: Sequence[Tensor], by_name: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The inputs of a graph by their names.

    Raises:
        ShapeError: for a shape that is not the one declared.
        TypeError: for an input that is missing, there twice, or not to be there at all.
    """
    listed = ", ".join(names)
    if len(inputs) > len(names):
        raise TypeError(f"Dag: {len(inputs)} inputs were given, but there are {len(names)}: {listed}")
    values = dict(zip(names, inputs, strict=False))
    for name, value in by_name.items():
        if name not in names:
            raise TypeError(f"Dag: there is no input `{name}`; the inputs are {listed}")
        if name in values:
            raise TypeError(f"Dag: the input `{name}` was given twice")
        values[name] = value
    for name in names:
        if name not in values:
            raise TypeError(f"Dag: the input `{name}` is missing")
        if not isinstance(values[name], Tensor):
            raise TypeError(f"Dag: the input `{name}` must be a Tensor, not {type(values[name]).__name__}")
    declared = tuple((n, text) for n, text in zip(names, shapes, strict=True) if text is not None)
    if declared:
        _check(declared, tuple(values[name].shape for name, _ in declared))
    return values


@functools.lru_cache(maxsize=1024)
def _check(declared: tuple[tuple[str, str], ...], shapes: tuple[Any, ...]) -> None:
    """Raise ShapeError unless the inputs have the shapes that were declared."""
    signature = Signature({name: Slot(text) for name, text in declared}, None)
    try:
        signature.bind({name: shape for (name, _), shape in zip(declared, shapes, strict=True)})
    except ShapeError as error:
        error.where = error.where or "Dag"
        raise
