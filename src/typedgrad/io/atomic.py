"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

UNFINISHED = ".unfinished"


@contextlib.contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when the block ends without an error.

    Until then it lies beside it under another name. It is on the disk before it gets its name, and so is the name
    before this returns: whenever the process or the machine stops, `path` is the old file or the new one. After an
    error, also that of a full disk, `path` is as it was and the other file is gone. A link stays a link, and a file
    that is replaced keeps its permissions.

    Raises OSError if the file cannot be written.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with written_whole(pathlib.Path(folder, "notes")) as file:
    ...         _ = file.write(b"whole")
    ...     [path.name for path in pathlib.Path(folder).iterdir()]
    ['notes']
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(f"cannot write to {target}: it is a folder")
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}{UNFINISHED}")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """See to it that the names in a folder are on the disk. Windows has no way to ask for that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that do this by themselves, or cannot
            raise
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path, *, older: float) -> None:
    """Remove what processes that were killed left in a folder, if nobody has written to it for `older` seconds."""
    for path in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > older:
                path.unlink()
