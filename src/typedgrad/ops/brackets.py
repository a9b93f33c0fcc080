"""`x[...]` as Python hands it over: taken apart for the ops of `typedgrad.ops.index`."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from types import EllipsisType, NoneType
from typing import TYPE_CHECKING, Any

from jaxtyping import Shaped

from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.call import Entry
from typedgrad.core.primitive import lookup
from typedgrad.core.tensor import Tensor
from typedgrad.core.tracing import DEVICE
from typedgrad.core.typed import typed
from typedgrad.ops.index import getitem, scatter
from typedgrad.ops.indexing import Index, indexed
from typedgrad.ops.move import expand_dims, reshape
from typedgrad.ops.search import nonzero
from typedgrad.shapes import Dim, Shape, ShapeError, Sym

if TYPE_CHECKING:
    from typedgrad.core.tensor import Index as AnyIndex


@typed
def scatter_add(x: Shaped[Tensor, "*s"], index: object, updates: Shaped[Tensor, "..."], /) -> Shaped[Tensor, "*s"]:
    """`x` with `updates` added at `x[index]`, as often as the index names a place; they broadcast to its shape.

    Raises what `x[index]` raises.

    >>> tg.scatter_add(tg.zeros(3), tg.asarray([2, 0, 2]), tg.asarray([1.0, 2.0, 3.0]))
    Tensor([2., 0., 4.], dtype=float32)
    """
    tensors, static = _taken_apart(x, index if isinstance(index, tuple) else (index,))
    shape: Any = _checked(x, tensors, static)
    spread = updates if updates.shape == shape else broadcast_to(updates, shape)
    return x + scatter(spread, tensors, index=static, shape=x.shape)


_STATIC = frozenset((int, slice, EllipsisType, NoneType))
_GETITEM = lookup(getitem)


def item(self: Tensor, index: AnyIndex) -> Tensor:
    """`self[index]`.

    An index without tensors needs no check that the array does not make itself, and is not remembered: loops count
    through millions of them.
    """
    if index.__class__ is Tensor and index.dtype.kind in "iu":
        return getitem(self, (index,), index=(int,))
    items = index if index.__class__ is tuple else (index,)
    for i in items:
        if i.__class__ not in _STATIC:
            break
    else:
        if self.__class__ is not Tensor or self.aval.device == DEVICE:
            return getitem(self, (), index=_taken_apart(self, items)[1])
        data: Any = self.data
        try:
            found = data[items if ... in items else (*items, ...)]
        except (IndexError, TypeError, ValueError):
            pass
        else:
            if self.node is None:
                return Tensor(found)
            statics = {"index": tuple([_hashable(i) if i.__class__ is slice else i for i in items])}
            run = partial(_GETITEM.body, **statics)
            entry = Entry(_GETITEM, run, None, statics=statics, layout=(-1, 0), several=False)
            return Tensor(found, None, (entry, (self,), found) if entry.tapes else None)
    if len(items) == 1 and items[0].__class__ is Tensor and items[0].shape == () and items[0].dtype.kind == "b":
        # A bool without axes keeps or drops all of `self`, along a new axis.
        (kept,) = nonzero(reshape(items[0], (1,)))
        return getitem(expand_dims(self, 0), (kept,), index=(int,))
    tensors, static = _taken_apart(self, items)
    return getitem(self, tensors, index=static)


def _taken_apart(x: Tensor, items: tuple[Any, ...]) -> tuple[tuple[Tensor, ...], Index]:
    """The tensors of integers in an index, and its static part.

    Raises:
        TypeError: for what cannot be an index.
        ShapeError: for a tensor of bools that does not fit.
    """
    static: list[object] = []
    tensors: list[Tensor] = []
    masks: list[Tensor] = []
    for i in items:
        if isinstance(i, slice):
            static.append(_hashable(i))
        elif i is None or i is ...:
            static.append(i)
        elif not isinstance(i, Tensor):
            static.append(_integer(i))
        elif i.dtype.kind == "b":
            static.append((bool, *i.shape))
            masks.append(i)
        elif i.dtype.kind in "iu":
            static.append(int)
            tensors.append(i)
        else:
            raise TypeError(f"x[index]: a Tensor in an index must hold integers or bools, not {i.dtype.name}")
    return _without_masks(x, static, tensors, masks) if masks else (tuple(tensors), tuple(static))


def _hashable(i: slice) -> tuple[Dim | None, Dim | None, Dim | None]:
    """A slice, which is hashable from Python 3.12 on only."""
    try:
        return _part(i.start), _part(i.stop), _part(i.step)
    except TypeError as error:
        raise TypeError(f"x[index]: the parts of a slice must be ints or None, got {i}") from error


def _part(n: object) -> Dim | None:
    """One of the three. A size that is a symbol, as in `eval_shape`, is one as well."""
    return n if n is None or isinstance(n, Sym) else operator.index(n)  # type: ignore[arg-type]  # it raises TypeError for what is no int


def _without_masks(
    x: Tensor, static: list[object], tensors: list[Tensor], masks: list[Tensor]
) -> tuple[tuple[Tensor, ...], Index]:
    """Masks become the positions at which they are true."""
    _checked(x, tensors, tuple(static))
    given, where_true = iter(tensors), iter(masks)
    index: list[object] = []
    found: list[Tensor] = []
    for i in static:
        if isinstance(i, tuple) and i[:1] == (bool,):
            positions = nonzero(next(where_true))
            found.extend(positions)
            index.extend((int,) * len(positions))
        else:
            index.append(i)
            if i is int:
                found.append(next(given))
    return tuple(found), tuple(index)


def _checked(x: Tensor, tensors: Sequence[Tensor], index: Index) -> Shape:
    """The shape of what is indexed."""
    try:
        return indexed(x.shape, tuple(t.shape for t in tensors), index)
    except ShapeError as error:
        error.where = "x[index]"
        raise


def _integer(i: object) -> int:
    name = type(i).__name__
    if name != "bool":
        with suppress(TypeError):
            return operator.index(i)  # type: ignore[arg-type]  # refused if it is none
    advice = "; convert it with tg.asarray" if isinstance(i, list) or hasattr(i, "__array__") else ""
    raise TypeError(f"x[index]: an index is made of ints, slices, ..., None and Tensors, not {name}{advice}")
