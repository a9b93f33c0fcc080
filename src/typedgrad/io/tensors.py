"""The safetensors format: named arrays in one file, and nothing else.

A file is the length of the header as a 64-bit little-endian number, the header, and the elements. The header is JSON:
for each name the dtype, the shape, and from where to where its elements lie in what follows. They are little-endian,
the last axis fastest, without gaps. Source: https://github.com/huggingface/safetensors.

The package `safetensors` writes and takes files apart; what it is given to take apart was checked here before, against
limits of our own and with errors that say where.
"""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from typedgrad.io.refusal import BundleError, shown
from typedgrad.io.strict_json import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from typedgrad.io.strict_json import JSON

# The name of a dtype in the format, and what it is here.
DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "F32": "float32", "F64": "float64", "C64": "complex64",
    "BF16": "bfloat16",
}  # fmt: skip
SIZES = {name: 2 if name == "BF16" else np.dtype(dtype).itemsize for name, dtype in DTYPES.items()}
WRITTEN = frozenset(DTYPES.values()) - {"bfloat16"}
METADATA = "__metadata__"
MOST_AXES = 64
LARGEST = (1 << 63) - 1


class _Entry(NamedTuple):
    """Where an array lies, and what it is."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def pack(arrays: Mapping[str, NDArray[np.generic]], file: str | os.PathLike[str], part: str) -> bytes:
    """Arrays in the safetensors format. Strided ones are laid out anew.

    Raises BundleError for a dtype that the format does not have, and for names that it cannot hold.

    >>> len(pack({"w": np.zeros((2, 3), np.float32)}, "model.safetensors", ""))
    96
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save

    laid_out: dict[str, NDArray[np.generic]] = {}
    for name, array in arrays.items():
        if array.dtype.name not in WRITTEN:
            advice = "; save its real and imaginary parts" if array.dtype.kind == "c" else ""
            raise BundleError(file, part, f"`{shown(name)}`: the format has no {array.dtype.name}{advice}")
        if name == METADATA:
            raise BundleError(file, part, f"`{METADATA}` is no name for a tensor: the format has another use for it")
        if not _utf8(name):
            raise BundleError(file, part, f"`{shown(name)}` is no name for a tensor: it is no Unicode text")
        # Not `ascontiguousarray`, which makes an axis where there is none.
        laid_out[name] = np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")
    try:
        return save(laid_out)
    except SafetensorError as error:
        raise BundleError(file, part, str(error)) from error


def unpack(data: bytes, file: str | os.PathLike[str], part: str) -> dict[str, NDArray[np.generic]]:
    """The arrays in bytes of the safetensors format, each with memory of its own. bfloat16 becomes float32, exactly.

    Raises BundleError if the bytes are not exactly what the format says.

    >>> unpack(pack({"w": np.arange(3.0)}, "a", ""), "a", "")
    {'w': array([0., 1., 2.])}
    """
    from safetensors import SafetensorError, deserialize

    entries = _entries(data, file, part)
    try:
        views = deserialize(data)  # type: ignore[no-untyped-call]  # its stub has no types
    except SafetensorError as error:
        raise BundleError(file, part, str(error)) from error
    found = {name: view["data"] for name, view in views}
    if found.keys() != {entry.name for entry in entries}:
        raise BundleError(file, part, "its header can be read in two ways")
    return {entry.name: _array(entry, found[entry.name]) for entry in entries}


def _array(entry: _Entry, data: bytearray) -> NDArray[np.generic]:
    stored = "uint16" if entry.dtype == "BF16" else DTYPES[entry.dtype]
    if not entry.end > entry.begin:
        flat: NDArray[np.generic] = np.zeros(0, stored)
    else:
        flat = np.frombuffer(data, np.dtype(stored).newbyteorder("<"))
    if entry.dtype == "BF16":
        # The upper half of a float32.
        flat = (flat.astype(np.uint32) << np.uint32(16)).view(np.float32)
    if entry.dtype == "BOOL":
        flat = flat.view(np.uint8) != 0  # any other byte than 0 and 1 would not be a bool
    if sys.byteorder == "big":
        flat = flat.astype(flat.dtype.newbyteorder("="))
    return flat.reshape(entry.shape)


def _entries(data: bytes, file: str | os.PathLike[str], part: str) -> list[_Entry]:
    """The arrays that the header promises, in the order of their names; the promises add up to what is there."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise BundleError(file, part, f"a header of {length} bytes does not fit into a file of {len(data)} bytes")
    header = parse(data[8 : 8 + length], file, f"{part}: the header" if part else "the header")
    if not isinstance(header, dict):
        raise BundleError(file, part, "the header is no JSON object")
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise BundleError(file, part, f"`{METADATA}` must hold texts")
    entries = []
    for name, entry in header.items():
        why, made = _entry(name, entry)
        if made is None:
            raise BundleError(file, part, f"`{shown(name)}`: {why}")
        entries.append(made)
    at = 0
    for entry in sorted(entries, key=lambda entry: (entry.begin, entry.end)):
        if entry.begin != at:
            relation = "overlaps another tensor" if entry.begin < at else "leaves a gap"
            raise BundleError(file, part, f"`{shown(entry.name)}` begins at {entry.begin}, which {relation}")
        at = entry.end
    if at != len(data) - 8 - length:
        raise BundleError(file, part, f"its tensors have {at} bytes, but it holds {len(data) - 8 - length}")
    return entries


def _entry(name: str, entry: JSON) -> tuple[str, _Entry | None]:
    """What the header says of one array, or what is wrong with it."""
    if not _utf8(name):
        return "its name is no Unicode text", None
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        return "it must have `dtype`, `shape` and `data_offsets`, and nothing else", None
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        return f"the dtype {shown(repr(dtype))} is none of {', '.join(DTYPES)}", None
    sizes = _counts(shape)
    if sizes is None or len(sizes) > MOST_AXES:
        return f"the shape {shown(repr(shape))} is no list of at most {MOST_AXES} sizes", None
    places = _counts(offsets)
    if places is None or len(places) != 2 or places[0] > places[1]:
        return f"the offsets {shown(repr(offsets))} are no beginning and end", None
    # An axis of size 0 takes up no room, but numpy wants the others to make sense all the same.
    if math.prod(n for n in sizes if n) * SIZES[dtype] > LARGEST:
        return f"the shape {shown(repr(shape))} has more elements than can be counted", None
    needed = math.prod(sizes) * SIZES[dtype]
    if needed != places[1] - places[0]:
        return f"{dtype}{list(sizes)} has {needed} bytes, but it is given {places[1] - places[0]}", None
    return "", _Entry(name, dtype, sizes, places[0], places[1])


def _counts(values: JSON) -> tuple[int, ...] | None:
    """A list of numbers from 0 up to what 63 bits hold."""
    if not isinstance(values, list):
        return None
    counts = tuple(n for n in values if type(n) is int and 0 <= n <= LARGEST)
    return counts if len(counts) == len(values) else None


def _utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
