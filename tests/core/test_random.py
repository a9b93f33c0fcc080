"""Random numbers: the same from the same key, unrelated from others, and distributed as they say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import tests.backends.strict
import typedgrad as tg
from typedgrad.core.random import Key

assert tests.backends.strict.__name__

random = tg.random
KEY = random.key(2024)
N = 20_000


def values(x: tg.Tensor) -> np.ndarray[Any, Any]:
    return tg.to_numpy(x)


DRAWS: dict[str, Callable[..., tg.Tensor]] = {
    "bits": random.bits,
    "uniform": random.uniform,
    "normal": random.normal,
    "truncated_normal": random.truncated_normal,
    "bernoulli": lambda key, shape, **options: random.bernoulli(key, 0.3, shape, **options),
    "randint": lambda key, shape, **options: random.randint(key, shape, low=-3, high=9, **options),
    "permutation": lambda key, shape, **options: random.permutation(key, math.prod(shape), **options),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_key_gives_the_same_numbers_and_another_key_others(name: str) -> None:
    draw = DRAWS[name]
    first = values(draw(KEY, (50,)))
    assert np.array_equal(first, values(draw(random.key(2024), (50,))))
    assert not np.array_equal(first, values(draw(random.key(2025), (50,))))


@pytest.mark.parametrize("name", [name for name in DRAWS if name != "permutation"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0, 2), (2, 3, 5)])
def test_shapes(name: str, shape: tuple[int, ...]) -> None:
    assert DRAWS[name](KEY, shape).shape == shape


@pytest.mark.parametrize("name", DRAWS)
def test_other_backends_draw_the_same(name: str) -> None:
    here, there = DRAWS[name](KEY, (101,)), DRAWS[name](KEY, (101,), device="strict")
    assert there.device == "strict"
    assert there.dtype == here.dtype
    assert np.allclose(values(there), values(here), rtol=1e-6)


def test_numbers_of_a_key_never_change() -> None:
    """Results of old experiments must be repeatable: these are pinned."""
    assert values(random.bits(random.key(0), (4,))).tolist() == [1713891541, 3781805453, 3159862348, 2600524760]
    assert values(random.uniform(random.key(7), (3,))).tolist() == pytest.approx(
        [0.95459712, 0.75015217, 0.11417735], abs=1e-7
    )
    assert [k.words for k in random.split(random.key(7))] == [(3601212787, 1911217778), (3176544954, 2796959595)]


def test_a_longer_draw_begins_like_a_shorter_one() -> None:
    assert np.array_equal(values(random.bits(KEY, (10,))), values(random.bits(KEY, (1000,)))[:10])


def test_uniform_numbers_are_uniform() -> None:
    x = values(random.uniform(KEY, (N,), low=-1.0, high=3.0, dtype="float64"))
    assert x.min() >= -1.0
    assert x.max() < 3.0
    assert stats.kstest(x, stats.uniform(-1, 4).cdf).pvalue > 0.01
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 0.02


def test_normal_numbers_are_normal() -> None:
    x = values(random.normal(KEY, (N,), mean=2.0, std=3.0, dtype="float64"))
    assert stats.kstest(x, stats.norm(2, 3).cdf).pvalue > 0.01
    assert abs(stats.skew(x)) < 0.05
    assert abs(stats.kurtosis(x)) < 0.1
    # Box and Muller's method makes pairs: the halves must be unrelated.
    assert abs(np.corrcoef(x[: N // 2], x[N // 2 :])[0, 1]) < 0.02
    assert abs(np.corrcoef(x[: N // 2] ** 2, x[N // 2 :] ** 2)[0, 1]) < 0.03


def test_truncated_normal_numbers_are_truncated_normal() -> None:
    x = values(random.truncated_normal(KEY, (N,), low=-1.0, high=2.0, dtype="float64"))
    assert x.min() >= -1.0
    assert x.max() <= 2.0
    assert stats.kstest(x, stats.truncnorm(-1, 2).cdf).pvalue > 0.01


def test_bernoulli_draws_have_their_probability() -> None:
    for p in (0.1, 0.5, 0.9):
        assert abs(values(random.bernoulli(KEY, p, (N,))).mean() - p) < 4 * math.sqrt(p * (1 - p) / N)
    assert not values(random.bernoulli(KEY, 0.0, (N,))).any()
    assert values(random.bernoulli(KEY, 1.0, (N,))).all()


def test_integers_are_uniform() -> None:
    x = values(random.randint(KEY, (N,), low=-2, high=5))
    counts = np.bincount(x + 2)
    assert len(counts) == 7
    assert stats.chisquare(counts).pvalue > 0.01
    assert x.dtype == np.int64


def test_wide_ranges_of_integers() -> None:
    x = values(random.randint(KEY, (N,), low=0, high=2**53))
    assert x.min() >= 0
    assert x.max() < 2**53
    assert stats.kstest(x / 2**53, "uniform").pvalue > 0.01
    assert (x % 2).mean() == pytest.approx(0.5, abs=0.02)


def test_permutations_are_permutations_and_all_are_as_likely() -> None:
    assert sorted(values(random.permutation(KEY, 1000)).tolist()) == list(range(1000))
    assert random.permutation(KEY, 0).shape == (0,)
    assert values(random.permutation(KEY, 1)).tolist() == [0]
    orders = [tuple(values(random.permutation(random.fold_in(KEY, i), 3)).tolist()) for i in range(3000)]
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.01


def test_split_keys_are_all_different_and_unrelated() -> None:
    children = random.split(KEY, 1000)
    assert len({*children, KEY}) == 1001
    x = np.array([values(random.uniform(k, (2,), dtype="float64")) for k in children])
    assert stats.kstest(x[:, 0], "uniform").pvalue > 0.01
    assert abs(np.corrcoef(x[:, 0], x[:, 1])[0, 1]) < 0.1
    assert abs(np.corrcoef(x[:-1, 0], x[1:, 0])[0, 1]) < 0.1


def test_streams_for_numbers_for_positions_and_for_names_are_apart() -> None:
    keys = [
        *random.split(KEY, 50),
        *(random.fold_in(KEY, i) for i in range(50)),
        *(random.fold_in(KEY, str(i)) for i in range(50)),
        *(random.fold_in(child, 0) for child in random.split(KEY, 50)),
    ]
    assert len(set(keys)) == 200
    drawn = {tuple(values(random.bits(k, (2,))).tolist()) for k in keys}
    assert len(drawn) == 200
    assert not {k.words for k in keys} & {tuple(pair) for pair in values(random.bits(KEY, (1000, 2))).tolist()}


def test_splitting_into_more_keys_keeps_the_first_ones() -> None:
    assert random.split(KEY, 5)[:2] == random.split(KEY)


def test_dtypes() -> None:
    for dtype in ("float16", "float32", "float64"):
        x = values(random.uniform(KEY, (N,), dtype=dtype))
        assert x.dtype == dtype
        assert x.max() < 1.0
        assert x.min() >= 0.0
        assert x.mean() == pytest.approx(0.5, abs=0.01)
        y = values(random.normal(KEY, (N,), dtype=dtype))
        assert y.dtype == dtype
        assert np.isfinite(y).all()
        assert y.astype("float64").std() == pytest.approx(1.0, abs=0.03)
    assert random.bits(KEY, (2,)).dtype == np.uint32
    assert random.bernoulli(KEY, 0.5, (2,)).dtype == np.bool_


def test_double_precision_uses_more_than_32_bits() -> None:
    x = values(random.uniform(KEY, (1000,), dtype="float64"))
    assert (x * 2.0**32 % 1 != 0).mean() > 0.99


def test_keys_are_immutable_values() -> None:
    assert random.key(3) == random.key(3) != random.key(4)
    assert hash(random.key(3)) == hash(random.key(3))
    assert random.key(2**64 - 1).words == (2**32 - 1, 2**32 - 1)
    assert repr(random.key(2**32 + 7)) == "Key(00000007 00000001)"
    with pytest.raises(AttributeError, match="a Key is immutable"):
        KEY.words = (0, 0)
    with pytest.raises(TypeError, match=re.escape("a Key cannot be unpacked; use tg.random.split(key, n)")):
        _, _ = KEY


anything: Any = random
NO_KEY = "`key` must be a random key, made by tg.random.key(seed), not int"
REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: anything.key(1.0), "TypeError: key: `seed` must be an int, not float"),
    (lambda: random.key(True), "TypeError: key: `seed` must be an int, not bool"),
    (lambda: random.key(-1), "ValueError: key: `seed` must be between 0 and 2**64 - 1, got -1"),
    (lambda: random.key(2**64), "ValueError: key: `seed` must be between 0 and 2**64 - 1, got 184467440737"),
    (lambda: anything.uniform(3, (2,)), f"TypeError: uniform: {NO_KEY}"),
    (lambda: anything.split(3), f"TypeError: split: {NO_KEY}"),
    (lambda: random.split(KEY, -1), "ValueError: split: `n` must not be negative, got -1"),
    (lambda: anything.split(KEY, 2.0), "TypeError: split: `n` must be an int, not float"),
    (lambda: anything.fold_in(3, 1), f"TypeError: fold_in: {NO_KEY}"),
    (lambda: anything.fold_in(KEY, 1.5), "TypeError: fold_in: `data` must be an int or a string, not float"),
    (
        lambda: random.uniform(KEY, 2, low=1.0, high=0.0),
        "ValueError: uniform: `low` must not exceed `high`, got 1.0",
    ),
    (
        lambda: random.uniform(KEY, 2, low=math.nan),
        "ValueError: uniform: `low` must not exceed `high`, got nan",
    ),
    (lambda: random.uniform(KEY, 2, dtype="int64"), "TypeError: uniform: `dtype` must be a float, not int64"),
    (lambda: random.uniform(KEY, -1), "ValueError: uniform: the size of axis 0 must not be negative, got -1"),
    (lambda: random.uniform(KEY, (-1, -1)), "ValueError: uniform: the size of axis 0 must not be negative, got -1"),
    (lambda: anything.normal(KEY, (2.0,)), "TypeError: normal: the size of axis 0 must be an int, not 2.0"),
    (lambda: random.normal(KEY, 2, std=-1.0), "ValueError: normal: `std` must not be negative, got -1.0"),
    (lambda: random.normal(KEY, 2, dtype="bool"), "TypeError: normal: `dtype` must be a float, not bool"),
    (
        lambda: random.truncated_normal(KEY, 2, low=1.0, high=1.0),
        "ValueError: truncated_normal: `low` must be less than `high`, got 1.0 and 1.0",
    ),
    (
        lambda: random.truncated_normal(KEY, 2, low=8.0, high=9.0),
        "ValueError: truncated_normal: [8.0, 9.0] holds too little of the distribution to be drawn from",
    ),
    (lambda: random.truncated_normal(KEY, -1), "ValueError: truncated_normal: the size of axis 0 must not be negative"),
    (lambda: anything.truncated_normal(3, 2), f"TypeError: truncated_normal: {NO_KEY}"),
    (lambda: random.bernoulli(KEY, 1.5), "ValueError: bernoulli: `p` must be a probability, got 1.5"),
    (lambda: random.bernoulli(KEY, math.nan), "ValueError: bernoulli: `p` must be a probability, got nan"),
    (lambda: random.randint(KEY, 2, low=3, high=3), "ValueError: randint: `low` must be less than `high`, got 3 and 3"),
    (lambda: anything.randint(KEY, 2, high=2.5), "TypeError: randint: `high` must be an int, not float"),
    (lambda: random.randint(KEY, 2, high=2**60), "ValueError: randint: high - low must be at most 2**53, got"),
    (lambda: random.permutation(KEY, -1), "ValueError: permutation: `n` must not be negative, got -1"),
    (lambda: anything.permutation(KEY, 2.0), "TypeError: permutation: `n` must be an int, not float"),
    (lambda: random.uniform(KEY, 2, device="moon"), "ValueError: unknown device 'moon'"),
]


@pytest.mark.parametrize(("call", "message"), REFUSALS, ids=[message for _, message in REFUSALS])
def test_refusals(call: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert f"{type(caught.value).__name__}: {caught.value}".startswith(message)


def test_a_shape_may_be_one_number() -> None:
    assert random.uniform(KEY, 3).shape == (3,)
    assert random.normal(KEY, 3).shape == (3,)
    assert isinstance(KEY, Key)
