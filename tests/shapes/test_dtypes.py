from __future__ import annotations

import itertools

import jaxtyping
import numpy as np
import pytest

from typedgrad.shapes import DTypeError, dtypes

NUMPY = ["bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))]
FLOATS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
CLASSES = [
    "Bool", "UInt", "Int", "Integer", "Float", "Complex", "Inexact", "Real", "Num", "Shaped", "Key",
    "UInt8", "Int8", "Int64", "Float16", "Float32", "Float64", "Complex64", "Complex128", "BFloat16", "Float8e4m3fn",
]  # fmt: skip


@pytest.mark.parametrize("class_name", CLASSES)
def test_classes_accept_what_those_of_jaxtyping_accept(class_name: str) -> None:
    annotation = getattr(jaxtyping, class_name)[np.ndarray, "..."]
    for name in [*NUMPY, *FLOATS, *COMPLEX]:
        assert dtypes.accepts(class_name, name) == isinstance(np.zeros(2, name), annotation), name


def test_every_class_of_jaxtyping_is_known() -> None:
    for name in dir(jaxtyping):
        held = getattr(getattr(jaxtyping, name), "dtypes", None)
        if isinstance(held, tuple) and name[0].isupper() and name not in {"Scalar", "ScalarLike", "PRNGKeyArray"}:
            assert set(dtypes.members(name) or ()) == set(held), name


def test_classes_compare_with_classes() -> None:
    assert dtypes.compare("Float", "Float32") == "equal"
    assert dtypes.compare("Float32", "Float") == "unknown"
    assert dtypes.compare("Float", "Int") == "refuted"
    assert dtypes.compare("Real", "Num") == "unknown"
    assert dtypes.compare("Shaped", "bool") == "equal"
    assert dtypes.compare("Float", "Shaped") == "unknown"
    assert dtypes.compare("MyOwnClass", "float32") == "unknown"


def test_concrete_classes_hold_one_dtype() -> None:
    assert dtypes.concrete("Float32") == "float32"
    assert dtypes.concrete("UInt8") == "uint8"
    assert dtypes.concrete("Bool") == "bool"
    assert dtypes.concrete("BFloat16") == "bfloat16"
    assert dtypes.concrete("Float") is None


@pytest.mark.parametrize("kind", [NUMPY[1:5], NUMPY[5:], FLOATS, COMPLEX, NUMPY])
def test_promotion_within_a_kind_is_that_of_numpy(kind: list[str]) -> None:
    for a, b in itertools.product(kind, repeat=2):
        expected = np.promote_types(a, b).name
        if expected == "float64" and "float64" not in kind:  # uint64 with a signed integer
            with pytest.raises(DTypeError, match=r"have no common dtype.*\n\n  hint: convert one of them first"):
                dtypes.promote(a, b)
        else:
            assert dtypes.promote(a, b) == expected, (a, b)


def test_promotion_between_kinds_keeps_the_higher_dtype() -> None:
    for low, high in itertools.product(NUMPY, [*FLOATS, *COMPLEX]):
        assert dtypes.promote(low, high) == dtypes.promote(high, low) == high
    assert dtypes.promote("float32", "complex64") == "complex64"
    assert dtypes.promote("float64", "complex64") == "complex128"
    assert dtypes.promote("int64", "float16", "bool") == "float16"
    assert dtypes.promote("float32") == "float32"
    assert dtypes.promote("bfloat16", "float16") == "float32"
    with pytest.raises(TypeError, match="at least one"):
        dtypes.promote()
    with pytest.raises(DTypeError, match="prng_key and float32 have no common dtype"):
        dtypes.promote("prng_key", "float32")


@pytest.mark.parametrize("name", [*NUMPY, *FLOATS, *COMPLEX])
def test_promotion_has_one_answer_in_any_order(name: str) -> None:
    for other in [*NUMPY, *FLOATS, *COMPLEX]:
        try:
            assert dtypes.promote(name, other) == dtypes.promote(other, name)
        except DTypeError:
            assert "uint64" in {name, other}


@pytest.mark.parametrize(
    ("dtype", "scalar", "result"),
    [
        ("float32", "float", "float32"),
        ("float16", "int", "float16"),
        ("float64", "complex", "complex128"),
        ("float32", "complex", "complex64"),
        ("int64", "float", "float32"),
        ("int64", "complex", "complex64"),
        ("int8", "int", "int8"),
        ("uint8", "bool", "uint8"),
        ("bool", "int", "int64"),
        ("bool", "bool", "bool"),
        ("bool", "float", "float32"),
        ("complex64", "complex", "complex64"),
    ],
)
def test_python_scalars_are_weak(dtype: str, scalar: dtypes.Scalar, result: str) -> None:
    assert dtypes.with_scalar(dtype, scalar) == result


def test_a_clash_names_the_argument_and_offers_the_conversion() -> None:
    error = dtypes.clash("x", "Float", "int64", "relu")
    assert str(error) == "relu: `x` must be Float, not int64\n\n  hint: convert it first: astype(x, float32)"
    assert error.argument == "x"
