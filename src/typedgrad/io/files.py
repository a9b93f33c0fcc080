"""Files of named tensors: `.safetensors`, which other libraries read and write as well, and numpy's `.npz`."""

from __future__ import annotations

import os
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

NPY_HEADER = 10_000


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
    """An array in numpy's format, of which nothing is believed before it fits the bytes that are there."""
    from io import BytesIO

    stream = BytesIO(data)
    with telling(file, shown(name)):
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise BundleError(file, shown(name), f"version {version} of numpy's format is not known")
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(stream, max_header_size=NPY_HEADER)
    if dtype.kind not in "biufc":
        raise BundleError(file, shown(name), f"elements of type {shown(str(dtype))} are no numbers")
    rest = len(data) - stream.tell()
    needed = int(dtype.itemsize)
    for n in shape:
        needed *= n
    if needed != rest or any(n < 0 for n in shape):
        raise BundleError(file, shown(name), f"{dtype}{list(shape)} has {needed} bytes, but it holds {rest}")
    with telling(file, shown(name)):
        flat: NDArray[Any] = np.frombuffer(data, dtype, offset=stream.tell()) if rest else np.zeros(0, dtype)
        native = flat.astype(dtype.newbyteorder("="))
        return native.reshape(shape[::-1]).T if fortran else native.reshape(shape)
