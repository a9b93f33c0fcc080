"""Recurrent layers on top of each other, with other activations, with back-propagation cut into pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

KEY = tg.random.key(0)


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def made(layer: Any, input: Any = None) -> Any:
    return tg.init(layer, KEY, input=input, dtype="float64")


def hard(x: Tensor) -> Tensor:
    return tg.clip(0.2 * x + 0.5, 0.0, 1.0)


def hard_numpy(x: Any) -> Any:
    return np.clip(0.2 * x + 0.5, 0, 1)


@pytest.mark.parametrize("peepholes", [False, True])
def test_an_lstm_takes_other_activations(peepholes: bool) -> None:
    layer = nn.Lstm(
        in_features=3, features=2, peepholes=peepholes, activation=tg.nn.LeakyRelu(slope=0.1), gate_activation=hard
    )
    model = made(layer)
    if peepholes:
        peeps = {f"{name}_peephole": normal(2, seed=i) for i, name in enumerate(("input", "forget", "output"))}
        model = nn.layer.replaced(model, peeps)
    x = normal(4, 5, 3)
    h, c = np.zeros((4, 2)), np.zeros((4, 2))
    peep = [0 if p is None else p.numpy() for p in (model.input_peephole, model.forget_peephole, model.output_peephole)]

    def act(x: Any) -> Any:
        return np.where(x > 0, x, 0.1 * x)

    outputs = []
    for t in range(5):
        i, f, g, o = np.split(
            x.numpy()[:, t] @ model.weight.numpy() + h @ model.recurrent.numpy() + model.bias.numpy(), 4, axis=-1
        )
        c = hard_numpy(f + peep[1] * c) * c + hard_numpy(i + peep[0] * c) * act(g)
        h = hard_numpy(o + peep[2] * c) * act(c)
        outputs.append(h)
    assert np.allclose(model(x).numpy(), np.stack(outputs, axis=1))
    assert_gradients(lambda m, x: m(x), model, x)


def test_the_general_step_is_the_fused_one_for_the_usual_activations() -> None:
    x = normal(4, 5, 3)
    for cls in (nn.Lstm, nn.Gru):
        usual = made(cls(in_features=3, features=2))
        other = made(cls(in_features=3, features=2, activation=lambda x: -tg.tanh(-x)))
        assert np.allclose(usual(x).numpy(), other(x).numpy())


@pytest.mark.parametrize("reset", ["after", "before"])
def test_a_gru_takes_other_activations(reset: Any) -> None:
    model = made(nn.Gru(in_features=3, features=2, reset=reset, activation=tg.sin, gate_activation=hard))
    x = normal(4, 5, 3)
    h = np.zeros((4, 2))
    u, outputs = model.recurrent.numpy(), []
    for t in range(5):
        r, z, n = np.split(x.numpy()[:, t] @ model.weight.numpy() + model.bias.numpy(), 3, axis=-1)
        r, z = hard_numpy(r + h @ u[:, :2]), hard_numpy(z + h @ u[:, 2:4])
        told = r * (h @ u[:, 4:]) if reset == "after" else (r * h) @ u[:, 4:]
        h = z * h + (1 - z) * np.sin(n + told)
        outputs.append(h)
    assert np.allclose(model(x).numpy(), np.stack(outputs, axis=1))
    assert_gradients(lambda m, x: m(x), model, x)


def test_the_forget_gate_s_bias_may_start_elsewhere() -> None:
    assert made(nn.Lstm(in_features=3, features=2)).bias.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert made(nn.LstmCell(in_features=3, features=2, forget_bias=0.5)).bias.tolist() == [0, 0, 0.5, 0.5, 0, 0, 0, 0]


def stack(**options: Any) -> Any:
    layers = nn.Lstm(features=3), nn.Bidirectional(forward=nn.Gru(features=2)), nn.Rnn(features=5)
    return made(nn.Stacked(*layers, **options), "n t 4")


def test_stacked_layers_are_told_the_lengths() -> None:
    model, x, lengths = stack(), normal(3, 6, 4), tg.asarray([6, 2, 4])
    wanted = x
    for layer in model.layers:
        wanted = layer(wanted, lengths=lengths)
    found = model(x, lengths=lengths)
    assert np.array_equal(found.numpy(), wanted.numpy())
    assert np.array_equal(model(x, mask=tg.length_mask(lengths, 6)).numpy(), wanted.numpy())
    outputs, states = model.unroll(x, lengths=lengths)
    assert np.array_equal(outputs.numpy(), wanted.numpy())
    assert [type(state).__name__ for state in states] == ["LstmState", "tuple", "Tensor"]
    assert_gradients(lambda m, x: m(x, lengths=lengths), model, x)


def test_a_stack_goes_on_from_its_states() -> None:
    model = made(nn.Stacked(nn.Lstm(features=3), nn.Gru(features=2)), "n t 4")
    x = normal(3, 6, 4)
    whole, last = model.unroll(x)
    first, states = model.unroll(x[:, :4])
    second, end = model.unroll(x[:, 4:], states)
    assert np.allclose(tg.concat((first, second), axis=1).numpy(), whole.numpy())
    assert np.allclose(end[0].cell.numpy(), last[0].cell.numpy())
    with pytest.raises(ValueError, match="Stacked: there are 2 layers, but 1 states were given"):
        model.unroll(x, states[:1])


def test_a_stack_drops_between_its_layers_in_training_only() -> None:
    plain, dropping, x = stack(), stack(drop=0.5), normal(3, 6, 4)
    assert np.array_equal(plain(x).numpy(), dropping(x).numpy())
    with tg.training(KEY):
        assert not np.allclose(plain(x).numpy(), dropping(x).numpy())
        assert np.array_equal(plain[0](x).numpy(), plain.layers[0](x).numpy())


def test_cells_step_as_layers_run() -> None:
    model = made(nn.Stacked(nn.Lstm(features=3), nn.Gru(features=2)), "n t 4")
    cells = made(nn.StackedCells(nn.LstmCell(features=3), nn.GruCell(features=2)), "n 4")
    names = "weight", "recurrent", "bias"
    cells = nn.layer.replaced(
        cells,
        {
            "cells": tuple(
                nn.layer.replaced(cell, {name: getattr(layer, name) for name in names})
                for cell, layer in zip(cells.cells, model.layers, strict=True)
            )
        },
    )
    x = normal(3, 6, 4)
    states = None
    for t in range(6):
        y, states = cells(x[:, t], states)
        assert np.allclose(y.numpy(), model(x)[:, t].numpy())
    with pytest.raises(ValueError, match="StackedCells: there are 2 cells, but 3 states were given"):
        cells(x[:, 0], (None, None, None))


@pytest.mark.parametrize("steps", [1, 2, 4, 7, 9])
@pytest.mark.parametrize("layer", [nn.Gru(features=3), nn.Stacked(nn.Lstm(features=3), nn.Rnn(features=2))], ids=repr)
def test_truncation_keeps_values_and_stops_gradients(layer: Any, steps: int) -> None:
    model, x = made(layer, "n t 4"), normal(2, 7, 4)
    whole, last = model.unroll(x)
    pieces, end = nn.truncated(model, x, steps=steps)
    assert np.allclose(pieces.numpy(), whole.numpy())
    for a, b in zip(tg.leaves_with_paths(end), tg.leaves_with_paths(last), strict=True):
        assert np.allclose(a[1].numpy(), b[1].numpy())
    reached = tg.grad(lambda x: tg.sum(nn.truncated(model, x, steps=steps)[0][:, -1] ** 2))(x).numpy()
    first = 6 // steps * steps  # of the piece in which the last step lies
    assert not reached[:, :first].any()
    assert reached[:, first:].all()
    through = tg.grad(lambda x: tg.sum(model.unroll(x)[0][:, -1] ** 2))(x).numpy()
    assert through.all()
    if first == 0:
        assert np.allclose(reached, through)


def test_truncation_minds_masks_and_a_first_state() -> None:
    model, x, lengths = made(nn.Gru(features=3), "n t 4"), normal(3, 7, 4), tg.asarray([7, 2, 5])
    start = normal(3, 3, seed=5)
    whole, last = model.unroll(x, start, lengths=lengths)
    for options in ({"lengths": lengths}, {"mask": tg.length_mask(lengths, 7)}):
        outputs, end = nn.truncated(model, x, start, steps=3, **options)
        assert np.allclose(outputs.numpy(), whole.numpy())
        assert np.allclose(end.numpy(), last.numpy())
    reached = tg.grad(lambda state: tg.sum(nn.truncated(model, x, state, steps=3)[0]))(start)
    assert not reached.numpy().any()


def test_a_mask_of_a_value_is_that_of_the_steps_that_are_not_it() -> None:
    model = made(nn.MaskValue(layer=nn.Gru(in_features=2, features=3), value=-1.0))
    x = np.array([[[1.0, 2.0], [-1.0, 3.0], [-1.0, -1.0]], [[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]]])
    mask = tg.asarray([[True, True, False], [False, True, True]])
    assert np.array_equal(model(tg.asarray(x)).numpy(), model.layer(tg.asarray(x), mask=mask).numpy())
    learnt = made(nn.MaskValue(layer=nn.Gru(features=3)), "n t 5")
    assert learnt.layer.in_features == 5


def test_what_does_not_belong_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Stacked: all must be recurrent layers \(.*\), but number 1 is Dense"):
        nn.Stacked(nn.Gru(features=3), nn.Dense(out_features=2))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(TypeError, match=r"StackedCells: all must be cells \(.*\), but number 0 is Gru"):
        nn.StackedCells(nn.Gru(features=3))  # type: ignore[arg-type]  # as above
    with pytest.raises(TypeError, match="Stacked: there must be at least one layer"):
        nn.Stacked()
    with pytest.raises(ValueError, match="Stacked: `drop` must be at least 0 and less than 1, got 1"):
        nn.Stacked(nn.Gru(features=3), drop=1)
    x = normal(2, 5, 4)
    with pytest.raises(ValueError, match="truncated: `steps` must be a positive int, got 0"):
        nn.truncated(made(nn.Gru(features=3), "n t 4"), x, steps=0)
    for layer in (nn.Gru(features=3, reverse=True), nn.Stacked(nn.Bidirectional(forward=nn.Gru(features=3)))):
        with pytest.raises(TypeError, match="does not run from the first step to the last"):
            nn.truncated(made(layer, "n t 4"), x, steps=2)
    with pytest.raises(ValueError, match="`x` is an empty sequence"):
        nn.truncated(made(nn.Gru(features=3), "n t 4"), x[:, :0], steps=2)
