"""Sequences in pieces: recurrent layers go on where they stopped, and no gradient flows back into an earlier piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg

KEY = tg.random.key(0)
LAYERS: list[Any] = [
    tg.nn.Rnn(features=3),
    tg.nn.Lstm(features=3),
    tg.nn.Lstm(features=3, peepholes=True),
    tg.nn.Gru(features=3),
    tg.nn.Stacked(tg.nn.Lstm(features=3), tg.nn.Gru(features=2)),
    tg.nn.Sequential(tg.nn.Gru(features=3), tg.nn.Dense(out_features=4), tg.nn.Lstm(features=2)),
]


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_pieces_of_a_sequence_give_what_the_whole_gives(layer: Any) -> None:
    model = tg.init(layer, KEY, input="n t 4")
    x = tg.random.normal(KEY, (2, 7, 4))
    pieces, states = [], None
    for start in (0, 3, 6):
        with tg.nn.carrying(states) as carry:
            pieces.append(model(x[:, start : start + 3]))
        states = carry.states
    np.testing.assert_allclose(tg.to_numpy(tg.concat(pieces, axis=1)), tg.to_numpy(model(x)), atol=1e-6)


def test_masked_steps_leave_the_carried_state_as_it_is() -> None:
    model = tg.init(tg.nn.Lstm(in_features=4, features=3), KEY)
    x = tg.random.normal(KEY, (1, 4, 4))
    with tg.nn.carrying() as carry:
        model(x[:, :2], mask=tg.asarray([[True, False]]))
    _, wanted = model.unroll(x[:, :1])
    np.testing.assert_allclose(tg.to_numpy(carry.states[0].cell), tg.to_numpy(wanted.cell), atol=1e-6)


def test_no_gradient_flows_into_the_piece_before() -> None:
    model = tg.init(tg.nn.Gru(in_features=2, features=3), KEY)
    x = tg.random.normal(KEY, (1, 4, 2))

    def second(model: tg.nn.Gru) -> tg.Tensor:
        with tg.nn.carrying() as carry:
            model(x[:, :2])
        with tg.nn.carrying(carry.states):
            return tg.sum(model(x[:, 2:]))

    def by_hand(model: tg.nn.Gru) -> tg.Tensor:
        _, state = model.unroll(x[:, :2])
        return tg.sum(model.unroll(x[:, 2:], tg.stop_gradient(state))[0])

    found, wanted = tg.grad(second)(model), tg.grad(by_hand)(model)
    np.testing.assert_allclose(tg.to_numpy(found.recurrent), tg.to_numpy(wanted.recurrent), atol=1e-6)


class Twice(tg.nn.Layer):
    """Two recurrent layers, recomputed when their gradients are wanted."""

    a: tg.nn.Gru
    b: tg.nn.Lstm
    save_memory: bool

    def __call__(self, x: tg.Tensor) -> tg.Tensor:
        first, second = (tg.checkpoint(_call) if self.save_memory else _call for _ in range(2))
        return second(self.b, first(self.a, x))


def _call(layer: Any, x: tg.Tensor) -> tg.Tensor:
    made: tg.Tensor = layer(x)
    return made


def test_a_checkpoint_recomputes_from_the_carried_states() -> None:
    x = tg.random.normal(KEY, (2, 6, 2))

    def gradient(*, save_memory: bool) -> list[Any]:
        parts = {"a": tg.nn.Gru(in_features=2, features=3), "b": tg.nn.Lstm(in_features=3, features=2)}
        model = tg.init(Twice(a=parts["a"], b=parts["b"], save_memory=save_memory), KEY)  # type: ignore[arg-type]  # each is what it must be
        with tg.nn.carrying() as carry:
            model(x[:, :3])

        def second(model: Twice) -> tg.Tensor:
            with tg.nn.carrying(carry.states):
                return tg.sum(tg.square(model(x[:, 3:])))

        found = tg.grad(second)(model)
        return [tg.to_numpy(t).tolist() for t in (found.a.weight, found.a.recurrent, found.b.weight, found.b.recurrent)]

    for a, b in zip(gradient(save_memory=True), gradient(save_memory=False), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_what_cannot_be_carried_is_refused() -> None:
    x = tg.ones((1, 4, 2))
    both = tg.init(tg.nn.Bidirectional(forward=tg.nn.Gru(in_features=2, features=3)), KEY)
    with pytest.raises(TypeError, match="carrying: Gru does not run from the first step to the last"), tg.nn.carrying():
        both(x)
    one = tg.init(tg.nn.Gru(in_features=2, features=3), KEY)
    with tg.nn.carrying() as carry:
        one(x)
    with pytest.raises(ValueError, match="there are 1 states, but Gru is one more recurrent call"):  # noqa: SIM117  # the calls are what is tested
        with tg.nn.carrying(carry.states):
            one(one(tg.ones((1, 4, 2))) @ tg.ones((3, 2)))
    with pytest.raises(ValueError, match="there are 1 states, but 0 recurrent calls"), tg.nn.carrying(carry.states):
        pass
    with pytest.raises(tg.ShapeError, match="`state` is"), tg.nn.carrying(carry.states):
        one(tg.ones((2, 4, 2)))
    with pytest.raises(TypeError, match="`states` must be those of an earlier scope, not list"):
        tg.nn.carrying([])  # type: ignore[arg-type]  # what is tested


def test_outside_the_scope_layers_start_from_zeros_again() -> None:
    model = tg.init(tg.nn.Gru(in_features=2, features=3), KEY)
    x = tg.random.normal(KEY, (1, 4, 2))
    before = tg.to_numpy(model(x))
    with tg.nn.carrying() as carry:
        model(x)
    with tg.nn.carrying(carry.states):
        carried = tg.to_numpy(model(x))
    assert not np.allclose(before, carried)
    np.testing.assert_array_equal(tg.to_numpy(model(x)), before)
