"""Batches in the files of a folder, which is complete or absent."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np
from numpy.lib.npyio import NpzFile

from typedgrad.core.tensor import Tensor
from typedgrad.data.batch import Batch
from typedgrad.data.rows import host, tensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from typedgrad.data.source import Source

X = TypeVar("X")
Y = TypeVar("Y")
# How the tensors of a batch are put into tuples: None for a tensor.
Nesting: TypeAlias = "list[Nesting] | None"

FORMAT = 1
MANIFEST = "manifest.json"


class _Manifest(NamedTuple):
    batches: int
    key: str
    format: int


class Stored(Generic[X, Y]):
    """The batches of epoch 0 of a source, made once and kept in a folder. Tensors come back on the CPU."""

    def __init__(self, source: Source[Batch[X, Y]], folder: str | os.PathLike[str], key: str) -> None:
        self.source = source
        self.folder = Path(folder)
        self.key = key

    @property
    def size(self) -> int | None:
        """The number of batches."""
        return self.source.size if not (self.folder / MANIFEST).exists() else self._manifest().batches

    def epoch(self, number: int) -> Iterator[Batch[X, Y]]:
        """The batches of the folder; if there is none, those of the source, which are put there."""
        del number
        if (self.folder / MANIFEST).exists():
            return self._read()
        if self.folder.exists() and any(self.folder.iterdir()):
            raise ValueError(f"cache: {self.folder} is not empty, and no cache: give a folder of its own")
        return self._write()

    def _read(self) -> Iterator[Batch[X, Y]]:
        for i in range(self._manifest().batches):
            path = self.folder / _file(i)
            try:
                # Opened here, since numpy leaves a damaged file open.
                with path.open("rb") as file, _archive(file) as arrays:
                    nesting = json.loads(str(arrays["nesting"]))
                    leaves = iter([Tensor(arrays[str(j)]) for j in range(len(arrays.files) - 1)])
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                _damaged(path, error)
            yield cast("Batch[X, Y]", Batch(_nested(nesting[0], leaves), _nested(nesting[1], leaves)))

    def _write(self) -> Iterator[Batch[X, Y]]:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.", suffix=".partial", dir=self.folder.parent))
        try:
            n = 0
            for batch in self.source.epoch(0):
                leaves = [tensor for part in batch for _, tensor in tensors(part)]
                arrays = {str(j): host(tensor) for j, tensor in enumerate(leaves)}
                nesting = json.dumps([_nesting(part) for part in batch])
                np.savez(beside / _file(n), allow_pickle=False, nesting=np.asarray(nesting), **arrays)
                n += 1
                yield batch
            manifest = {"format": FORMAT, "key": self.key, "batches": n}
            (beside / MANIFEST).write_text(json.dumps(manifest), "utf-8")
            self._put(beside)
        finally:
            # Nothing is left of an epoch that was broken off, or of one that another process completed first.
            shutil.rmtree(beside, ignore_errors=True)

    def _put(self, beside: Path) -> None:
        try:
            beside.rename(self.folder)
        except OSError:
            if not (self.folder / MANIFEST).exists():
                raise

    def _manifest(self) -> _Manifest:
        path = self.folder / MANIFEST
        try:
            found = json.loads(path.read_text("utf-8"))
            manifest = _Manifest(batches=int(found["batches"]), key=str(found["key"]), format=int(found["format"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            _damaged(path, error)
        if manifest.format != FORMAT:
            raise ValueError(f"cache: {self.folder} has format {manifest.format}, not {FORMAT}: delete it")
        if manifest.key != self.key:
            raise ValueError(f"cache: {self.folder} was made with key={manifest.key!r}, not {self.key!r}: delete it")
        return manifest


def _archive(file: BinaryIO) -> NpzFile:
    found = np.load(file, allow_pickle=False)
    if not isinstance(found, NpzFile):
        raise ValueError("a single array")  # noqa: TRY004  # it is the file that is wrong
    return found


def _file(i: int) -> str:
    return f"batch-{i:06}.npz"


def _nesting(part: object) -> Nesting:
    return [_nesting(inner) for inner in part] if isinstance(part, tuple) else None


def _nested(nesting: Nesting, leaves: Iterator[Tensor]) -> object:
    return next(leaves) if nesting is None else tuple(_nested(inner, leaves) for inner in nesting)


def _damaged(path: Path, error: Exception) -> NoReturn:
    raise ValueError(f"cache: {path} is damaged ({error}): delete the folder {path.parent}") from error
