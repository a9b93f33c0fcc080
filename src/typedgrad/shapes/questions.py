"""What the mypy plugin asks, and what it is told. Shapes travel as text, `batch 784 _ *rest`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from typedgrad.shapes.errors import ShapeError


class Spelled(NamedTuple):
    """A static argument that is a size, as text: `Spelled("2*n")`. Inside tuples plain strings will do."""

    text: str


class Argument(NamedTuple):
    """One tensor argument of a call."""

    name: str  # of the formal, or its place, as in "#0"
    axes: str | None  # the formal's shape string, None if it has none
    dtype: str  # the formal's jaxtyping class, "Shaped" if it has none
    shape: str | None  # the actual shape, None if nothing is known about it
    actual_dtype: str | None  # a dtype, a jaxtyping class, "weak float" for a Python scalar; None if not known
    many: tuple[tuple[str | None, str | None], ...] | None = None  # of a sequence: shape and dtype of each item
    repeated: bool = False  # whether there are any number of items, all like the one in `many`


class Request(NamedTuple):
    """What is asked. `kind` says how the fields are read; see `judge`."""

    title: str
    callee: str = ""  # the full name; an op's signature and rules are found by it
    arguments: tuple[Argument, ...] = ()
    result: tuple[tuple[str, str], ...] = ()  # shape string and dtype class of each declared result
    statics: Mapping[str, object] = {}
    known: Mapping[str, str] = {}  # names fixed beforehand, such as the fields of a layer
    related: tuple[tuple[str, str], ...] = ()  # sizes that are compared: what is right if they are equal, is right
    kind: Literal["call", "annotation", "assign", "return", "claim", "dim"] = "call"


class Complaint(NamedTuple):
    """What is wrong: the first line, and the lines below it."""

    code: Literal["shape", "dtype"]
    first: str
    lines: tuple[str, ...]
    argument: str | None


class Answer(NamedTuple):
    """Shape and dtype (or class) of each result, None where nothing is known; and what is wrong, if anything is."""

    shapes: tuple[str | None, ...] = ()
    dtypes: tuple[str | None, ...] = ()
    complaint: Complaint | None = None


def complaint_of(error: ShapeError, code: Literal["shape", "dtype"]) -> Complaint:
    """An error, as lines to report."""
    return Complaint(code, error.first_line, tuple(filter(None, error.details())), error.argument)
