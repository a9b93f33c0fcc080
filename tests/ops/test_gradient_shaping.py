"""Functions that change nothing but the gradient on its way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import typedgrad as tg
from typedgrad import Tensor, nn

X = tg.asarray([3.0, -0.2, 0.0], dtype="float64")


@pytest.mark.parametrize(
    ("f", "wanted"),
    [
        (lambda x: tg.clip_gradient(x, limit=1.0), [1.0, -0.4, 0.0]),
        (nn.ClipGradient(limit=0.25), [0.25, -0.25, 0.0]),
        (lambda x: tg.penalize_activity(x, l1=1.0, l2=2.0), [6 + 1 + 6, -0.4 - 1 - 0.4, 0.0]),
        (nn.ActivityPenalty(l1=1.0), [7.0, -1.4, 0.0]),
    ],
)
def test_what_comes_out_is_what_went_in_and_the_gradient_is_another(
    f: Callable[[Tensor], Tensor], wanted: list[float]
) -> None:
    assert f(X).tolist() == X.tolist()
    found = tg.grad(lambda x: tg.sum(tg.square(f(x))))(X).tolist()
    assert found == pytest.approx(wanted)


def test_a_penalty_has_the_gradient_of_the_term_it_stands_for() -> None:
    def with_term(x: Tensor) -> Tensor:
        return tg.sum(tg.square(x)) + tg.optim.penalty(x, l1=0.3, l2=0.7)

    def within(x: Tensor) -> Tensor:
        return tg.sum(tg.square(tg.penalize_activity(x, l1=0.3, l2=0.7)))

    assert tg.grad(within)(X).tolist() == pytest.approx(tg.grad(with_term)(X).tolist())


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: tg.clip_gradient(X, limit=0), "clip_gradient: `limit` must be positive, got 0"),
        (lambda: nn.ClipGradient(limit=float("nan")), "ClipGradient: `limit` must be positive, got nan"),
        (lambda: tg.penalize_activity(X, l1=-1), "penalize_activity: `l1` and `l2` must not be negative, got -1 and 0"),
        (lambda: nn.ActivityPenalty(l2=-1.0), "ActivityPenalty: `l1` and `l2` must not be negative, got 0.0 and -1.0"),
    ],
)
def test_options_that_make_no_sense(call: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        call()
