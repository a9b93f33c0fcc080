"""Several small batches do as one large one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import squared_error, values

KEY = tg.random.key(3)


def model() -> Any:
    made = tg.nn.Sequential(
        tg.nn.Dense(in_features=2, out_features=4), tg.tanh, tg.nn.Dense(in_features=4, out_features=1)
    )
    return tg.init(made, tg.random.key(0), dtype="float64")


def rows(n: int) -> tuple[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(KEY, (n, 2), dtype="float64")
    return x, tg.sum(x, axis=1, keepdims=True)


def cut(x: tg.Tensor, y: tg.Tensor, sizes: list[int]) -> list[tuple[tg.Tensor, tg.Tensor]]:
    ends = np.cumsum(sizes)
    return [(x[end - n : end], y[end - n : end]) for n, end in zip(sizes, ends.tolist(), strict=True)]


def trained(batches: Any, **options: Any) -> list[Any]:
    settings: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.adam(0.1), "epochs": 3, "key": KEY}
    return values(tg.fit(model(), batches, **settings | options))


def close(a: list[Any], b: list[Any]) -> None:
    for left, right in zip(a, b, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("sizes", [[4, 4, 4], [5, 4, 3], [1, 10, 1]])
def test_small_batches_do_as_one_large_one_also_of_different_sizes(sizes: list[int]) -> None:
    x, y = rows(12)
    close(trained(cut(x, y, sizes), accumulate=3), trained([(x, y)]))


def test_the_last_group_of_an_epoch_may_be_smaller() -> None:
    x, y = rows(10)
    # 3 + 3 rows, then 3 + 1.
    close(trained(cut(x, y, [3, 3, 3, 1]), accumulate=2), trained(cut(x, y, [6, 4])))
    # Two batches, then one alone.
    close(trained(cut(x, y, [4, 4, 2]), accumulate=2), trained(cut(x, y, [8, 2])))


def test_weights_and_masks_count_as_they_do_in_one_large_batch() -> None:
    x, y = rows(6)
    weights = tg.asarray([1.0, 2.0, 0.5, 3.0, 1.0, 4.0], dtype="float64")
    mask = tg.asarray([[True], [False], [True], [True], [True], [True]])

    def weighted(part: slice) -> tg.train.Weighted:
        return tg.train.Weighted(x[part], y[part], weights=weights[part], mask=mask[part])

    small = [weighted(slice(0, 2)), weighted(slice(2, 6))]
    close(trained(small, accumulate=2, loss=tg.mse), trained([weighted(slice(0, 6))], loss=tg.mse))


def test_a_step_is_an_update_and_its_loss_the_mean_of_the_group() -> None:
    x, y = rows(10)
    history, whole = tg.train.History(), tg.train.History()
    trained(cut(x, y, [4, 4, 2]), accumulate=2, epochs=1, listeners=[history])
    trained(cut(x, y, [8, 2]), epochs=1, listeners=[whole])
    np.testing.assert_allclose(history.steps, whole.steps)
    np.testing.assert_allclose(history.epochs, whole.epochs)


def test_listeners_see_the_mean_gradient_once() -> None:
    class Gradients(tg.train.Listener):
        seen: list[list[Any]]
        rows: list[int]

        def __init__(self) -> None:
            self.seen, self.rows = [], []

        def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
            self.seen.append(values(gradients))
            self.rows.append(at.rows)

    x, y = rows(8)
    small, large = Gradients(), Gradients()
    trained(cut(x, y, [3, 5]), accumulate=2, epochs=1, listeners=[small])
    trained([(x, y)], epochs=1, listeners=[large])
    assert small.rows == large.rows == [8]
    for a, b in zip(small.seen, large.seen, strict=True):
        close(a, b)


def test_running_statistics_take_in_every_batch() -> None:
    norm = tg.init(tg.nn.BatchNorm(features=1), tg.random.key(0))
    batches = [(tg.asarray([[0.0], [4.0]]), tg.zeros((2, 1))), (tg.asarray([[2.0], [8.0]]), tg.zeros((2, 1)))]
    options: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(1e-30), "epochs": 1, "key": KEY}
    together = tg.fit(norm, batches, accumulate=2, **options)
    one_by_one = tg.fit(norm, batches, **options)
    assert together.running_mean.tolist() == one_by_one.running_mean.tolist()


def test_dropout_draws_anew_in_each_batch_of_a_group() -> None:
    drop = tg.nn.Sequential(tg.nn.Dropout(drop=0.5), tg.nn.Dense(in_features=64, out_features=1))
    net = tg.init(drop, tg.random.key(0))
    batch = (tg.ones((1, 64)), tg.zeros((1, 1)))
    losses: list[float] = []

    def noted(y: tg.Tensor, target: tg.Tensor) -> tg.Tensor:
        value = squared_error(y, target)
        losses.append(float(tg.stop_gradient(value)))
        return value

    tg.fit(net, [batch] * 4, loss=noted, updater=tg.optim.sgd(1e-30), epochs=1, key=KEY, accumulate=4)
    assert len(set(losses)) == 4
