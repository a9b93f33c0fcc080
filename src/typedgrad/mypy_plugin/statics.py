"""Static values, such as options of layers, as text that fits into a literal type."""

from __future__ import annotations

import json

from mypy.types import LiteralType


class Serial(str):
    """A size as text, such as "batch" or "(b)*(t)"."""

    __slots__ = ()


def written(value: object) -> str | None:
    """A static value that is no size, as text; None for what cannot be written."""
    try:
        return f"={json.dumps(_plain(value))}"
    except (TypeError, ValueError):
        return None


def _plain(value: object) -> object:
    """A static value without what JSON does not know."""
    if isinstance(value, Serial):
        return {"size": str(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(value)


def decoded(literal: LiteralType) -> object:
    """The static value that `Codec.static` wrote."""
    value = literal.value
    if not isinstance(value, str):
        return value
    return _restored(json.loads(value[1:])) if value.startswith("=") else Serial(value)


def _restored(value: object) -> object:
    if isinstance(value, dict):
        return Serial(value["size"])
    return tuple(map(_restored, value)) if isinstance(value, list) else value
