"""Tensors and layers survive pickle and copy, and show themselves in formatted text."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn


@pytest.mark.parametrize(
    "x",
    [
        tg.asarray(2.5),
        tg.zeros((0, 3)),
        tg.asarray([[1, 2], [3, 4]]).mT,
        tg.asarray([1.0, 2.0], dtype="float16")[::-1],
        tg.asarray([True, False]),
    ],
)
def test_a_tensor_survives_pickle(x: tg.Tensor) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        found = pickle.loads(pickle.dumps(x, protocol))
        assert found.aval is x.aval
        assert np.array_equal(tg.to_numpy(found), tg.to_numpy(x))


def test_a_copy_of_a_tensor_is_the_tensor() -> None:
    x = tg.ones(3)
    assert copy.copy(x) is x
    assert copy.deepcopy({"x": [x]})["x"][0] is x


def test_a_tensor_that_is_being_differentiated_is_not_pickled() -> None:
    def loss(x: tg.Tensor) -> tg.Tensor:
        pickle.dumps(x)
        return tg.sum(x)

    with pytest.raises(TypeError, match=r"being differentiated; use tg\.stop_gradient"):
        tg.grad(loss)(tg.ones(3))


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_layer_survives_copy_and_pickle(copied: object) -> None:
    assert callable(copied)
    model = nn.Sequential(nn.Dense(in_features=3, out_features=2), nn.BatchNorm(features=2), tg.relu)
    model = tg.init(model, tg.random.key(0))
    found = copied(model)
    x = tg.ones((4, 3))
    assert found(x).tolist() == model(x).tolist()
    assert found._static is model._static
    with tg.training(tg.random.key(1)) as run:
        found(tg.asarray([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]]))
    assert run.updated(found)(x).tolist() != model(x).tolist()


def test_a_loss_is_shown_with_the_format_of_a_number() -> None:
    assert f"{tg.asarray(2.0):.3f}" == "2.000"
    assert f"{tg.asarray([1, 2])}" == "Tensor([1, 2], dtype=int64)"
    with pytest.raises(TypeError, match=r"only a 0-d Tensor can be formatted with '\.3f', this one has shape \[2\]"):
        format(tg.ones(2), ".3f")
