"""IDX files, the format of MNIST, and a reader that believes nothing a file says about itself.

An IDX file is two zero bytes, a code for the type of the elements, the number of axes, the size of each axis as a
32-bit big-endian integer, and then the elements, big-endian, the last axis fastest.

The size that a header claims is compared with the size of the file before any memory is asked for. What a gzip file
holds is not known before it is unpacked, so there the claim is compared with the most that deflate can make of the
file's bytes (1032 times as many), and unpacking stops one byte after the end of what was claimed.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

import numpy as np

from typedgrad.core.tensor import Tensor
from typedgrad.data.dataset import Dataset, Split

if TYPE_CHECKING:
    from jaxtyping import Float32, Int64
    from numpy.typing import NDArray

DTYPES = {0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
GZIP_MAGIC = b"\x1f\x8b"
# RFC 1951: a deflate block spends at least two bits, a length and a distance, on at most 258 bytes.
MOST_DEFLATED = 1032
MOST_UNPACKED = 1 << 30
NUMPY_MOST_AXES = 64
NUMPY_MOST_BYTES = (1 << 63) - 1
CHUNK = 1 << 20


def read_idx(path: str | os.PathLike[str], *, rank: int | None = None, limit: int = MOST_UNPACKED) -> Tensor:
    """The array in an IDX file, plain or gzipped, with the dtype that the file names.

    `rank`: the number of axes it must have, if that is known; `limit`: the most bytes a gzip file may unpack to.
    Format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

    Raises:
        ValueError: if the file is not exactly what its header says; names the file, the place, what should stand there
            and what does.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels-idx1-ubyte")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    ...     tg.data.read_idx(path).tolist()
    [5, 0, 4]
    """
    return Tensor(_read(Path(path), rank, limit))


def mnist(folder: str | os.PathLike[str]) -> Split[Float32[Tensor, "n 28 28"], Int64[Tensor, "n"]]:
    """MNIST from its four IDX files in `folder`, under their usual names, gzipped or not; pixels from 0 to 1.

    Nothing is ever downloaded.

    Raises:
        FileNotFoundError: if one of the files is missing.
        ValueError: if a file is malformed, images are not 28 by 28, there are more or fewer labels than images, or a
            label is not a digit.

    >>> tg.data.mnist("no/such/folder")
    Traceback (most recent call last):
    FileNotFoundError: there is no train-images-idx3-ubyte, plain or .gz, in no/such/folder
    """
    train, test = (images_and_labels(Path(folder), part, (28, 28), 255.0) for part in ("train", "t10k"))
    return Split(train, test)


def images_and_labels(
    folder: Path, part: str, size: tuple[int, int], white: float
) -> Dataset[Float32[Tensor, "n h w"], Int64[Tensor, "n"]]:
    """A labelled set of pictures of digits from `PART-images-idx3-ubyte` and `PART-labels-idx1-ubyte`."""
    image_file, label_file = (_find(folder, f"{part}-{what}-ubyte") for what in ("images-idx3", "labels-idx1"))
    images, labels = _read(image_file, 3), _read(label_file, 1)
    for path, array in ((image_file, images), (label_file, labels)):
        if array.dtype != np.uint8:
            _malformed(path, 2, "unsigned bytes (type code 0x08)", f"elements of type {array.dtype}")
    if images.shape[1:] != size:
        _malformed(image_file, 8, f"images of {size[0]} by {size[1]}", f"{images.shape[1]} by {images.shape[2]}")
    if len(images) != len(labels):
        _malformed(label_file, 4, f"{len(images)} labels, one for each image of {image_file.name}", f"{len(labels)}")
    bad = labels.astype(np.int64) > 9
    if bad.any():
        row = int(np.argmax(bad))
        _malformed(label_file, 8 + row, "a digit from 0 to 9", f"the label {labels[row]}")
    pixels = images.astype(np.float32) / np.float32(white)
    return Dataset(Tensor(pixels), Tensor(labels.astype(np.int64)), classes=10)


def _find(folder: Path, name: str) -> Path:
    for candidate in (name, f"{name}.gz"):
        if (folder / candidate).is_file():
            return folder / candidate
    raise FileNotFoundError(f"there is no {name}, plain or .gz, in {folder}")


def _read(path: Path, rank: int | None, limit: int = MOST_UNPACKED) -> NDArray[np.generic]:
    on_disk = path.stat().st_size
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP_MAGIC
        file.seek(0)
        if not zipped:
            return _parse(path, file, rank, on_disk, exact=True)
        # What the header claims may be anything up to this; whether it is true shows when it is unpacked.
        return _unzip_and_parse(path, file, rank, min(on_disk * MOST_DEFLATED, limit))


def _unzip_and_parse(path: Path, file: BinaryIO, rank: int | None, most: int) -> NDArray[np.generic]:
    import gzip
    import zlib

    with gzip.GzipFile(fileobj=file) as unzipped:
        try:
            return _parse(path, cast("BinaryIO", unzipped), rank, most, exact=False)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{path}: damaged gzip file near byte {file.tell()} of it: {error}") from error


def _parse(path: Path, file: BinaryIO, rank: int | None, size: int, *, exact: bool) -> NDArray[np.generic]:
    """Read a header, compare it with `size` (the file's, or the most it can be), then read what it describes."""
    dtype, shape, start = _header(path, file, rank)
    wanted = dtype.itemsize * math.prod(shape)  # of Python's integers: no overflow
    sizes = " x ".join(map(str, shape))
    if dtype.itemsize * math.prod(n for n in shape if n) > NUMPY_MOST_BYTES:  # numpy minds even if another axis is 0
        _malformed(
            path, 4, f"sizes that an array can have, {NUMPY_MOST_BYTES} bytes at most", f"{sizes} of {dtype.name}"
        )
    claim = f"{wanted} bytes of elements ({sizes} of {dtype.name})"
    if start + wanted > size:
        there = f"{size - start} left in the file" if exact else f"a file that may unpack to {size} bytes at most"
        _malformed(path, start, claim, there)
    payload = _take(file, wanted + 1)
    if len(payload) < wanted:
        _malformed(path, start + len(payload), claim, f"the end of the file after {len(payload)} of them")
    if len(payload) > wanted:
        more = str(size - start - wanted) if exact else "some"
        _malformed(path, start + wanted, f"the end of the file after {claim}", f"{more} bytes more")
    return np.frombuffer(payload, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _header(path: Path, file: BinaryIO, rank: int | None) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    magic = _take(file, 4)
    if len(magic) < 4:
        _malformed(path, len(magic), "a header of at least 4 bytes", "the end of the file")
    if magic[:2] != b"\0\0":
        _malformed(path, 0, "two zero bytes", magic[:2].hex(" "))
    if magic[2] not in DTYPES:
        known = ", ".join(f"0x{code:02x} {name}" for code, name in DTYPES.items())
        _malformed(path, 2, f"a type code ({known})", f"0x{magic[2]:02x}")
    axes = magic[3]
    if rank is not None and axes != rank:
        _malformed(path, 3, f"{rank} axes", f"{axes}")
    if not 1 <= axes <= NUMPY_MOST_AXES:
        _malformed(path, 3, f"1 to {NUMPY_MOST_AXES} axes", f"{axes}")
    sizes = _take(file, 4 * axes)
    if len(sizes) < 4 * axes:
        _malformed(path, 4 + len(sizes), f"{axes} sizes of 4 bytes each", "the end of the file")
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, 4 * axes, 4))
    for axis, n in enumerate(shape):
        if n >= 1 << 31:
            found = f"{n}, which is {n - (1 << 32)} as a signed integer"
            _malformed(path, 4 + 4 * axis, f"the size of axis {axis}, from 0 to 2147483647", found)
    return np.dtype(DTYPES[magic[2]]).newbyteorder(">"), shape, 4 + 4 * axes


def _take(file: BinaryIO, n: int) -> bytes:
    """The next `n` bytes, or what there is of them. Memory grows with what is read, not with what was asked for."""
    pieces = []
    while n > 0 and (piece := file.read(min(n, CHUNK))):
        pieces.append(piece)
        n -= len(piece)
    return b"".join(pieces)


def _malformed(path: Path, offset: int, expected: str, found: str) -> NoReturn:
    raise ValueError(f"{path}: at byte {offset}: expected {expected}, found {found}")
