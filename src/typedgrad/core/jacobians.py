"""Matrices of derivatives, and products with them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from typedgrad.backends import namespace
from typedgrad.core.batching import innermost
from typedgrad.core.leaves import cotangents_for, differentiable_leaves
from typedgrad.core.pytree import flatten, unflatten
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import differentiated, pullback

A = TypeVar("A")
P = ParamSpec("P")


def jacobian(f: Callable[Concatenate[A, P], Any], argnums: int = 0) -> Callable[Concatenate[A, P], Any]:
    """A function that returns all partial derivatives of `f`: axes of the value first, then those of the argument.

    Trees in the value or the argument give a tree of trees. One backward pass per element of the value.

    Raises TypeError, from the result, if the argument cannot be differentiated or `f` does not return tensors.

    >>> tg.jacobian(lambda x: x * x)(tg.asarray([1.0, 2.0]))
    Tensor([[2., 0.],
            [0., 4.]], dtype=float32)
    """
    return _jacobian("jacobian", f, argnums)


def hessian(f: Callable[Concatenate[A, P], Tensor], argnums: int = 0) -> Callable[Concatenate[A, P], Any]:
    """A function that returns the matrix of second derivatives of the scalar function `f`.

    Raises what `grad` does.

    >>> tg.hessian(lambda x: tg.sum(x**3))(tg.asarray([1.0, 2.0]))
    Tensor([[ 6.,  0.],
            [ 0., 12.]], dtype=float32)
    """
    return _jacobian("hessian", _gradient("hessian", f, argnums), argnums)


def hvp(f: Callable[[A], Tensor], x: A, v: A) -> A:
    """The product of the Hessian of the scalar function `f` at `x` with `v`, without forming the matrix.

    The Hessian is symmetric, so it is the vjp of the gradient.

    Raises what `grad` does, and ShapeError or TypeError if `v` does not match `x`.

    >>> tg.hvp(lambda x: tg.sum(x**3), tg.asarray([1.0, 2.0]), tg.asarray([1.0, 1.0]))
    Tensor([ 6., 12.], dtype=float32)
    """
    cotangents_for("hvp", *differentiable_leaves("hvp", (x,), (0,)), (v,), what="vector", of="argument")
    _, pull = pullback("hvp", _gradient("hvp", f, 0), (x,), (0,), {})
    product: A = pull(v)[0]
    return product


def _gradient(name: str, f: Callable[..., Any], argnums: int) -> Callable[..., Any]:
    both = differentiated(name, f, argnums)
    return lambda *args, **kwargs: both(*args, **kwargs)[1]


def _jacobian(name: str, f: Callable[..., Any], argnums: int) -> Callable[..., Any]:
    def of_f(*args: Any, **kwargs: Any) -> Any:
        out, pull = pullback(name, f, args, (argnums,), kwargs)
        outs, structure = flatten(out)
        for part in outs or [out]:
            if not isinstance(part, Tensor):
                raise TypeError(f"{name}: the function must return Tensors, not {type(part).__name__}")
        leaves, inner = differentiable_leaves(name, args[argnums])
        blocks = []
        for k, part in enumerate(outs):
            rows = [flatten(pull(unflatten(structure, _basis(outs, k, i)))[0])[0] for i in range(math.prod(part.shape))]
            columns = [_stacked([row[j] for row in rows], part, x) for j, x in enumerate(leaves)]
            blocks.append(unflatten(inner, columns))
        return unflatten(structure, blocks)

    return of_f


def _basis(outs: list[Tensor], k: int, i: int) -> list[Tensor]:
    """Zeros like `outs`, but 1 at element `i` of part `k`."""
    made = []
    for j, out in enumerate(outs):
        data: Any = innermost(out).data
        xp: Any = namespace(data)
        flat = xp.zeros((math.prod(out.shape),), dtype=data.dtype, device=data.device)
        if j == k:
            flat[i] = 1
        made.append(Tensor(xp.reshape(flat, out.shape), out.aval))
    return made


def _stacked(rows: list[Any], out: Tensor, x: Any) -> Any:
    """The derivatives of the elements of `out` with respect to `x`, as one tensor. Nothing flows through a State."""
    from typedgrad.core.primitive import REGISTRY

    if not isinstance(x, Tensor):
        return x
    shape = (*out.shape, *x.shape)
    if not rows:
        data: Any = innermost(x).data
        return Tensor(namespace(data).zeros(shape, dtype=data.dtype))
    stack, reshape = (REGISTRY[f"typedgrad.ops.move.{name}"].function for name in ("stack", "reshape"))
    made: Tensor = reshape(stack(tuple(rows), axis=0), shape)
    return made
