"""One tensor taken apart into several, and several brought to one shape."""

from __future__ import annotations

from functools import reduce
from typing import Any, Literal

from jaxtyping import Shaped

from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.like import zeros_like
from typedgrad.ops.move import concat, reshape, stack
from typedgrad.shapes import Dim, Inconclusive, Shape, ShapeError, Star, axis_index, broadcast, divides, same


@primitive
def split(
    x: Shaped[Tensor, "*s"], /, sections: int | tuple[int, ...], *, axis: int = 0
) -> tuple[Shaped[Tensor, "*part"], ...]:
    """`x` cut along an axis: into so many parts of one size, or into parts of the sizes given.

    Raises ShapeError if the parts are not exactly the whole.

    >>> tg.split(tg.asarray([1, 2, 3, 4, 5]), (2, 3))
    (Tensor([1, 2], dtype=int64), Tensor([3, 4, 5], dtype=int64))
    """
    i = axis_index(x.shape, axis)
    return _cut(x, i, _sizes(x.shape[i], sections))


@where(split)
def _(s: Shape, sections: int | tuple[int, ...], axis: int) -> dict[str, tuple[Shape, ...]]:
    i = axis_index(s, axis)
    return {"part": tuple((*s[:i], size, *s[i + 1 :]) for size in _sizes(s[i], sections))}


def _sizes(n: Dim | Star, sections: int | tuple[int, ...]) -> tuple[Any, ...]:
    """The sizes of the parts of an axis of size `n`."""
    assert not isinstance(n, Star)  # `axis_index` found an axis, not a run
    if isinstance(sections, tuple):
        same(sum(sections), n, "the sizes of the parts must add up to that of the axis")
        return sections
    if not isinstance(sections, int):
        raise Inconclusive("the number of parts is not known")
    if sections < 1:
        raise ShapeError(f"there must be at least one section, not {sections}")
    divides(sections, n, "the parts cannot have the same size")
    return (n // sections,) * sections


def _cut(x: Tensor, axis: int, sizes: tuple[int, ...]) -> tuple[Tensor, ...]:
    whole = (slice(None),) * axis
    parts, start = [], 0
    for size in sizes:
        parts.append(x[(*whole, slice(start, start + size), ...)])
        start += size
    return tuple(parts)


@primitive
def chunk(x: Shaped[Tensor, "*s"], /, chunks: int, *, axis: int = 0) -> tuple[Shaped[Tensor, "*part"], ...]:
    """`x` cut along an axis into at most `chunks` parts of one size, the last of which may be smaller.

    >>> tg.chunk(tg.asarray([1, 2, 3, 4, 5]), 2)
    (Tensor([1, 2, 3], dtype=int64), Tensor([4, 5], dtype=int64))
    """
    i = axis_index(x.shape, axis)
    return _cut(x, i, _chunk_sizes(x.shape[i], chunks))


@where(chunk)
def _(s: Shape, chunks: int, axis: int) -> dict[str, tuple[Shape, ...]]:
    i = axis_index(s, axis)
    return {"part": tuple((*s[:i], size, *s[i + 1 :]) for size in _chunk_sizes(s[i], chunks))}


def _chunk_sizes(n: Dim | Star, chunks: int) -> tuple[int, ...]:
    if chunks < 1:
        raise ShapeError(f"there must be at least one chunk, not {chunks}")
    if not isinstance(n, int):
        raise Inconclusive("the number of chunks is not known")
    size = max(1, -(-n // chunks))
    return tuple(min(size, n - start) for start in range(0, max(1, n), size))


def _pull_parts(g: tuple[Tensor, ...], out: object, x: Tensor, *, axis: int, **_: object) -> tuple[Tensor]:
    return (concat(g, axis=axis) if g else zeros_like(x),)


vjp(split)(_pull_parts)
vjp(chunk)(_pull_parts)


@primitive
def unstack(x: Shaped[Tensor, "*s"], /, *, axis: int = 0) -> tuple[Shaped[Tensor, "*part"], ...]:
    """The slices of `x` along an axis, without that axis.

    >>> tg.unstack(tg.asarray([[1, 2], [3, 4]]), axis=1)
    (Tensor([1, 3], dtype=int64), Tensor([2, 4], dtype=int64))
    """
    whole = (slice(None),) * axis_index(x.shape, axis)
    return tuple(x[(*whole, k, ...)] for k in range(x.shape[axis]))


@where(unstack)
def _(s: Shape, axis: int) -> dict[str, tuple[Shape, ...]]:
    i = axis_index(s, axis)
    count = s[i]
    if not isinstance(count, int):
        raise Inconclusive("the number of slices is not known", each={"part": (*s[:i], *s[i + 1 :])})
    return {"part": ((*s[:i], *s[i + 1 :]),) * count}


@vjp(unstack)
def _(g: tuple[Tensor, ...], out: object, x: Tensor, *, axis: int) -> tuple[Tensor]:
    return (stack(g, axis=axis) if g else zeros_like(x),)


def broadcast_arrays(*arrays: Tensor) -> tuple[Tensor, ...]:
    """The tensors, each stretched to the shape to which they broadcast together.

    Raises ShapeError if they do not.

    >>> x, y = tg.broadcast_arrays(tg.ones((2, 1)), tg.ones(3))
    >>> x.shape, y.shape
    ((2, 3), (2, 3))
    """
    _refuse_others("broadcast_arrays", arrays)
    shapes: list[Shape] = [x.shape for x in arrays] or [()]
    try:
        shape: Any = reduce(broadcast, shapes)
    except ShapeError as error:
        error.where = "broadcast_arrays"
        raise
    return tuple(broadcast_to(x, shape) for x in arrays)


def meshgrid(*arrays: Tensor, indexing: Literal["xy", "ij"] = "xy") -> tuple[Tensor, ...]:
    """For each 1-D tensor its elements on the grid that all of them span.

    With "ij" the i-th tensor runs along the i-th axis; with "xy" the first two axes change places.

    Raises ShapeError for a tensor with several axes, ValueError for another `indexing`.

    >>> x, y = tg.meshgrid(tg.asarray([1, 2, 3]), tg.asarray([4, 5]))
    >>> x
    Tensor([[1, 2, 3],
            [1, 2, 3]], dtype=int64)
    """
    _refuse_others("meshgrid", arrays)
    if indexing not in {"xy", "ij"}:
        raise ValueError(f'meshgrid: indexing must be "xy" or "ij", not {indexing!r}')
    places = list(range(len(arrays)))
    if indexing == "xy" and len(arrays) > 1:
        places[:2] = [1, 0]
    sizes = [0] * len(arrays)
    for k, (x, place) in enumerate(zip(arrays, places, strict=True)):
        if x.ndim > 1:
            raise ShapeError(f"`arrays[{k}]` must have at most 1 axis, not {x.ndim}", where="meshgrid")
        sizes[place] = x.size
    shapes = [tuple(n if i == place else 1 for i, n in enumerate(sizes)) for place in places]
    return tuple(broadcast_to(reshape(x, shape), tuple(sizes)) for x, shape in zip(arrays, shapes, strict=True))


def _refuse_others(name: str, arrays: tuple[object, ...]) -> None:
    for k, x in enumerate(arrays):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"{name}: `arrays[{k}]` must be a Tensor, not {type(x).__name__}; convert it with tg.asarray"
            )
