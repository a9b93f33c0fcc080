"""Columns of a table from a dataclass, `NamedTuple` or `TypedDict`, whose annotations are the columns' types."""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import (
    Annotated,
    Generic,
    Literal,
    NamedTuple,
    NoReturn,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

S = TypeVar("S")

INTEGER = re.compile(r"[+-]?[0-9]+")
# Python 3.13 has ReadOnly.
WRAPPERS = {Annotated, Required, getattr(typing, "ReadOnly", Required)}
TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "t": True, "f": False, "1": True, "0": False}
# Readers write "1,5" or "0x10" or "1_000" as the case may be; these are refused rather than guessed at.
FLOATING = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Column(NamedTuple):
    """A column: its name, what it holds, and whether values may be missing.

    `states` are the values of a category, in their order; `texts` how they stand in a file.
    """

    name: str
    kind: Literal["int", "float", "bool", "str", "category"]
    optional: bool = False
    states: tuple[object, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What a message says that the column must hold."""
        if self.kind != "category":
            return {"int": "an int", "float": "a finite float", "bool": "true or false", "str": "text"}[self.kind]
        shown = ", ".join(map(repr, self.texts[:8]))
        return f"one of {shown}" + (", ..." if len(self.texts) > 8 else "")

    def parse(self, text: str) -> object:
        """The value that a text stands for.

        Raises ValueError if it stands for none.

        >>> Column("age", "int").parse(" 42 ")
        42
        """
        if self.kind == "str":
            return text
        bare = text.strip()
        value: object = None
        if self.kind == "category":
            value = self.states[self.texts.index(bare)] if bare in self.texts else None
        elif self.kind == "bool":
            value = TRUTHS.get(bare.lower())
        elif self.kind == "int":
            value = int(bare) if INTEGER.fullmatch(bare) else None
        elif FLOATING.fullmatch(bare) and math.isfinite(number := float(bare)):
            value = number
        if value is None:
            raise ValueError(f"must be {self.expected}, got {text!r}")
        return value


class Schema(Generic[S]):
    """The columns that a class declares, and how to make a row of it.

    Raises:
        TypeError: if it is not such a class, or a column has a type that no text stands for.

    >>> class Flower(NamedTuple):
    ...     petal: float
    ...     species: Literal["setosa", "virginica"]
    >>> [(column.name, column.kind) for column in Schema(Flower).columns]
    [('petal', 'float'), ('species', 'category')]
    """

    __slots__ = ("columns", "row", "title")

    def __init__(self, row: type[S]) -> None:
        self.row: Callable[..., S] = row
        self.title = getattr(row, "__name__", repr(row))
        names = _names(row)
        try:
            hints = get_type_hints(row, include_extras=True)
        except NameError as error:
            raise TypeError(
                f"{self.title}: {error}: the names in its annotations must be those of its module"
            ) from error
        self.columns = tuple(_column(self.title, name, hints[name]) for name in names)
        if not self.columns:
            raise TypeError(f"{self.title} has no columns")

    def column(self, title: str, name: str) -> Column:
        """The column of that name.

        Raises KeyError if there is none, with the nearest.

        >>> class Point(NamedTuple):
        ...     x: float
        >>> Schema(Point).column("drop", "x").kind
        'float'
        """
        for column in self.columns:
            if column.name == name:
                return column
        names = [column.name for column in self.columns]
        raise ValueError(f"{title}: {self.title} has no column {name!r}{nearest(name, names)}")


def nearest(name: str, names: list[str]) -> str:
    """A hint at the name that was probably meant.

    >>> nearest("specie", ["species", "petal"])
    "; did you mean 'species'?"
    """
    import difflib

    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(map(repr, names))}"


def _names(row: object) -> list[str]:
    if isinstance(row, type) and hasattr(row, "__dataclass_fields__"):
        import dataclasses

        return [field.name for field in dataclasses.fields(row) if field.init]
    if is_typeddict(row):
        return list(getattr(row, "__annotations__", {}))
    if isinstance(row, type) and issubclass(row, tuple) and hasattr(row, "_fields"):
        return list(row._fields)
    raise TypeError(f"a schema must be a dataclass, a NamedTuple or a TypedDict, not {row!r}")


def _column(title: str, name: str, hint: object) -> Column:
    while get_origin(hint) in WRAPPERS:
        hint = get_args(hint)[0]
    if get_origin(hint) in {Union, types.UnionType}:
        inner = [arg for arg in get_args(hint) if arg is not types.NoneType]
        if len(inner) != 1 or len(inner) == len(get_args(hint)):
            _unreadable(title, name, hint)
        return _column(title, name, inner[0])._replace(optional=True)
    if get_origin(hint) is Literal:
        states = get_args(hint)
        if not all(isinstance(state, str | int) and not isinstance(state, bool) for state in states):
            _unreadable(title, name, hint)
        return Column(name, "category", states=states, texts=tuple(map(str, states)))
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = tuple(hint)
        return Column(name, "category", states=members, texts=tuple(str(member.value) for member in members))
    kinds = [kind for cls, kind in _KINDS if hint is cls]
    if not kinds:
        _unreadable(title, name, hint)
    return Column(name, kinds[0])


_KINDS: tuple[tuple[type, Literal["int", "float", "bool", "str"]], ...] = (
    (int, "int"),
    (float, "float"),
    (bool, "bool"),
    (str, "str"),
)


def _unreadable(title: str, name: str, hint: object) -> NoReturn:
    shown = hint.__name__ if isinstance(hint, type) else str(hint)
    allowed = "int, float, bool, str, Literal[...] or an Enum, or one of them | None"
    raise TypeError(f"{title}.{name}: a column holds {allowed}, not {shown}")
