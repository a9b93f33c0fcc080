"""Threads differentiate side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from jaxtyping import Float

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor
from typedgrad.core.run import current_run


def together(*tasks: Callable[[], Any]) -> list[Any]:
    """Run the tasks on a thread each, started at one moment; an error in one is an error here."""
    barrier = threading.Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def work(i: int) -> None:
        barrier.wait()
        try:
            results[i] = tasks[i]()
        except BaseException as error:  # noqa: BLE001  # handed on to the main thread
            results[i] = error

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def test_two_threads_differentiate_at_once() -> None:
    def task(scale: float) -> Callable[[], bool]:
        def f(x: Tensor) -> Tensor:
            for _ in range(50):
                x = x * 1.0 + 0.0
            return tg.sum(scale * x * x * x)

        return lambda: all(
            same(tg.grad(f)(t([1.0, 2.0])), [3.0 * scale, 12.0 * scale])
            and same(tg.hvp(f, t([1.0, 2.0]), t([1.0, 1.0])), [6.0 * scale, 12.0 * scale])
            for _ in range(50)
        )

    assert all(together(*(task(k) for k in (1.0, 2.0, 3.0, 4.0))))


def test_a_differentiation_on_one_thread_does_not_record_on_another() -> None:
    inside, done = threading.Event(), threading.Event()

    def waiting(x: Tensor) -> Tensor:
        inside.set()
        assert done.wait(10)
        return x * x

    def other() -> bool:
        assert inside.wait(10)
        try:
            value, gradient = tg.value_and_grad(lambda x: x * x)(t(3.0))
            return value.node is None and gradient.node is None
        finally:
            done.set()

    gradient, off_the_tape = together(lambda: tg.grad(waiting)(t(5.0)), other)
    assert same(gradient, 10.0)
    assert off_the_tape


def test_a_rule_that_runs_on_one_thread_does_not_let_raw_arrays_into_another() -> None:
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            tg.grad(lambda x: tg.sum(x * x))(t([1.0, 2.0]))

    def strict() -> int:
        refusals = 0
        try:
            for _ in range(300):
                try:
                    tg.add(tg.to_numpy(t([1.0])), tg.to_numpy(t([1.0])))  # type: ignore[arg-type]  # refused below
                except TypeError:
                    refusals += 1
        finally:
            stop.set()
        return refusals

    assert together(busy, strict)[1] == 300


def test_each_thread_has_its_own_training_run() -> None:
    first, second = threading.Event(), threading.Event()

    def one() -> bool:
        with tg.training(tg.random.key(1)) as run:
            first.set()
            assert second.wait(10)
            return current_run() is run

    def two() -> bool:
        assert first.wait(10)
        outside = current_run() is None
        with tg.training(tg.random.key(2)) as run:
            second.set()
            return outside and current_run() is run

    assert together(one, two) == [True, True]


def test_threads_may_make_the_first_call_of_a_typed_function_at_once() -> None:
    for _ in range(20):

        @tg.typed
        def f(x: Float[Tensor, "n"], y: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
            return x + y

        def good(f: Callable[..., Tensor] = f) -> bool:
            return all(same(f(t([1.0] * n), t([1.0] * n)), [2.0] * n) for n in (1, 2, 3))

        def bad(f: Callable[..., Tensor] = f) -> bool:
            refusals = 0
            for n in (1, 2, 3):
                try:
                    f(t([1.0] * n), t([1.0] * (n + 1)))
                except tg.ShapeError:
                    refusals += 1
            return refusals == 3

        assert all(together(good, bad, good, bad))
