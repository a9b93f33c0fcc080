"""Pages about evaluations show what was found, and only that."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.reports.pages import checked
from typedgrad import metrics
from typedgrad.metrics import Metric
from typedgrad.reports import evaluation_json, evaluation_page, evaluation_text
from typedgrad.reports.heat import WIDEST

EVIL = (
    "<script>alert(1)</script>",
    'a"b',
    "x' onload='y",
    "&amp;",
    "\x00\ud800",
    "c" * 300,
    "",
    "日本語",
    "</title>",
    "z",
)


def examples(n: int = 500, classes: int = 10) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, n)
    scores = rng.normal(size=(n, classes))
    scores[np.arange(n), labels] += 2.0
    odds = np.exp(scores)
    return odds / odds.sum(axis=1, keepdims=True), labels


def every_kind(names: tuple[str, ...] = EVIL) -> dict[str, Metric]:
    p, y = examples()
    probabilities, labels = tg.asarray(p), tg.asarray(y)
    first, is_first = tg.asarray(p[:, 0]), tg.asarray((y == 0).astype(np.int64))
    some, are = tg.asarray(p[:, :2]), tg.asarray(np.stack([y == 0, y == 1], axis=1).astype(np.int64))
    two = names[:2]
    return {
        "Classification": metrics.Classification.empty(10, names, top=3).update(probabilities, labels),
        "BinaryClassification": metrics.BinaryClassification.empty(2, two).update(some, are),
        "Regression": metrics.Regression.empty(2, two).update(some, are.astype("float64")),
        "Roc": metrics.Roc.empty().update(first, is_first),
        "RocBinary": metrics.RocBinary.empty(2, two).update(some, are),
        "RocMulticlass": metrics.RocMulticlass.empty(10, names).update(probabilities, labels),
        "Calibration": metrics.Calibration.empty(10, names).update(probabilities, labels),
        "CalibrationOfOne": metrics.Calibration.empty(1).update(first, is_first),
        "IoU": metrics.IoU.empty(10, names).update(probabilities, labels),
        "BinaryIoU": metrics.BinaryIoU.empty().update(first, is_first),
        "TopK": metrics.TopK.empty(2).update(probabilities, labels),
        "Mean": metrics.Mean.empty().update(first),
        "Sum": metrics.Sum.empty().update(first),
    }


FOUND = every_kind()


@pytest.mark.parametrize("kind", FOUND)
def test_the_page_of_each_metric_is_valid_whatever_its_names_are(kind: str) -> None:
    page = checked(evaluation_page(FOUND[kind], title=EVIL[0]))
    assert page.text.count(EVIL[0]) >= 1


def test_a_page_of_all_metrics_has_a_section_for_each() -> None:
    page = checked(evaluation_page(*FOUND.values()))
    assert page.names["section"] == len(FOUND)
    assert {*metrics.__dict__} >= {type(m).__name__ for m in FOUND.values()}
    shown = {type(m).__name__ for m in FOUND.values()}
    every = {n for n, c in vars(metrics).items() if isinstance(c, type) and issubclass(c, Metric) and c is not Metric}
    assert shown == every, "a metric without a page"


def test_the_numbers_on_the_page_are_those_of_the_metric() -> None:
    found = metrics.Classification([[8, 2, 0], [1, 9, 3], [0, 0, 7]], names=("cat", "dog", "cow"))
    page = checked(evaluation_page(found))
    assert f"Accuracy {100 * found.accuracy:.2f} %" in page.text
    assert f"Matthews correlation {found.mcc:.4f}" in page.text
    for name, *values, support in zip(
        found.names, found.precision, found.recall, found.f1, found.by_class("specificity"), found.support, strict=True
    ):
        assert f"{name} {' '.join(f'{v:.4f}' for v in values)} {support}" in page.text
    hints = [t for t in page.titles if " taken for " in t]
    assert sorted(hints) == sorted(
        [
            "cat taken for cat: 8 (80.0 %)",
            "cat taken for dog: 2 (20.0 %)",
            "dog taken for cat: 1 (7.7 %)",
            "dog taken for dog: 9 (69.2 %)",
            "dog taken for cow: 3 (23.1 %)",
            "cow taken for cow: 7 (100.0 %)",
        ]
    )
    # The most frequent mistake comes first.
    assert "dog cow 3 23.08 % cat dog 2 20.00 % dog cat 1 7.69 %" in page.text


def test_curves_tell_their_areas() -> None:
    found = FOUND["RocMulticlass"]
    assert isinstance(found, metrics.RocMulticlass)
    page = checked(evaluation_page(found))
    for k in (0, 3, 9):
        assert f"({found.auroc[k]:.4f})" in page.text
        assert f"({found.auprc[k]:.4f})" in page.text
    assert f"{found.macro_auroc:.4f}" in page.text


def test_the_reliability_diagram_tells_every_bin() -> None:
    found = metrics.Calibration.empty(1, bins=4).update(tg.asarray([0.6, 0.7, 0.9]), tg.asarray([0, 1, 1]))
    page = checked(evaluation_page(found))
    assert "0.50 to 0.75: 2 times, said 0.6500, so 0.5000" in page.titles
    assert "0.75 to 1.00: 1 times, said 0.9000, so 1.0000" in page.titles
    assert f"{found.ece:.4f}" in page.text


def test_a_page_about_a_thousand_classes_is_bounded_and_shows_the_worst() -> None:
    rng = np.random.default_rng(0)
    table = rng.poisson(0.05, (1000, 1000)) + np.diag(rng.poisson(20, 1000) + 1)
    table[617] = 0
    table[617, 3] = 99
    p, y = examples(2000, 1000)
    many = [
        metrics.Classification(table),
        metrics.RocMulticlass.empty(1000).update(tg.asarray(p), tg.asarray(y)),
        metrics.Calibration.empty(1000).update(tg.asarray(p), tg.asarray(y)),
        metrics.IoU(table),
        metrics.Regression.empty(1000).update(tg.asarray(p), tg.asarray(p + 1.0)),
        metrics.BinaryClassification.empty(1000).update(tg.asarray(p), tg.asarray((p > 0.5).astype(np.int64))),
    ]
    for metric in many:
        written = evaluation_page(metric)
        assert len(written) < 600_000, type(metric).__name__
        checked(written)
    page = checked(evaluation_page(many[0]))
    assert "617 3 99 100.00 %" in page.text
    assert page.names["rect"] <= WIDEST * WIDEST + 1


def test_metrics_without_examples_or_without_one_kind_of_them_have_a_page() -> None:
    page = checked(evaluation_page(metrics.Classification.empty(3), metrics.Roc.empty(), metrics.Regression.empty()))
    assert page.text.count("There are no examples.") == 3
    only = metrics.Roc.empty().update(tg.asarray([0.2, 0.9]), tg.asarray([1, 1]))
    assert "–" in checked(evaluation_page(only)).text
    none = metrics.Roc.empty().update(tg.asarray([0.2, 0.9]), tg.asarray([0, 0]))
    checked(evaluation_page(none))
    some = metrics.RocMulticlass.empty(3).update(tg.asarray([[0.2, 0.8, 0.0]]), tg.asarray([1]))
    checked(evaluation_page(some))
    flat = metrics.Regression.empty().update(tg.asarray([1.0, 1.0]), tg.asarray([0.0, 0.0]))
    assert "–" in checked(evaluation_page(flat)).text
    checked(evaluation_page())


def test_weights_and_large_counts_fit() -> None:
    checked(evaluation_page(metrics.Classification([[0.25, 1e9], [1e-9, 123456789.0]])))
    checked(evaluation_page(metrics.Classification([[0, 0], [0, 5]])))
    checked(evaluation_page(metrics.Classification([[5]])))


class Own(Metric):
    """A metric of one's own, which the library has never seen."""

    @property
    def count(self) -> float:
        return 3

    def measures(self) -> Mapping[str, object]:
        return {"examples": 3, "fun_factor": 0.5, "by_day": (1.0, math.nan), "remark": "none"}


def test_a_metric_of_ones_own_is_shown_by_its_measures() -> None:
    page = checked(evaluation_page(Own()))
    assert "Fun factor 0.5000" in page.text
    assert "By day" in page.text


def test_text_and_json_hold_all_of_them() -> None:
    text = evaluation_text(*FOUND.values())
    for metric in FOUND.values():
        assert metric.report() in text
    found = json.loads(evaluation_json(*FOUND.values()))["metrics"]
    assert [type(metric).from_json(json.dumps(part)) for metric, part in zip(FOUND.values(), found, strict=True)] == [
        *FOUND.values()
    ]


@pytest.mark.parametrize("make", [evaluation_page, evaluation_text, evaluation_json])
def test_what_is_no_metric_is_refused(make: Any) -> None:
    with pytest.raises(TypeError, match="there must be metrics"):
        make("accuracy")
