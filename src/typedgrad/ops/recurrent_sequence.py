"""All steps of a recurrent layer as one op, so that its matrix gets its gradient from one product, not one a step."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.join import split
from typedgrad.ops.matmul import contract_rows
from typedgrad.ops.move import concat, expand_dims, stack
from typedgrad.ops.recurrent import lstm_forward
from typedgrad.ops.trigonometry import tanh
from typedgrad.shapes import Dim, at_most


@primitive
def lstm_sequence(
    given: Float[Tensor, "time batch 4*n"],
    hidden: Float[Tensor, "batch n"],
    cell: Float[Tensor, "batch n"],
    recurrent: Float[Tensor, "n 4*n"],
    /,
) -> tuple[Float[Tensor, "time batch n"], Float[Tensor, "time batch n"], Float[Tensor, "time batch 4*n"]]:
    """The steps of `typedgrad.lstm_step` with `gates = given[t] + hidden @ recurrent`, one after the other.

    The time stands first. The results are the hidden states after each step, the cells, and the gates after their
    activations, from which the gradient is made.

    Raises ShapeError for a sequence without steps.

    >>> hiddens, cells, gates = tg.lstm_sequence(
    ...     tg.zeros((3, 1, 8)), tg.zeros((1, 2)), tg.ones((1, 2)), tg.zeros((2, 8))
    ... )
    >>> cells[:, 0, 0]
    Tensor([0.5  , 0.25 , 0.125], dtype=float32)
    """
    xp = namespace(given)
    hiddens: Any = xp.empty((*given.shape[:2], hidden.shape[-1]), dtype=given.dtype)
    cells: Any = xp.empty_like(hiddens)
    gates: Any = xp.empty_like(given)
    for t in range(given.shape[0]):
        hidden, cell, active = lstm_forward(xp, cell, given[t, ...] + hidden @ recurrent)
        hiddens[t, ...], cells[t, ...], gates[t, ...] = hidden, cell, active
    return hiddens, cells, gates


@where(lstm_sequence)
def _(time: Dim) -> dict[str, Dim]:
    at_most(1, time, "`given` has no steps")
    return {}


# As in `lstm_step`, from the last step to the first; da is the cotangent of the gates before their activations. It goes
# to given[t], and as da W' to the hidden state before; all of it meets all hidden states before in one product.
@vjp(lstm_sequence)
def _(
    g: tuple[Tensor, Tensor, Tensor],
    out: tuple[Tensor, Tensor, Tensor],
    given: Tensor,
    hidden: Tensor,
    cell: Tensor,
    recurrent: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    of_hiddens, of_cells, of_gates = g
    hiddens, cells, gates = out
    time = given.shape[0]
    dh, dc = hidden * 0.0, cell * 0.0
    back: list[Tensor] = []
    for t in reversed(range(time)):
        i, f, c, o = split(gates[t, ...], 4, axis=-1)
        gi, gf, gc, go = split(of_gates[t, ...], 4, axis=-1)
        before = cells[t - 1, ...] if t else cell
        seen = tanh(cells[t, ...])
        dh = dh + of_hiddens[t, ...]
        d = dc + of_cells[t, ...] + dh * o * (1.0 - seen * seen)
        da = concat(
            (
                (d * c + gi) * (i * (1.0 - i)),
                (d * before + gf) * (f * (1.0 - f)),
                (d * i + gc) * (1.0 - c * c),
                (dh * seen + go) * (o * (1.0 - o)),
            ),
            axis=-1,
        )
        back.append(da)
        dh, dc = da @ recurrent.mT, d * f
    whole = stack(back[::-1], axis=0)
    states = concat((expand_dims(hidden, axis=0), hiddens[:-1, ...]), axis=0)
    return whole, dh, dc, contract_rows(states, whole)
