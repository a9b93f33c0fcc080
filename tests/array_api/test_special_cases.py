"""Elementwise functions at zeros with a sign, infinities and NaN, against the standard's tables."""

from __future__ import annotations

import math

import numpy as np
import pytest

import typedgrad as tg
from tests.array_api.complex_cases import COMPLEX, MAGNITUDES, TURNED
from tests.array_api.special_cases import BINARY, UNARY, Loose, Real, Z

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def _agrees(found: float, wanted: float) -> bool:
    """Equal up to rounding; zeros and infinities have the sign that is wanted, unless it is left open."""
    if isinstance(wanted, Loose):
        found, wanted = abs(found), abs(wanted)
    if math.isnan(wanted):
        return math.isnan(found)
    if wanted == 0:
        return found == 0 and math.copysign(1, found) == math.copysign(1, wanted)
    return found == wanted or math.isclose(found, wanted, rel_tol=1e-6)


def _wrong(name: str, cases: Real, dtype: str) -> list[str]:
    wrong = []
    for arguments, wanted in cases:
        found = float(getattr(tg, name)(*(tg.asarray(x, dtype=dtype) for x in arguments)))
        if not _agrees(found, wanted):
            wrong.append(f"{name}{arguments} is {found}, not {wanted}")
    return wrong


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_of_real_numbers(name: str, dtype: str) -> None:
    assert not _wrong(name, (UNARY | BINARY)[name], dtype)


@pytest.mark.parametrize(
    ("operator", "name"),
    [
        *(("__add__", "add"), ("__truediv__", "divide"), ("__floordiv__", "floor_divide"), ("__mod__", "remainder")),
        *(("__mul__", "multiply"), ("__pow__", "pow"), ("__sub__", "subtract"), ("__eq__", "equal")),
    ],
)
def test_operators_with_tensors_and_with_numbers(operator: str, name: str) -> None:
    wrong = []
    for (a, b), wanted in BINARY[name]:
        x = tg.asarray(a, dtype="float64")
        for other in (tg.asarray(b, dtype="float64"), b):
            found = float(getattr(x, operator)(other))
            if not _agrees(found, wanted):
                wrong.append(f"{a} {operator} {other!r} is {found}, not {wanted}")
    assert not wrong


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("name", COMPLEX)
def test_of_complex_numbers_and_their_mirror_images(name: str, dtype: str) -> None:
    wrong = []
    for z, wanted in COMPLEX[name]:
        for side in (1, -1):
            found = _apply(name, Z(z.real, side * z.imag), dtype)
            real, imag = _agrees(found.real, wanted.real), _agrees(side * found.imag, wanted.imag)
            if not real or not imag:
                wrong.append(f"{name}({Z(z.real, side * z.imag)}) is {found}, not {wanted}, seen from {side}")
    assert not wrong


@pytest.mark.parametrize("name", TURNED)
def test_of_complex_numbers_by_turning_them(name: str) -> None:
    """f(z) = -i g(i z)."""
    wrong = []
    for z, wanted in COMPLEX[TURNED[name]]:
        found = _apply(name, Z(z.imag, -z.real), "complex128")  # i times it is z
        turned = Z(-found.imag, found.real)
        if not _agrees(turned.real, wanted.real) or not _agrees(turned.imag, wanted.imag):
            wrong.append(f"i {name}(-i {z}) is {turned}, not {wanted}")
    assert not wrong


def test_magnitudes_of_complex_numbers() -> None:
    wrong = [
        f"abs({z}) is {found}, not {wanted}"
        for z, wanted in MAGNITUDES
        if not _agrees(found := float(tg.abs(_tensor(z, "complex128"))), wanted)
    ]
    assert not wrong


def test_clip_keeps_nan() -> None:
    x = tg.asarray([math.nan, 1.0, 1.0])
    found = tg.clip(x, tg.asarray([0.0, math.nan, 0.0]), tg.asarray([2.0, 2.0, math.nan]))
    assert np.isnan(found.numpy()).all()


def _tensor(z: Z, dtype: str) -> tg.Tensor:
    parts = np.empty((), dtype)
    parts.real, parts.imag = z.real, z.imag
    return tg.asarray(parts)


def _apply(name: str, z: Z, dtype: str) -> Z:
    found = complex(getattr(tg, name)(_tensor(z, dtype)))
    return Z(found.real, found.imag)
