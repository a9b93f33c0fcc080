"""A network with a recipe needs to be told only the data and the epochs; one without must be told the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from jaxtyping import Float

import typedgrad as tg
from tests.train.models import doubles, line, squared_error, values


class Recipe(NamedTuple):
    loss: Callable[..., tg.Tensor]
    updater: tg.optim.Updater[tg.optim.SgdState]
    seed: int
    truncate: int | None = None


class Network(tg.nn.Layer):
    slope: Float[tg.Tensor, ""] = tg.nn.param(tg.nn.zeros)

    def __call__(self, x: Float[tg.Tensor, "*n"]) -> Float[tg.Tensor, "*n"]:
        return x * self.slope

    @property
    def recipe(self) -> Recipe:
        return Recipe(squared_error, tg.optim.sgd(0.01), seed=7)


def network() -> Network:
    return tg.init(Network(), tg.random.key(0))


def told(updater: tg.optim.Updater[tg.optim.SgdState], seed: int, batch: int = 2) -> list[float]:
    key = tg.random.key(seed)
    return values(tg.fit(line(), doubles(), loss=squared_error, updater=updater, epochs=3, key=key, batch=batch))


def test_a_recipe_says_what_one_would_otherwise_be_told() -> None:
    trained = tg.fit(network(), doubles(), epochs=3, batch=2)
    assert type(trained) is Network
    assert values(trained) == told(tg.optim.sgd(0.01), seed=7)


def test_what_is_given_counts_instead() -> None:
    given = tg.fit(network(), doubles(), epochs=3, batch=2, updater=tg.optim.sgd(0.02), key=tg.random.key(8))
    assert values(given) == told(tg.optim.sgd(0.02), seed=8)
    with_loss = tg.fit(network(), doubles(), epochs=1, loss=lambda y, t: 2.0 * squared_error(y, t))
    assert values(with_loss) != values(tg.fit(network(), doubles(), epochs=1))


def test_without_a_recipe_something_is_missing_for_mypy_and_when_it_runs() -> None:
    with pytest.raises(TypeError, match="fit: Line has no recipe, so `loss` must be given"):
        tg.fit(line(), doubles(), epochs=1)  # type: ignore[call-overload]  # what is tested
    with pytest.raises(TypeError, match="fit: Line has no recipe, so `key` must be given"):
        tg.fit(line(), doubles(), loss=squared_error, updater=tg.optim.sgd(0.1), epochs=1)  # type: ignore[call-overload]  # what is tested


class Twice(tg.nn.Layer):
    """Two inputs, two outputs."""

    a: Float[tg.Tensor, ""] = tg.nn.param(tg.nn.zeros)
    b: Float[tg.Tensor, ""] = tg.nn.param(tg.nn.zeros)

    def __call__(
        self, x: Float[tg.Tensor, "n"], z: Float[tg.Tensor, "n"]
    ) -> tuple[Float[tg.Tensor, "n"], Float[tg.Tensor, "n"]]:
        return x * self.a + z, z * self.b


def both(outputs: tuple[tg.Tensor, tg.Tensor], labels: tuple[tg.Tensor, tg.Tensor]) -> tg.Tensor:
    return squared_error(outputs[0], labels[0]) + squared_error(outputs[1], labels[1])


def test_several_inputs_and_outputs_are_tuples() -> None:
    x, z = tg.asarray([1.0, 2.0]), tg.asarray([3.0, -1.0])
    batches = [((x, z), (2.0 * x + z, 5.0 * z))]
    model = tg.init(Twice(), tg.random.key(0))
    trained = tg.fit(model, batches, loss=both, updater=tg.optim.sgd(0.05), epochs=200, key=tg.random.key(0))
    assert float(trained.a) == pytest.approx(2.0, abs=1e-4)
    assert float(trained.b) == pytest.approx(5.0, abs=1e-4)


class Masking(tg.nn.Layer):
    """Notes the masks it is given."""

    slope: Float[tg.Tensor, ""] = tg.nn.param(tg.nn.zeros)

    def __call__(self, x: Float[tg.Tensor, "n t"], *, mask: tg.Tensor | None = None) -> Float[tg.Tensor, "n t"]:
        assert mask is not None
        return x * self.slope


def test_masks_go_to_the_model_and_to_the_loss_and_weights_to_the_loss() -> None:
    x, mask = tg.asarray([[1.0, 9.0], [2.0, 3.0]]), tg.asarray([[True, False], [True, True]])
    y = tg.asarray([[2.0, float("nan")], [4.0, 6.0]])
    key, updater = tg.random.key(0), tg.optim.sgd(0.05)
    batch = tg.train.Weighted(x, y, weights=tg.asarray([1.0, 2.0]), mask=mask)
    seen = tg.train.History()
    trained = tg.fit(
        tg.init(Masking(), key), [batch], loss=tg.mse, updater=updater, epochs=100, key=key, listeners=[seen]
    )
    assert float(trained.slope) == pytest.approx(2.0, abs=1e-4)
    assert seen.steps[0] == pytest.approx((4.0 + 2 * 16.0 + 2 * 36.0) / 5)


def test_a_mask_or_weights_that_nobody_takes_are_refused() -> None:
    x, key, updater = tg.ones((2, 3)), tg.random.key(0), tg.optim.sgd(0.05)
    masked = tg.data.MaskedBatch(x, x, tg.ones((2, 3), dtype="bool"))
    with pytest.raises(TypeError, match="fit: the batches have a mask, but `loss` has no parameter `mask`"):
        tg.fit(line(), [masked], loss=squared_error, updater=updater, epochs=1, key=key)
    labels_alone = tg.data.MaskedBatch(x, tg.ones((2,)), tg.ones((2, 3), dtype="bool"))
    with pytest.raises(TypeError, match="neither the model nor the labels have a use for it"):
        tg.fit(line(), [labels_alone], loss=tg.mse, updater=updater, epochs=1, key=key)
    weighted = tg.train.Weighted(x, x, weights=tg.ones((2,)))
    with pytest.raises(TypeError, match="fit: the batches have weights, but `loss` has no parameter `weights`"):
        tg.fit(line(), [weighted], loss=squared_error, updater=updater, epochs=1, key=key)
