"""`typed` on all sorts of functions: what the body sees, what passes through, and what messages say."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import subprocess
import sys
import textwrap
import traceback
from abc import ABC
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
import pytest
from jaxtyping import Float, Int, Shaped, jaxtyped
from jaxtyping import TypeCheckError as JaxtypingError

import typedgrad as tg
from typedgrad import ShapeError, Tensor
from typedgrad.core.judge import Judge

F = TypeVar("F", bound=Callable[..., Any])


@pytest.fixture
def full_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the functions that went through the full check."""
    seen: list[str] = []
    original = Judge.full

    def counted(self: Judge, *args: Any, **kwargs: Any) -> Any:
        seen.append(self.function.__name__)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(Judge, "full", counted)
    return seen


def is_a(value: object, annotation: Any) -> bool:
    """`isinstance`, which type checkers do not allow with annotations."""
    return isinstance(value, annotation)


def refusal(call: Callable[[], object], kind: type[TypeError] = ShapeError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def test_a_refusal_has_our_words_and_jaxtyping_s_error_as_its_cause() -> None:
    @tg.typed
    def f(x: Float[Tensor, "m k"], y: Float[Tensor, "k n"]) -> None:
        return None

    with pytest.raises(ShapeError) as caught:
        f(tg.ones((2, 3)), tg.ones((4, 5)))
    assert str(caught.value).splitlines()[:5] == [
        "f: `k` is 3 in `x` but 4 in `y`",
        "",
        "    x  [m=2 k=3]",
        "            ^^^",
        "    y  [k=4 n=5]",
    ]
    assert isinstance(caught.value.__cause__, JaxtypingError)


def test_a_known_signature_is_not_checked_again(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], k: int) -> Float[Tensor, "n"]:
        return x * k

    for n in (2, 3, 2, 3):
        for k in (1, 2):
            f(tg.ones(n), k)
    assert len(full_checks) == 2
    f(tg.ones(2, dtype="float64"), 1)
    assert len(full_checks) == 3
    refusal(lambda: f(tg.ones(2), 1.0), TypeError)  # type: ignore[arg-type]  # refused
    refusal(lambda: f(tg.ones(2), 1.0), TypeError)  # type: ignore[arg-type]  # refused
    assert len(full_checks) == 5


def test_a_known_call_whose_result_is_another_is_judged_again(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], results: list) -> Float[Tensor, "n"]:  # type: ignore[type-arg]  # bare on purpose
        return results[0]

    x = tg.ones(3)
    f(x, [x])
    f(x, [tg.zeros(3)])
    assert len(full_checks) == 1
    assert "the result must have n=3 on axis 0 (n), not 2" in refusal(lambda: f(x, [tg.ones(2)]))
    assert "the result must be Float, not int64" in refusal(lambda: f(x, [tg.asarray([1, 2, 3])]))
    refusal(lambda: f(x, [None]), TypeError)
    f(x, [tg.ones(3, dtype="float64")])


def test_what_we_read_further_than_jaxtyping_holds_on_known_calls_too() -> None:
    @tg.typed
    def f(x: Float[Tensor, "*#s"], y: Float[Tensor, "*#s"], results: list) -> Float[Tensor, "*#s"]:  # type: ignore[type-arg]  # bare on purpose
        return results[0]

    x, y = tg.ones((2, 1)), tg.ones(3)
    bad = [tg.ones((1, 3))]  # jaxtyping: broadcasts with [2 3]; we: is not [2 3]
    first = refusal(lambda: f(x, y, bad))
    f(x, y, [tg.ones((2, 3))])
    assert refusal(lambda: f(x, y, bad)) == first

    @tg.typed
    def g(x: Shaped[Tensor, "n+1"], y: Shaped[Tensor, "n"], results: list) -> Shaped[Tensor, "n"]:  # type: ignore[type-arg]  # bare on purpose
        return results[0]

    x, y = tg.ones(4), tg.ones(3)
    first = refusal(lambda: g(x, y, [tg.ones(4)]))
    g(x, y, [tg.ones(3)])
    g(x, y, [tg.ones(3, dtype="float64")])
    assert refusal(lambda: g(x, y, [tg.ones(4)])) == first
    assert "`n` is 2 in `x` but 3 in `y`" in refusal(lambda: g(y, y, [y]))


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


def test_defaults_keywords_and_the_order_of_keywords(full_checks: list[str]) -> None:
    @tg.typed
    def f(
        x: Float[Tensor, "n"], /, y: Float[Tensor, "n"] | None = None, *, scale: float = 2.0, name: str = "f"
    ) -> tuple[bool, float, str]:
        return y is None, scale, name

    x = tg.ones(2)
    assert f(x) == (True, 2.0, "f")
    assert f(x, x) == f(x, y=x) == (False, 2.0, "f")
    assert f(x, scale=3.0, name="g") == f(x, name="g", scale=3.0) == (True, 3.0, "g")
    with pytest.raises(TypeError, match="positional-only"):
        f(x=x)  # type: ignore[call-arg]  # refused
    refusal(lambda: f(x, tg.ones(3)))
    assert "`scale` must be float, not 3 (int)" in refusal(lambda: f(x, scale=3), TypeError)
    # A tuple of plain values is judged in full every time.
    assert full_checks


def test_a_default_that_does_not_fit_its_annotation_is_accepted_only_where_it_is_not_written() -> None:
    def f(x: Float[Tensor, "n"], k: int = None) -> None:  # type: ignore[assignment]  # noqa: RUF013  # on purpose
        return None

    from beartype import beartype

    for judged in (tg.typed(f), jaxtyped(typechecker=beartype)(f)):
        for _ in range(2):
            judged(tg.ones(2))
            judged(tg.ones(2), 1)
            with pytest.raises(TypeError):
                judged(tg.ones(2), None)  # type: ignore[arg-type]  # refused


def test_star_arguments() -> None:
    @tg.typed
    def f(*xs: Float[Tensor, "n"], **named: Int[Tensor, "n"]) -> int:
        return len(xs) + len(named)

    for _ in range(2):
        assert f() == 0
        assert f(tg.ones(2), tg.ones(2), k=tg.asarray([1, 2])) == 3
        refusal(lambda: f(tg.ones(2), tg.ones(3)))
        refusal(lambda: f(tg.ones(2), k=tg.asarray([1, 2, 3])))
        refusal(lambda: f(tg.ones(2), k=tg.ones(2)))


def test_parameters_with_the_names_that_the_wrapper_uses() -> None:
    @tg.typed
    def f(key: Float[Tensor, "n"], entry: int, out: int, function: int, get: int, storage: int) -> int:
        return entry + out + function + get + storage

    for _ in range(2):
        assert f(tg.ones(2), 1, 2, 3, 4, 5) == 15


@dataclass(frozen=True)
class Scaled:
    factor: float

    @tg.typed
    def __call__(self, x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x * self.factor

    @classmethod
    @tg.typed
    def made(cls, x: Float[Tensor, "2"]) -> type:
        return cls

    @staticmethod
    @tg.typed
    def twice(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x + x

    @property
    @tg.typed
    def shape(self) -> tuple[int, ...]:
        return ()

    @tg.typed
    def joined(self, other: Scaled) -> float:
        return self.factor * other.factor


def test_methods_of_all_kinds() -> None:
    one, two = Scaled(1.0), Scaled(2.0)
    for _ in range(2):
        assert float(one(tg.ones(2))[0]) == 1.0
        assert float(two(tg.ones(2))[0]) == 2.0
        assert Scaled.made(tg.ones(2)) is Scaled
        assert Scaled.twice(tg.ones(3)).shape == one.twice(tg.ones(3)).shape == (3,)
        assert one.shape == ()
        assert two.joined(two) == 4.0
        assert "__call__: `x` needs 1 axis (n), got 2" in refusal(lambda: one(tg.ones((2, 2))))
        refusal(lambda: Scaled.made(tg.ones(3)))
        refusal(lambda: one.joined(3), TypeError)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (3, "typed: expected a function, not a int"),
        (Scaled, "typed: expected a function, not a type; decorate its methods instead"),
        (staticmethod(len), "typed: expected a function, not a staticmethod; put @typed below @staticmethod"),
        (classmethod(len), "typed: expected a function, not a classmethod; put @typed below @classmethod"),  # type: ignore[arg-type]  # never called
        (len, "typed: expected a function, not a builtin_function_or_method"),
    ],
)
def test_what_is_no_function_is_refused(thing: Any, message: str) -> None:
    with pytest.raises(TypeError, match="^" + re.escape(message) + "$"):
        tg.typed(thing)


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


def test_axes_from_f_strings() -> None:
    size = 4

    def made(k: int) -> Callable[[Tensor], Tensor]:
        @tg.typed
        def f(x: Float[Tensor, f"n {k}"]) -> Float[Tensor, f"{k} n"]:
            return tg.matrix_transpose(x)

        return f

    f = _evaluated(made)(size)
    for _ in range(2):
        assert f(tg.ones((2, 4))).shape == (4, 2)
        assert "`x` must have 4 on axis 1" in refusal(lambda: f(tg.ones((2, 3))))


def _evaluated(make: Callable[[int], Callable[[Tensor], Tensor]]) -> Callable[[int], Callable[[Tensor], Tensor]]:
    """The factory as it would be in a module that does not postpone annotations."""
    source = textwrap.dedent(inspect.getsource(make))
    scope: dict[str, Any] = {"tg": tg, "Float": Float, "Tensor": Tensor, "Callable": Callable}
    exec(compile(source, "<evaluated>", "exec", dont_inherit=True), scope)
    return scope["made"]  # type: ignore[no-any-return]  # as the annotation says


def test_axes_that_look_at_arguments_are_judged_every_time() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], size: int) -> Float[Tensor, "{size}"]:
        return x[:3]

    for _ in range(2):
        f(tg.ones(5), 3)
        refusal(lambda: f(tg.ones(5), 4))


def test_axes_that_look_at_the_object() -> None:
    class Taking:
        def __init__(self, size: int) -> None:
            self.size = size

        @tg.typed
        def __call__(self, x: Float[Tensor, "{self.size}"]) -> Float[Tensor, "{self.size} 2"]:
            return tg.ones((self.size, 2))

    for _ in range(2):
        assert Taking(3)(tg.ones(3)).shape == (3, 2)
        assert Taking(4)(tg.ones(4)).shape == (4, 2)
        refusal(lambda: Taking(4)(tg.ones(3)))


def test_tree_annotations() -> None:
    pytest.importorskip("jax", reason="jaxtyping's PyTree needs jax")
    from jaxtyping import PyTree

    def f(x: Any) -> None:
        return None

    f.__annotations__["x"] = PyTree[Float[Tensor, "n"]]
    judged = tg.typed(f)
    for _ in range(2):
        judged({"a": tg.ones(2), "b": [tg.ones(2)]})
        refusal(lambda: judged({"a": tg.ones(2), "b": [tg.ones(3)]}))


@runtime_checkable
class HasName(Protocol):
    name: str


class Base(ABC):  # noqa: B024  # only its metaclass matters
    pass


class Derived(Base):
    pass


class Named:
    def __init__(self, *, named: bool) -> None:
        if named:
            self.name = "x"


def test_classes_are_remembered_and_protocols_are_not(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], base: Base, model: tg.nn.Dense) -> None:
        return None

    model = tg.nn.Dense(in_features=2, out_features=2)
    for _ in range(3):
        f(tg.ones(2), Derived(), model)
    assert len(full_checks) == 1
    refusal(lambda: f(tg.ones(2), object(), model), TypeError)  # type: ignore[arg-type]  # refused

    @tg.typed
    def g(x: Float[Tensor, "n"], named: HasName) -> None:
        return None

    for _ in range(2):
        g(tg.ones(2), Named(named=True))
        refusal(lambda: g(tg.ones(2), Named(named=False)), TypeError)


class Sub(Tensor):
    pass


def test_subclasses_of_tensor_are_not_taken_for_one_another() -> None:
    @tg.typed
    def f(x: Float[Sub, "n"], y: Float[Tensor, "n"] | None = None) -> None:
        return None

    sub = Sub(tg.to_numpy(tg.ones(2)))
    for _ in range(2):
        f(sub, sub)
        f(sub, tg.ones(2))
        refusal(lambda: f(tg.ones(2)), TypeError)  # type: ignore[arg-type]  # refused
        refusal(lambda: f(sub, Sub(tg.to_numpy(tg.ones(3)))))


def test_functions_on_numpy_arrays(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[np.ndarray, "n m"], y: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
        return x @ y  # type: ignore[no-any-return]  # numpy's own types are wide

    for _ in range(2):
        assert f(np.ones((2, 3)), np.ones(3)).shape == (2,)
        assert "`m` is 3 in `x` but 4 in `y`" in refusal(lambda: f(np.ones((2, 3)), np.ones(4)))
        refusal(lambda: f(tg.ones((2, 3)), np.ones(3)), TypeError)  # type: ignore[arg-type]  # refused
    assert len(full_checks) == 1 + 4


def test_unions_of_results_are_remembered(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"] | Int[Tensor, "n m"], *, drop: bool) -> Float[Tensor, "n"] | Int[Tensor, "m"] | None:
        return None if drop else x if x.ndim == 1 else x[0]

    for _ in range(3):
        f(tg.ones(2), drop=False)
        f(tg.zeros((2, 3), dtype="int64"), drop=False)
    assert len(full_checks) == 2
    for _ in range(2):
        assert f(tg.ones(2), drop=True) is None
        refusal(lambda: f(tg.zeros((2, 3)), drop=False))


def test_tuples_of_results(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], results: list) -> tuple[Float[Tensor, "n"], Float[Tensor, "n n"] | None, int]:  # type: ignore[type-arg]  # bare on purpose
        return results[0]

    x, square = tg.ones(2), tg.ones((2, 2))
    for _ in range(2):
        f(x, [(x, square, 1)])
        f(x, [(x, None, 1)])
        for bad in ((x, square), (x, square, 1, 2), (x, x, 1), (x, square, 1.0), [x, square, 1], None, x):
            refusal(lambda bad=bad: f(x, [bad]), TypeError)  # type: ignore[misc]  # a default in a lambda


def test_a_malformed_shape_string_says_where_it_is_wrong() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n m+"]) -> None:
        return None

    for _ in range(2):
        with pytest.raises(ValueError, match=re.escape('f: `x`: "n m+" is not a shape: ')) as caught:
            f(tg.ones((2, 3)))
        assert str(caught.value).splitlines()[-2:] == ["    n m+", "        ^"]

    @tg.typed
    def g(x: Float[Tensor, "n"]) -> Float[Tensor, "*a *b"]:
        return x

    with pytest.raises(ValueError, match=re.escape('g: the result: "*a *b" is not a shape: ')):
        g(tg.ones(2))


def test_a_name_that_cannot_be_resolved_says_whose_it_is() -> None:
    @tg.typed
    def f(x: Float[Nothing, "n"]) -> None:  # type: ignore[name-defined]  # on purpose
        return None

    with pytest.raises(
        NameError, match="f: the annotation of `x` mentions `Nothing`, which is not defined at run time"
    ):
        f(tg.ones(2))

    @tg.typed
    def g(x: Float[Tensor, "n"], y: Nothing) -> Nothing | None:  # type: ignore[name-defined]  # on purpose
        return y

    for _ in range(2):
        assert g(tg.ones(2), 3) == 3
        refusal(lambda: g(tg.ones((2, 2)), 3))


def test_annotations_may_use_names_that_are_local() -> None:
    class Local:
        pass

    @tg.typed
    def f(x: Float[Tensor, "n"], local: Local) -> Local:
        return local

    for _ in range(2):
        f(tg.ones(2), Local())
        refusal(lambda: f(tg.ones((2, 2)), Local()))


def test_types_that_no_checker_knows_are_left_alone() -> None:
    @tg.typed
    def f(x, y: Any, z: object, *, g: Callable[[int], int], s: Sequence[int] = ()):  # type: ignore[no-untyped-def]  # bare on purpose
        return y

    for _ in range(2):
        assert f(1, "y", None, g=abs) == "y"
        refusal(lambda: f(1, 2, 3, g=3), TypeError)  # type: ignore[arg-type]  # refused


def test_the_decorated_function_is_the_same_to_the_outside() -> None:
    def f(x: Float[Tensor, "n"], k: int = 3) -> Float[Tensor, "n"]:
        """Documented."""
        return x

    judged = tg.typed(f)
    judged(tg.ones(2))
    assert (judged.__name__, judged.__doc__, judged.__module__, judged.__qualname__) == (
        f.__name__,
        f.__doc__,
        f.__module__,
        f.__qualname__,
    )
    assert inspect.signature(judged) == inspect.signature(f)
    assert judged.__wrapped__ is f  # type: ignore[attr-defined]  # functools.wraps sets it


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


@pytest.mark.parametrize(
    ("mode", "verdict"), [("off", "passed"), ("cached", "refused"), ("always", "refused"), (None, "refused")]
)
def test_the_environment_chooses_the_mode(mode: str | None, verdict: str) -> None:
    program = """
        import typedgrad as tg
        from jaxtyping import Float
        from typedgrad import Tensor
        @tg.typed
        def f(x: Float[Tensor, "3"]) -> None: return None
        try:
            f(tg.ones(2))
            print("passed")
        except tg.ShapeError:
            print("refused")
    """
    made = _run(program, mode)
    assert made.stdout.strip() == verdict, made.stderr


def test_an_unknown_mode_is_refused_by_name() -> None:
    made = _run("import typedgrad", "sometimes")
    assert "ValueError: TYPEDGRAD_CHECKS must be one of off, cached, always, not 'sometimes'" in made.stderr


def _run(program: str, mode: str | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "TYPEDGRAD_CHECKS"}
    if mode is not None:
        environment["TYPEDGRAD_CHECKS"] = mode
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
