"""What `evaluate` counts, the measures that follow, and what it refuses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad.backends import backend_for_device
from typedgrad.shapes import ShapeError
from typedgrad.train import Classification

# Labels down, predictions across; nobody predicted class 3, class 4 does not occur at all.
TABLE = [[5, 1, 0, 0, 0], [2, 6, 0, 0, 0], [0, 1, 9, 0, 0], [1, 0, 1, 0, 0], [0, 0, 0, 0, 0]]


def scores_for(predictions: list[int], classes: int) -> tg.Tensor:
    return tg.asarray(np.eye(classes, dtype="float32")[predictions])


def same(x: tg.Tensor) -> tg.Tensor:
    return x


def test_evaluate_counts_labels_and_predictions_over_all_batches() -> None:
    labels = tg.asarray([0, 0, 1, 2, 2, 2, 1])
    data = tg.data.Dataset(scores_for([0, 1, 1, 2, 0, 2, 2], 3), labels, classes=3)
    wanted = [[1, 1, 0], [0, 1, 1], [1, 0, 2]]
    for found in (
        tg.evaluate(same, data),
        tg.evaluate(same, data, batch=2),
        tg.evaluate(same, tg.data.Loader(data, batch=3, shuffle=True)),
        tg.evaluate(same, [data.rows(slice(0, 4)), data.rows(slice(4, 7))]),
    ):
        assert found.confusion.tolist() == wanted
        assert found.accuracy == 4 / 7


def test_the_measures_are_those_of_their_definitions() -> None:
    result = Classification(TABLE)
    assert result.examples == 26
    assert result.support == (6, 8, 10, 2, 0)
    assert result.accuracy == 20 / 26
    assert result.precision[:4] == (5 / 8, 6 / 8, 9 / 10, 0.0)
    assert result.recall[:4] == (5 / 6, 6 / 8, 9 / 10, 0.0)
    for p, r, f1 in zip(result.precision[:3], result.recall[:3], result.f1[:3], strict=True):
        assert f1 == pytest.approx(2 * p * r / (p + r))
    assert result.f1[3] == 0.0


def test_a_class_that_does_not_occur_has_no_measures_and_no_weight() -> None:
    result = Classification(TABLE)
    assert all(math.isnan(x[4]) for x in (result.precision, result.recall, result.f1))
    assert result.macro_precision == pytest.approx((5 / 8 + 6 / 8 + 9 / 10 + 0) / 4)
    assert result.macro_recall == pytest.approx((5 / 6 + 6 / 8 + 9 / 10 + 0) / 4)
    assert result.macro_f1 == pytest.approx(sum(result.f1[:4]) / 4)


def test_a_class_that_is_predicted_but_never_right_counts_as_zero() -> None:
    result = Classification([[3, 1], [0, 0]])
    assert result.precision == (1.0, 0.0)
    assert result.recall == (0.75, 0.0)


def test_results_form_a_monoid() -> None:
    a, b, c = (Classification(np.array(TABLE) * n) for n in (1, 2, 5))
    empty = Classification.empty(5)
    assert empty.merge(a) == a == a.merge(empty)
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == Classification(np.array(TABLE) * 8)
    assert hash(a.merge(b)) == hash(b.merge(a))
    assert a != b


def test_updating_batch_by_batch_is_evaluating_at_once() -> None:
    labels, predictions = [0, 1, 2, 1], [0, 2, 2, 1]
    result = Classification.empty(3, names=("a", "b", "c"))
    for label, predicted in zip(labels, predictions, strict=True):
        result = result.update(scores_for([predicted], 3), tg.asarray([label]))
    data = tg.data.Dataset(scores_for(predictions, 3), tg.asarray(labels), classes=3)
    assert result == tg.evaluate(same, data, names=("a", "b", "c"))


def test_a_result_cannot_be_changed() -> None:
    table = np.array(TABLE)
    result = Classification(table)
    table[0, 0] = 99
    assert result.confusion[0, 0] == 5
    with pytest.raises(ValueError, match="read-only"):
        result.confusion[0, 0] = 99
    with pytest.raises(AttributeError):
        result.accuracy = 1.0  # type: ignore[misc]  # what is being tested


def test_json_is_valid_and_round_trips() -> None:
    for result in (Classification(TABLE), Classification(TABLE, names="abcde"), Classification.empty(3)):
        assert Classification.from_json(result.to_json()) == result
    read = json.loads(Classification(TABLE).to_json(), parse_constant=pytest.fail)
    assert read["accuracy"] == 20 / 26
    assert read["precision"] == [5 / 8, 6 / 8, 9 / 10, 0.0, None]


@pytest.mark.parametrize("text", ["[]", "{}", '{"confusion": [[1, 2]]}', '{"confusion": [[-1]]}', "nonsense"])
def test_json_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Classification.from_json(text)


def test_the_report_of_many_classes_lists_the_most_frequent_mistakes() -> None:
    table = np.eye(30, dtype=int) * 5
    table[3, 5], table[7, 1] = 2, 4
    lines = Classification(table).report().splitlines()
    assert lines[0] == "156 examples, accuracy 96.15 %"
    assert lines[-3:] == [
        "label  predicted  examples",
        "7              1         4",
        "3              5         2",
    ]
    assert Classification(np.eye(30, dtype=int)).report().endswith("\n\nno mistakes")


def test_the_report_shows_what_is_not_defined_as_a_dash() -> None:
    lines = Classification(TABLE).report().splitlines()
    assert lines[2] == "            precision    recall        f1  examples"
    assert lines[7] == "4                   -         -         -         0"
    assert "0 examples\n" in Classification.empty(2).report()
    assert len({len(line) for line in lines[2:9]}) == 1
    assert len({len(line) for line in lines[10:]}) == 1


def test_evaluation_works_on_every_backend() -> None:
    backend = backend_for_device("strict")
    scores = tg.Tensor(backend.asarray(np.array([[0.1, 0.9], [0.8, 0.2]])))
    labels = tg.Tensor(backend.asarray(np.array([1, 1])))
    assert tg.evaluate(same, [(scores, labels)]).confusion.tolist() == [[0, 0], [1, 1]]


GOOD = scores_for([0, 1], 3)


def attempt(scores: tg.Tensor, labels: tg.Tensor) -> Callable[[], object]:
    return lambda: tg.evaluate(lambda x: scores, [(GOOD, tg.asarray([0, 1])), (GOOD, labels)][1:])


REFUSED: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    (
        "label too large",
        attempt(GOOD, tg.asarray([0, 3])),
        ValueError,
        "evaluate: row 1 of batch 1 has the label 3, but 3 scores allow 0 to 2",
    ),
    (
        "label negative",
        attempt(GOOD, tg.asarray([-1, 0])),
        ValueError,
        "evaluate: row 0 of batch 1 has the label -1, but 3 scores allow 0 to 2",
    ),
    (
        "NaN score",
        attempt(tg.asarray([[0.0, 1.0], [math.nan, 2.0]]), tg.asarray([0, 1])),
        ValueError,
        "evaluate: row 1 of batch 1 has a NaN score",
    ),
    (
        "float labels",
        attempt(GOOD, tg.asarray([0.0, 1.0])),
        TypeError,
        "evaluate: labels must be integers, one per row, not float32",
    ),
    (
        "integer scores",
        attempt(tg.asarray([[1, 0], [0, 1]]), tg.asarray([0, 1])),
        TypeError,
        "evaluate: scores must be floats, one per class, but the model gave int64",
    ),
    (
        "one-hot labels",
        attempt(GOOD, tg.asarray([[1, 0, 0], [0, 1, 0]])),
        ShapeError,
        "evaluate: scores must be [n classes] and labels [n]\n\n    scores  [2 3]\n    labels  [2 3]",
    ),
    (
        "rows",
        attempt(scores_for([0, 1, 2], 3), tg.asarray([0, 1])),
        ShapeError,
        "evaluate: scores must be [n classes] and labels [n]\n\n    scores  [3 3]\n    labels  [2]",
    ),
    (
        "no classes",
        attempt(tg.zeros((2, 0)), tg.asarray([0, 1])),
        ValueError,
        "evaluate: the model gave no scores: there are 0 classes",
    ),
    ("no batches", lambda: tg.evaluate(same, []), ValueError, "evaluate: `data` has no batches"),
    (
        "empty batch",
        lambda: tg.evaluate(same, [(tg.zeros((0, 3)), tg.zeros((0,), dtype="int64"))]),
        ValueError,
        "evaluate: batch 1 is empty: x has shape [0, 3], y has shape [0]",
    ),
    (
        "another number of classes",
        lambda: tg.evaluate(same, [(GOOD, tg.asarray([0, 1])), (scores_for([0], 2), tg.asarray([0]))]),
        ValueError,
        "evaluate: the model gave 3 scores per row before, but 2 for batch 2",
    ),
    (
        "batch of batches",
        lambda: tg.evaluate(same, [(GOOD, tg.asarray([0, 1]))], batch=5),
        TypeError,
        "evaluate: `batch` is for a Dataset, but `data` is a list, which has its own batches",
    ),
    (
        "names",
        lambda: tg.evaluate(same, [(GOOD, tg.asarray([0, 1]))], names=("a", "b")),
        ValueError,
        "Classification: there are 3 classes but 2 `names`",
    ),
    (
        "accuracy of nothing",
        lambda: Classification.empty(2).accuracy,
        ValueError,
        "Classification: there are no examples to be accurate about",
    ),
    (
        "merging others",
        lambda: Classification.empty(2).merge(Classification.empty(3)),
        ValueError,
        "Classification.merge: one has 2 classes, the other 3",
    ),
    (
        "merging other names",
        lambda: Classification.empty(2, "ab").merge(Classification.empty(2, "ba")),
        ValueError,
        "Classification.merge: the names differ: ('a', 'b') and ('b', 'a')",
    ),
    (
        "no square",
        lambda: Classification([[1, 2, 3], [1, 2, 3]]),
        ValueError,
        "Classification: `confusion` must be a square table, got shape [2, 3]",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_evaluated_is_refused(call: Callable[[], Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == words


def test_inside_a_training_run_layers_would_train_so_it_is_refused() -> None:
    with tg.training(tg.random.key(0)), pytest.raises(TypeError, match=r"evaluate: inside `with tg.training"):
        tg.evaluate(same, [(GOOD, tg.asarray([0, 1]))])
