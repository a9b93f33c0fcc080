"""Short spellings for the tests of this folder."""

from __future__ import annotations

from typing import Any

import numpy as np

import typedgrad as tg
from typedgrad import Tensor


def t(value: object, dtype: str = "float64") -> Tensor:
    """A tensor, float64 unless told otherwise."""
    return tg.asarray(value, dtype=dtype)


def same(made: Tensor, wanted: Any, *, rtol: float = 1e-12) -> bool:
    """Whether a tensor has these values and their shape."""
    return made.shape == np.shape(wanted) and np.allclose(tg.to_numpy(made), wanted, rtol=rtol, atol=1e-14)
