"""Kernels for products of matrices: as fast for narrow ones as for large ones, on the same threads as all others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import GRAIN, MANY_REGISTERS, Like, lanes, making, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node
    from typedgrad.kernels.plans import Described, Plan

# As in `native/product.h`: rows of a tile with many registers and with few; rows that stay close while columns pass by.
_WIDE, _NARROW = 14, 6
_ROWS_CLOSE = 256
# Pieces of work, enough for the threads to end at about the same time.
_PIECES = 8
# Numbers in both matrices together. They are copied, into strips; numpy's product of larger ones is as fast.
_MOST = 2**24


def product(
    x1: Described, x2: Described, *, turn1: bool = False, turn2: bool = False, shape: tuple[int, ...] | None = None
) -> Plan | None:
    """The plan for `x1 @ x2`, each transposed first if `turn` says so; all axes of each but the last count as rows.

    `shape`: of the result, if it is not that of a matrix. None for matrices that are too large, or have no numbers.
    """
    (m, k), (k2, n) = _sides(x1, turn1), _sides(x2, turn2)
    assert k == k2
    if 0 in {m, n, k} or m * k + k * n > _MOST:
        return None
    shape = (m, n) if shape is None else shape
    register = lanes(x1.dtype)
    width = 2 * register
    # Few columns would leave lanes idle, which few rows do not. And where few columns or rows meet a large matrix whose
    # rows are summed up, that is not worth a copy.
    turned = turn2 and m <= width and m < n
    row_by_row = turned or (not turn1 and n <= register)
    swapped = turned or (n <= register and n < m and not row_by_row)
    if swapped:
        m, n, turn1, turn2 = n, m, not turn2, not turn1
    tile = _WIDE if register * x1.dtype.itemsize >= MANY_REGISTERS else _NARROW
    blocks, panels = -(-m // tile), -(-n // width)
    close = max(1, min(blocks, _ROWS_CLOSE // tile))
    while -(-blocks // close) * panels < _PIECES and close > 1:
        close = -(-close // 2)
    along = -(-blocks // close)
    together = max(1, along * panels // (2 * _PIECES))
    where_it_lies = blocks <= 2
    copied = (0 if row_by_row else m * k) + (n % width * k if where_it_lies and not turn2 else n * k)
    return plan(
        "product",
        (x1, x2),
        (making(Like(shape, x1.dtype)),),
        work=along * -(-panels // together),
        unit=2 * close * tile * together * width * k // 16,
        sizes=(m, n, k, turn1, turn2, blocks, close, together, along, where_it_lies, swapped, row_by_row),
        matrices=(0, 1),
        scratch=(m * k + panels * width * k) * x1.dtype.itemsize,
        before=("product_pack", blocks + panels, _share(blocks + panels, copied)),
    )


def _share(pieces: int, numbers: int) -> int:
    """How many of the pieces are one share, if they copy so many numbers together."""
    shares = numbers // GRAIN
    return -(-pieces // shares) if shares > 1 else pieces


def _sides(x: Described, turned: bool) -> tuple[int, int]:
    rows, inner = math.prod(x.shape[:-1]), x.shape[-1]
    return (inner, rows) if turned else (rows, inner)


@accelerates("typedgrad.ops.matmul.matmul")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    x1, x2 = avals
    if not serves(x1, x2) or len(x1.shape) < 2 or len(x2.shape) != 2:
        return None
    g = outs[0]
    run = product(x1, x2, shape=g.shape)
    of_x1, of_x2 = product(g, x2, turn2=True, shape=x1.shape), product(x1, g, turn1=True)
    if run is None or of_x1 is None or of_x2 is None:
        return None

    def pull(g: Any, node: Node, saved: object) -> Any:
        _, (left, right), _ = node
        return (
            None if left.node is None else of_x1(g, right.data),
            None if right.node is None else of_x2(left.data, g),
        )

    return Kernel(run, pull)
