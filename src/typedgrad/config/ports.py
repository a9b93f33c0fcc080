"""The shape strings of inputs and labels: a name for the batch, then sizes, or names where sizes vary."""

from __future__ import annotations

from typing import Final, NamedTuple

from typedgrad.core.abstract import abstract
from typedgrad.core.tensor import Tensor
from typedgrad.shapes import ShapeStringError, dtypes, parse_axes
from typedgrad.shapes.dtypes import KINDS

_DEFAULTS: Final = {"Int": "int64", "Integer": "int64", "UInt": "uint8", "Bool": "bool"}


class Port(NamedTuple):
    """A shape string as it was written: the axes, and the dtype if the string begins with one."""

    text: str
    axes: tuple[str, ...]
    dtype: str | None

    def tensor(self, dtype: str = "float32") -> Tensor:
        """A tensor of this shape without values."""
        return abstract(" ".join(self.axes), self.dtype or dtype)


def port(title: str, text: object) -> Port:
    """What a shape string says, such as "n 1 28 28", or "Int n time" of integers.

    Raises TypeError for what is no string, ValueError for one that does not name the batch and then say all sizes.

    >>> port("input", "Int n time")
    Port(text='Int n time', axes=('n', 'time'), dtype='int64')
    """
    if not isinstance(text, str):
        raise TypeError(f'{title}: a shape string such as "n 1 28 28" is due, not {text!r}')
    head, _, rest = text.strip().partition(" ")
    known = head in KINDS or dtypes.concrete(head) is not None
    shape, dtype = (rest, _DEFAULTS.get(head) or dtypes.concrete(head)) if known else (text, None)
    try:
        parse_axes(shape)
    except ShapeStringError as error:
        error.where = title
        raise
    axes = tuple(shape.split())
    if not axes:
        raise ValueError(f'{title}: the shape string is empty; say the axes of a batch, as in "n 784"')
    for axis in axes:
        if not (axis.isidentifier() and not axis.startswith("_")) and not axis.isdecimal():
            raise ValueError(f'{title}: `{axis}` in "{text}" is neither a size nor a name for one')
        if axis.isdecimal() and not int(axis):
            raise ValueError(f'{title}: a size in "{text}" is 0; every size must be at least 1')
    if axes[0].isdecimal():
        hint = " ".join(["n", *axes[1:]] if len(axes) > 1 else ["n", *axes])
        raise ValueError(f'{title}: the first axis of "{text}" is the batch, which must have a name: "{hint}"')
    if len(set(filter(str.isidentifier, axes))) < len([axis for axis in axes if axis.isidentifier()]):
        raise ValueError(f'{title}: two axes of "{text}" have one name; sizes that vary must be told apart')
    return Port(" ".join(text.split()), axes, dtype)
