"""`assert_shape` when it runs: which names mean something where."""

from __future__ import annotations

import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad import ShapeError, Tensor


@tg.typed
def claims(x: Float[Tensor, "b t"], axes: str) -> Tensor:
    return tg.assert_shape(x.mT, axes)


@tg.typed
def outer(x: Float[Tensor, "t b"], axes: str) -> Tensor:
    return claims(x, axes)


@pytest.mark.parametrize("call", [claims, outer])
def test_names_are_those_of_the_innermost_call_however_often_it_is_made(call: object) -> None:
    assert callable(call)
    for _ in range(3):
        assert call(tg.ones((2, 3)), "t b").shape == (3, 2)
        with pytest.raises(ShapeError, match="must have b=2 on axis 0"):
            call(tg.ones((2, 3)), "b t")


def test_what_one_assertion_has_met_binds_the_next_of_the_same_call() -> None:
    @tg.typed
    def twice(x: Float[Tensor, "..."], y: Float[Tensor, "..."]) -> None:
        tg.assert_shape(x, "*batch n")
        tg.assert_shape(y, "*batch m n")

    for _ in range(2):
        twice(tg.ones((2, 3, 4)), tg.ones((2, 3, 7, 4)))
        with pytest.raises(ShapeError, match="must have n=4 on axis 3"):
            twice(tg.ones((2, 3, 4)), tg.ones((2, 3, 7, 5)))
        with pytest.raises(ShapeError, match=r"must have \*batch=\[2 3\]"):
            twice(tg.ones((2, 3, 4)), tg.ones((2, 7, 4)))


def test_outside_of_calls_names_are_those_of_the_string() -> None:
    x = tg.ones((2, 3))
    assert tg.assert_shape(x, "a b") is x
    assert tg.assert_shape(x.mT, "a b").shape == (3, 2)
    with pytest.raises(ShapeError, match="must have a=2 on axis 1"):
        tg.assert_shape(x, "a a")


class Inner(tg.nn.Layer):
    h: int
    k: int

    def __call__(self, x: Float[Tensor, "b t h*k"]) -> Float[Tensor, "b t h*k"]:
        return tg.flatten(tg.assert_shape(tg.reshape(x, (*x.shape[:2], self.h, self.k)), "b t h k"), start=2)


class Outer(tg.nn.Layer):
    inner: Inner

    def __call__(self, x: Float[Tensor, "b s d"], y: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return tg.assert_shape(self.inner(x)[:, :1] + self.inner(y), "b t d")


def test_a_layer_whose_strings_jaxtyping_cannot_read_has_names_of_its_own() -> None:
    model = Outer(inner=Inner(h=2, k=3))
    for _ in range(2):
        assert model(tg.ones((2, 4, 6)), tg.ones((2, 5, 6))).shape == (2, 5, 6)


def test_axes_that_may_be_stretched_are_not_looked_at() -> None:
    assert tg.assert_shape(tg.ones((1, 3)), "#n n").shape == (1, 3)


def test_sizes_may_be_symbols() -> None:
    out = tg.eval_shape(lambda x: tg.assert_shape(x, "b t"), tg.ones((2, 3)))
    assert out.shape == (2, 3)
