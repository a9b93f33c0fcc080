"""Data for the command line: a word for what ships with the package, or a description in JSON."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

import numpy as np

from typedgrad import data
from typedgrad.cli.description import Description, read_description
from typedgrad.cli.outcome import Failure
from typedgrad.core.tensor import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

Data = data.Dataset[Tensor, Tensor]
HELP: Final = "a file of JSON that describes the data; or digits, digits:test, mnist:FOLDER, mnist:FOLDER:test"
_KINDS: Final[Mapping[str, object]] = {"int": int, "float": float, "bool": bool, "str": str}
_LARGEST: Final = 1 << 34


def dataset_of(said: str, default: Literal["train", "test"] = "train") -> Data:
    """The data that are meant. Raises Failure, or what reading them raises."""
    word, _, rest = said.partition(":")
    if word == "digits" and not Path(said).exists():
        return _part(data.digits(), rest or default)
    if word == "mnist" and rest:
        folder, colon, part = rest.rpartition(":")
        if colon and part in ("train", "test"):
            return _part(data.mnist(folder), part)
        return _part(data.mnist(rest), default)
    path = Path(said)
    if path.is_dir() or not path.exists():
        raise Failure(f"--data: there is no file {said}; it may be {HELP}")
    given = read_description(path)
    make = _FORMATS[given.choice("format", tuple(_FORMATS))]
    found = _changed(make(given, path.parent, default), given)
    given.finished()
    return found


def _part(split: Any, name: str) -> Data:  # noqa: ANN401  # a split of any shapes
    if name not in ("train", "test"):
        raise Failure(f"--data: the parts are train and test, not {name!r}")
    found: Data = getattr(split, name)
    return found


def _changed(found: Data, given: Description) -> Data:
    """What a description may ask of data of any format."""
    if given.has("split"):
        split = given.inner("split")
        share, seed = split.take("train", float), split.maybe("seed", int, 0)
        parts = found.split(share, seed=seed, stratify=split.maybe("stratify", bool, False))
        found = _part(parts, split.choice("part", ("train", "test")))
        split.finished()
    if given.has("take"):
        found = data.Dataset(*found.rows(slice(0, max(1, given.take("take", int)))), classes=found.classes)
    if given.choice("target", ("labels", "input"), "labels") == "input":
        found = data.Dataset(found.x, found.x)
    return found


def _digits(given: Description, folder: Path, default: str) -> Data:
    return _part(data.digits(), given.choice("part", ("train", "test"), default))


def _mnist(given: Description, folder: Path, default: str) -> Data:
    return _part(data.mnist(folder / given.take("folder", str)), given.choice("part", ("train", "test"), default))


def _idx(given: Description, folder: Path, default: str) -> Data:
    """Two files of the format of MNIST; numbers of one byte are pixels, from 0 to 1."""
    x = _array(data.read_idx(folder / given.take("x", str)))
    y = _array(data.read_idx(folder / given.take("y", str)))
    pixels = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
    return _of_arrays(pixels, y, given)


def _npz(given: Description, folder: Path, default: str) -> Data:
    path = folder / given.take("path", str)
    names = given.maybe("x", str, "x"), given.maybe("y", str, "y")
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise Failure(f"{path}: this unpacks to more than 16 GiB")
        with np.load(path, allow_pickle=False) as arrays:
            for name in names:
                if name not in arrays:
                    raise Failure(f"{path}: there is no array {name!r}; there are {', '.join(arrays.files)}")
            x, y = (arrays[name] for name in names)
    except (zipfile.BadZipFile, EOFError) as error:
        raise Failure(f"{path}: this is no file that numpy.savez writes") from error
    return _of_arrays(x, y, given)


def _csv(given: Description, folder: Path, default: str) -> Data:
    """A table with a header; its columns are named, with what they hold: int, float, bool, str, or a list of values."""
    path = folder / given.take("path", str)
    columns = given.take("columns", dict)
    label = given.entries.get("label")
    given.has("label")
    if not isinstance(label, str) and not (isinstance(label, list) and all(isinstance(n, str) for n in label)):
        raise Failure(f"{given.where}: `label` must be the name of a column, or a list of them")
    kinds = {name: _kind(given, name, kind) for name, kind in columns.items()}
    make: Any = TypedDict  # the columns are known at run time only
    row: type[Any] = make("Row", kinds)
    table = data.read_csv(path, row, delimiter=given.maybe("delimiter", str, ","))
    drop = [name for name, kind in columns.items() if kind == "str"]
    drop += [str(name) for name in given.maybe("drop", list, [])]
    return table.encode(label, drop=drop).dataset()


def _kind(given: Description, name: str, kind: object) -> object:
    if isinstance(kind, list) and kind and all(isinstance(value, (str, int)) for value in kind):
        return Literal[tuple(kind)]
    if isinstance(kind, str) and kind in _KINDS:
        return _KINDS[kind]
    words = f"{', '.join(_KINDS)}, or a list of the values it may have"
    raise Failure(f"{given.where}: the column {name!r} must be {words}, not {kind!r}")


def _of_arrays(x: NDArray[Any], y: NDArray[Any], given: Description) -> Data:
    """Wide numbers become those that parameters are made of, labels the integers that losses take."""
    for name, array in (("x", x), ("y", y)):
        if array.dtype.kind not in "fiub":
            raise Failure(f"{given.where}: `{name}` holds {array.dtype}, which are no numbers")
    classes = given.take("classes", int) if given.has("classes") else None
    wide = {"f": np.float32, "i": np.int64, "u": np.int64, "b": np.int64}
    x, y = (array.astype(wide[array.dtype.kind]) for array in (x, y))
    return data.Dataset(Tensor(x), Tensor(y), classes=classes)


def _array(x: Tensor) -> NDArray[Any]:
    return np.asarray(x.data)


_FORMATS: Final[Mapping[str, Callable[[Description, Path, str], Data]]] = {
    "digits": _digits,
    "mnist": _mnist,
    "idx": _idx,
    "npz": _npz,
    "csv": _csv,
}
