"""How far apart vectors are, and vectors of length 1. Where a norm is 0 its gradient is 0, so that nothing is NaN."""

from __future__ import annotations

from typing import TypeAlias

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.norms import vector_norm
from typedgrad.ops.reduce import sum
from typedgrad.ops.selection import maximum

Number: TypeAlias = int | float


# Not @typed: what it calls checks the same, and verdicts on tuples such as `axis` could not be remembered.
def l2_normalize(
    x: Float[Tensor, "*s"], /, *, axis: int | tuple[int, ...] = -1, epsilon: Number = 1e-12
) -> Float[Tensor, "*s"]:
    """`x` divided by its Euclidean norm along `axis`, or by `epsilon` where the norm is less.

    Raises ValueError if `epsilon` is not positive.

    >>> tg.l2_normalize(tg.asarray([[3.0, 4.0], [0.0, 0.0]]))
    Tensor([[0.6, 0.8],
            [0. , 0. ]], dtype=float32)
    """
    _refuse("l2_normalize", epsilon)
    return x / maximum(vector_norm(x, axis=axis, keepdims=True), epsilon)


@typed
def pairwise_distance(
    x1: Float[Tensor, "*batch n"], x2: Float[Tensor, "*batch n"], *, ord: Number = 2
) -> Float[Tensor, "*batch"]:
    """The distance of each vector of `x1` from that of `x2` in the same place: the p-norm of the difference, p = `ord`.

    Raises ShapeError if the shapes differ.

    >>> tg.pairwise_distance(tg.asarray([[3.0, 4.0], [1.0, 1.0]]), tg.asarray([[0.0, 0.0], [1.0, 1.0]]))
    Tensor([5., 0.], dtype=float32)
    """
    return vector_norm(x1 - x2, axis=-1, ord=ord)


@typed
def cosine_similarity(
    x1: Float[Tensor, "*batch n"], x2: Float[Tensor, "*batch n"], *, epsilon: Number = 1e-8
) -> Float[Tensor, "*batch"]:
    """The cosine of the angle between each vector of `x1` and that of `x2` in the same place.

    A norm that is less than `epsilon` counts as `epsilon`, so that a vector of zeros is similar to none.

    Raises ShapeError if the shapes differ, ValueError if `epsilon` is not positive.

    >>> tg.cosine_similarity(tg.asarray([[3.0, 4.0], [1.0, 0.0]]), tg.asarray([[4.0, 3.0], [0.0, 0.0]]))
    Tensor([0.96, 0.  ], dtype=float32)
    """
    _refuse("cosine_similarity", epsilon)
    return sum(l2_normalize(x1, epsilon=epsilon) * l2_normalize(x2, epsilon=epsilon), axis=-1)


def _refuse(name: str, epsilon: Number) -> None:
    if not epsilon > 0.0:
        raise ValueError(f"{name}: `epsilon` must be positive, got {epsilon}")
