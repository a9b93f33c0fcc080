"""Recurrent layers beside PyTorch's, in float64 (`pytest -m peers`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.nn.test_recurrent import made, normal
from typedgrad import nn

pytestmark = pytest.mark.peers

# in_features, features, batch, time, lengths (in falling order, as theirs wants them)
SIZES: list[tuple[int, int, int, int, list[int] | None]] = [
    (3, 4, 2, 5, None),
    (2, 3, 3, 4, [4, 2, 1]),
    (5, 1, 1, 7, None),
    (1, 2, 4, 6, [6, 6, 3, 1]),
]


def numbers(x: Any) -> Any:
    import torch

    return torch.tensor(np.array(x))


def theirs_of(layer: Any, direction: str = "") -> dict[str, Any]:
    """Our parameters under PyTorch's names; of its two biases one is ours, where they only add up."""
    own = layer.recurrent_bias if isinstance(layer, nn.Gru) else None
    bias = layer.bias.numpy()
    second = np.zeros_like(bias)
    if own is not None:
        second[-layer.features :] = own.numpy()
    return {
        f"weight_ih_l0{direction}": numbers(layer.weight.numpy().T),
        f"weight_hh_l0{direction}": numbers(layer.recurrent.numpy().T),
        f"bias_ih_l0{direction}": numbers(bias),
        f"bias_hh_l0{direction}": numbers(second),
    }


def assert_same(ours: Any, theirs: Any, sizes: tuple[int, int, int, int, list[int] | None]) -> None:
    """The same outputs, last states, and gradients of the input and of the parameters."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    n_in, _, batch, time, lengths = sizes
    x = normal(0, batch, time, n_in)

    def run(model: Any, x: Any) -> Any:
        return model.unroll(x, lengths=None if lengths is None else tg.asarray(lengths))

    (outputs, state), pull = tg.vjp(run, ours, x)
    y = numbers(x.numpy()).requires_grad_()
    given = y if lengths is None else pack_padded_sequence(y, lengths, batch_first=True)
    wanted, last = theirs(given)
    if lengths is not None:
        wanted, _ = pad_packed_sequence(wanted, batch_first=True)
    mine = in_their_order([leaf for _, leaf in tg.leaves_with_paths(state)])
    finals = [part for final in (last if isinstance(last, tuple) else (last,)) for part in final]
    for a, b in zip([outputs, *mine], [wanted, *finals], strict=True):
        np.testing.assert_allclose(a.numpy(), b.detach().numpy(), rtol=1e-9, atol=1e-9)
    seeds = [normal(50 + i, *a.shape) for i, a in enumerate([outputs, *mine])]
    waiting = iter(in_their_order(seeds[1:]))
    g_model, g_x = pull((seeds[0], tg.tree_map(lambda _: next(waiting), state)))
    torch.autograd.backward([wanted, *finals], [numbers(g.numpy()) for g in seeds])
    np.testing.assert_allclose(g_x.numpy(), y.grad.numpy(), rtol=1e-9, atol=1e-9)
    both = isinstance(g_model, nn.Bidirectional)
    for direction, layer in {"": g_model.forward, "_reverse": g_model.backward}.items() if both else [("", g_model)]:
        for name, g in (("weight_ih", layer.weight), ("weight_hh", layer.recurrent), ("bias_ih", layer.bias)):
            grad = getattr(theirs, f"{name}_l0{direction}").grad.numpy()
            np.testing.assert_allclose(g.numpy().T, grad, rtol=1e-9, atol=1e-9)


def in_their_order(states: list[tg.Tensor]) -> list[tg.Tensor]:
    """LSTMs of two directions: ours tell both states of one direction, theirs one state of both. Undoes itself."""
    return states if len(states) < 4 else [states[0], states[2], states[1], states[3]]


KINDS: dict[str, Any] = {"RNN": nn.Rnn, "LSTM": nn.Lstm, "GRU": nn.Gru}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_one_direction_is_that_of_pytorch(kind: str, sizes: tuple[int, int, int, int, list[int] | None]) -> None:
    torch = pytest.importorskip("torch")
    ours = made(KINDS[kind](in_features=sizes[0], features=sizes[1]))
    theirs = getattr(torch.nn, kind)(sizes[0], sizes[1], batch_first=True, dtype=torch.float64)
    theirs.load_state_dict(theirs_of(ours))
    assert_same(ours, theirs, sizes)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_both_directions_are_those_of_pytorch(kind: str, sizes: tuple[int, int, int, int, list[int] | None]) -> None:
    torch = pytest.importorskip("torch")
    ours = made(nn.Bidirectional(forward=KINDS[kind](in_features=sizes[0], features=sizes[1])))
    theirs = getattr(torch.nn, kind)(sizes[0], sizes[1], batch_first=True, bidirectional=True, dtype=torch.float64)
    theirs.load_state_dict(theirs_of(ours.forward) | theirs_of(ours.backward, "_reverse"))
    assert_same(ours, theirs, sizes)


def test_the_other_activation_of_a_simple_layer_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    sizes = (3, 4, 2, 5, [5, 3])
    ours = made(nn.Rnn(in_features=3, features=4, activation=tg.relu))
    theirs = torch.nn.RNN(3, 4, nonlinearity="relu", batch_first=True, dtype=torch.float64)
    theirs.load_state_dict(theirs_of(ours))
    assert_same(ours, theirs, sizes)
