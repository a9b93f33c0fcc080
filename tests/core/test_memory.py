"""What nobody needs any more is freed at once, without the help of the garbage collector: there are no cycles."""

from __future__ import annotations

import contextlib
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from jaxtyping import Float

import typedgrad as tg
from tests.core.tensors import t
from typedgrad import Tensor


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Watch:
    """Remembers tensors without keeping them alive."""

    def __init__(self) -> None:
        self.seen: list[weakref.ref[Tensor]] = []

    def __call__(self, x: Tensor) -> Tensor:
        self.seen.append(weakref.ref(x))
        return x

    @property
    def alive(self) -> int:
        return sum(ref() is not None for ref in self.seen)


def test_the_tape_goes_with_the_gradient() -> None:
    watch = Watch()

    def f(x: Tensor) -> Tensor:
        y = watch(tg.exp(watch(x * x)))
        return tg.sum(watch(y / (y + 1.0)))

    value, gradient = tg.value_and_grad(f)(t([1.0, 2.0]))
    assert len(watch.seen) == 3
    assert watch.alive == 0
    assert value.shape == ()
    assert gradient.shape == (2,)


def test_the_tape_goes_with_the_second_gradient() -> None:
    watch = Watch()
    tg.grad(tg.grad(lambda x: watch(watch(x * x) * x)))(t(2.0))
    assert watch.alive == 0


def test_a_pull_keeps_the_tape_and_frees_it() -> None:
    watch = Watch()
    _, pull = tg.vjp(lambda x: watch(x * x) * x, t(2.0))
    assert watch.alive == 1
    pull(t(1.0))
    assert watch.alive == 1
    del pull
    assert watch.alive == 0


@pytest.mark.parametrize(
    "transform",
    [
        lambda f, x: tg.jvp(f, (x,), (x,)),
        lambda f, x: tg.hessian(f)(x),
        lambda f, x: tg.hvp(f, x, x),
        lambda f, x: tg.grad(tg.checkpoint(f))(x),
        lambda f, x: tg.grad(lambda x: tg.sum(tg.grad(f)(x)))(x),
    ],
    ids=["jvp", "hessian", "hvp", "checkpoint", "grad of grad"],
)
def test_no_transform_leaves_a_cycle(transform: Any) -> None:
    watch = Watch()

    def f(x: Tensor) -> Tensor:
        return tg.sum(watch(watch(x * x) * x))

    transform(f, t([1.0, 2.0]))
    assert watch.seen
    assert watch.alive == 0


def test_an_error_in_the_function_frees_the_tape() -> None:
    watch = Watch()

    def f(x: Tensor) -> Tensor:
        watch(x * x)
        raise RuntimeError("no")

    with contextlib.suppress(RuntimeError):
        tg.grad(f)(t(2.0))
    assert watch.alive == 0


def test_a_typed_function_keeps_nothing_of_its_calls() -> None:
    watch = Watch()

    @tg.typed
    def f(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return watch(x * x)

    for n in (2, 3, 2):
        x = watch(tg.ones(n))
        f(x)
    del x
    assert watch.alive == 0


def test_a_refused_call_of_a_typed_function_keeps_nothing() -> None:
    watch = Watch()

    @tg.typed
    def f(x: Float[Tensor, "n"], y: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x

    def call() -> None:
        with contextlib.suppress(tg.ShapeError):
            f(watch(tg.ones(2)), watch(tg.ones(3)))

    call()
    gc.collect()  # jaxtyping's own error holds its frames in a cycle
    assert watch.alive == 0


def test_a_long_tape_is_freed_without_exhausting_the_stack() -> None:
    watch = Watch()

    def f(x: Tensor) -> Tensor:
        for _ in range(100_000):
            x = x + 1.0
        return watch(x)

    tg.grad(f)(t(0.0))
    assert watch.alive == 0
