"""`x[index]`, and its adjoint, which adds values up at the places an index names.

See `typedgrad.ops.indexing` for how the static part of an index is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jaxtyping import Integer, Shaped

from typedgrad.backends import backend_of, namespace
from typedgrad.core.primitive import jvp, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.indexing import Index, indexed
from typedgrad.shapes import Shape, same


@primitive
def getitem(
    x: Shaped[Tensor, "*s"], indices: Sequence[Integer[Tensor, "..."]], /, index: tuple[object, ...]
) -> Shaped[Tensor, "*new"]:
    """What `x[...]` stands for, its index taken apart: the tensors of integers, and in `index` the rest.

    Raises ShapeError if the index does not fit the shape, IndexError if a tensor holds an integer out of range.

    >>> x = tg.asarray([[1, 2, 3], [4, 5, 6]])
    >>> x[:, -1], x[0, tg.asarray([2, 0, 0])]
    (Tensor([3, 6], dtype=int64), Tensor([3, 1, 1], dtype=int64))
    """
    if not indices:
        return x[_native(index, ())]
    try:
        return backend_of(x).gather(x, _native(index, indices))
    except IndexError as error:
        raise IndexError(f"getitem: {error}") from None


@where(getitem)
def _(s: Shape, indices: tuple[Shape, ...] | None, index: Index) -> dict[str, Shape]:
    return {"new": indexed(s, tuple(indices or ()), index)}


@vjp(getitem, "x")
def _(g: Tensor, out: Tensor, x: Tensor, indices: tuple[Tensor, ...], *, index: Index) -> Tensor:
    return scatter(g, indices, index=index, shape=x.shape)


@jvp(getitem)
def _(t: Tensor, _: object, out: Tensor, x: Tensor, indices: tuple[Tensor, ...], *, index: Index) -> Tensor:
    return getitem(t, indices, index=index)


@primitive
def scatter(
    updates: Shaped[Tensor, "*u"],
    indices: Sequence[Integer[Tensor, "..."]],
    /,
    index: tuple[object, ...],
    shape: tuple[int, ...],
) -> Shaped[Tensor, "*new"]:
    """Zeros of a shape, with `updates` added at the places that an index names, as often as it names them.

    >>> tg.grad(lambda x: tg.sum(x[tg.asarray([2, 0, 2])]))(tg.zeros(3))
    Tensor([1., 0., 2.], dtype=float32)
    """
    zeros: Any = namespace(updates).zeros(shape, dtype=updates.dtype)
    if not indices:
        if None in index:  # new axes can be read, but not assigned to
            index = tuple(i for i in index if i is not None)
            updates = namespace(updates).reshape(updates, indexed(shape, (), index))
        zeros[_native(index, ())] = updates
        return zeros  # type: ignore[no-any-return]  # a raw array, fresh, that can still be changed
    backend, places = backend_of(zeros), _native(index, indices)
    try:
        added: Tensor = backend.scatter_add(zeros, places, updates)
    except IndexError as error:
        # Backends count positions in flat memory; reading there says which index is wrong on which axis.
        try:
            backend.gather(zeros, places)
        except IndexError as wrong:
            raise IndexError(f"scatter_add: {wrong}") from error
        raise
    return added


@where(scatter)
def _(u: Shape, indices: tuple[Shape, ...] | None, index: Index, shape: Shape) -> dict[str, Shape]:
    same(indexed(shape, tuple(indices or ()), index), u, "`updates` must have the shape of what is indexed")
    return {"new": shape}


@vjp(scatter, "updates")
def _(
    g: Tensor, out: Tensor, updates: Tensor, indices: tuple[Tensor, ...], *, index: Index, shape: tuple[int, ...]
) -> Tensor:
    return getitem(g, indices, index=index)


@jvp(scatter)
def _(
    t: Tensor, _: object, out: Tensor, u: Tensor, indices: tuple[Tensor, ...], *, index: Index, shape: tuple[int, ...]
) -> Tensor:
    return scatter(t, indices, index=index, shape=shape)


def _native(index: Index, tensors: Sequence[Tensor]) -> tuple[Any, ...]:
    """The index as arrays take it."""
    waiting = iter(tensors)
    items = tuple(next(waiting) if i is int else slice(*i) if isinstance(i, tuple) else i for i in index)
    if tensors:  # without a `...` at the end, which changes nothing, backends add up faster
        return items[:-1] if items[-1] is ... else items
    return items if ... in index else (*items, ...)  # numpy then returns arrays, never scalars
