"""Text in pages means what it says, whatever is in it; scales hold what they are made for."""

from __future__ import annotations

import math
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from typedgrad.reports.course import POINTS, Series, smoothed
from typedgrad.reports.markup import Markup, element, text
from typedgrad.reports.plot import thinned
from typedgrad.reports.scale import amount, digits, scale_of, short


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.title = dict(attrs).get("title") or ""

    def handle_data(self, data: str) -> None:
        self.words += data


printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]))


@given(printable)
def test_a_text_is_read_as_it_was_given(said: str) -> None:
    reader = Reader()
    reader.feed(element("b", said, title=said))
    reader.close()
    assert reader.tags == ["b"]
    assert reader.words.replace("\r\n", "\n") == said.replace("\r\n", "\n")
    assert reader.title == said


@given(st.text())
def test_nothing_that_a_document_may_not_hold_gets_into_it(said: str) -> None:
    made = text(said)
    made.encode("utf-8")
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in made)
    assert "<" not in made


def test_markup_is_not_escaped_again_and_joining_it_with_a_text_is() -> None:
    assert element("p", Markup("<i>a</i>"), "<i>") == "<p><i>a</i>&lt;i&gt;</p>"
    assert element("input", type="radio", checked=True, disabled=None) == '<input type="radio" checked>'


finite = st.floats(-1e12, 1e12)


@given(st.lists(finite, max_size=20), st.integers(2, 9))
def test_a_scale_holds_its_values_and_its_marks_rise(values: list[float], marks: int) -> None:
    scale = scale_of(values, marks=marks)
    assert scale.low < scale.high
    room = 1e-6 * max([1.0, *map(abs, values)])
    assert all(scale.low - room <= v <= scale.high + room for v in values)
    assert list(scale.marks) == sorted({*scale.marks})
    assert 2 <= len(scale.marks) <= marks + 3
    assert all(0 <= scale.place(v) <= 1 for v in values)


def test_a_scale_of_nothing_of_one_number_and_of_what_is_not_finite_is_one() -> None:
    for values in ([], [3.0], [0.0, 0.0], [math.nan, math.inf], [1e-300, 2e-300], [1e9, 1e9 + 1e-3]):
        scale = scale_of(values)
        assert scale.low < scale.high, values
    assert scale_of([5.0, 9.0], least=0.0).marks[0] == 0.0


def test_numbers_are_short() -> None:
    assert [short(x) for x in (0.0, 12345.0, 1e6, 1.5e9, -0.5, 123.456)] == [
        "0",
        "12.35k",
        "1M",
        "1.5G",
        "-0.5",
        "123.5",
    ]
    assert amount(12345.0) == "12,345"
    assert digits(math.nan) == "–"
    assert digits(math.inf) == "inf"


@pytest.mark.parametrize("n", [0, 1, 7, POINTS, 2 * POINTS + 1, 50_001])
def test_a_series_stays_short_and_keeps_its_mean(n: int) -> None:
    series = Series()
    for i in range(n):
        series.add(i, i % 7)
    assert len(series.xs) == len(series.ys) <= 2 * POINTS
    assert series.xs == sorted(series.xs)
    if n:
        assert sum(series.ys) / len(series.ys) == pytest.approx(sum(i % 7 for i in range(n)) / n, rel=2e-2)
    series.add(n, math.nan)
    assert all(map(math.isfinite, series.ys))


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0, 0.99))
def test_smoothing_stays_between_the_extremes_and_begins_at_the_first_value(values: list[float], weight: float) -> None:
    found = smoothed(values, weight)
    assert found[0] == pytest.approx(values[0])
    assert all(min(values) - 1e-9 <= v <= max(values) + 1e-9 for v in found)
    assert smoothed(values, 0.0) == pytest.approx(values)


def test_a_thinned_curve_is_never_far_from_the_curve() -> None:
    xs = [i / 9999 for i in range(10_000)]
    ys = [round(x * 20) / 20 for x in xs]
    fewer = thinned(xs, ys)
    assert len(fewer[0]) < 700
    kept = dict(zip(*fewer, strict=True))
    assert (min(kept), max(kept)) == (0.0, 1.0)
    # Every step of the stairs is still there, as steep as it was.
    jumps = [(a, b) for a, b in zip(fewer[0], fewer[0][1:], strict=False) if kept[b] - kept[a] > 0.04]
    assert len(jumps) == 20
    assert all(b - a < 2e-4 for a, b in jumps)
