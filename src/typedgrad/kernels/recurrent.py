"""Kernels for the steps of recurrent layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import Like, making, plan, serves

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node


@accelerates("typedgrad.ops.recurrent.lstm_step")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    cell, gates = avals
    if not serves(cell, gates):
        return None
    options: dict[str, Any] = {
        "work": math.prod(cell.shape[:-1]), "unit": 16 * cell.shape[-1], "sizes": (cell.shape[-1],)
    }  # fmt: skip
    forward = plan("lstm_step", (cell, gates), (making(cell), making(cell), making(gates)), **options)
    made = (making(cell), making(gates))
    backs = {
        (h, c): plan(
            "lstm_step_back", (cell if h else None, cell if c else None, cell, gates, cell), made, **options, like=cell
        )
        for h in (True, False)
        for c in (True, False)
        if h or c
    }

    def run(cell: Any, gates: Any) -> Any:
        return forward(cell, gates)[:2]

    def save(cell: Any, gates: Any) -> Any:
        hidden, new, kept = forward(cell, gates)
        return (hidden, new), kept

    def pull(g: Any, node: Node, saved: Any) -> Any:
        _, inputs, out = node
        of_hidden, of_new = g.parts.get(0), g.parts.get(1)
        back = backs[of_hidden is not None, of_new is not None]
        return back(of_hidden, of_new, inputs[0].data, saved, out[1])

    return Kernel(run, pull, save)


@accelerates("typedgrad.ops.recurrent_sequence.lstm_sequence")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    given, hidden, cell, recurrent = avals
    if not serves(given, hidden, cell, recurrent):
        return None
    time, batch, n = given.shape[0], *hidden.shape
    gates, state = Like((batch, 4 * n), given.dtype), Like((batch, n), given.dtype)
    options: dict[str, Any] = {"work": batch, "unit": 16 * n, "sizes": (n,)}
    step = plan(
        "lstm_within", (gates, gates, state, state, state, gates), (), overwrites=(3, 4, 5), results=(3,), **options
    )
    back = plan(
        "lstm_within_back",
        (state, state, state, state, gates, state, gates),
        (),
        overwrites=(2, 6),
        results=(6,),
        **options,
    )

    def run(given: Any, hidden: Any, cell: Any, recurrent: Any) -> Any:
        hiddens = np.empty((time, batch, n), given.dtype)
        cells, active, product = (
            np.empty_like(hiddens),
            np.empty_like(given, order="C"),
            np.empty(gates.shape, given.dtype),
        )
        for t in range(time):
            np.matmul(hidden, recurrent, out=product)
            hidden, next_cell = hiddens[t], cells[t]
            step(given[t], product, cell, hidden, next_cell, active[t])
            cell = next_cell
        return hiddens, cells, active

    def pull(g: Any, node: Node, saved: object) -> Any:
        if 1 in g.parts or 2 in g.parts:
            return _by_the_rule(g, node)
        _, inputs, (hiddens, cells, active) = node
        hidden, cell, recurrent = (x.data for x in inputs[1:])
        above, turned = g.parts[0], np.ascontiguousarray(recurrent.T)
        da, after, dcell = (
            np.empty_like(active),
            np.zeros(state.shape, active.dtype),
            np.zeros(state.shape, active.dtype),
        )
        for t in range(time - 1, -1, -1):
            here = da[t]
            back(above[t], after, dcell, cells[t - 1] if t else cell, active[t], cells[t], here)
            np.matmul(here, turned, out=after)
        states = np.concatenate((hidden[None], hiddens[:-1]))
        of_recurrent = None
        if inputs[3].node is not None:
            of_recurrent = states.reshape(time * batch, n).T @ da.reshape(time * batch, 4 * n)
        return da, after, dcell, of_recurrent

    return Kernel(run, pull)


def _by_the_rule(g: Any, node: Node) -> Any:
    """The op's own rule: cells and gates are used beside the hidden states."""
    entry, inputs, out = node
    whole = tuple(g.parts.get(i, np.zeros_like(x)) for i, x in enumerate(out))
    rule = entry.primitive.vjp_rule
    assert rule is not None
    return rule(whole, out, *(x.data for x in inputs))
