"""JSON that leaves nothing open: no key twice, no NaN, no more of it than is allowed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeAlias, cast

from typedgrad.io.refusal import BundleError, shown

if TYPE_CHECKING:
    import os

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

MOST_BYTES = 1 << 24
# Each value costs memory of its own, up to a hundred times that of its two characters in the text.
MOST_VALUES = 1 << 20


def parse(text: bytes, file: str | os.PathLike[str], part: str, *, most: int = MOST_BYTES) -> JSON:
    """What a JSON text says.

    Raises BundleError unless it is one value in UTF-8, of at most `most` bytes and about a million values, without
    NaN, infinity and keys that are there twice.

    >>> parse(b'{"step": 7}', "model.zip", "training.json")
    {'step': 7}
    >>> parse(b'{"step": 7, "step": 8}', "model.zip", "training.json")
    Traceback (most recent call last):
    BundleError: model.zip: training.json: the key `step` is there twice
    """

    def no_number(word: str) -> NoReturn:
        raise BundleError(file, part, f"{word} is no JSON")

    def finite(digits: str) -> float:
        number = float(digits)
        return number if math.isfinite(number) else no_number(shown(digits))

    def unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        found = dict(pairs)
        if len(found) != len(pairs):
            left = dict.fromkeys(found, 1)
            twice = next(name for name, _ in pairs if not left.pop(name, 0))
            raise BundleError(file, part, f"the key `{shown(twice)}` is there twice")
        return found

    if len(text) > most:
        raise BundleError(file, part, f"it has {len(text)} bytes, more than the {most} that are allowed")
    if sum(text.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
        raise BundleError(file, part, f"it holds more than the {MOST_VALUES} values that are allowed")
    try:
        found = json.loads(text.decode(), parse_constant=no_number, parse_float=finite, object_pairs_hook=unique)
    except BundleError:
        raise
    except RecursionError as error:
        raise BundleError(file, part, "it is nested too deeply") from error
    except ValueError as error:  # bad UTF-8, bad JSON, and integers of thousands of digits
        raise BundleError(file, part, f"it is no JSON: {error}") from error
    return cast("JSON", found)


def spell(value: JSON) -> bytes:
    """A value as JSON in UTF-8, keys in their order.

    Raises TypeError for what JSON has no way to say, ValueError for NaN and infinity.

    >>> spell({"b": 1, "a": [0.1, None]})
    b'{"b": 1, "a": [0.1, null]}'
    """
    return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
