"""What programs for any array library use beside functions: results with names, devices, copies, DLPack, errors."""

from __future__ import annotations

import operator

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

import typedgrad as tg

xps = make_strategies_namespace(tg)


def test_it_says_what_it_can_do() -> None:
    info = tg.asarray(0).__array_namespace__().__array_namespace_info__()
    assert tg.__array_api_version__ == "2024.12"
    assert info.capabilities() == {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}
    assert info.default_device() in info.devices()
    for device in (None, *info.devices()):
        defaults = info.default_dtypes(device=device)
        assert defaults["real floating"] == tg.asarray(0.0).dtype
        assert defaults["complex floating"] == tg.asarray(0j).dtype
        assert defaults["integral"] == tg.asarray(0).dtype
        assert defaults["indexing"] == tg.argmax(tg.ones(2)).dtype
        assert list(info.dtypes(device=device, kind=("bool", "real floating"))) == ["bool", "float32", "float64"]
        for dtype in info.dtypes(device=device).values():
            assert tg.empty(1, dtype=dtype, device=device).dtype == dtype
    with pytest.raises(ValueError, match="unknown device"):
        info.dtypes(device="moon")


# Checks of tuples look at an item that is chosen at random.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@given(xps.arrays(xps.scalar_dtypes(), xps.array_shapes(min_dims=0, min_side=0)))
def test_hypothesis_makes_its_arrays(x: tg.Tensor) -> None:
    assert isinstance(x, tg.Tensor)


@pytest.mark.parametrize(
    ("result", "names"),
    [
        (tg.unique_all(tg.ones(2)), "values indices inverse_indices counts"),
        (tg.unique_counts(tg.ones(2)), "values counts"),
        (tg.unique_inverse(tg.ones(2)), "values inverse_indices"),
        (tg.linalg.eigh(tg.eye(2)), "eigenvalues eigenvectors"),
        (tg.linalg.qr(tg.eye(2)), "Q R"),
        (tg.linalg.slogdet(tg.eye(2)), "sign logabsdet"),
        (tg.linalg.svd(tg.eye(2)), "U S Vh"),
    ],
    ids=lambda p: p if isinstance(p, str) else "",
)
def test_several_results_have_names(result: tuple[tg.Tensor, ...], names: str) -> None:
    assert isinstance(result, tuple)
    assert len(result) == len(names.split())
    assert all(getattr(result, name) is x for name, x in zip(names.split(), result, strict=True))


def test_results_with_names_are_differentiated_and_traced_as_plain_ones_are() -> None:
    x = tg.asarray([[2.0, 1.0], [1.0, 3.0]])
    by_name = tg.grad(lambda a: tg.sum(tg.linalg.eigh(a).eigenvalues ** 2))(x)
    assert np.allclose(by_name, 2 * x.numpy())
    traced = tg.eval_shape(tg.linalg.svd, tg.abstract((3, 2)))
    assert traced.S.shape == (2,)


def test_creation_takes_none_for_what_is_not_said() -> None:
    device = tg.ones(1).device
    for made in (tg.zeros(2, dtype=None), tg.ones(2, dtype=None, device=device), tg.empty((2,), device=None)):
        assert made.dtype == tg.float32
    assert tg.eye(2, dtype=None).dtype == tg.linspace(0, 1, 3, dtype=None).dtype == tg.float32
    x = tg.ones((2, 3))
    for like in (tg.zeros_like, tg.ones_like, tg.empty_like):
        assert like(x, dtype=None, device=device).dtype == x.dtype
    assert tg.full_like(x, 2, device=device).device == x.to_device(device, stream=None).device == device
    assert tg.astype(x, tg.float64, copy=False, device=device).dtype == tg.float64


def test_copies_are_made_where_they_are_asked_for() -> None:
    source = np.ones((2, 3), "float32")
    x = tg.asarray(source)
    copied, reshaped = tg.asarray(source, copy=True), tg.reshape(x, (6,), copy=True)
    shared = tg.reshape(x, (6,), copy=False)
    source[0, 0] = 7
    assert float(x[0, 0]) == float(shared[0]) == 7
    assert float(copied[0, 0]) == float(reshaped[0]) == 1
    with pytest.raises(ValueError, match="copy"):
        tg.reshape(tg.asarray(source).mT, (6,), copy=False)
    assert np.shares_memory(tg.astype(x, x.dtype, copy=False).data, source)
    assert not np.shares_memory(tg.astype(x, x.dtype).data, source)


def test_results_on_another_device() -> None:
    from tests.backends.strict import StrictBackend  # noqa: F401  # makes the device known

    x = tg.asarray([1.0, 2.0])
    moved = tg.astype(x, "float64", device="strict")
    assert (moved.device, moved.dtype.name, moved.shape) == ("strict", "float64", (2,))
    assert tg.zeros_like(x, device="strict").device == "strict"
    gradient = tg.grad(lambda a: tg.sum(tg.astype(a, "float64", device="strict") ** 2).to_device("strict"))(x)
    assert gradient.device == x.device
    assert gradient.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("copy", [None, True, False])
def test_dlpack(copy: bool | None) -> None:
    for name in tg.__array_namespace_info__().dtypes():
        x = tg.ones((2, 2), dtype=name)
        for options in ({}, {"max_version": (1, 0)}, {"dl_device": (1, 0)}, {"stream": None, "max_version": (0, 8)}):
            x.__dlpack__(copy=copy, **options)
        back = tg.from_dlpack(x, device=x.device, copy=copy)
        assert back.dtype == x.dtype
        assert tg.all(back == x)
        assert tg.from_dlpack(np.ones(2, name), copy=copy).dtype == x.dtype
    assert tuple(map(int, x.__dlpack_device__())) == (1, 0)
    view = tg.broadcast_to(tg.ones(1), (3,))  # read-only memory, of which old versions of the protocol cannot tell
    if copy is not False:
        view.__dlpack__(copy=copy)


def test_other_libraries_take_its_tensors() -> None:
    assert np.from_dlpack(tg.ones(2)).tolist() == [1.0, 1.0]
    assert np.asarray(array_api_strict.from_dlpack(tg.ones(2))).tolist() == [1.0, 1.0]


def test_what_the_standard_wants_refused_is_an_error_of_the_kind_it_names() -> None:
    x = tg.ones((2, 3))
    for axis in (3, -4):
        with pytest.raises(IndexError):
            tg.expand_dims(x, axis=axis)
    with pytest.raises(ValueError, match="its size is 2"):
        tg.squeeze(x, 0)
    for shape in ((3,), (2, 2), (2, 3, 1)):
        with pytest.raises(IndexError):
            x[tg.ones(shape, dtype=tg.bool)]
    with pytest.raises(IndexError):
        x[0, 0, 0]
    with pytest.raises(IndexError, match="out of"):
        tg.take(x, tg.asarray([2]), axis=0)
    with pytest.raises(ValueError, match="0-d"):
        tg.nonzero(tg.asarray(1))
    assert issubclass(tg.ShapeError, TypeError)


def test_masks() -> None:
    x = tg.asarray([[1, 2], [3, 4]])
    assert x[tg.asarray([[True, False], [False, True]])].tolist() == [1, 4]
    assert x[tg.asarray([False, True])].tolist() == [[3, 4]]
    assert x[tg.asarray(True)].shape == (1, 2, 2)
    assert x[tg.asarray(False)].shape == (0, 2, 2)
    assert x[tg.ones((0,), dtype=tg.bool)].shape == (0, 2)


def test_numbers_of_python_come_out() -> None:
    assert (int(tg.asarray(2.5)), float(tg.asarray(True)), complex(tg.asarray(2)), bool(tg.asarray(0.5))) == (
        *(2, 1.0, 2 + 0j),
        True,
    )
    assert operator.index(tg.asarray(3, dtype=tg.uint8)) == 3
    for refused in (lambda: int(tg.asarray(1j)), lambda: float(tg.asarray(1j)), lambda: bool(tg.ones(2))):
        with pytest.raises(TypeError):
            refused()


@given(st.integers(0, 3), st.integers(0, 3))
def test_operators_that_change_a_name_leave_the_tensor_alone(a: int, b: int) -> None:
    x = y = tg.asarray([a])
    y += b
    y *= 2
    assert (x.tolist(), y.tolist()) == ([a], [2 * (a + b)])
    with pytest.raises(TypeError, match="immutable"):
        x[0] = 1  # type: ignore[index]  # what is tested


def test_repeats_and_differences_are_differentiated() -> None:
    x = tg.asarray([1.0, 2.0, 3.0])
    assert tg.grad(lambda a: tg.sum(tg.repeat(a, tg.asarray([2, 0, 1])) ** 2))(x).tolist() == [4.0, 0.0, 6.0]
    assert tg.grad(lambda a: tg.sum(tg.diff(a, n=2) ** 2))(tg.asarray([1.0, 2.0, 4.0])).tolist() == [2.0, -4.0, 2.0]
    with pytest.raises(tg.ShapeError, match="`repeats` must have one element or 3"):
        tg.repeat(x, tg.asarray([1, 2]))
    with pytest.raises(ValueError, match="negative"):
        tg.repeat(x, tg.asarray([1, -2, 1]))


def test_gradients_through_complex_numbers_are_refused() -> None:
    x = tg.ones(4)
    with pytest.raises(TypeError, match="complex"):
        tg.grad(lambda a: tg.sum(tg.abs(tg.fft.rfft(a))))(x)
