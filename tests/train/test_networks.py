"""Networks and graphs, as `fit`, `score` and `evaluate` see them: several inputs and outputs, masks, sequences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import values
from typedgrad.nn import Bidirectional, Dense, Gru, LastStep, Lstm

KEY = tg.random.key(3)


def graph() -> Any:
    g = tg.network(seed=1, updater=tg.optim.adam(0.05)).graph()
    a, b = g.input("a", "n 4"), g.input("b", "n 3")
    hidden = a.layer(Dense, out_features=5)
    heads = [
        hidden.output("mse", Dense, out_features=2),
        b.output("softmax_cross_entropy", Dense, out_features=3).weighted(0.5),
    ]
    return g.build(inputs=[a, b], outputs=heads)


def several() -> list[Any]:
    a, b = tg.random.normal(KEY, (8, 4)), tg.random.normal(tg.random.key(1), (8, 3))
    return [((a, b), (a[:, :2] * 2.0, tg.argmax(b, axis=1)))]


def test_a_graph_with_several_inputs_and_outputs_is_fitted_and_scored() -> None:
    net, data = graph(), several()
    history = tg.train.History()
    trained = tg.fit(net, data, epochs=60, listeners=[history])
    assert history.epochs[-1] < 0.3 * history.epochs[0]
    assert tg.score(trained, data) < 0.3 * tg.score(net, data)
    (x, y) = data[0]
    one = tg.train.score_examples(trained, data)
    assert one.shape == (8,)
    assert float(tg.mean(one)) == pytest.approx(float(trained.recipe.loss(trained(*x), y)), rel=1e-5)


def test_a_graph_takes_accumulated_steps_and_ends_early() -> None:
    (x, y) = several()[0]
    small = [(tuple(t[i : i + 2] for t in x), tuple(t[i : i + 2] for t in y)) for i in range(0, 8, 2)]
    whole = tg.fit(graph(), several(), epochs=2)
    parts = tg.fit(graph(), small, epochs=2, accumulate=4)
    for a, b in zip(values(whole), values(parts), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    stopping = tg.train.EarlyStopping(stop_when=[tg.train.max_epochs(3)], score=tg.train.loss_on(several()))
    assert tg.fit_until(graph(), several(), stopping).total_epochs == 3


def sequences(padding: int) -> tg.data.MaskedBatch[tg.Tensor, tg.Tensor, tg.Tensor]:
    """Four sequences of five steps, with steps of nonsense behind them."""
    x = tg.random.normal(KEY, (4, 5, 2))
    y = tg.astype(tg.sum(x[:, :, 0], axis=1) > 0, "int64")
    nonsense = tg.full((4, padding, 2), 1e3)
    mask = tg.asarray([[True] * 5 + [False] * padding] * 4)
    return tg.data.MaskedBatch(tg.concat([x, nonsense], axis=1), y, mask)


def of_sequences() -> Any:
    return (
        tg.network(seed=1, updater=tg.optim.adam(0.05))
        .input("n t 2")
        .layer(Bidirectional, forward=Gru(features=4))
        .layer(Lstm, features=3)
        .layer(LastStep)
        .output("softmax_cross_entropy", Dense, out_features=2)
        .build()
    )


def test_layers_of_a_network_are_told_the_mask_so_that_padding_changes_nothing() -> None:
    trained = [tg.fit(of_sequences(), [sequences(padding)], epochs=5) for padding in (0, 3)]
    for a, b in zip(*map(values, trained), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    net = trained[0]
    assert tg.score(net, [sequences(0)]) == pytest.approx(tg.score(net, [sequences(3)]), rel=1e-4)
    found = [tg.evaluate(net, [sequences(padding)]).accuracy for padding in (0, 3)]
    assert found[0] == found[1]


def test_a_network_cuts_sequences_where_it_says() -> None:
    net = tg.network(seed=1, truncate=2).input("n t 2").layer(Lstm, features=4).output("mse", Dense, out_features=1)
    x = tg.random.normal(KEY, (3, 6, 2))
    data = [(x, tg.sum(x, axis=2, keepdims=True))]
    history = tg.train.History()
    trained = tg.fit(net.build(), data, epochs=2, listeners=[history])
    assert len(history.steps) == 6
    plain = tg.fit(net.build(), data, epochs=2, truncate=6, listeners=[history])
    assert len(history.steps) == 8
    assert values(trained) != values(plain)


def test_weights_of_examples_go_to_the_loss_of_a_network() -> None:
    net = tg.network(seed=1, updater=tg.optim.sgd(0.1)).input("n 2").output("mse", Dense, out_features=1).build()
    x = tg.asarray([[1.0, 0.0], [0.0, 1.0]])
    weighted = tg.train.Weighted(x, tg.asarray([[1.0], [5.0]]), weights=tg.asarray([1.0, 0.0]))
    trained = tg.fit(net, [weighted], epochs=200)
    assert float(trained(x)[0, 0]) == pytest.approx(1.0, abs=1e-3)
    # The second column is seen with a weight of 0 alone.
    assert trained["output"].weight[1].tolist() == net["output"].weight[1].tolist()
