"""Loops and branches over trees of tensors.

They are plain functions: what they call is recorded as it runs, so gradients of any order flow through them. On shapes
alone (`eval_shape`) a loop runs its body once, and a branch runs both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from typedgrad.core.abstract import abstract
from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.pytree import flatten, tree_map, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE, recorder
from typedgrad.core.watching import repeated
from typedgrad.ops.branching import RULE, refuse_unlike
from typedgrad.ops.carrying import as_tensors, recorded, same_tree
from typedgrad.ops.join import unstack
from typedgrad.ops.move import expand_dims, stack
from typedgrad.shapes import Dim, ShapeError, axis_index

C = TypeVar("C")
R = TypeVar("R")


def scan(
    f: Callable[[C, Any], tuple[C, Any]],
    init: C,
    xs: object = None,
    *,
    length: int | None = None,
    reverse: bool = False,
    axis: int = 0,
) -> tuple[C, Any]:
    """Carries a tree along slices of `xs`: `carry, y = f(carry, x)` for each; gives the last carry and the `y` stacked.

    Wrap `f` in `typedgrad.checkpoint` to keep only the carries for the gradient.

    Args:
        f: one step.
        init: the first carry, a tree of tensors (numbers become tensors). Its structure, shapes and dtypes must stay.
        xs: a tree of tensors to be sliced, or None.
        length: how many steps there are; needed without `xs`.
        reverse: whether to begin with the last slice. The `y` are stacked in the order of the slices all the same.
        axis: along which to slice and to stack.

    Raises:
        ShapeError: for slices of different numbers, and for a carry that changes its shape or dtype, naming its path.
        TypeError: for a carry that changes its structure.
        ValueError: if there are no slices, or their number is not `length`.

    >>> tg.scan(lambda total, x: (total + x, total), tg.asarray(0.0), tg.asarray([1.0, 2.0, 3.0]))
    (Tensor(6., dtype=float32), Tensor([0., 1., 3.], dtype=float32))
    """
    leaves, structure = flatten(xs)
    count = _steps(leaves, length, axis)
    carry = as_tensors("scan: a carry", init)
    if not isinstance(count, int) or _without_values([*leaves, *flatten(carry)[0]]):
        return _one_step(f, carry, unflatten(structure, [_slice_shape(x, axis) for x in leaves]), count, axis)
    slices = [unstack(x, axis=axis) for x in leaves]
    columns: list[list[Tensor]] = []
    first: Any = None
    for k in reversed(range(count)) if reverse else range(count):
        new, y = _pair(f(carry, unflatten(structure, [parts[k] for parts in slices])))
        carry = same_tree("scan: the carry must keep its", carry, new)
        y = as_tensors("scan: an output", y)
        if first is None:
            first = y
        columns.append(flatten(same_tree("scan: the output of a step must keep its", first, y))[0])
    if reverse:
        columns.reverse()
    stacked = [stack(column, axis=axis) for column in zip(*columns, strict=True)]
    return carry, unflatten(flatten(first)[1], stacked)


def cond(pred: Tensor | bool, true_fun: Callable[..., R], false_fun: Callable[..., R], *operands: object) -> R:
    """`true_fun(*operands)` if `pred`, else `false_fun(*operands)`; only the one that is taken computes.

    Both must return the same tree, of the same shapes and dtypes: the first time, the other one runs on shapes alone.

    Raises:
        TypeError: if `pred` is neither a bool nor a 0-d tensor of bool, and for trees of two structures.
        ShapeError: if the two return different shapes, and DTypeError for different dtypes.

    >>> x = tg.asarray(3.0)
    >>> tg.grad(lambda x: tg.cond(x > 0, lambda x: x * x, lambda x: -x, x))(x)
    Tensor(6., dtype=float32)
    """
    _check_truth(pred)
    if isinstance(pred, Tensor) and pred.device == DEVICE:
        made: R = recorder().branch(pred, true_fun, false_fun, operands)
        return made
    if isinstance(pred, Tensor) and pred.device == "abstract":
        return same_tree(RULE, true_fun(*operands), false_fun(*operands), "and")
    held = bool(pred)
    taken, other = (true_fun, false_fun) if held else (false_fun, true_fun)
    result = taken(*operands)
    refuse_unlike(result, taken, other, operands, pred=held)
    return result


def while_loop(
    cond_fun: Callable[[C], Tensor | bool], body_fun: Callable[[C], C], init: C, *, limit: int | None = None
) -> C:
    """`carry = body_fun(carry)` for as long as `cond_fun(carry)`, beginning with `init`.

    Nobody knows how much a loop without an end would record, so it can be differentiated only with a `limit`.

    Args:
        cond_fun: whether to go on: a bool, or a 0-d tensor of bool.
        body_fun: one step; the structure, shapes and dtypes of the carry must stay.
        init: the first carry, a tree of tensors (numbers become tensors).
        limit: how many steps there may be at most.

    Raises:
        ValueError: if it is differentiated without a `limit`, or goes on beyond it; for a negative `limit`.
        ShapeError: for a carry that changes its shape or dtype, naming its path.
        TypeError: for a carry that changes its structure, and for a condition that is no bool.

    >>> tg.grad(lambda x: tg.while_loop(lambda y: y < 100, lambda y: y * y, x, limit=10))(tg.asarray(3.0))
    Tensor(17496., dtype=float32)
    """
    if limit is not None and limit < 0:
        raise ValueError(f"while_loop: `limit` must be at least 0, got {limit}")
    carry = as_tensors("while_loop: a carry", init)
    if _without_values(flatten(carry)[0]):
        cond(cond_fun(carry), lambda: None, lambda: None)
        return same_tree("while_loop: the carry must keep its", carry, body_fun(carry))
    if any(isinstance(x, Tensor) and x.device == DEVICE for x in flatten(carry)[0]):
        found: C = recorder().loop(cond_fun, body_fun, carry, limit)
        return found
    done = 0
    while _holds(cond_fun(carry)):
        if done == limit:
            raise ValueError(f"while_loop: the condition still holds after {limit} steps, the `limit`")
        carry = same_tree("while_loop: the carry must keep its", carry, body_fun(carry))
        if limit is None and recorded(carry):
            raise ValueError(
                "while_loop: gradients need a `limit` to the number of steps; pass one, or stop the gradient of `init`"
            )
        done += 1
    return carry


def _check_truth(pred: object) -> None:
    """Raise TypeError for what is no condition."""
    if isinstance(pred, Tensor) and (pred.shape != () or pred.dtype.kind != "b"):
        raise TypeError(f"cond: `pred` must be a bool or a 0-d tensor of bool, not {pred.aval!r}")
    if not isinstance(pred, (bool, Tensor)):
        raise TypeError(f"cond: `pred` must be a bool or a 0-d tensor of bool, not {type(pred).__name__}")


def _holds(pred: Tensor | bool) -> bool:
    """Whether a condition is true."""
    _check_truth(pred)
    if isinstance(pred, Tensor) and pred.device == DEVICE:
        return cond(pred, lambda: True, lambda: False)
    return bool(pred)


def _steps(leaves: Sequence[object], length: int | None, axis: int) -> Dim:
    """How many slices there are."""
    count: Dim | None = length
    for i, x in enumerate(leaves):
        if not isinstance(x, Tensor):
            raise TypeError(f"scan: leaf {i} of `xs` must be a Tensor, not {type(x).__name__}")
        size = x.shape[axis_index(x.shape, axis)]
        if count is not None and size != count:
            what = "`length` is" if i == 0 else "the first leaf has"
            raise ShapeError(f"leaf {i} of `xs` has {size} slices along axis {axis}, but {what} {count}", where="scan")
        count = size
    if count is None:
        raise ValueError("scan: without `xs`, `length` must say how many steps there are")
    if isinstance(count, int) and count < 1:
        what = f"`length` must be at least 1, got {count}" if not leaves else f"`xs` has no slices along axis {axis}"
        raise ValueError(f"scan: {what}; there must be a step")
    return count


def _pair(result: object) -> tuple[Any, Any]:
    if not (isinstance(result, tuple) and len(result) == 2):
        raise TypeError(f"scan: `f` must return a pair, the carry and an output, not {type(result).__name__}")
    return result


def _without_values(leaves: Sequence[object]) -> bool:
    return any(isinstance(x, Tensor) and x.device == "abstract" for x in leaves)


def _slice_shape(x: Tensor, axis: int) -> Tensor:
    """One slice of a tensor without values, of which there may be an unknown number."""
    i = axis_index(x.shape, axis)
    return x[(*(slice(None),) * i, 0)]


def _one_step(f: Callable[[C, Any], tuple[C, Any]], carry: C, x: object, count: Dim, axis: int) -> tuple[C, Any]:
    """The shapes of a scan: those of one step, repeated."""
    carry = _shapes(carry)
    with repeated(count):
        new, y = _pair(f(carry, x))

    def stacked(y: Tensor) -> Tensor:
        one = expand_dims(y, axis)
        i = axis_index(one.shape, axis)
        sizes: Any = (*one.shape[:i], count, *one.shape[i + 1 :])
        return broadcast_to(one, sizes)

    leaves, structure = flatten(_shapes(as_tensors("scan: an output", y)))
    return same_tree("scan: the carry must keep its", carry, new), unflatten(
        structure, [stacked(leaf) for leaf in leaves]
    )


def _shapes(tree: C) -> C:
    """The tree without values; what has none already stays, as it may be recorded."""
    return tree_map(lambda x: x if x.device == "abstract" else abstract(x.shape, x.dtype), tree)
