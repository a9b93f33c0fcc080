"""What `Stats` writes and pages are made of: a file with a JSON object on every line."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from typedgrad.reports import Record


# Letters of a line. One with histograms of a large model has some hundred thousand.
_LONGEST = 1 << 26


def read_records(path: str | os.PathLike[str]) -> Iterator[Record]:
    r"""The records in a file that `tg.train.Stats` wrote, or is writing.

    A last line that is not complete is passed over: it is being written, or its writer was stopped. So is one that
    is followed by the start of another training.

    Raises:
        OSError: if the file cannot be read.
        ValueError: for another line that is no JSON object; names the file and the line.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "run.jsonl").write_text('{"kind": "step", "step": 1}\n{"kind": "st')
    ...     records = list(read_records(Path(folder, "run.jsonl")))
    >>> records
    [{'kind': 'step', 'step': 1}]
    """
    torn = 0
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        for line_number, line in enumerate(iter(lambda: file.readline(_LONGEST), ""), 1):
            if len(line) == _LONGEST:
                raise ValueError(f"{os.fspath(path)}: line {line_number} is too long to be a record")
            if not line.strip():
                continue
            record = _record(line)
            if torn and (record is None or record.get("kind") != "start"):
                raise ValueError(f"{os.fspath(path)}: line {torn} is not a JSON object")
            torn = line_number if record is None else 0
            if record is not None:
                yield record


def _record(line: str) -> Record | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class Lines:
    """A file that records are added to, a line for each, whole lines only."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file: TextIO | None = None

    def add(self, record: Record) -> None:
        """Write a record, and have the operating system know it; numbers that are not finite become null."""
        if self._file is None:
            self._file = self._opened()
        self._file.write(f"{json.dumps(_finite(record), allow_nan=False)}\n")
        self._file.flush()

    def _opened(self) -> TextIO:
        """The file at its end, on a line of its own: its last writer may have been stopped in the middle of one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        torn = False
        if self.path.exists() and self.path.stat().st_size:
            with self.path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                torn = file.read(1) != b"\n"
        opened = self.path.open("a", encoding="utf-8")
        if torn:
            opened.write("\n")
        return opened

    def close(self) -> None:
        """Close the file; adding opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def replaced_text(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
