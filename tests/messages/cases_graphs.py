"""What graphs of layers refuse, and layers that merge, wrap, drop and look up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from typedgrad import nn

KEY = tg.random.key(0)
anything: Any = nn
DENSE = nn.Dense(in_features=3, out_features=2)
IMAGE, WORDS = nn.Input(name="image", shape="n 3"), nn.Input(name="words", shape="n 4")
HIDDEN = IMAGE.then(DENSE, name="hidden")
MODEL = tg.init(nn.Dag(inputs=(IMAGE, WORDS), outputs=HIDDEN.then(nn.Concat(axis=-1), WORDS)), KEY)
V = nn.Vertex


def _named(outputs: str, **vertices: nn.Vertex) -> object:
    return nn.Dag.from_names(inputs=[IMAGE], vertices=vertices, outputs=outputs)


def _notes(call: Callable[[], object]) -> object:
    try:
        return call()
    except tg.ShapeError as error:
        raise type(error)("\n".join([str(error), *error.__notes__])) from error


CASES: dict[str, Callable[[], object]] = {
    "does_not_fit_where_it_is_added": lambda: _notes(lambda: WORDS.then(DENSE, name="encoder")),
    "cycle": lambda: _named("c", a=V(nn.Add(), ("image", "c")), b=V(tg.exp, ("a",)), c=V(tg.exp, ("b",))),
    "misspelt_name": lambda: _named("b", hidden=V(tg.exp, ("image",)), b=V(tg.exp, ("hiden",))),
    "leads_nowhere": lambda: _named("a", a=V(tg.exp, ("image",)), b=V(tg.exp, ("a",))),
    "name_twice": lambda: nn.Dag(inputs=IMAGE, outputs=HIDDEN.then(tg.exp, name="hidden")),
    "input_that_leads_nowhere": lambda: nn.Dag(inputs=(IMAGE, WORDS), outputs=HIDDEN),
    "input_left_out": lambda: nn.Dag(inputs=WORDS, outputs=HIDDEN.then(nn.Concat(axis=-1), WORDS)),
    "call_without_an_input": lambda: MODEL(tg.ones((2, 3))),
    "call_with_a_stranger": lambda: MODEL(tg.ones((2, 3)), text=tg.ones((2, 4))),
    "call_with_two_batches": lambda: MODEL(tg.ones((2, 3)), tg.ones((5, 4))),
    "no_such_vertex": lambda: MODEL["hiden"],
    "class_for_a_layer": lambda: IMAGE.then(anything.Relu),
    "sum_of_two_shapes": lambda: nn.Add()(tg.ones((2, 3)), tg.ones((2, 3)), tg.ones((2, 1))),
    "residual_of_two_shapes": lambda: nn.Residual(layer=tg.init(DENSE, KEY))(tg.ones((2, 3))),
    "subset_of_a_short_axis": lambda: nn.Subset(start=2, stop=9)(tg.ones((2, 3))),
    "positions_run_out": lambda: tg.init(nn.LearnedPositions(length=4, features=3), KEY)(tg.ones((2, 5, 3))),
    "parallel_with_another_number": lambda: nn.Parallel(tg.exp, tg.exp)(tg.ones(2)),
    "no_such_parameter": lambda: nn.WeightNorm(layer=DENSE, name="kernel"),
    "drop_or_keep": lambda: nn.Dropout(drop=0.5, keep=0.5),
    "padding_outside": lambda: nn.Embedding(vocabulary=3, features=2, padding_index=3),
    "negative_index": lambda: tg.init(nn.Embedding(vocabulary=3, features=2), KEY)(tg.asarray([-1])),
    "field_of_another_type": lambda: anything.Lstm(features=3, activation="tanh"),
    "mask_with_gaps": lambda: tg.reverse_time(tg.ones((1, 3)), mask=tg.asarray([[True, False, True]])),
    "states_of_another_number": lambda: tg.init(nn.Stacked(nn.Gru(in_features=3, features=2)), KEY).unroll(
        tg.ones((1, 2, 3)), ()
    ),
}
