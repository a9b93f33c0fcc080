"""Tensors come out of files as they went in, and files are those of other libraries."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.io.hostile import bad_arrays, bad_tensors, entry, tensors, zipped
from typedgrad.io import BundleError, load_tensors, save_tensors
from typedgrad.io.tensors import WRITTEN, unpack

ENDINGS = (".safetensors", ".npz")


def some(dtype: str, shape: tuple[int, ...] = (2, 3)) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 100, shape)
    return values.astype(dtype)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", sorted(WRITTEN))
def test_every_dtype_goes_to_a_file_and_back(dtype: str, ending: str, tmp_path: Path) -> None:
    path, array = tmp_path / f"x{ending}", some(dtype)
    save_tensors(path, {"x": tg.Tensor(array), "y": array})
    for loaded in load_tensors(path).values():
        assert loaded.dtype == dtype
        assert loaded.numpy().tobytes() == array.tobytes()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 3), np.float32), np.zeros((3, 0, 2)), np.float64(3.5), np.asarray(7), np.ones((1,) * 20),
        np.arange(24.0).reshape(2, 3, 4).T, np.array([np.nan, -0.0, np.inf, 5e-324]),
        np.arange(24)[::-2], np.arange(24.0).reshape(4, 6)[1:3, ::2], np.broadcast_to(np.float32(2), (3, 4)),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(4, dtype=">f4"),
    ],
    ids=lambda array: f"{np.asarray(array).dtype}{np.shape(array)}",
)  # fmt: skip
def test_empty_strided_and_swapped_arrays_keep_shape_and_values(array: Any, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{ending}"
    save_tensors(path, {"x": tg.Tensor(np.asarray(array))})
    loaded = load_tensors(path)["x"].numpy()
    assert loaded.shape == np.shape(array)
    native = np.asarray(array).astype(np.asarray(array).dtype.newbyteorder("="))
    assert loaded.tobytes() == native.tobytes()


def test_a_tensor_that_was_loaded_can_be_calculated_with(tmp_path: Path) -> None:
    save_tensors(tmp_path / "x.safetensors", {"w": tg.ones((3, 2)), "odd": tg.ones(1, dtype="int8")})
    w = load_tensors(tmp_path / "x.safetensors")["w"]
    assert (tg.ones((1, 3)) @ w).tolist() == [[3.0, 3.0]]
    assert tg.grad(lambda w: tg.sum(w * w))(w).tolist() == [[2.0, 2.0]] * 3


def test_the_package_of_the_format_reads_what_we_write_and_the_other_way_round(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    arrays = {f"h.{i}.{d}": some(d, (i, 2)) for i in range(3) for d in sorted(WRITTEN)}
    save_tensors(tmp_path / "ours.safetensors", arrays)
    save_file(arrays, tmp_path / "theirs.safetensors", metadata={"format": "np"})
    theirs = load_file(tmp_path / "ours.safetensors")
    ours = {name: x.numpy() for name, x in load_tensors(tmp_path / "theirs.safetensors").items()}
    for name, array in arrays.items():
        assert theirs[name].dtype == ours[name].dtype == array.dtype
        assert theirs[name].tobytes() == ours[name].tobytes() == array.tobytes()


def test_numpy_reads_what_we_write_and_the_other_way_round(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"a.b": some("float32"), "folder/c": some("int8"), "f": np.asfortranarray(some("float64"))}
    save_tensors(tmp_path / "ours.npz", arrays)
    np.savez(tmp_path / "theirs.npz", **arrays)
    np.savez_compressed(tmp_path / "small.npz", **arrays)
    theirs = np.load(tmp_path / "ours.npz", allow_pickle=False)
    for path in ("theirs.npz", "small.npz"):
        ours = load_tensors(tmp_path / path)
        assert ours.keys() == arrays.keys()
        for name, array in arrays.items():
            assert np.array_equal(theirs[name], array)
            assert np.array_equal(ours[name].numpy(), array)


def test_half_precision_of_other_machines_becomes_float32_exactly() -> None:
    bits = np.array([0x3F80, 0xBF80, 0x7F80, 0x0001, 0x4049], np.uint16)
    data = tensors({"w": entry("BF16", [5], 0, 10)}, bits.tobytes())
    found = unpack(data, "x", "")["w"]
    assert found.dtype == np.float32
    assert found.tolist() == [1.0, -1.0, np.inf, 9.183549615799121e-41, 3.140625]


@pytest.mark.peers
def test_torch_files_with_dotted_names_and_bfloat16(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file, save_file

    names = [f"model.layers.{i}.self_attn.q_proj.weight" for i in range(3)]
    torch.manual_seed(0)
    made = {
        n: torch.randn(4, 3, dtype=d)
        for n, d in zip(names, (torch.float32, torch.float16, torch.bfloat16), strict=True)
    }
    save_file(made, tmp_path / "t.safetensors", metadata={"format": "pt"})
    found = load_tensors(tmp_path / "t.safetensors")
    for name, tensor in made.items():
        assert np.array_equal(
            found[name].numpy(), tensor.float().numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy()
        )
    save_tensors(tmp_path / "back.safetensors", found)
    for name, tensor in load_file(tmp_path / "back.safetensors").items():
        assert torch.equal(tensor.float(), made[name].float())


BAD_TENSORS, BAD_ARRAYS = list(bad_tensors(random.Random(0))), list(bad_arrays())


@pytest.mark.parametrize("data", BAD_TENSORS, ids=range(len(BAD_TENSORS)))
def test_what_is_nearly_in_the_format_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(data)
    with pytest.raises(BundleError, match=r"bad\.safetensors"):
        load_tensors(path)


@pytest.mark.parametrize("data", BAD_ARRAYS, ids=range(len(BAD_ARRAYS)))
def test_an_npz_file_that_lies_or_holds_objects_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(data)
    with pytest.raises(BundleError, match=r"bad\.npz: [wx]\."):
        load_tensors(path)


def test_errors_say_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"

    def said(header: Any, data: bytes = b"") -> str:
        path.write_bytes(tensors(header, data))
        with pytest.raises(BundleError) as error:
            load_tensors(path)
        return str(error.value).removeprefix(f"{path}: ")

    assert said({"w": entry("F32", [2, 3], 0, 8)}, bytes(8)) == "`w`: F32[2, 3] has 24 bytes, but it is given 8"
    assert said({"w": entry("F31", [1], 0, 4)}, bytes(4)).startswith("`w`: the dtype 'F31' is none of BOOL, U8")
    two = {"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}
    assert said(two, bytes(6)) == "`b` begins at 2, which overlaps another tensor"
    two = {"a": entry("U8", [1], 0, 1), "b": entry("U8", [4], 2, 6)}
    assert said(two, bytes(6)) == "`b` begins at 2, which leaves a gap"
    assert said({"a": entry("U8", [1], 0, 1)}, bytes(6)) == "its tensors have 1 bytes, but it holds 6"
    assert said(b'{"a": 1, "a": 1}') == "the header: the key `a` is there twice"
    assert said(b'{"a": NaN}') == "the header: NaN is no JSON"
    assert "no JSON" in said(b"\xff")


def test_what_a_format_does_not_have_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    for array in (np.ones(2, np.complex128), np.ones(2, np.longdouble)):
        with pytest.raises(BundleError, match=f"`w`: the format has no {array.dtype.name}"):
            save_tensors(tmp_path / "x.safetensors", {"w": array})
    for bad in (np.array(["a"]), np.array([None]), np.zeros(2, "M8[s]"), np.zeros(2, [("a", "f4")])):
        for ending in ENDINGS:
            with pytest.raises(BundleError):
                save_tensors(tmp_path / f"x{ending}", {"w": bad})
    with pytest.raises(BundleError, match="no name for a tensor"):
        save_tensors(tmp_path / "x.safetensors", {"__metadata__": np.ones(2)})
    with pytest.raises(BundleError, match="no Unicode text"):
        save_tensors(tmp_path / "x.safetensors", {"\ud800": np.ones(2)})
    with pytest.raises(BundleError, match="no name for an array"):
        save_tensors(tmp_path / "x.npz", {"../w": np.ones(2)})
    with pytest.raises(TypeError, match=r"'w' must be a name of a Tensor, not of a list"):
        save_tensors(tmp_path / "x.npz", {"w": [1.0]})  # type: ignore[dict-item]  # on purpose
    with pytest.raises(TypeError, match="without values"):
        save_tensors(tmp_path / "x.npz", {"w": tg.abstract("2")})
    assert not list(tmp_path.iterdir())


def test_a_bundle_is_no_file_of_tensors(tmp_path: Path) -> None:
    tg.save(tmp_path / "m.zip", {"w": tg.ones(2)})
    with pytest.raises(BundleError, match=r"use tg\.load|it is no array"):
        load_tensors(tmp_path / "m.zip")
    (tmp_path / "x.npz").write_bytes(zipped({}))
    assert load_tensors(tmp_path / "x.npz") == {}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no pipes with names")
    os.mkfifo(tmp_path / "pipe")
    for read in (load_tensors, tg.load):
        with pytest.raises(OSError, match="not a file"):
            read(tmp_path / "pipe")
        with pytest.raises(OSError, match="not a file"):
            read(tmp_path)
