"""`typed`: what is remembered, how arguments are passed, and what messages say."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from jaxtyping import Float, Int, Shaped, jaxtyped
from jaxtyping import TypeCheckError as JaxtypingError

import typedgrad as tg
from tests.core.judged import refusal
from typedgrad import ShapeError, Tensor


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


def test_words_that_are_listed_are_remembered_one_by_one(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], how: Literal["up", "down"] | None = None) -> Float[Tensor, "n"]:
        return x

    for _ in range(2):
        f(tg.ones(2))
        f(tg.ones(2), "up")
        f(tg.ones(2), how="down")
    assert len(full_checks) == 3
    for wrong in ("left", ["up"]):
        refusal(lambda wrong=wrong: f(tg.ones(2), wrong), TypeError)  # type: ignore[misc]  # refused


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
