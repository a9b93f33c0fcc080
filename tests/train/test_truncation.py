"""Back-propagation through time in windows: the same numbers as a loop written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import squared_error, values
from typedgrad.core.random import fold_in

KEY = tg.random.key(3)


def net() -> Any:
    made = tg.nn.Sequential(tg.nn.Lstm(in_features=2, features=3), tg.nn.Dense(in_features=3, out_features=1))
    return tg.init(made, tg.random.key(0))


def sequences(n: int = 4, time: int = 7) -> tuple[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(KEY, (n, time, 2))
    return x, tg.cumulative_sum(tg.sum(x, axis=2, keepdims=True), axis=1) * 0.1


def by_hand(batches: list[tuple[tg.Tensor, tg.Tensor]], steps: int, updater: Any, epochs: int) -> list[Any]:
    model = net()
    state = updater.init(model)
    for _ in range(epochs):
        for x, y in batches:
            carried: Any = None
            for start in range(0, x.shape[1], steps):
                part = slice(start, start + steps)

                def objective(model: Any, x: tg.Tensor, y: tg.Tensor, carried: Any) -> Any:
                    outputs, last = model[0].unroll(x, carried)
                    return squared_error(model[1](outputs), y), last

                descend = tg.value_and_grad(objective, has_aux=True)
                (_, carried), gradients = descend(model, x[:, part], y[:, part], carried)
                carried = tg.stop_gradient(carried)
                model, state = updater.update(model, gradients, state)
    return values(model)


def trained(data: Any, **options: Any) -> list[Any]:
    settings: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.adam(0.05), "epochs": 3, "key": KEY}
    return values(tg.fit(net(), data, **settings | options))


@pytest.mark.parametrize("steps", [1, 3, 7, 20])
def test_windows_are_those_of_a_loop_written_by_hand(steps: int) -> None:
    batches = [sequences(), sequences(2, 5)]
    found = trained(batches, truncate=steps)
    for a, b in zip(found, by_hand(batches, steps, tg.optim.adam(0.05), 3), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-6)


def test_one_window_is_the_whole_sequence() -> None:
    for a, b in zip(trained([sequences()], truncate=7), trained([sequences()]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_every_window_is_a_step_and_the_mean_counts_their_lengths() -> None:
    class Steps(tg.train.Listener):
        def __init__(self) -> None:
            self.resumable: list[bool] = []
            self.positions: list[int] = []

        def on_step_end(self, at: tg.train.Moment) -> None:
            self.resumable.append(at.resumable)
            self.positions.append(at.position.batch)

    history, steps = tg.train.History(), Steps()
    trained([sequences()], truncate=3, epochs=1, listeners=[history, steps], updater=tg.optim.sgd(1e-30))
    assert len(history.steps) == 3
    assert steps.resumable == [False, False, True]
    assert steps.positions == [0, 0, 1]
    whole = tg.train.History()
    trained([sequences()], epochs=1, listeners=[whole], updater=tg.optim.sgd(1e-30))
    assert history.epochs[0] == pytest.approx(whole.epochs[0], rel=1e-5)


def test_dropout_draws_from_the_key_of_each_window() -> None:
    model = tg.init(tg.nn.Sequential(tg.nn.Dropout(drop=0.5), tg.nn.Gru(in_features=2, features=1)), KEY)
    x, y = sequences(2, 4)
    history = tg.train.History()
    options: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(1e-30), "key": KEY}
    tg.fit(model, [(x, y)], epochs=1, truncate=2, listeners=[history], **options)
    with tg.training(fold_in(KEY, 0)):
        first = squared_error(model(x[:, :2]), y[:, :2])
    assert history.steps[0] == pytest.approx(float(first), rel=1e-5)


class Masked(tg.nn.Layer):
    """A recurrent network that minds the mask."""

    rnn: tg.nn.Gru
    head: tg.nn.Dense

    def __call__(self, x: tg.Tensor, *, mask: tg.Tensor | None = None) -> tg.Tensor:
        made: tg.Tensor = self.head(self.rnn(x, mask=mask))
        return made


def test_masks_are_cut_as_well_and_windows_of_padding_alone_change_nothing() -> None:
    model = tg.init(
        Masked(rnn=tg.nn.Gru(in_features=2, features=3), head=tg.nn.Dense(in_features=3, out_features=1)), KEY
    )
    x, y = sequences(2, 4)
    padding = tg.zeros((2, 3, 2)), tg.full((2, 3, 1), float("nan"))
    long = tg.concat([x, padding[0]], axis=1), tg.concat([y, padding[1]], axis=1)
    mask = tg.asarray([[True] * 4 + [False] * 3] * 2)
    options: dict[str, Any] = {"loss": tg.mse, "updater": tg.optim.adam(0.05), "epochs": 2, "key": KEY, "truncate": 2}
    shown = tg.fit(model, [tg.data.MaskedBatch(*long, mask)], **options)
    alone = tg.fit(model, [tg.data.MaskedBatch(x, y, tg.ones((2, 4), dtype="bool"))], **options)
    for a, b in zip(values(shown), values(alone), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


REFUSED: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    ([(tg.ones((2, 3, 2)), tg.ones((2, 1)))], {"truncate": 2}, tg.ShapeError, "as many labels as steps"),
    ([(tg.ones((2,)), tg.ones((2,)))], {"truncate": 2}, tg.ShapeError, "as many labels as steps"),
    ([(tg.ones((2, 0, 2)), tg.ones((2, 0, 1)))], {"truncate": 2}, ValueError, "have no steps"),
    ([sequences()], {"truncate": 0}, ValueError, "`truncate` must be an int of at least 1, got 0"),
    ([sequences()], {"truncate": 2.0}, ValueError, "`truncate` must be an int of at least 1, got 2.0"),
    ([sequences()], {"truncate": 2, "accumulate": 2}, ValueError, "`accumulate` does not go with `truncate`"),
]


@pytest.mark.parametrize(("data", "options", "kind", "words"), REFUSED)
def test_what_cannot_be_cut_is_refused(data: Any, options: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        trained(data, **options)


def test_a_layer_that_runs_backwards_cannot_be_truncated() -> None:
    model = tg.init(tg.nn.Bidirectional(forward=tg.nn.Gru(in_features=2, features=1), merge="add"), KEY)
    options: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(0.1), "epochs": 1, "key": KEY}
    with pytest.raises(TypeError, match="Gru does not run from the first step to the last"):
        tg.fit(model, [sequences()], truncate=2, **options)
