"""What is said of some data before training, and random changes of pictures."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.data import (
    Dataset,
    Loader,
    analyze,
    from_sequences,
    random_crop,
    random_flip,
    random_shift,
)

RNG = np.random.default_rng(0)
RAW = RNG.normal(size=(50, 3)).astype("float32")
RAW[::7, 1] = np.nan
LABELS = RNG.integers(0, 3, 50)
DATA = Dataset(tg.asarray(RAW), tg.asarray(LABELS), classes=3)
KEY = tg.random.key(0)


def test_the_numbers_are_numpys_in_any_cut() -> None:
    for data in (DATA, Loader(DATA, batch=8), Loader(DATA, batch=50)):
        report = analyze(data, names=["a", "b", "c"], class_names=["x", "y"])
        assert report.rows == 50
        for i, feature in enumerate(report.features):
            column = RAW[:, i].astype("float64")
            assert (feature.count, feature.missing) == (50 - np.isnan(column).sum(), np.isnan(column).sum())
            wanted = [np.nanmean(column), np.nanstd(column), np.nanmin(column), np.nanmax(column)]
            found = [feature.mean, feature.deviation, feature.least, feature.greatest]
            assert found == pytest.approx(wanted)
        assert report.classes == dict(zip(["x", "y", "2"], np.bincount(LABELS).tolist(), strict=True))


def test_text_and_json_say_the_same() -> None:
    report = analyze(DATA)
    assert str(report).splitlines()[0] == "50 rows"
    assert len(str(report).splitlines()) == 1 + 1 + 3 + 3
    found = json.loads(report.to_json())
    assert found["features"][1]["missing"] == 8
    assert sum(found["classes"].values()) == 50


def test_pictures_sequences_and_numbers_are_understood() -> None:
    assert len(analyze(tg.zeros((4, 3, 5, 6))).features) == 6
    assert analyze(tg.asarray([1, 2, 3])).features[0].mean == 2.0
    sequences = from_sequences([[[1.0], [2.0]], [[6.0]]], [0, 1], pad=float("nan"))
    (feature,) = analyze([sequences]).features
    assert (feature.count, feature.missing, feature.mean) == (3, 0, 3.0)
    (feature,) = analyze([from_sequences([[1.0, 2.0], [6.0]], [0, 1])]).features
    assert (feature.count, feature.mean) == (3, 3.0)
    assert analyze(Dataset(tg.zeros((2, 1)), tg.zeros((2, 1)))).classes is None


def test_nothing_known_is_said_so() -> None:
    report = analyze(tg.full((2, 1), float("nan")))
    assert "-" in str(report).splitlines()[2]
    assert json.loads(report.to_json())["features"][0]["mean"] is None
    infinite = analyze(tg.asarray([[1.0], [float("inf")]]))
    assert json.loads(infinite.to_json())["features"][0]["greatest"] is None


X = tg.asarray(np.arange(4 * 2 * 5 * 6, dtype="float32").reshape(4, 2, 5, 6))


def test_flips_mirror_some_pictures_as_a_whole() -> None:
    assert random_flip(KEY, X, p=0.0).tolist() == X.tolist()
    assert random_flip(KEY, X, p=1.0).tolist() == X.numpy()[..., ::-1].tolist()
    assert random_flip(KEY, X, p=1.0, vertical=True).tolist() == X.numpy()[..., ::-1, :].tolist()
    many = tg.asarray(np.tile(np.asarray([1.0, 2.0], "float32"), (1000, 1, 1, 1)))
    assert random_flip(KEY, many)[:, 0, 0, 0].numpy().mean() == pytest.approx(1.5, abs=0.06)


def test_crops_are_parts_of_their_pictures() -> None:
    out = random_crop(KEY, X, height=3, width=4).numpy()
    assert out.shape == (4, 2, 3, 4)
    for picture, whole in zip(out, X.numpy(), strict=True):
        top, left = (int(v) for v in np.argwhere(whole[0] == picture[0, 0, 0])[0])
        np.testing.assert_array_equal(picture, whole[:, top : top + 3, left : left + 4])
    places = {random_crop(tg.random.key(i), X, height=1, width=1)[0, 0, 0, 0].item() for i in range(300)}
    assert places == set(range(30)), "every place is possible"


def test_shifts_move_by_no_more_than_was_said() -> None:
    dot = np.zeros((200, 1, 7, 7), "float32")
    dot[:, :, 3, 3] = 1
    out = random_shift(KEY, tg.asarray(dot), most=2).numpy()
    places = np.argwhere(out[:, 0])
    assert len(places) == 200
    assert (np.abs(places[:, 1:] - 3).max(), len({tuple(p) for p in places[:, 1:].tolist()})) == (2, 25)


def test_changes_are_the_same_for_the_same_key_and_differ_by_epoch() -> None:
    data = Dataset(X, tg.asarray([0, 1, 2, 3]))

    def change(key: tg.Key, x: tg.Tensor) -> tg.Tensor:
        return random_shift(key, x, most=3)

    loader = Loader(data, batch=2).map_with_key(change, KEY)
    epochs = [[x.tolist() for x, _ in loader.epoch(i)] for i in (0, 0, 1)]
    assert epochs[0] == epochs[1] != epochs[2]
    assert [x.tolist() for x, _ in loader.prefetch(2).epoch(0)] == epochs[0]


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda: analyze(tg.zeros((0, 3))), ValueError, "analyze: there are no rows"),
        (lambda: analyze([]), ValueError, "analyze: there are no rows"),
        (lambda: analyze(DATA, names=["a"]), ValueError, "analyze: there are 1 `names` but 3 features"),
        (
            lambda: analyze([(tg.zeros((1, 2)), X), (tg.zeros((1, 3)), X)]),
            ValueError,
            "analyze: there are batches of 2 and of 3 features",
        ),
        (
            lambda: random_flip(KEY, tg.zeros((3, 3))),
            TypeError,
            "random_flip: `x` must be pictures [n, channels, height, width], but has the shape [3, 3]",
        ),
        (lambda: random_flip(KEY, X, p=1.5), ValueError, "random_flip: `p` must be from 0 to 1, got 1.5"),
        (
            lambda: random_crop(KEY, X, height=6, width=6),
            ValueError,
            "random_crop: `height` is 6, but the padded pictures have 5 pixels",
        ),
        (lambda: random_crop(KEY, X, height=0, width=6), ValueError, "random_crop: `height` must be at least 1, got 0"),
        (lambda: random_shift(KEY, X, most=-1), ValueError, "random_shift: `most` must be at least 0, got -1"),
    ],
)
def test_bad_input_is_refused(act: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        act()
    assert str(caught.value) == message
