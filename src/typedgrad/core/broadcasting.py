"""Broadcasting and its adjoint, summing back: the one pair of ops that differentiation itself needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Num, Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeError, Star, broadcast
from typedgrad.shapes.compare import compare_runs

if TYPE_CHECKING:
    from typedgrad.shapes import Shape


@linear
@primitive
def broadcast_to(x: Shaped[Tensor, "*old"], /, shape: tuple[int, ...]) -> Shaped[Tensor, "*new"]:
    """Stretch `x` to `shape` by repeating along new axes and axes of size 1.

    >>> tg.broadcast_to(tg.asarray([1.0, 2.0]), (2, 2))
    Tensor([[1., 2.],
            [1., 2.]], dtype=float32)
    """
    return namespace(x).broadcast_to(x, shape)


@where(broadcast_to)
def _(old: Shape, shape: Shape) -> dict[str, Shape]:
    counted = not any(isinstance(axis, Star) for axis in (*old, *shape))
    if counted and len(old) > len(shape):
        raise ShapeError(f"a tensor with {len(old)} axes cannot be broadcast to {len(shape)} axes")
    if compare_runs(broadcast(old, shape), tuple(shape)) == "refuted":
        raise ShapeError(f"[{' '.join(map(str, old))}] cannot be broadcast to [{' '.join(map(str, shape))}]")
    return {"new": shape}


@vjp(broadcast_to)
def _(g: Tensor, out: Tensor, x: Tensor, *, shape: tuple[int, ...]) -> tuple[Tensor]:
    return (unbroadcast(g, x.shape),)


@linear
@primitive
def sum_to(x: Num[Tensor, "*old"], /, shape: tuple[int, ...]) -> Num[Tensor, "*new"]:
    """Sum `x` over the axes that broadcasting `shape` to `x.shape` stretched: the adjoint of `broadcast_to`.

    >>> tg.sum_to(tg.ones((2, 3)), (3,))
    Tensor([2., 2., 2.], dtype=float32)
    """
    lead = len(x.shape) - len(shape)
    axes = tuple(i for i, n in enumerate(x.shape) if i < lead or (shape[i - lead] == 1 and n != 1))
    xp = namespace(x)
    return xp.reshape(xp.sum(x, axis=axes, keepdims=True, dtype=x.dtype), shape)


@where(sum_to)
def _(old: Shape, shape: Shape) -> dict[str, Shape]:
    if compare_runs(broadcast(old, shape), tuple(old)) == "refuted":
        raise ShapeError(f"[{' '.join(map(str, old))}] is not a broadcast of [{' '.join(map(str, shape))}]")
    return {"new": shape}


@vjp(sum_to)
def _(g: Tensor, out: Tensor, x: Tensor, *, shape: tuple[int, ...]) -> tuple[Tensor]:
    return (broadcast_to(g, x.shape),)


def unbroadcast(g: Tensor, shape: tuple[int, ...]) -> Tensor:
    """`g` summed to `shape`, or `g` itself if it has that shape: what the vjp of a broadcasting op needs."""
    return g if g.shape == shape else sum_to(g, shape)
