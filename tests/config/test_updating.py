"""What is said of layers is what their parameters get: compared with the same by hand, number by number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import optim
from typedgrad.config import LayerOptions, Network
from typedgrad.config.options import NOTHING
from typedgrad.config.updating import Only, rate_of
from typedgrad.nn import BatchNorm, Bidirectional, Dense, LastStep, Lstm
from typedgrad.optim.penalties import Penalised

X = tg.random.normal(tg.random.key(0), (6, 4))
Y = tg.asarray([0, 1, 2, 0, 1, 2])


def _net(options: LayerOptions = NOTHING, **defaults: Any) -> Network:
    return (
        tg.network(seed=3, **defaults)
        .input("n 4")
        .layer(Dense, out_features=5, activation="tanh")
        .layer(BatchNorm)
        .using(options)
        .output("softmax_cross_entropy", Dense, out_features=3)
        .build()
    )


def _stepped(net: Network, steps: int = 3) -> tuple[list[dict[str, Any]], Network]:
    """The gradients of some steps, and the network after them."""
    state, seen = net.recipe.updater.init(net), []
    for _ in range(steps):
        gradients = tg.grad(lambda net: net.recipe.loss(net(X), Y))(net)
        seen.append({path: g.numpy() for path, g in tg.leaves_with_paths(gradients) if isinstance(g, tg.Tensor)})
        net, state = net.recipe.updater.update(net, gradients, state)
    return seen, net


def _values(net: Network) -> dict[str, Any]:
    return {path: x.numpy() for path, x in tg.leaves_with_paths(net) if isinstance(x, tg.Tensor)}


def _only_step(net: Network) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The parameters before a step, the gradients, and the parameters after it."""
    before = _values(net)
    (gradients,), after = _stepped(net, 1)
    return before, gradients, _values(after)


def test_the_updater_of_the_network_is_that_of_all_parameters() -> None:
    net = _net(updater=optim.sgd(0.5))
    assert net.recipe.updater == optim.sgd(0.5)
    before, g, after = _only_step(net)
    for path, p in before.items():
        np.testing.assert_allclose(after[path], p - 0.5 * g[path], rtol=1e-5, atol=1e-7)


def test_without_one_it_is_adam() -> None:
    assert _net().recipe.updater == optim.adam(1e-3)


def test_layers_and_biases_may_have_their_own() -> None:
    net = _net(LayerOptions(updater=optim.sgd(0.25)), updater=optim.sgd(0.5), bias_updater=optim.no_op())
    before, g, after = _only_step(net)
    rates = {
        "layers.dense.weight": 0.5,
        "layers.dense.bias": 0.0,
        "layers.batch_norm.weight": 0.5,
        "layers.batch_norm.bias": 0.5,  # no bias of a layer with weights
        "layers.output.weight": 0.25,
        "layers.output.bias": 0.0,
    }
    for path, rate in rates.items():
        np.testing.assert_allclose(after[path], before[path] - rate * g[path], rtol=1e-5, atol=1e-7, err_msg=path)


def test_penalties_are_on_weights_and_where_said_on_biases() -> None:
    net = _net(LayerOptions(l2=0.0, l1_bias=0.125), updater=optim.sgd(0.5), l2=0.25, l1=0.5)
    before, g, after = _only_step(net)

    def wanted(path: str, l1: float, l2: float) -> Any:
        p = before[path]
        return p - 0.5 * (g[path] + l2 * p + l1 * np.sign(p))

    for path, l1, l2 in (
        ("layers.dense.weight", 0.5, 0.25),
        ("layers.dense.bias", 0.0, 0.0),
        ("layers.batch_norm.weight", 0.0, 0.0),
        ("layers.output.weight", 0.5, 0.0),
        ("layers.output.bias", 0.125, 0.0),
    ):
        np.testing.assert_allclose(after[path], wanted(path, l1, l2), rtol=1e-5, atol=1e-7, err_msg=path)


def test_weight_decay_follows_the_learning_rate_of_each_layer() -> None:
    net = _net(LayerOptions(updater=optim.sgd(0.25)), updater=optim.sgd(optim.constant(0.5)), weight_decay=0.125)
    before, g, after = _only_step(net)
    for path, rate in (("layers.dense.weight", 0.5), ("layers.output.weight", 0.25)):
        p = before[path]
        np.testing.assert_allclose(after[path], p - rate * g[path] - rate * 0.125 * p, rtol=1e-5, atol=1e-7)
    p = before["layers.dense.bias"]
    np.testing.assert_allclose(after["layers.dense.bias"], p - 0.5 * g["layers.dense.bias"], rtol=1e-5, atol=1e-7)


def test_constraints_are_met_after_each_step() -> None:
    net = _net(LayerOptions(constraints=[]), updater=optim.sgd(0.5), constraints=[optim.max_norm(0.25)])
    _, after = _stepped(net)
    norms = np.linalg.norm(after["dense"].weight.numpy(), axis=0)
    assert (norms <= 0.25 + 1e-6).all()
    assert np.linalg.norm(after["output"].weight.numpy(), axis=0).max() > 0.25


def test_gradients_are_normalised_first() -> None:
    whole = _net(updater=optim.sgd(0.5), gradient_normalization=optim.clip_norm(1e-3, per="layer"))
    assert whole.recipe.updater == optim.chain(optim.clip_norm(1e-3, per="layer"), optim.sgd(0.5))
    one = _net(
        LayerOptions(gradient_normalization="none"),
        updater=optim.sgd(0.5),
        gradient_normalization=optim.clip_value(1e-3),
    )
    before, g, after = _only_step(one)
    clipped = np.clip(g["layers.dense.weight"], -1e-3, 1e-3)
    np.testing.assert_allclose(after["layers.dense.weight"], before["layers.dense.weight"] - 0.5 * clipped, rtol=1e-5)
    path = "layers.output.weight"
    np.testing.assert_allclose(after[path], before[path] - 0.5 * g[path], rtol=1e-5, atol=1e-7)


def test_all_of_it_together_is_the_order_of_deeplearning4j() -> None:
    net = _net(
        updater=optim.sgd(0.5),
        l2=0.25,
        weight_decay=0.125,
        constraints=[optim.unit_norm()],
        gradient_normalization=optim.clip_value(1e-2),
    )
    before, g, after = _only_step(net)
    path = "layers.dense.weight"
    p = before[path]
    moved = p - 0.5 * (np.clip(g[path], -1e-2, 1e-2) + 0.25 * p) - 0.5 * 0.125 * p
    np.testing.assert_allclose(after[path], moved / np.linalg.norm(moved, axis=0), rtol=1e-5)


def test_weights_inside_of_composite_layers_are_weights() -> None:
    net = (
        tg.network(l2=0.5, updater=optim.sgd(0.25))
        .input("n t 4")
        .layer(Bidirectional, forward=Lstm(features=3))
        .layer(LastStep)
        .output("mse", Dense, out_features=1)
        .build()
    )
    updater = net.recipe.updater
    assert isinstance(updater, Penalised)
    on = updater.on
    assert isinstance(on, Only)
    assert {path.rpartition(".")[2] for path in on.paths} == {"weight", "recurrent"}
    assert len(on.paths) == 5


@pytest.mark.parametrize(
    ("updater", "rate"),
    [
        (optim.adam(0.5), 0.5),
        (optim.rmsprop(0.5), 0.5),
        (optim.chain(optim.clip_value(1.0), optim.sgd(0.5)), 0.5),
        (optim.accumulate(2, optim.l2(optim.lion(0.5), 0.1)), 0.5),
        (optim.no_op(), 1.0),
    ],
)
def test_the_learning_rate_of_an_updater_is_found(updater: Any, rate: float) -> None:
    assert rate_of(updater) == rate


def test_training_makes_the_loss_small() -> None:
    net = _net(updater=optim.adam(0.05), l2=1e-4, gradient_normalization=optim.clip_global_norm(5.0))
    first = float(net.loss(X, Y))
    _, after = _stepped(net, 60)
    assert float(after.loss(X, Y)) < 0.5 * first
