"""Rows for indices: padding that stays zero, bags, and indices that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn


def test_padding_is_zero_and_has_no_gradient() -> None:
    model = tg.init(nn.Embedding(vocabulary=5, features=3, padding_index=2), tg.random.key(0))
    assert not model.weight.numpy()[2].any()
    assert model.weight.numpy()[[0, 1, 3, 4]].all()
    places = tg.asarray([[0, 2], [2, 4]])
    gradient = tg.grad(lambda m: tg.sum(m(places)))(model)
    assert gradient.weight.numpy().sum(1).tolist() == [3, 0, 0, 0, 3]
    spoilt: Any = tg.tree_map(lambda p: p + 1.0, model)
    assert not spoilt(places).numpy()[0, 1].any()
    assert tg.eval_shape(model, tg.abstract("n t", "int64")).shape[-1] == 3


@pytest.mark.parametrize("index", [-1, 5])
def test_indices_outside_of_the_vocabulary_are_refused(index: int) -> None:
    for layer in (nn.Embedding(vocabulary=5, features=3), nn.EmbeddingBag(vocabulary=5, features=3)):
        model: Any = tg.init(layer, tg.random.key(0))
        with pytest.raises(IndexError, match=f"an index is {index}, but must be from 0 to 4, as vocabulary=5"):
            model(tg.asarray([[1, index]]))
        with pytest.raises(ValueError, match=f"`padding_index` must be from 0 to 4, as vocabulary=5, got {index}"):
            type(layer)(vocabulary=5, features=3, padding_index=index)


def test_no_indices_give_no_rows() -> None:
    model = tg.init(nn.Embedding(vocabulary=5, features=3), tg.random.key(0))
    assert model(tg.zeros((2, 0), dtype="int64")).shape == (2, 0, 3)


@pytest.mark.parametrize("reduction", ["mean", "sum", "max"])
def test_bags_are_reduced(reduction: Any) -> None:
    layer = nn.EmbeddingBag(vocabulary=5, features=3, reduction=reduction, padding_index=0)
    model = tg.init(layer, tg.random.key(0), dtype="float64")
    bags = tg.asarray([[1, 2, 0], [3, 3, 4], [0, 0, 0]])
    mask = tg.asarray([[True, True, True], [True, False, True], [True, True, True]])
    table = model.weight.numpy()
    of: Any = {"mean": np.mean, "sum": np.sum, "max": np.max}[reduction]
    wanted = [of(table[[1, 2]], axis=0), of(table[[3, 4]], axis=0), np.zeros(3)]
    assert np.allclose(model(bags, mask=mask).numpy(), wanted)
    gradient = tg.grad(lambda m: tg.sum(m(bags, mask=mask) * tg.asarray([1.0, 2.0, 3.0])))(model).weight.numpy()
    assert np.isfinite(gradient).all()
    assert not gradient[0].any()
    with pytest.raises(tg.ShapeError, match="`n` is 3 in `indices` but 2 in `mask`"):
        model(bags, mask=mask[:, :2])
    with pytest.raises(ValueError, match="`indices` holds empty bags"):
        model(bags[:, :0])
    with pytest.raises(ValueError, match="`reduction` must be one of mean, sum, max, got 'min'"):
        nn.EmbeddingBag(vocabulary=5, features=3, reduction="min")  # type: ignore[arg-type]  # the mistake under test


def test_one_hot_refuses_strange_labels() -> None:
    assert nn.OneHot(classes=2)(tg.asarray([[1], [0]])).tolist() == [[[0, 1]], [[1, 0]]]
    with pytest.raises(ValueError, match="the label at index 0 is 2"):
        nn.OneHot(classes=2)(tg.asarray([2]))
