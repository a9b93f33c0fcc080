"""Batches kept in a folder: complete or absent, never half, never silently another's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import typedgrad as tg
from tests.data.rows import contents, numbered
from typedgrad.data import Loader, MultiDataset

LOADER = Loader(numbered(7), batch=3, shuffle=True)


def test_a_folder_is_filled_once_and_read_again(tmp_path: Path) -> None:
    made = 0

    def count(x: tg.Tensor) -> tg.Tensor:
        nonlocal made
        made += 1
        return x

    folder = tmp_path / "deep" / "cache"
    first = contents(LOADER.map(count).cache(folder))
    assert made == 3
    again = LOADER.map(count).cache(folder)
    assert contents(again) == contents(again.epoch(8)) == first == contents(LOADER.epoch(0))
    assert (made, len(again)) == (3, 3)
    assert sorted(p.name for p in folder.parent.iterdir()) == ["cache"], "nothing is left beside it"


def test_an_epoch_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    batches = iter(LOADER.cache(folder))
    next(batches)
    assert not folder.exists()
    del batches
    assert not list(tmp_path.iterdir())


def test_tuples_and_dtypes_come_back(tmp_path: Path) -> None:
    x = (tg.zeros((4, 2), dtype="float64"), (tg.asarray([1, 2, 3, 4], dtype="uint8"),))
    loader = Loader(MultiDataset(x, tg.asarray([True, False, True, True])), batch=3)
    for _ in range(2):
        ((first, (inner,)), y), *_ = loader.cache(tmp_path / "c")
        assert (first.dtype.name, inner.dtype.name, y.tolist()) == ("float64", "uint8", [True, False, True])


def test_a_second_writer_at_the_same_time_does_no_harm(tmp_path: Path) -> None:
    one, other = iter(LOADER.cache(tmp_path / "c")), iter(LOADER.cache(tmp_path / "c"))
    pairs = list(zip(one, other, strict=True))
    assert len(pairs) == 3
    assert contents(LOADER.cache(tmp_path / "c")) == contents(LOADER.epoch(0))
    assert [p.name for p in tmp_path.iterdir()] == ["c"]


def test_another_key_another_format_and_strange_folders_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    list(LOADER.cache(folder, key="v1"))
    with pytest.raises(ValueError, match="was made with key='v1', not 'v2': delete it"):
        list(LOADER.cache(folder, key="v2"))
    (folder / "manifest.json").write_text(json.dumps({"format": 9, "key": "v1", "batches": 3}))
    with pytest.raises(ValueError, match="has format 9, not 1: delete it"):
        list(LOADER.cache(folder, key="v1"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="is not empty, and no cache: give a folder of its own"):
        list(LOADER.cache(tmp_path / "mine"))
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    list(LOADER.cache(folder))
    file = folder / "batch-000001.npz"
    whole = file.read_bytes()
    damages = [b"", whole[: len(whole) // 2], b"x" * len(whole), whole[:200] + b"\0" * 40 + whole[240:]]
    for damage in damages:
        file.write_bytes(damage)
        with pytest.raises(ValueError, match=r"batch-000001\.npz is damaged .*delete the folder"):
            list(LOADER.cache(folder))
    file.unlink()
    with pytest.raises(ValueError, match=r"batch-000001\.npz is damaged"):
        list(LOADER.cache(folder))
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ValueError, match=r"manifest\.json is damaged"):
        list(LOADER.cache(folder))


def test_nothing_in_a_cache_is_executed(tmp_path: Path) -> None:
    import numpy as np

    folder = tmp_path / "c"
    list(LOADER.cache(folder))

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (os.mkdir, (str(tmp_path / "executed"),))

    nesting = np.asarray(json.dumps([None, None]))
    arrays = {"nesting": nesting, "0": np.asarray([Hostile()], object), "1": np.zeros(1)}
    np.savez(folder / "batch-000000.npz", allow_pickle=True, **arrays)
    with pytest.raises(ValueError, match="is damaged"):
        list(LOADER.cache(folder))
    assert not (tmp_path / "executed").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="kills")
def test_a_process_that_is_killed_leaves_no_cache_that_looks_complete(tmp_path: Path) -> None:
    program = f"""
import os, signal
from tests.data.rows import numbered
from typedgrad.data import Loader
for i, _ in enumerate(Loader(numbered(20), batch=2).cache({str(tmp_path / "c")!r})):
    if i == 5:
        os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, check=False, timeout=60)
    assert done.returncode != 0
    assert not (tmp_path / "c").exists()
    loader = Loader(numbered(20), batch=2)
    assert contents(loader.cache(tmp_path / "c")) == contents(loader)
