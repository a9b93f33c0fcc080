"""Mistakes that mypy finds are named when the program runs, too."""

from __future__ import annotations

import pytest

import typedgrad as tg
from typedgrad import nn
from typedgrad.nn import Dense

MISTAKES = [
    ('tg.network().input("n 4").add(Dense)', "add: a layer such as .* not the class Dense; write Dense"),
    ('tg.network().input("n 4").add(3)', "add: a layer such as .* not 3"),
    ('tg.network().input("n 4").using({"name": "a"})', "using: LayerOptions"),
    ('tg.network().input("n 4").layer(Dense(out_features=3))', "is a layer already; write .add"),
    ('tg.network().input("n 4").layer("Dense")', "a class of layers such as nn.Dense is due, not 'Dense'"),
    ('tg.network().input("n 4").layer(Dense, 3)', "fields are given by name"),
    ('tg.network().input("n 4").output(3, Dense, out_features=1)', "a loss is a name such as .* not 3"),
    ('tg.network().input("n 4").output(tg.relu, Dense, out_features=1)', "'relu' is no loss of typedgrad"),
    ('tg.config.Loss("huber", (("dleta", 1.0),))', "huber: there is no option `dleta`"),
    ("tg.config.with_options(tg.mse, 3)", "mse: options are given by name; they are reduction"),
    ("tg.config.with_options(tg.mse, weights=tg.ones(3))", "mse: there is no option `weights`"),
    ("tg.network(weight_init=nn.normal)", "which normal makes: write nn.normal"),
    ("tg.network(drop=Dense(out_features=3))", "`drop` must be a layer without parameters, not Dense"),
    ("tg.network(constraints=tg.optim.unit_norm())", "`constraints` must be a list of them: .unit_norm"),
    ("tg.network(constraints=[3])", "`constraints` must be such as .* not 3"),
    ('tg.network(gradient_normalization="clip")', "`gradient_normalization` must be a function of gradients"),
    ("tg.network(updater=tg.optim.adam)", "`updater` must be an updater such as"),
    ('tg.network(dtype="int32")', "`dtype` must be"),
    ("tg.network(seed=-1)", "`seed` must be an int of at least 0, got -1"),
    ("tg.network(truncate=0)", "`truncate` must be a positive number of steps, got 0"),
    ("tg.config.register_layer(3)", "a class of layers is due, not 3"),
    ("tg.config.register_loss(tg.mse)", "there is a loss `mse` already"),
    ('tg.config.register_loss(lambda a, b: a, name="mine", takes="logit")', "`takes` must be one of"),
    ('tg.network().input("n t 4").layer(nn.LstmCell, features=2)', "must make one tensor|needs"),
]


@pytest.mark.parametrize(("program", "message"), MISTAKES)
def test_mistakes_of_programs_are_named(program: str, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        eval(program, {"tg": tg, "nn": nn, "Dense": Dense})
