"""The product of matrices, and of stacks of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxtyping import Num

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import unbroadcast
from typedgrad.core.primitive import jvp, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import expand_dims, squeeze
from typedgrad.shapes import Inconclusive, ShapeError, Signature, Slot, Star

if TYPE_CHECKING:
    from typedgrad.shapes import Shape


@primitive
def matmul(x1: Num[Tensor, "..."], x2: Num[Tensor, "..."], /) -> Num[Tensor, "*product"]:
    """`x1 @ x2`: rows times columns, for stacks of matrices `*#b m k` and `*#b k n`, whose other axes broadcast.

    A vector `x1` is a row and a vector `x2` a column; the result then has no axis in its place.

    >>> tg.matmul(tg.asarray([[1.0, 2.0], [3.0, 4.0]]), tg.asarray([1.0, 10.0]))
    Tensor([21., 43.], dtype=float32)
    """
    xp = namespace(x1)
    if len(x1.shape) > 2 and len(x2.shape) == 2:
        # One large product instead of one for each matrix of the stack.
        rows = xp.reshape(x1, (math.prod(x1.shape[:-1]), x1.shape[-1]))
        return xp.reshape(xp.matmul(rows, x2), (*x1.shape[:-1], x2.shape[-1]))
    return xp.matmul(x1, x2)


_MATRICES = Signature({"x1": Slot("*#b m k"), "x2": Slot("*#b k n")}, Slot("*#b m n"))
_ROWS = Signature({"x1": Slot("*m k"), "x2": Slot("k n")}, Slot("*m n"))
_BY_COLUMN = Signature({"x1": Slot("*m k"), "x2": Slot("k")}, Slot("*m"))
_ROW_BY = Signature({"x1": Slot("k"), "x2": Slot("*b k n")}, Slot("*b n"))


@where(matmul)
def _(x1: Shape, x2: Shape) -> dict[str, Shape]:
    (product,) = _form(x1, x2).infer_all({"x1": x1, "x2": x2})
    return {"product": product}


def _form(x1: Shape, x2: Shape) -> Signature:
    """Which of the products it is; a run of unknown length may hide that."""
    for name, shape in (("x1", x1), ("x2", x2)):
        if shape == ():
            raise ShapeError(f"`{name}` must have at least one axis, but is a scalar; multiply it with *")
    if _is_vector(x2):
        return _BY_COLUMN
    if _is_vector(x1) and _is_stack(x2):
        return _ROW_BY
    if _is_stack(x1) and _is_stack(x2):
        return _MATRICES
    # Whether the run is empty or not: rows of any number of axes by one matrix are rows again.
    if len(x2) == 2 and _is_stack(x2):
        return _ROWS
    raise Inconclusive("the number of axes is not known")


def _is_vector(shape: Shape) -> bool:
    return len(shape) == 1 and not isinstance(shape[0], Star)


def _is_stack(shape: Shape) -> bool:
    return sum(not isinstance(axis, Star) for axis in shape) >= 2


@primitive
def contract_rows(x1: Num[Tensor, "*rows k"], x2: Num[Tensor, "*rows n"], /) -> Num[Tensor, "k n"]:
    """`x1.T @ x2`, where all axes but the last count as rows: the gradient of a weight that multiplies many rows.

    >>> from typedgrad.ops.matmul import contract_rows
    >>> contract_rows(tg.ones((5, 3, 2)), tg.ones((5, 3, 4)))
    Tensor([[15., 15., 15., 15.],
            [15., 15., 15., 15.]], dtype=float32)
    """
    xp = namespace(x1)
    rows = math.prod(x1.shape[:-1])
    left, right = xp.reshape(x1, (rows, x1.shape[-1])), xp.reshape(x2, (rows, x2.shape[-1]))
    return xp.matmul(xp.matrix_transpose(left), right)


# Below ' transposes. Of y = x1 x2 the gradients are g x2' and x1' g, summed over what broadcasting repeated; a vector
# is a matrix with an axis of size 1, so its products are outer products. For two matrices, the usual case, operators
# serve raw arrays without a detour.


@vjp(matmul, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    if x1.ndim == x2.ndim == 2:
        return g @ x2.mT
    if x2.ndim == 1:
        return expand_dims(g, axis=-1) * x2
    if x1.ndim > 1:
        return unbroadcast(matmul(g, x2.mT), x1.shape)
    if x2.ndim == 2:
        return x2 @ g
    return squeeze(unbroadcast(x2 @ expand_dims(g, axis=-1), (*x1.shape, 1)), axis=-1)


@vjp(matmul, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    if x1.ndim == x2.ndim == 2:
        return x1.mT @ g
    if x1.ndim == 1:
        return g * x1 if x2.ndim == 1 else expand_dims(x1, axis=-1) * expand_dims(g, axis=-2)
    if x2.ndim == 1:
        return g @ x1 if x1.ndim == 2 else squeeze(contract_rows(x1, expand_dims(g, axis=-1)), axis=-1)
    if x2.ndim == 2:
        return contract_rows(x1, g)  # the batch is summed within the one product
    return unbroadcast(x1.mT @ g, x2.shape)


@jvp(matmul)
def _(t1: Tensor | None, t2: Tensor | None, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    if t2 is None:
        assert t1 is not None
        return matmul(t1, x2)
    moved = matmul(x1, t2)
    return moved if t1 is None else matmul(t1, x2) + moved


@vjp(contract_rows, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return matmul(x2, g.mT)


@vjp(contract_rows, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return matmul(x1, g)
