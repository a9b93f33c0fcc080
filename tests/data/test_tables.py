"""CSV files with typed columns: what is read, what it becomes, and what errors say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.data import MinMax, Standardize, read_csv, table


class Size(Enum):
    SMALL = "S"
    LARGE = "L"


@dataclass(frozen=True)
class Shirt:
    price: float
    sold: int
    size: Size
    colour: Literal["red", "green", "blue"]
    organic: bool
    maker: str
    weight: float | None = None


class Point(NamedTuple):
    x: float
    y: float


class Person(TypedDict):
    age: int
    name: str


SHIRTS = """price,sold,size,colour,organic,maker,weight,extra
9.5,10,S,red,true,"Müller, Sons",120,?
12,-3,L,blue,NO,"say ""hi""
there",,?
1e1,0,S,green,1,,NA,?
"""


@pytest.fixture
def shirts(tmp_path: Path) -> Path:
    path = tmp_path / "shirts.csv"
    path.write_text(SHIRTS, "utf-8")
    return path


ROWS = [
    Shirt(9.5, 10, Size.SMALL, "red", True, "Müller, Sons", 120.0),
    Shirt(12.0, -3, Size.LARGE, "blue", False, 'say "hi"\nthere', None),
    Shirt(10.0, 0, Size.SMALL, "green", True, "", None),
]


def test_rows_have_the_types_that_the_class_declares(shirts: Path) -> None:
    shop = read_csv(shirts, Shirt)
    assert list(shop) == ROWS
    assert list(shop) == ROWS, "once more"
    assert [type(v) for v in vars(next(iter(shop))).values()] == [float, int, Size, str, bool, str, float]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_line_endings_and_byte_order_marks_do_not_matter(tmp_path: Path, ending: str, encoding: str) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(ending.join(["x,y", "1,2", "", "3,4", ""]).encode(encoding))
    assert list(read_csv(path, Point)) == [Point(1.0, 2.0), Point(3.0, 4.0)]


def test_other_dialects(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_bytes("N;Alter\n'Jörg';44\n".encode("latin-1"))
    people = read_csv(path, Person, names={"age": "Alter", "name": "N"}, delimiter=";", quote="'", encoding="latin-1")
    assert list(people) == [{"age": 44, "name": "Jörg"}]
    path.write_text("1,2\n3,4\n")
    assert list(read_csv(path, Point, header=False)) == [Point(1.0, 2.0), Point(3.0, 4.0)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))),
        min_size=1,
    )
)
def test_what_pythons_writer_wrote_is_read_back(rows: list[tuple[int, str]]) -> None:
    import csv
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "people.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("age", "name"), *rows])
        assert list(read_csv(path, Person)) == [{"age": age, "name": name} for age, name in rows]


def test_features_and_labels(shirts: Path) -> None:
    encoded = read_csv(shirts, Shirt).encode("size", drop=["maker"], missing=-1.0)
    assert encoded.feature_names == (
        "price", "sold", "colour=red", "colour=green", "colour=blue", "organic", "weight",
    )  # fmt: skip
    assert encoded.class_names == ("S", "L")
    data = encoded.dataset()
    np.testing.assert_array_equal(
        data.x.numpy(), [[9.5, 10, 1, 0, 0, 1, 120], [12, -3, 0, 0, 1, 0, -1], [10, 0, 0, 1, 0, 1, -1]]
    )
    assert (data.y.tolist(), data.y.dtype.name, data.classes) == ([0, 1, 0], "int64", 2)
    assert data.x.dtype.name == "float32"
    plain = read_csv(shirts, Shirt).encode("price", drop=["maker", "weight", "organic"], one_hot=False)
    assert plain.feature_names == ("sold", "size", "colour")
    assert plain.dataset().x.tolist() == [[10.0, 0.0, 0.0], [-3.0, 1.0, 2.0], [0.0, 0.0, 1.0]]
    assert (plain.dataset().y.tolist(), plain.class_names) == ([9.5, 12.0, 10.0], None)
    several = read_csv(shirts, Shirt).encode(["price", "sold"], drop=["maker", "weight"])
    assert several.dataset().y.tolist() == [[9.5, 10.0], [12.0, -3.0], [10.0, 0.0]]
    whole = read_csv(shirts, Shirt).encode("sold", drop=["maker", "weight"]).dataset()
    assert (whole.y.tolist(), whole.classes) == ([10, -3, 0], None)
    assert read_csv(shirts, Shirt).encode("organic", drop=["maker"], missing="skip").dataset().y.tolist() == [1]


def test_missing_values_can_be_counted(shirts: Path) -> None:
    encoded = read_csv(shirts, Shirt).encode("size", drop=["maker"], missing=float("nan"))
    report = tg.data.analyze(encoded.loader(batch=2), names=encoded.feature_names, class_names=encoded.class_names)
    assert [(f.name, f.missing) for f in report.features if f.missing] == [("weight", 2)]
    assert report.classes == {"S": 2, "L": 1}


def test_batches_are_read_as_they_are_asked_for(shirts: Path) -> None:
    encoded = read_csv(shirts, Shirt).encode("size", drop=["maker", "weight"])
    loader = encoded.loader(batch=2)
    assert [len(x) for x, _ in loader] == [2, 1]
    assert loader.size is None
    assert loader.collect(classes=2).x.tolist() == encoded.dataset().x.tolist()
    assert Standardize().fit(loader).mean.tolist() == Standardize().fit(encoded.dataset()).mean.tolist()


def test_a_huge_file_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    path.write_text("x,y\n" + "1,2\n" * 200_000 + "bad,2\n")
    first = next(iter(read_csv(path, Point).encode("y").loader(batch=4)))
    assert first.x.tolist() == [[1.0]] * 4, "what is wrong far below is not met"


def test_some_columns_are_normalised(shirts: Path) -> None:
    encoded = read_csv(shirts, Shirt).encode("size", drop=["maker", "weight"])
    data = encoded.dataset()
    scaled = MinMax(only=encoded.positions("price", "sold")).fit(data).apply(data.x).numpy()
    np.testing.assert_allclose(scaled[:, 0], [0.0, 1.0, 0.2], atol=1e-6)
    np.testing.assert_array_equal(scaled[:, 2:], data.x.numpy()[:, 2:])
    assert encoded.positions("colour") == (2, 3, 4)


def test_rows_are_filtered_and_changed_by_typed_functions(shirts: Path) -> None:
    class Value(NamedTuple):
        euros: float

    values = read_csv(shirts, Shirt).filter(lambda s: s.sold >= 0).map(lambda s: Value(s.price * s.sold), Value)
    assert list(values) == [Value(95.0), Value(0.0)]
    assert [c.name for c in values.schema.columns] == ["euros"]
    assert [row.x for row in table([Point(1, 2), Point(3, 4)], Point).skip(1).take(1).repeat(2)] == [3, 3]


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


BAD = {
    "an empty file": ("", Point, "{}: the file is empty"),
    "no such column": ("x,z\n1,2\n", Point, "{}: the header has no column 'y'; there are 'x', 'z'"),
    "a near column": ("x,yy\n1,2\n", Point, "{}: the header has no column 'y'; did you mean 'yy'?"),
    "a column twice": ("x,y,x\n1,2,3\n", Point, "{}: the header has the column 'x' twice"),
    "another delimiter": ("x;y\n1;2\n", Point, "{}: the header has no column 'x'; there are 'x;y'"),
    "a byte of another file": ("x,y\n1,\x002\n", Point, "{}: line 2: column 'y' must be a finite float, got '\\x002'"),
    "digits of another script": ("x,y\n1,٢\n", Point, "{}: line 2: column 'y' must be a finite float, got '٢'"),
    "a field without end": (
        "x,y\n" + "1" * 200_000 + ",2\n",
        Point,
        "{}: line 2: field larger than field limit (131072)",
    ),
    "no float": ("x,y\n1,2\n3,four\n", Point, "{}: line 3: column 'y' must be a finite float, got 'four'"),
    "infinite": ("x,y\n1,inf\n", Point, "{}: line 2: column 'y' must be a finite float, got 'inf'"),
    "too large": ("x,y\n1,1e999\n", Point, "{}: line 2: column 'y' must be a finite float, got '1e999'"),
    "underscores": ("x,y\n1,1_0\n", Point, "{}: line 2: column 'y' must be a finite float, got '1_0'"),
    "missing": (
        "x,y\n1,\n",
        Point,
        "{}: line 2: column 'y' must be a finite float, but '' is missing: declare it `... | None` to allow that",
    ),
    "NaN": (
        "x,y\n1,NaN\n",
        Point,
        "{}: line 2: column 'y' must be a finite float, but 'NaN' is missing: declare it `... | None` to allow that",
    ),
    "too few": ("x,y\n1\n", Point, "{}: line 2 has 1 values, but the first has 2"),
    "too many": ("x,y\n1,2,3\n", Point, "{}: line 2 has 3 values, but the first has 2"),
    "no int": ("age,name\n1.5,Ada\n", Person, "{}: line 2: column 'age' must be an int, got '1.5'"),
    "after a value of two lines": (
        'age,name\n1,"a\nb"\n\nx,c\n',
        Person,
        "{}: line 5: column 'age' must be an int, got 'x'",
    ),
    "a quote that does not end": ('age,name\n1,"a\nb\n', Person, "{}: line 2: unexpected end of data"),
}


@pytest.mark.parametrize("case", BAD)
def test_errors_name_file_line_column_text_and_type(tmp_path: Path, case: str) -> None:
    text, row, message = BAD[case]
    path = written(tmp_path / "bad.csv", text)
    with pytest.raises(ValueError) as caught:
        list(read_csv(path, row))
    assert str(caught.value) == message.format(path)


@dataclass
class Checked:
    x: float

    def __post_init__(self) -> None:
        if self.x > 1:
            raise ValueError("too much")


def test_what_a_row_class_refuses_says_where(tmp_path: Path) -> None:
    path = written(tmp_path / "bad.csv", "x\n1\n2\n")
    with pytest.raises(ValueError, match="too much") as caught:
        list(read_csv(path, Checked))
    assert caught.value.__notes__ == [f"{path}: line 3"]


def test_categories_are_listed(shirts: Path) -> None:
    shirts.write_text(SHIRTS.replace("blue", "bleu"), "utf-8")
    with pytest.raises(ValueError, match="line 3: column 'colour' must be one of 'red', 'green', 'blue', got 'bleu'"):
        list(read_csv(shirts, Shirt))


def test_text_of_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("age,name\n44,Jörg\n".encode("latin-1"))
    with pytest.raises(ValueError, match="no utf-8-sig text: invalid"):
        list(read_csv(path, Person))


class Nested(NamedTuple):
    x: list[int]


class Count(NamedTuple):
    n: int
    x: float


class Both(NamedTuple):
    x: int | str


class Odd(NamedTuple):
    x: Literal[True]


class Named(NamedTuple):
    x: Annotated[float | None, "in metres"]


ALLOWED = "a column holds int, float, bool, str, Literal[...] or an Enum, or one of them | None"


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: table([], Nested), TypeError, f"Nested.x: {ALLOWED}, not list[int]"),
        (lambda: table([], Both), TypeError, f"Both.x: {ALLOWED}, not int | str"),
        (lambda: table([], Odd), TypeError, f"Odd.x: {ALLOWED}, not typing.Literal[True]"),
        (
            lambda: table([], int),
            TypeError,
            "a schema must be a dataclass, a NamedTuple or a TypedDict, not <class 'int'>",
        ),
        (
            lambda: table([Point(1, 2)], Point).encode("z"),
            ValueError,
            "encode: Point has no column 'z'; there are 'x', 'y'",
        ),
        (
            lambda: table([Point(1, 2)], Point).encode("x", drop=["y"]),
            ValueError,
            "encode: no column is left for features",
        ),
        (
            lambda: table([Point(1, 2)], Point).encode("x", drop=["x"]),
            ValueError,
            "encode: `label` must name columns that are not dropped, got 'x'",
        ),
        (
            lambda: table(ROWS, Shirt).encode("size"),
            TypeError,
            "encode: the column 'maker' is text: drop it, or declare its values with Literal[...]",
        ),
        (
            lambda: table(ROWS, Shirt).encode(["size"], drop=["maker"]),
            TypeError,
            "encode: several labels must be numbers; a category must be the only one",
        ),
        (
            lambda: table(ROWS, Shirt).encode("size", drop=["maker"]).dataset(),
            ValueError,
            "encode: row 1 has no value in the column 'weight': see `missing`",
        ),
        (
            lambda: table(ROWS, Shirt).encode("weight", drop=["maker"], missing=0.0).dataset(),
            ValueError,
            "encode: row 1 has no value in the column 'weight': see `missing`",
        ),
        (lambda: table([], Point).encode("x").dataset(), ValueError, "encode: the table has no rows"),
        (
            lambda: table([Point(0, 1), Point(1, 1e300)], Point).encode("x").dataset(),
            ValueError,
            "encode: the feature 'y' is 1e+300, which float32 does not hold",
        ),
        (
            lambda: table([Point(0, 1), Point(1, float("nan"))], Point).encode("x").dataset(),
            ValueError,
            "encode: the feature 'y' is nan: say missing=nan to allow that",
        ),
        (
            lambda: table([Point(1e39, 1)], Point).encode("x").dataset(),
            ValueError,
            "encode: float32 does not hold a label of 'x'",
        ),
        (
            lambda: table([Count(10**30, 1.0)], Count).encode("n").dataset(),
            ValueError,
            "encode: int64 does not hold a label of 'n'",
        ),
        (
            lambda: table([Point(1, 2)], Point).encode("x").positions("x"),
            ValueError,
            "encode: 'x' is none of the features 'y'",
        ),
        (
            lambda: table([Point(1, 2)], Point).encode("x", missing="drop"),  # type: ignore[arg-type]  # wrong
            ValueError,
            "encode: `missing` must be 'error', 'skip' or a number, got 'drop'",
        ),
        (
            lambda: table([Point("a", 2)], Point).encode("x").dataset(),  # type: ignore[arg-type]  # wrong on purpose
            TypeError,
            "encode: the column 'x' must hold a finite float, got 'a'",
        ),
    ],
)
def test_bad_schemas_and_choices_are_refused(act: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value) == message


def test_annotations_may_say_more_and_values_be_missing() -> None:
    (column,) = table([], Named).schema.columns
    assert (column.kind, column.optional) == ("float", True)
    x = table([Point(1.0, 2.0)], Point).encode(["y"]).dataset().x
    assert tg.asarray(x).tolist() == [[1.0]]
