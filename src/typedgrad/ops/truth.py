"""Reductions that ask of elements whether they are zero."""

from __future__ import annotations

from jaxtyping import Bool, Int64, Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import nondifferentiable, primitive, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import Axis
from typedgrad.ops.reduce import reduced_shape


@nondifferentiable
@primitive
def all(x: Shaped[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False) -> Bool[Tensor, "*reduced"]:
    """Whether no element is zero; true if there are none.

    >>> tg.all(tg.asarray([[True, False], [True, True]]), axis=1)
    Tensor([False,  True], dtype=bool)
    """
    return namespace(x).all(x, axis=axis, keepdims=keepdims)


@nondifferentiable
@primitive
def any(x: Shaped[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False) -> Bool[Tensor, "*reduced"]:
    """Whether some element is not zero; false if there are none.

    >>> tg.any(tg.asarray([[0, 0], [0, 3]]), axis=1)
    Tensor([False,  True], dtype=bool)
    """
    return namespace(x).any(x, axis=axis, keepdims=keepdims)


@nondifferentiable
@primitive
def count_nonzero(
    x: Shaped[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False
) -> Int64[Tensor, "*reduced"]:
    """How many elements are not zero.

    >>> tg.count_nonzero(tg.asarray([[0.0, 0.5], [2.0, 3.0]]), axis=1)
    Tensor([1, 2], dtype=int64)
    """
    xp = namespace(x)
    hit = x if x.dtype == xp.bool else x != 0
    return xp.sum(xp.astype(hit, xp.int64), axis=axis, keepdims=keepdims)


for _op in (all, any, count_nonzero):
    where(_op)(reduced_shape)
