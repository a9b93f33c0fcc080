"""Bundles: one file for all that belongs to a training, written whole or not at all, and read without trust.

A bundle is a zip file of JSON documents (`NAME.json`) and of groups of tensors in the safetensors format
(`NAME.safetensors`; large groups go on in `NAME-2.safetensors` and so on), stored as they are. `manifest.json` says
which version of the format it is, and the size and SHA-256 of every part.
Nothing in a bundle is code, names code or chooses code: what it holds are texts, numbers and tensors.
"""

from __future__ import annotations

import os
import re
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from typedgrad.io.archive import opened
from typedgrad.io.atomic import written_whole
from typedgrad.io.refusal import BundleError, shown
from typedgrad.io.strict_json import MOST_BYTES, parse, spell
from typedgrad.io.tensors import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from typedgrad.io.archive import Archive
    from typedgrad.io.strict_json import JSON

FORMAT = "typedgrad bundle"
VERSION = 1
MANIFEST = "manifest.json"
PORTION = 1 << 26
PARTS = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\.json|(?:-[0-9]{1,6})?\.safetensors)")
# One date for all, so that equal things make equal files: the first that the format can express.
DATE = (1980, 1, 1, 0, 0, 0)


class Bundle(NamedTuple):
    """What a bundle holds: documents and groups of tensors, by name.

    >>> tg.io.Bundle("model.zip", {"training": {"step": 7}}, {}).documents["training"]
    {'step': 7}
    """

    file: str
    documents: Mapping[str, JSON]
    tensors: Mapping[str, Mapping[str, NDArray[Any]]]


def write_bundle(
    path: str | os.PathLike[str],
    *,
    documents: Mapping[str, JSON],
    tensors: Mapping[str, Mapping[str, NDArray[Any]]],
) -> None:
    """Write documents and groups of tensors into one file. Equal contents give equal bytes.

    It is written under another name and then renamed: what was there before stays until all is written.

    Raises:
        BundleError: for a name that a part cannot have, or tensors that the format does not have.
        TypeError, ValueError: for documents that are no JSON.
        OSError: if the file cannot be written.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.zip")
    ...     tg.io.write_bundle(path, documents={"training": {"step": 7}}, tensors={})
    ...     tg.io.read_bundle(path).documents
    {'training': {'step': 7}}
    """
    from hashlib import sha256

    for name in (*documents, *tensors):
        if not name.isidentifier() or not name.isascii() or name == "manifest":
            raise BundleError(path, shown(name), "this is no name for a part: letters, digits and `_`")
    parts: dict[str, JSON] = {}
    with written_whole(path) as file, zipfile.ZipFile(file, "w") as zipped:
        for name, data in _spelt(path, documents, tensors):
            parts[name] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
            zipped.writestr(written_part(name), data)
        manifest: JSON = {"format": FORMAT, "version": VERSION, "parts": parts}
        zipped.writestr(written_part(MANIFEST), spell(manifest))


def _spelt(
    path: str | os.PathLike[str], documents: Mapping[str, JSON], tensors: Mapping[str, Mapping[str, NDArray[Any]]]
) -> Iterator[tuple[str, bytes]]:
    """The parts one after another, so that only one is in memory at a time."""
    for name, document in sorted(documents.items()):
        text = spell(document)
        # It could not be read again.
        parse(text, path, f"{name}.json")
        yield f"{name}.json", text
    for name, arrays in sorted(tensors.items()):
        for number, some in enumerate(_portions(arrays), 1):
            part = f"{name}.safetensors" if number == 1 else f"{name}-{number}.safetensors"
            yield part, pack(some, path, part)


def _portions(arrays: Mapping[str, NDArray[Any]]) -> Iterator[dict[str, NDArray[Any]]]:
    """A group in portions that fit into the memory once more, the first of which may be empty."""
    portion: dict[str, NDArray[Any]] = {}
    size = 0
    for name, array in arrays.items():
        if portion and size + array.nbytes > PORTION:
            yield portion
            portion, size = {}, 0
        portion[name] = array
        size += array.nbytes
    yield portion


def written_part(name: str) -> zipfile.ZipInfo:
    """What the zip file says of a part: the same whenever and wherever it is written."""
    info = zipfile.ZipInfo(name, DATE)
    info.create_system = 3  # Unix, also where it is not, for the permissions that follow
    info.external_attr = 0o644 << 16
    return info


def read_bundle(path: str | os.PathLike[str], *, only: Container[str] | None = None) -> Bundle:
    """The documents and tensors in a file; with `only`, those of these parts, such as "training.json".

    Sizes and checksums of all parts that are read are compared with what the manifest says.

    Raises:
        BundleError: if the file is not exactly what it says, or another version of the format.
        OSError: if it cannot be read at all.

    >>> tg.io.read_bundle("no/such/model.zip")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/model.zip'
    """
    documents: dict[str, JSON] = {}
    tensors: dict[str, dict[str, NDArray[Any]]] = {}
    with opened(path) as archive:
        for part, (name, promise) in _promised(archive).items():
            if only is not None and part not in only:
                continue
            data = _kept(archive, part, promise)
            if part.endswith(".json"):
                documents[name] = parse(data, archive.file, part)
                continue
            group, found = tensors.setdefault(name, {}), unpack(data, archive.file, part)
            for twice in group.keys() & found.keys():
                raise BundleError(archive.file, part, f"the tensor `{shown(twice)}` is in another part as well")
            group.update(found)
    return Bundle(archive.file, documents, tensors)


def verify(path: str | os.PathLike[str]) -> None:
    """Compare all of a bundle with the checksums in it, without making sense of it.

    Raises what `read_bundle` raises.

    >>> tg.io.verify("no/such/model.zip")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/model.zip'
    """
    with opened(path) as archive:
        for part, (_, promise) in _promised(archive).items():
            _kept(archive, part, promise)


def _promised(archive: Archive) -> dict[str, tuple[str, JSON]]:
    """The name of each part and what the manifest says of it; the parts are those that are there."""
    if MANIFEST not in archive.names:
        raise BundleError(archive.file, MANIFEST, "it is missing: this is no bundle")
    if archive.size(MANIFEST) > MOST_BYTES:
        raise BundleError(archive.file, MANIFEST, f"it has {archive.size(MANIFEST)} bytes, {MOST_BYTES} are allowed")
    manifest = parse(archive.read(MANIFEST), archive.file, MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(archive.file, MANIFEST, f'`format` must be "{FORMAT}"')
    version, parts = manifest.get("version"), manifest.get("parts")
    if type(version) is not int or version != VERSION:
        said = shown(repr(version))
        raise BundleError(archive.file, MANIFEST, f"the format has version {said}; this library reads {VERSION}")
    if not isinstance(parts, dict):
        raise BundleError(archive.file, MANIFEST, "`parts` must say what there is")
    there = set(archive.names) - {MANIFEST}
    for name in sorted(there ^ parts.keys()):
        reason = "it is missing" if name in parts else "it is there, but the manifest does not know it"
        raise BundleError(archive.file, shown(name), reason)
    found: dict[str, tuple[str, JSON]] = {}
    for part, promise in parts.items():
        fitted = PARTS.fullmatch(part)
        if fitted is None:
            raise BundleError(archive.file, shown(part), "a part must be .json or .safetensors")
        found[part] = (fitted[1], promise)
    return found


def _kept(archive: Archive, part: str, promise: JSON) -> bytes:
    """The bytes of a part, if they are those that were promised."""
    from hashlib import sha256

    name = shown(part)
    if not isinstance(promise, dict) or promise.keys() != {"bytes", "sha256"}:
        raise BundleError(archive.file, MANIFEST, f"`{name}` must have `bytes` and `sha256`")
    size = archive.size(part)
    if type(promise["bytes"]) is not int or promise["bytes"] != size:
        said = shown(repr(promise["bytes"]))
        raise BundleError(archive.file, name, f"it has {size} bytes, but the manifest says {said}")
    if part.endswith(".json") and size > MOST_BYTES:
        raise BundleError(archive.file, name, f"it has {size} bytes, more than the {MOST_BYTES} that are allowed")
    data = archive.read(part)
    if sha256(data).hexdigest() != promise["sha256"]:
        raise BundleError(archive.file, name, "it is not what was written: its checksum differs")
    return data
