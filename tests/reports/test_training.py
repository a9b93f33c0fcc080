"""Pages about trainings: they show what was recorded, stay small, and survive whatever a file holds."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.pages import checked
from typedgrad.reports import training_page
from typedgrad.reports.course import PATHS, Course, course_of


def bars(n: int = 12) -> dict[str, Any]:
    return {"low": -1.0, "high": 2.0, "counts": [i % 5 for i in range(n)], "mean": 0.5, "deviation": 0.2}


def records(steps: int, paths: int = 3, *, ended: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "kind": "start", "time": 1e9, "model": "Net<b>", "epochs": 2, "batches": steps // 2,
            "system": {"numpy": "2", "evil": "<script>"}, "graph": "<svg xmlns='http://www.w3.org/2000/svg'></svg>",
            "layers": [{"path": "a", "depth": 1, "layer": "Dense", "options": "n=3", "outputs": ["float32[n 3]"],
                        "parameters": "1,234", "multiply_adds": "8 n"}],
        }
    ]  # fmt: skip
    for step in range(1, steps + 1):
        record: dict[str, Any] = {
            "kind": "step",
            "epoch": 1 + 2 * step // (steps + 1),
            "step": step,
            "time": 1e9 + step,
        }
        record |= {"score": 2.0 / step, "rate": 0.1, "speed": 1000.0, "memory": 5e7}
        if step % 10 == 0 or step == 1:
            record["ratios"] = {f"layer {i}": -3.0 - i % 3 for i in range(paths)}
            record["histograms"] = {
                f"layer {i}": dict.fromkeys(("parameters", "gradients", "updates", "activations"), bars())
                for i in range(paths)
            }
        found.append(record)
    found.append({"kind": "epoch", "epoch": 2, "step": steps, "score": 0.25, "time": 1e9 + steps})
    return found + ([{"kind": "end", "interrupted": False, "time": 1e9 + steps}] if ended else [])


def test_the_page_shows_what_was_recorded() -> None:
    page = checked(training_page(records(40), title="My <run>"))
    for words in (
        "My <run>", "Net<b> · started 2001-09-09 01:46:40 UTC", "Score 0.0500 best 0.0500", "Step 40 100 % of 40",
        "Time 40.0 s", "Speed 1,000 / s", "State finished", "Dense(n=3) float32[n 3] 1,234 8 n", "evil <script>",
        "layer 0 layer 1 layer 2", "Activations",
    ):  # fmt: skip
        assert words in page.text, words
    assert page.names["img"] == 1
    assert page.ids[:4] == ["overview", "smooth-0", "smooth-1", "smooth-2"]


def test_a_page_is_loaded_again_while_the_training_runs_and_not_afterwards() -> None:
    assert 'http-equiv="refresh" content="5"' in training_page(records(4, ended=False), refresh=5)
    assert 'http-equiv="refresh"' not in training_page(records(4), refresh=5)
    assert 'http-equiv="refresh"' not in training_page(records(4, ended=False))
    running = checked(training_page(records(10, ended=False))).text
    assert "State running" in running
    two = [*records(4, ended=False), {"kind": "end", "interrupted": True}]
    assert "State interrupted" in checked(training_page(two)).text


def test_what_is_left_is_told() -> None:
    half = records(20, ended=False)
    half[0]["batches"] = 20
    assert "Time 20.0 s about 20.0 s left" in checked(training_page(half)).text


def test_a_file_with_two_runs_goes_on_with_the_second() -> None:
    page = checked(training_page(records(4) + records(6, ended=False)))
    assert "run 2 in this file" in page.text
    assert "State running" in page.text


def test_a_long_training_of_a_large_model_is_a_small_page() -> None:
    course = Course()
    for record in records(5_000, paths=3):
        course.add(record)
    for step in range(5_001, 300_000):
        course.add({"kind": "step", "step": step, "score": random.random()})  # not for secrets
    assert len(training_page(course)) < 600_000
    large = training_page(records(30, paths=5_000))
    assert len(large) < 2_000_000
    page = checked(large)
    assert f"12 of {PATHS} parameters" in page.text
    assert "further parameters are left out" in page.text


def test_nothing_recorded_is_a_page_too() -> None:
    page = checked(training_page([]))
    assert "nothing is recorded yet" in page.text
    assert "No step is recorded yet." in page.text


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "step", "step": 1, "score": None},
        {"kind": "step", "step": math.nan, "score": 1.0},
        {"kind": "step", "step": 10**400, "score": 1},
        {"kind": "step", "step": 1, "score": 1e308},
        {"kind": "step", "step": 1, "score": -1e308, "rate": 1e308, "ratios": {"a": 1e308}},
        {"kind": "step", "step": 1, "ratios": [1], "histograms": {"a": 3, "b": {"parameters": []}}},
        {"kind": "step", "step": 1, "histograms": {"a": {"parameters": bars() | {"counts": [1e308] * 5}}}},
        {"kind": "step", "step": 1, "histograms": {"a": {"parameters": bars() | {"low": 3.0}}}},
        {"kind": "step", "step": 1, "histograms": {"a": {"updates": bars() | {"low": 2.0, "high": 2.0}}}},
        {"kind": "step", "step": 1, "histograms": {"a": {"updates": bars() | {"mean": None, "counts": [-1]}}}},
        {"kind": "start", "epochs": 1e308, "batches": 1e308, "time": 1e300, "graph": "<svg" + "x" * 500_000},
        {"kind": "start", "layers": [1, {"path": 3, "depth": 10**9, "outputs": 3}], "system": []},
        {"kind": "start", "system": {"a" * 5000: "\x00\ud800"}, "model": ["a"], "epochs": "3"},
        {"kind": "epoch"},
        {"kind": ["step"]},
        {},
    ],
)
def test_a_record_that_makes_no_sense_does_no_harm(given: dict[str, Any]) -> None:
    checked(training_page([given]))
    checked(training_page([*records(12), given]))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "step", "epoch", "time", "score", "rate", "speed", "memory", "ratios", "histograms", "layers", "graph", "system",
    "model", "epochs", "batches", "interrupted",
]  # fmt: skip
some_records = st.lists(
    st.builds(
        lambda kind, rest: {"kind": kind} | rest,
        st.sampled_from(["start", "step", "epoch", "end"]),
        st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(some_records)
def test_any_records_make_a_valid_page(found: list[dict[str, Any]]) -> None:
    checked(training_page(json.loads(json.dumps(found))))


def test_the_course_keeps_the_best_score_and_means_of_many_points() -> None:
    course = course_of({"kind": "step", "step": i, "score": abs(i - 7_000)} for i in range(20_000))
    assert course.best == 0
    assert len(course.score.xs) <= 3_000
    assert course.step == 19_999
