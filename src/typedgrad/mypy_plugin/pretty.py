"""mypy's spelling of tensor types, back in the form in which people write them.

    typedgrad.core.tensor.Tensor[tuple[Literal['b'], Literal[784]], numpy.floating[numpy._typing._nbit_base._32Bit]]
    Float32[Tensor, "b 784"]
"""

from __future__ import annotations

import re
from typing import Final

_TENSOR: Final = re.compile(r"(?:typedgrad\.core\.tensor\.)?\bTensor\[")
_PHANTOM: Final = re.compile(r"(?:typedgrad\.shapes\.phantom\.)?(?:Size|Kind)\[Literal\['([^']*)'\]\] \| Any")
_LITERAL: Final = re.compile(r"Literal\['?([^']*?)'?\]")
_BITS: Final = re.compile(r"_(\d+)Bit")
_NUMPY: Final = {
    "floating": ("Float", 1),
    "signedinteger": ("Int", 1),
    "unsignedinteger": ("UInt", 1),
    "complexfloating": ("Complex", 2),
}
_CLASSES: Final = {"float64": "Float64", "complex128": "Complex128", "bool": "Bool"}


def pretty(text: str) -> str:
    """A message of mypy with its tensor types as annotations.

    >>> pretty("Tensor[tuple[Literal['b'], Size[Literal['2*n']] | Any, Any], numpy.float64]")
    'Float64[Tensor, "b 2*n _"]'
    """
    out, at = [], 0
    while (found := _TENSOR.search(text, at)) is not None:
        end = _closing(text, found.end())
        parts = _split(text[found.end() : end])
        out.append(text[at : found.start()])
        out.append(_tensor(*parts) if len(parts) == 2 else text[found.start() : end + 1])
        at = end + 1
    return "".join([*out, text[at:]])


def _tensor(shape: str, dtype: str) -> str:
    kind = _dtype(dtype)
    axes = _axes(shape)
    return "Tensor" if (kind, axes) == ("Shaped", "...") else f'{kind}[Tensor, "{axes}"]'


def _axes(shape: str) -> str:
    if shape == "tuple[()]":
        return ""
    if not shape.startswith("tuple["):
        return _axis(shape) if shape != "Any" else "..."
    return " ".join(map(_axis, _split(shape[len("tuple[") : -1])))


def _axis(item: str) -> str:
    for pattern in (_PHANTOM, _LITERAL):
        if (found := pattern.fullmatch(item)) is not None:
            return found.group(1)
    return "_"


def _dtype(name: str) -> str:
    if (found := _PHANTOM.fullmatch(name)) is not None:
        return found.group(1)
    last = name.partition("[")[0].rpartition(".")[2]
    bits = _BITS.search(name)
    if last in _NUMPY and bits:
        family, parts = _NUMPY[last]
        return f"{family}{int(bits.group(1)) * parts}"
    return _CLASSES.get(last, "Shaped")


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
