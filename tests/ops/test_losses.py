"""Losses: what they compute, what they refuse, and when they look at values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.testing import assert_gradients

INF, NAN = math.inf, math.nan
PAIRS = [tg.mse, tg.mae, tg.huber, tg.hinge, tg.binary_cross_entropy_with_logits]
ROWS = [tg.soft_label_cross_entropy, tg.kl_divergence]
LABELLED = [tg.softmax_cross_entropy, tg.nll]


def name_of(f: Any) -> str:
    return str(f.__name__)


def t(value: object) -> Tensor:
    return tg.asarray(value, dtype="float64")


@pytest.mark.parametrize("loss", PAIRS, ids=name_of)
def test_the_mean_is_over_all_elements(loss: Callable[..., Tensor]) -> None:
    x, y = t([[0.3, -1.2, 2.0], [0.1, 0.2, -3.0]]), t([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    each = loss(x, y, reduction="none")
    assert each.shape == (2, 3)
    assert loss(x, y).item() == pytest.approx(np.mean(tg.to_numpy(each)))
    assert loss(x, y, reduction="sum").item() == pytest.approx(np.sum(tg.to_numpy(each)))


@pytest.mark.parametrize("loss", ROWS, ids=name_of)
def test_the_mean_over_distributions_is_over_rows(loss: Callable[..., Tensor]) -> None:
    x, y = t([[-0.3, -1.2, -2.0], [-0.1, -0.2, -3.0]]), t([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    each = loss(x, y, reduction="none")
    assert each.shape == (2,)
    assert loss(x, y).item() == pytest.approx(np.mean(tg.to_numpy(each)))


def test_three_ways_to_say_cross_entropy() -> None:
    logits, labels = t([[0.3, -1.2, 2.0], [0.1, 0.2, -3.0]]), tg.asarray([2, 0])
    wanted = tg.softmax_cross_entropy(logits, labels).item()
    one_hot = tg.one_hot(labels, classes=3, dtype="float64")
    assert tg.soft_label_cross_entropy(logits, one_hot).item() == pytest.approx(wanted)
    assert tg.nll(tg.log_softmax(logits), labels).item() == pytest.approx(wanted)
    assert tg.kl_divergence(tg.log_softmax(logits), one_hot).item() == pytest.approx(wanted)


def test_two_classes_are_binary() -> None:
    x = t([0.7, -1.5])
    logits = tg.stack((tg.zeros_like(x), x), axis=1)
    wanted = tg.softmax_cross_entropy(logits, tg.asarray([1, 0])).item()
    assert tg.binary_cross_entropy_with_logits(x, t([1.0, 0.0])).item() == pytest.approx(wanted)


def test_the_gradient_of_cross_entropy_is_what_is_predicted_minus_what_is_wanted() -> None:
    logits, labels = t([[0.3, -1.2, 2.0], [0.1, 0.2, -3.0]]), tg.asarray([2, 0])
    p = tg.to_numpy(tg.softmax(logits))
    gradient = tg.grad(lambda x: tg.softmax_cross_entropy(x, labels))(logits)
    assert np.allclose(tg.to_numpy(gradient), (p - np.eye(3)[[2, 0]]) / 2)
    hessian = tg.hessian(lambda x: tg.softmax_cross_entropy(x, labels[0]))(logits[0])
    assert np.allclose(tg.to_numpy(hessian), np.diag(p[0]) - np.outer(p[0], p[0]))


def test_one_example_needs_no_batch() -> None:
    logits = t([0.3, -1.2, 2.0])
    assert tg.softmax_cross_entropy(logits, tg.asarray(2)).item() == pytest.approx(-tg.log_softmax(logits).tolist()[2])
    assert_gradients(lambda x: tg.softmax_cross_entropy(x, tg.asarray(2)), logits)


def test_certainty_costs_nothing_and_error_costs_its_logit() -> None:
    logits = tg.asarray([[1e4, -1e4], [1e4, -INF]])
    assert tg.softmax_cross_entropy(logits, tg.asarray([0, 0]), reduction="none").tolist() == [0.0, 0.0]
    assert tg.softmax_cross_entropy(logits, tg.asarray([1, 1]), reduction="none").tolist() == [2e4, INF]
    assert tg.soft_label_cross_entropy(logits, tg.asarray([[1.0, 0.0]] * 2), reduction="none").tolist() == [0.0, 0.0]


def test_what_is_impossible_and_not_wanted_costs_nothing() -> None:
    logs = t([[0.0, -INF]])
    assert tg.kl_divergence(logs, t([[1.0, 0.0]])).item() == 0.0
    assert tg.grad(lambda y: tg.kl_divergence(logs, y))(t([[1.0, 0.0]])).tolist() == [[1.0, 0.0]]


def test_binary_cross_entropy_of_large_logits() -> None:
    x, y = tg.asarray([1e4, -1e4, 1e4, -1e4]), tg.asarray([1.0, 0.0, 0.0, 1.0])
    assert tg.binary_cross_entropy_with_logits(x, y, reduction="none").tolist() == [0.0, 0.0, 1e4, 1e4]
    small = tg.binary_cross_entropy_with_logits(tg.asarray(80.0), tg.asarray(1.0)).item()
    assert small == pytest.approx(math.exp(-80), rel=1e-5)


def test_hinge_by_prediction() -> None:
    target = t([1.0, -1.0, 1.0])
    assert_gradients(lambda x: tg.hinge(x, target), t([0.3, 0.2, 2.0]))
    gradient = tg.grad(lambda x: tg.hinge(x, target, reduction="sum"))(t([0.3, 0.2, 2.0]))
    assert gradient.tolist() == [-1.0, 1.0, 0.0]


def test_huber_bends_at_delta() -> None:
    x, zero = t([0.5, 2.0, 3.0]), t([0.0, 0.0, 0.0])
    assert tg.huber(x, zero, delta=2, reduction="none").tolist() == [0.125, 2.0, 4.0]
    assert tg.grad(lambda x: tg.huber(x, zero, delta=2, reduction="sum"))(x).tolist() == [0.5, 2.0, 2.0]
    with pytest.raises(ValueError, match="huber: `delta` must be positive, got 0"):
        tg.huber(x, zero, delta=0)
    with pytest.raises(ValueError, match="huber: `delta` must be positive, got nan"):
        tg.huber(x, zero, delta=NAN)


@pytest.mark.parametrize("loss", [*PAIRS, *ROWS], ids=name_of)
def test_unequal_shapes_are_refused(loss: Callable[..., Tensor]) -> None:
    with pytest.raises(tg.ShapeError, match=rf"^{loss.__name__}: (`\*s` is \[2 1\]|`classes` is 1) in"):
        loss(tg.ones((2, 1)), tg.ones((2,)))
    with pytest.raises(tg.ShapeError):
        loss(tg.ones((2, 3)), tg.ones((1, 3)))


@pytest.mark.parametrize("loss", LABELLED, ids=name_of)
def test_labels_are_one_integer_per_row(loss: Callable[..., Tensor]) -> None:
    with pytest.raises(tg.ShapeError, match=rf"{loss.__name__}: `\*batch` is \[2\] in .* but \[2 1\] in `labels`"):
        loss(tg.ones((2, 3)), tg.asarray([[0], [1]]))
    with pytest.raises(tg.DTypeError, match=f"{loss.__name__}: `labels` must be Int, not float32"):
        loss(tg.ones((2, 3)), tg.asarray([0.0, NAN]))


@pytest.mark.parametrize("loss", LABELLED, ids=name_of)
@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        ([0, 3], r"labels\[1\] is 3, but there are 3 classes, 0 to 2"),
        ([-1, 0], r"labels\[0\] is -1, but there are 3 classes, 0 to 2"),
    ],
)
def test_labels_that_are_no_class(loss: Callable[..., Tensor], labels: list[int], complaint: str) -> None:
    for _ in range(2):  # the signature is known the second time; the values are not
        with pytest.raises(ValueError, match=f"^{loss.__name__}: {complaint}$"):
            loss(-tg.ones((2, 3)), tg.asarray(labels))
        loss(-tg.ones((2, 3)), tg.asarray([0, 2]))


def test_where_the_wrong_label_is() -> None:
    with pytest.raises(ValueError, match=r"softmax_cross_entropy: labels\[1, 0\] is 7, but"):
        tg.softmax_cross_entropy(tg.ones((2, 2, 3)), tg.asarray([[0, 1], [7, 9]]))
    with pytest.raises(ValueError, match=r"nll: labels is 3, but"):
        tg.nll(tg.ones(3), tg.asarray(3))


@pytest.mark.parametrize("loss", [tg.binary_cross_entropy_with_logits, *ROWS], ids=name_of)
@pytest.mark.parametrize("bad", [NAN, -0.5, 2.0])
def test_targets_that_are_no_probabilities(loss: Callable[..., Tensor], bad: float) -> None:
    with pytest.raises(ValueError, match=rf"^{loss.__name__}: target\[1, 0\] is {bad}, but it must be between 0 and 1"):
        loss(tg.ones((2, 2)), tg.asarray([[0.5, 0.5], [bad, 0.5]]))


def test_hinge_takes_signs_for_targets() -> None:
    with pytest.raises(ValueError, match=r"hinge: target\[1\] is 0.0, but it must be -1 or 1"):
        tg.hinge(tg.ones(2), tg.asarray([1.0, 0.0]))


@pytest.mark.parametrize("loss", [*PAIRS, *ROWS], ids=name_of)
def test_an_empty_batch_has_no_mean(loss: Callable[..., Tensor]) -> None:
    x = tg.zeros((0, 3))
    with pytest.raises(ValueError, match=rf"^{loss.__name__}: the batch is empty \(shape \[0"):
        loss(x, x)
    assert loss(x, x, reduction="sum").item() == 0.0
    assert loss(x, x, reduction="none").shape[0] == 0
    assert tg.grad(lambda x: loss(x, tg.zeros((0, 3)), reduction="sum"))(x).shape == (0, 3)


@pytest.mark.parametrize("loss", LABELLED, ids=name_of)
def test_an_empty_batch_of_labels(loss: Callable[..., Tensor]) -> None:
    x, labels = tg.zeros((0, 3)), tg.zeros(0, dtype="int64")
    with pytest.raises(ValueError, match=rf"^{loss.__name__}: the batch is empty \(shape \[0\]\)"):
        loss(x, labels)
    assert loss(x, labels, reduction="sum").item() == 0.0
    assert tg.grad(lambda x: loss(x, labels, reduction="sum"))(x).shape == x.shape
    with pytest.raises(tg.ShapeError, match=f"^{loss.__name__}: `classes` is 0: examples of nothing"):
        loss(tg.zeros((0, 0)), labels, reduction="sum")


@pytest.mark.parametrize("loss", [*PAIRS, *ROWS, *LABELLED], ids=name_of)
def test_shapes_alone_are_enough(loss: Callable[..., Tensor]) -> None:
    x = tg.abstract("batch classes")
    y = tg.abstract("batch", "int64") if loss in LABELLED else x
    assert str(tg.eval_shape(loss, x, y)) == "Tensor(float32[], abstract)"
    each = tg.eval_shape(lambda x, y: loss(x, y, reduction="none"), x, y)
    assert str(each) == (
        "Tensor(float32[batch classes], abstract)" if loss in PAIRS else "Tensor(float32[batch], abstract)"
    )


def test_a_reduction_that_is_none() -> None:
    with pytest.raises(TypeError, match=r"mse: `reduction` must be .*'mean'.* not 'average'"):
        tg.mse(tg.ones(2), tg.ones(2), reduction="average")  # type: ignore[arg-type]  # that is the point


def test_values_are_looked_at_once_not_in_the_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from typedgrad.ops import targets

    looks = []
    monkeypatch.setattr(targets, "_refuse", lambda what, *rest: looks.append(what))
    x, labels = tg.ones((2, 3)), tg.asarray([0, 1])
    tg.grad(lambda x: tg.softmax_cross_entropy(x, labels))(x)
    tg.grad(lambda x: tg.kl_divergence(tg.log_softmax(x), tg.full((2, 3), 1 / 3)))(x)
    assert looks == [
        "softmax_cross_entropy: labels",
        "kl_divergence: target",
        "kl_divergence: the sum of target",
        "kl_divergence: log_prediction",
    ]


def test_float16_and_int32_labels() -> None:
    logits = tg.asarray([[0.5, 1.5]], dtype="float16")
    loss, gradient = tg.value_and_grad(lambda x: tg.softmax_cross_entropy(x, tg.asarray([1], dtype="int32")))(logits)
    assert loss.dtype.name == gradient.dtype.name == "float16"


def test_logits_are_no_logarithms_of_probabilities() -> None:
    with pytest.raises(
        ValueError, match=r"nll: log_probabilities\[0, 1\] is 2.0, but the logarithm of a probability is at"
    ):
        tg.nll(tg.asarray([[0.0, 2.0]]), tg.asarray([0]))
    with pytest.raises(ValueError, match=r"kl_divergence: log_prediction\[0, 1\] is 2.0, but the logarithm of"):
        tg.kl_divergence(tg.asarray([[0.0, 2.0]]), tg.asarray([[0.5, 0.5]]))
