"""What `evaluate` and `Classification` refuse, and in which words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.metrics import Classification
from typedgrad.shapes import ShapeError


def scores_for(predictions: list[int], classes: int) -> tg.Tensor:
    return tg.asarray(np.eye(classes, dtype="float32")[predictions])


def same(x: tg.Tensor) -> tg.Tensor:
    return x


GOOD = scores_for([0, 1], 3)


def attempt(scores: tg.Tensor, labels: tg.Tensor) -> Callable[[], object]:
    return lambda: tg.evaluate(lambda x: scores, [(GOOD, tg.asarray([0, 1])), (GOOD, labels)][1:])


REFUSED: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    (
        "label too large",
        attempt(GOOD, tg.asarray([0, 3])),
        ValueError,
        "Classification.update: labels[1] is 3, but there are 3 classes, 0 to 2",
    ),
    (
        "label negative",
        attempt(GOOD, tg.asarray([-1, 0])),
        ValueError,
        "Classification.update: labels[0] is -1, but there are 3 classes, 0 to 2",
    ),
    (
        "NaN score",
        attempt(tg.asarray([[0.0, 1.0], [math.nan, 2.0]]), tg.asarray([0, 1])),
        ValueError,
        "Classification.update: scores[1, 0] is nan, but scores must be numbers",
    ),
    (
        "float labels",
        attempt(GOOD, tg.asarray([0.0, 1.0])),
        TypeError,
        "Classification.update: labels must be integers, or one-hot, not float32",
    ),
    (
        "integer scores",
        attempt(tg.asarray([[1, 0], [0, 1]]), tg.asarray([0, 1])),
        TypeError,
        "Classification.update: scores must be floats, one per class, not int64",
    ),
    (
        "two ones",
        attempt(GOOD, tg.asarray([[1, 0, 0], [0, 1, 1]])),
        ValueError,
        "Classification.update: labels[1] has 2 ones, but one-hot labels have exactly 1 for every row",
    ),
    (
        "soft labels",
        attempt(GOOD, tg.asarray([[1.0, 0, 0], [0, 0.5, 0.5]])),
        ValueError,
        "Classification.update: labels[1, 1] is 0.5, but one-hot labels are 0 or 1",
    ),
    (
        "rows",
        attempt(scores_for([0, 1, 2], 3), tg.asarray([0, 1])),
        ShapeError,
        (
            "Classification.update: labels has 2 along axis 0, but scores without its classes 3\n\n"
            "    scores without its classes  [3]\n                                 ^\n"
            "    labels                      [2]\n                                 ^"
        ),
    ),
    (
        "no scores per class",
        attempt(tg.ones(2), tg.asarray([0, 1])),
        ShapeError,
        "evaluate: the model must give one score per class, [n classes]\n\n    scores  [2]",
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
        ShapeError,
        (
            "Classification.update: scores has 2 along axis -1, but there are 3 classes\n\n"
            "    scores  [1 2]\n               ^"
        ),
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
        "Classification: there are no examples yet",
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
        "Classification.merge: `names` is ('a', 'b') in one, but ('b', 'a') in the other",
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


def test_the_batch_is_named_when_a_metric_refuses_it() -> None:
    with pytest.raises(ValueError, match=r"in batch 2 of `evaluate`"):
        tg.evaluate(same, [(GOOD, tg.asarray([0, 1])), (GOOD, tg.asarray([0, 7]))])


def test_evaluate_updates_any_metric() -> None:
    found = tg.evaluate(same, [(GOOD, tg.asarray([0, 2]))], metric=tg.metrics.TopK.empty(3))
    assert found.accuracy == 1.0
    with pytest.raises(TypeError, match="give them to it"):
        tg.evaluate(same, [], metric=found, names=("a",))  # type: ignore[call-overload]  # what is being tested
