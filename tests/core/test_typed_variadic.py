"""Functions of any number of tensors, `*xs`: each is judged, and verdicts are remembered."""

from __future__ import annotations

import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor


@tg.typed
def total(x: Float[Tensor, "*s"], *others: Float[Tensor, "*s"], factor: float = 1.0) -> Float[Tensor, "*s"]:
    for other in others:
        x = x + other
    return x * factor


def test_each_is_judged_by_its_place() -> None:
    x = tg.ones((2, 3))
    assert total(x).tolist() == x.tolist()
    assert (total(x, x, x, factor=2.0) == 6.0).all()
    with pytest.raises(tg.ShapeError, match=r"`\*s` is \[2 3\] in `x` but \[2 4\] in `others\[1\]`"):
        total(x, x, tg.ones((2, 4)))
    with pytest.raises(tg.DTypeError, match=r"`others\[0\]` must be Float, not int64"):
        total(x, tg.ones((2, 3), dtype="int64"))
    with pytest.raises(TypeError, match=r"`others\[0\]` must be a Tensor, not 3.0"):
        total(x, 3.0)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(TypeError, match="unexpected keyword argument 'others'"):
        total(x, others=x)  # type: ignore[call-arg]  # as above


def test_without_values_they_are_judged_as_well() -> None:
    assert str(tg.eval_shape(total, "n 3", "n 3").shape) == "(n, 3)"
    with pytest.raises(tg.ShapeError, match=r"`\*s` is \[n 3\] in `x` but \[n 2\] in `others\[0\]`"):
        tg.eval_shape(total, "n 3", "n 2")


def test_a_verdict_is_remembered_for_so_many_tensors(full_checks: list[str]) -> None:
    x = tg.ones((2, 5))
    for _ in range(3):
        total(x, x)
        total(x, x, x, factor=2.0)
    assert full_checks == ["total", "total"]
