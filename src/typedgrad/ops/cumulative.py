"""Sums and products of all elements so far, along one axis."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import DTypeLike, native
from typedgrad.core.primitive import dtype as dtype_rule
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import concat, reshape, stack
from typedgrad.ops.rearrange import flip, moveaxis
from typedgrad.ops.reduce import accumulated, numbers
from typedgrad.shapes import Shape, ShapeError, Star, axis_index


@linear
@primitive
def cumulative_sum(
    x: Shaped[Tensor, "*s"],
    /,
    axis: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    include_initial: bool = False,
) -> Shaped[Tensor, "*new"]:
    """The sums of the elements up to each one; `include_initial` puts a 0 in front. `axis` may be left out in 1-D.

    >>> tg.cumulative_sum(tg.asarray([1, 2, 3]), include_initial=True)
    Tensor([0, 1, 3, 6], dtype=int64)
    """
    xp = namespace(x)
    wanted = None if dtype is None else native(xp, dtype)
    return xp.cumulative_sum(numbers(x), axis=axis, dtype=wanted, include_initial=include_initial)


@primitive
def cumulative_prod(
    x: Shaped[Tensor, "*s"],
    /,
    axis: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    include_initial: bool = False,
) -> Shaped[Tensor, "*new"]:
    """The products of the elements up to each one; `include_initial` puts a 1 in front. `axis` may be left out in 1-D.

    >>> tg.cumulative_prod(tg.asarray([1, 2, 3, 4]))
    Tensor([ 1,  2,  6, 24], dtype=int64)
    """
    xp = namespace(x)
    wanted = None if dtype is None else native(xp, dtype)
    return xp.cumulative_prod(numbers(x), axis=axis, dtype=wanted, include_initial=include_initial)


for _op in (cumulative_sum, cumulative_prod):

    @where(_op)
    def _(s: Shape, axis: int | None, include_initial: bool) -> dict[str, Shape]:
        if axis is None and len(s) != 1 and not any(isinstance(n, Star) for n in s):
            raise ShapeError(f"axis must be given for a tensor with {len(s)} axes")
        i = axis_index(s, -1 if axis is None else axis)
        size = s[i]
        assert not isinstance(size, Star)  # `axis_index` found an axis, not a run
        return {"new": (*s[:i], size + 1 if include_initial else size, *s[i + 1 :])}

    @dtype_rule(_op)
    def _(x: str, dtype: DTypeLike | None) -> str:
        return accumulated(x, dtype)


@vjp(cumulative_sum)
def _(
    g: Tensor, out: Tensor, x: Tensor, *, axis: int | None, dtype: DTypeLike | None, include_initial: bool
) -> tuple[Tensor]:
    i = axis_index(x.shape, -1 if axis is None else axis)
    g = g[(*(slice(None),) * i, slice(int(include_initial), None), ...)]
    pulled = flip(cumulative_sum(flip(g, axis=i), axis=i), axis=i)
    return (pulled if dtype is None else astype(pulled, x.dtype),)


@vjp(cumulative_prod)
def _(
    g: Tensor, out: Tensor, x: Tensor, *, axis: int | None, dtype: DTypeLike | None, include_initial: bool
) -> tuple[Tensor]:
    # out[k] = x[0] ... x[k], so the partial derivative of out[k] for x[i] is x[0] ... x[i-1] x[i+1] ... x[k]. Summed
    # over k >= i with weights g[k] this is x[0] ... x[i-1] s[i], where s[i] = g[i] + x[i+1] s[i+1], which runs
    # backwards. No division, so zeros do no harm.
    i = axis_index(x.shape, -1 if axis is None else axis)
    rows, g = moveaxis(x, i, -1), moveaxis(g if dtype is None else astype(g, x.dtype), i, -1)
    g = g[..., int(include_initial) :]
    before = cumulative_prod(rows, axis=-1, include_initial=True)[..., :-1]
    backwards = flip(rows, axis=-1)
    n = x.shape[i]  # may be 0
    factors = concat((backwards[..., : min(1, n)], backwards[..., : max(0, n - 1)]), axis=-1)
    return (moveaxis(before * flip(_recurrence(factors, flip(g, axis=-1)), axis=-1), -1, i),)


def _recurrence(a: Tensor, b: Tensor) -> Tensor:
    """The y with y[0] = b[0] and y[k] = a[k] y[k-1] + b[k] along the last axis, in time proportional to its length.

    Two steps made one give the recurrence of the odd y; each even one is a single step further.
    """
    n = b.shape[-1]
    if n < 2:
        return b
    pairs = n // 2
    a_even, a_odd = a[..., : 2 * pairs : 2], a[..., 1::2]
    b_even, b_odd = b[..., : 2 * pairs : 2], b[..., 1::2]
    odd = _recurrence(a_odd * a_even, a_odd * b_even + b_odd)
    even = concat((b[..., :1], a[..., 2::2] * odd[..., : (n - 1) // 2] + b[..., 2::2]), axis=-1)
    both = reshape(stack((even[..., :pairs], odd), axis=-1), (*b.shape[:-1], 2 * pairs))
    return concat((both, even[..., pairs:]), axis=-1)
