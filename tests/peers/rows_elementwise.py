"""Functions of each element, of one or two arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from tests.peers.peer import called, torch
from tests.peers.row import Draw, Row, Setting

EVERYWHERE = (-3.0, 3.0)
POSITIVE = (0.1, 4.0)


def unary(name: str, peer: str = "", low: float = -3.0, high: float = 3.0, *, orders: int = 2, note: str = "") -> Row:
    """A function of one argument, on numbers between `low` and `high`."""
    peer = peer or f"torch.{name}"

    def draw(d: Draw) -> Setting:
        x = d.uniform(low, high, *d.shape())
        return Setting((x,), getattr(tg, name), lambda x: called(peer)(x))

    return Row(name, peer, draw, orders, note)


def binary(
    name: str,
    peer: str = "",
    first: tuple[float, float] = EVERYWHERE,
    second: tuple[float, float] = EVERYWHERE,
    *,
    orders: int = 2,
    note: str = "",
) -> Row:
    """A function of two arguments, which broadcast in one of three ways."""
    peer = peer or f"torch.{name}"

    def draw(d: Draw) -> Setting:
        shapes = d.one_of(((4, 3), (4, 3)), ((2, 1, 3), (4, 1)), ((5,), ()))
        x, y = (d.uniform(*domain, *shape) for domain, shape in zip((first, second), shapes, strict=True))
        return Setting((x, y), lambda x, y: getattr(tg, name)(x, y), lambda x, y: called(peer)(x, y))

    return Row(name, peer, draw, orders, note)


def compared(name: str, peer: str = "", kind: str = "float", orders: int = 0, note: str = "") -> Row:
    """A function of two arguments of which some elements are equal, without gradients."""
    peer = peer or f"torch.{name}"

    def draw(d: Draw) -> Setting:
        x, y = d.integers(-2, 2, 4, 5), d.integers(-2, 2, 4, 1)
        if kind == "bool":
            x, y = x > 0, y > 0
        elif kind == "float":
            x, y = x / 2.0, y / 2.0
        elif kind == "shift":
            y = abs(y)
        return Setting((x, y), lambda x, y: getattr(tg, name)(x, y), lambda x, y: called(peer)(x, y))

    return Row(name, peer, draw, orders, note)


def numbers(d: Draw) -> Any:
    """Numbers among which are infinities and no numbers."""
    x = d.integers(-3, 3, 6, 4) / 2.0
    x[0], x[1, 0] = [float("inf"), float("-inf"), float("nan"), -0.0], 0.0
    return x


def asked(name: str) -> Row:
    """A question about each element, with infinities and no numbers among them."""
    peer = f"torch.{name}"

    def draw(d: Draw) -> Setting:
        return Setting((numbers(d),), getattr(tg, name), lambda x: called(peer)(x))

    return Row(name, peer, draw, 0)


def _logical_not(d: Draw) -> Setting:
    return Setting((d.mask(3, 4),), tg.logical_not, lambda x: torch.logical_not(x))


def _invert(d: Draw) -> Setting:
    x = d.one_of(d.integers(-9, 9, 3, 4), d.mask(3, 4), d.integers(0, 3, 5))
    return Setting((x,), tg.bitwise_invert, lambda x: torch.bitwise_not(x))


def _power(d: Draw) -> Setting:
    exponent = d.one_of(2, 3, -1.5, 0.5, 0)
    x = d.uniform(0.2, 3.0, *d.shape())
    return Setting((x,), lambda x: tg.power(x, exponent), lambda x: torch.pow(x, exponent))


def _clip(d: Draw) -> Setting:
    x = d.uniform(-2.0, 2.0, 4, 5)
    low, high = d.one_of((-0.5, 0.7), (None, 0.3), (-0.2, None))
    return Setting((x,), lambda x: tg.clip(x, low, high), lambda x: torch.clamp(x, low, high))


def _clip_tensors(d: Draw) -> Setting:
    x, low, high = d.uniform(-2.0, 2.0, 4, 5), d.uniform(-1.0, -0.3, 5), d.uniform(0.3, 1.0, 4, 1)
    return Setting((x, low, high), lambda x, a, b: tg.clip(x, a, b), lambda x, a, b: torch.clamp(x, a, b))


def _where(d: Draw) -> Setting:
    inputs = (d.mask(4, 5), d.normal(4, 1), d.normal(5))
    return Setting(inputs, tg.where, lambda c, x, y: torch.where(c, x, y))


def _astype(d: Draw) -> Setting:
    mine, theirs = d.one_of(("int64", "int64"), ("bool", "bool"), ("uint8", "uint8"))
    x = abs(d.uniform(0.0, 9.0, 4, 5))
    return Setting((x,), lambda x: tg.astype(x, mine), lambda x: x.to(getattr(torch, theirs)))


def _equal_elements(name: str) -> Row:
    """The larger of two numbers that are equal in places."""

    def draw(d: Draw) -> Setting:
        x, y = d.integers(-1, 1, 4, 5) / 2.0, d.integers(-1, 1, 4, 5) / 2.0
        return Setting((x, y), getattr(tg, name), lambda x, y: called(f"torch.{name}")(x, y))

    return Row(name, f"torch.{name}, equal elements", draw, note="at ties both give half of the gradient to each")


def complex_row(name: str, ours: Callable[[Any], Any], theirs: Callable[[Any], Any]) -> Row:
    """A function of complex numbers."""

    def draw(d: Draw) -> Setting:
        x, y = d.normal(3, 4), d.normal(3, 4)
        return Setting((x, y), lambda x, y: ours(x + y * 1j), lambda x, y: theirs(torch.complex(x, y)))

    return Row(name, f"torch.{name}", draw, 0, "gradients through complex numbers are refused on purpose")


def _parts(z: Any) -> tuple[Any, Any]:
    return tg.real(z), tg.imag(z)


def _their_parts(z: Any) -> tuple[Any, Any]:
    return torch.real(z), torch.imag(z)


ROWS = [
    unary("abs"), unary("negative"), unary("positive"), unary("square"), unary("sign"), unary("reciprocal", low=0.2),
    unary("exp"), unary("expm1"), unary("log", low=0.1), unary("log1p", low=-0.8), unary("log2", low=0.1),
    unary("log10", low=0.1), unary("sqrt", low=0.1),
    unary("sin"), unary("cos"), unary("tan", low=-1.3, high=1.3), unary("asin", low=-0.9, high=0.9),
    unary("acos", low=-0.9, high=0.9), unary("atan"), unary("sinh"), unary("cosh"), unary("tanh"), unary("asinh"),
    unary("acosh", low=1.2), unary("atanh", low=-0.9, high=0.9),
    unary("erf"), unary("erfc"),
    unary("ceil"), unary("floor"), unary("round"), unary("trunc"),
    binary("add"), binary("subtract"), binary("multiply"), binary("divide", second=POSITIVE),
    binary("pow", first=POSITIVE), binary("atan2", first=POSITIVE), binary("hypot", first=POSITIVE),
    binary("logaddexp"), binary("maximum"), binary("minimum"), _equal_elements("maximum"), _equal_elements("minimum"),
    binary("remainder", second=POSITIVE, orders=1, note="the second gradient is zero"),
    binary("floor_divide", second=POSITIVE, orders=0, note="a step function, which theirs refuses to differentiate"),
    binary("copysign"),
    binary("nextafter", orders=0, note="theirs has no gradient; float32 has other neighbours than float64")._replace(
        single=False
    ),
    Row("power", "torch.pow", _power, draws=5),
    Row("clip", "torch.clamp", _clip), Row("clip", "torch.clamp, bounds as tensors", _clip_tensors),
    Row("where", "torch.where", _where),
    Row("astype", "torch.Tensor.to", _astype, 0),
    compared("equal", "torch.eq"), compared("not_equal"), compared("less"), compared("less_equal"),
    compared("greater"), compared("greater_equal"),
    compared("logical_and", kind="bool"), compared("logical_or", kind="bool"), compared("logical_xor", kind="bool"),
    Row("logical_not", "torch.logical_not", _logical_not, 0),
    compared("bitwise_and", kind="int"), compared("bitwise_or", kind="int"), compared("bitwise_xor", kind="int"),
    compared("bitwise_left_shift", kind="shift"), compared("bitwise_right_shift", kind="shift"),
    Row("bitwise_invert", "torch.bitwise_not", _invert, 0),
    asked("isnan"), asked("isinf"), asked("isfinite"), asked("signbit"),
    complex_row("real", tg.real, lambda z: torch.real(z)), complex_row("imag", tg.imag, lambda z: torch.imag(z)),
    complex_row("conj", lambda z: _parts(tg.conj(z)), lambda z: _their_parts(torch.conj(z))),
]  # fmt: skip
