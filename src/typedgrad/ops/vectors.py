"""Products of vectors that lie along an axis: dot and cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Num

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import unbroadcast
from typedgrad.core.primitive import jvp, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import expand_dims
from typedgrad.shapes import ShapeError, Signature, Slot, Star, axis_index, broadcast, compare

if TYPE_CHECKING:
    from typedgrad.shapes import Shape

_DOT = Signature({"x1": Slot("*#b n"), "x2": Slot("*#b n")}, Slot("*#b"))


@primitive
def vecdot(x1: Num[Tensor, "..."], x2: Num[Tensor, "..."], /, *, axis: int = -1) -> Num[Tensor, "*products"]:
    """Sums of products along one axis, of the same size in both; the other axes broadcast. `x1` is conjugated.

    >>> tg.vecdot(tg.asarray([[1.0, 2.0], [3.0, 4.0]]), tg.asarray([1.0, 10.0]))
    Tensor([21., 43.], dtype=float32)
    """
    return namespace(x1).vecdot(x1, x2, axis=_from_the_right(x1.shape, x2.shape, axis))


def _from_the_right(x1: Shape, x2: Shape, axis: int) -> int:
    """`axis` as a negative number, which means the same axis in both."""
    if axis < 0:
        return axis
    if len(x1) != len(x2):
        raise ShapeError(
            f"axis={axis} is not the same axis in `x1` and `x2`; count from the right, by a negative number"
        )
    return axis_index(x1, axis) - len(x1)


@where(vecdot)
def _(x1: Shape, x2: Shape, axis: int) -> dict[str, Shape]:
    axis = _from_the_right(x1, x2, axis)
    (products,) = _DOT.infer_all({"x1": _moved_back(x1, axis), "x2": _moved_back(x2, axis)})
    return {"products": products}


def _moved_back(shape: Shape, axis: int) -> Shape:
    i = axis_index(shape, axis)
    return (*shape[:i], *shape[i + 1 :], shape[i])


@vjp(vecdot, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor, *, axis: int) -> Tensor:
    return unbroadcast(expand_dims(g, axis=_from_the_right(x1.shape, x2.shape, axis)) * x2, x1.shape)


@vjp(vecdot, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor, *, axis: int) -> Tensor:
    return unbroadcast(expand_dims(g, axis=_from_the_right(x1.shape, x2.shape, axis)) * x1, x2.shape)


@jvp(vecdot)
def _(t1: Tensor | None, t2: Tensor | None, out: Tensor, x1: Tensor, x2: Tensor, *, axis: int) -> Tensor:
    parts = [vecdot(a, b, axis=axis) for a, b in ((t1, x2), (x1, t2)) if a is not None and b is not None]
    return sum(parts[1:], parts[0])


@primitive
def cross(x1: Num[Tensor, "..."], x2: Num[Tensor, "..."], /, *, axis: int = -1) -> Num[Tensor, "*products"]:
    """Cross products of vectors with three elements, which lie along `axis`; the other axes broadcast.

    >>> tg.cross(tg.asarray([1.0, 0.0, 0.0]), tg.asarray([0.0, 1.0, 0.0]))
    Tensor([0., 0., 1.], dtype=float32)
    """
    return namespace(x1).linalg.cross(x1, x2, axis=_from_the_right(x1.shape, x2.shape, axis))


@where(cross)
def _(x1: Shape, x2: Shape, axis: int) -> dict[str, Shape]:
    axis = _from_the_right(x1, x2, axis)
    for name, shape in (("x1", x1), ("x2", x2)):
        size = shape[axis_index(shape, axis)]
        assert not isinstance(size, Star)
        if compare(size, 3) == "refuted":
            raise ShapeError(f"axis {axis} of `{name}` must have size 3, not {size}")
    return {"products": broadcast(x1, x2)}


# <g, x1 × x2> is the volume that the three span, which turning them round does not change.


@vjp(cross, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor, *, axis: int) -> Tensor:
    return unbroadcast(cross(x2, g, axis=_from_the_right(x1.shape, x2.shape, axis)), x1.shape)


@vjp(cross, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor, *, axis: int) -> Tensor:
    return unbroadcast(cross(g, x1, axis=_from_the_right(x1.shape, x2.shape, axis)), x2.shape)
