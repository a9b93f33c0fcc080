"""A folder of checkpoints: which there are, the last one, the best one.

What there is are the files themselves, whose names say the step. `index.json` is made from them, for those who want to
look; an entry in it counts only as long as its file is the one that it was made from.
"""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from typedgrad.io.atomic import written_whole
from typedgrad.io.bundle import read_bundle, verify
from typedgrad.io.refusal import BundleError
from typedgrad.io.strict_json import parse, spell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typedgrad.io.strict_json import JSON

INDEX = "index.json"
_NAME = re.compile(r"step-(\d{9,})\.zip")


class Entry(NamedTuple):
    """What the index says of a file; the last two tell whether it is still the same one."""

    step: int
    score: float | None
    bytes: int
    time: int

    @classmethod
    def of(cls, path: Path, step: int, score: float | None) -> Entry:
        """The entry of a file as it is now."""
        found = path.stat()
        return cls(step, score, found.st_size, found.st_mtime_ns)


def name_of(step: int) -> str:
    """The file name of a step; names are in the order of their steps."""
    return f"step-{step:09d}.zip"


def steps_of(folder: Path) -> dict[Path, int]:
    """The checkpoints in a folder with their steps, which rise."""
    found = {path: int(name[1]) for path in folder.iterdir() if (name := _NAME.fullmatch(path.name)) is not None}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def entries(folder: Path) -> dict[str, Entry]:
    """The checkpoints in a folder that can be read: from the index where that is right, otherwise from the files."""
    remembered = _read_index(folder)
    found: dict[str, Entry] = {}
    for path, step in steps_of(folder).items():
        try:
            score = remembered.get(path.name)
            now = Entry.of(path, step, None if score is None else score.score)
            found[path.name] = now if now == score else Entry.of(path, step, _score(path))
        except (BundleError, FileNotFoundError):
            continue
    return found


def latest(folder: str | os.PathLike[str]) -> Path:
    """The last whole checkpoint in a folder. Files are compared with their checksums; a damaged one is passed over.

    Raises FileNotFoundError if there is none.

    >>> tg.train.latest("no/such/folder")
    Traceback (most recent call last):
    FileNotFoundError: there is no checkpoint in no/such/folder
    """
    return _first_whole(Path(folder), _names(folder)[::-1])


def best(folder: str | os.PathLike[str], *, mode: Literal["min", "max"] = "min") -> Path:
    """The checkpoint in a folder with the best score, the later of equals. A damaged file is passed over.

    Raises FileNotFoundError if there is none that has a score.

    >>> tg.train.best("no/such/folder")
    Traceback (most recent call last):
    FileNotFoundError: there is no checkpoint in no/such/folder
    """
    path = Path(folder)
    return _first_whole(path, better_first(entries(path), mode) if path.is_dir() else [])


def better_first(found: Mapping[str, Entry], mode: Literal["min", "max"]) -> list[str]:
    """The names of those with a score, the best first, the later first of equals."""
    sign = 1 if mode == "min" else -1
    scores = {name: sign * e.score for name, e in found.items() if e.score is not None and not math.isnan(e.score)}
    return sorted(scores, key=lambda name: (scores[name], -found[name].step))


def write_index(folder: Path, found: Mapping[str, Entry]) -> None:
    """Write down what is known of the files."""
    files: JSON = {
        name: {"step": e.step, "score": _spelt(e.score), "bytes": e.bytes, "time": e.time} for name, e in found.items()
    }
    with written_whole(folder / INDEX) as file:
        file.write(spell({"files": files}))


def _read_index(folder: Path) -> dict[str, Entry]:
    """What the index says, as far as it makes sense; nothing relies on it."""
    try:
        said = parse((folder / INDEX).read_bytes(), folder / INDEX, "")
    except (OSError, BundleError):
        return {}
    files = said.get("files") if isinstance(said, dict) else None
    found: dict[str, Entry] = {}
    for name, entry in (files if isinstance(files, dict) else {}).items():
        match entry:
            case {"step": int() as step, "score": score, "bytes": int() as size, "time": int() as when}:
                found[name] = Entry(step, _number(score), size, when)
    return found


def _names(folder: str | os.PathLike[str]) -> list[str]:
    return [path.name for path in steps_of(Path(folder))] if Path(folder).is_dir() else []


def _first_whole(folder: Path, names: list[str]) -> Path:
    damaged: list[str] = []
    for name in names:
        try:
            verify(folder / name)
        except BundleError as error:
            damaged.append(f"\n  {error}")
        except FileNotFoundError:  # removed since, as there are newer ones
            continue
        else:
            return folder / name
    whole = "whole " if damaged else ""
    raise FileNotFoundError(f"there is no {whole}checkpoint in {folder}{''.join(damaged)}")


def _score(path: Path) -> float | None:
    training = read_bundle(path, only=("training.json",)).documents.get("training")
    return _number(training.get("score")) if isinstance(training, dict) else None


def _spelt(score: float | None) -> JSON:
    return score if score is None or math.isfinite(score) else {"float": repr(score)}


def _number(said: JSON) -> float | None:
    match said:
        case {"float": "inf" | "-inf" | "nan" as word}:
            return float(word)
        case int() | float():
            return float(said)
    return None
