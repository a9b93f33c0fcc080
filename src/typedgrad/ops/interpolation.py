"""Raw arrays brought to other sizes, axis by axis: each new element is a weighted mean of a few old neighbours.

Along an axis that is the product with a banded matrix, which is done in blocks. Its adjoint is the product with the
transposed one.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from typedgrad.backends import namespace

if TYPE_CHECKING:
    from typedgrad.backends import Namespace
    from typedgrad.core.tensor import Tensor

Method: TypeAlias = Literal["nearest", "linear", "mean"]
Weights: TypeAlias = tuple[float, ...]

_BLOCK = 32


class Block(NamedTuple):
    """The weights with which old elements `first : end` make the new elements `start : stop`."""

    start: int
    stop: int
    first: int
    end: int
    rows: tuple[Weights, ...]


def row(method: Method, n: int, m: int, i: int, *, align_corners: bool) -> tuple[int, Weights]:
    """Of `n` elements, the first that makes element `i` of `m`, and the weights of those from there on.

    >>> row("linear", 3, 6, 1, align_corners=False)
    (0, (0.75, 0.25))
    """
    if method == "nearest":
        return i * n // m, (1.0,)
    if method == "mean":
        first, end = i * n // m, -(-(i + 1) * n // m)
        return first, (1.0 / (end - first),) * (end - first)
    at = i * (n - 1) / max(m - 1, 1) if align_corners else max((i + 0.5) * n / m - 0.5, 0.0)
    first = min(int(at), n - 1)
    part = at - first if first < n - 1 else 0.0
    return first, (1.0 - part, part) if part else (1.0,)


@functools.lru_cache(maxsize=512)
def blocks_of(method: Method, n: int, m: int, *, align_corners: bool, size: int) -> tuple[Block, ...]:
    """The matrix that leads from `n` elements to `m`, in blocks of `size` rows."""
    found = []
    for start in range(0, m, size):
        stop = min(start + size, m)
        rows = [row(method, n, m, i, align_corners=align_corners) for i in range(start, stop)]
        first, end = min(a for a, _ in rows), max(a + len(w) for a, w in rows)
        whole = tuple((0.0,) * (a - first) + w + (0.0,) * (end - a - len(w)) for a, w in rows)
        found.append(Block(start, stop, first, end, whole))
    return tuple(found)


def resized(x: Tensor, size: tuple[int, ...], method: Method, *, align_corners: bool) -> Tensor:
    """`x` with other sizes of all axes but the first two."""
    xp = namespace(x)
    made = x
    for axis, m in enumerate(size, start=2):
        n = made.shape[axis]
        if n == m:
            continue
        shape = made.shape
        line = xp.reshape(made, (math.prod(shape[:axis]), n, math.prod(shape[axis + 1 :])))
        out: Any = xp.empty((line.shape[0], m, line.shape[2]), dtype=x.dtype)
        if method == "nearest" and m % n == 0:
            copies: Any = xp.reshape(out, (line.shape[0], n, m // n, line.shape[2]), copy=False)
            for i in range(m // n):
                copies[:, :, i, :] = line
        else:
            for block in blocks_of(method, n, m, align_corners=align_corners, size=_rows(xp, x)):
                weights = xp.asarray(block.rows, dtype=x.dtype)
                out[:, block.start : block.stop, :] = _product(xp, weights, line[:, block.first : block.end, :])
        made = xp.reshape(out, (*shape[:axis], m, *shape[axis + 1 :]))
    return xp.asarray(made, copy=True) if made is x else made


def adjoint(g: Tensor, size: tuple[int, ...], method: Method, *, align_corners: bool) -> Tensor:
    """The adjoint of `resized` for inputs that had these sizes."""
    xp = namespace(g)
    made = g
    for axis, n in reversed(list(enumerate(size, start=2))):
        m = made.shape[axis]
        if n == m:
            continue
        shape = made.shape
        line = xp.reshape(made, (math.prod(shape[:axis]), m, math.prod(shape[axis + 1 :])))
        out: Any = xp.zeros((line.shape[0], n, line.shape[2]), dtype=g.dtype)
        if method == "nearest" and m % n == 0:
            copies: Any = xp.reshape(line, (line.shape[0], n, m // n, line.shape[2]))
            for i in range(m // n):
                out += copies[:, :, i, :]
        else:
            for block in blocks_of(method, n, m, align_corners=align_corners, size=_rows(xp, g)):
                weights = xp.matrix_transpose(xp.asarray(block.rows, dtype=g.dtype))
                out[:, block.first : block.end, :] += _product(xp, weights, line[:, block.start : block.stop, :])
        made = xp.reshape(out, (*shape[:axis], n, *shape[axis + 1 :]))
    return xp.asarray(made, copy=True) if made is g else made


def _rows(xp: Namespace[Tensor], x: Tensor) -> int:
    """How many rows a block may have: with what is not finite one, because zero times that is not zero."""
    return _BLOCK if bool(xp.isfinite(xp.sum(x))) else 1


def _product(xp: Namespace[Tensor], weights: Tensor, line: Tensor) -> Tensor:
    """`weights` times the columns of each matrix; for a single column as one product."""
    if line.shape[2] != 1:
        return xp.matmul(weights, line)
    return xp.matmul(line[:, :, 0], xp.matrix_transpose(weights))[:, :, None]
