"""What `evaluate` counts, the measures that follow, and what it refuses."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad.backends import backend_for_device
from typedgrad.metrics import Classification

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
    for result in (
        Classification(TABLE),
        Classification(TABLE, names="abcde", costs=[1, 2, 3, 4, 5], ranks=[20, 3]),
        Classification(np.array(TABLE) * 0.1),
        Classification.empty(3, top=2),
    ):
        assert Classification.from_json(result.to_json()) == result
    read = json.loads(Classification(TABLE).to_json(), parse_constant=pytest.fail)
    assert read["measures"]["accuracy"] == 20 / 26
    assert read["measures"]["precision"] == [5 / 8, 6 / 8, 9 / 10, 0.0, None]


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
    assert lines[3] == "               precision    recall        f1  examples"
    assert lines[8] == "4                      -         -         -         0"
    assert Classification.empty(2).report() == "Classification: there are no examples yet"
    assert len({len(line) for line in lines[3:11]}) == 1
    assert len({len(line) for line in lines[12:]}) == 1


def test_evaluation_works_on_every_backend() -> None:
    backend = backend_for_device("strict")
    scores = tg.Tensor(backend.asarray(np.array([[0.1, 0.9], [0.8, 0.2]])))
    labels = tg.Tensor(backend.asarray(np.array([1, 1])))
    assert tg.evaluate(same, [(scores, labels)]).confusion.tolist() == [[0, 0], [1, 1]]


GOOD = scores_for([0, 1], 3)
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 300)
SCORES = RNG.normal(size=(300, 4)) + 1.5 * np.eye(4)[LABELS]
WEIGHTS = RNG.uniform(0, 2, 300)


def counted(**options: Any) -> Classification:
    return Classification.empty(4, top=3).update(tg.asarray(SCORES), tg.asarray(LABELS), **options)


def one_vs_rest(c: int, weights: Any = None) -> tuple[float, float, float, float]:
    """By brute force."""
    tp = fp = fn = tn = 0.0
    for score, label, w in zip(SCORES, LABELS, np.ones(300) if weights is None else weights, strict=True):
        said, so = int(score.argmax()) == c, label == c
        tp, fp, fn, tn = tp + w * (said and so), fp + w * (said and not so), fn + w * (so and not said), tn + w * (not so and not said)  # fmt: skip  # noqa: E501  # one line per definition
    return tp, fp, fn, tn


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_measures_by_class_are_those_of_their_definitions(weights: Any) -> None:
    result = counted(weights=None if weights is None else tg.asarray(weights))
    for c in range(4):
        tp, fp, fn, tn = one_vs_rest(c, weights)
        p, r = tp / (tp + fp), tp / (tp + fn)
        wanted = {
            "precision": p,
            "recall": r,
            "specificity": tn / (tn + fp),
            "f1": 2 * p * r / (p + r),
            "g_measure": math.sqrt(p * r),
            "iou": tp / (tp + fp + fn),
            "false_positive_rate": fp / (fp + tn),
            "false_negative_rate": fn / (fn + tp),
            "false_alarm_rate": (fp / (fp + tn) + fn / (fn + tp)) / 2,
            "mcc": (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
        }
        for name, value in wanted.items():
            assert result.by_class(name)[c] == pytest.approx(value, rel=1e-12), name
        assert result.f_beta(2.0)[c] == pytest.approx(5 * p * r / (4 * p + r), rel=1e-12)


def test_averages_are_those_of_their_definitions() -> None:
    result = counted()
    cells = [one_vs_rest(c) for c in range(4)]
    support = [tp + fn for tp, _, fn, _ in cells]
    specificity = [tn / (tn + fp) for _, fp, _, tn in cells]
    assert result.average("specificity") == pytest.approx(sum(specificity) / 4)
    assert result.average("specificity", "weighted") == pytest.approx(
        sum(s * n for s, n in zip(specificity, support, strict=True)) / 300
    )
    pooled_fp, pooled_tn = sum(c[1] for c in cells), sum(c[3] for c in cells)
    assert result.average("specificity", "micro") == pytest.approx(pooled_tn / (pooled_tn + pooled_fp))
    for measure in ("precision", "recall", "f1"):
        assert result.average(measure, "micro") == pytest.approx(result.accuracy)
    assert result.average("f_beta", "macro", beta=0.5) == pytest.approx(sum(result.f_beta(0.5)) / 4)
    assert result.false_alarm_rate == pytest.approx(sum(result.by_class("false_alarm_rate")) / 4)


def test_mcc_and_kappa_are_correlation_and_agreement_beyond_chance() -> None:
    result = counted()
    said, so = np.eye(4)[SCORES.argmax(axis=1)], np.eye(4)[LABELS]
    said, so = said - said.mean(axis=0), so - so.mean(axis=0)
    assert result.mcc == pytest.approx((said * so).sum() / math.sqrt((said**2).sum() * (so**2).sum()))
    agree = np.mean(SCORES.argmax(axis=1) == LABELS)
    chance = sum(np.mean(SCORES.argmax(axis=1) == c) * np.mean(c == LABELS) for c in range(4))
    assert result.kappa == pytest.approx((agree - chance) / (1 - chance))
    assert Classification([[7, 0], [0, 0]]).mcc == Classification([[7, 0], [0, 0]]).kappa == 0.0
    assert Classification([[5, 0], [0, 3]]).mcc == pytest.approx(1.0)
    assert Classification([[0, 5], [5, 0]]).mcc == pytest.approx(-1.0)


def test_top_n_counts_equal_scores_from_the_front() -> None:
    result = counted()
    for n in (1, 2, 3):
        wanted = np.mean([label in np.argsort(-s, kind="stable")[:n] for s, label in zip(SCORES, LABELS, strict=True)])
        assert result.top_accuracy(n) == wanted
    ties = Classification.empty(3, top=2).update(tg.zeros((3, 3)), tg.asarray([0, 1, 2]))
    assert [ties.top_accuracy(n) for n in (1, 2)] == [1 / 3, 2 / 3]
    with pytest.raises(ValueError, match="`n` is 4, but places were counted from 1 to 3"):
        result.top_accuracy(4)


def test_masks_leave_out_and_weights_multiply() -> None:
    keep = RNG.random(300) < 0.5
    kept = Classification.empty(4, top=3).update(tg.asarray(SCORES[keep]), tg.asarray(LABELS[keep]))
    assert counted(mask=tg.asarray(keep)) == kept == counted(mask=tg.asarray(keep.astype("float32")))
    assert counted(weights=tg.asarray(keep.astype("float64"))) == kept
    twice = kept.merge(kept)
    assert counted(mask=tg.asarray(keep), weights=tg.full((300,), 2.0)) == twice


def test_masked_labels_may_be_anything() -> None:
    labels, mask = tg.asarray([0, 255]), tg.asarray([True, False])
    assert Classification.empty(3).update(GOOD, labels, mask=mask).count == 1


def test_one_hot_labels_other_axes_and_time_steps_count_the_same() -> None:
    whole = counted()
    hot = np.eye(4, dtype="int64")[LABELS]
    empty = Classification.empty(4, top=3)
    assert empty.update(tg.asarray(SCORES), tg.asarray(hot)) == whole
    steps = SCORES.reshape(60, 5, 4)
    assert empty.update(tg.asarray(steps), tg.asarray(LABELS.reshape(60, 5))) == whole
    channels_first = np.moveaxis(steps, -1, 1)
    assert empty.update(tg.asarray(channels_first), tg.asarray(LABELS.reshape(60, 5)), axis=1) == whole
    with pytest.raises(ValueError, match=r"labels\[1, 0\] is 9"):
        empty.update(tg.asarray(steps[:2, :1]), tg.asarray([[0], [9]]))


def test_costs_weigh_probabilities_and_so_need_some() -> None:
    probabilities, labels = tg.asarray([[0.6, 0.4], [0.9, 0.1]]), tg.asarray([1, 0])
    assert Classification.empty(2).update(probabilities, labels).accuracy == 0.5
    dear = Classification.empty(2, costs=(1.0, 2.0))
    assert dear.update(probabilities, labels).accuracy == 1.0
    with pytest.raises(ValueError, match=r"scores\[0, 1\] is 3, but a probability is between 0 and 1; logits go"):
        dear.update(tg.asarray([[0.5, 3.0]]), tg.asarray([1]))
    with pytest.raises(ValueError, match=r"scores\[0\] sums to 0.3, but the probabilities of all classes to 1"):
        dear.update(tg.asarray([[0.1, 0.2]]), tg.asarray([1]))
    with pytest.raises(ValueError, match="there are 2 classes but 3 `costs`"):
        Classification.empty(2, costs=(1, 2, 3))


def test_the_confusion_matrix_as_csv_html_and_text() -> None:
    result = Classification([[8, 2], [1, 9]], names=("a,b", "<i>"))
    assert result.to_csv() == 'label \\ predicted,"a,b",<i>\n"a,b",8,2\n<i>,1,9\n'
    assert "&lt;i&gt;" in result.to_html()
    assert "<i>" not in result.to_html()
    assert result.to_html().count("<td") == 4
    assert result.to_text().splitlines()[1] == "a,b                  8    2"


def test_a_million_examples_are_counted_at_once() -> None:
    labels = RNG.integers(0, 10, 1_000_000)
    scores = RNG.random((1_000_000, 10), dtype="float32")
    result = Classification.empty(10).update(tg.asarray(scores), tg.asarray(labels))
    assert result.count == 1_000_000
    assert result.accuracy == np.mean(scores.argmax(axis=1) == labels)


def test_measures_of_the_whole_are_not_hidden_by_those_of_the_classes() -> None:
    found = tg.metrics.Classification([[8, 2], [1, 9]])
    measures = found.measures()
    assert (measures["overall_mcc"], measures["mcc"]) == (found.mcc, found.by_class("mcc"))
    assert (measures["mean_false_alarm_rate"], measures["recall"]) == (found.false_alarm_rate, found.recall)
