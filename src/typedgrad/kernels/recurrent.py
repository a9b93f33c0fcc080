"""Kernels for the steps of recurrent layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from typedgrad.core.accelerate import Kernel, accelerates
from typedgrad.kernels.plans import making, plan, serves

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
