"""What elementwise functions give for zeros with a sign, infinities and NaN: the standard's tables, as examples.

Each example is a tuple of arguments and the result. A `Loose` zero or infinity may have either sign.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

INF: Final = float("inf")
NAN: Final = float("nan")
PI: Final = 3.141592653589793


class Loose(float):
    """A number whose sign the standard leaves open."""


class Z(NamedTuple):
    """A complex number in its parts, since `-inf + nan * 1j` is no way to write one."""

    real: float
    imag: float


Real: TypeAlias = list[tuple[tuple[float, ...], float]]
Complex: TypeAlias = list[tuple[Z, Z]]

_ROUNDING: Real = [
    ((INF,), INF),
    ((-INF,), -INF),
    ((0.0,), 0.0),
    ((-0.0,), -0.0),
    ((NAN,), NAN),
    ((3.0,), 3.0),
]
_ODD: Real = [((NAN,), NAN), ((0.0,), 0.0), ((-0.0,), -0.0)]
_LOGARITHM: Real = [((NAN,), NAN), ((-1.0,), NAN), ((0.0,), -INF), ((-0.0,), -INF), ((1.0,), 0.0), ((INF,), INF)]

UNARY: Final[dict[str, Real]] = {
    "abs": [((NAN,), NAN), ((-0.0,), 0.0), ((-INF,), INF)],
    "acos": [((NAN,), NAN), ((1.5,), NAN), ((-1.5,), NAN), ((1.0,), 0.0)],
    "acosh": [((NAN,), NAN), ((0.5,), NAN), ((1.0,), 0.0), ((INF,), INF)],
    "asin": [*_ODD, ((1.5,), NAN), ((-1.5,), NAN)],
    "asinh": [*_ODD, ((INF,), INF), ((-INF,), -INF)],
    "atan": [*_ODD, ((INF,), PI / 2), ((-INF,), -PI / 2)],
    "atanh": [*_ODD, ((-1.5,), NAN), ((1.5,), NAN), ((-1.0,), -INF), ((1.0,), INF)],
    "ceil": _ROUNDING,
    "cos": [((NAN,), NAN), ((0.0,), 1.0), ((-0.0,), 1.0), ((INF,), NAN), ((-INF,), NAN)],
    "cosh": [((NAN,), NAN), ((0.0,), 1.0), ((-0.0,), 1.0), ((INF,), INF), ((-INF,), INF)],
    "exp": [((NAN,), NAN), ((0.0,), 1.0), ((-0.0,), 1.0), ((INF,), INF), ((-INF,), 0.0)],
    "expm1": [*_ODD, ((INF,), INF), ((-INF,), -1.0)],
    "floor": _ROUNDING,
    "isfinite": [((INF,), False), ((-INF,), False), ((NAN,), False), ((1.0,), True)],
    "isinf": [((INF,), True), ((-INF,), True), ((NAN,), False), ((1.0,), False)],
    "isnan": [((INF,), False), ((NAN,), True), ((1.0,), False)],
    "log": _LOGARITHM,
    "log10": _LOGARITHM,
    "log1p": [*_ODD, ((-1.5,), NAN), ((-1.0,), -INF), ((INF,), INF)],
    "log2": _LOGARITHM,
    "reciprocal": [((NAN,), NAN), ((0.0,), INF), ((-0.0,), -INF), ((INF,), 0.0), ((-INF,), -0.0)],
    "round": [*_ROUNDING, ((0.5,), 0.0), ((1.5,), 2.0), ((-2.5,), -2.0), ((-0.5,), -0.0)],
    "sign": [((NAN,), NAN), ((-3.0,), -1.0), ((-0.0,), 0.0), ((0.0,), 0.0), ((INF,), 1.0)],
    "signbit": [((0.0,), False), ((-0.0,), True), ((INF,), False), ((-INF,), True), ((2.0,), False), ((-2.0,), True)],
    "sin": [*_ODD, ((INF,), NAN), ((-INF,), NAN)],
    "sinh": [*_ODD, ((INF,), INF), ((-INF,), -INF)],
    "sqrt": [*_ODD, ((-1.0,), NAN), ((INF,), INF)],
    "square": [((NAN,), NAN), ((-0.0,), 0.0), ((-INF,), INF)],
    "tan": [*_ODD, ((INF,), NAN), ((-INF,), NAN)],
    "tanh": [*_ODD, ((INF,), 1.0), ((-INF,), -1.0)],
    "trunc": _ROUNDING,
}

_NOT_A_NUMBER: Real = [((NAN, 1.0), NAN), ((1.0, NAN), NAN), ((NAN, NAN), NAN), ((NAN, INF), NAN), ((-0.0, NAN), NAN)]
_QUOTIENT: Real = [
    *_NOT_A_NUMBER,
    *(((a, b), NAN) for a in (INF, -INF) for b in (INF, -INF)),
    *(((a, b), NAN) for a in (0.0, -0.0) for b in (0.0, -0.0)),
    ((0.0, 2.0), 0.0),
    ((-0.0, 2.0), -0.0),
    ((0.0, -2.0), -0.0),
    ((-0.0, -2.0), 0.0),
    ((2.0, 0.0), INF),
    ((2.0, -0.0), -INF),
    ((-2.0, 0.0), -INF),
    ((-2.0, -0.0), INF),
    ((INF, 2.0), INF),
    ((INF, -2.0), -INF),
    ((-INF, 2.0), -INF),
    ((-INF, -2.0), INF),
    ((2.0, INF), 0.0),
    ((2.0, -INF), -0.0),
    ((-2.0, INF), -0.0),
    ((-2.0, -INF), 0.0),
]
_LARGER: Real = [*_NOT_A_NUMBER, ((INF, -INF), INF)]

BINARY: Final[dict[str, Real]] = {
    "add": [
        *_NOT_A_NUMBER,
        ((INF, -INF), NAN),
        ((-INF, INF), NAN),
        ((INF, INF), INF),
        ((-INF, -INF), -INF),
        ((INF, 1.0), INF),
        ((-INF, 1.0), -INF),
        ((1.0, INF), INF),
        ((1.0, -INF), -INF),
        ((-0.0, -0.0), -0.0),
        ((-0.0, 0.0), 0.0),
        ((0.0, -0.0), 0.0),
        ((0.0, 0.0), 0.0),
        ((-0.0, 2.0), 2.0),
        ((2.0, -0.0), 2.0),
        ((2.0, -2.0), 0.0),
    ],
    "atan2": [
        *_NOT_A_NUMBER,
        ((2.0, 0.0), PI / 2),
        ((2.0, -0.0), PI / 2),
        ((0.0, 2.0), 0.0),
        ((0.0, 0.0), 0.0),
        ((0.0, -0.0), PI),
        ((0.0, -2.0), PI),
        ((-0.0, 2.0), -0.0),
        ((-0.0, 0.0), -0.0),
        ((-0.0, -0.0), -PI),
        ((-0.0, -2.0), -PI),
        ((-2.0, 0.0), -PI / 2),
        ((-2.0, -0.0), -PI / 2),
        ((2.0, INF), 0.0),
        ((2.0, -INF), PI),
        ((-2.0, INF), -0.0),
        ((-2.0, -INF), -PI),
        ((INF, 2.0), PI / 2),
        ((-INF, 2.0), -PI / 2),
        ((INF, INF), PI / 4),
        ((INF, -INF), 3 * PI / 4),
        ((-INF, INF), -PI / 4),
        ((-INF, -INF), -3 * PI / 4),
    ],
    "copysign": [
        ((2.0, -1.0), -2.0),
        ((2.0, -0.0), -2.0),
        ((-2.0, 0.0), 2.0),
        ((-2.0, 1.0), 2.0),
        ((0.0, -INF), -0.0),
        ((-INF, 1.0), INF),
        ((NAN, -1.0), NAN),
    ],
    "divide": _QUOTIENT,
    "equal": [((NAN, NAN), False), ((NAN, 1.0), False), ((INF, INF), True), ((-0.0, 0.0), True), ((INF, -INF), False)],
    "floor_divide": [*_QUOTIENT, ((-7.0, 2.0), -4.0), ((7.0, -2.0), -4.0)],
    "hypot": [
        ((INF, NAN), INF),
        ((-INF, 1.0), INF),
        ((NAN, -INF), INF),
        ((0.0, -2.0), 2.0),
        ((-2.0, -0.0), 2.0),
        ((NAN, 1.0), NAN),
        ((1.0, NAN), NAN),
        ((-0.0, -0.0), 0.0),
    ],
    "logaddexp": [
        *_NOT_A_NUMBER,
        ((INF, 1.0), INF),
        ((INF, -INF), INF),
        ((1.0, INF), INF),
        ((INF, INF), INF),
        ((-INF, -INF), -INF),
    ],
    "maximum": [*_LARGER, ((-INF, 1.0), 1.0)],
    "minimum": [*_NOT_A_NUMBER, ((INF, 1.0), 1.0), ((-INF, INF), -INF)],
    "multiply": [
        *_NOT_A_NUMBER,
        *(((a, b), NAN) for a in (INF, -INF) for b in (0.0, -0.0)),
        *(((b, a), NAN) for a in (INF, -INF) for b in (0.0, -0.0)),
        ((-0.0, -2.0), 0.0),
        ((-0.0, 2.0), -0.0),
        ((INF, -INF), -INF),
        ((-INF, -2.0), INF),
        ((-2.0, INF), -INF),
    ],
    "nextafter": [*_NOT_A_NUMBER, ((-0.0, 0.0), 0.0), ((0.0, -0.0), -0.0)],
    "not_equal": [((NAN, NAN), True), ((INF, -INF), True), ((INF, INF), False), ((0.0, -0.0), False)],
    "pow": [
        ((2.0, NAN), NAN),
        ((1.0, NAN), 1.0),
        ((NAN, 0.0), 1.0),
        ((NAN, -0.0), 1.0),
        ((NAN, 2.0), NAN),
        ((-2.0, INF), INF),
        ((-2.0, -INF), 0.0),
        ((-1.0, INF), 1.0),
        ((-1.0, -INF), 1.0),
        ((1.0, INF), 1.0),
        ((0.5, INF), 0.0),
        ((-0.5, -INF), INF),
        ((INF, 0.5), INF),
        ((INF, -0.5), 0.0),
        ((-INF, 3.0), -INF),
        ((-INF, 2.0), INF),
        ((-INF, 2.5), INF),
        ((-INF, -3.0), -0.0),
        ((-INF, -2.0), 0.0),
        ((0.0, 0.5), 0.0),
        ((0.0, -0.5), INF),
        ((-0.0, 3.0), -0.0),
        ((-0.0, 2.0), 0.0),
        ((-0.0, -3.0), -INF),
        ((-0.0, -2.0), INF),
        ((-2.0, 0.5), NAN),
    ],
    "remainder": [
        *_NOT_A_NUMBER,
        *(((a, b), NAN) for a in (INF, -INF) for b in (INF, -INF, 2.0, -2.0)),
        *(((a, b), NAN) for a in (0.0, -0.0, 2.0, -2.0) for b in (0.0, -0.0)),
        ((0.0, 2.0), 0.0),
        ((-0.0, 2.0), 0.0),
        ((0.0, -2.0), -0.0),
        ((-0.0, -2.0), -0.0),
        ((2.0, INF), 2.0),
        ((2.0, -INF), -INF),
        ((-2.0, INF), INF),
        ((-2.0, -INF), -2.0),
    ],
    "subtract": [((INF, INF), NAN), ((-INF, 1.0), -INF), ((0.0, 0.0), 0.0), ((-0.0, 0.0), -0.0), ((0.0, -0.0), 0.0)],
}
