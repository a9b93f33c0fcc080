"""How arrays and device names find their backend."""

from __future__ import annotations

import subprocess
import sys
from timeit import repeat

import numpy as np
import pytest

from tests.backends import cupy_double
from tests.backends.strict import STRICT, StrictBackend
from typedgrad import backends
from typedgrad.backends import AbstractArray, backend_for_device, backend_of, devices, namespace, register_backend


def test_numpy_scalars_are_arrays_of_numpy() -> None:
    scalars: list[object] = [np.float32(1), np.int64(1), np.bool(True), np.complex64(1)]
    for scalar in scalars:
        assert namespace(scalar) is backend_for_device("cpu").xp
        assert backend_of(scalar) is backend_for_device("cpu")


@pytest.mark.parametrize("wrong", [[1.0], (1.0,), 1.0, 1, True, None, "x", np.ma.masked_array([1.0])], ids=repr)
def test_what_is_not_an_array_is_refused_by_name(wrong: object) -> None:
    message = rf"expected an array of numpy, abstract.*, got a {type(wrong).__qualname__}: convert it with asarray"
    for find in (namespace, backend_of):
        with pytest.raises(TypeError, match=message):
            find(wrong)


def test_a_refused_class_is_not_remembered() -> None:
    with pytest.raises(TypeError):
        namespace([1.0])
    with pytest.raises(TypeError):
        namespace([2.0])


def test_devices_by_name() -> None:
    assert backend_for_device("cpu").name == "numpy"
    assert backend_for_device("abstract").name == "abstract"
    assert backend_for_device("strict") is STRICT
    assert devices()[0] == "cpu"
    assert "strict" in devices()
    assert "abstract" not in devices()


def test_a_device_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no device 'cpu:1': numpy has cpu"):
        backend_for_device("cpu:1")
    with pytest.raises(ValueError, match="there is no device 'abstract:0': abstract has only 'abstract'"):
        backend_for_device("abstract:0")
    with pytest.raises(ValueError, match="unknown device 'tpu': the known kinds are abstract, cpu, cuda"):
        backend_for_device("tpu")


def test_a_device_kind_belongs_to_one_backend() -> None:
    register_backend(STRICT)  # again: nothing to say
    with pytest.raises(ValueError, match="devices 'strict' already belong to backend 'array-api-strict'"):
        register_backend(StrictBackend())


def test_asking_for_cuda_without_cupy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    cupy_double.install(monkeypatch)
    monkeypatch.setitem(sys.modules, "cupy", None)  # import raises ImportError
    with pytest.raises(ImportError, match=r"pip install 'typedgrad\[cuda\]'"):
        backend_for_device("cuda")
    assert not any(name.startswith("cuda") for name in devices())


def test_asking_for_cuda_without_a_gpu_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    cupy_double.install(monkeypatch, count=0)
    with pytest.raises(RuntimeError, match="cupy is installed but finds no CUDA device"):
        backend_for_device("cuda:0")
    assert not any(name.startswith("cuda") for name in devices())


def test_cupy_is_found_when_an_array_of_it_turns_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cupy_double.install(monkeypatch)
    backend = backend_of(cupy_double.asarray([1.0]))
    assert backend.name == "cupy"
    assert backend_for_device("cuda:1") is backend
    with pytest.raises(ValueError, match="there is no device 'cuda:2': cupy has cuda:0, cuda:1"):
        backend_for_device("cuda:2")


def test_cupy_arrays_stay_on_their_device_until_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    cupy_double.install(monkeypatch)
    cupy = backend_for_device("cuda")
    x = cupy.asarray([1.0, 2.0], device="cuda:1")
    assert [cupy.device(y) for y in (x, cupy.asarray(x), cupy.asarray(x, device="cuda:0"))] == [
        "cuda:1",
        "cuda:1",
        "cuda:0",
    ]
    assert cupy.device(cupy.random_bits((1, 2), 0, 8, device="cuda:1")) == "cuda:1"
    assert cupy.device(cupy.scatter_add(x, (slice(0, 1),), x[:1])) == "cuda:1"
    with pytest.raises(ValueError, match="moving values to a GPU needs a copy"):
        cupy.asarray(np.ones(2), copy=False)


def test_importing_backends_loads_no_other_array_library() -> None:
    code = "import sys, typedgrad.backends; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "typedgrad.backends.numpy" in loaded
    assert not {"cupy", "cupyx", "array_api_compat", "array_api_strict"} & set(loaded)


def test_finding_the_namespace_is_cheap_beside_an_operation() -> None:
    x = np.zeros(3, dtype="float32")
    find = min(repeat("namespace(x)", globals={"namespace": namespace, "x": x}, number=20_000, repeat=7))
    add = min(repeat("add(x, x)", globals={"add": np.add, "x": x}, number=20_000, repeat=7))
    assert find < add / 2


def test_public_names_are_there() -> None:
    assert AbstractArray is backends.abstract.AbstractArray
