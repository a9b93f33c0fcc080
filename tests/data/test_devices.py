"""Batches stay where the data is, and are made with nothing but what the Array API standard has."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import cupy_double
from tests.backends.strict import STRICT
from tests.data.rows import contents, numbered
from typedgrad.data import (
    Dataset,
    ImageScale,
    Loader,
    MinMax,
    MultiDataset,
    Normaliser,
    Pipeline,
    Standardize,
    SubtractMean,
    analyze,
    class_weights,
    random_crop,
    random_flip,
)

assert STRICT.name == "array-api-strict"
KEY = tg.random.key(0)
Numbered = Loader[tg.Tensor, tg.Tensor]


STEPS: list[Callable[[Numbered], Numbered]] = [
    lambda loader: loader.shuffle(3),
    lambda loader: loader.batch(7).map(lambda x: x * 2),
    lambda loader: loader.shuffle(3, buffer=5).prefetch(2),
    lambda loader: loader.filter(lambda x, y: y != 1).batch(4, drop_last=True),
    lambda loader: loader.window(3, 2, label="each"),
    lambda loader: loader.split(0.5, stratify=True).train.cache(),
    lambda loader: loader.zip(loader).map(lambda pair: pair[0] + pair[1]).map_labels(lambda pair: pair[1]),
]


@pytest.fixture(params=["strict", "cuda double", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where data is. The double of CUDA is made of numpy; what it shows is that results stay on their device."""
    name: str = request.param
    if name == "cuda double":
        cupy_double.install(monkeypatch)
    yield name.removesuffix(" double")
    if name == "cuda double":
        monkeypatch.undo()
        sys.modules.pop("typedgrad.backends.cupy", None)


def moved(device: str, n: int = 20) -> Dataset[tg.Tensor, tg.Tensor]:
    data = numbered(n)
    return Dataset(tg.to(data.x, device), tg.to(data.y, device), classes=3)


def test_every_step_works_where_the_data_is(device: str) -> None:
    for steps in STEPS:
        there, here = (steps(Loader(data, batch=4)) for data in (moved(device), numbered(20)))
        batches = list(there.epoch(1))
        assert {t.device.partition(":")[0] for batch in batches for t in batch} == {device}
        assert contents(batches) == contents(here.epoch(1))


def test_normalisers_learn_and_apply_where_the_data_is(device: str) -> None:
    x = np.random.default_rng(0).normal(size=(6, 3, 4, 4)).astype("float32")
    for unfitted in (Standardize(), MinMax(), SubtractMean(), Pipeline(ImageScale(), Standardize((0, 2, 3)))):
        here, there = tg.asarray(x), tg.to(tg.asarray(x), device)
        fitted: Normaliser = unfitted.fit(there)
        assert fitted.apply(there).device.partition(":")[0] == device
        wanted = unfitted.fit(here).apply(here).numpy()
        np.testing.assert_allclose(tg.to_numpy(fitted.apply(there)), wanted, rtol=1e-5, atol=1e-6)


def test_pictures_weights_and_reports(device: str) -> None:
    x = tg.asarray(np.arange(4 * 2 * 5 * 6, dtype="float32").reshape(4, 2, 5, 6))
    there = tg.to(x, device)
    assert random_flip(KEY, there).tolist() == random_flip(KEY, x).tolist()
    cropped = random_crop(KEY, there, height=4, width=4, padding=1)
    assert cropped.device.partition(":")[0] == device
    assert cropped.tolist() == random_crop(KEY, x, height=4, width=4, padding=1).tolist()
    labels = tg.to(tg.asarray([0, 0, 1]), device)
    assert class_weights(labels, 2).device.partition(":")[0] == device
    assert analyze(moved(device)).to_json() == analyze(numbered(20)).to_json()
    (a, b), _ = next(iter(Loader(MultiDataset((there, there), there), batch=3)))
    assert (a.shape, b.device.partition(":")[0]) == ((3, 2, 5, 6), device)


def test_maps_in_threads_give_the_same_bits_as_without() -> None:
    random = np.random.default_rng(0)
    images = tg.asarray(random.normal(size=(64, 3, 16, 16)).astype("float32"))
    kernel = tg.asarray(random.normal(size=(8, 3, 3, 3)).astype("float32"))

    def features(x: tg.Tensor) -> tg.Tensor:
        return tg.relu(tg.conv2d(x, kernel)).reshape(len(x), -1)

    def loss(k: tg.Tensor, x: tg.Tensor) -> tg.Tensor:
        return tg.relu(tg.conv2d(x, k)).sum()

    loader = Loader(Dataset(images, tg.arange(64)), batch=8, shuffle=True)
    both = loader.zip(loader.map(features))

    def trained(batches: Loader[tuple[tg.Tensor, tg.Tensor], tuple[tg.Tensor, tg.Tensor]]) -> list[object]:
        return [(b.tolist(), tg.grad(loss)(kernel, a).tolist()) for (a, b), _ in batches.epoch(2)]

    wanted = trained(both)
    assert trained(both.prefetch(3)) == wanted
    found: list[list[object]] = []
    threads = [threading.Thread(target=lambda: found.append(trained(both.prefetch(2)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 3
