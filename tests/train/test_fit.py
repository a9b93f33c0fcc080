"""`fit` takes the steps one would write by hand, tells its listeners, and refuses what cannot work."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, assert_type

import pytest

import typedgrad as tg
from tests.backends import strict as strict
from tests.train.models import Line, doubles, line, squared_error, values
from typedgrad.backends import backend_for_device
from typedgrad.shapes import ShapeError

KEY = tg.random.key(3)


def by_hand(
    model: Line, batches: list[tg.data.Batch[tg.Tensor, tg.Tensor]], updater: tg.optim.Updater[Any], epochs: int
) -> Line:
    state = updater.init(model)
    for _ in range(epochs):
        for x, y in batches:

            def objective(model: Line, x: tg.Tensor = x, y: tg.Tensor = y) -> tg.Tensor:
                return squared_error(model(x), y)

            model, state = updater.update(model, tg.grad(objective)(model), state)
    return model


@pytest.mark.parametrize("updater", [tg.optim.sgd(0.01), tg.optim.momentum(0.01), tg.optim.adam(0.1)], ids=repr)
def test_fit_takes_the_steps_one_would_write_by_hand(updater: tg.optim.Updater[Any]) -> None:
    batches = list(tg.data.Loader(doubles(5), batch=2))
    found = tg.fit(line(), batches, loss=squared_error, updater=updater, epochs=3, key=KEY)
    assert values(found) == values(by_hand(line(), batches, updater, 3))


def test_the_model_that_was_given_is_not_changed() -> None:
    model = line()
    trained = tg.fit(model, doubles(), loss=squared_error, updater=tg.optim.sgd(0.01), epochs=1, key=KEY)
    assert_type(trained, Line)
    assert values(model) == [0.0]
    assert values(trained) != [0.0]
    assert type(trained) is Line


class Scale(NamedTuple):
    factor: tg.Tensor

    def __call__(self, x: tg.Tensor) -> tg.Tensor:
        return x * self.factor


def test_any_tree_that_can_be_called_is_a_model() -> None:
    model, updater = Scale(tg.asarray(0.0)), tg.optim.sgd(0.05)
    trained = tg.fit(model, doubles(), loss=squared_error, updater=updater, epochs=50, key=KEY)  # type: ignore[type-var]  # mypy does not see that a named tuple can be called
    assert float(trained.factor) == pytest.approx(2.0)


def test_fit_and_evaluate_run_on_every_backend() -> None:
    backend = backend_for_device("strict")
    x, y = (backend.asarray(v) for v in ([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0]], [0, 1, 0]))
    data = tg.data.Dataset(tg.Tensor(x), tg.Tensor(y), classes=2)
    model = tg.to(tg.init(tg.nn.Dense(in_features=2, out_features=2), tg.random.key(0)), "strict")
    updater = tg.optim.chain(tg.optim.clip_global_norm(1.0), tg.optim.adamw(0.1))
    trained = tg.fit(model, data, loss=tg.softmax_cross_entropy, updater=updater, epochs=20, key=KEY, batch=2)
    assert trained.weight.device == "strict"
    assert tg.evaluate(trained, data).accuracy == 1.0


def test_no_epochs_return_the_model() -> None:
    model = line()
    assert tg.fit(model, doubles(), loss=squared_error, updater=tg.optim.sgd(0.1), epochs=0, key=KEY) is model


def net() -> tg.nn.Sequential:
    model = tg.nn.Sequential(
        tg.nn.Dense(in_features=1, out_features=8), tg.nn.Dropout(drop=0.5), tg.nn.Dense(in_features=8, out_features=1)
    )
    return tg.init(model, tg.random.key(0))


def columns() -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    data = doubles(16)
    return tg.data.Dataset(data.x.reshape(16, 1), data.y.reshape(16, 1))


def trained(key: tg.random.Key, data: Any, batch: int | None = None) -> list[Any]:
    return values(tg.fit(net(), data, loss=squared_error, updater=tg.optim.adam(0.01), epochs=2, key=key, batch=batch))


def test_the_same_key_gives_the_same_weights_and_another_key_others() -> None:
    first = trained(KEY, columns(), batch=3)
    assert trained(KEY, columns(), batch=3) == first
    assert trained(tg.random.key(4), columns(), batch=3) != first


def test_a_dataset_is_shuffled_by_the_key() -> None:
    def learn(key: tg.random.Key) -> list[Any]:
        updater = tg.optim.sgd(0.01)
        return values(tg.fit(line(), doubles(), loss=squared_error, updater=updater, epochs=1, key=key, batch=1))

    assert len({str(learn(tg.random.key(seed))) for seed in range(5)}) > 1


def test_dropout_draws_anew_at_every_step_and_from_the_key_alone() -> None:
    # The order of the rows is the loader's, so that only dropout can differ.
    batches = list(tg.data.Loader(columns(), batch=4))
    assert trained(KEY, batches) == trained(KEY, batches)
    assert trained(KEY, batches) != trained(tg.random.key(4), batches)
    losses = tg.train.History()
    # Nothing is learnt (the rate is too small to count), yet the same batch has another loss in the second epoch.
    tg.fit(net(), batches, loss=squared_error, updater=tg.optim.sgd(1e-30), epochs=2, key=KEY, listeners=[losses])
    assert losses.steps[0] != losses.steps[4]


def test_a_new_loader_gives_the_same_weights_and_a_used_one_goes_on_with_other_orders() -> None:
    def loader() -> tg.data.Loader[tg.Tensor, tg.Tensor]:
        return tg.data.Loader(columns(), batch=3, shuffle=True, seed=7)

    used = loader()
    first = trained(KEY, used)
    assert trained(KEY, loader()) == first
    assert trained(KEY, used) != first


def test_running_statistics_are_updated_and_the_updater_leaves_them_alone() -> None:
    model = tg.init(tg.nn.BatchNorm(features=1), tg.random.key(0))
    data = [(tg.asarray([[0.0], [4.0]]), tg.zeros((2, 1)))]
    after = tg.fit(model, data, loss=squared_error, updater=tg.optim.adamw(0.1, weight_decay=0.5), epochs=2, key=KEY)
    with tg.training(KEY) as run:
        model(data[0][0])
    once = run.updated(model)
    with tg.training(KEY) as run:
        once(data[0][0])
    assert after.running_mean.tolist() == run.updated(once).running_mean.tolist()
    assert after.running_mean.tolist() != model.running_mean.tolist()
    assert after.weight is not None
    assert model.weight is not None
    assert after.weight.tolist() != model.weight.tolist()


def test_a_training_goes_on_from_the_state_a_listener_was_told() -> None:
    class Keep(tg.train.Listener):
        moments: list[tg.train.Moment]

        def __init__(self) -> None:
            self.moments = []

        def on_epoch_end(self, at: tg.train.Moment) -> None:
            self.moments.append(at)

    batches = list(tg.data.Loader(doubles(), batch=2))
    updater = tg.optim.adam(0.1)
    keep = Keep()
    whole = tg.fit(line(), batches, loss=squared_error, updater=updater, epochs=4, key=KEY, listeners=[keep])
    half = keep.moments[1]
    model, state = half.model, half.state
    assert isinstance(model, Line)
    assert isinstance(state, tg.optim.AdamState)
    rest = tg.fit(model, batches, loss=squared_error, updater=updater, epochs=2, key=KEY, state=state)
    assert values(rest) == values(whole)


class Recorder(tg.train.Listener):
    """Writes down what it is told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int, float]] = []
        self.gradients: list[object] = []
        self.models: list[Any] = []

    def note(self, what: str, at: tg.train.Moment) -> None:
        self.told.append((what, at.epoch, at.step, at.loss))
        self.models.append(at.model)

    def on_fit_start(self, at: tg.train.Moment) -> None:
        self.note("fit start", at)

    def on_epoch_start(self, at: tg.train.Moment) -> None:
        self.note("epoch start", at)

    def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
        self.note("gradients", at)
        self.gradients.append(gradients)

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.note("step end", at)

    def on_epoch_end(self, at: tg.train.Moment) -> None:
        self.note("epoch end", at)

    def on_fit_end(self, at: tg.train.Moment, *, interrupted: bool) -> None:
        self.note("interrupted" if interrupted else "fit end", at)


def test_listeners_are_told_of_six_moments_in_order() -> None:
    recorder, history = Recorder(), tg.train.History()
    batches = list(tg.data.Loader(doubles(3), batch=2))
    model = tg.fit(
        line(),
        batches,
        loss=squared_error,
        updater=tg.optim.sgd(0.01),
        epochs=2,
        key=KEY,
        listeners=[recorder, history],
    )
    assert [(what, epoch, step) for what, epoch, step, _ in recorder.told] == [
        ("fit start", 0, 0),
        ("epoch start", 1, 0),
        ("gradients", 1, 0),
        ("step end", 1, 1),
        ("gradients", 1, 1),
        ("step end", 1, 2),
        ("epoch end", 1, 2),
        ("epoch start", 2, 2),
        ("gradients", 2, 2),
        ("step end", 2, 3),
        ("gradients", 2, 3),
        ("step end", 2, 4),
        ("epoch end", 2, 4),
        ("fit end", 2, 4),
    ]
    assert recorder.models[-1] is model
    assert all(isinstance(g, Line) for g in recorder.gradients)
    # The first loss is that of 1 and 2 beside 2 and 4, with a slope of 0.
    assert history.steps[0] == (4.0 + 16.0) / 2
    # The epoch's is the mean over its rows: the last batch has half as many.
    assert history.epochs[0] == pytest.approx((2 * history.steps[0] + history.steps[1]) / 3)
    assert math.isnan(recorder.told[0][3])
    assert recorder.told[-1][3] == history.epochs[-1]


def test_log_score_writes_every_so_many_steps_and_at_every_epoch() -> None:
    lines: list[str] = []
    log = tg.train.LogScore(every=2, write=lines.append)
    batches = list(tg.data.Loader(doubles(3), batch=1))
    tg.fit(line(), batches, loss=squared_error, updater=tg.optim.sgd(0.01), epochs=2, key=KEY, listeners=[log])
    assert [text.partition(": ")[0] for text in lines] == [
        "epoch 1, step 2", "epoch 1 of 2", "epoch 2, step 4", "epoch 2, step 6", "epoch 2 of 2",
    ]  # fmt: skip
    assert lines[1].startswith("epoch 1 of 2: mean loss ")


def test_log_score_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    tg.fit(
        line(),
        doubles(),
        loss=squared_error,
        updater=tg.optim.sgd(0.01),
        epochs=1,
        key=KEY,
        listeners=[tg.train.LogScore()],
    )
    assert capsys.readouterr().out == "epoch 1 of 1: mean loss 30.000000\n"


def test_evaluate_every_evaluates_every_so_many_epochs_and_at_the_end() -> None:
    lines: list[str] = []
    model = tg.init(tg.nn.Dense(in_features=2, out_features=2), tg.random.key(0))
    data = tg.data.Dataset(tg.asarray([[1.0, 0.0], [0.0, 1.0]]), tg.asarray([0, 1]), classes=2)
    every = tg.train.EvaluateEvery(data, epochs=2, write=lines.append)
    tg.fit(
        model,
        data,
        loss=tg.softmax_cross_entropy,
        updater=tg.optim.sgd(1.0),
        epochs=5,
        key=KEY,
        listeners=[every],
    )
    assert [epoch for epoch, _ in every.results] == [2, 4, 5]
    assert every.results[-1][1].accuracy == 1.0
    assert lines[-1] == "epoch 5 of 5: accuracy 100.00 %"


X = tg.ones((2,))


def attempt(**changes: Any) -> Callable[[], object]:
    arguments: dict[str, Any] = {
        "model": line(),
        "data": doubles(),
        "loss": squared_error,
        "updater": tg.optim.sgd(0.01),
        "epochs": 2,
        "key": KEY,
    }
    arguments |= changes
    model, data = arguments.pop("model"), arguments.pop("data")
    return lambda: tg.fit(model, data, **arguments)


REFUSED: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    ("epochs", attempt(epochs=-1), ValueError, "fit: `epochs` must be an int of at least 0, got -1"),
    ("epochs", attempt(epochs=1.5), ValueError, "fit: `epochs` must be an int of at least 0, got 1.5"),
    ("key", attempt(key=7), TypeError, "fit: `key` must be a random key, made by tg.random.key(seed), not int"),
    (
        "batch",
        attempt(data=[(X, X)], batch=3),
        TypeError,
        "fit: `batch` is for a Dataset, but `data` is a list, which has its own batches",
    ),
    ("no batches", attempt(data=[]), ValueError, "fit: `data` has no batches in epoch 1"),
    (
        "used up",
        attempt(data=iter([(X, X)])),
        ValueError,
        "fit: `data` has no batches in epoch 2; an iterator is used up after one epoch: pass a list or a Loader",
    ),
    (
        "empty batch",
        attempt(data=[(X, X), (tg.zeros((0,)), tg.zeros((0,)))]),
        ValueError,
        "fit: batch 2 of epoch 1 is empty: x has shape [0], y has shape [0]",
    ),
    (
        "no pair",
        attempt(data=[X]),
        TypeError,
        "fit: batch 1 of epoch 1 must be a pair (x, y) of Tensors, not a Tensor",
    ),
    (
        "no tensors",
        attempt(data=[(X, [1.0, 2.0])]),
        TypeError,
        "fit: batch 1 of epoch 1 must be a pair (x, y) of Tensors, not a tuple of Tensor, list",
    ),
    (
        "no scalar",
        attempt(loss=lambda y, target: y - target),
        ShapeError,
        "fit: `loss` must return a scalar, but it returned [4]; take its mean",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_work_is_refused(call: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(words)


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_a_loss_that_is_not_finite_stops_and_names_epoch_and_step() -> None:
    recorder = Recorder()
    with pytest.raises(tg.train.Diverged) as caught:
        attempt(updater=tg.optim.sgd(1e12), epochs=50, listeners=[recorder])()
    last = [told for told in recorder.told if told[0] == "step end"][-1]
    error = caught.value
    assert isinstance(error, FloatingPointError)
    assert (error.epoch, error.step) == (last[2] + 1, last[2] + 1)
    assert str(error).startswith(f"fit: the loss is inf in epoch {error.epoch}, step {error.step}; a smaller learning")
    # The model is the one before the step that was not made.
    assert error.model is recorder.models[-1]


def test_a_batch_with_nan_is_named_as_the_reason() -> None:
    batches = [(X, X), (tg.asarray([1.0, math.nan]), X)]
    with pytest.raises(tg.train.Diverged) as caught:
        attempt(data=batches)()
    assert str(caught.value) == "fit: the loss is nan in epoch 1, step 2; `x` of this batch holds NaN or infinity"
