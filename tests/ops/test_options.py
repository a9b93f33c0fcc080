"""Options of ops that are no sensible numbers are refused by name, with kernels and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import typedgrad as tg

X = tg.ones((2, 3))
P = tg.full((2, 3), 1 / 3)
LABELS = tg.zeros(2, dtype=tg.int64)
Q = tg.ones((2, 4, 8))
NAN = float("nan")

CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "layer_norm": (
        lambda: tg.layer_norm(X, epsilon=-1.0),
        "layer_norm: `epsilon` must be at least 0 and finite, got -1.0",
    ),
    "batch_norm": (
        lambda: tg.batch_norm(X, epsilon=NAN),
        "batch_norm: `epsilon` must be at least 0 and finite, got nan",
    ),
    "scale": (lambda: tg.scaled_dot_product_attention(Q, Q, Q, scale=NAN), "`scale` must be a finite number, got nan"),
    "drop": (lambda: tg.scaled_dot_product_attention(Q, Q, Q, drop=1.5), "`drop` must be at least 0 and less than 1"),
    "eps": (lambda: tg.categorical_cross_entropy(P, P, eps=NAN), "`eps` must be at least 0 and less than 1, got nan"),
    "labels": (lambda: tg.sparse_categorical_cross_entropy(P, LABELS, eps=-1.0), "`eps` must be at least 0"),
    "binary": (lambda: tg.binary_cross_entropy(P, P, eps=0.5), "`eps` must be at least 0 and less than 0.5, got 0.5"),
    "focal": (lambda: tg.binary_focal(P, P, eps=NAN), "`eps` must be at least 0 and less than 0.5, got nan"),
    "beta": (
        lambda: tg.f_measure_loss(P, P, beta=-1.0),
        "f_measure_loss: `beta` must be positive and finite, got -1.0",
    ),
    "p": (lambda: tg.triplet(X, X, X, p=0), "triplet: `p` must be positive, got 0"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_number_that_makes_no_sense_is_refused(name: str) -> None:
    call, message = CASES[name]
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)


def test_a_key_is_not_made_of_a_number() -> None:
    with pytest.raises(TypeError, match=r"Key: make keys with tg.random.key\(seed\), not of 0"):
        tg.random.Key(0)  # type: ignore[arg-type]  # what is refused
