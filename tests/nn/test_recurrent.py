from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn

LAYERS: dict[str, Callable[..., Any]] = {
    "rnn": nn.Rnn,
    "lstm": nn.Lstm,
    "peepholes": lambda **sizes: nn.Lstm(peepholes=True, **sizes),
    "gru": nn.Gru,
    "gru_before": lambda **sizes: nn.Gru(reset="before", **sizes),
}
CELLS = {"rnn": nn.RnnCell, "lstm": nn.LstmCell, "gru": nn.GruCell}


def normal(seed: int, *shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def made(layer: Any, seed: int = 0) -> Any:
    """The layer with parameters none of which is zero."""
    seeds = iter(range(100, 200))
    model = tg.init(layer, tg.random.key(seed), dtype="float64")
    return tg.tree_map(lambda p: p + 0.2 * normal(next(seeds), *p.shape), model)


@pytest.mark.parametrize("name", CELLS)
def test_a_layer_is_its_cell_step_by_step(name: str) -> None:
    layer, x = made(LAYERS[name](in_features=3, features=2)), normal(0, 4, 5, 3)
    cell = made(CELLS[name](in_features=3, features=2))
    outputs, last = layer.unroll(x)
    state = None
    for t in range(5):
        state = cell(x[:, t], state)
        shown = state.hidden if isinstance(state, nn.LstmState) else state
        assert np.allclose(outputs.numpy()[:, t], shown.numpy())
    for a, b in zip(tg.leaves_with_paths(state), tg.leaves_with_paths(last), strict=True):
        assert np.allclose(a[1].numpy(), b[1].numpy())


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_peepholes_show_the_cell_to_the_gates() -> None:
    cell = made(nn.LstmCell(in_features=3, features=2, peepholes=True))
    x, h, c = normal(0, 4, 3), normal(1, 4, 2), normal(2, 4, 2)
    new = cell(x, nn.LstmState(h, c))
    p = {path: leaf.numpy() for path, leaf in tg.leaves_with_paths(cell)}
    gates = x.numpy() @ p["weight"] + h.numpy() @ p["recurrent"] + p["bias"]
    i, f, g, o = np.split(gates, 4, axis=1)
    i, f = _sigmoid(i + p["input_peephole"] * c.numpy()), _sigmoid(f + p["forget_peephole"] * c.numpy())
    cell_state = f * c.numpy() + i * np.tanh(g)
    assert np.allclose(new.cell.numpy(), cell_state)
    o = _sigmoid(o + p["output_peephole"] * cell_state)
    assert np.allclose(new.hidden.numpy(), o * np.tanh(cell_state))


def test_the_reset_gate_comes_before_or_after_the_product() -> None:
    cell = made(nn.GruCell(in_features=3, features=2, reset="before"))
    x, h = normal(0, 4, 3), normal(1, 4, 2)
    p = {path: leaf.numpy() for path, leaf in tg.leaves_with_paths(cell)}
    assert set(p) == {"weight", "recurrent", "bias"}
    r_x, z_x, n_x = np.split(x.numpy() @ p["weight"] + p["bias"], 3, axis=1)
    r = _sigmoid(r_x + h.numpy() @ p["recurrent"][:, :2])
    z = _sigmoid(z_x + h.numpy() @ p["recurrent"][:, 2:4])
    n = np.tanh(n_x + (r * h.numpy()) @ p["recurrent"][:, 4:])
    assert np.allclose(cell(x, h).numpy(), z * h.numpy() + (1 - z) * n)
    with pytest.raises(ValueError, match='GruCell: `reset` must be "after" or "before", not \'never\''):
        nn.GruCell(in_features=3, features=2, reset="never")  # type: ignore[arg-type]  # the mistake under test


def test_an_lstm_begins_by_remembering() -> None:
    layer = tg.init(nn.Lstm(in_features=3, features=2), tg.random.key(0))
    assert layer.bias is not None
    assert layer.bias.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert nn.Lstm(in_features=3, features=2).reverse is False


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("reverse", [False, True])
def test_lengths_leave_out_what_lies_beyond(name: str, reverse: bool) -> None:
    layer = made(LAYERS[name](in_features=3, features=2, reverse=reverse))
    x, lengths = normal(0, 3, 5, 3), [5, 1, 3]
    outputs, last = layer.unroll(x, lengths=tg.asarray(lengths))
    masked = layer(x, mask=tg.length_mask(tg.asarray(lengths), 5))
    assert np.array_equal(masked.numpy(), outputs.numpy())
    for i, n in enumerate(lengths):
        alone, end = layer.unroll(x[i : i + 1, :n])
        assert np.allclose(outputs.numpy()[i, :n], alone.numpy()[0])
        assert not outputs.numpy()[i, n:].any()
        for (_, a), (_, b) in zip(tg.leaves_with_paths(last), tg.leaves_with_paths(end), strict=True):
            assert np.allclose(a.numpy()[i], b.numpy()[0])


def test_steps_in_the_middle_may_be_masked() -> None:
    layer, x = made(nn.Gru(in_features=3, features=2)), normal(0, 2, 4, 3)
    seen = np.array([[True, False, True, True], [False, False, False, False]])
    outputs, last = layer.unroll(x, mask=tg.asarray(seen))
    alone = layer(x[:1, :][:, tg.asarray([0, 2, 3])])
    assert np.allclose(outputs.numpy()[0][seen[0]], alone.numpy()[0])
    assert not outputs.numpy()[1].any()
    assert not last.numpy()[1].any()
    gradient = tg.grad(lambda x: tg.sum(layer(x, mask=tg.asarray(seen)) ** 2))(x).numpy()
    assert not gradient[~seen].any()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("name", LAYERS)
def test_a_state_carries_on_where_a_call_stopped(name: str) -> None:
    layer, x = made(LAYERS[name](in_features=3, features=2)), normal(0, 4, 6, 3)
    first, state = layer.unroll(x[:, :2])
    second, _ = layer.unroll(x[:, 2:], state)
    assert np.allclose(np.concatenate((first.numpy(), second.numpy()), axis=1), layer(x).numpy())


def test_stopping_the_gradient_of_the_state_truncates_back_propagation() -> None:
    layer, x = made(nn.Lstm(in_features=3, features=2)), normal(0, 4, 6, 3)

    def loss(x: Tensor, *, cut: bool) -> Tensor:
        _, state = layer.unroll(x[:, :3])
        outputs, _ = layer.unroll(x[:, 3:], tg.stop_gradient(state) if cut else state)
        return tg.sum(outputs**2)

    whole = tg.grad(lambda x: loss(x, cut=False))(x).numpy()
    truncated = tg.grad(lambda x: loss(x, cut=True))(x).numpy()
    assert np.allclose(truncated[:, 3:], whole[:, 3:])
    assert whole[:, :3].all()
    assert not truncated[:, :3].any()


def test_stacks_learn_their_sizes_and_have_shapes_for_names() -> None:
    model = nn.Sequential(
        nn.Bidirectional(forward=nn.Lstm(features=4)),
        nn.Gru(features=3),
        nn.TimeDistributed(layer=nn.Dense(out_features=2)),
        nn.LastStep(),
    )
    made = tg.init(model, tg.random.key(0), input="n t 5")
    assert [made[0].forward.in_features, made[0].backward.in_features, made[1].in_features] == [5, 5, 8]
    assert made(tg.ones((6, 7, 5))).shape == (6, 2)
    assert tuple(map(str, tg.eval_shape(made, "n t 5").shape)) == ("n", "2")


def test_the_last_step_is_that_of_each_sequence() -> None:
    x = normal(0, 3, 4, 2)
    last = nn.LastStep()
    assert np.array_equal(last(x).numpy(), x.numpy()[:, -1])
    assert np.array_equal(last(x, lengths=tg.asarray([4, 1, 3])).numpy(), x.numpy()[[0, 1, 2], [3, 0, 2]])
    mask = tg.asarray([[True] * 4, [False, True, False, False], [False] * 4])
    assert np.array_equal(last(x, mask=mask).numpy(), np.stack((x.numpy()[0, 3], x.numpy()[1, 1], np.zeros(2))))


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_those_of_differences_to_second_order(name: str) -> None:
    layer = made(LAYERS[name](in_features=2, features=2))
    x, v, lengths = normal(0, 2, 3, 2), normal(1, 2, 3, 2), tg.asarray([3, 2])
    direction = tg.tree_map(lambda p: normal(7, *p.shape), layer)

    def loss(layer: Any) -> Tensor:
        return tg.sum(layer(x, lengths=lengths) * v)

    def slope(layer: Any) -> Tensor:
        products = tg.tree_map(lambda g, d: tg.sum(g * d), tg.grad(loss)(layer), direction)
        return sum((p for _, p in tg.leaves_with_paths(products)), start=tg.asarray(0.0, dtype="float64"))

    def along(h: float) -> Any:
        return tg.tree_map(lambda p, d: p + h * d, layer, direction)

    def difference(f: Any) -> float:
        return (float(f(along(1e-5))) - float(f(along(-1e-5)))) / 2e-5

    assert np.isclose(float(slope(layer)), difference(loss), rtol=1e-6, atol=1e-8)
    second = tg.tree_map(lambda g, d: tg.sum(g * d), tg.grad(slope)(layer), direction)
    assert np.isclose(sum(float(p) for _, p in tg.leaves_with_paths(second)), difference(slope), rtol=1e-5, atol=1e-7)
