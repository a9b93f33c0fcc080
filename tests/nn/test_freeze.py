"""Layers that training leaves as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn

KEY = tg.random.key(0)


def model(**options: Any) -> Any:
    body = nn.Sequential(nn.Dense(out_features=4), nn.BatchNorm(), nn.Dropout(drop=0.5), nn.Dense(out_features=3))
    return tg.init(
        nn.Sequential(nn.Dense(out_features=5), nn.freeze(body, **options), nn.Dense(out_features=2)), KEY, input="n 6"
    )


def batch() -> Tensor:
    return tg.random.normal(tg.random.key(1), (8, 6))


def test_frozen_parameters_keep_their_paths_and_values() -> None:
    net, x = model(), batch()
    paths = [path for path, _ in tg.leaves_with_paths(net)]
    assert "layers.1.layer.layers.0.weight" in paths
    optimiser = tg.optim.adamw(0.1, weight_decay=0.1)
    with tg.training(KEY) as run:
        gradient = tg.grad(lambda m: tg.sum(m(x) ** 2))(net)
    moved, _ = optimiser.update(net, gradient, optimiser.init(net))
    moved = run.updated(moved)
    assert moved[1].layer[0].weight is net[1].layer[0].weight
    assert moved[1].layer[1].running_mean is net[1].layer[1].running_mean
    assert not np.array_equal(moved[0].weight.numpy(), net[0].weight.numpy())
    assert not np.array_equal(moved[2].weight.numpy(), net[2].weight.numpy())


def test_a_frozen_layer_infers_while_the_rest_is_trained() -> None:
    net, x = model(), batch()
    with tg.training(KEY) as run:
        assert np.array_equal(net[1](net[0](x)).numpy(), net[1](net[0](x)).numpy())
        trained = net(x).numpy()
    assert np.array_equal(trained, net(x).numpy())
    assert np.array_equal(run.updated(net)[1].layer[1].running_mean.numpy(), net[1].layer[1].running_mean.numpy())
    with tg.training(KEY):
        dropped = nn.Sequential(nn.freeze(nn.Dropout(drop=0.5)), nn.Dropout(drop=0.5))(tg.ones(1000))
    assert 0.4 < (dropped.numpy() == 0).mean() < 0.6


@pytest.mark.parametrize("passes", [True, False])
def test_gradients_pass_through_unless_told_otherwise(passes: bool) -> None:
    net, x = model(pass_gradient=passes), batch()
    gradient = tg.grad(lambda m: tg.sum(m(x) ** 2))(net)
    assert gradient[0].weight.numpy().any() == passes
    assert gradient[2].weight.numpy().any()


def test_freezing_and_thawing_keep_identical_objects() -> None:
    dense = tg.init(nn.Dense(in_features=2, out_features=2), KEY)
    frozen = nn.freeze(dense)
    assert frozen.layer is dense
    assert tg.tree_map(lambda x: x, frozen).layer.weight is dense.weight
    assert repr(frozen) == "Frozen(Dense(in_features=2, out_features=2))"
    with pytest.raises(TypeError, match="freeze: only layers can be frozen, not int"):
        nn.freeze(3)  # type: ignore[type-var]  # the mistake under test


def test_sizes_are_learnt_and_shapes_evaluated_through_it() -> None:
    made = tg.init(nn.freeze(nn.Dense(out_features=2)), KEY, input="n 7", dtype="float64")
    assert made.layer.in_features == 7
    assert made.layer.weight.dtype == np.float64
    assert str(tg.eval_shape(nn.freeze(nn.Dense(in_features=3, out_features=2)), "n 3").shape) == "(n, 2)"
    frozen = nn.freeze(nn.Dense(in_features=3, out_features=3))
    twice: Any = tg.init(nn.Sequential(frozen, frozen), KEY)
    assert twice[0] is twice[1]
    again = tg.tree_map(lambda x: x, twice)
    assert again[0] is again[1]
    assert len(tg.leaves_with_paths(twice)) == 2


def test_gradients_of_gradients_leave_it_alone() -> None:
    net, x = model(), batch()
    second = tg.grad(lambda m: tg.sum(tg.grad(lambda m: tg.sum(m(x) ** 3))(m)[0].weight ** 2))(net)
    assert second[1].layer[0].weight is net[1].layer[0].weight
    assert second[0].weight.numpy().any()


def test_checkpoints_inside_recompute_without_a_run() -> None:
    def dropped(x: Tensor) -> Tensor:
        return nn.Dropout(drop=0.5)(x * x)

    frozen = nn.freeze(nn.Lambda(function=tg.checkpoint(dropped)))
    with tg.training(KEY):
        gradient = tg.grad(lambda x: tg.sum(frozen(x)))(tg.ones(100))
    assert (gradient.numpy() == 2.0).all()
