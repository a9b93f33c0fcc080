"""Running on shapes alone: tensors without values, and `eval_shape`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from typedgrad.backends import AbstractArray
from typedgrad.core.dtypes import DTypeLike, dtype_name
from typedgrad.core.leaves import refuse_uncallable
from typedgrad.core.pytree import tree_map
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import parse_shape

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

# Entered while shapes are evaluated; layers register one in which their parameters need no values.
SCOPES: list[AbstractContextManager[object]] = []


def abstract(shape: str | tuple[int, ...], dtype: DTypeLike = "float32") -> Tensor:
    """A tensor with a shape and a dtype, and no values. A shape string may name sizes: "n 3 224 224".

    Raises ValueError for a malformed shape string, TypeError for what is not a dtype.

    >>> tg.abstract("n 784")
    Tensor(float32[n 784], abstract)
    """
    sizes: Any = parse_shape(shape) if isinstance(shape, str) else shape
    for axis, n in enumerate(sizes):
        if isinstance(n, int) and n < 0:
            raise ValueError(f"abstract: the size of axis {axis} must not be negative, got {n}")
    return Tensor(AbstractArray(sizes, dtype_name(dtype)))


def eval_shape(f: Callable[..., Any], *args: object) -> Any:
    """What `f` would return for arguments of these shapes: the same tree, of tensors without values.

    Args:
        f: any function of tensors; nothing is computed.
        args: trees of tensors, or shape strings, which stand for float32 tensors.

    Raises:
        ShapeError: where the call of `f` would raise it.
        TypeError: if `f` looks at values.

    >>> tg.eval_shape(lambda x, w: x @ w, "batch 784", tg.ones((784, 10)))
    Tensor(float32[batch 10], abstract)
    """
    refuse_uncallable("eval_shape", f)
    with ExitStack() as stack:
        for scope in SCOPES:
            stack.enter_context(scope)
        return f(*(_without_values(arg) for arg in args))


def abstract_inputs(inputs: object) -> tuple[Any, ...]:
    """The arguments that describe a model's input."""
    return tuple(map(_without_values, inputs if isinstance(inputs, tuple) else (inputs,)))


def _without_values(arg: object) -> Any:
    return tree_map(_abstracted, arg)


def _abstracted(leaf: object) -> object:
    if isinstance(leaf, str):
        return abstract(leaf)
    if isinstance(leaf, Tensor):
        return Tensor(AbstractArray(leaf.shape, leaf.dtype))
    return State(_abstracted(leaf.value), leaf.token) if isinstance(leaf, State) else leaf  # type: ignore[arg-type]  # a State holds a Tensor
