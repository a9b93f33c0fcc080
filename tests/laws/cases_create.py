"""What the laws must be told of ops that make tensors, and of triangles."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics
from typedgrad.testing.laws import Case

Array = np.ndarray[Any, Any]


def _dtype(shapes: Shapes, rng: Random) -> Statics:
    return {"dtype": rng.choice([None, "float32", "int64"])}


def _filled(shapes: Shapes, rng: Random) -> Statics:
    return {"fill_value": rng.choice([0, 1]), **_dtype(shapes, rng)}


def _one_hot(labels: Array, *, classes: int) -> Array:
    return np.eye(classes, dtype="float32")[labels]


CASES = {
    "zeros_like": Case(np.zeros_like, statics=_dtype),
    "ones_like": Case(np.ones_like, statics=_dtype),
    "full_like": Case(lambda x, fill_value, dtype: np.full_like(x, fill_value, dtype=dtype), statics=_filled),
    "empty_like": Case(
        np.empty_like,
        statics=_dtype,
        skip={"reference": "the elements may be anything", "agreement": "the elements may be anything"},
    ),
    "one_hot": Case(_one_hot, statics=lambda shapes, rng: {"classes": rng.randint(3, 5)}, domain=(0, 2)),
    "tril": Case(np.tril, statics=lambda shapes, rng: {"k": rng.randint(-2, 2)}),
    "triu": Case(np.triu, statics=lambda shapes, rng: {"k": rng.randint(-2, 2)}),
}
