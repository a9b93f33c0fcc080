"""The dtypes of results: of two tensors, of a tensor and a number, of sums and products."""

from __future__ import annotations

import itertools
import operator

import pytest

import typedgrad as tg
from tests.array_api.signatures import DTYPES

SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
FLOATS = ("float32", "float64")
COMPLEX = ("complex64", "complex128")


def _table() -> dict[tuple[str, str], str]:
    """The standard's: within a kind the wider one; a signed and an unsigned integer need one that holds both."""
    table = {}
    for kind in (("bool",), SIGNED, UNSIGNED, FLOATS, COMPLEX):
        for i, j in itertools.product(range(len(kind)), repeat=2):
            table[kind[i], kind[j]] = kind[max(i, j)]
    for i, j in itertools.product(range(4), range(3)):  # uint64 has no partner among the signed ones
        table[SIGNED[i], UNSIGNED[j]] = table[UNSIGNED[j], SIGNED[i]] = SIGNED[max(i, j + 1)]
    return table


TABLE = _table()
OPERATORS = {
    operator.add: (*SIGNED, *UNSIGNED, *FLOATS, *COMPLEX),
    operator.sub: (*SIGNED, *UNSIGNED, *FLOATS, *COMPLEX),
    operator.mul: (*SIGNED, *UNSIGNED, *FLOATS, *COMPLEX),
    operator.truediv: (*FLOATS, *COMPLEX),
    operator.floordiv: (*SIGNED, *UNSIGNED, *FLOATS),
    operator.mod: (*SIGNED, *UNSIGNED, *FLOATS),
    operator.pow: (*SIGNED, *UNSIGNED, *FLOATS, *COMPLEX),
    operator.and_: ("bool", *SIGNED, *UNSIGNED),
    operator.or_: ("bool", *SIGNED, *UNSIGNED),
    operator.xor: ("bool", *SIGNED, *UNSIGNED),
    operator.lshift: (*SIGNED, *UNSIGNED),
    operator.rshift: (*SIGNED, *UNSIGNED),
    operator.matmul: (*SIGNED, *UNSIGNED, *FLOATS, *COMPLEX),
}


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
def test_two_tensors_give_the_dtype_of_the_table(op: object) -> None:
    assert callable(op)
    for (a, b), wanted in TABLE.items():
        if a in OPERATORS[op] and b in OPERATORS[op]:
            assert op(tg.ones(2, dtype=a), tg.ones(2, dtype=b)).dtype.name == wanted, (a, b)


def test_functions_that_join_tensors_follow_the_table_too() -> None:
    for (a, b), wanted in TABLE.items():
        x, y = tg.ones(2, dtype=a), tg.ones(2, dtype=b)
        assert tg.result_type(x, tg.zeros(1, dtype=b).dtype).name == wanted
        assert tg.concat([x, y]).dtype.name == tg.stack([x, y]).dtype.name == wanted
        assert tg.where(tg.asarray([True, False]), x, y).dtype.name == wanted
        assert tg.equal(x, y).dtype == tg.bool
        assert tg.can_cast(x, wanted)


def test_a_number_takes_the_dtype_of_the_tensor_beside_it() -> None:
    numbers: dict[str, list[complex]] = {"b": [True], "i": [2], "u": [2], "f": [2, 2.0], "c": [2, 2.0, 2j]}
    for name in DTYPES.split():
        x = tg.ones(2, dtype=name)
        for number in numbers[x.dtype.kind]:
            op = operator.and_ if name == "bool" else operator.add
            assert op(x, number).dtype == op(number, x).dtype == x.dtype
            assert tg.result_type(x, number) == x.dtype


@pytest.mark.parametrize("op", [tg.sum, tg.prod, tg.cumulative_sum, tg.cumulative_prod], ids=lambda op: op.__name__)
def test_accumulations_are_at_least_as_wide_as_the_default(op: object) -> None:
    assert callable(op)
    for name in SIGNED + UNSIGNED + FLOATS + COMPLEX:
        x = tg.ones(2, dtype=name)
        wanted = {"i": "int64", "u": "uint64"}.get(x.dtype.kind, name)
        assert op(x).dtype.name == wanted
        assert op(x, dtype=x.dtype).dtype == x.dtype


def test_parts_of_complex_numbers_are_as_precise_as_they() -> None:
    for name, part in (("complex64", "float32"), ("complex128", "float64")):
        z = tg.ones((2, 2), dtype=name)
        parts = [tg.real(z), tg.imag(z), tg.abs(z), tg.linalg.svdvals(z), tg.linalg.eigh(z).eigenvalues]
        parts += [tg.linalg.vector_norm(z), tg.linalg.matrix_norm(z), tg.linalg.slogdet(z).logabsdet, tg.fft.irfft(z)]
        assert {x.dtype.name for x in parts} == {part}
        assert tg.fft.rfft(tg.ones(3, dtype=part)).dtype.name == name
