"""Systems of linear equations, and inverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Inexact, Num

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import unbroadcast
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.diagonals import diag, diagonal
from typedgrad.ops.like import ones_like
from typedgrad.ops.matmul import matmul
from typedgrad.ops.matrices import matrix_transpose
from typedgrad.ops.move import expand_dims, squeeze
from typedgrad.ops.singular import attempt
from typedgrad.shapes import Inconclusive, Signature, Slot, Star

if TYPE_CHECKING:
    from typedgrad.shapes import Shape


@primitive
def inv(x: Inexact[Tensor, "*b n n"], /) -> Inexact[Tensor, "*b n n"]:
    """The inverse of every matrix of a stack. To solve equations, `solve` is quicker and more accurate.

    Raises:
        ValueError: for a singular matrix, with its place in the stack.

    >>> tg.linalg.inv(tg.asarray([[2.0, 0.0], [0.0, 4.0]]))
    Tensor([[0.5 , 0.  ],
            [0.  , 0.25]], dtype=float32)
    """
    return attempt("inv: {} is singular", namespace(x).linalg.inv, x)


# X Y = 1 gives dY = -Y dX Y (Giles 2008, "Collected matrix derivative results", 2.2.3).


@vjp(inv)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    transposed = matrix_transpose(out)
    return (-matmul(transposed, matmul(g, transposed)),)


@primitive
def solve(x1: Inexact[Tensor, "..."], x2: Inexact[Tensor, "..."], /) -> Inexact[Tensor, "*solution"]:
    """The `y` with `x1 @ y == x2`, for stacks of matrices `*#b n n` and `*#b n k`, or a single vector `x2`.

    Raises:
        ValueError: for a singular matrix, with its place in the stack.

    >>> tg.linalg.solve(tg.asarray([[2.0, 0.0], [0.0, 4.0]]), tg.asarray([2.0, 2.0]))
    Tensor([1. , 0.5], dtype=float32)
    """
    linalg = namespace(x1).linalg
    try:
        return linalg.solve(x1, x2)
    except ValueError:
        attempt("solve: {} is singular", linalg.inv, x1)
        raise


_VECTOR = Signature({"x1": Slot("*b n n"), "x2": Slot("n")}, Slot("*b n"))
_MATRICES = Signature({"x1": Slot("*#b n n"), "x2": Slot("*#b n k")}, Slot("*#b n k"))


@where(solve)
def _(x1: Shape, x2: Shape) -> dict[str, Shape]:
    known = [axis for axis in x2 if not isinstance(axis, Star)]
    if len(known) < 2 and len(known) != len(x2):
        raise Inconclusive("the number of axes is not known")
    (solution,) = (_VECTOR if len(x2) == 1 else _MATRICES).infer_all({"x1": x1, "x2": x2})
    return {"solution": solution}


# X Y = B gives X dY = dB - dX Y, so that B has the cotangent X'^-1 g, and X that times -Y' (Giles 2008, 2.3.1).


@vjp(solve)
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> tuple[Tensor, Tensor]:
    if x2.ndim == 1:
        g, out = expand_dims(g, axis=-1), expand_dims(out, axis=-1)
    right = solve(matrix_transpose(x1), g)
    left = unbroadcast(-matmul(right, matrix_transpose(out)), x1.shape)
    if x2.ndim == 1:
        right = squeeze(right, axis=-1)
    return left, unbroadcast(right, x2.shape)


@typed
def matrix_power(x: Num[Tensor, "*b k k"], n: int, /) -> Num[Tensor, "*b k k"]:
    """Every matrix of a stack multiplied by itself, `n` factors in all; of its inverse if `n` is negative.

    Raises:
        ValueError: for a singular matrix and a negative `n`.

    >>> tg.linalg.matrix_power(tg.asarray([[1, 1], [0, 1]]), 5)
    Tensor([[1, 5],
            [0, 1]], dtype=int64)
    """
    if n < 0:
        x, n = inv(x), -n
    power: Tensor | None = None
    while n:  # the powers x, x², x⁴, ... that the binary digits of n ask for
        if n & 1:
            power = x if power is None else matmul(power, x)
        n >>= 1
        if n:
            x = matmul(x, x)
    return diag(ones_like(diagonal(x))) if power is None else power
