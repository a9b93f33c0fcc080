"""The product of elements, with a gradient that needs no division and so is right where elements are zero."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import DTypeLike, native
from typedgrad.core.primitive import dtype as dtype_rule
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import Axis, axes_of
from typedgrad.ops.like import ones_like
from typedgrad.ops.move import concat, permute_dims, reshape
from typedgrad.ops.reduce import accumulated, count, kept, numbers, reduced_shape


@primitive
def prod(
    x: Shaped[Tensor, "*s"], /, axis: Axis = None, *, dtype: DTypeLike | None = None, keepdims: bool = False
) -> Shaped[Tensor, "*reduced"]:
    """The product of the elements; 1 if there are none. Bools and small integers are multiplied as 64-bit integers.

    >>> tg.prod(tg.asarray([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([3., 8.], dtype=float32)
    """
    xp = namespace(x)
    if dtype is None:
        return xp.prod(numbers(x), axis=axis, keepdims=keepdims)
    return xp.prod(numbers(x), axis=axis, dtype=native(xp, dtype), keepdims=keepdims)


where(prod)(reduced_shape)


@dtype_rule(prod)
def _(x: str, dtype: DTypeLike | None) -> str:
    return accumulated(x, dtype)


@vjp(prod)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, dtype: DTypeLike | None, keepdims: bool) -> tuple[Tensor]:
    # The partial derivative for one element is the product of all the others.
    gone = axes_of(x.shape, axis)
    order = (*(i for i in range(len(x.shape)) if i not in gone), *gone)
    sorted_shape = tuple(x.shape[i] for i in order)
    rows = reshape(permute_dims(x, order), (*sorted_shape[: len(order) - len(gone)], count(x.shape, axis)))
    others = permute_dims(reshape(products_of_others(rows), sorted_shape), tuple(map(order.index, range(len(order)))))
    g = kept(g, x.shape, axis)
    return ((g if dtype is None else astype(g, x.dtype)) * others,)


def products_of_others(x: Tensor) -> Tensor:
    """For each element the product of the others on the last axis, in time proportional to their number.

    The first half is multiplied by the second, which leaves half as many elements. Of those the products of others are
    found; what is still missing from each of them is the partner. As nothing but products is used, this can be
    differentiated again.
    """
    n = x.shape[-1]
    if n < 2:
        return ones_like(x)
    half = n // 2
    first, second, odd = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
    pairs = products_of_others(concat((first * second, odd), axis=-1))
    return concat((pairs[..., :half] * second, pairs[..., :half] * first, pairs[..., half:]), axis=-1)
