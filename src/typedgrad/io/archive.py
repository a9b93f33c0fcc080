"""Zip files, read without believing what they say about themselves.

A zip file ends with a directory that gives each entry's name, place, size and checksum. Any of it may be wrong, on
purpose too: sizes that would fill the memory, entries that share their bytes, names that lead out of a folder, things
that are encrypted. All of this is refused before an entry is read; checksums are compared as it is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from typedgrad.io.refusal import BundleError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Of the directory at the end, which is held in memory as a whole, an object per entry.
MOST_DIRECTORY = 1 << 22
# Numbers compress two times, text ten; a file of zeros a thousand times, which nobody has a use for.
MOST_INFLATED = 64
ALWAYS_ALLOWED = 1 << 24
PART = re.compile(r"(?!.*\.\.)[^\x00-\x1f\x7f\\:/][^\x00-\x1f\x7f\\:]*")
ENCRYPTED = 0x1 | 0x40 | 0x2000
END = struct.Struct("<4s4H2LH")
LOCATOR = struct.Struct("<4sLQL")
END_64 = struct.Struct("<4sQ2H2L4Q")
# What zipfile and zlib raise for files that are not as they should be, over the versions of Python.
DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error,
    EOFError, RuntimeError, ValueError, LookupError, OverflowError,
)  # fmt: skip


class Archive:
    """The entries of a zip file that is open and whose directory makes sense."""

    def __init__(self, file: str, zipped: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> None:
        self.file = file
        self._zipped = zipped
        self._entries = entries

    @property
    def names(self) -> list[str]:
        """The names of the entries, in their order."""
        return list(self._entries)

    def size(self, name: str) -> int:
        """How many bytes an entry has, as the directory says."""
        return self._entries[name].file_size

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises BundleError if there is no such entry, or it is damaged.
        """
        info = self._entries.get(name)
        if info is None:
            raise BundleError(self.file, shown(name), "it is missing")
        with telling(self.file, shown(name)), self._zipped.open(info) as entry:
            found = entry.read(info.file_size + 1)
        if len(found) != info.file_size:
            raise BundleError(self.file, shown(name), f"it has {len(found)} bytes instead of {info.file_size}")
        return found


@contextlib.contextmanager
def telling(file: str, part: str) -> Iterator[None]:
    """Turn what damage makes zipfile raise into a BundleError. Other errors of the disk stay as they are."""
    try:
        yield
    except BundleError:
        raise
    except DAMAGE as error:
        raise BundleError(file, part, f"it is damaged: {shown(str(error)) or type(error).__name__}") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the beginning of the file
            raise
        raise BundleError(file, part, "it is damaged: it refers to bytes that are not there") from error


@contextlib.contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Archive]:
    """A zip file to read from.

    Raises:
        BundleError: if it is no zip file, or its directory is damaged or asks for too much.
        OSError: if it cannot be read at all.
    """
    name = os.fspath(path)
    with regular(path) as file:
        size = file.seek(0, os.SEEK_END)
        _check_end(name, file, size)
        with telling(name, ""), zipfile.ZipFile(file) as zipped:
            yield Archive(name, zipped, _checked(name, zipped.infolist(), size))


def regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A file to read from; no pipe, which may never end.

    Raises OSError if there is none.
    """
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError(errno.EINVAL, "not a file", os.fspath(path))
    return Path(path).open("rb")


def _check_end(name: str, file: BinaryIO, size: int) -> None:
    """Look at the size of the directory before zipfile reads it."""
    last = END_64.size + LOCATOR.size + END.size
    file.seek(max(0, size - last))
    tail = file.read(last)
    if len(tail) < END.size or tail[-END.size :][:4] != b"PK\x05\x06":
        raise BundleError(name, "", "it is no zip file, or it is cut short: the directory at its end is missing")
    directory, entries = END.unpack(tail[-END.size :])[5], END.unpack(tail[-END.size :])[4]
    if len(tail) == last and LOCATOR.unpack_from(tail, END_64.size)[0] == b"PK\x06\x07":
        end = END_64.unpack_from(tail)
        directory, entries = max(end[8], directory % 0xFFFFFFFF), max(end[7], entries % 0xFFFF)
    if directory > min(size, MOST_DIRECTORY):
        raise BundleError(name, "", f"its directory would have {directory} bytes, {MOST_DIRECTORY} are allowed")
    if entries * 46 > directory:
        raise BundleError(name, "", f"{entries} entries do not fit into a directory of {directory} bytes")


def _checked(name: str, infos: list[zipfile.ZipInfo], size: int) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    stored = inflated = 0
    for info in infos:
        part = shown(info.filename)
        if not PART.fullmatch(info.filename):
            raise BundleError(name, part, "this is no name for a part of a file")
        if info.filename in found:
            raise BundleError(name, part, "it is there twice")
        if info.flag_bits & ENCRYPTED:
            raise BundleError(name, part, "it is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BundleError(
                name, part, f"it is compressed by method {info.compress_type}; only deflate is understood"
            )
        if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
            raise BundleError(name, part, f"it is stored as {info.compress_size} bytes, but has {info.file_size}")
        stored += info.compress_size
        inflated += info.file_size if info.compress_type == zipfile.ZIP_DEFLATED else 0
        found[info.filename] = info
    if stored > size:
        raise BundleError(name, "", f"its parts would have {stored} bytes, but the file has {size}")
    if inflated > max(MOST_INFLATED * size, ALWAYS_ALLOWED):
        raise BundleError(name, "", f"its parts would unpack to {inflated} bytes, far more than the {size} of the file")
    return found
