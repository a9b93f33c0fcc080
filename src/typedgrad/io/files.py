"""Files of named tensors: `.safetensors`, which other libraries read and write as well, and numpy's `.npz`."""

from __future__ import annotations

import math
import os
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.tensor import Tensor
from typedgrad.io.archive import PART, opened, regular, telling
from typedgrad.io.atomic import written_whole
from typedgrad.io.bundle import MANIFEST, written_part
from typedgrad.io.refusal import BundleError, shown
from typedgrad.io.tensors import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

MOST_NPY_HEADER = 10_000
NPY_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?(?:b1|[iu][1248]|f[248]|c8|c16))', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]{1,19}L?, ?)*(?:[0-9]{1,19}L?)?)\),? ?\} *\n"
)


def save_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Tensor | NDArray[Any]]) -> None:
    """Write tensors by name: numpy's format if the name ends in .npz, otherwise safetensors.

    The file is written under another name and then renamed: what was there before stays until all is written. Strided
    tensors are laid out anew; those on a GPU come from there.

    Raises:
        TypeError: if something is neither a tensor nor a numpy array.
        BundleError: for a dtype or a name that the format does not have.
        OSError: if the file cannot be written.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "w.safetensors")
    ...     tg.io.save_tensors(path, {"layers.0.weight": tg.ones((2, 2))})
    ...     tg.io.load_tensors(path)
    {'layers.0.weight': Tensor([[1., 1.],
            [1., 1.]], dtype=float32)}
    """
    arrays = {}
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, (Tensor, np.ndarray)):
            raise TypeError(f"save_tensors: {name!r} must be a name of a Tensor, not of a {type(tensor).__name__}")
        arrays[name] = on_host(tensor) if isinstance(tensor, Tensor) else tensor
    if Path(path).suffix == ".npz":
        _write_npz(path, arrays)
        return
    packed = pack(arrays, path, "")
    with written_whole(path) as file:
        file.write(packed)


def load_tensors(path: str | os.PathLike[str], *, device: str = "cpu") -> dict[str, Tensor]:
    """The tensors in a file by name: a .npz file if it is one, otherwise one in the safetensors format.

    Files of any library that writes these formats can be read. bfloat16, which numpy does not have, becomes float32
    with the same values. Nothing in a file is ever executed: of pickled objects, which .npz files may hold, none is
    looked at.

    Raises:
        BundleError: if the file is not exactly what its format says, or holds what is no tensor.
        OSError: if it cannot be read at all.

    >>> tg.io.load_tensors("no/such/file.safetensors")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/file.safetensors'
    """
    with regular(path) as file:
        zipped = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
        file.seek(0)
        arrays = {} if zipped else unpack(file.read(), path, "")
    if zipped:
        arrays = _read_npz(path)
    return {name: placed(array, device) for name, array in arrays.items()}


def on_host(tensor: Tensor) -> NDArray[Any]:
    """The elements of a tensor as a numpy array, wherever they are.

    Raises TypeError for a tensor without values.
    """
    if tensor.device == "abstract":
        raise TypeError(f"a tensor without values cannot be saved: {tensor!r}")
    return backend_of(tensor.data).to_numpy(tensor.data)


def placed(array: NDArray[Any], device: str) -> Tensor:
    """A tensor with the elements of a numpy array, on a device."""
    made = Tensor(array)
    return made if device == "cpu" else made.to(device)


def _write_npz(path: str | os.PathLike[str], arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        if array.dtype.kind not in "biufc":
            raise BundleError(path, shown(name), f"elements of type {array.dtype} are no numbers")
        if not PART.fullmatch(name):
            raise BundleError(path, shown(name), "this is no name for an array of a .npz file")
    with written_whole(path) as file, zipfile.ZipFile(file, "w") as zipped:
        for name, array in arrays.items():
            with zipped.open(written_part(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)


def _read_npz(path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    with opened(path) as archive:
        for name in archive.names:
            if not name.endswith(".npy"):
                advice = "; this is a bundle: use tg.load" if name == MANIFEST else ""
                raise BundleError(path, shown(name), f"it is no array{advice}")
        return {name.removesuffix(".npy"): _npy(archive.file, name, archive.read(name)) for name in archive.names}


def _npy(file: str, name: str, data: bytes) -> NDArray[Any]:
    """An array in numpy's format, of which nothing is believed before it fits the bytes that are there.

    Its header is a Python literal. It is not evaluated, but must be spelt as numpy spells it.
    """
    width = 2 if data[6:7] == b"\x01" else 4
    length = int.from_bytes(data[8 : 8 + width], "little")
    begin = 8 + width + length
    if data[:6] != b"\x93NUMPY" or data[6:8] not in (b"\x01\x00", b"\x02\x00", b"\x03\x00") or begin > len(data):
        raise BundleError(file, shown(name), "it is no array in numpy's format")
    header = NPY_HEADER.fullmatch(data[8 + width : begin]) if length <= MOST_NPY_HEADER else None
    if header is None:
        raise BundleError(file, shown(name), "its header is not one of an array of numbers")
    with telling(file, shown(name)):
        dtype = np.dtype(header[1].decode())
        shape = tuple(int(n.rstrip(b"L")) for n in header[3].split(b",") if n.strip())
    needed, rest = math.prod(shape) * dtype.itemsize, len(data) - begin
    if needed != rest:
        size = shown(f"{dtype}{list(shape)}")
        raise BundleError(file, shown(name), f"{size} has {shown(str(needed))} bytes, but it holds {rest}")
    with telling(file, shown(name)):
        flat: NDArray[Any] = np.frombuffer(data, dtype, offset=begin) if rest else np.zeros(0, dtype)
        native = flat.astype(dtype.newbyteorder("="))
        return native.reshape(shape[::-1]).T if header[2] == b"True" else native.reshape(shape)
