"""Datasets in parts: folds, three parts, filters; several inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import typedgrad as tg
from tests.data.rows import contents, numbered
from typedgrad.data import Dataset, Loader, MultiDataset, from_arrays, from_batches, from_rows


def ids(data: Dataset[tg.Tensor, tg.Tensor]) -> list[int]:
    return [int(v) for v in data.x[:, 0].tolist()]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 3), st.booleans())
def test_folds_test_every_row_once(n: int, k: int, seed: int, stratify: bool) -> None:
    data = numbered(n)
    if k > (n // 3 if stratify else n):
        with pytest.raises(ValueError, match="k_fold: `k` is"):
            data.k_fold(k, seed=seed, stratify=stratify)
        return
    folds = data.k_fold(k, seed=seed, stratify=stratify)
    assert sorted(i for fold in folds for i in ids(fold.test)) == list(range(n))
    assert all(sorted(ids(fold.train) + ids(fold.test)) == list(range(n)) for fold in folds)
    sizes = [len(fold.test) for fold in folds]
    assert max(sizes) - min(sizes) <= 1
    if stratify:
        for c in range(3):
            counts = [sum(i % 3 == c for i in ids(fold.test)) for fold in folds]
            assert max(counts) - min(counts) <= 1
    assert [ids(f.test) for f in data.k_fold(k, seed=seed, stratify=stratify)] == [ids(f.test) for f in folds]


@pytest.mark.parametrize("stratify", [False, True])
def test_three_parts_share_out_every_row(stratify: bool) -> None:
    parts = numbered(60).split_three(0.5, 0.25, seed=2, stratify=stratify)
    assert [len(part) for part in parts] == [30, 15, 15]
    assert sorted(i for part in parts for i in ids(part)) == list(range(60))
    assert all(part.classes == 3 for part in parts)
    if stratify:
        assert all(sum(i % 3 == c for i in ids(part)) == len(part) // 3 for part in parts for c in range(3))


def test_take_skip_and_filter_are_about_rows() -> None:
    data = numbered(5)
    assert (ids(data.take(2)), ids(data.take(99)), ids(data.skip(3))) == ([0, 1], [0, 1, 2, 3, 4], [3, 4])
    assert ids(data.filter(lambda x, y: y == 1)) == [1, 4]
    assert data.filter(lambda x, y: y == 1).classes == 3


def test_several_inputs_and_outputs_stay_together() -> None:
    x = tg.arange(10)
    data = MultiDataset((x, x * 2.0), (x + 1, x.reshape(10, 1)))
    for (a, b), (c, d) in Loader(data, batch=3, shuffle=True).prefetch(1):
        assert b.tolist() == [2.0 * v for v in a.tolist()]
        assert c.tolist() == [v + 1 for v in a.tolist()]
        assert d[:, 0].tolist() == a.tolist()
    train, test = data.split(0.7)
    assert sorted(train.x[0].tolist() + test.x[0].tolist()) == list(range(10))
    assert sorted(i for _, fold in data.k_fold(3) for i in fold.x[0].tolist()) == list(range(10))
    assert repr(data) == "MultiDataset(x[0]=int64[10], x[1]=float32[10], y[0]=int64[10], y[1]=int64[10 1])"
    again = [(a.tolist(), c.tolist()) for (a, _), (c, _) in Loader(data, batch=4).batch(3)]
    assert again[0] == ([0, 1, 2], [1, 2, 3])


def test_batches_of_a_function_know_the_epoch() -> None:
    def make(epoch: int) -> list[tuple[tg.Tensor, tg.Tensor]]:
        return [(tg.full((2, 1), float(epoch)), tg.asarray([0, 1]))] * 3

    loader = from_batches(make, size=3)
    assert (len(loader), [x[0, 0].item() for x, _ in loader.repeat(2).skip(2).take(2)]) == (3, [0.0, 1.0])
    assert contents(from_batches(make(0))) == contents(loader.epoch(0))


def test_single_rows_are_put_together() -> None:
    loader = from_rows([([1.0, 2.0], 0), ([3.0, 4.0], 1), ([5.0, 6.0], 2)], batch=2)
    assert contents(loader) == [([[1.0, 2.0], [3.0, 4.0]], [0, 1]), ([[5.0, 6.0]], [2])]
    assert len(loader) == 2
    assert next(iter(loader)).x.dtype.name == "float32"


ONE = tg.zeros((2, 1))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: numbered(5).k_fold(1), ValueError, "k_fold: `k` must be at least 2, got 1"),
        (lambda: numbered(5).k_fold(6), ValueError, "k_fold: `k` is 6, but there are 5 rows"),
        (
            lambda: Dataset(ONE, tg.asarray([0, 1])).k_fold(2, stratify=True),
            TypeError,
            "k_fold: stratify=True needs labels that are classes: make the dataset with classes=...",
        ),
        (
            lambda: numbered(5).split_three(0.6, 0.4),
            ValueError,
            "split: `train` and `validation` must be positive and leave a part to test, got 0.6 and 0.4",
        ),
        (lambda: numbered(5).take(0), ValueError, "Dataset.take: `n` must be at least 1, got 0"),
        (lambda: numbered(5).skip(-1), ValueError, "Dataset.skip: `n` must be at least 0, got -1"),
        (lambda: numbered(5).skip(5), ValueError, "Dataset: there are no rows in `x` and `y`"),
        (
            lambda: numbered(5).filter(lambda x, y: y),
            TypeError,
            "Dataset.filter: `keep` must return one truth value per row, bool[5], got int64[5]",
        ),
        (
            lambda: MultiDataset((ONE, tg.zeros((3,))), ONE),
            ValueError,
            "MultiDataset: `x[0]` has 2 rows but `x[1]` has 3",
        ),
        (
            lambda: MultiDataset((), ONE),
            TypeError,
            "MultiDataset: `x` must be a tensor or a tuple of tensors, got an empty tuple",
        ),
        (
            lambda: MultiDataset((ONE, [1, 2]), ONE),
            TypeError,
            "MultiDataset: `x[1]` must be a tensor or a tuple of tensors, got a list",
        ),
        (
            lambda: MultiDataset(ONE, tg.asarray(1.0)),
            TypeError,
            "MultiDataset: `y` must have rows along its first axis, but it is 0-dimensional",
        ),
        (
            lambda: from_arrays([[1.0], [2.0, 3.0]], [0, 1]),
            ValueError,
            "from_arrays: `x`: asarray: the nested lists are ragged: rows of one axis differ in length",
        ),
        (lambda: from_arrays([[1.0]], [0, 1]), ValueError, "Dataset: `x` has 1 rows but `y` has 2"),
        (
            lambda: list(from_batches([(ONE, tg.zeros((3,)))])),
            ValueError,
            "from_batches: `x` has 2 rows but `y` has 3",
        ),
        (
            lambda: list(from_batches([ONE])),  # type: ignore[arg-type]  # wrong on purpose
            TypeError,
            "from_batches: a batch must be a pair (x, y), not a Tensor",
        ),
        (
            lambda: list(from_batches([([1.0], [2.0])])),
            TypeError,
            "from_batches: `x` must be a tensor or a tuple of tensors, got a list",
        ),
        (
            lambda: from_batches((ONE, ONE) for _ in range(2)),
            TypeError,
            (
                "a generator is used up after one epoch: pass a list, or the function that makes it, "
                "which gets the number of the epoch"
            ),
        ),
        (
            lambda: list(from_rows([([1.0], 0), ([1.0, 2.0], 0)], batch=2)),
            ValueError,
            "from_rows: `x` has the shape [1] in row 0 but [2] in row 1",
        ),
        (
            lambda: list(from_rows([([1.0], 0), ("one", 0)], batch=2)),
            TypeError,
            None,
        ),
        (
            lambda: list(from_rows([3], batch=2)),  # type: ignore[list-item]  # wrong on purpose
            TypeError,
            "from_rows: row 0 of epoch 0 must be a pair (x, y), not a int",
        ),
    ],
)
def test_bad_parts_are_refused(act: Callable[[], object], error: type[Exception], message: str | None) -> None:
    with pytest.raises(error) as caught:
        act()
    if message is None:
        assert str(caught.value).startswith("from_rows: `x` of row 1: ")
    else:
        assert str(caught.value) == message
