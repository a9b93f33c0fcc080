"""Moving elements without changing them: new shapes, new orders of axes, several tensors made one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import Axis, axes_of, inserted, of_rank, permuted
from typedgrad.ops.matrices import matrix_transpose as matrix_transpose
from typedgrad.shapes import (
    AxisError,
    Dim,
    Shape,
    ShapeError,
    Star,
    axis_index,
    compare,
    divides,
    prod,
    same,
    without_common_runs,
)


@linear
@primitive
def reshape(
    x: Shaped[Tensor, "*old"], /, shape: tuple[int, ...], *, copy: bool | None = None
) -> Shaped[Tensor, "*new"]:
    """The elements of `x`, in order, in another shape. One size may be -1: it is what the others leave.

    Memory is shared where it can be; `copy` asks for a copy, or forbids one.

    Raises:
        ShapeError: if the shapes hold different numbers of elements.
        ValueError: if `copy=False` cannot be kept.

    >>> tg.reshape(tg.asarray([[1, 2, 3], [4, 5, 6]]), (3, -1))
    Tensor([[1, 2],
            [3, 4],
            [5, 6]], dtype=int64)
    """
    xp = namespace(x)
    return xp.reshape(x, shape) if copy is None else xp.reshape(x, shape, copy=copy)


@where(reshape)
def _(old: Shape, shape: Shape) -> dict[str, Shape]:
    wild = [i for i, n in enumerate(shape) if isinstance(n, int) and n < 0]
    for i in wild:
        if shape[i] != -1:
            raise ShapeError(f"the size of axis {i} must not be negative, got {shape[i]}")
    if len(wild) > 1:
        raise ShapeError(f"only one size can be -1, but those of axes {' and '.join(map(str, wild))} are")
    before, after = without_common_runs(old, shape)
    if not wild:
        same(prod(before), prod(after), "the old and the new shape hold different numbers of elements")
        return {"new": shape}
    total, rest = prod(before), -prod(after)
    if isinstance(rest, int) and rest == 0:
        raise ShapeError("a size of -1 cannot be inferred beside a size of 0")
    divides(rest, total, "the number of elements does not fill the known sizes")
    return {"new": tuple(total // rest if i == wild[0] else n for i, n in enumerate(shape))}


@vjp(reshape)
def _(g: Tensor, out: Tensor, x: Tensor, *, shape: tuple[int, ...], copy: bool | None) -> tuple[Tensor]:
    return (reshape(g, x.shape),)


@linear
@primitive
def permute_dims(x: Shaped[Tensor, "*old"], /, axes: tuple[int, ...]) -> Shaped[Tensor, "*new"]:
    """`x` with its axes in another order: axis `i` of the result is axis `axes[i]` of `x`.

    >>> tg.permute_dims(tg.ones((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    return namespace(x).permute_dims(x, axes)


@where(permute_dims)
def _(old: Shape, axes: tuple[int, ...]) -> dict[str, Shape]:
    known = of_rank(old, len(axes))
    return {"new": tuple(known[i] for i in permuted(known, axes))}


@vjp(permute_dims)
def _(g: Tensor, out: Tensor, x: Tensor, *, axes: tuple[int, ...]) -> tuple[Tensor]:
    order = permuted(x.shape, axes)
    return (permute_dims(g, tuple(map(order.index, range(len(order))))),)


@linear
@primitive
def expand_dims(x: Shaped[Tensor, "*old"], /, axis: int = 0) -> Shaped[Tensor, "*new"]:
    """`x` with a new axis of size 1, which becomes axis `axis` of the result.

    >>> tg.expand_dims(tg.ones((2, 3)), axis=-1).shape
    (2, 3, 1)
    """
    return namespace(x).expand_dims(x, axis=axis)


@where(expand_dims)
def _(old: Shape, axis: int) -> dict[str, Shape]:
    return {"new": inserted(old, axis)}


@vjp(expand_dims)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int) -> tuple[Tensor]:
    return (reshape(g, x.shape),)


@linear
@primitive
def squeeze(x: Shaped[Tensor, "*old"], /, axis: int | tuple[int, ...]) -> Shaped[Tensor, "*new"]:
    """`x` without the axes that `axis` names, each of which must have size 1.

    >>> tg.squeeze(tg.ones((2, 1, 3)), axis=1).shape
    (2, 3)
    """
    return namespace(x).squeeze(x, axis=axis)


@where(squeeze)
def _(old: Shape, axis: Axis) -> dict[str, Shape]:
    gone = axes_of(old, axis)
    for i in gone:
        if compare(old[i], 1) == "refuted":
            raise AxisError(f"axis {i} cannot be dropped: its size is {old[i]}, not 1")
    return {"new": tuple(n for i, n in enumerate(old) if i not in gone)}


@vjp(squeeze)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int | tuple[int, ...]) -> tuple[Tensor]:
    return (reshape(g, x.shape),)


@primitive
def concat(arrays: Sequence[Shaped[Tensor, "*each"]], /, *, axis: int | None = 0) -> Shaped[Tensor, "*new"]:
    """The tensors one after the other along an axis they all have; with None, flattened first.

    Raises ShapeError unless all other axes agree.

    >>> tg.concat((tg.zeros((2, 1)), tg.ones((2, 2))), axis=1)
    Tensor([[0., 1., 1.],
            [0., 1., 1.]], dtype=float32)
    """
    return namespace(arrays[0]).concat(arrays, axis=axis)


@where(concat)
def _(arrays: tuple[Shape, ...], axis: int | None) -> dict[str, Shape]:
    _at_least_one(arrays)
    if axis is None:
        return {"new": (sum(map(prod, arrays)),)}
    places = [axis_index(shape, axis) for shape in arrays]
    before, after = arrays[0][: places[0]], arrays[0][places[0] + 1 :]
    for k, (shape, i) in enumerate(zip(arrays, places, strict=True)):
        what = f"but for axis {axis}, `arrays[0]` and `arrays[{k}]` must have the same shape"
        before, after = same(before, shape[:i], what), same(after, shape[i + 1 :], what)
    return {"new": (*before, sum(map(_size, arrays, places)), *after)}


@vjp(concat)
def _(g: Tensor, out: Tensor, arrays: tuple[Tensor, ...], *, axis: int | None) -> tuple[tuple[Tensor, ...]]:
    i = 0 if axis is None else axis_index(out.shape, axis)
    whole = (slice(None),) * i
    parts, start = [], 0
    for x in arrays:
        stop = start + (math.prod(x.shape) if axis is None else x.shape[i])
        part = g[(*whole, slice(start, stop), ...)]
        parts.append(part if axis is not None else reshape(part, x.shape))
        start = stop
    return (tuple(parts),)


@primitive
def stack(arrays: Sequence[Shaped[Tensor, "*each"]], /, *, axis: int = 0) -> Shaped[Tensor, "*new"]:
    """Tensors of one shape, lined up along a new axis, which becomes axis `axis` of the result.

    >>> tg.stack((tg.zeros(3), tg.ones(3)))
    Tensor([[0., 0., 0.],
            [1., 1., 1.]], dtype=float32)
    """
    return namespace(arrays[0]).stack(arrays, axis=axis)


@where(stack)
def _(arrays: tuple[Shape, ...], axis: int) -> dict[str, Shape]:
    _at_least_one(arrays)
    common = arrays[0]
    for k, shape in enumerate(arrays):
        common = same(common, shape, f"`arrays[0]` and `arrays[{k}]` must have the same shape")
    return {"new": inserted(common, axis, len(arrays))}


@vjp(stack)
def _(g: Tensor, out: Tensor, arrays: tuple[Tensor, ...], *, axis: int) -> tuple[tuple[Tensor, ...]]:
    whole = (slice(None),) * axis_index(out.shape, axis)
    return (tuple(g[(*whole, k, ...)] for k in range(len(arrays))),)


def _at_least_one(arrays: tuple[Shape, ...]) -> None:
    if not arrays:
        raise ShapeError("`arrays` must hold at least one tensor")


def _size(shape: Shape, axis: int) -> Dim:
    n = shape[axis]
    assert not isinstance(n, Star)  # `axis_index` found an axis, not a run
    return n
