"""From data to a report: a small network learns real handwritten digits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.train.models import line, squared_error, values
from typedgrad.core.random import fold_in


def network() -> tg.nn.Sequential:
    model = tg.nn.Sequential(
        tg.nn.Flatten(),
        tg.nn.Dense(out_features=64),
        tg.nn.Relu(),
        tg.nn.Dropout(drop=0.1),
        tg.nn.Dense(out_features=10),
    )
    return tg.init(model, tg.random.key(0), input="n 8 8")


def learn(epochs: int, listeners: list[tg.train.Listener]) -> tg.nn.Sequential:
    train, _ = tg.data.digits()
    return tg.fit(
        network(),
        train,
        loss=tg.softmax_cross_entropy,
        updater=tg.optim.adam(3e-3),
        epochs=epochs,
        key=tg.random.key(1),
        listeners=listeners,
    )


def test_a_small_network_learns_the_digits() -> None:
    history = tg.train.History()
    model = learn(15, [history])
    result = tg.evaluate(model, tg.data.digits().test)
    assert result.accuracy >= 0.95, result.report()
    assert history.epochs[-1] < history.epochs[0] / 10


def test_the_same_seeds_give_the_same_weights_to_the_last_bit() -> None:
    assert values(learn(2, [])) == values(learn(2, []))


def test_the_loop_costs_little_beside_the_step() -> None:
    batches = [(tg.ones((4,)), tg.zeros((4,)))] * 300
    updater = tg.optim.sgd(1e-3)
    descend = tg.value_and_grad(lambda model, x, y: squared_error(model(x), y))

    def by_hand() -> None:
        model: Any = line()
        state = updater.init(model)
        for step, (x, y) in enumerate(batches):
            with tg.training(fold_in(tg.random.key(0), step)):
                _, gradients = descend(model, x, y)
            model, state = updater.update(model, gradients, state)

    def by_fit() -> None:
        tg.fit(line(), batches, loss=squared_error, updater=updater, epochs=1, key=tg.random.key(0), progress=False)

    for f in (by_hand, by_fit):
        f()  # whatever is done once is done now
    # Side by side, in the time of this thread, as the machine may be busy with something else.
    times = [(_seconds(by_hand), _seconds(by_fit)) for _ in range(9)]
    hand, fit = (min(column) for column in zip(*times, strict=True))
    assert (fit - hand) / len(batches) < 50e-6


def _seconds(f: Callable[[], None]) -> float:
    start = time.thread_time()
    f()
    return time.thread_time() - start
