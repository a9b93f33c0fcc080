"""A file is the old one or the new one, whatever goes wrong while it is written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.architecture.source import ROOT
from typedgrad.io import read_bundle, write_bundle
from typedgrad.io.atomic import remove_unfinished, written_whole


def test_the_new_file_is_there_when_the_block_ends_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with written_whole(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
        assert len(list(tmp_path.iterdir())) == 2
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
def test_after_an_error_the_old_file_is_there_and_no_other(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def fail() -> None:
        with written_whole(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_what_cannot_be_written_leaves_no_bundle_behind(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    write_bundle(path, documents={"a": 1}, tensors={})
    with pytest.raises(TypeError):
        write_bundle(path, documents={"a": object()}, tensors={})  # type: ignore[dict-item]  # on purpose
    with pytest.raises(ValueError, match="no complex128"):
        write_bundle(path, documents={"a": 2}, tensors={"t": {"w": np.ones(2, complex)}})
    assert read_bundle(path).documents == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.skipif(os.name == "nt", reason="permissions and links as Unix has them")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "x", tmp_path / "link"
    umask = os.umask(0o027)
    try:
        with written_whole(path) as file:
            file.write(b"1")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    link.symlink_to(path)
    with written_whole(link) as file:
        file.write(b"2")
    assert link.is_symlink()
    assert path.read_bytes() == b"2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_folder_is_not_written_over_and_one_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), written_whole(tmp_path):
        pass
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "no" / "x"):
        pass
    assert not list(tmp_path.iterdir())


def in_a_process(program: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
def test_when_the_disk_is_full_the_old_file_stays(tmp_path: Path) -> None:
    program = """
        import resource, signal, sys
        from pathlib import Path
        import numpy as np
        from typedgrad.io import write_bundle
        path = Path(sys.argv[1], "x.zip")
        write_bundle(path, documents={"a": 1}, tensors={})
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            write_bundle(path, documents={"a": 2}, tensors={"t": {"w": np.zeros(1_000_000)}})
        except OSError as error:
            print(error.strerror)
    """
    assert in_a_process(program, tmp_path) == "File too large\n"
    assert read_bundle(tmp_path / "x.zip").documents == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.skipif(sys.platform != "linux", reason="users as Linux has them")
def test_when_writing_is_not_allowed_the_old_file_stays() -> None:
    program = """
        import os, sys
        from pathlib import Path
        from typedgrad.io import write_bundle
        folder = Path(sys.argv[1])
        write_bundle(folder / "x.zip", documents={"a": 1}, tensors={})
        folder.chmod(0o555)
        if os.getuid() == 0:  # who may write everywhere
            os.setgid(65534)
            os.setuid(65534)
        os.chdir(folder)
        try:
            write_bundle("x.zip", documents={"a": 2}, tensors={})
        except PermissionError as error:
            print(error.strerror)
    """
    # Not pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            assert in_a_process(program, folder) == "Permission denied\n"
        finally:
            folder.chmod(0o755)
        assert read_bundle(folder / "x.zip").documents == {"a": 1}
        assert [p.name for p in folder.iterdir()] == ["x.zip"]


def test_what_killed_processes_left_is_removed_when_it_is_old(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in (".a.zip.1.unfinished", ".b.zip.2.unfinished", "c.unfinished"))
    for path in (old, new, other):
        path.write_bytes(b"")
    os.utime(old, (1, 1))
    remove_unfinished(tmp_path, older=3600)
    assert sorted(tmp_path.iterdir()) == sorted([new, other])


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 250)
    with written_whole(path) as file:
        file.write(b"1")
    assert path.read_bytes() == b"1"


def test_writers_of_the_same_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"

    def write(number: int) -> None:
        for _ in range(20):
            write_bundle(path, documents={"a": number}, tensors={"t": {"w": np.full(2_000, number)}})
            found = read_bundle(path)
            assert np.unique(found.tensors["t"]["w"]).tolist() == [found.documents["a"]]

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write, number) for number in range(4)]:
            done.result()
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]
