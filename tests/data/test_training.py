"""Training on loaders: what the steps between the data and the training may and may not change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pytest
from jaxtyping import Float

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.data import Dataset, Loader, SequenceDataset, Standardize, read_csv

KEY = tg.random.key(0)
Batches = Loader[Tensor, Tensor]


def data() -> Dataset[Tensor, Tensor]:
    random = np.random.default_rng(0)
    x = random.normal(size=(90, 4)).astype("float32")
    return Dataset(tg.asarray(x), tg.asarray((x[:, 0] > 0).astype("int64") + (x[:, 1] > 0)), classes=3)


def weights(loader: Batches, epochs: int = 3) -> list[object]:
    """All parameters after a training."""
    model = tg.init(tg.nn.Dense(in_features=4, out_features=3), KEY)
    trained = tg.fit(
        model,
        loader,
        loss=tg.softmax_cross_entropy,
        updater=tg.optim.adam(0.01),
        epochs=epochs,
        key=KEY,
        progress=False,
    )
    return [leaf.tolist() for _, leaf in tg.leaves_with_paths(trained)]


def shifted(key: tg.Key, x: Tensor) -> Tensor:
    return x + tg.random.normal(key, x.shape) * 0.1


@pytest.mark.parametrize(
    "steps",
    [
        lambda loader: loader.prefetch(1),
        lambda loader: loader.prefetch(50),
        lambda loader: loader.map(lambda x: x).prefetch(2).batch(16),
        lambda loader: loader.batch(90).prefetch(1).batch(16),
    ],
)
def test_weights_do_not_depend_on_prefetching_or_on_how_batches_were_cut_before(
    steps: Callable[[Batches], Batches],
) -> None:
    loader = Loader(data(), batch=16, shuffle=True, seed=5)
    assert weights(steps(loader)) == weights(loader)


def test_random_changes_are_the_same_with_and_without_prefetching() -> None:
    loader = Loader(data(), batch=16, shuffle=True, seed=5).map_with_key(shifted, tg.random.key(3))
    assert weights(loader.prefetch(3)) == weights(loader.starting_at(0))
    other = Loader(data(), batch=16, shuffle=True, seed=5).map_with_key(shifted, tg.random.key(4))
    assert weights(other) != weights(loader.starting_at(0))


class Flower(NamedTuple):
    petal: float
    colour: Literal["white", "blue"]
    species: Literal["setosa", "virginica"]


def test_from_a_file_to_a_model_that_is_right(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    lines = ["petal,colour,species"]
    for i in range(80):
        species = ("setosa", "virginica")[i % 2]
        lines.append(f"{100 + 3 * (i % 2) + random.normal() / 4:.3f},{('white', 'blue')[i % 3 == 0]},{species}")
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(lines))
    encoded = read_csv(path, Flower).encode("species")
    train, test = encoded.dataset().split(0.75, stratify=True)
    fitted = Standardize(only=encoded.positions("petal")).fit(train)
    model = tg.init(tg.nn.Dense(in_features=3, out_features=2), KEY)
    loader = Loader(train, batch=10, shuffle=True).map(fitted.apply).prefetch(2)
    done = tg.fit(
        model, loader, loss=tg.softmax_cross_entropy, updater=tg.optim.adam(0.1), epochs=20, key=KEY, progress=False
    )
    report = tg.evaluate(done, Loader(test, batch=50).map(fitted.apply))
    assert report.accuracy == 1.0


class LastStep(tg.nn.Layer):
    """A recurrent layer and what it says at the end."""

    cell: tg.nn.Lstm = tg.nn.sub(lambda self: tg.nn.Lstm(in_features=1, features=8))
    head: tg.nn.Dense = tg.nn.sub(lambda self: tg.nn.Dense(in_features=8, out_features=2))

    def __call__(self, x: Float[Tensor, "batch time 1"]) -> Float[Tensor, "batch 2"]:
        return self.head(self.cell(x)[:, -1])


def test_sequences_of_different_lengths_are_learned_from() -> None:
    random = np.random.default_rng(0)
    xs = [random.normal(size=(n, 1)).astype("float32") for n in random.integers(1, 9, 120)]
    ys = [int(x[-1, 0] > 0) for x in xs]
    sequences = SequenceDataset(xs, ys).batches(20, shuffle=True, buckets=3, align="end")
    model = tg.init(LastStep(), KEY)
    # Padding stands before what is real, so that the last step is real in every sequence.
    pairs = tg.data.from_batches(lambda epoch: ((x, y) for x, y, _ in sequences.epoch(epoch)), size=len(sequences))
    done = tg.fit(
        model, pairs, loss=tg.softmax_cross_entropy, updater=tg.optim.adam(0.03), epochs=15, key=KEY, progress=False
    )
    assert tg.evaluate(done, pairs).accuracy > 0.9


class EachStep(tg.nn.Layer):
    """A recurrent layer and what it says at every step."""

    cell: tg.nn.Lstm = tg.nn.sub(lambda self: tg.nn.Lstm(in_features=1, features=8))
    head: tg.nn.Dense = tg.nn.sub(lambda self: tg.nn.Dense(in_features=8, out_features=2))

    def __call__(self, x: Float[Tensor, "batch time 1"]) -> Float[Tensor, "batch time 2"]:
        return self.head(self.cell(x))


@pytest.mark.parametrize("pad", [0.0, 1e3])
def test_masked_batches_are_trained_on_and_padding_has_no_say(pad: float) -> None:
    random = np.random.default_rng(0)
    xs = [random.normal(size=(n, 1)).astype("float32") for n in random.integers(1, 9, 60)]
    ys = [(x[:, 0] > 0).astype("int64") for x in xs]
    data = SequenceDataset(xs, ys, per_step=True)

    def trained(pad: float) -> EachStep:
        return tg.fit(
            tg.init(EachStep(), KEY),
            data.batches(20, shuffle=True, buckets=2, pad=pad),
            loss=tg.softmax_cross_entropy,
            updater=tg.optim.adam(0.05),
            epochs=12,
            key=KEY,
            progress=False,
        )

    model = trained(pad)
    whole = data.padded(pad=pad)
    right = (tg.argmax(model(whole.x), axis=-1) == whole.y).numpy()[whole.mask.numpy()]
    assert right.mean() > 0.9
    for one, other in zip(tg.leaves_with_paths(model), tg.leaves_with_paths(trained(-3.0)), strict=True):
        np.testing.assert_allclose(one[1].numpy(), other[1].numpy(), rtol=1e-4, atol=1e-5)
