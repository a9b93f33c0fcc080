"""What loaders deliver after any chain of steps: every row once, in an order that seed and epoch alone decide."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import typedgrad as tg
from tests.data.rows import contents, numbered, numbers
from typedgrad.data import Batch, Dataset, Loader, Stream

Numbered = Loader[tg.Tensor, tg.Tensor]
Step = Callable[[Numbered], Numbered]

# Steps that must neither lose a row nor bring one twice.
KEEPING: dict[str, Step] = {
    "map": lambda loader: loader.map(lambda x: x * 1.0),
    "map_labels": lambda loader: loader.map_labels(lambda y: y + 0),
    "map_batches": lambda loader: loader.map_batches(lambda x, y: (x, y)),
    "map_with_key": lambda loader: loader.map_with_key(lambda key, x: x + 0.0, tg.random.key(1)),
    "batch": lambda loader: loader.batch(3),
    "large batch": lambda loader: loader.batch(1000),
    "prefetch": lambda loader: loader.prefetch(2),
    "cache": lambda loader: loader.cache(),
    "buffer": lambda loader: loader.shuffle(4, buffer=5),
    "large buffer": lambda loader: loader.shuffle(4, buffer=1000),
    "filter": lambda loader: loader.filter(lambda x, y: x[:, 0] >= 0),
    "take": lambda loader: loader.take(10_000),
    "skip": lambda loader: loader.skip(0),
    "repeat": lambda loader: loader.repeat(1),
    "concat": lambda loader: loader.concat(),
    "starting_at": lambda loader: loader.starting_at(3),
}
CHAINS = st.lists(st.sampled_from(sorted(KEEPING)), max_size=4)


def build(n: int, batch: int, shuffle: bool, seed: int, chain: list[str]) -> Numbered:
    loader: Numbered = Loader(numbered(n), batch=batch, shuffle=shuffle, seed=seed)
    for name in chain:
        loader = KEEPING[name](loader)
    return loader


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 25), st.integers(1, 9), st.booleans(), st.integers(0, 3), CHAINS, st.integers(0, 4))
def test_every_chain_delivers_each_row_once_and_the_same_again(
    n: int, batch: int, shuffle: bool, seed: int, chain: list[str], epoch: int
) -> None:
    loader = build(n, batch, shuffle, seed, chain)
    found = contents(loader.epoch(epoch))
    assert sorted(numbers(loader.epoch(epoch))) == list(range(n))
    assert contents(build(n, batch, shuffle, seed, chain).epoch(epoch)) == found, "made anew, and asked for at once"
    assert contents(build(n, batch, shuffle, seed, chain).prefetch(3).epoch(epoch)) == found
    if loader.size is not None:
        assert len(loader) == len(found)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 25), st.integers(1, 9), CHAINS)
def test_iterations_are_epochs_by_number(n: int, batch: int, chain: list[str]) -> None:
    loader = build(n, batch, True, 7, chain)
    first = 3 if "starting_at" in chain and chain[-1] == "starting_at" else 0
    iterations = [contents(loader) for _ in range(3)]
    assert iterations == [contents(loader.epoch(first + i)) for i in range(3)]
    assert loader.begun == first + 3


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 30), st.integers(1, 7), st.sampled_from(["map", "batch", "prefetch", "large batch"]))
def test_a_split_of_a_loader_has_every_row_in_one_part(n: int, batch: int, step: str) -> None:
    loader = build(n, batch, True, 1, [step])
    train, test = loader.split(0.5, seed=4)
    assert sorted(numbers(train) + numbers(test)) == list(range(n))
    assert numbers(train.epoch(0)) != numbers(train.epoch(1)) or len(numbers(train)) < 5
    folds = loader.k_fold(3, seed=4)
    assert sorted(i for _, fold in folds for i in numbers(fold)) == list(range(n))
    assert all(sorted(numbers(a) + numbers(b)) == list(range(n)) for a, b in folds)


def test_a_stratified_split_of_a_loader_divides_each_class() -> None:
    train, test = Loader(numbered(30), batch=4).split(0.8, stratify=True)
    assert [sorted(i % 3 for i in numbers(part)).count(0) for part in (train, test)] == [8, 2]
    for _, fold in Loader(numbered(30), batch=4).k_fold(5, stratify=True):
        assert sorted(i % 3 for i in numbers(fold)) == [0, 0, 1, 1, 2, 2]


def test_shuffling_with_a_buffer_keeps_rows_near_and_moves_most() -> None:
    loader = Loader(numbered(100), batch=10).shuffle(1, buffer=20)
    order = numbers(loader.epoch(0))
    assert sorted(order) == list(range(100))
    assert sum(a != b for a, b in zip(order, range(100), strict=True)) > 80
    assert max(row - place for place, row in enumerate(order)) <= 30, "a row cannot come before it was read"
    assert order != numbers(loader.epoch(1))
    assert [len(x) for x, _ in loader.epoch(0)] == [10] * 10


def test_epochs_of_a_repeated_loader_do_not_share_orders() -> None:
    loader = Loader(numbered(8), batch=8, shuffle=True)
    twice = loader.repeat(2)
    assert len(twice) == 2
    assert contents(twice.epoch(1)) == contents(loader.epoch(2)) + contents(loader.epoch(3))
    assert len(list(loader.repeat().take(5))) == 5
    assert not list(Loader(numbered(8), batch=8).take(0).repeat()), "nothing without end is nothing"


def test_map_changes_the_features_alone() -> None:
    loader = Loader(numbered(4), batch=2)
    assert [x.shape for x, _ in loader.map(lambda x: x.reshape(-1, 1, 2))] == [(2, 1, 2), (2, 1, 2)]
    (_, y), *_ = loader.map_labels(lambda y: tg.one_hot(y, classes=3))
    assert y.shape == (2, 3)
    (x, y), *_ = loader.map_batches(lambda x, y: (y, x))
    assert (x.shape, y.shape) == ((2,), (2, 2))


def test_keys_differ_by_batch_and_epoch_and_are_the_same_again() -> None:
    seen: list[tg.Key] = []

    def spy(key: tg.Key, x: tg.Tensor) -> tg.Tensor:
        seen.append(key)
        return x

    loader = Loader(numbered(6), batch=2).map_with_key(spy, tg.random.key(5))
    list(loader)
    list(loader)
    assert len(set(seen)) == 6
    list(loader.epoch(1))
    assert seen[6:] == seen[3:6]


def test_filter_keeps_rows_and_leaves_out_empty_batches() -> None:
    loader = Loader(numbered(9), batch=3).filter(lambda x, y: (x[:, 0] < 2) | (x[:, 0] > 6))
    assert [numbers([b]) for b in loader] == [[0, 1], [7, 8]]
    assert loader.size is None
    with pytest.raises(TypeError, match="does not know how many elements"):
        len(loader)
    assert bool(loader)
    assert numbers(loader.batch(4)) == [0, 1, 7, 8]
    assert len(list(loader.batch(4))) == 1


def test_zip_and_concat() -> None:
    loader = Loader(numbered(4), batch=2)
    both = [(a.tolist(), b.tolist()) for (a, b), _ in loader.zip(loader.map(lambda x: x * 2))]
    assert both[0] == ([[0.0, 0.0], [1.0, -1.0]], [[0.0, 0.0], [2.0, -2.0]])
    assert numbers(loader.concat(loader, loader)) == [0, 1, 2, 3] * 3
    assert len(loader.concat(loader)) == 4
    with pytest.raises(ValueError, match="zip: the first has 2 elements but the second has 4"):
        loader.zip(Loader(numbered(4), batch=1))
    uneven = loader.zip(Loader(numbered(4), batch=3))
    with pytest.raises(ValueError, match=r"`x\[0\]` has 2 rows but `x\[1\]` has 3") as caught:
        list(uneven)
    assert caught.value.__notes__ == ["in zip, given element 0 of epoch 0"]


@pytest.mark.parametrize(("first", "second", "which"), [(2, 1, "second ended after 1"), (1, 2, "first ended after 1")])
def test_zip_says_when_one_ends_before_the_other(first: int, second: int, which: str) -> None:
    def unsized(n: int) -> Stream[int]:
        return Stream(lambda _: iter(range(n)))

    one, other = unsized(first), unsized(second)
    with pytest.raises(ValueError, match=which):
        list(one.zip(other))


def test_windows_cross_batches() -> None:
    for batch in (1, 2, 3, 5, 11):
        loader = Loader(numbered(11), batch=batch)
        for size, stride in ((1, 1), (3, 1), (3, 2), (2, 5), (11, 1), (4, 7)):
            windows = [w for x, _ in loader.window(size, stride) for w in x.numpy()[:, :, 0].astype(int).tolist()]
            assert windows == [list(range(i, i + size)) for i in range(0, 11 - size + 1, stride)]
    x, y = next(iter(Loader(numbered(5), batch=5).window(3)))
    assert (x.shape, y.tolist()) == ((3, 3, 2), [2, 0, 1])
    _, y = next(iter(Loader(numbered(5), batch=5).window(3, label="each")))
    assert y.tolist() == [[0, 1, 2], [1, 2, 0], [2, 0, 1]]


def test_collect_gives_all_rows_in_memory() -> None:
    data = Loader(numbered(7), batch=3).map(lambda x: x * 2).collect(classes=3)
    assert data.x[:, 0].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
    assert data.classes == 3


def test_an_exception_names_the_batch_and_keeps_its_traceback() -> None:
    def fragile(x: tg.Tensor) -> tg.Tensor:
        if x[0, 0].item() == 4.0:
            raise KeyError("no four")
        return x

    for loader in (Loader(numbered(8), batch=2).map(fragile), Loader(numbered(8), batch=2).map(fragile).prefetch(2)):
        seen = []
        with pytest.raises(KeyError, match="no four") as caught:
            seen += [numbers([batch]) for batch in loader.map(lambda x: x)]
        assert caught.value.__notes__ == ["in map(fragile), given batch 2 of epoch 0"]
        assert "fragile" in [frame.name for frame in traceback.extract_tb(caught.tb)]


def test_stop_iteration_of_a_map_does_not_end_the_data_in_silence() -> None:
    def stop(x: tg.Tensor) -> tg.Tensor:
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        list(Loader(numbered(8), batch=2).map(stop))
    with pytest.raises(RuntimeError, match="StopIteration"):
        list(Loader(numbered(8), batch=2).map(stop).prefetch(1))


def test_a_cache_is_made_once_and_only_from_a_whole_epoch() -> None:
    made = 0

    def count(x: tg.Tensor) -> tg.Tensor:
        nonlocal made
        made += 1
        return x

    cached = Loader(numbered(6), batch=2, shuffle=True).map(count).cache()
    next(iter(cached))
    assert made == 1
    first = contents(cached)
    assert made == 4
    assert contents(cached.epoch(9)) == first
    assert made == 4


ROWS = Loader(numbered(6), batch=2)
MIXED = Loader(numbered(6), batch=2, shuffle=True)


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: ROWS.batch(0), ValueError, "batch: `n` must be at least 1, got 0"),
        (lambda: ROWS.take(-1), ValueError, "take: `n` must be at least 0, got -1"),
        (lambda: ROWS.skip(-1), ValueError, "skip: `n` must be at least 0, got -1"),
        (lambda: ROWS.take(1.0), TypeError, "take: `n` must be an int, not 1.0"),  # type: ignore[arg-type]  # wrong
        (lambda: ROWS.repeat(0), ValueError, "repeat: `times` must be at least 1, got 0"),
        (lambda: ROWS.prefetch(0), ValueError, "prefetch: `n` must be at least 1, got 0"),
        (lambda: ROWS.epoch(-1), ValueError, "epoch: `number` must be at least 0, got -1"),
        (lambda: ROWS.epoch(1 << 32), ValueError, "epoch: `number` must be below 4294967296, got 4294967296"),
        (lambda: ROWS.k_fold(1), ValueError, "k_fold: `k` must be at least 2, got 1"),
        (lambda: ROWS.k_fold(7), ValueError, "k_fold: `k` is 7, but there are 6 rows"),
        (
            lambda: ROWS.k_fold(3, stratify=True),
            ValueError,
            "k_fold: `k` is 3, but class 0 has 2 rows",
        ),
        (lambda: ROWS.split(0.0), ValueError, "split: `fraction` must lie between 0 and 1, got 0.0"),
        (lambda: ROWS.shuffle(buffer=0), ValueError, "shuffle: `buffer` must be at least 1, got 0"),
        (lambda: ROWS.shuffle(-1), ValueError, "`seed` must be from 0 to 4294967295, got -1"),
        (
            lambda: ROWS.take(1).shuffle(),
            TypeError,
            "shuffle: the rows are not known before they are made: say how many to hold, buffer=...",
        ),
        (
            lambda: ROWS.filter(lambda x, y: y == 1).split(0.5),
            TypeError,
            "split: the rows are not known before they are made: do this first, or collect() them",
        ),
        (
            lambda: Loader(Dataset(tg.zeros((4, 1)), tg.zeros((4,))), batch=2).split(0.5, stratify=True),
            TypeError,
            "labels: the labels are not classes: make the dataset with classes=...",
        ),
        (
            lambda: MIXED.window(2),
            ValueError,
            "window: the rows are shuffled: shuffle the windows instead, with window(...).shuffle(buffer=...)",
        ),
        (
            lambda: Loader([1, 2, 3], batch=1),  # type: ignore[arg-type]  # wrong on purpose
            TypeError,
            "Loader: `data` must be a Dataset or have rows(...), not a list; see from_batches",
        ),
        (
            lambda: list(ROWS.map_batches(lambda x, y: x)),  # type: ignore[arg-type, return-value]  # wrong on purpose
            TypeError,
            "map_batches: the function must return a pair (x, y), not a Tensor",
        ),
        (lambda: ROWS.window(0), ValueError, "window: `size` must be at least 1, got 0"),
        (lambda: ROWS.window(2, 0), ValueError, "window: `stride` must be at least 1, got 0"),
        (lambda: list(ROWS.window(7)), ValueError, "window: `size` is 7, but there are 6 rows"),
        (lambda: list(Stream([1, 2]).window(3)), ValueError, "window: `size` is 3, but there are 2 elements"),
        (
            lambda: list(ROWS.filter(lambda x, y: x > 0)),
            TypeError,
            "filter(<lambda>): `keep` must return one truth value per row, bool[2], got bool[2, 2]",
        ),
        (lambda: ROWS.filter(lambda x, y: y > 7).collect(), ValueError, "collect: there are no batches"),
        (
            lambda: ROWS.concat(Stream([Batch(tg.zeros((1,)), tg.zeros((1,)))])),  # type: ignore[arg-type]  # wrong
            TypeError,
            "concat: expected a Loader, not a Stream",
        ),
        (
            lambda: Stream(iter([1, 2])),
            TypeError,
            (
                "a list_iterator is used up after one epoch: pass a list, or the function that makes it, "
                "which gets the number of the epoch"
            ),
        ),
        (lambda: Stream(3), TypeError, "expected an iterable, or a function that returns one, not a int"),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
def test_bad_steps_are_refused(act: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value) == message


def test_rows_that_change_shape_between_batches_cannot_be_put_together() -> None:
    loader = Loader(numbered(5), batch=2).map(lambda x: x if len(x) == 2 else x[:, :1])
    with pytest.raises(
        ValueError, match=r"rows of float32\[4, 2\] and of float32\[1, 1\] cannot be joined|cannot be joined"
    ):
        list(loader.batch(5))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(1, 40), st.integers(0, 3))
def test_a_stream_shuffles_without_losing_anything(n: int, buffer: int, seed: int) -> None:
    stream = Stream(range(n)).shuffle(buffer, seed=seed)
    assert sorted(stream.epoch(2)) == list(range(n))
    assert list(stream.epoch(2)) == list(stream.epoch(2))
    assert len(stream) == n


def test_streams_know_their_length_where_it_can_be_known() -> None:
    stream = Stream(lambda epoch: (epoch + i for i in range(5)), size=5)
    steps = (stream, stream.map(str), stream.take(3), stream.skip(4), stream.window(2, 2))
    assert [step.size for step in steps] == [5, 5, 3, 1, 2]
    assert list(stream.starting_at(10).filter(lambda i: i % 2 == 0)) == [0, 2, 4], "steps begin at epoch 0"
    assert repr(stream) == "<Stream of 5>"
    assert repr(Stream(lambda _: [])) == "<Stream of unknown length>"


def test_arrays_of_rows_may_be_a_users_own() -> None:
    class Squares:
        def __len__(self) -> int:
            return 10

        def rows(self, which: slice | np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Batch[tg.Tensor, tg.Tensor]:
            i = np.arange(10)[which]
            return Batch(tg.asarray(i.astype("float32")[:, None]), tg.asarray(i * i))

    loader = Loader(Squares(), batch=4, shuffle=True, seed=2)
    assert sorted(v for _, y in loader for v in y.tolist()) == [i * i for i in range(10)]
    train, test = loader.split(0.5)
    assert sorted(v for part in (train, test) for _, y in part for v in y.tolist()) == [i * i for i in range(10)]
    with pytest.raises(TypeError, match="split: a Squares does not know the class of each row"):
        loader.split(0.5, stratify=True)
