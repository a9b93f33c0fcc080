"""Solvers in the place of updaters: whole batches, no learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error, values

KEY = tg.random.key(3)
METHODS = ["gradient", "cg-fr", "cg-pr", "cg-hs", "bfgs", "lbfgs"]


def rows() -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(KEY, (40, 3), dtype="float64")
    return tg.data.Dataset(x, x @ tg.asarray([[1.0], [-2.0], [0.5]], dtype="float64") + 3.0)


def dense() -> tg.nn.Dense:
    return tg.init(tg.nn.Dense(in_features=3, out_features=1), tg.random.key(0), dtype="float64")


def trained(model: Any, data: Any, updater: Any, epochs: int, **options: Any) -> Any:
    return tg.fit(model, data, loss=squared_error, updater=updater, epochs=epochs, key=KEY, **options)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_solves_a_regression(method: Any) -> None:
    model = trained(dense(), rows(), tg.train.solver(method), 300)
    np.testing.assert_allclose(tg.to_numpy(model.weight)[:, 0], [1.0, -2.0, 0.5], atol=1e-3)


def test_epochs_of_a_whole_batch_are_iterations_of_one_minimisation() -> None:
    data = rows()

    def objective(model: tg.nn.Dense) -> tg.Tensor:
        return squared_error(model(data.x), data.y)

    wanted = tg.optim.minimize(objective, dense(), "lbfgs", iterations=5).x
    for found in (
        trained(dense(), data, tg.train.solver("lbfgs"), 5),
        trained(dense(), [(data.x, data.y)], tg.train.solver("lbfgs", iterations=5), 1),
    ):
        assert values(found) == values(wanted)


def test_the_training_ends_when_nothing_better_can_be_found() -> None:
    history = tg.train.History()
    model = trained(line(), doubles(), tg.train.solver("bfgs", tolerance=1e-4), 1000, listeners=[history])
    assert float(model.slope) == pytest.approx(2.0, abs=1e-4)
    assert len(history.steps) == len(history.epochs) < 20


def test_smaller_batches_are_solved_one_after_the_other() -> None:
    history = tg.train.History()
    model = trained(line(), doubles(), tg.train.solver("lbfgs"), 20, batch=2, listeners=[history])
    assert len(history.steps) == 40
    assert float(model.slope) == pytest.approx(2.0, abs=1e-3)


def test_running_statistics_and_frozen_layers_are_as_in_other_trainings() -> None:
    frozen = tg.nn.freeze(tg.init(tg.nn.Dense(in_features=1, out_features=1), KEY))
    model = tg.nn.Sequential(tg.init(tg.nn.BatchNorm(features=1), KEY), frozen)
    x = tg.asarray([[1.0], [5.0]])
    after = trained(model, [(x, x)], tg.train.solver("lbfgs"), 2)
    assert after[0].running_mean.tolist() != model[0].running_mean.tolist()
    assert after[1].layer.weight is frozen.layer.weight


def test_a_solver_goes_on_where_it_stopped() -> None:
    class Keep(tg.train.Listener):
        at: tg.train.Moment

        def on_epoch_end(self, at: tg.train.Moment) -> None:
            if at.epoch == 3:
                self.at = at

    keep, data = Keep(), rows()
    whole = trained(dense(), data, tg.train.solver("lbfgs"), 6, listeners=[keep])
    rest = trained(keep.at.model, data, tg.train.solver("lbfgs"), 6, resume=keep.at)
    assert values(rest) == values(whole)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: tg.train.solver("newton"), ValueError, "`method` must be one of gradient, cg-fr"),  # type: ignore[arg-type]  # what is tested
        (lambda: tg.train.solver(iterations=0), ValueError, "solver: `iterations` must be an int of at least 1, got 0"),
        (lambda: tg.train.solver(history=0), ValueError, "solver: `history` must be an int of at least 1, got 0"),
        (lambda: tg.train.solver(tolerance=-1.0), ValueError, "`tolerance` must be at least 0 and finite"),
        (
            lambda: trained(line(), doubles(), tg.train.solver(), 1, accumulate=2),
            ValueError,
            "`accumulate` does not go",
        ),
        (lambda: trained(line(), doubles(), tg.train.solver(), 1, truncate=2), ValueError, "`truncate` does not go"),
        (
            lambda: trained(line(), doubles(), tg.train.solver(), 1, precision=tg.train.mixed()),
            ValueError,
            "`precision` does not go with a solver",
        ),
        (
            lambda: trained(line(), [(tg.asarray([float("nan")]), tg.ones((1,)))], tg.train.solver(), 1),
            tg.train.Diverged,
            "fit: the loss is NaN or infinite in epoch 1, step 1; `x` of this batch holds NaN",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        make()
