"""The loss of a model on data, of each example, and the outputs of its layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error

KEY = tg.random.key(3)


def classes(n: int = 10) -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(KEY, (n, 3))
    return tg.data.Dataset(x, tg.astype(tg.argmax(x, axis=1), "int64"), classes=3)


def net() -> Any:
    made = tg.nn.Sequential(tg.nn.Dense(in_features=3, out_features=3), tg.nn.Dropout(drop=0.5))
    return tg.init(made, KEY)


def test_a_score_is_the_mean_over_all_examples_without_dropout() -> None:
    data = classes()
    whole = float(tg.softmax_cross_entropy(net()[0](data.x), data.y))
    for batch in (None, 3, 10, 100):
        assert tg.score(net(), data, loss=tg.softmax_cross_entropy, batch=batch) == pytest.approx(whole, rel=1e-5)


def without_options(logits: tg.Tensor, labels: tg.Tensor) -> tg.Tensor:
    return tg.softmax_cross_entropy(logits, labels)


@pytest.mark.parametrize("loss", [tg.softmax_cross_entropy, without_options])
def test_each_example_alone_at_once_or_one_by_one(loss: Any) -> None:
    data = classes()
    found = tg.train.score_examples(net(), data, loss=loss, batch=4)
    wanted = tg.softmax_cross_entropy(net()(data.x), data.y, reduction="none")
    np.testing.assert_allclose(tg.to_numpy(found), tg.to_numpy(wanted), rtol=1e-5)
    assert float(tg.mean(found)) == pytest.approx(tg.score(net(), data, loss=loss), rel=1e-5)


def test_masked_steps_do_not_count() -> None:
    x = tg.asarray([[1.0, 5.0], [2.0, 3.0]])
    batch = tg.data.MaskedBatch(x, tg.zeros((2, 2)), tg.asarray([[True, False], [True, True]]))
    found = tg.train.score_examples(lambda x: x, [batch], loss=tg.mse)
    assert found.tolist() == [1.0, 6.5]
    assert tg.score(lambda x: x, [batch], loss=tg.mse) == pytest.approx(14.0 / 3)


def test_weights_count_in_the_score() -> None:
    batch = tg.train.Weighted(tg.asarray([1.0, 2.0]), tg.zeros((2,)), weights=tg.asarray([3.0, 1.0]))
    assert tg.score(lambda x: x, [batch], loss=tg.mse) == pytest.approx(7.0 / 4)


def test_activations_of_shared_and_nested_layers() -> None:
    shared = tg.init(tg.nn.Dense(in_features=2, out_features=2), KEY)
    model = tg.nn.Sequential(shared, tg.nn.Sequential(tg.nn.Relu(), shared), tg.tanh)
    x = tg.random.normal(KEY, (4, 2))
    found = tg.activations(model, x)
    assert list(found) == ["layers.0", "layers.1.layers.0", "layers.0#2", "layers.1", "layers.2", ""]
    first = shared(x)
    np.testing.assert_array_equal(tg.to_numpy(found["layers.0"]), tg.to_numpy(first))
    np.testing.assert_array_equal(tg.to_numpy(found["layers.0#2"]), tg.to_numpy(shared(tg.relu(first))))
    np.testing.assert_array_equal(tg.to_numpy(found[""]), tg.to_numpy(model(x)))


class Custom(tg.nn.Layer):
    """A user's own layer, with layers in a dict and a list."""

    parts: dict[str, tg.nn.Dense]
    stack: list[tg.nn.Layer]

    def __call__(self, x: tg.Tensor) -> tg.Tensor:
        for layer in self.stack:
            x = layer(x)
        made: tg.Tensor = self.parts["head"](x)
        return made


def test_activations_of_layers_in_dicts_and_lists_and_the_model_is_as_before() -> None:
    model = tg.init(
        Custom(parts={"head": tg.nn.Dense(in_features=2, out_features=1)}, stack=[tg.nn.Relu(), tg.nn.Tanh()]), KEY
    )
    assert list(tg.activations(model, tg.ones((1, 2)))) == ["stack.0", "stack.1", "parts.head", ""]
    assert type(model.stack[0]) is tg.nn.Relu


def test_gradients_flow_as_usual_after_activations_were_asked_for() -> None:
    model = net()
    before = tg.to_numpy(tg.grad(lambda m: tg.sum(m(tg.ones((1, 3)))))(model)[0].weight)
    tg.activations(model, tg.ones((1, 3)))
    after = tg.to_numpy(tg.grad(lambda m: tg.sum(m(tg.ones((1, 3)))))(model)[0].weight)
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: tg.score(line(), doubles()), TypeError, "score: Line has no recipe, so `loss` must be given"),
        (lambda: tg.score(line(), [], loss=squared_error), ValueError, "score: `data` has no batches"),
        (lambda: tg.score(line(), doubles(), loss=3), TypeError, "score: `loss` must be a function of the output"),  # type: ignore[arg-type]  # what is tested
        (lambda: tg.train.score_examples(line(), [3], loss=squared_error), TypeError, "score_examples: batch 1 must"),  # type: ignore[arg-type]  # what is tested
        (lambda: tg.score(line(), [(tg.ones((2,)), tg.ones((2,)))], loss=tg.mse, batch=2), TypeError, "`batch` is for"),
    ],
)
def test_what_cannot_be_scored_is_refused(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        make()


def test_scores_are_for_outside_of_training() -> None:
    with tg.training(KEY), pytest.raises(TypeError, match="score: inside `with"):
        tg.score(line(), doubles(), loss=squared_error)
