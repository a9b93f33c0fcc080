from __future__ import annotations

import numpy as np
import pytest

import typedgrad as tg


def test_dtypes_have_names() -> None:
    assert tg.zeros(2, dtype=tg.float64).dtype == tg.float64
    assert tg.asarray([True]).dtype == tg.bool
    assert tg.ones(2)[tg.newaxis].shape == (1, 2)


def test_the_two_zeros_are_two_static_arguments() -> None:
    x = tg.ones(1)
    assert not np.signbit(tg.full_like(x, 0.0).numpy())
    assert np.signbit(tg.full_like(x, -0.0).numpy())


def test_kinds_of_dtypes() -> None:
    assert tg.isdtype(tg.int8, "signed integer")
    assert tg.isdtype("uint8", ("bool", "unsigned integer"))
    assert not tg.isdtype(tg.float32, "integral")
    with pytest.raises(TypeError, match="'real' is not a dtype"):
        tg.isdtype(tg.float32, "real")


def test_result_types_follow_promotion() -> None:
    assert tg.result_type(tg.ones(2, dtype="int64"), tg.float32) == tg.float32
    assert tg.result_type(tg.float64, 1j) == tg.complex128
    assert tg.result_type(tg.int8, True) == tg.int8
    with pytest.raises(TypeError, match="at least one argument must be a Tensor or a dtype"):
        tg.result_type(1, 2.0)


def test_limits() -> None:
    assert tg.finfo(tg.complex64).dtype == tg.float32
    assert tg.iinfo(tg.int16).min == -(2**15)
    with pytest.raises(TypeError, match="finfo: `type` must be a floating-point dtype, not int8"):
        tg.finfo("int8")
    with pytest.raises(TypeError, match="iinfo: `type` must be an integer dtype, not float32"):
        tg.iinfo("float32")


def test_casting_goes_up_only() -> None:
    assert tg.can_cast(tg.int8, tg.float32)
    assert not tg.can_cast(tg.complex64, tg.float64)
