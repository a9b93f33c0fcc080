"""The other metrics against their definitions, spelt out example by example."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

import typedgrad as tg
from typedgrad import metrics
from typedgrad.metrics.roc import reached

RNG = np.random.default_rng(1)
N = 200
LABELS = RNG.integers(0, 2, N)
# Rounded, so that there are many ties.
PROBABILITIES = np.clip(np.round(0.3 * LABELS + 0.7 * RNG.random(N), 2), 0, 1)
WEIGHTS = RNG.integers(1, 4, N).astype("float64")
P, Y = tg.asarray(PROBABILITIES), tg.asarray(LABELS)


def roc(**options: Any) -> metrics.Roc:
    return metrics.Roc.empty(**options).update(P, Y)


def pairs_won(p: Any, y: Any, w: Any = None) -> float:
    """Of all pairs of a positive and a negative, the share in which the positive has the higher score."""
    w = np.ones(len(p)) if w is None else w
    up, down = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    won = total = 0.0
    for i, j in itertools.product(up, down):
        won += w[i] * w[j] * (1.0 if p[i] > p[j] else 0.5 if p[i] == p[j] else 0.0)
        total += w[i] * w[j]
    return won / total


def test_auroc_is_the_share_of_pairs_in_the_right_order_with_ties_counting_half() -> None:
    assert roc().auroc == pytest.approx(pairs_won(PROBABILITIES, LABELS), rel=1e-14)
    weighted = metrics.Roc.empty().update(P, Y, weights=tg.asarray(WEIGHTS))
    assert weighted.auroc == pytest.approx(pairs_won(PROBABILITIES, LABELS, WEIGHTS), rel=1e-12)
    assert metrics.Roc.empty().update(tg.full((4,), 0.5), tg.asarray([0, 1, 0, 1])).auroc == 0.5


def test_auprc_is_precision_averaged_over_the_recall_that_each_threshold_gains() -> None:
    area, recall = 0.0, 0.0
    for t in sorted(set(PROBABILITIES), reverse=True):
        said = t <= PROBABILITIES
        now = LABELS[said].sum() / LABELS.sum()
        area, recall = area + (now - recall) * LABELS[said].mean(), now
    assert roc().auprc == roc().area_under_pr("step") == pytest.approx(area, rel=1e-12)


def test_the_achievable_area_splits_ties_into_many_small_steps() -> None:
    # A tie of a positives and b negatives is passed in proportion: many thresholds, each with a small part of both.
    parts = 20_000
    found = roc()
    tp = fp = area = 0.0
    for up, down in zip(found.positives[::-1], found.negatives[::-1], strict=True):
        steps = (np.arange(parts) + 0.5) / parts
        if up:
            precision = (tp + steps * up) / (tp + fp + steps * (up + down))
            area += precision.mean() * up
        tp, fp = tp + up, fp + down
    assert found.area_under_pr("achievable") == pytest.approx(area / tp, rel=1e-7)


def test_curves_hold_the_rates_at_every_threshold() -> None:
    curve, pr = roc().roc_curve, roc().pr_curve
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0, 0)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1, 1)
    assert np.trapezoid(curve.true_positive_rate, curve.false_positive_rate) == pytest.approx(roc().auroc)
    for k, t in enumerate(pr.thresholds):
        said = t <= PROBABILITIES
        assert pr.precision[k] == LABELS[said].mean()
        assert pr.recall[k] == LABELS[said].sum() / LABELS.sum() == curve.true_positive_rate[k + 1]
        assert curve.false_positive_rate[k + 1] == (1 - LABELS)[said].sum() / (1 - LABELS).sum()


def test_operating_points_are_the_best_that_a_threshold_reaches() -> None:
    points = []
    for t in {*PROBABILITIES, math.inf}:
        said = t <= PROBABILITIES
        tp, fp, tn = LABELS[said].sum(), (1 - LABELS)[said].sum(), (1 - LABELS)[~said].sum()
        points.append((tp / max(tp + fp, 1), tp / LABELS.sum(), tn / (1 - LABELS).sum(), t))
    found = roc()
    for wanted in (0.0, 0.3, 0.77, 0.95):
        assert found.precision_at_recall(wanted).value == max(p for p, r, _, _ in points if r >= wanted)
        assert found.sensitivity_at_specificity(wanted).value == max(r for _, r, s, _ in points if s >= wanted)
        assert found.specificity_at_sensitivity(wanted).value == max(s for _, r, s, _ in points if r >= wanted)
    for wanted in (0.3, 0.6):
        value, threshold = found.recall_at_precision(wanted)
        assert [p for p, r, _, t in points if t == threshold and r == value and p >= wanted]
        assert value == max(r for p, r, _, _ in points if p >= wanted)
    hopeless = metrics.Roc.empty().update(tg.asarray([0.9, 0.1]), tg.asarray([0, 1]))
    assert hopeless.recall_at_precision(0.9) == (0.0, math.inf)


def test_steps_round_down_and_say_nothing_of_how_many_examples_there_are() -> None:
    stepped = roc(steps=10)
    rounded = np.floor(PROBABILITIES * 10 + 1e-9) / 10
    assert stepped.auroc == pytest.approx(pairs_won(rounded, LABELS), rel=1e-12)
    assert len(stepped.scores) <= 11
    assert stepped.count == N
    assert roc(steps=100).auroc == pytest.approx(roc().auroc, abs=1e-9)


def test_many_small_updates_are_one_large_one() -> None:
    found = metrics.Roc.empty()
    for i in range(0, N, 7):
        found = found.update(P[i : i + 7], Y[i : i + 7])
    assert found == roc()
    assert hash(found) == hash(roc())


def test_several_rocs_are_those_of_their_columns() -> None:
    p, y = RNG.random((50, 3)), RNG.integers(0, 2, (50, 3))
    each = RNG.random((50, 3)) < 0.7
    several = metrics.RocBinary.empty(3).update(tg.asarray(p), tg.asarray(y), mask=tg.asarray(each))
    for k in range(3):
        assert several.auroc[k] == pytest.approx(pairs_won(p[each[:, k], k], y[each[:, k], k]))
    shares = p / p.sum(axis=1, keepdims=True)
    labels = RNG.integers(0, 3, 50)
    many = metrics.RocMulticlass.empty(3).update(tg.asarray(shares), tg.asarray(labels))
    assert many.auroc == pytest.approx([pairs_won(shares[:, k], labels == k) for k in range(3)])
    assert many.macro_auroc == pytest.approx(sum(many.auroc) / 3)
    with pytest.raises(ValueError, match=r"probabilities\[0\] sums to"):
        metrics.RocMulticlass.empty(3).update(tg.asarray(p), tg.asarray(labels))


def test_a_class_without_positives_has_no_curve() -> None:
    ones = metrics.Roc.empty().update(tg.asarray([0.2, 0.3]), tg.asarray([1, 1]))
    with pytest.raises(ValueError, match="Roc: no example is negative, so there is no such curve"):
        _ = ones.auroc
    assert ones.auprc == 1.0
    assert "auroc      -" in ones.report()
    absent = metrics.RocMulticlass.empty(3).update(tg.asarray([[0.5, 0.5, 0.0]] * 2), tg.asarray([0, 1]))
    assert math.isnan(absent.auroc[2])
    assert absent.macro_auroc == 0.5


X = RNG.normal(5, 2, (N, 2))
T = X * [1.0, 0.5] + RNG.normal(0, 0.5, (N, 2)) + [0.0, 3.0]


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_regression_measures_are_those_of_their_definitions(weights: Any) -> None:
    given = {} if weights is None else {"weights": tg.asarray(weights)}
    found = metrics.Regression.empty(2).update(tg.asarray(X), tg.asarray(T), **given)
    rows = np.arange(N) if weights is None else np.repeat(np.arange(N), weights.astype(int))
    for k in range(2):
        p, y = X[rows, k], T[rows, k]
        wanted = {
            "mse": np.mean((p - y) ** 2),
            "rmse": math.sqrt(np.mean((p - y) ** 2)),
            "mae": np.mean(np.abs(p - y)),
            "rse": np.sum((p - y) ** 2) / np.sum((y - y.mean()) ** 2),
            "r2": 1 - np.sum((p - y) ** 2) / np.sum((y - y.mean()) ** 2),
            "explained_variance": 1 - np.var(y - p) / np.var(y),
            "pearson": stats.pearsonr(p, y).statistic,
            "concordance": 2 * np.cov(p, y, ddof=0)[0, 1] / (p.var() + y.var() + (p.mean() - y.mean()) ** 2),
            "mape": np.mean(np.abs((p - y) / y)),
            "log_cosh": np.mean(np.log(np.cosh(p - y))),
        }
        if (p > -1).all() and (y > -1).all():
            wanted["msle"] = np.mean((np.log1p(p) - np.log1p(y)) ** 2)
        for name, value in wanted.items():
            assert getattr(found, name)[k] == pytest.approx(value, rel=1e-10), name
        assert found.average("mse") == pytest.approx(sum(found.mse) / 2)
    cosines = [p @ y / math.sqrt((p @ p) * (y @ y)) for p, y in zip(X[rows], T[rows], strict=True)]
    assert found.cosine_similarity == pytest.approx(np.mean(cosines), rel=1e-10)


def test_regression_far_from_zero_does_not_cancel() -> None:
    offset = 1e8
    near = metrics.Regression.empty(2).update(tg.asarray(X), tg.asarray(T))
    far = metrics.Regression.empty(2)
    for i in range(0, N, 9):
        far = far.update(tg.asarray(X[i : i + 9] + offset), tg.asarray(T[i : i + 9] + offset))
    for name in ("mse", "r2", "pearson", "explained_variance"):
        assert getattr(far, name) == pytest.approx(getattr(near, name), rel=1e-6), name


def test_what_is_not_defined_for_a_column_is_nan_there_and_a_dash_in_the_report() -> None:
    found = metrics.Regression.empty(2).update(
        tg.asarray([[1.0, -2.0], [2.0, 3.0]]), tg.asarray([[1.0, 0.0], [1.0, 3.0]])
    )
    assert math.isnan(found.r2[0])
    assert math.isnan(found.pearson[0])
    assert math.isnan(found.mape[1])
    assert math.isnan(found.msle[1])
    assert found.average("r2") == found.r2[1]
    assert found.report().splitlines()[7].split() == ["r2", "-", "0.1111", "0.1111"]


def test_binary_classification_counts_every_output_on_its_own() -> None:
    p, y, each = RNG.random((40, 3)), RNG.integers(0, 2, (40, 3)), RNG.random((40, 3)) < 0.6
    thresholds = (0.5, 0.25, 0.9)
    found = metrics.BinaryClassification.empty(3, threshold=thresholds)
    found = found.update(tg.asarray(p), tg.asarray(y), mask=tg.asarray(each))
    for k, t in enumerate(thresholds):
        said, so = p[each[:, k], k] >= t, y[each[:, k], k] == 1
        cells = [(said & so).sum(), (said & ~so).sum(), (~said & so).sum(), (~said & ~so).sum()]
        assert found.counts[:, k].tolist() == cells
        tp, fp, fn, tn = cells
        assert found.accuracy[k] == (tp + tn) / each[:, k].sum()
        assert found.false_alarm_rate[k] == pytest.approx((fp / (fp + tn) + fn / (fn + tp)) / 2)
    assert found.average("recall", "micro") == found.counts[0].sum() / found.counts[[0, 2]].sum()


@pytest.mark.parametrize("classes", [1, 3])
def test_calibration_is_the_distance_of_confidence_from_accuracy_bin_by_bin(classes: int) -> None:
    p = RNG.random((100, classes)) if classes == 1 else RNG.dirichlet(np.ones(classes), 100)
    labels = RNG.integers(0, max(2, classes), 100)
    given = (tg.asarray(p[:, 0] if classes == 1 else p), tg.asarray(labels))
    found = metrics.Calibration.empty(classes, bins=10).update(*given)
    top = p.max(axis=1)
    right = labels == (1 if classes == 1 else p.argmax(axis=1))
    distances, ece = [], 0.0
    for i in range(10):
        inside = (top >= i / 10) & ((top < (i + 1) / 10) | (i == 9))
        if inside.any():
            distances.append(abs(top[inside].mean() - right[inside].mean()))
            ece += inside.mean() * distances[-1]
            assert found.confidence.frequency[i] == pytest.approx(right[inside].mean())
    assert found.ece == pytest.approx(ece)
    assert found.max_error == pytest.approx(max(distances))
    hot = labels[:, None] == (np.array([1]) if classes == 1 else np.arange(classes))
    assert found.brier == pytest.approx(((hot - p) ** 2).sum() / 100)
    assert found.probability_histogram(0).counts.tolist() == np.histogram(p[:, 0], 50, (0, 1))[0].tolist()
    assert found.residual_histogram().counts.tolist() == np.histogram(abs(hot - p), 50, (0, 1))[0].tolist()


def test_iou_is_intersection_over_union() -> None:
    said, so = RNG.integers(0, 3, (4, 5, 5)), RNG.integers(0, 3, (4, 5, 5))
    found = metrics.IoU.empty(4).update(tg.asarray(said), tg.asarray(so))
    for c in range(3):
        assert found.iou[c] == ((said == c) & (so == c)).sum() / ((said == c) | (so == c)).sum()
    assert math.isnan(found.iou[3])
    assert found.mean_iou == pytest.approx(sum(found.iou[:3]) / 3)
    scores = np.moveaxis(np.eye(4)[said], -1, 1)
    assert metrics.IoU.empty(4).update(tg.asarray(scores), tg.asarray(so), axis=1) == found
    yes = metrics.BinaryIoU.empty(threshold=0.3).update(P, Y)
    a, b = PROBABILITIES >= 0.3, LABELS == 1
    assert yes.iou == (a & b).sum() / (a | b).sum()
    assert yes.mean_iou == pytest.approx((yes.iou + (~a & ~b).sum() / (~a | ~b).sum()) / 2)


def test_running_values() -> None:
    mean, total = metrics.Mean.empty(), metrics.Sum.empty()
    for row in X:
        mean, total = mean.update(tg.asarray(row)), total.update(tg.asarray(row))
    assert mean.mean == pytest.approx(X.mean())
    assert total.total == pytest.approx(X.sum())
    weighted = metrics.Mean.empty().update(tg.asarray(X[:, 0]), weights=tg.asarray(WEIGHTS))
    assert weighted.mean == pytest.approx(np.average(X[:, 0], weights=WEIGHTS))
    scores, labels = RNG.normal(size=(50, 6)), RNG.integers(0, 6, 50)
    wanted = np.mean([label in np.argsort(-s)[:2] for s, label in zip(scores, labels, strict=True)])
    assert metrics.TopK.empty(2).update(tg.asarray(scores), tg.asarray(labels)).accuracy == wanted


def test_a_million_scores_have_a_curve_soon() -> None:
    p, y = RNG.random(1_000_000, dtype="float32"), RNG.integers(0, 2, 1_000_000)
    found = metrics.Roc.empty().update(tg.asarray(p), tg.asarray(y))
    assert found.auroc == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("steps", [1, 3, 7, 10, 49, 100, 1000])
def test_a_threshold_is_reached_by_itself_and_by_no_float_below_it(steps: int) -> None:
    grid = np.arange(steps + 1) / steps
    assert reached(grid, steps).tolist() == list(range(steps + 1))
    assert reached(np.nextafter(grid[1:], 0), steps).tolist() == list(range(steps))
