"""Sequences of different lengths: padding, masks, batches of similar lengths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import typedgrad as tg
from typedgrad.data import MaskedBatch, SequenceDataset, Standardize, from_sequences
from typedgrad.shapes import ShapeError

LENGTHS = st.lists(st.integers(1, 6), min_size=1, max_size=12)


def sequences(lengths: list[int]) -> list[list[list[float]]]:
    """Step `t` of sequence `i` is `[100 i + t, 1]`."""
    return [[[100.0 * i + t, 1.0] for t in range(n)] for i, n in enumerate(lengths)]


@settings(max_examples=50, deadline=None)
@given(LENGTHS, st.sampled_from(["start", "end"]), st.booleans())
def test_what_is_real_is_what_was_given(lengths: list[int], align: str, per_step: bool) -> None:
    xs = sequences(lengths)
    ys: list[object] = [list(range(n)) for n in lengths] if per_step else list(range(len(lengths)))
    x, y, mask = from_sequences(xs, ys, align=align, pad=-5.0, per_step=per_step)  # type: ignore[arg-type]  # drawn
    found, labels, real = x.numpy(), y.numpy(), mask.numpy()
    assert found.shape == (len(lengths), max(lengths), 2)
    for i, sequence in enumerate(xs):
        assert found[i][real[i]].tolist() == sequence
        assert (found[i][~real[i]] == -5).all()
        place = slice(0, lengths[i]) if align == "start" else slice(max(lengths) - lengths[i], None)
        assert real[i][place].all()
        if per_step:
            assert labels[i][real[i]].tolist() == ys[i]
            assert (labels[i][~real[i]] == 0).all()
    assert per_step or labels.tolist() == ys


@settings(max_examples=50, deadline=None)
@given(LENGTHS, st.integers(1, 5), st.booleans(), st.one_of(st.none(), st.integers(1, 4)), st.integers(0, 3))
def test_every_sequence_comes_once_an_epoch(
    lengths: list[int], batch: int, shuffle: bool, buckets: int | None, epoch: int
) -> None:
    data = SequenceDataset(sequences(lengths), list(range(len(lengths))))
    batches = data.batches(batch, shuffle=shuffle, seed=1, buckets=buckets)
    found = [(y.tolist(), x.tolist()) for x, y, _ in batches.epoch(epoch)]
    assert sorted(i for y, _ in found for i in y) == list(range(len(lengths)))
    assert found == [(y.tolist(), x.tolist()) for x, y, _ in batches.prefetch(2).epoch(epoch)]
    assert len(batches) == len(found)
    for x, y, mask in batches.epoch(epoch):
        assert x.shape[1] == max(lengths[i] for i in y.tolist())
        assert mask.astype("int64").sum(axis=1).tolist() == [lengths[i] for i in y.tolist()]


def test_buckets_save_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 100, 200).tolist()
    data = SequenceDataset(sequences(lengths), [0] * 200)

    def padding(buckets: int | None) -> int:
        return sum(int((~mask.numpy()).sum()) for _, _, mask in data.batches(10, shuffle=True, buckets=buckets))

    assert padding(10) < padding(None) / 4
    first = [x.shape for x, _, _ in data.batches(10, shuffle=True, buckets=10).epoch(0)]
    assert first != sorted(first), "short batches do not all come first"


def test_dtypes() -> None:
    assert from_sequences([[1, 2], [3]], [0, 1]).x.dtype == np.int64
    assert from_sequences([[1, 2], [3.5]], [0, 1]).x.dtype == np.float32, "numbers of Python are weak"
    assert from_sequences([np.zeros((2, 3))], [0]).x.dtype == np.float64
    assert from_sequences([tg.zeros((2, 3))], [tg.asarray(1)]).y.tolist() == [1]


def test_normalisers_leave_padding_out() -> None:
    xs = [np.asarray([[1.0], [2.0], [3.0]], "float32"), np.asarray([[10.0]], "float32")]
    batch = from_sequences(xs, [0, 1], pad=float("nan"))
    for data in ([batch], SequenceDataset(xs, [0, 1]).batches(1)):
        fitted = Standardize(axis=(0, 1)).fit(data)
        assert fitted.mean.tolist() == [[[4.0]]]
        np.testing.assert_allclose(fitted.deviation.item(), np.std([1, 2, 3, 10]), rtol=1e-6)
    labels = [np.asarray([[0.0], [1.0], [2.0]], "float32"), np.asarray([[5.0]], "float32")]
    assert Standardize(axis=(0, 1)).fit_labels([from_sequences(xs, labels, per_step=True)]).mean.item() == 2.0


X, Y, M = tg.zeros((2, 3, 4)), tg.zeros((2,)), tg.zeros((2, 3), dtype="bool")


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: MaskedBatch(X, Y, M[:, :2]), ShapeError, "MaskedBatch: the time is 3 in `x` but 2 in `mask`"),
        (
            lambda: MaskedBatch(X, Y[:1], M),
            ShapeError,
            "MaskedBatch: the batch is 2 in `x`, 1 in `y` and 2 in `mask`",
        ),
        (
            lambda: MaskedBatch(X, Y, X),
            ShapeError,
            "MaskedBatch: `mask` must have the axes [batch, time], but has 3",
        ),
        (lambda: MaskedBatch(Y, Y, M), ShapeError, "MaskedBatch: `x` must have at least 2 axes, but has 1"),
        (
            lambda: MaskedBatch(X, Y, X[:, :, 0]),
            TypeError,
            "MaskedBatch: `mask` must hold truth values, got float32: use mask != 0",
        ),
        (
            lambda: MaskedBatch(X.numpy(), Y, M),  # type: ignore[type-var]  # wrong on purpose
            TypeError,
            "MaskedBatch: `x` must be a tensor, got a ndarray",
        ),
        (lambda: from_sequences([], []), ValueError, "sequences: there are none"),
        (lambda: from_sequences([[1]], [1, 2]), ValueError, "sequences: there are 1 in `xs` but 2 labels in `ys`"),
        (lambda: from_sequences([[1], []], [1, 2]), ValueError, "sequences: xs[1] is empty"),
        (
            lambda: from_sequences([[[1, 2], [3]]], [1]),
            ValueError,
            "sequences: xs[0]: asarray: the nested lists are ragged: rows of one axis differ in length",
        ),
        (
            lambda: from_sequences([[[1, 2]], [[1]]], [1, 2]),
            ValueError,
            "sequences: xs[0] and xs[1] differ in more than their steps: [1, 2] and [1, 1]",
        ),
        (
            lambda: from_sequences([1.0], [1]),
            ValueError,
            "sequences: xs[0] must have steps along its first axis, but it is 0-dimensional",
        ),
        (
            lambda: from_sequences([[1, 2]], [[1]], per_step=True),
            ValueError,
            "sequences: xs[0] has 2 steps but ys[0] has 1 labels",
        ),
        (
            lambda: from_sequences([[1], [1, 2]], [0, 1], pad=0.5),
            ValueError,
            "sequences: `pad` is 0.5, but the sequences hold int64",
        ),
        (
            lambda: from_sequences([[1]], [0], align="middle"),  # type: ignore[arg-type]  # wrong on purpose
            ValueError,
            "sequences: `align` must be 'start' or 'end', got 'middle'",
        ),
        (lambda: SequenceDataset([[1]], [0]).batches(0), ValueError, "sequences: `batch` must be at least 1, got 0"),
        (
            lambda: SequenceDataset([[1]], [0]).batches(1, buckets=0),
            ValueError,
            "sequences: `buckets` must be at least 1, got 0",
        ),
    ],
)
def test_bad_sequences_are_refused(act: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value).splitlines()[0] == message


def test_a_fitted_normaliser_is_applied_to_masked_batches() -> None:
    data = SequenceDataset(sequences([3, 1, 2]), [0, 1, 1])
    fitted = Standardize(axis=(0, 1)).fit(data.batches(2))
    real = np.concatenate([b.x.numpy()[b.mask.numpy()] for b in data.batches(2).map(lambda b: b.map(fitted.apply))])
    np.testing.assert_allclose(real[:, 0].mean(), 0, atol=1e-6)
    with pytest.raises(ShapeError, match="MaskedBatch: the time is 2 in `x` but 3 in `mask`"):
        data.padded().map(lambda x: x[:, :2])


def test_a_masked_batch_is_a_tree_of_three_leaves() -> None:
    batch = from_sequences([[1.0], [2.0, 3.0]], [0.0, 1.0])
    shapes: tuple[object, ...] = tg.tree_map(lambda leaf: leaf.shape, batch)
    assert list(shapes) == [(2, 2), (2,), (2, 2)]
    assert tg.vmap(lambda b: (b.x * b.y).sum())(batch).tolist() == [0.0, 5.0]
    assert [path for path, _ in tg.leaves_with_paths(batch)] == ["x", "y", "mask"]
    assert type(tg.to(batch, "cpu")) is MaskedBatch


def test_a_masked_batch_is_frozen_and_can_be_taken_apart() -> None:
    batch = from_sequences([[1.0]], [0])
    x, _, mask = batch
    assert (x.shape, mask.shape, batch.lengths) == ((1, 1), (1, 1), (1,))
    with pytest.raises(AttributeError):
        batch.x = x  # type: ignore[misc]  # frozen
    with pytest.raises(AttributeError):
        batch.other = x  # type: ignore[attr-defined]  # slots
