"""Kernels for the steps of recurrent layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import Like, making, plan, serves
from typedgrad.kernels.products import product

if TYPE_CHECKING:
    from typedgrad.core.aval import Aval
    from typedgrad.core.tape import Node

_WORTH_MEETING = 1 << 17  # sums of a step for each thread


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
        time, batch, n = given.shape[0], *hidden.shape
        states, matrix = Like((time, batch, n), given.dtype), Like((n, 4 * n), given.dtype)
        # Threads meet after each step, which takes as long as some thousand sums.
        threads = max(1, batch * n * 4 * n // _WORTH_MEETING)
        options: dict[str, Any] = {"work": 1, "unit": time * batch * n * n, "sizes": (time, batch, n, threads)}
        made = (making(states), making(states), making(given))
        self.run = plan("lstm_sequence", (given, hidden, hidden, matrix), made, **options)
        back = (states, hidden, matrix, states, given)
        self.back = plan("lstm_sequence_back", back, (making(given), making(hidden), making(hidden)), **options)
        self.before = Like((time * batch, n), given.dtype)
        flat = Like((time * batch, 4 * n), given.dtype)
        self.contracted = product(self.before, flat, turn1=True)

    def pull(self, g: Any, node: Node, saved: object) -> Any:
        """The cotangents of all arguments, from that of the hidden states."""
        if 1 in g.parts or 2 in g.parts:
            return _by_the_rule(g, node)
        _, inputs, (hiddens, cells, active) = node
        hidden, cell, recurrent = (x.data for x in inputs[1:])
        da, of_hidden, of_cell = self.back(g.parts[0], cell, recurrent, cells, active)
        of_recurrent = None
        if inputs[3].node is not None:
            states = np.concatenate((hidden[None], hiddens[:-1])).reshape(self.before.shape)
            flat = da.reshape(len(states), -1)
            of_recurrent = states.T @ flat if self.contracted is None else self.contracted(states, flat)
        return da, of_hidden, of_cell, of_recurrent


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
