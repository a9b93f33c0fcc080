"""Weights of classes, and loaders that draw rare classes more often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.data import (
    Dataset,
    balanced_loader,
    class_counts,
    class_weights,
    sample_weights,
    weighted_loader,
)

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=40)
Method = Literal["over", "under", "draw"]


def data(labels: list[int]) -> Dataset[tg.Tensor, tg.Tensor]:
    rows = np.arange(len(labels), dtype="float32")[:, None]
    return Dataset(tg.asarray(rows), tg.asarray(labels), classes=5)


@given(LABELS, st.sampled_from(["balanced", "sqrt"]))
@settings(max_examples=60, deadline=None)
def test_all_rows_together_weigh_what_they_did(labels: list[int], method: Literal["balanced", "sqrt"]) -> None:
    y = tg.asarray(labels)
    assert sample_weights(y, 5, method=method).numpy().sum() == pytest.approx(len(labels), rel=1e-5)
    weights, counts = class_weights(y, 5, method=method).numpy(), np.asarray(class_counts(y, 5))
    assert (weights[counts == 0] == 0).all()
    shares = (weights * counts)[counts > 0]
    if method == "balanced":
        np.testing.assert_allclose(shares, shares[0], rtol=1e-5)


def test_balanced_weights_are_the_usual_ones() -> None:
    weights = class_weights(tg.asarray([0] * 6 + [1] * 3 + [2]), 3)
    np.testing.assert_allclose(weights.numpy(), [10 / 18, 10 / 9, 10 / 3], rtol=1e-6)


@given(LABELS, st.integers(1, 9), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_every_class_is_as_frequent(labels: list[int], batch: int, epoch: int) -> None:
    counts = Counter(labels)
    for method, each in (("over", max(counts.values())), ("under", min(counts.values()))):
        loader = balanced_loader(data(labels), batch=batch, method=method, seed=3)  # type: ignore[arg-type]  # one of both
        batches = list(loader.epoch(epoch))
        assert len(loader) == len(batches)
        rows = [int(v) for x, _ in batches for v in x[:, 0].tolist()]
        assert Counter(labels[i] for i in rows) == dict.fromkeys(counts, each)
        most = Counter(rows).values()
        assert max(most) - min(most) <= 1 or method == "over"
        if method == "over":
            assert set(rows) == set(range(len(labels))), "no row is lost"
        else:
            assert len(set(rows)) == len(rows), "no row comes twice"
        again = [int(v) for x, _ in loader.epoch(epoch) for v in x[:, 0].tolist()]
        assert again == rows


def test_under_sampling_leaves_out_other_rows_each_epoch() -> None:
    loader = balanced_loader(data([0] * 50 + [1] * 2), batch=4, method="under")
    assert len({tuple(sorted(x[:, 0].tolist())) for _ in range(5) for x, _ in loader}) > 1


def test_rows_are_drawn_as_often_as_their_weights_say() -> None:
    loader = weighted_loader(data([0, 1, 2]), [1.0, 0.0, 3.0], batch=1000, rows=40_000, seed=1)
    drawn = Counter(int(v) for x, _ in loader for v in x[:, 0].tolist())
    assert drawn[1] == 0
    assert drawn[2] / drawn[0] == pytest.approx(3.0, rel=0.05)
    assert (len(loader), sum(drawn.values())) == (40, 40_000)
    fair = balanced_loader(data([0] * 99 + [1]), batch=20_000, method="draw").repeat(100)
    labels = np.concatenate([y.numpy() for _, y in fair])
    assert labels.mean() == pytest.approx(0.5, abs=0.02)


def test_the_last_row_may_have_no_weight() -> None:
    for seed in range(20):
        (batch,) = weighted_loader(data([0, 1, 2, 3]), [0.0, 1.0, 0.0, 0.0], batch=50, rows=50, seed=seed)
        assert set(batch.y.tolist()) == {1}


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda: class_weights(tg.asarray([0, 3]), 3),
            ValueError,
            "class_weights: `y` has the label 3 at row 1, but there are 3 classes",
        ),
        (
            lambda: class_weights(tg.asarray([0, -1]), 3),
            ValueError,
            "class_weights: `y` has the label -1 at row 1, but there are 3 classes",
        ),
        (
            lambda: class_weights(tg.asarray([0.0]), 3),
            TypeError,
            "class_weights: `y` must be integers, one per row, got float32[1]",
        ),
        (
            lambda: class_counts(tg.asarray([[0]]), 3),
            TypeError,
            "class_counts: `y` must be integers, one per row, got int64[1, 1]",
        ),
        (
            lambda: class_weights(tg.zeros((0,), dtype="int64"), 3),
            ValueError,
            "class_weights: there are no labels",
        ),
        (
            lambda: class_weights(tg.asarray([0]), 0),
            ValueError,
            "class_weights: `classes` must be at least 1, got 0",
        ),
        (
            lambda: weighted_loader(data([0, 1]), [1.0], batch=1),
            ValueError,
            "weighted_loader: `weights` must be 2 numbers, one per row, got float64[1]",
        ),
        (
            lambda: weighted_loader(data([0, 1]), [1.0, -1.0], batch=1),
            ValueError,
            "weighted_loader: `weights` must be finite and not negative, and not all 0",
        ),
        (
            lambda: weighted_loader(data([0, 1]), [1.0, float("nan")], batch=1),
            ValueError,
            "weighted_loader: `weights` must be finite and not negative, and not all 0",
        ),
        (
            lambda: weighted_loader(data([0, 1]), [0.0, 0.0], batch=1),
            ValueError,
            "weighted_loader: `weights` must be finite and not negative, and not all 0",
        ),
        (
            lambda: weighted_loader(data([0, 1]), [1.0, 1.0], batch=1, rows=0),
            ValueError,
            "weighted_loader: `rows` must be at least 1, got 0",
        ),
        (
            lambda: balanced_loader(Dataset(tg.zeros((2, 1)), tg.zeros((2,))), batch=1),
            TypeError,
            "labels: the labels are not classes: make the dataset with classes=...",
        ),
        (
            lambda: balanced_loader(data([0, 1]), batch=0),
            ValueError,
            "balanced_loader: `batch` must be at least 1, got 0",
        ),
        (
            lambda: balanced_loader(data([0, 1]), batch=1, method="smote"),  # type: ignore[arg-type]  # wrong on purpose
            ValueError,
            "balanced_loader: `method` must be 'over', 'under' or 'draw', got 'smote'",
        ),
    ],
)
def test_bad_weights_are_refused(act: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value) == message


def test_a_drawn_loader_cannot_be_split_or_lose_its_balance() -> None:
    with pytest.raises(TypeError, match="shuffle: the rows are not known"):
        balanced_loader(data([0, 1]), batch=1).shuffle()
    with pytest.raises(TypeError, match="split: the rows are not known"):
        balanced_loader(data([0, 1]), batch=1).split(0.5)
