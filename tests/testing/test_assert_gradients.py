from __future__ import annotations

import pytest

import typedgrad as tg
from typedgrad.testing import GradientError, assert_gradients


def test_a_right_gradient_passes_and_every_float_leaf_is_reported() -> None:
    tree = {"w": tg.asarray([[1.0, 2.0]]), "rest": (tg.asarray(3.0), tg.asarray([1, 2]))}
    report = assert_gradients(lambda p, x: p["w"] * x * p["rest"][0], tree, tg.asarray([4.0, 5.0]))
    assert list(report) == ["0.w", "0.rest.0", "1"]
    assert max(report.values()) < 1e-9


def test_a_wrong_gradient_is_reported_by_the_path_of_its_leaf() -> None:
    def f(p: dict[str, tg.Tensor]) -> tg.Tensor:
        return p["a"] * p["b"] * tg.stop_gradient(p["b"])

    with pytest.raises(GradientError, match=r"wrong at 1 of 2 leaves\n +0\.b: .* by differences") as caught:
        assert_gradients(f, {"a": tg.asarray([1.0, 2.0]), "b": tg.asarray([3.0, 4.0])})
    assert caught.value.errors["0.a"] < 1e-9 < caught.value.errors["0.b"]


def test_the_function_may_return_any_tree() -> None:
    assert assert_gradients(lambda x: {"y": x * x, "n": tg.asarray(1), "z": [x]}, tg.asarray([1.0]))["0"] < 1e-9


@pytest.mark.parametrize(("argument", "what"), [(tg.asarray([1, 2]), "arguments"), (tg.asarray([1.0, 2.0]), "result")])
def test_without_floats_there_is_nothing_to_check(argument: tg.Tensor, what: str) -> None:
    with pytest.raises(ValueError, match=f"no floats in the {what}"):
        assert_gradients(lambda x: tg.astype(x, "int64"), argument)
