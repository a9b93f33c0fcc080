"""Compiled objects on disk: found again, made again when they are broken, never taken from others."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

import typedgrad as tg
from typedgrad.codegen import cache, compiler, library

FOUND = compiler.find()
pytestmark = pytest.mark.skipif(FOUND is None, reason="there is no C compiler")
SOURCE = "double answer(void) { return 42.0; }\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory, and nobody warned yet."""
    monkeypatch.setenv("TYPEDGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_warned", set())
    return tmp_path / "cache"


def compiler_there() -> compiler.Compiler:
    assert FOUND is not None
    return FOUND


def objects(place: Path) -> list[Path]:
    return sorted(place.glob("*.so"))


def test_an_object_is_made_once(place: Path) -> None:
    made = cache.object_of(SOURCE, compiler_there())
    before = made.stat().st_mtime_ns
    assert cache.object_of(SOURCE, compiler_there()) == made
    assert made.stat().st_mtime_ns == before
    assert cache.object_of(SOURCE + "\n", compiler_there()) != made
    assert len(objects(place)) == 2
    assert not list(place.glob("new-*"))
    assert (place.stat().st_mode & 0o777) == 0o700


@pytest.mark.parametrize("damage", ["cut", "foreign", "unchecked", "gone", "link"])
def test_a_broken_object_is_made_again(place: Path, damage: str) -> None:
    made = cache.object_of(SOURCE, compiler_there())
    whole = made.read_bytes()
    if damage == "cut":
        made.write_bytes(whole[: len(whole) // 2])
    elif damage == "foreign":
        made.write_bytes(b"something else")
    elif damage == "unchecked":
        made.with_suffix(".sha256").write_text("0" * 64)
    elif damage == "gone":
        made.unlink()
    else:
        elsewhere = place.parent / "elsewhere.so"
        elsewhere.write_bytes(whole)
        made.unlink()
        made.symlink_to(elsewhere)
    again = cache.object_of(SOURCE, compiler_there())
    assert not again.is_symlink()
    assert ctypes.CDLL(str(again)).answer is not None


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_nothing_is_taken_from_a_directory_that_others_can_write_to(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)
    with pytest.warns(RuntimeWarning, match="others can write to it"):
        made = cache.object_of(SOURCE, compiler_there())
    assert place not in made.parents
    assert not objects(place)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_an_object_that_others_can_write_to_is_made_again(place: Path) -> None:
    made = cache.object_of(SOURCE, compiler_there())
    made.chmod(0o777)
    cache.object_of(SOURCE, compiler_there())
    assert (made.stat().st_mode & 0o777) == 0o700


def test_a_directory_that_cannot_be_is_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setenv("TYPEDGRAD_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(cache, "_warned", set())
    with pytest.warns(RuntimeWarning, match="set TYPEDGRAD_CACHE"):
        made = cache.object_of(SOURCE, compiler_there())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache.object_of(SOURCE, compiler_there()) == made


def test_a_full_disk_degrades_to_a_private_directory(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = cache._write

    def full(path: Path, content: bytes) -> None:
        if path.is_relative_to(place):
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(cache, "_write", full)
    with pytest.warns(RuntimeWarning, match="No space left on device"):
        made = cache.object_of(SOURCE, compiler_there())
    assert made.exists()


def fresh() -> Any:
    """A compiled function, and its result: a number and a gradient."""
    f = tg.compile(tg.value_and_grad(lambda x: tg.sum(tg.tanh(x) * tg.exp(-x))))
    return f, f(tg.asarray([0.5, -0.25, 1.0]))


def expected() -> tuple[tg.Tensor, tg.Tensor]:
    return tg.value_and_grad(lambda x: tg.sum(tg.tanh(x) * tg.exp(-x)))(tg.asarray([0.5, -0.25, 1.0]))


@pytest.mark.usefixtures("place")
def test_a_compiler_that_fails_is_one_warning_and_the_numbers_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken-cc"
    broken.write_text("#!/bin/sh\necho 'it is broken today' >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CC", str(broken))
    with pytest.warns(
        RuntimeWarning, match=r"(?s)op by op.*broken-cc ended with status 3 for .*\.c:\nit is broken today"
    ):
        f, (value, slope) = fresh()
    assert "one by one" in f.explain()
    assert value.item() == pytest.approx(expected()[0].item(), rel=1e-6)
    assert slope.tolist() == pytest.approx(expected()[1].tolist(), rel=1e-6)


@pytest.mark.usefixtures("place")
def test_no_compiler_is_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "find", lambda: None)
    with pytest.warns(RuntimeWarning, match="no C compiler was found"):
        _, (value, _) = fresh()
    assert value.item() == pytest.approx(expected()[0].item(), rel=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fresh()


def test_the_compiler_is_the_one_that_cc_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"{compiler_there().command[0]} -DNAME=1")
    found = compiler.find()
    assert found is not None
    assert found.command[1:] == ("-DNAME=1",)
    assert found.identity != compiler_there().identity
    monkeypatch.setenv("CC", "/nowhere/cc")
    assert compiler.find() is not None  # the next one is tried


PROGRAM = """
import typedgrad as tg
f = tg.compile(tg.value_and_grad(lambda x: tg.sum(tg.tanh(x) * tg.exp(-x) + x * 3.25)))
print(f(tg.asarray([0.5, -0.25, 1.0]))[0].item())
"""


def test_several_processes_may_compile_the_same(place: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate(timeout=120)[0] for process in processes}
    assert len(said) == 1
    assert all(process.returncode == 0 for process in processes)
    (only,) = objects(place)
    start = time.time_ns()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout in said
    assert only.stat().st_mtime_ns < start


def test_without_the_extension_functions_are_called_by_ctypes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_native", lambda: None)
    _, (value, slope) = fresh()
    assert objects(place)
    assert value.item() == pytest.approx(expected()[0].item(), rel=1e-6)
    assert slope.tolist() == pytest.approx(expected()[1].tolist(), rel=1e-6)


def test_whether_code_is_generated_is_on_or_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYPEDGRAD_CODEGEN", "perhaps")
    with pytest.raises(ValueError, match="on or off"):
        fresh()
