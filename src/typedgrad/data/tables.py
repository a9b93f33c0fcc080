"""`Table[S]`: typed rows of a CSV file, read as they are asked for."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from typedgrad.data.encoding import Encoded
from typedgrad.data.epochs import Epochs
from typedgrad.data.schema import Schema, nearest
from typedgrad.data.source import Given
from typedgrad.data.steps import Kept, Mapped, Remembered
from typedgrad.data.stream import name_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Self

    from typedgrad.data.encoding import Missing
    from typedgrad.data.schema import Column
    from typedgrad.data.source import Source

S = TypeVar("S")
S2 = TypeVar("S2")

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "?")


class Table(Epochs[S], Generic[S]):
    """Rows of one class, each with the types that the class declares. Made by `read_csv` and `table`.

    >>> from typing import NamedTuple
    >>> class Point(NamedTuple):
    ...     x: float
    ...     y: float
    >>> points = tg.data.table([Point(1.0, 2.0), Point(3.0, 4.0)], Point)
    >>> [point.x for point in points.filter(lambda point: point.y > 2)]
    [3.0]
    """

    __slots__ = ("schema",)

    def __init__(self, source: Source[S], schema: Schema[S]) -> None:
        super().__init__(source)
        self.schema = schema

    def _like(self, source: Source[S]) -> Self:
        made = super()._like(source)
        made.schema = self.schema
        return made

    def filter(self, keep: Callable[[S], bool]) -> Table[S]:
        """The rows for which `keep` says True.

        >>> from typing import NamedTuple
        >>> class Point(NamedTuple):
        ...     x: float
        >>> len(list(tg.data.table([Point(1.0), Point(3.0)], Point).filter(lambda point: point.x > 2)))
        1
        """
        return Table(Kept(self._source, keep, f"filter({name_of(keep)})"), self.schema)

    def map(self, change: Callable[[S], S2], row: type[S2]) -> Table[S2]:
        """A row of another class for each row: columns dropped, renamed, computed. The schema is known without data.

        >>> from typing import NamedTuple
        >>> class Celsius(NamedTuple):
        ...     c: float
        >>> class Kelvin(NamedTuple):
        ...     k: float
        >>> list(tg.data.table([Celsius(0.0)], Celsius).map(lambda row: Kelvin(row.c + 273.15), Kelvin))
        [Kelvin(k=273.15)]
        """
        return Table(Mapped(self._source, change, f"map({name_of(change)})", "row"), Schema(row))

    def cache(self) -> Table[S]:
        """The same rows, read once and kept in memory.

        >>> from typing import NamedTuple
        >>> class Point(NamedTuple):
        ...     x: float
        >>> len(list(tg.data.table([Point(1.0)], Point).cache()))
        1
        """
        return Table(Remembered(self._source), self.schema)

    def encode(
        self,
        label: str | Sequence[str],
        *,
        drop: Sequence[str] = (),
        one_hot: bool = True,
        missing: Missing = "error",
    ) -> Encoded[S]:
        """Features and labels as numbers, as a dataset or in batches; see `Encoded`.

        Args:
            label: the column to learn. A category or a truth value gives classes `[n]`, a number numbers `[n]`; several
                columns of numbers give `[n, columns]`.
            drop: columns that are not used. The others are features.
            one_hot: whether a category gives a feature for each of its values, or else its position among them.
            missing: what a missing value does: "error", "skip" leaves its row out, a number takes its place (or NaN,
                for `analyze`).

        Raises:
            ValueError: if there is no column of a name, or none is left for features.
            TypeError: if a column that is used holds text.

        >>> from typing import Literal, NamedTuple
        >>> class Fruit(NamedTuple):
        ...     weight: float
        ...     colour: Literal["red", "green"]
        ...     ripe: bool
        >>> fruits = tg.data.table([Fruit(1.5, "green", True), Fruit(1.0, "red", False)], Fruit)
        >>> encoded = fruits.encode("ripe")
        >>> encoded.feature_names
        ('weight', 'colour=red', 'colour=green')
        >>> encoded.dataset().x.tolist(), encoded.dataset().y.tolist()
        ([[1.5, 0.0, 1.0], [1.0, 1.0, 0.0]], [1, 0])
        """
        return Encoded(self, self.schema, label, drop, one_hot, missing)


def table(rows: Iterable[S] | Callable[[int], Iterable[S]], row: type[S]) -> Table[S]:
    """A table of rows that are there already, or that a function makes.

    >>> from typing import NamedTuple
    >>> class Point(NamedTuple):
    ...     x: float
    >>> tg.data.table([Point(1.0), Point(3.0)], Point)
    <Table of 2>
    """
    return Table(Given(rows), Schema(row))


def read_csv(
    path: str | os.PathLike[str],
    row: type[S],
    *,
    names: Mapping[str, str] | None = None,
    header: bool = True,
    delimiter: str = ",",
    quote: str = '"',
    encoding: str = "utf-8-sig",
    missing: Sequence[str] = MISSING,
) -> Table[S]:
    r"""A table of the rows of a CSV file, which is read anew in each epoch, a row at a time.

    Args:
        path: the file.
        row: the class of a row, a dataclass, a `NamedTuple` or a `TypedDict`: its fields are the columns that are read.
        names: what columns are called in the file, by their field, where that differs.
        header: whether the first line names the columns. Otherwise the fields are all columns, in order.
        delimiter: what separates the values.
        quote: what values may be quoted with; twice, it stands for itself.
        encoding: of the text; the default is UTF-8 with or without a byte order mark.
        missing: the texts that stand for no value, in columns whose type allows None.

    Raises:
        TypeError: if the class is no schema.
        ValueError: if the file is empty or lacks a column; while reading, if a line has too few or many values or a
            value is not of its column's type; names the file, the line, the column, the text and the type.

    >>> import pathlib, tempfile
    >>> from typing import Literal, NamedTuple
    >>> class Flower(NamedTuple):
    ...     petal: float
    ...     species: Literal["setosa", "virginica"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flowers.csv")
    ...     _ = path.write_text("species,petal\nsetosa,1.4\nvirginica,5.1\n")
    ...     list(tg.data.read_csv(path, Flower))
    [Flower(petal=1.4, species='setosa'), Flower(petal=5.1, species='virginica')]
    """
    schema = Schema(row)
    dialect = {"delimiter": delimiter, "quotechar": quote}
    renamed = dict(names or {})
    for name in renamed:
        schema.column("read_csv: names", name)
    source = _Lines(Path(path), schema, renamed, header, dialect, encoding, frozenset(missing))
    source.places()
    return Table(source, schema)


@dataclass(frozen=True)
class _Lines(Generic[S]):
    """The rows of a CSV file."""

    path: Path
    schema: Schema[S]
    names: dict[str, str]
    header: bool
    dialect: dict[str, str]
    encoding: str
    missing: frozenset[str]
    size: None = field(default=None, init=False)

    def places(self) -> list[int]:
        """The position of each column of the schema in a line, from the first line of the file."""
        for _, values in self._records():
            return self._places(values)
        raise ValueError(f"{self.path}: the file is empty")

    def epoch(self, number: int) -> Iterator[S]:
        del number
        places: list[int] | None = None
        width = 0
        for line, values in self._records():
            if places is None:
                places, width = self._places(values), len(values)
                if self.header:
                    continue
            if len(values) != width:
                raise ValueError(f"{self.path}: line {line} has {len(values)} values, but the first has {width}")
            yield self._row(line, values, places)

    def _places(self, first: list[str]) -> list[int]:
        columns = self.schema.columns
        if not self.header:
            if len(first) != len(columns):
                raise ValueError(
                    f"{self.path}: line 1 has {len(first)} values, but {self.schema.title} has {len(columns)} columns"
                )
            return list(range(len(columns)))
        titles = [title.strip() for title in first]
        places = []
        for column in columns:
            name = self.names.get(column.name, column.name)
            if titles.count(name) != 1:
                if name in titles:
                    raise ValueError(f"{self.path}: the header has the column {name!r} twice")
                raise ValueError(f"{self.path}: the header has no column {name!r}{nearest(name, titles)}")
            places.append(titles.index(name))
        return places

    def _row(self, line: int, values: list[str], places: list[int]) -> S:
        row: dict[str, object] = {}
        for column, place in zip(self.schema.columns, places, strict=True):
            text = values[place]
            try:
                row[column.name] = self._value(column, text)
            except ValueError as error:
                name = self.names.get(column.name, column.name)
                raise ValueError(f"{self.path}: line {line}: column {name!r} {error}") from None
        try:
            return self.schema.row(**row)
        except Exception as error:  # of the class's own checks
            error.add_note(f"{self.path}: line {line}")
            raise

    def _value(self, column: Column, text: str) -> object:
        # A category may be called NA.
        if text.strip() in self.missing and text.strip() not in column.texts:
            if column.optional:
                return None
            if column.kind != "str":
                kind = column.expected
                raise ValueError(f"must be {kind}, but {text!r} is missing: declare it `... | None` to allow that")
        return column.parse(text)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The lines that are not empty, with the number of the line they begin on."""
        line = 1
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                reader = csv.reader(file, strict=True, **self.dialect)  # type: ignore[arg-type]  # checked by csv itself
                for values in reader:
                    if values:
                        yield line, values
                    line = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise ValueError(f"{self.path}: near line {line}: no {self.encoding} text: {error.reason}") from error
        except csv.Error as error:
            raise ValueError(f"{self.path}: line {line}: {error}") from error
