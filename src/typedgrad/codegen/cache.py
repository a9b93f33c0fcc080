"""Compiled objects on disk: found again by the hash of all that they depend on, safe against others and each other."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from typedgrad.codegen.compiler import CompilerError, flags

if TYPE_CHECKING:
    from typedgrad.codegen.compiler import Compiler

try:
    import fcntl
except ImportError:  # Windows has none; two processes may then compile the same thing, and one wins
    fcntl = None  # type: ignore[assignment]  # asked for below

_warned: set[str] = set()
_private: list[Path] = []


def warn_once(text: str) -> None:
    """Say something, but not again."""
    if text not in _warned:
        _warned.add(text)
        warnings.warn(text, RuntimeWarning, stacklevel=2)


def folder() -> Path:
    """Where objects are kept: `TYPEDGRAD_CACHE`, or `typedgrad` in the user's cache directory."""
    given = os.environ.get("TYPEDGRAD_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "typedgrad"


def object_of(source: str, compiler: Compiler) -> Path:
    """The shared object of C code: the one on disk, or a new one. Raises CompilerError if it cannot be compiled."""
    text = "\n".join((compiler.identity, *flags(), source))
    name = hashlib.sha256(text.encode()).hexdigest()[:40]
    try:
        return _kept(_trusted(folder()), name, source, compiler)
    except OSError as error:
        warn_once(
            f"compiled code cannot be kept in {folder()} ({error.strerror or error}), so it is compiled anew in every "
            "process; set TYPEDGRAD_CACHE to a directory of your own"
        )
    try:
        return _kept(_own(), name, source, compiler)
    except OSError as error:
        raise CompilerError(f"no directory for compiled code: {error}") from error


def _own() -> Path:
    """A directory of this process alone."""
    if not _private:
        made = tempfile.TemporaryDirectory(prefix="typedgrad-")
        _private.append(Path(made.name))
        _held.append(made)
    return _private[0]


_held: list[tempfile.TemporaryDirectory[str]] = []  # removed when the process ends


def _trusted(place: Path) -> Path:
    """The directory, made if need be. Raises PermissionError if others could put their code into it."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name != "posix":
        return place
    about = place.stat()
    if about.st_uid != os.getuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(1, "others can write to it")
    return place


def _kept(place: Path, name: str, source: str, compiler: Compiler) -> Path:
    target, check = place / f"{name}.so", place / f"{name}.sha256"
    if _is_whole(target, check):
        return target
    with _locked(place / f"{name}.lock"):
        if not _is_whole(target, check):  # another process may have made it meanwhile
            _make(place, name, source, compiler)
    return target


def _is_whole(target: Path, check: Path) -> bool:
    """Whether an object is there, is ours, and is what was written."""
    try:
        about = target.lstat()
        if not stat.S_ISREG(about.st_mode):
            return False
        if os.name == "posix" and (about.st_uid != os.getuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
            return False
        return check.read_text("ascii") == _digest(target)
    except (OSError, UnicodeDecodeError):
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _make(place: Path, name: str, source: str, compiler: Compiler) -> None:
    """Compile beside the place and move it there, so that nobody ever sees half of it."""
    code = place / f"{name}.c"
    _write(code, source.encode())
    with tempfile.TemporaryDirectory(dir=place, prefix="new-") as beside:
        new = Path(beside) / "object.so"
        compiler.compile(code, new)
        new.chmod(0o700)
        digest = _digest(new)
        new.replace(place / f"{name}.so")
    _write(place / f"{name}.sha256", digest.encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    number, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """While open, no other process makes the same thing."""
    if fcntl is None:
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
