"""Early stopping: which condition ended the training, and which model was the best."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from typing import Any, assert_type

import pytest

import typedgrad as tg
from tests.train.models import Line, doubles, line, squared_error, values

KEY = tg.random.key(3)
LOSS = {"loss": squared_error, "key": KEY}


def until(*conditions: tg.train.Condition, updater: Any = None, **options: Any) -> tg.train.EarlyStoppingResult[Line]:
    names = ("score", "every", "saver", "clock")
    stopping = tg.train.EarlyStopping(
        stop_when=list(conditions), **{name: options.pop(name) for name in names if name in options}
    )
    settings: dict[str, Any] = {"updater": tg.optim.sgd(0.01) if updater is None else updater, **LOSS}
    return tg.fit_until(line(), doubles(), stopping, **settings | options)


def scores(*numbers: float) -> Any:
    """A score that gives these numbers, one after the other."""
    given: Iterator[float] = iter(numbers)
    return lambda model: next(given)


def test_after_so_many_epochs_with_all_seven_fields() -> None:
    result = until(tg.train.max_epochs(4), score=scores(3.0, 1.0, 2.0, 5.0))
    assert_type(result, tg.train.EarlyStoppingResult[Line])
    assert result.termination_reason == "epoch condition"
    assert result.termination_details == "max_epochs(4)"
    assert result.score_vs_epoch == {1: 3.0, 2: 1.0, 3: 2.0, 4: 5.0}
    assert (result.best_model_epoch, result.best_model_score, result.total_epochs) == (2, 1.0, 4)
    key, updater = KEY, tg.optim.sgd(0.01)
    assert values(result.best_model) == values(
        tg.fit(line(), doubles(), loss=squared_error, updater=updater, epochs=2, key=key)
    )


def test_without_a_score_the_mean_training_loss_counts() -> None:
    history = tg.train.History()
    result = until(tg.train.max_epochs(3), listeners=[history])
    assert list(result.score_vs_epoch.values()) == history.epochs
    assert result.best_model_epoch == 3


@pytest.mark.parametrize(
    ("patience", "min_delta", "stops"),
    [(1, 0.0, 3), (2, 0.0, 6), (3, 0.0, 7), (2, 0.15, 4), (1, 0.5, 3)],
)
def test_when_nothing_gets_better(patience: int, min_delta: float, stops: int) -> None:
    condition = tg.train.no_improvement(patience, min_delta=min_delta)
    result = until(condition, tg.train.max_epochs(9), score=scores(2.0, 1.0, 1.1, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0))
    assert result.total_epochs == stops
    assert result.termination_details == condition.title


def test_larger_can_be_better() -> None:
    score = tg.train.Score(scores(0.5, 0.9, 0.8, 0.7), smaller_is_better=False)
    result = until(tg.train.no_improvement(2), score=score)
    assert (result.best_model_epoch, result.best_model_score) == (2, 0.9)
    assert result.score_vs_epoch == {1: 0.5, 2: 0.9, 3: 0.8, 4: 0.7}
    good = until(tg.train.good_enough(0.9, larger_is_better=True), score=score._replace(of=scores(0.5, 0.95)))
    assert (good.total_epochs, good.termination_details) == (2, "good_enough(0.9)")


def test_looking_only_every_few_epochs() -> None:
    result = until(tg.train.max_epochs(5), every=2, score=scores(3.0, 2.0, 1.0))
    assert result.score_vs_epoch == {2: 3.0, 4: 2.0, 5: 1.0}


def test_time_is_looked_at_after_every_step() -> None:
    times = iter(range(100))
    history = tg.train.History()
    result = until(tg.train.max_time(3.0), clock=lambda: float(next(times)), batch=1, listeners=[history])
    assert (result.termination_reason, result.termination_details) == ("step condition", "max_time(3.0)")
    assert (result.total_epochs, len(history.steps)) == (0, 3)


def test_a_loss_that_is_too_large_ends_it_at_once() -> None:
    result = until(tg.train.max_score(1e6), updater=tg.optim.sgd(10.0), batch=1)
    assert (result.termination_reason, result.termination_details) == ("step condition", "max_score(1000000.0)")
    assert result.best_model_epoch is None
    assert math.isnan(result.best_model_score)
    assert isinstance(result.best_model, Line)


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_a_loss_that_is_no_number_ends_it_in_good_order_or_not() -> None:
    result = until(tg.train.invalid_score(), updater=tg.optim.sgd(1e12))
    assert (result.termination_reason, result.termination_details) == ("step condition", "invalid_score()")
    with pytest.raises(tg.train.Diverged):
        until(tg.train.max_epochs(100), updater=tg.optim.sgd(1e12))
    by_score = until(tg.train.invalid_score(), score=scores(1.0, math.nan))
    assert (by_score.termination_reason, by_score.total_epochs, by_score.best_model_epoch) == ("epoch condition", 2, 1)


def test_better_models_are_saved() -> None:
    saved: list[tuple[list[Any], int, float]] = []
    result = until(
        tg.train.max_epochs(4),
        score=scores(3.0, 4.0, 1.0, 2.0),
        saver=lambda model, epoch, score: saved.append((values(model), epoch, score)),
    )
    assert [(epoch, score) for _, epoch, score in saved] == [(1, 3.0), (3, 1.0)]
    assert saved[-1][0] == values(result.best_model)


def test_ctrl_c_and_listeners_can_end_it_too(capfd: pytest.CaptureFixture[str]) -> None:
    class Press(tg.train.Listener):
        def on_step_end(self, at: tg.train.Moment) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    class Stop(tg.train.Listener):
        def on_step_end(self, at: tg.train.Moment) -> None:
            raise tg.train.StopTraining

    assert until(tg.train.max_epochs(9), listeners=[Press()]).termination_reason == "interrupted"
    assert "interrupted after step 1" in capfd.readouterr().err
    assert until(tg.train.max_epochs(9), listeners=[Stop()]).termination_reason == "stopped by a listener"


def test_scores_on_data_and_of_metrics() -> None:
    data = tg.data.Dataset(tg.asarray([[0.9, 0.1], [0.2, 0.8]]), tg.asarray([0, 0]), classes=2)
    assert tg.train.accuracy_on(data).of(lambda x: x) == 0.5
    recall = tg.train.metric_on(data, lambda found: found.accuracy + 1.0)
    assert recall.of(lambda x: x) == 1.5
    assert not recall.smaller_is_better
    result = until(tg.train.max_epochs(2), score=tg.train.loss_on(doubles(), loss=squared_error))
    assert result.best_model_score == pytest.approx(tg.score(result.best_model, doubles(), loss=squared_error))


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (until, ValueError, "`stop_when` must be a list of at least one condition"),
        (lambda: until("max_epochs"), TypeError, r"`stop_when\[0\]` must be a condition, not 'max_epochs'"),  # type: ignore[arg-type]  # what is tested
        (lambda: until(tg.train.max_epochs(1), score=3.0), TypeError, "`score` must be a Score or a function"),
        (lambda: until(tg.train.max_epochs(1), every=0), ValueError, "`every` must be an int of at least 1, got 0"),
        (lambda: until(tg.train.max_epochs(1), saver="x"), TypeError, "`saver` must be a function of model, epoch"),
        (lambda: tg.train.max_epochs(0), ValueError, "max_epochs: `epochs` must be an int of at least 1, got 0"),
        (lambda: tg.train.no_improvement(0), ValueError, "no_improvement: `epochs` must be an int of at least 1"),
        (lambda: tg.train.no_improvement(1, min_delta=-1.0), ValueError, "`min_delta` must be at least 0 and finite"),
        (lambda: tg.train.max_time(0.0), ValueError, "max_time: `seconds` must be positive, got 0.0"),
        (lambda: tg.train.max_time(math.nan), ValueError, "max_time: `seconds` must be positive, got nan"),
        (lambda: tg.train.max_score(math.nan), ValueError, "max_score: `loss` must be a number, got nan"),
        (lambda: tg.train.good_enough(math.nan), ValueError, "good_enough: `score` must be a number, got nan"),
        (
            lambda: tg.fit_until(line(), doubles(), 30, updater=tg.optim.sgd(0.1), **LOSS),  # type: ignore[call-overload]  # what is tested
            TypeError,
            "fit_until: `stopping` must be an EarlyStopping, not 30",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        make()
