"""Python's operators on tensors, and what numbers beside them become."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tests.backends.strict  # noqa: F401  # registers the device
import typedgrad as tg
from typedgrad.core.tensor import Tensor

INTS, FLOATS, BOOLS = [5, 3, 1], [2.5, -0.5, 1.0], [True, False, True]
NUMERIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod]
COMPARING = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
BITWISE = [operator.and_, operator.or_, operator.xor]
SHIFTS = [operator.lshift, operator.rshift]


def name_of(op: Any) -> str:
    return str(op.__name__)


def agree(made: Tensor, wanted: Any) -> bool:
    return np.allclose(tg.to_numpy(made), wanted, rtol=1e-6)


@pytest.mark.parametrize("op", [*NUMERIC, *COMPARING, operator.pow], ids=name_of)
@pytest.mark.parametrize("x", [INTS, FLOATS], ids=["ints", "floats"])
def test_operators_do_what_numpy_does(op: Callable[[Any, Any], Any], x: list[float]) -> None:
    a, b = np.asarray(x), np.asarray([2, 3, 2], dtype=np.asarray(x).dtype)
    assert agree(op(tg.asarray(x), tg.asarray(b)), op(a, b))
    assert agree(op(tg.asarray(x), 2), op(a, 2))
    assert agree(op(2, tg.asarray(b)), op(2, b))


@pytest.mark.parametrize("op", [*BITWISE, *SHIFTS], ids=name_of)
def test_bits_of_integers(op: Callable[[Any, Any], Any]) -> None:
    a = np.asarray(INTS)
    assert agree(op(tg.asarray(INTS), tg.asarray([1, 2, 3])), op(a, np.asarray([1, 2, 3])))
    assert agree(op(tg.asarray(INTS), 2), op(a, 2))
    assert agree(op(2, tg.asarray(INTS)), op(2, a))


@pytest.mark.parametrize("op", BITWISE, ids=name_of)
def test_operators_of_bools_are_logic(op: Callable[[Any, Any], Any]) -> None:
    assert op(tg.asarray(BOOLS), tg.asarray([True, True, False])).tolist() == list(map(op, BOOLS, [True, True, False]))
    assert op(tg.asarray(BOOLS), True).dtype.name == "bool"


def test_operators_of_one_tensor() -> None:
    x = tg.asarray(FLOATS)
    assert (-x).tolist() == [-2.5, 0.5, -1.0]
    assert (+x).tolist() == FLOATS
    assert abs(x).tolist() == [2.5, 0.5, 1.0]
    assert (~tg.asarray(BOOLS)).tolist() == [False, True, False]
    assert (~tg.asarray(INTS)).tolist() == [-6, -4, -2]


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, 0.5, 2.0, 2.5, -1, -2])
def test_powers_by_a_number_are_powers_by_a_tensor(exponent: float) -> None:
    x = tg.asarray([0.5, 1.0, 4.0], dtype="float64")
    assert agree(x**exponent, tg.to_numpy(tg.pow(x, tg.asarray(exponent, dtype="float64"))))
    assert agree(tg.grad(lambda x: tg.sum(x**exponent))(x), exponent * tg.to_numpy(x) ** (exponent - 1.0))


def test_dtypes_of_powers() -> None:
    x = tg.asarray([1, 2])
    assert (x**2).dtype.name == "int64"
    assert (x**2.0).dtype.name == (x**0.5).dtype.name == "float32"
    assert (tg.astype(x, "float64") ** 2).dtype.name == "float64"
    assert (2.5**x).dtype.name == "float32"
    with pytest.raises(ValueError, match="power: integers have no negative powers"):
        x**-1
    assert (x**-1.0).tolist() == [1.0, 0.5]


def test_numbers_take_the_dtype_of_the_tensor() -> None:
    assert tg.maximum(tg.asarray([1, 2]), 1.5).dtype.name == "float32"
    assert tg.where(tg.asarray([True]), tg.asarray([1.0], dtype="float64"), 0).dtype.name == "float64"
    assert tg.where(tg.asarray([True]), 1, tg.asarray([2])).tolist() == [1]
    assert (tg.asarray([1]) == 1.5).tolist() == [False]
    assert (tg.asarray([1], dtype="int32") < tg.asarray([1.5])).tolist() == [True]


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda i, f, b: tg.less(i, tg.asarray(1j)), "less: `x2` must be Real, not complex64"),
        (lambda i, f, b: tg.logical_and(b, i), "logical_and: `x2` must be Bool, not int64"),
        (lambda i, f, b: tg.logical_and(b, 1), "logical_and: `x2` must be Bool, not 1"),  # type: ignore[arg-type]  # so it is
        (lambda i, f, b: tg.hypot(f, i), "hypot: `x2` must be Float, not int64"),
        (lambda i, f, b: tg.exp(i), "exp: `x` must be Inexact, not int64"),
        (lambda i, f, b: tg.relu(i), "relu: `x` must be Float, not int64"),
        (lambda i, f, b: tg.where(f, f, f), "where: `condition` must be Bool, not float32"),
        (lambda i, f, b: i << 1.5, "bitwise_left_shift: `x2` must be Integer, not 1.5"),
        (lambda i, f, b: f & i, "bitwise_and: `x1` and `x2` must be Integer or Bool, not float32"),
        (lambda i, f, b: ~f, "bitwise_invert: `x` must be Integer or Bool, not float32"),
        (lambda i, f, b: tg.imag(f), "imag: `x` must be Complex, not float32"),
    ],
)
def test_elements_of_a_refused_kind(call: Callable[..., object], complaint: str) -> None:
    with pytest.raises(tg.DTypeError) as caught:
        call(tg.asarray(INTS), tg.asarray(FLOATS), tg.asarray(BOOLS))
    assert str(caught.value).splitlines()[0] == complaint


def test_what_is_no_tensor() -> None:
    with pytest.raises(TypeError, match="exp: `x` must be a Tensor, not float; convert it"):
        tg.exp(1.0)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="maximum: at least one argument must be a Tensor"):
        tg.maximum(1.0, 2.0)
    with pytest.raises(TypeError, match=r"elu: `alpha` must be int \| float, not 'x'"):
        tg.elu(tg.ones(2), alpha="x")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match=r"gelu: `approximate` must be .*'tanh'"):
        tg.gelu(tg.ones(2), approximate="erf")  # type: ignore[arg-type]  # that is the point


def test_comparisons_end_the_tape() -> None:
    x = tg.asarray([1.0, -1.0])
    assert tg.grad(lambda x: tg.sum(tg.astype(x > 0, "float32") * x))(x).tolist() == [1.0, 0.0]
    assert tg.grad(lambda x: tg.sum(tg.round(x) + tg.floor(x) + tg.sign(x)))(x).tolist() == [0.0, 0.0]


STANDARD = """
abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert bitwise_or
bitwise_right_shift bitwise_xor ceil clip conj copysign cos cosh divide equal exp expm1 floor floor_divide greater
greater_equal hypot imag isfinite isinf isnan less less_equal log log1p log2 log10 logaddexp logical_and logical_not
logical_or logical_xor maximum minimum multiply negative nextafter not_equal positive pow real reciprocal remainder
round sign signbit sin sinh square sqrt subtract tan tanh trunc where
"""


@pytest.mark.parametrize("name", STANDARD.split())
def test_every_elementwise_function_of_the_standard_is_there(name: str) -> None:
    assert callable(getattr(tg, name))


COMPOSITES: list[Callable[[Tensor], Tensor]] = [
    tg.selu,
    tg.mish,
    tg.hard_tanh,
    tg.hard_sigmoid,
    lambda x: tg.clip(x, -1, tg.asarray([0.1, 0.2, 0.3], device=x.device)),
    lambda x: x**2 + x**3.0 - 2**x,
    lambda x: tg.where(x > 0, 0, x),
]


@pytest.mark.parametrize("f", COMPOSITES)
def test_composites_need_nothing_but_the_standard(f: Callable[[Tensor], Tensor]) -> None:
    values = [-1.5, 0.25, 3.0]
    here, there = (tg.asarray(values, device=device) for device in ("cpu", "strict"))
    for of in (f, tg.grad(lambda x: tg.sum(f(x) ** 2))):
        made = of(there)
        assert made.device == "strict"
        assert agree(of(here), tg.to_numpy(made))
