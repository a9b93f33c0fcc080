"""Data as a network wants it: axes of size 1, one flat axis; anything else is refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from typedgrad import data
from typedgrad.cli.networks import input_of
from typedgrad.cli.outcome import Failure
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import reshape

if TYPE_CHECKING:
    from typedgrad.cli.datasets import Data
    from typedgrad.cli.networks import Built


def shaped(found: Data, network: Built) -> Data:
    """The data, if they fit the network, perhaps with other axes.

    An image `[28 28]` fits `n 1 28 28` and, flat, `n 784`; numbers `[n]` are labels for an output `[n 1]`. Nothing else
    is guessed. Raises Failure with both shapes.
    """
    given = input_of(network.spec)
    if not isinstance(given, str):
        raise Failure("a network with several inputs is trained from Python: its data are tuples")
    wanted = tuple(int(word) if word.isdigit() else None for word in _axes(given)[1:])
    x = _fitted(found.x, wanted, given)
    y = found.y if found.y is not found.x else x
    if y is not x:
        y = _labels(y, network, x)
    return data.Dataset(x, y, classes=found.classes)


def _axes(text: str) -> list[str]:
    """The axes of an input, without a dtype in front and names of sizes."""
    words = text.split()
    words = words[1:] if words[0][:1].isupper() else words
    return [word.rpartition("=")[2] for word in words]


def _fitted(x: Tensor, wanted: tuple[int | None, ...], given: str) -> Tensor:
    rest = x.shape[1:]
    if len(rest) == len(wanted) and all(w is None or w == n for n, w in zip(rest, wanted, strict=True)):
        return x
    sizes = tuple(n for n in wanted if n is not None)
    without = [n for n in rest if n != 1]
    known = len(sizes) == len(wanted)
    same = known and [n for n in sizes if n != 1] == without
    flat = known and len(sizes) == 1 and sizes[0] == math.prod(rest)
    if same or flat:
        return reshape(x, (x.shape[0], *sizes))
    raise Failure(f"the data are [{' '.join(map(str, x.shape))}], but the network takes [{given}]")


def _labels(y: Tensor, network: Built, x: Tensor) -> Tensor:
    """Numbers beside an output of one column get that column, and its dtype."""
    said = network(x[:1])
    if y.ndim == 1 and said.ndim == 2 and said.shape[1] == 1:
        return reshape(y.astype(said.dtype), (-1, 1))
    return y
