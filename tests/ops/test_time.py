"""Sequences turned round, repeated, and their last steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

LENGTHS = np.array([4, 1, 3])


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


@pytest.mark.parametrize("rest", [(), (2,), (2, 3)])
@pytest.mark.parametrize("by", ["nothing", "mask", "lengths"])
def test_steps_are_turned_round_within_their_sequence(by: str, rest: tuple[int, ...]) -> None:
    x = normal(3, 4, *rest)
    lengths = np.array([4, 4, 4]) if by == "nothing" else LENGTHS
    wanted = x.numpy().copy()
    for row, n in zip(wanted, lengths, strict=True):
        row[:n] = row[:n][::-1].copy()
    options: dict[str, Any] = {
        "nothing": {},
        "mask": {"mask": tg.asarray(np.arange(4) < LENGTHS[:, None])},
        "lengths": {"lengths": tg.asarray(LENGTHS)},
    }[by]
    assert np.array_equal(tg.reverse_time(x, **options).numpy(), wanted)
    assert np.array_equal(nn.ReverseTime()(x, **options).numpy(), wanted)
    assert np.array_equal(tg.reverse_time(tg.reverse_time(x, **options), **options).numpy(), x.numpy())
    assert_gradients(lambda x: tg.reverse_time(x, **options), x)
    last = x.numpy()[np.arange(3), lengths - 1]
    assert np.array_equal(tg.last_step(x, **options).numpy(), last)
    assert_gradients(lambda x: tg.last_step(x, **options), x)


def test_a_step_is_repeated() -> None:
    x = normal(2, 3)
    assert np.array_equal(tg.repeat_time(x, 4).numpy(), np.repeat(x.numpy()[:, None], 4, axis=1))
    assert np.array_equal(nn.RepeatTime(times=4)(x).numpy(), tg.repeat_time(x, 4).numpy())
    assert nn.RepeatTime()(x, normal(2, 5, 7)).shape == (2, 5, 3)
    assert_gradients(lambda x: tg.repeat_time(x, 4), x)
    assert str(tg.eval_shape(nn.RepeatTime(), "n 3", "n t 7").shape) == "(n, t, 3)"


def test_what_makes_no_sense_is_refused() -> None:
    x = normal(2, 3)
    for f in (tg.reverse_time, tg.last_step):
        name = f.__name__
        with pytest.raises(ValueError, match=rf"{name}: `x` is an empty sequence, its shape is \(2, 0\)"):
            f(x[:, :0])
        with pytest.raises(ValueError, match=f"{name}: give `mask` or `lengths`, not both"):
            f(x, mask=tg.ones((2, 3), dtype="bool"), lengths=tg.asarray([1, 2]))
        with pytest.raises(tg.ShapeError, match="`time` is 3 in `x` but 2 in `mask`"):
            f(x, mask=tg.ones((2, 2), dtype="bool"))
        with pytest.raises(ValueError, match=f"{name}: a length is 4, but must be from 1 to 3"):
            f(x, lengths=tg.asarray([1, 4]))
    with pytest.raises(ValueError, match=r"for sequence 1 it is \[False, True, True\]"):
        tg.reverse_time(x, mask=tg.asarray([[True, False, False], [False, True, True]]))
    with pytest.raises(ValueError, match="repeat_time: `times` must be positive, got 0"):
        tg.repeat_time(x, 0)
    with pytest.raises(ValueError, match="RepeatTime: `times` must be a positive int, got 0"):
        nn.RepeatTime(times=0)
    for inputs, times in (((x,), None), ((x, x), 3)):
        with pytest.raises(ValueError, match="give either `times`, or a second input that is as long"):
            nn.RepeatTime(times=times)(*inputs)
    nothing = tg.zeros((2, 3), dtype="bool")
    assert not tg.last_step(x, mask=nothing).numpy().any()
    assert np.array_equal(tg.reverse_time(x, mask=nothing).numpy(), x.numpy())
