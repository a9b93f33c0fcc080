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


class _Sequence:
    """The plans for sequences of one size, and what leads to them."""

    def __init__(self, given: Aval, hidden: Aval) -> None:
        self.time, self.batch, self.n = given.shape[0], *hidden.shape
        self.dtype = given.dtype
        gates, state = Like((self.batch, 4 * self.n), given.dtype), Like((self.batch, self.n), given.dtype)
        options: dict[str, Any] = {"work": self.batch, "unit": 16 * self.n, "sizes": (self.n,)}
        taken = (gates, gates, state, state, state, gates)
        self.step = plan("lstm_within", taken, (), overwrites=(3, 4, 5), results=(3,), **options)
        given_back = (state, state, state, state, gates, state, gates)
        self.back = plan("lstm_within_back", given_back, (), overwrites=(2, 6), results=(6,), **options)

    def run(self, given: Any, hidden: Any, cell: Any, recurrent: Any) -> Any:
        """The hidden states, the cells and the gates."""
        hiddens = np.empty((self.time, self.batch, self.n), self.dtype)
        cells, active = np.empty_like(hiddens), np.empty_like(given, order="C")
        product = np.empty((self.batch, 4 * self.n), self.dtype)
        for t in range(self.time):
            np.matmul(hidden, recurrent, out=product)
            hidden, next_cell = hiddens[t], cells[t]
            self.step(given[t], product, cell, hidden, next_cell, active[t])
            cell = next_cell
        return hiddens, cells, active

    def pull(self, g: Any, node: Node, saved: object) -> Any:
        """The cotangents of all arguments, from that of the hidden states."""
        if 1 in g.parts or 2 in g.parts:
            return _by_the_rule(g, node)
        _, inputs, (hiddens, cells, active) = node
        hidden, cell, recurrent = (x.data for x in inputs[1:])
        above, turned = g.parts[0], np.ascontiguousarray(recurrent.T)
        da, after = np.empty_like(active), np.zeros((self.batch, self.n), self.dtype)
        dcell = np.zeros_like(after)
        for t in range(self.time - 1, -1, -1):
            here = da[t]
            self.back(above[t], after, dcell, cells[t - 1] if t else cell, active[t], cells[t], here)
            np.matmul(here, turned, out=after)
        of_recurrent = None
        if inputs[3].node is not None:
            states = np.concatenate((hidden[None], hiddens[:-1])).reshape(-1, self.n)
            of_recurrent = states.T @ da.reshape(-1, 4 * self.n)
        return da, after, dcell, of_recurrent


@accelerates("typedgrad.ops.recurrent_sequence.lstm_sequence")
def _(avals: tuple[Any, ...], statics: dict[str, Any], outs: tuple[Aval, ...]) -> Kernel | None:
    if not serves(*avals):
        return None
    made = _Sequence(avals[0], avals[1])
    return Kernel(made.run, made.pull)


def _by_the_rule(g: Any, node: Node) -> Any:
    """The op's own rule: cells and gates are used beside the hidden states."""
    entry, inputs, out = node
    whole = tuple(g.parts.get(i, np.zeros_like(x)) for i, x in enumerate(out))
    rule = entry.primitive.vjp_rule
    assert rule is not None
    return rule(whole, out, *(x.data for x in inputs))
