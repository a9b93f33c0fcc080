"""The laws bite: each finds the ops that break it, and says how to see it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from jaxtyping import Float, Num

import tests.backends.strict
import typedgrad as tg
from typedgrad.backends import namespace
from typedgrad.core.primitive import dtype, elementwise, jvp, linear, nondifferentiable, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Dim
from typedgrad.testing import Case, LawBroken, check_op

assert tests.backends.strict.__name__

_FLOATS = {"float32": "one dtype will do here"}


def broken(op: Callable[..., Any], case: Case, law: str, message: str, **options: Any) -> None:
    with pytest.raises(LawBroken, match=re.escape(f'{op.__name__} breaks the law "{law}"')) as caught:
        check_op(op, case, laws=[law], **options)
    assert message in str(caught.value)


def test_a_sound_op_keeps_every_law() -> None:
    check_op(tg.multiply, Case(np.multiply), devices=["strict"])


def test_a_wrong_value_is_found_and_shown_with_its_arguments() -> None:
    with pytest.raises(LawBroken) as caught:
        check_op(tg.add, Case(np.subtract))
    assert "the result is off by" in str(caught.value)
    assert "draw float64 0:" in str(caught.value)
    assert "x1: float64[" in str(caught.value)


def test_the_same_arguments_are_drawn_every_time_and_others_for_another_seed() -> None:
    def message(**options: Any) -> str:
        with pytest.raises(LawBroken) as caught:
            check_op(tg.add, Case(np.subtract), **options)
        return str(caught.value)

    assert message() == message()
    assert message() != message(seed="another")


def test_a_reference_of_another_shape_is_found() -> None:
    broken(tg.negative, Case(lambda x: (-x)[None]), "reference", "has shape")


def test_a_skipped_law_is_not_checked() -> None:
    check_op(tg.add, Case(np.subtract, skip={"reference": "wrong on purpose here"}))


@primitive
def half(x: Float[Tensor, "n"]) -> Float[Tensor, "m"]:
    return x[: (x.shape[0] + 1) // 2]


@where(half)
def _(n: Dim) -> dict[str, Dim]:
    return {"m": n // 2}


def test_a_shape_rule_that_disagrees_with_the_body_is_found() -> None:
    broken(half, Case(lambda x: x[: (len(x) + 1) // 2]), "shape", "but the signature says")


@nondifferentiable
@primitive
def parity(x: Float[Tensor, "n"]) -> Float[Tensor, "m"]:
    return namespace(x).zeros((x.shape[0] % 2 + 3,), dtype=x.dtype)


@where(parity)
def _(n: Dim) -> dict[str, Dim]:
    return {"m": 3 if not isinstance(n, int) else n % 2 + 3}


def test_a_rule_that_is_no_homomorphism_is_found() -> None:
    broken(parity, Case(lambda x: np.zeros(len(x) % 2 + 3)), "homomorphism", "but inference gives")


@nondifferentiable
@primitive
def opaque(x: Float[Tensor, "n"]) -> Float[Tensor, "n2"]:
    return namespace(x).concat((x, x))


@where(opaque)
def _(n: Dim) -> dict[str, Dim]:
    return {"n2": 2 * len(range(n))}  # type: ignore[arg-type]  # a rule that only understands ints


def test_a_rule_that_knows_nothing_of_symbols_is_found() -> None:
    with pytest.raises(LawBroken, match="no result is known for any symbolic shapes"):
        check_op(opaque, Case(lambda x: np.concatenate((x, x))), laws=["homomorphism"])


@elementwise(lambda g, out, x: 3.0 * g * x)
def misjudged_square(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    return namespace(x).square(x)


def test_a_wrong_gradient_is_found() -> None:
    broken(misjudged_square, Case(np.square), "gradient", "by differences")


@primitive
def scale(x: Float[Tensor, "*s"], y: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
    return x * y


@vjp(scale)
def _(g: Tensor, out: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return g * y, g * x


@jvp(scale)
def _(t: Tensor | None, u: Tensor | None, out: Tensor, x: Tensor, y: Tensor) -> Tensor:
    if t is None or u is None:
        return x * (t if u is None else u)  # type: ignore[operator]  # one of them is there; x is wrong for t
    return t * y + x * u


def test_a_forward_rule_that_is_wrong_for_a_single_argument_is_found() -> None:
    broken(scale, Case(np.multiply), "gradient", "the sum of the tangents of single arguments")


@elementwise(lambda g, out, x: g * np.asarray(2.0))
def twice(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    return x + x


def test_a_gradient_that_is_wider_than_its_argument_is_found() -> None:
    broken(twice, Case(lambda x: x + x), "gradient", "the gradient in float32 claims float32")


@primitive
def cube(x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
    return x * x * x


@vjp(cube)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (3.0 * g * tg.stop_gradient(x) * x,)


def test_a_gradient_that_is_right_but_whose_gradient_is_not_is_found() -> None:
    check_op(cube, Case(lambda x: x**3), laws=["gradient"])
    broken(cube, Case(lambda x: x**3), "second", "by differences")


@primitive
def forgotten(x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
    return x + x


def test_an_op_without_a_gradient_must_say_so() -> None:
    with pytest.raises(AssertionError, match="forgotten has neither a gradient nor the mark @nondifferentiable"):
        check_op(forgotten, Case(lambda x: x + x), laws=["gradient"])


@elementwise(lambda g, out, x: -g)
def on_numpy_alone(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    return np.negative(x) if isinstance(x, np.ndarray) else namespace(x).positive(x)


def test_an_op_that_is_another_on_another_backend_is_found() -> None:
    check_op(on_numpy_alone, Case(np.negative))
    broken(on_numpy_alone, Case(np.negative), "agreement", "the result on strict", devices=["strict"])


@elementwise(lambda g, out, x: g)
def doing_nothing(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    return x


def test_a_result_that_is_its_argument_must_be_called_a_view() -> None:
    broken(doing_nothing, Case(lambda x: x), "purity", "shares memory")
    check_op(doing_nothing, Case(lambda x: x, view=True))


@elementwise(lambda g, out, x: np.multiply(g, 2.0, out=g) if isinstance(g, np.ndarray) else 2.0 * g)
def greedy(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    return 2.0 * x


def test_a_rule_that_writes_to_its_cotangent_is_found() -> None:
    broken(greedy, Case(lambda x: 2.0 * x), "purity", "read-only")


@elementwise(lambda g, out, x: g)
def vandal(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    x += 1.0
    return x


def test_a_body_that_writes_to_its_argument_is_found() -> None:
    broken(vandal, Case(lambda x: x + 1), "purity", "read-only")


@linear
@primitive
def widened(x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
    return namespace(x).astype(x, namespace(x).float64)


@vjp(widened)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (tg.astype(g, x.dtype),)


@dtype(widened)
def _(x: str) -> str:
    return x


def test_a_dtype_rule_that_disagrees_with_the_body_is_found() -> None:
    broken(widened, Case(lambda x: x), "shape", "but the signature says")


def test_an_op_whose_arguments_cannot_be_drawn_says_what_to_give() -> None:
    @nondifferentiable
    @primitive
    def fussy(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x + x

    @where(fussy)
    def _(n: Dim) -> dict[str, Dim]:
        from typedgrad.shapes import same

        same(n, 1000, "n must be a thousand")
        return {}

    with pytest.raises(ValueError, match=r"fussy: nothing that was drawn .* give the Case `shapes`"):
        check_op(fussy, Case(lambda x: x + x))
    check_op(fussy, Case(lambda x: x + x, shapes=lambda rng: {"x": (1000,)}, skip=_FLOATS), laws=["reference"])
