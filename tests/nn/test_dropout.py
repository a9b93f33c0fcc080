"""Layers that leave something out in training: how much, and that nothing happens elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn

DROPPING: list[type[nn.Dropout | nn.AlphaDropout | nn.GaussianDropout]] = [
    nn.Dropout,
    nn.AlphaDropout,
    nn.GaussianDropout,
]
SPATIAL: list[tuple[Any, int]] = [(nn.SpatialDropout1d, 1), (nn.SpatialDropout2d, 2), (nn.SpatialDropout3d, 3)]
DENSE = nn.Dense(in_features=100, out_features=200)


def normal(*shape: int) -> Tensor:
    return tg.random.normal(tg.random.key(3), shape, dtype="float64")


def trained(layer: Any, x: Tensor, seed: int = 0) -> Any:
    with tg.training(tg.random.key(seed)):
        return layer(x).numpy()


@pytest.mark.parametrize("cls", DROPPING)
def test_the_probability_is_given_by_name_either_way(cls: Any) -> None:
    assert cls(keep=0.8).drop == cls(drop=0.2).drop == 0.2
    assert cls(keep=1).drop == 0
    name = cls.__name__
    with pytest.raises(TypeError, match=rf"{name}: give either `drop` or `keep`, as in {name}\(drop=0.5\)"):
        cls()
    with pytest.raises(TypeError, match="give either"):
        cls(drop=0.5, keep=0.5)
    with pytest.raises(TypeError):
        cls(0.5)
    with pytest.raises(ValueError, match=f"{name}: `drop` must be at least 0 and less than 1, got 1.0"):
        cls(drop=1.0)
    for bad in (0.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match=f"{name}: `keep` must be greater than 0 and at most 1, got {bad}"):
            cls(keep=bad)
    with pytest.raises(TypeError, match="`drop` must be a number, not"):
        cls(drop="0.5")


@pytest.mark.parametrize(
    "layer", [nn.Dropout(drop=0.5), nn.AlphaDropout(drop=0.5), nn.GaussianDropout(drop=0.5), nn.GaussianNoise(std=1.0)]
)
def test_outside_of_training_and_without_values_nothing_happens(layer: Any) -> None:
    x = normal(3, 4)
    assert layer(x) is x
    with tg.training(tg.random.key(0)):
        assert str(tg.eval_shape(layer, "n 4").shape) == "(n, 4)"


@pytest.mark.parametrize(("cls", "rank"), SPATIAL)
def test_whole_channels_are_dropped(cls: Any, rank: int) -> None:
    x = tg.ones((40, 50, *(2,) * rank))
    y = trained(cls(drop=0.3), x)
    assert set(np.unique(y)) <= {0.0, np.float32(1 / 0.7)}
    flat = y.reshape(40, 50, -1)
    assert (flat == flat[:, :, :1]).all()
    assert abs((flat[:, :, 0] == 0).mean() - 0.3) < 0.04
    with pytest.raises(tg.ShapeError, match="`x`"):
        cls(drop=0.3)(tg.ones((2, 3)))


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    y = trained(nn.AlphaDropout(drop=0.3), normal(200_000))
    assert abs(y.mean()) < 0.01
    assert abs(y.var() - 1) < 0.02
    lowest, count = max(zip(*np.unique(y, return_counts=True), strict=True), key=lambda pair: pair[1])
    assert abs(count / 200_000 - 0.3) < 0.01
    assert lowest < 0


def test_gaussian_dropout_and_noise_have_the_promised_deviation() -> None:
    y = trained(nn.GaussianDropout(drop=0.2), tg.full((100_000,), 2.0))
    assert abs(y.mean() - 2) < 0.02
    assert abs(y.std() - 2 * 0.5) < 0.02
    z = trained(nn.GaussianNoise(std=0.7), tg.full((100_000,), 2.0))
    assert abs(z.mean() - 2) < 0.02
    assert abs(z.std() - 0.7) < 0.02
    with pytest.raises(ValueError, match="`std` must be a number of at least 0, got -1"):
        nn.GaussianNoise(std=-1)


def test_calls_and_runs_draw_apart_and_equal_runs_draw_alike() -> None:
    x = tg.ones(64)
    for layer in (nn.Dropout(drop=0.5), nn.AlphaDropout(drop=0.5), nn.GaussianNoise(std=1.0)):
        with tg.training(tg.random.key(0)):
            first, second = layer(x).numpy(), layer(x).numpy()
        assert not np.array_equal(first, second)
        assert np.array_equal(trained(layer, x), first)
        assert not np.array_equal(trained(layer, x, seed=1), first)


def test_what_was_dropped_gets_no_gradient() -> None:
    layer = nn.Dropout(drop=0.25)
    with tg.training(tg.random.key(0)):
        y, pull = tg.vjp(layer, tg.ones(1000))
    assert np.array_equal(pull(tg.ones(1000))[0].numpy(), y.numpy())


def test_connections_are_dropped_and_scaled() -> None:
    model: Any = tg.init(nn.DropConnect(layer=DENSE, drop=0.25), tg.random.key(0))
    x = tg.eye(100)
    assert np.array_equal(model(x).numpy(), model.layer(x).numpy())
    y = trained(model, x)
    ratio = y / model.layer(x).numpy()
    assert abs((ratio == 0).mean() - 0.25) < 0.02
    assert np.allclose(ratio[ratio != 0], 1 / 0.75)
    with tg.training(tg.random.key(0)):
        gradient = tg.grad(lambda m: tg.sum(m(x)))(model)
    assert np.array_equal(gradient.layer.weight.numpy() == 0, y == 0)
    assert nn.DropConnect(layer=DENSE, keep=0.75).drop == 0.25


def test_noise_is_added_to_weights_or_multiplies_them() -> None:
    x = tg.eye(100)
    added: Any = tg.init(nn.WeightNoise(layer=DENSE, noise=nn.normal(0.5)), tg.random.key(0))
    gap = trained(added, x) - added.layer(x).numpy()
    assert np.array_equal(added(x).numpy(), added.layer(x).numpy())
    assert abs(gap.std() - 0.5) < 0.02
    times: Any = tg.init(nn.WeightNoise(layer=DENSE, noise=nn.constant(2.0), additive=False), tg.random.key(0))
    assert np.allclose(trained(times, x), 2 * times.layer(x).numpy())
    with pytest.raises(TypeError, match="WeightNoise: Relu has no parameter `weight`; it has none"):
        nn.WeightNoise(layer=nn.Relu(), noise=nn.normal(0.5))
    with pytest.raises(TypeError, match="`noise` must be an initialiser, not float"):
        nn.WeightNoise(layer=DENSE, noise=0.5)  # type: ignore[arg-type]  # the mistake under test
