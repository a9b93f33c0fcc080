"""Differences between neighbours along an axis."""

from __future__ import annotations

from jaxtyping import Num

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.like import zeros_like
from typedgrad.ops.move import concat
from typedgrad.ops.reduce import sum
from typedgrad.shapes import Dim, Shape, ShapeError, axis_index, maximum, same


@primitive
def diff(
    x: Num[Tensor, "*s"],
    /,
    prepend: Num[Tensor, "*p"] | None = None,
    append: Num[Tensor, "*q"] | None = None,
    *,
    axis: int = -1,
    n: int = 1,
) -> Num[Tensor, "*new"]:
    """What is to be added to each element along an axis to get the next one; of that, and so on, `n` times.

    With an `n` of 0 it is `x` alone.

    Args:
        x: the elements.
        prepend: elements that come before them.
        append: elements that come after them.
        axis: the axis along which neighbours are compared.
        n: how often.

    Raises:
        ShapeError: for a negative `n`, and if the tensors differ in another axis than `axis`.

    >>> tg.diff(tg.asarray([1, 4, 9]), tg.asarray([0]))
    Tensor([1, 3, 5], dtype=int64)
    """
    xp = namespace(x)
    if n == 0:
        return xp.positive(x)
    parts = tuple(part for part in (prepend, x, append) if part is not None)
    out = parts[0] if len(parts) == 1 else xp.concat(parts, axis=axis)
    i = axis_index(x.shape, axis)
    before = (slice(None),) * i
    for _ in range(min(out.shape[i], n)):
        out = out[(*before, slice(1, None), ...)] - out[(*before, slice(None, -1), ...)]
    return out


@where(diff)
def _(s: Shape, prepend: Shape | None, append: Shape | None, axis: int, n: int) -> dict[str, Shape]:
    if isinstance(n, int) and n < 0:
        raise ShapeError(f"`n` must not be negative, got {n}")
    i = axis_index(s, axis)
    if isinstance(n, int) and n == 0:
        return {"new": s}
    total: Dim = s[i]  # type: ignore[assignment]  # `axis_index` found an axis, not a run
    for name, other in (("prepend", prepend), ("append", append)):
        if other is None:
            continue
        j = axis_index(other, axis)
        what = f"but for axis {axis}, `x` and `{name}` must have the same shape"
        same((*s[:i], *s[i + 1 :]), (*other[:j], *other[j + 1 :]), what)
        total = total + other[j]  # type: ignore[operator]  # as above
    return {"new": (*s[:i], maximum(total - n, 0), *s[i + 1 :])}


# One step maps x[i] to x[i + 1] - x[i], so its adjoint maps g[i] to g[i - 1] - g[i], with zeros beyond both ends.


@vjp(diff)
def _(
    g: Tensor, out: Tensor, x: Tensor, prepend: Tensor | None, append: Tensor | None, *, axis: int, n: int
) -> tuple[Tensor | None, ...]:
    i = axis_index(x.shape, axis)
    before = (slice(None),) * i
    sizes = [0 if part is None else part.shape[i] for part in (prepend, x, append)]
    if n == 0 or n > _sum(sizes):  # so often that nothing is left
        rest = (None if part is None else zeros_like(part) for part in (prepend, append))
        return (zeros_like(x) if n else g, *rest)
    zero = zeros_like(sum(g, axis, keepdims=True))
    for _ in range(n):
        padded = concat((zero, g, zero), axis=axis)
        g = padded[(*before, slice(None, -1), ...)] - padded[(*before, slice(1, None), ...)]
    first, second = sizes[0], sizes[0] + sizes[1]
    pulled = g[(*before, slice(first, second), ...)]
    left = None if prepend is None else g[(*before, slice(None, first), ...)]
    right = None if append is None else g[(*before, slice(second, None), ...)]
    return pulled, left, right


def _sum(sizes: list[int]) -> int:
    total = 0
    for n in sizes:
        total += n
    return total
