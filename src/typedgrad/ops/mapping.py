"""`vmap`: a function of one example made one of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from typedgrad.core.batching import APPLY, Batched, opened, repeated
from typedgrad.core.leaves import refuse_uncallable
from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.state import State
from typedgrad.core.tensor import Tensor
from typedgrad.ops.batching import apply
from typedgrad.ops.rearrange import moveaxis
from typedgrad.shapes import Dim, ShapeError, axis_index

P = ParamSpec("P")
R = TypeVar("R")

APPLY.append(apply)


def vmap(f: Callable[P, R], in_axes: Any = 0, out_axes: Any = 0) -> Callable[P, R]:
    """A function that computes `f` for many examples at once: what stacking its results for each of them would give.

    `f` is called once, and sees tensors with the shape of one example. It can be differentiated, and may differentiate:
    `vmap(grad(f))` gives the gradient of each example. What layers draw from a training run is the same for all.

    Args:
        f: works on one example; a function of trees of tensors, without side effects.
        in_axes: along which axis of an argument the examples lie, or None for one that is the same for all. A tuple has
            one for each positional argument; in place of an argument's axis a tree of axes may stand, one for each of
            its leaves. Keyword arguments have their examples along axis 0.
        out_axes: along which axis of the results they are to lie; a tree of axes for a tree of results.

    Raises:
        ShapeError: from the result, if arguments hold different numbers of examples.
        TypeError: from the result, for axes that do not fit the arguments, and if `f` reads values, updates a state, or
            calls an op that returns another shape for other values.
        ValueError: from the result, if no argument holds examples.

    >>> tg.vmap(tg.linalg.vector_norm)(tg.asarray([[3.0, 4.0], [0.0, 1.0]]))
    Tensor([5., 1.], dtype=float32)
    >>> tg.vmap(tg.grad(lambda x, w: x * w * w), in_axes=(0, None))(tg.asarray([1.0, 2.0]), tg.asarray(3.0))
    Tensor([9., 9.], dtype=float32)
    """
    refuse_uncallable("vmap", f)

    def of_all(*args: P.args, **kwargs: P.kwargs) -> R:
        return _mapped(f, args, kwargs, _axes_of(args, kwargs, in_axes), out_axes)

    return of_all


def _mapped(
    f: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any], axes: list[int | None], out_axes: Any
) -> R:
    leaves, structure = flatten((args, kwargs))
    size = _size(leaves_with_paths((args, kwargs)), axes)
    before = opened.levels
    level = len(before) + 1
    opened.levels = (*before, (level, size))
    try:
        made = [x if axis is None else _batched(x, axis, level) for x, axis in zip(leaves, axes, strict=True)]
        one_args, one_kwargs = unflatten(structure, made)
        result = f(*one_args, **one_kwargs)
    finally:
        opened.levels = before
    outs, out_structure = flatten(result)
    where = _spread(out_axes, result, "out_axes")
    whole: R = unflatten(
        out_structure, [_gathered(out, axis, level, size) for out, axis in zip(outs, where, strict=True)]
    )
    return whole


def _batched(x: Any, axis: int, level: int) -> Any:
    """A leaf as one example of it. States stay as they are: they belong to all."""
    if not isinstance(x, Tensor):
        return x
    place = axis_index(x.shape, axis)
    return Batched(moveaxis(x, place, 0) if place else x, level)


def _gathered(out: Any, axis: int | None, level: int, size: Dim) -> Any:
    """The results of all examples."""
    if not isinstance(out, Tensor):
        return out
    if isinstance(out, Batched) and out.level == level:
        if axis is None:
            raise TypeError("vmap: out_axes is None for a result that differs between examples")
        return moveaxis(out.value, 0, axis) if axis else out.value
    if axis is None:
        return out
    return moveaxis(repeated(out, size), 0, axis) if axis else repeated(out, size)


def _axes_of(args: tuple[Any, ...], kwargs: dict[str, Any], in_axes: Any) -> list[int | None]:
    """For each leaf of the arguments the axis of the examples."""
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)
    if isinstance(in_axes, tuple):
        if len(in_axes) != len(args):
            raise TypeError(f"vmap: in_axes has {len(in_axes)} axes, but {len(args)} positional arguments were given")
        found = [axis for given, arg in zip(in_axes, args, strict=True) for axis in _spread(given, arg, "in_axes")]
    else:
        found = [axis for arg in args for axis in _spread(in_axes, arg, "in_axes")]
    return found + [axis for value in kwargs.values() for axis in _spread(0, value, "in_axes")]


def _spread(axes: Any, tree: Any, what: str) -> list[int | None]:
    """An axis for each leaf of a tree: one for all, or a tree of them."""
    leaves = flatten(tree)[0]
    if axes is None or (isinstance(axes, int) and not isinstance(axes, bool)):
        # Other leaves than tensors are the same for all: numbers, functions, states.
        return [axes if isinstance(leaf, Tensor) and not isinstance(leaf, State) else None for leaf in leaves]
    if isinstance(axes, (tuple, list, dict)) and type(axes) is type(tree) and len(axes) == len(tree):
        pairs = [(axes[k], tree[k]) for k in tree] if isinstance(axes, dict) else list(zip(axes, tree, strict=True))
        return [axis for given, part in pairs for axis in _spread(given, part, what)]
    raise TypeError(f"vmap: {what} must be an int, None, or a tree of these like the argument, not {axes!r}")


def _size(leaves: list[tuple[str, Any]], axes: list[int | None]) -> Dim:
    """How many examples there are."""
    first: tuple[str, Dim] | None = None
    for (path, x), axis in zip(leaves, axes, strict=True):
        if axis is None:
            continue
        name = _name(path)
        if not -len(x.shape) <= axis < len(x.shape):
            raise ShapeError(f"{name} has {len(x.shape)} axes, but in_axes says {axis}", where="vmap")
        n = x.shape[axis]
        if first is not None and n != first[1]:
            raise ShapeError(
                f"{name} holds {n} examples along axis {axis}, but {first[0]} holds {first[1]}", where="vmap"
            )
        first = first or (name, n)
    if first is None:
        raise ValueError("vmap: no argument holds examples; in_axes must name an axis of at least one tensor")
    return first[1]


def _name(path: str) -> str:
    """What a leaf of `(args, kwargs)` is called: argument 0, or leaf `layers.0` of argument 1."""
    which, argument, *rest = path.split(".", 2)
    whole = f"argument {argument}" if which == "0" else f"argument `{argument}`"
    return f"leaf `{rest[0]}` of {whole}" if rest else whole
