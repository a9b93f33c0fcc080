"""Mixed precision: the model computes with narrow numbers, its parameters stay wide, and overflow costs a step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error, values
from typedgrad.train.precision import ScaledState

KEY = tg.random.key(3)


class Seen(tg.train.Listener):
    def __init__(self) -> None:
        self.states: list[Any] = []
        self.gradients: list[Any] = []
        self.models: list[Any] = []
        self.losses: list[float] = []

    def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
        self.gradients.append(gradients)

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.states.append(at.state)
        self.models.append(at.model)
        self.losses.append(at.loss)


def trained(model: Any = None, data: Any = None, **options: Any) -> Any:
    settings: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(0.01), "epochs": 1, "key": KEY}
    return tg.fit(line() if model is None else model, doubles() if data is None else data, **settings | options)


def test_parameters_and_gradients_stay_as_wide_as_they_are_and_the_model_computes_narrowly() -> None:
    kinds: list[str] = []

    class Spy(tg.nn.Layer):
        def __call__(self, x: tg.Tensor) -> tg.Tensor:
            kinds.append(x.dtype.name)
            return x

    model = tg.init(tg.nn.Sequential(tg.nn.Dense(in_features=1, out_features=1), Spy()), KEY)
    seen = Seen()
    x = tg.asarray([[1.0], [2.0]])
    after = trained(model, [(x, x)], precision=tg.train.mixed("float16"), listeners=[seen])
    assert kinds == ["float16"]
    assert after[0].weight.dtype == seen.gradients[0][0].weight.dtype == np.float32


@pytest.mark.parametrize("scale", [1.0, 8.0, 2.0**15])
def test_the_factor_of_the_loss_changes_no_gradient_that_fits(scale: float) -> None:
    plain = trained(epochs=3)
    scaled = trained(epochs=3, precision=tg.train.mixed("float32", scale=scale))
    np.testing.assert_allclose(values(scaled), values(plain), rtol=1e-6)


def test_small_gradients_survive_in_float16_because_of_the_factor() -> None:
    x = tg.full((1,), 1e-4)
    model = line()
    lost, kept = Seen(), Seen()
    loss = tg.sum
    options: dict[str, Any] = {"loss": lambda y, t: loss(y) * 1e-4, "data": [(x, x)]}
    trained(model, **options, precision=tg.train.mixed("float16", scale=1.0), listeners=[lost])
    trained(model, **options, precision=tg.train.mixed("float16"), listeners=[kept])
    # 1e-8 is 0 in float16.
    assert float(lost.gradients[0].slope) == 0.0
    assert float(kept.gradients[0].slope) == pytest.approx(1e-8, rel=1e-2)


def test_a_gradient_that_is_too_large_costs_a_step_and_halves_the_factor_until_it_fits() -> None:
    seen = Seen()
    model = line()
    data = [(tg.full((1,), 30.0), tg.full((1,), 100.0))]
    # 2 * 100 * 30 = 6000 fits ten times at most.
    options: dict[str, Any] = {"epochs": 6, "updater": tg.optim.sgd(1e-5), "listeners": [seen]}
    after = trained(model, data, precision=tg.train.mixed("float16", scale=64.0), **options)
    factors = [state.scale for state in seen.states]
    assert factors[:3] == [32.0, 16.0, 8.0]
    assert set(factors[3:]) == {8.0}
    assert [values(m) for m in seen.models[:3]] == [[0.0]] * 3
    assert len(seen.gradients) == 3
    assert values(after) != [0.0]


def test_the_factor_doubles_after_many_good_steps() -> None:
    seen = Seen()
    precision = tg.train.mixed("float16", scale=4.0, grow_every=2)
    trained(epochs=5, updater=tg.optim.sgd(1e-6), precision=precision, listeners=[seen])
    assert [state.scale for state in seen.states] == [4.0, 8.0, 8.0, 16.0, 16.0]
    assert [state.since for state in seen.states] == [1, 0, 1, 0, 1]
    assert all(isinstance(state, ScaledState) for state in seen.states)


def test_statistics_of_a_step_that_was_left_out_are_forgotten() -> None:
    model = tg.init(tg.nn.Sequential(tg.nn.BatchNorm(features=1), tg.nn.Dense(in_features=1, out_features=1)), KEY)
    x = tg.asarray([[1.0], [3.0]])
    seen = Seen()
    options: dict[str, Any] = {"precision": tg.train.mixed("float16", scale=2.0**30), "listeners": [seen], "epochs": 1}
    after = trained(model, [(x, 100.0 * x)], **options)
    assert after[0].running_mean.tolist() == model[0].running_mean.tolist()
    after = trained(model, [(x, x)], precision=tg.train.mixed("float16", scale=2.0))
    assert after[0].running_mean.tolist() != model[0].running_mean.tolist()
    assert after[0].running_mean.dtype == np.float32


def test_a_loss_that_stays_infinite_ends_the_training() -> None:
    data = [(tg.full((1,), 1.0), tg.full((1,), math.inf))]
    with pytest.raises(tg.train.Diverged, match="fit: the loss is inf in epoch 3, step 3"):
        trained(line(), data, epochs=10, precision=tg.train.mixed("float16", scale=4.0))


def test_training_in_float16_reaches_what_float32_does() -> None:
    x = tg.random.normal(KEY, (64, 4))
    y = tg.astype(tg.argmax(x, axis=1), "int64")
    data = tg.data.Dataset(x, y, classes=4)
    model = tg.init(
        tg.nn.Sequential(tg.nn.Dense(in_features=4, out_features=16), tg.tanh, tg.nn.Dense(out_features=4)),
        KEY,
        input="n 4",
    )
    options: dict[str, Any] = {"loss": tg.softmax_cross_entropy, "updater": tg.optim.adam(0.02), "epochs": 30}
    narrow = trained(model, data, precision=tg.train.mixed("float16"), **options)
    wide = trained(model, data, **options)
    assert tg.evaluate(narrow, data).accuracy == pytest.approx(tg.evaluate(wide, data).accuracy, abs=0.05)
    assert tg.evaluate(narrow, data).accuracy > 0.9


def test_it_goes_together_with_accumulation() -> None:
    x, y = tg.asarray([1.0, 2.0, 3.0, 4.0]), tg.asarray([2.0, 4.0, 6.0, 8.0])
    small = trained(line(), [(x[:1], y[:1]), (x[1:], y[1:])], accumulate=2, precision=tg.train.mixed("float16"))
    large = trained(line(), [(x, y)], precision=tg.train.mixed("float16"))
    np.testing.assert_allclose(values(small), values(large), rtol=1e-2)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: tg.train.mixed("int32"), TypeError, "mixed: `compute` must be a float, not int32"),
        (lambda: tg.train.mixed("float16", scale=0.5), ValueError, "mixed: `scale` must be at least 1 and finite"),
        (lambda: tg.train.mixed("float16", scale=math.nan), ValueError, "mixed: `scale` must be at least 1 and finite"),
        (lambda: tg.train.mixed("float16", grow_every=0), ValueError, "mixed: `grow_every` must be an int of at least"),
        (lambda: trained(precision="float16"), TypeError, "fit: `precision` must be made by tg.train.mixed"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        make()
