"""Datasets, loaders and splits: what comes out, in which order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.data import Dataset, Loader
from typedgrad.data.order import permutation


def numbered(n: int, classes: int = 3) -> Dataset[tg.Tensor, tg.Tensor]:
    """Row `i` has the features `[i, -i]` and the label `i % classes`."""
    i = np.arange(n)
    return Dataset(tg.asarray(np.stack([i, -i], axis=1).astype("float32")), tg.asarray(i % classes), classes=classes)


def ids(loader: Loader[tg.Tensor, tg.Tensor]) -> list[list[int]]:
    """One epoch, as the numbers of the rows in each batch."""
    return [x.numpy()[:, 0].astype(int).tolist() for x, _ in loader]


def test_batches_cover_the_rows_in_order_and_keep_features_with_labels() -> None:
    data = numbered(7)
    batches = list(Loader(data, batch=3))
    assert [batch.x.shape for batch in batches] == [(3, 2), (3, 2), (1, 2)]
    assert np.concatenate([b.x.numpy() for b in batches]).tolist() == data.x.tolist()
    assert [label for b in batches for label in b.y.tolist()] == [0, 1, 2, 0, 1, 2, 0]


def test_shuffling_moves_features_and_labels_together_and_loses_no_row() -> None:
    seen = [
        (x, y)
        for xs, ys in Loader(numbered(50), batch=8, shuffle=True)
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True)
    ]
    assert sorted(int(x[0]) for x, _ in seen) == list(range(50))
    assert all(x == [i, -i] and y == i % 3 for x, y in seen for i in [int(x[0])])


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n", "batch"), [(1, 1), (7, 3), (6, 3), (3, 3)])
def test_len_is_the_number_of_batches(n: int, batch: int, drop_last: bool) -> None:
    loader = Loader(numbered(n), batch=batch, drop_last=drop_last)
    sizes = [len(x) for x, _ in loader]
    assert len(sizes) == len(loader)
    assert sum(sizes) == (n - n % batch if drop_last else n)


def test_the_same_seed_goes_through_the_same_orders_epoch_by_epoch() -> None:
    one, two, other = (Loader(numbered(40), batch=8, shuffle=True, seed=seed) for seed in (3, 3, 4))
    first, second = [ids(one), ids(one)], [ids(two), ids(two)]
    assert first == second
    assert first[0] != first[1], "each epoch has its own order"
    assert ids(other) != first[0]


def test_an_epoch_can_be_asked_for_by_its_number() -> None:
    loader = Loader(numbered(40), batch=8, shuffle=True, seed=3)
    third = [x.tolist() for x, _ in loader.epoch(2)]
    epochs = [[x.tolist() for x, _ in loader] for _ in range(3)]
    assert epochs[2] == third, "asking for an epoch does not count as one"


def test_two_iterations_at_once_are_two_epochs() -> None:
    loader = Loader(numbered(10), batch=5, shuffle=True)
    a, b = iter(loader), iter(loader)
    interleaved = [next(it).x.tolist() for it in (a, b, a, b)]
    fresh = Loader(numbered(10), batch=5, shuffle=True)
    one, two = ([x.tolist() for x, _ in fresh] for _ in range(2))
    assert interleaved == [one[0], two[0], one[1], two[1]]


def test_orders_are_pinned_for_good() -> None:
    assert permutation(10, seed=0, stream=0).tolist() == [4, 5, 0, 7, 3, 1, 6, 8, 9, 2]
    assert permutation(0, seed=0, stream=0).tolist() == []


def test_every_order_of_three_rows_is_about_as_frequent() -> None:
    counts: dict[tuple[int, ...], int] = {}
    for stream in range(6000):
        order = tuple(permutation(3, seed=1, stream=stream).tolist())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert all(abs(count - 1000) < 150 for count in counts.values()), "five standard deviations"


def test_a_split_shares_out_every_row_once() -> None:
    train, test = numbered(30).split(0.7, seed=5)
    assert (len(train), len(test)) == (21, 9)
    rows = [int(x[0]) for part in (train, test) for x in part.x.tolist()]
    assert sorted(rows) == list(range(30))
    assert numbered(30).split(0.7, seed=5).train.x.tolist() == train.x.tolist()
    assert numbered(30).split(0.7, seed=6).train.x.tolist() != train.x.tolist()
    assert train.classes == test.classes == 3


def test_a_stratified_split_divides_each_class_in_proportion() -> None:
    labels = np.repeat([0, 1, 2], [10, 20, 70])
    data = Dataset(tg.asarray(np.zeros((100, 1), "float32")), tg.asarray(labels), classes=3)
    train, test = data.split(0.8, seed=1, stratify=True)
    assert np.bincount(train.y.numpy()).tolist() == [8, 16, 56]
    assert np.bincount(test.y.numpy()).tolist() == [2, 4, 14]


def test_a_map_changes_features_and_keeps_labels() -> None:
    data = numbered(4).map(lambda x: x * 2)
    assert data.x.tolist() == [[0.0, 0.0], [2.0, -2.0], [4.0, -4.0], [6.0, -6.0]]
    assert data.classes == 3


X = tg.asarray(np.zeros((3, 2), "float32"))
Y = tg.asarray([0, 1, 2])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: Dataset(X.numpy(), Y),  # type: ignore[type-var]  # wrong on purpose
            TypeError,
            "Dataset: `x` must be a tensor, got a ndarray: use asarray(x)",
        ),
        (
            lambda: Dataset(X, [0, 1, 2]),  # type: ignore[type-var]  # wrong on purpose
            TypeError,
            "Dataset: `y` must be a tensor, got a list: use asarray(y)",
        ),
        (
            lambda: Dataset(tg.asarray(1.0), Y),
            TypeError,
            "Dataset: `x` must have rows along its first axis, but it is 0-dimensional",
        ),
        (lambda: Dataset(X, tg.asarray([0, 1])), ValueError, "Dataset: `x` has 3 rows but `y` has 2"),
        (
            lambda: Dataset(tg.zeros((0, 2)), tg.zeros((0,), dtype="int64")),
            ValueError,
            "Dataset: there are no rows in `x` and `y`",
        ),
        (
            lambda: Dataset(X, tg.asarray([0.0, float("nan"), 1.0])),
            ValueError,
            "Dataset: `y` has a NaN label at row 1",
        ),
        (
            lambda: Dataset(X, tg.asarray([0.0, 1.0, 2.0]), classes=3),
            TypeError,
            "Dataset: labels of classes must be integers, but `y` is float32",
        ),
        (
            lambda: Dataset(X, tg.asarray([0, 1, 3]), classes=3),
            ValueError,
            "Dataset: `y` has the label 3 at row 2, but classes=3 allows 0 to 2",
        ),
        (
            lambda: Dataset(X, tg.asarray([0, -1, 2]), classes=3),
            ValueError,
            "Dataset: `y` has the label -1 at row 1, but classes=3 allows 0 to 2",
        ),
        (
            lambda: Dataset(X, tg.asarray(np.array([0, 1, 2**64 - 1], "uint64")), classes=3),
            ValueError,
            "Dataset: `y` has the label 18446744073709551615 at row 2, but classes=3 allows 0 to 2",
        ),
        (lambda: Dataset(X, Y, classes=0), ValueError, "Dataset: `classes` must be at least 1, got 0"),
        (lambda: Loader(Dataset(X, Y), batch=0), ValueError, "Loader: `batch` must be at least 1, got 0"),
        (
            lambda: Loader(Dataset(X, Y), batch=1.5),  # type: ignore[arg-type]  # wrong on purpose
            TypeError,
            "Loader: `batch` must be an int, not 1.5",
        ),
        (
            lambda: Dataset(X, Y).split(0.5, seed=True),
            TypeError,
            "`seed` must be an int, not True",
        ),
        (
            lambda: Loader(Dataset(X, Y), batch=4, drop_last=True),
            ValueError,
            "Loader: drop_last leaves no batch: `batch` is 4 but `data` has 3 rows",
        ),
        (
            lambda: Loader(Dataset(X, Y), batch=1, seed=-1),
            ValueError,
            "`seed` must be from 0 to 4294967295, got -1",
        ),
        (lambda: Dataset(X, Y).split(1.0), ValueError, "split: `fraction` must lie between 0 and 1, got 1.0"),
        (
            lambda: Dataset(X, Y).split(0.1),
            ValueError,
            "split: 0.1 of the 3 rows of the dataset leaves one part empty",
        ),
        (
            lambda: Dataset(X, Y).split(0.5, stratify=True),
            TypeError,
            "split: stratify=True needs labels that are classes: make the dataset with classes=...",
        ),
        (
            lambda: Dataset(X, Y, classes=3).split(0.5, stratify=True),
            ValueError,
            "split: 0.5 of the 1 rows of class 0 leaves one part empty",
        ),
        (
            lambda: Dataset(X, tg.asarray([[0], [1], [2]]), classes=3).split(0.5, stratify=True),
            TypeError,
            "split: stratify=True needs one label per row, but `y` has 2 axes",
        ),
    ],
)
def test_what_cannot_be_learned_from_is_refused(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message
