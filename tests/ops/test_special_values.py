"""The special cases that the Array API standard demands: NaN, infinities, signed zeros."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import tests.backends.strict  # noqa: F401  # registers the device
import typedgrad as tg

INF, NAN, PI = math.inf, math.nan, math.pi

UNARY: dict[str, list[tuple[float, float]]] = {
    "abs": [(-0.0, 0.0), (-INF, INF), (NAN, NAN)],
    "acos": [(1.0, 0.0), (NAN, NAN)],
    "acosh": [(1.0, 0.0), (INF, INF)],
    "asin": [(0.0, 0.0), (-0.0, -0.0)],
    "asinh": [(-0.0, -0.0), (INF, INF), (-INF, -INF)],
    "atan": [(-0.0, -0.0), (INF, PI / 2), (-INF, -PI / 2)],
    "atanh": [(-0.0, -0.0), (NAN, NAN)],
    "ceil": [(-0.5, -0.0), (-0.0, -0.0), (INF, INF), (NAN, NAN)],
    "cos": [(-0.0, 1.0), (NAN, NAN)],
    "cosh": [(-INF, INF), (-0.0, 1.0)],
    "exp": [(-INF, 0.0), (INF, INF), (-0.0, 1.0)],
    "expm1": [(-0.0, -0.0), (-INF, -1.0), (INF, INF)],
    "floor": [(-0.0, -0.0), (-INF, -INF), (0.5, 0.0)],
    "log": [(1.0, 0.0), (INF, INF), (NAN, NAN)],
    "log1p": [(-0.0, -0.0), (INF, INF)],
    "log2": [(1.0, 0.0), (INF, INF)],
    "log10": [(1.0, 0.0), (INF, INF)],
    "negative": [(0.0, -0.0), (INF, -INF)],
    "reciprocal": [(INF, 0.0), (-INF, -0.0)],
    "round": [(0.5, 0.0), (-0.5, -0.0), (1.5, 2.0), (2.5, 2.0), (-INF, -INF)],
    "sign": [(-0.0, 0.0), (-INF, -1.0), (NAN, NAN)],
    "sin": [(-0.0, -0.0), (NAN, NAN)],
    "sinh": [(-0.0, -0.0), (-INF, -INF)],
    "sqrt": [(-0.0, -0.0), (INF, INF)],
    "square": [(-INF, INF), (-0.0, 0.0)],
    "tan": [(-0.0, -0.0)],
    "tanh": [(-0.0, -0.0), (INF, 1.0), (-INF, -1.0)],
    "trunc": [(-0.5, -0.0), (INF, INF), (NAN, NAN)],
    "relu": [(NAN, NAN), (INF, INF), (-INF, 0.0)],
    "sigmoid": [(-INF, 0.0), (INF, 1.0), (NAN, NAN)],
    "softplus": [(-INF, 0.0), (INF, INF)],
    "log_sigmoid": [(-INF, -INF), (INF, -0.0)],
    "elu": [(-INF, -1.0), (INF, INF)],
}
BINARY: dict[str, list[tuple[float, float, float]]] = {
    "add": [(INF, 1.0, INF), (-0.0, -0.0, -0.0), (-0.0, 0.0, 0.0)],
    "atan2": [
        (0.0, -0.0, PI), (-0.0, -0.0, -PI), (0.0, 0.0, 0.0), (-0.0, 1.0, -0.0), (1.0, -INF, PI),
        (INF, 1.0, PI / 2), (INF, INF, PI / 4), (-INF, -INF, -3 * PI / 4), (NAN, 1.0, NAN),
    ],
    "copysign": [(1.0, -0.0, -1.0), (-INF, 1.0, INF), (-0.0, 1.0, 0.0)],
    "hypot": [(INF, NAN, INF), (NAN, -INF, INF), (0.0, -0.0, 0.0), (NAN, 1.0, NAN)],
    "logaddexp": [(-INF, -INF, -INF), (INF, 1.0, INF), (NAN, 1.0, NAN)],
    "maximum": [(NAN, 1.0, NAN), (1.0, NAN, NAN), (-INF, INF, INF)],
    "minimum": [(NAN, 1.0, NAN), (1.0, NAN, NAN), (-INF, INF, -INF)],
    "pow": [
        (NAN, 0.0, 1.0), (1.0, NAN, 1.0), (-1.0, INF, 1.0), (2.0, INF, INF), (2.0, -INF, 0.0), (0.5, INF, 0.0),
        (INF, 0.5, INF), (INF, -0.5, 0.0), (-INF, 3.0, -INF), (-INF, 0.5, INF), (-INF, -3.0, -0.0),
        (-0.0, 3.0, -0.0), (-0.0, 0.5, 0.0), (0.0, 2.0, 0.0),
    ],
    "remainder": [(5.0, INF, 5.0), (-0.0, 3.0, 0.0), (6.0, -3.0, -0.0), (NAN, 1.0, NAN)],
    "nextafter": [(0.0, -0.0, -0.0), (1.0, NAN, NAN)],
}  # fmt: skip


@pytest.fixture(params=["cpu", "strict"])
def at(request: pytest.FixtureRequest) -> Callable[[float], tg.Tensor]:
    """Makes a float64 tensor on each of the devices; of one axis, because numpy takes 0-d exponents for Python's."""
    return lambda value: tg.asarray([value], dtype="float64", device=request.param)


def same(made: tg.Tensor, wanted: float) -> bool:
    """Equal, with the sign of zeros counting, and NaN being equal to NaN."""
    found: Any = made.item()
    if math.isnan(wanted) or math.isnan(found):
        return math.isnan(wanted) and math.isnan(found)
    return math.isclose(found, wanted, rel_tol=1e-15) and math.copysign(1, found) == math.copysign(1, wanted)


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name: str, at: Callable[[float], tg.Tensor]) -> None:
    for x, wanted in UNARY[name]:
        made = getattr(tg, name)(at(x))
        assert same(made, wanted), f"{name}({x}) is {made.item()}, not {wanted}"


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.filterwarnings("ignore:invalid value encountered in logaddexp:RuntimeWarning")  # of NaN
def test_functions_of_two_numbers(name: str, at: Callable[[float], tg.Tensor]) -> None:
    for x, y, wanted in BINARY[name]:
        made = getattr(tg, name)(at(x), at(y))
        assert same(made, wanted), f"{name}({x}, {y}) is {made.item()}, not {wanted}"


def test_nan_is_neither_equal_nor_less_nor_greater(at: Callable[[float], tg.Tensor]) -> None:
    x, nan = at(1.0), at(NAN)
    for name in ("equal", "less", "less_equal", "greater", "greater_equal"):
        assert getattr(tg, name)(x, nan).tolist() == [False]
        assert getattr(tg, name)(nan, nan).tolist() == [False]
    assert tg.not_equal(nan, nan).tolist() == [True]
    assert [tg.isnan(v).tolist() for v in (nan, x)] == [[True], [False]]
    assert [tg.isfinite(v).tolist() for v in (nan, x, at(INF))] == [[False], [True], [False]]
    assert [tg.isinf(v).tolist() for v in (nan, x, at(-INF))] == [[False], [False], [True]]


@pytest.mark.parametrize(
    ("name", "args"),
    [("log", [0.0]), ("atanh", [1.0]), ("reciprocal", [0.0]), ("divide", [1.0, 0.0]), ("pow", [0.0, -1.0])],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_poles_are_infinite(name: str, args: list[float]) -> None:
    made = getattr(tg, name)(*(tg.asarray(value, dtype="float64") for value in args))
    assert math.isinf(made.item())


@pytest.mark.parametrize(
    ("name", "x"), [("log", -1.0), ("log1p", -2.0), ("sqrt", -1.0), ("acos", 2.0), ("acosh", 0.5), ("sin", INF)]
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_outside_their_domains_functions_are_nan(name: str, x: float) -> None:
    assert math.isnan(getattr(tg, name)(tg.asarray(x, dtype="float64")).item())
