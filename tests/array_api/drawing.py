"""Tensors, shapes and axes as a program for any array library would draw them, and what numpy makes of the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

import typedgrad as tg
from tests.array_api.signatures import DTYPES

XPS: Any = make_strategies_namespace(tg, api_version="2024.12")

INTEGERS = [name for name in DTYPES.split() if "int" in name]
FLOATS = [name for name in DTYPES.split() if name.startswith("float")]
COMPLEX = [name for name in DTYPES.split() if name.startswith("complex")]
REAL, NUMBERS = INTEGERS + FLOATS, INTEGERS + FLOATS + COMPLEX
ALL = ["bool", *NUMBERS]


class Draw:
    """Draws from hypothesis, in few words."""

    def __init__(self, data: st.DataObject) -> None:
        self.one = data.draw

    def among(self, choices: Any) -> Any:
        """One of several."""
        return self.one(st.sampled_from(choices))

    def integer(self, low: int, high: int) -> int:
        """An integer, ends included."""
        return self.one(st.integers(low, high))

    def truth(self) -> bool:
        """True or false."""
        return self.one(st.booleans())

    def shape(self, dims: int = 0, side: int = 0, most: int = 3) -> tuple[int, ...]:
        """A shape with at least so many axes of at least this size."""
        shape: tuple[int, ...] = self.one(XPS.array_shapes(min_dims=dims, max_dims=most, min_side=side, max_side=4))
        return shape

    def tensor(
        self, dtypes: Any, shape: Any = None, low: int | None = None, high: int | None = None, **like: int
    ) -> Any:
        """A tensor of one of the dtypes."""
        bounds = {} if low is None else {"elements": {"min_value": low, "max_value": high}}
        name = dtypes if isinstance(dtypes, str) else self.among(dtypes)
        return self.one(XPS.arrays(name, self.shape(**like) if shape is None else shape, **bounds))

    def axis(self, x: Any) -> int:
        """One of its axes."""
        return self.integer(-x.ndim, x.ndim - 1)

    def axes(self, x: Any) -> Any:
        """None, one axis, or several, or none at all."""
        return self.one(
            st.none() | XPS.valid_tuple_axes(x.ndim) | (st.integers(-x.ndim, x.ndim - 1) if x.ndim else st.none())
        )


def same(made: Any, wanted: Any, tolerance: float = 0.0) -> None:
    """The shape, the dtype and the values are those of the array."""
    wanted = np.asarray(wanted)
    assert isinstance(made, tg.Tensor)
    assert (made.shape, made.dtype) == (wanted.shape, wanted.dtype)
    np.testing.assert_allclose(made.numpy(), wanted, rtol=tolerance, atol=tolerance)


def summed(dtype: Any) -> str:
    """The dtype of sums and products."""
    return {"i": "int64", "u": "uint64"}.get(str(dtype.kind), str(dtype.name))
