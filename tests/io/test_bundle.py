"""A bundle is what was written, or an error that names the file, the part and the reason."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.io.hostile import bomb, bundle, parts_of, patched, with_locator, zipped
from typedgrad.io import BundleError, read_bundle, verify, write_bundle

DOCUMENTS: Any = {"about": {"name": "Zoë", "list": [1, 2.5, None, True, 1e-300], "empty": {}}, "other": [[]]}
TENSORS = {"model": {"a.b": np.arange(6.0).reshape(2, 3), "c": np.zeros((0, 2), np.int8)}, "none": {}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "x.zip", documents=DOCUMENTS, tensors=TENSORS)
    return tmp_path / "x.zip"


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    for read in (read_bundle, verify):
        with pytest.raises(BundleError) as error:
            read(path)
    return str(error.value).removeprefix(f"{path}: ")


def test_documents_and_tensors_come_back(path: Path) -> None:
    found = read_bundle(path)
    assert found.documents == DOCUMENTS
    assert found.tensors.keys() == TENSORS.keys()
    for name, array in TENSORS["model"].items():
        assert found.tensors["model"][name].dtype == array.dtype
        assert np.array_equal(found.tensors["model"][name], array)
    verify(path)


def test_parts_can_be_read_alone(path: Path) -> None:
    found = read_bundle(path, only=("about.json",))
    assert (list(found.documents), list(found.tensors)) == (["about"], [])


def test_equal_contents_give_equal_bytes(path: Path) -> None:
    write_bundle(path.with_name("y.zip"), documents=DOCUMENTS, tensors=TENSORS)
    assert path.with_name("y.zip").read_bytes() == path.read_bytes()


def test_any_program_for_zip_files_can_look_into_it(path: Path) -> None:
    with zipfile.ZipFile(path) as zipped_:
        assert zipped_.testzip() is None
        assert json.loads(zipped_.read("about.json")) == DOCUMENTS["about"]
        assert {info.compress_type for info in zipped_.infolist()} == {zipfile.ZIP_STORED}


def test_one_that_was_packed_anew_and_smaller_can_be_read(path: Path) -> None:
    path.write_bytes(zipped(parts_of(path.read_bytes()), deflated=True))
    assert read_bundle(path).documents == DOCUMENTS


def test_it_says_what_is_wrong(path: Path) -> None:
    whole = path.read_bytes()
    parts = parts_of(whole)
    directory = b"PK\x01\x02"
    assert refused(path, b"") == "it is no zip file, or it is cut short: the directory at its end is missing"
    assert refused(path, whole[:-1]) == "it is no zip file, or it is cut short: the directory at its end is missing"
    assert refused(path, zipped({"a": b""})) == "manifest.json: it is missing: this is no bundle"
    assert refused(path, zipped({**parts, "x.json": b"1"})) == "x.json: it is there, but the manifest does not know it"
    assert refused(path, zipped({n: d for n, d in parts.items() if n != "about.json"})) == "about.json: it is missing"
    assert refused(path, zipped({**parts, "about.json": parts["about.json"][:-1] + b"\t"})) == (
        "about.json: it is not what was written: its checksum differs"
    )
    assert refused(path, zipped({**parts, "about.json": b"{}"})).endswith(
        f"the manifest says {len(parts['about.json'])}"
    )
    assert refused(path, zipped(parts, more=[("about.json", b"{}")])) == "about.json: it is there twice"
    assert refused(path, bundle(parts, {"version": 2})) == (
        "manifest.json: the format has version 2; this library reads 1"
    )
    assert refused(path, bundle({**parts, "../../x.json": b"{}"})).endswith("this is no name for a part of a file")
    assert refused(path, bundle({**parts, "x.pkl": b"{}"})) == "x.pkl: a part must be .json or .safetensors"
    assert refused(path, patched(whole, directory, 8, b"\x01")).endswith("it is encrypted")
    assert refused(path, patched(whole, directory, 10, b"\x0c")).endswith("only deflate is understood")
    assert refused(path, patched(whole, directory, 24, b"\xff\xff\xff\x7f")).endswith("but has 2147483647")
    assert "bytes, but the file has" in refused(path, patched(whole, directory, 20, b"\xff\xff\xff\x7f" * 2))
    assert refused(path, bomb(64 << 20)).endswith("of the file")
    assert refused(path, with_locator(whole, size=2**63, entries=1)).endswith("4194304 are allowed")


def test_a_flipped_bit_in_a_tensor_is_noticed(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[whole.index(np.float64(5.0).tobytes()) + 3] ^= 1
    assert refused(path, bytes(whole)).startswith("model.safetensors: it is damaged: Bad CRC-32")


def test_names_that_parts_cannot_have(tmp_path: Path) -> None:
    for name in ("", "a/b", "..", "a.b", "manifest", "a b", "é", "1"):
        with pytest.raises(BundleError, match="no name for a part"):
            write_bundle(tmp_path / "x.zip", documents={name: 1}, tensors={})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_bundle(tmp_path / "x.zip", documents={"a": float("nan")}, tensors={})
    with pytest.raises(BundleError, match="more than the 16777216"):
        write_bundle(tmp_path / "x.zip", documents={"a": "x" * (1 << 24)}, tensors={})
    assert not list(tmp_path.iterdir())


def test_many_tensors_and_large_ones(tmp_path: Path) -> None:
    many = {f"layers.{i}.weight": np.full((3, 2), i, np.float32) for i in range(20_000)}
    large = {"w": np.arange(3_000_000.0)}
    write_bundle(tmp_path / "x.zip", documents={}, tensors={"many": many, "large": large})
    found = read_bundle(tmp_path / "x.zip").tensors
    assert found["many"].keys() == many.keys()
    assert found["many"]["layers.777.weight"][0, 0] == 777
    assert np.array_equal(found["large"]["w"], large["w"])


def test_large_groups_are_written_in_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typedgrad.io.bundle.PORTION", 1_000)
    path = tmp_path / "x.zip"
    arrays = {f"w{i}": np.full(n, i, np.float32) for i, n in enumerate((10, 200, 0, 300, 5, 100, 100, 400))}
    write_bundle(path, documents={"a": 1}, tensors={"t": arrays})
    names = [name for name in parts_of(path.read_bytes()) if name.startswith("t")]
    assert names == [*["t.safetensors"], *(f"t-{n}.safetensors" for n in range(2, 5))]
    found = read_bundle(path).tensors["t"]
    assert list(found) == list(arrays)
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())
    parts = parts_of(path.read_bytes())
    again = bundle({**parts, "t-9.safetensors": parts["t-2.safetensors"]})
    path.write_bytes(again)
    with pytest.raises(BundleError, match=r"t-9\.safetensors: the tensor `w\d` is in another part as well"):
        read_bundle(path)
