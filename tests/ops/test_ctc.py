"""The loss of labels without times: beside a count of all readings, its gradients, and what it refuses."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad.testing import assert_gradients

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def read(classes: tuple[int, ...], blank: int) -> list[int]:
    """What a class at each time says."""
    return [c for c, _ in itertools.groupby(classes) if c != blank]


def by_counting(logs: Array, labels: list[int], blank: int) -> float:
    """Minus the logarithm of the sum over all readings that say the labels."""
    time, classes = logs.shape
    total = sum(
        math.exp(sum(logs[t, c] for t, c in enumerate(path)))
        for path in itertools.product(range(classes), repeat=time)
        if read(path, blank) == labels
    )
    return -math.log(total) if total else math.inf


def logarithms(*shape: int, seed: int = 0) -> tg.Tensor:
    return tg.log_softmax(tg.asarray(np.random.default_rng(seed).normal(size=shape)))


@pytest.mark.parametrize("labels", [[], [1], [2, 2], [1, 2], [1, 1, 2], [2, 1, 2], [1, 1, 1]])
@pytest.mark.parametrize("blank", [0, 2])
def test_it_is_the_sum_over_all_readings(labels: list[int], blank: int) -> None:
    labels = [c if c != blank else 0 for c in labels] if blank else labels
    logs = logarithms(1, 5, 3)
    found = tg.ctc(logs, tg.asarray([labels], dtype="int64"), blank=blank)
    assert found.item() == pytest.approx(by_counting(tg.to_numpy(logs)[0], labels, blank), rel=1e-12)


def test_examples_of_different_lengths() -> None:
    logs = logarithms(3, 5, 4)
    labels, lengths, steps = tg.asarray([[1, 2, 3], [3, 99, -1], [2, 2, 0]]), [3, 1, 2], [5, 2, 4]
    found = tg.ctc(logs, labels, steps=tg.asarray(steps), lengths=tg.asarray(lengths), reduction="none")
    for i in range(3):
        wanted = by_counting(tg.to_numpy(logs)[i, : steps[i]], labels.tolist()[i][: lengths[i]], 0)
        assert found[i].item() == pytest.approx(wanted, rel=1e-12)


def test_gradients_of_first_and_second_order() -> None:
    x = tg.asarray(np.random.default_rng(1).normal(size=(2, 6, 3)))
    labels, lengths, steps = tg.asarray([[1, 1, 2], [2, 1, 0]]), tg.asarray([3, 2]), tg.asarray([6, 4])

    def f(x: tg.Tensor) -> tg.Tensor:
        return tg.ctc_with_logits(x, labels, lengths=lengths, steps=steps)

    assert_gradients(f, x)
    assert_gradients(tg.grad(f), x)
    assert tg.to_numpy(tg.grad(f)(x))[1, 4:].any() == 0


def test_too_little_time_costs_infinity_and_moves_nothing() -> None:
    logs, labels = logarithms(2, 2, 3), tg.asarray([[1, 1], [1, 2]])
    assert tg.ctc(logs, labels, reduction="none")[0].item() == math.inf
    assert tg.ctc(logs, labels, reduction="none", zero_infinity=True)[0].item() == 0.0
    for zero in (False, True):
        gradient = tg.grad(lambda x, zero=zero: tg.ctc(x, labels, reduction="sum", zero_infinity=zero))(logs)
        assert tg.to_numpy(gradient)[0].tolist() == np.zeros((2, 3)).tolist()
        assert tg.to_numpy(gradient)[1].any()


def test_what_is_impossible_is_no_nan() -> None:
    logs = tg.asarray([[[0.0, -math.inf], [-math.inf, 0.0], [0.0, -math.inf]]])
    assert tg.ctc(logs, tg.asarray([[1]])).item() == 0.0
    assert np.isfinite(tg.to_numpy(tg.grad(lambda x: tg.ctc(x, tg.asarray([[1]])))(logs))).all()
    assert tg.ctc(logs, tg.zeros((1, 0), dtype="int64")).item() == math.inf


def test_long_sequences_in_single_and_half_precision() -> None:
    x = np.random.default_rng(2).normal(size=(2, 300, 6))
    labels = tg.asarray(np.random.default_rng(3).integers(1, 6, size=(2, 40)))
    wanted = tg.ctc_with_logits(tg.asarray(x), labels).item()
    for dtype, rel in (("float32", 1e-5), ("float16", 2e-3)):
        found, gradient = tg.value_and_grad(lambda x: tg.ctc_with_logits(x, labels))(tg.asarray(x, dtype=dtype))
        assert found.dtype.name == gradient.dtype.name == dtype
        assert found.item() == pytest.approx(wanted, rel=rel)


def test_every_backend_computes_the_same() -> None:
    logs, labels, lengths = logarithms(3, 5, 3), tg.asarray([[1, 2], [2, 2], [1, 0]]), tg.asarray([2, 2, 1])
    elsewhere = [tg.to(x, "strict") for x in (logs, labels, lengths)]
    found = tg.ctc(elsewhere[0], elsewhere[1], lengths=elsewhere[2], reduction="none")
    wanted = tg.ctc(logs, labels, lengths=lengths, reduction="none")
    assert found.device == "strict"
    assert np.allclose(tg.to_numpy(found), tg.to_numpy(wanted), rtol=1e-12)
    gradient = tg.grad(lambda x: tg.ctc(x, elsewhere[1], lengths=elsewhere[2]))(elsewhere[0])
    there = tg.grad(lambda x: tg.ctc(x, labels, lengths=lengths))(logs)
    assert np.allclose(tg.to_numpy(gradient), tg.to_numpy(there), rtol=1e-12)
    nothing = tg.to(tg.zeros((3, 0), dtype="int64"), "strict")
    assert tg.ctc(elsewhere[0], nothing).device == "strict"


def test_many_at_once_under_vmap() -> None:
    logs, labels = tg.stack([logarithms(3, 5, 3), logarithms(3, 5, 3, seed=1)]), tg.asarray([[1, 2], [2, 2], [1, 0]])
    lengths = tg.asarray([[2, 2, 1], [1, 0, 1]])

    def f(logs: tg.Tensor, lengths: tg.Tensor) -> tg.Tensor:
        return tg.ctc(logs, labels, lengths=lengths)

    found = tg.vmap(f)(logs, lengths)
    assert found.tolist() == pytest.approx([f(logs[i], lengths[i]).item() for i in range(2)], rel=1e-12)


def test_the_mean_is_over_examples() -> None:
    logs, labels = logarithms(3, 5, 3), tg.asarray([[1, 2], [2, 2], [1, 0]])
    lengths = tg.asarray([2, 2, 1])
    each = tg.ctc(logs, labels, lengths=lengths, reduction="none")
    assert tg.ctc(logs, labels, lengths=lengths).item() == pytest.approx(np.mean(tg.to_numpy(each)))
    mask = tg.asarray([True, False, True])
    assert tg.ctc(logs, labels, lengths=lengths, mask=mask).item() == pytest.approx((each[0] + each[2]).item() / 2)


def test_shapes_alone_are_enough() -> None:
    found = tg.eval_shape(
        lambda x, y: tg.ctc(x, y, reduction="none"), tg.abstract("n t c"), tg.abstract("n l", "int64")
    )
    assert str(found) == "Tensor(float32[n], abstract)"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"labels": [[1, 3]]}, r"ctc: labels\[0, 1\] is 3, but there are 3 classes, 0 to 2"),
        ({"labels": [[1, 0]]}, "ctc: a label is 0, which is the blank; it stands for no label"),
        ({"blank": 3}, "ctc: `blank` must be a class, 0 to 2, got 3"),
        ({"steps": [6]}, r"ctc: steps\[0\] is 6, but it must be between 1 and 5"),
        ({"steps": [0]}, r"ctc: steps\[0\] is 0, but it must be between 1 and 5"),
        ({"lengths": [3]}, r"ctc: lengths\[0\] is 3, but it must be between 0 and 2"),
        (
            {"log_probabilities": [[[0.0, 2.0, 0.0]] * 5]},
            r"ctc: log_probabilities\[0, 0, 1\] is 2.0, but the logarithm",
        ),
    ],
)
def test_what_is_refused(options: dict[str, Any], complaint: str) -> None:
    given = {"log_probabilities": logarithms(1, 5, 3), "labels": [[1, 2]]} | options
    tensors: dict[str, Any] = {
        name: tg.asarray(value) if isinstance(value, list) else value for name, value in given.items()
    }
    with pytest.raises(ValueError, match=complaint):
        tg.ctc(**tensors)


def test_shapes_that_do_not_belong_together() -> None:
    with pytest.raises(tg.ShapeError, match="ctc: `n` is 1 in `log_probabilities` but 2 in `labels`"):
        tg.ctc(logarithms(1, 5, 3), tg.asarray([[1], [2]]))
