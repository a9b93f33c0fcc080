"""mypy's spelling of tensor types, back in the form in which people write them.

`Tensor[Size[Literal['b 784']] | Any, Kind[Literal['Float32']] | Any]` is `Float32[Tensor, "b 784"]`.
"""

from __future__ import annotations

import re
from typing import Final

_TENSOR: Final = re.compile(r"(?:typedgrad\.core\.tensor\.)?\bTensor\[|(?:numpy\.)?\bndarray\[")
_PHANTOM: Final = re.compile(r"(?:typedgrad\.shapes\.phantom\.)?(?:Size|Kind)\[Literal\['([^']*)'\]\] \| Any")


def pretty(text: str) -> str:
    """A message of mypy with its types of tensors and of annotated arrays as annotations.

    >>> pretty("list[Tensor[Size[Literal['b 2*n _']] | Any, Kind[Literal['Float64']] | Any]]")
    'list[Float64[Tensor, "b 2*n _"]]'
    """
    out, at = [], 0
    while (found := _TENSOR.search(text, at)) is not None:
        end = _closing(text, found.end())
        parts = _split(text[found.end() : end])
        out.append(text[at : found.start()])
        out.append(_written(found.group(), *parts) or text[found.start() : end + 1])
        at = end + 1
    return "".join([*out, text[at:]])


def _written(head: str, *parts: str) -> str:
    """The annotation; empty for what is none."""
    if len(parts) != 2:
        return ""
    if not head.endswith("ndarray["):
        return _tensor(*parts)
    kind, colon, axes = _label(parts[0], "").partition(": ")
    if not colon:
        return ""
    return "ndarray" if (kind, axes) == ("Shaped", "...") else f'{kind}[ndarray, "{_plain(axes)}"]'


def _plain(axes: str) -> str:
    """Axes without the marks of names that belong to a call, or to nobody."""
    return axes.replace("@?", "").replace("@!", "").replace("@", "")


def _tensor(shape: str, dtype: str) -> str:
    kind, axes = _label(dtype, "Shaped"), _plain(_label(shape, "..."))
    return "Tensor" if (kind, axes) == ("Shaped", "...") else f'{kind}[Tensor, "{axes}"]'


def _label(text: str, unknown: str) -> str:
    found = _PHANTOM.fullmatch(text)
    return found.group(1) if found else unknown


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if not depth:
            return at
        at += 1
    return at


def _split(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(char, 0)
        if char == "," and not depth:
            parts.append(text[start:i])
            start = i + 2
    return [*parts, text[start:]]
