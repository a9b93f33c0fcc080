"""What every backend promises, on every backend."""

from __future__ import annotations

from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from typedgrad.backends import Backend, backend_for_device, backend_of, devices, namespace

DTYPES: tuple[str, ...] = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES += ("float32", "float64", "complex64", "complex128")
INTS = np.array([0, 2, 0, -1, 2])

# What the standard's own test double offers beyond the standard.
NOT_STANDARD = {"__version__", "Device", "ArrayAPIStrictFlags", "set_array_api_strict_flags"}
NOT_STANDARD |= {"get_array_api_strict_flags", "reset_array_api_strict_flags"}

# The backend is made anew for each test, not for each example, which is what we want: it has no state.
once_per_test = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_its_namespace_has_every_function_of_the_standard(backend: Backend[Any]) -> None:
    expected = set(array_api_strict.__all__) - NOT_STANDARD
    assert [name for name in sorted(expected) if not hasattr(backend.xp, name)] == []


def test_arrays_lead_back_to_their_backend(backend: Backend[Any]) -> None:
    x = backend.asarray([1.0, 2.0])
    assert backend.owns(x)
    assert backend_of(x) is backend
    assert namespace(x) is backend.xp
    assert backend.device(x) in backend.devices()
    assert set(backend.devices()) <= set(devices())
    assert backend_for_device(backend.device(x)) is backend
    assert not any(backend.owns(other) for other in ([1.0], 1.0, None, np.ma.masked_array([1.0])))


def test_a_result_of_the_namespace_belongs_to_the_backend(backend: Backend[Any]) -> None:
    total = backend.xp.sum(backend.asarray([1.0, 2.0]))
    assert backend.owns(total)
    assert backend_of(total) is backend
    assert float(backend.to_numpy(total)) == 3.0


@pytest.mark.parametrize(
    ("obj", "dtype"),
    [
        (1.5, "float32"),
        (3, "int64"),
        (True, "bool"),
        (1j, "complex64"),
        ([[1, 2.5]], "float32"),
        ([], "float32"),
        (np.float64(2), "float64"),
        (np.arange(3, dtype="int16"), "int16"),
        (np.arange(3, dtype=">f8"), "float64"),
        (np.arange(6.0).reshape(2, 3).T, "float64"),
    ],
)
def test_asarray_chooses_a_dtype(backend: Backend[Any], obj: object, dtype: str) -> None:
    x = backend.asarray(obj)
    assert backend.dtype(x) == np.dtype(dtype)
    np.testing.assert_array_equal(backend.to_numpy(x), np.asarray(obj))


@pytest.mark.parametrize("dtype", DTYPES)
def test_asarray_gives_the_dtype_asked_for(backend: Backend[Any], dtype: str) -> None:
    for source in ([0, 1], np.array([0, 1]), backend.asarray([0, 1])):
        for wanted in (dtype, np.dtype(dtype)):
            x = backend.asarray(source, dtype=wanted)
            assert backend.dtype(x) == np.dtype(dtype)
            assert backend.to_numpy(x).tolist() == [0, 1]


def test_asarray_copies_only_when_told_or_when_it_must(backend: Backend[Any]) -> None:
    x = backend.asarray([1.0, 2.0])
    same, other = backend.asarray(x), backend.asarray(x, copy=True)
    backend.asarray(x, copy=False)
    x[0] = 7.0
    assert backend.to_numpy(same).tolist() == [7, 2]
    assert backend.to_numpy(other).tolist() == [1, 2]
    with pytest.raises(ValueError, match="copy"):
        backend.asarray(x, dtype="int64", copy=False)
    with pytest.raises(ValueError, match="copy=False forbids"):
        backend.asarray([1.0, 2.0], copy=False)


def test_asarray_refuses_what_is_not_numbers(backend: Backend[Any]) -> None:
    with pytest.raises(TypeError, match="asarray: only numbers, arrays of numbers and nested lists of them"):
        backend.asarray(["one"])
    with pytest.raises(TypeError, match="asarray: only numbers"):
        backend.asarray([object()])
    with pytest.raises(TypeError, match=r"dtype datetime64\[D\] is not supported"):
        backend.asarray(np.array(["2020-01-01"], dtype="datetime64[D]"))
    with pytest.raises(ValueError, match="ragged"):
        backend.asarray([[1.0, 2.0], [3.0]])
    with pytest.raises(TypeError, match="masked array has no value where it is masked"):
        backend.asarray(np.ma.masked_array([1.0, 2.0], mask=[True, False]))


def test_asarray_refuses_another_device(backend: Backend[Any]) -> None:
    with pytest.raises(ValueError, match="'tpu'"):
        backend.asarray([1.0], device="tpu")


def test_to_numpy_cannot_be_written(backend: Backend[Any]) -> None:
    x = backend.asarray([1.0, 2.0])
    host = backend.to_numpy(x)
    assert type(host) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        host[0] = 3.0
    x[0] = 5.0  # the backend's own array is still writable
    assert float(x[0]) == 5.0


def test_synchronize_accepts_each_device_and_none(backend: Backend[Any]) -> None:
    for device in (None, *backend.devices()):
        backend.synchronize(device)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "index",
    [
        (INTS,),
        (np.array([[0, 1], [1, 1]]),),
        (slice(None), INTS),
        (INTS, INTS),
        (..., INTS, None),
        (1, INTS),
        (np.array([], dtype=np.int64),),
        (slice(0, 2), slice(None, None, -1)),
        (2,),
        (...,),
        (np.arange(12).reshape(3, 4) % 2 == 0,),
        (np.int64(1), slice(1, 3)),
    ],
    ids=str,
)
def test_scatter_add_adds_up_repeated_positions(backend: Backend[Any], index: tuple[Any, ...], dtype: str) -> None:
    rng = np.random.default_rng(0)
    start = rng.integers(0, 2, (3, 4)).astype(dtype)
    updates = (rng.integers(0, 50, start[index].shape) * (1 + 1j if "complex" in dtype else 1)).astype(dtype)
    expected = start.copy()
    np.add.at(expected, index, updates)
    own_index = tuple(backend.asarray(i) if isinstance(i, np.ndarray) else i for i in index)
    result = backend.scatter_add(backend.asarray(start, copy=True), own_index, backend.asarray(updates))
    assert backend.dtype(result) == np.dtype(dtype)
    np.testing.assert_array_equal(backend.to_numpy(result), expected)


@pytest.mark.parametrize(
    "index",
    [(0,), (slice(1, 3),), (np.array([2, 0, 2]),), (slice(None), np.array([[0], [-1]])), (np.array([1, 1]), ..., 0)],
    ids=str,
)
def test_gather_understands_every_index(backend: Backend[Any], index: tuple[Any, ...]) -> None:
    x = np.arange(24.0).reshape(4, 3, 2)
    own_index = tuple(backend.asarray(i) if isinstance(i, np.ndarray) else i for i in index)
    np.testing.assert_array_equal(backend.to_numpy(backend.gather(backend.asarray(x), own_index)), x[index])


def test_scatter_add_broadcasts_updates_and_keeps_nan_in_its_place(backend: Backend[Any]) -> None:
    zeros = backend.asarray(np.zeros((3, 2), "float32"))
    updates = backend.asarray(np.array([np.nan, 1], "float32"))
    result = backend.to_numpy(backend.scatter_add(zeros, (backend.asarray([1, 1]),), updates))
    np.testing.assert_array_equal(result, np.array([[0, 0], [np.nan, 2], [0, 0]], "float32"))


def test_scatter_add_accepts_an_empty_table(backend: Backend[Any]) -> None:
    nothing = backend.asarray(np.zeros((0, 3), "float32"))
    result = backend.scatter_add(nothing, (backend.asarray(np.zeros(0, "int64")),), nothing)
    assert result.shape == (0, 3)


@once_per_test
@given(data=st.data())
def test_windows_are_those_of_numpy(backend: Backend[Any], data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3), label="shape")
    axes = data.draw(st.lists(st.integers(-len(shape), len(shape) - 1), unique_by=lambda a: a % len(shape)))
    window = tuple(data.draw(st.integers(1, shape[axis])) for axis in axes)
    strides = tuple(data.draw(st.integers(1, 3)) for _ in axes)
    x = np.arange(np.prod(shape)).reshape(shape)
    expected = np.lib.stride_tricks.sliding_window_view(x, window, tuple(axes)) if axes else x
    for axis, stride in zip(axes, strides, strict=True):
        expected = np.moveaxis(np.moveaxis(expected, axis % len(shape), 0)[::stride], 0, axis % len(shape))
    result = backend.windows(backend.asarray(x), window, tuple(axes), strides)
    np.testing.assert_array_equal(backend.to_numpy(result), expected)


@pytest.mark.parametrize(("window", "stride"), [(4, 1), (0, 1), (1, 0)])
def test_windows_that_do_not_fit_are_refused(backend: Backend[Any], window: int, stride: int) -> None:
    with pytest.raises(ValueError, match=f"no window of {window} with stride {stride} fits axis 0"):
        backend.windows(backend.asarray([1.0, 2.0, 3.0]), (window,), (0,), (stride,))


def test_random_bits_are_the_same_everywhere(backend: Backend[Any]) -> None:
    start = (1 << 64) - 2
    bits = backend.random_bits((11, 22), start, 21)
    assert backend.dtype(bits) == np.dtype("uint32")
    expected = backend_for_device("cpu").random_bits((11, 22), start, 21)
    np.testing.assert_array_equal(backend.to_numpy(bits), expected)
