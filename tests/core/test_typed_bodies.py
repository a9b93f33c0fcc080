"""`typed` and the bodies of functions: what they see of the axes, and what passes through untouched."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import numpy as np
import pytest
from jaxtyping import Float, jaxtyped
from jaxtyping import TypeCheckError as JaxtypingError

import typedgrad as tg
from tests.core.judged import is_a, refusal
from typedgrad import ShapeError, Tensor


def test_isinstance_in_the_body_knows_the_axes() -> None:
    seen: list[tuple[bool, bool]] = []

    @tg.typed
    def f(x: Float[Tensor, "n *rest"]) -> None:
        seen.append((is_a(tg.ones(3), Float[Tensor, "n"]), is_a(tg.ones((3, 4)), Float[Tensor, "n *rest"])))

    for _ in range(2):
        for shape in ((3,), (3, 4), (4,)):
            f(tg.ones(shape))
    assert seen == [(True, False), (True, True), (False, False)] * 2


def test_isinstance_in_the_body_binds_new_axes_for_this_call_alone() -> None:
    seen: list[tuple[bool, bool]] = []

    @tg.typed
    def f(x: Float[Tensor, "n"], y: Any, z: Any) -> None:
        seen.append((is_a(y, Float[Tensor, "m"]), is_a(z, Float[Tensor, "m"])))

    x, two, three = tg.ones(5), tg.ones(2), tg.ones(3)
    for _ in range(2):
        f(x, two, two)
        f(x, two, three)
        f(x, three, three)
    assert seen == [(True, True), (True, False), (True, True)] * 2


def test_isinstance_after_a_nested_call_knows_the_outer_axes_again() -> None:
    @tg.typed
    def inner(x: Float[Tensor, "n"]) -> bool:
        return is_a(tg.ones(2), Float[Tensor, "n"])

    @tg.typed
    def outer(x: Float[Tensor, "n"]) -> tuple[bool, bool, bool]:
        before = is_a(tg.ones(3), Float[Tensor, "n"])
        within = inner(tg.ones(2))
        return before, within, is_a(tg.ones(3), Float[Tensor, "n"])

    for _ in range(2):
        assert outer(tg.ones(3)) == (True, True, True)


def test_isinstance_outside_typed_functions_binds_nothing_afterwards() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"]) -> None:
        return None

    for _ in range(2):
        f(tg.ones(3))
        assert is_a(tg.ones(4), Float[Tensor, "n"])
        refusal(lambda: f(tg.ones((3, 3))))
        assert is_a(tg.ones(4), Float[Tensor, "n"])


def test_exceptions_of_the_body_propagate_untouched() -> None:
    class Own(Exception):
        pass

    own = Own("mine")

    @tg.typed
    def f(x: Float[Tensor, "n"], error: Any) -> None:
        if error is not None:
            raise error

    for _ in range(2):
        for error in (own, ValueError("v"), TypeError("t"), AttributeError("a"), KeyboardInterrupt(), StopIteration()):
            with pytest.raises(type(error)) as caught:
                f(tg.ones(2), error)
            assert caught.value is error
            assert error.__cause__ is None
            assert not getattr(error, "__notes__", [])
        f(tg.ones(2), None)


def test_an_attribute_error_of_the_body_does_not_run_it_twice() -> None:
    runs: list[int] = []

    @tg.typed
    def f(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        runs.append(1)
        whatever: Any = x
        return cast("Tensor", whatever.nothing)

    for _ in range(3):
        with pytest.raises(AttributeError, match="nothing"):
            f(tg.ones(2))
    assert len(runs) == 3


def test_a_result_of_another_kind_does_not_run_the_body_twice() -> None:
    runs: list[int] = []

    @tg.typed
    def f(x: Float[Tensor, "n"], out: Any) -> Float[Tensor, "n"]:
        runs.append(1)
        return out  # type: ignore[no-any-return]  # whatever the test wants

    f(tg.ones(2), tg.ones(2))
    for out in (None, 3, tg.ones(3), np.ones(2)):
        refusal(lambda out=out: f(tg.ones(2), out), TypeError)  # type: ignore[misc]  # a default in a lambda
    assert len(runs) == 5


def test_a_refusal_inside_the_body_is_the_inner_function_s() -> None:
    @tg.typed
    def inner(y: Float[Tensor, "3"]) -> None:
        return None

    @tg.typed
    def outer(x: Float[Tensor, "n"]) -> None:
        inner(x)

    for _ in range(2):
        outer(tg.ones(3))
        assert refusal(lambda: outer(tg.ones(2))).startswith("inner: `y` must have 3 on axis 0")


def test_a_plain_jaxtyped_function_inside_raises_its_own_error() -> None:
    from beartype import beartype

    @jaxtyped(typechecker=beartype)
    def inner(y: Float[Tensor, "3"]) -> None:
        return None

    @tg.typed
    def outer(x: Float[Tensor, "n"]) -> None:
        inner(x)

    for _ in range(2):
        outer(tg.ones(3))
        with pytest.raises(JaxtypingError):
            outer(tg.ones(2))


def test_a_typed_function_inside_a_plain_jaxtyped_one() -> None:
    from beartype import beartype

    @tg.typed
    def inner(x: Float[Tensor, "n"]) -> None:
        return None

    @jaxtyped(typechecker=beartype)
    def outer(x: Float[Tensor, "n"], y: Float[Tensor, "m"]) -> Float[Tensor, "n"]:
        inner(y)
        return x

    for _ in range(2):
        outer(tg.ones(2), tg.ones(3))


def test_recursion() -> None:
    @tg.typed
    def total(x: Float[Tensor, "n"], first: int = 0) -> float:
        return 0.0 if first == x.shape[0] else float(x[first]) + total(x, first + 1)

    @tg.typed
    def halved(x: Float[Tensor, "n"]) -> Float[Tensor, "half"]:
        return x if x.shape[0] < 2 else halved(x[: x.shape[0] // 2])

    for _ in range(2):
        assert total(tg.ones(5)) == 5.0
        assert halved(tg.ones(16)).shape == (1,)


def test_generator_functions() -> None:
    @tg.typed
    def rows(x: Float[Tensor, "n m"], seen: list[bool]) -> Iterator[Float[Tensor, "m"]]:
        for i in range(x.shape[0]):
            yield x[i]
            seen.append(is_a(tg.ones(7), Float[Tensor, "m"]))

    for _ in range(2):
        seen: list[bool] = []
        assert len(list(rows(tg.ones((3, 2)), seen))) == 3
        assert len(seen) == 3
        assert refusal(lambda: rows(tg.ones(3), [])).startswith("rows: `x` needs 2 axes (n m), got 1")
    a, b = rows(tg.ones((2, 2)), []), rows(tg.ones((2, 3)), [])
    assert [next(a).shape, next(b).shape, next(a).shape, next(b).shape] == [(2,), (3,), (2,), (3,)]
    assert is_a(tg.ones(4), Float[Tensor, "m"])


def test_coroutine_functions() -> None:
    @tg.typed
    async def f(x: Float[Tensor, "n"], result: Any) -> Float[Tensor, "n"]:
        await asyncio.sleep(0)
        return result  # type: ignore[no-any-return]  # whatever the test wants

    @tg.typed
    async def g(x: Float[Tensor, "n"]) -> None:
        await asyncio.sleep(0)
        raise KeyError("mine")

    async def main() -> None:
        a, b = tg.ones(2), tg.ones(3)
        assert await f(a, a) is a
        made = await asyncio.gather(*(f(x, x) for x in (a, b, a, b)))
        assert [x.shape for x in made] == [(2,), (3,), (2,), (3,)]
        with pytest.raises(ShapeError, match="f: `x` needs 1 axis"):
            await f(tg.ones((2, 2)), a)
        with pytest.raises(ShapeError, match="f: the result must have n=2"):
            await f(a, b)
        with pytest.raises(KeyError, match="mine"):
            await g(a)

    assert inspect.iscoroutinefunction(f)
    asyncio.run(main())
    assert is_a(tg.ones(4), Float[Tensor, "n"])


def test_asynchronous_generator_functions() -> None:
    @tg.typed
    async def rows(x: Float[Tensor, "n m"]) -> AsyncIterator[Float[Tensor, "m"]]:
        for i in range(x.shape[0]):
            await asyncio.sleep(0)
            yield x[i]

    async def main() -> None:
        assert [row.shape async for row in rows(tg.ones((2, 3)))] == [(3,), (3,)]
        with pytest.raises(ShapeError):
            rows(tg.ones(3))

    asyncio.run(main())


def test_a_traceback_points_at_the_body() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"]) -> None:
        raise ValueError("here")

    for _ in range(2):
        with pytest.raises(ValueError, match="here") as caught:
            f(tg.ones(2))
        last = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert last.filename == __file__


def test_abstract_tensors_are_judged_by_their_symbols() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n m"], y: Float[Tensor, "m"]) -> Float[Tensor, "n m"]:
        return x + y

    for _ in range(2):
        assert [str(n) for n in tg.eval_shape(f, "batch 3", "3").shape] == ["batch", "3"]
        refusal(lambda: tg.eval_shape(f, "batch 3", "4"))
        refusal(lambda: tg.eval_shape(f, "batch rows", "columns"))


def test_typed_functions_may_be_differentiated() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"]) -> Float[Tensor, ""]:
        return tg.sum(x * x * x)

    for _ in range(2):
        assert tg.grad(f)(tg.asarray([1.0, 2.0])).tolist() == [3.0, 12.0]
        assert tg.hvp(f, tg.asarray([1.0, 2.0]), tg.asarray([1.0, 1.0])).tolist() == [6.0, 12.0]
