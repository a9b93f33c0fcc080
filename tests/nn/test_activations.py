"""Activation functions and their layers: references, gradients, names, and what training draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from scipy import special

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
ERF: Any = "erf"
X = np.random.default_rng(5).uniform(-4.0, 4.0, size=(3, 4))

# Functions that are made of others, beside what they should be; the laws check those that are ops of their own.
MADE: list[tuple[Callable[[Tensor], Tensor], Callable[[Array], Any]]] = [
    (tg.selu, lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))),
    (tg.mish, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    (tg.swish, lambda x: x * special.expit(x)),
    (lambda x: tg.swish(x, beta=0.3), lambda x: x * special.expit(0.3 * x)),
    (tg.cube, lambda x: x**3),
    (tg.scaled_tanh, lambda x: 1.7159 * np.tanh(2 * x / 3)),
    (tg.rectified_tanh, lambda x: np.maximum(np.tanh(x), 0)),
    (tg.tanh_shrink, lambda x: x - np.tanh(x)),
    (tg.identity, lambda x: x),
    (lambda x: tg.affine_power(x, 3, scale=2.0, shift=0.5), lambda x: (2 * x + 0.5) ** 3),
    (lambda x: tg.hard_tanh(x, low=-0.5, high=2.0), lambda x: np.clip(x, -0.5, 2)),
    (lambda x: tg.hard_sigmoid(x, slope=0.2), lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    (tg.thresholded_relu, lambda x: np.where(x > 1, x, 0)),
    (tg.rrelu, lambda x: np.where(x > 0, x, x * (1 / 8 + 1 / 3) / 2)),
    (tg.softmin, lambda x: special.softmax(-x, axis=-1)),
]


@pytest.mark.parametrize(("f", "reference"), MADE)
def test_functions_made_of_others(f: Callable[[Tensor], Tensor], reference: Callable[[Array], Any]) -> None:
    x = tg.asarray(X)
    assert np.allclose(tg.to_numpy(f(x)), reference(X), rtol=1e-12)
    assert_gradients(f, x)

    def energy(x: Tensor) -> Tensor:
        return tg.sum(tg.square(f(x)))

    assert_gradients(tg.grad(energy), x)


LAYERS: list[tuple[nn.Layer, Callable[[Tensor], Tensor]]] = [
    (nn.Relu(), tg.relu),
    (nn.LeakyRelu(slope=0.3), lambda x: tg.leaky_relu(x, slope=0.3)),
    (nn.Sigmoid(), tg.sigmoid),
    (nn.LogSigmoid(), tg.log_sigmoid),
    (nn.Tanh(), tg.tanh),
    (nn.ScaledTanh(inner=0.5, outer=2.0), lambda x: tg.scaled_tanh(x, inner=0.5, outer=2.0)),
    (nn.RationalTanh(), tg.rational_tanh),
    (nn.RectifiedTanh(), tg.rectified_tanh),
    (nn.TanhShrink(), tg.tanh_shrink),
    (nn.Gelu(), tg.gelu),
    (nn.Gelu(approximate="tanh"), lambda x: tg.gelu(x, approximate="tanh")),
    (nn.Gelu(approximate="sigmoid"), lambda x: tg.gelu(x, approximate="sigmoid")),
    (nn.Silu(), tg.silu),
    (nn.Swish(beta=2.0), lambda x: tg.swish(x, beta=2.0)),
    (nn.Mish(), tg.mish),
    (nn.Elu(alpha=0.5), lambda x: tg.elu(x, alpha=0.5)),
    (nn.Celu(alpha=0.5), lambda x: tg.celu(x, alpha=0.5)),
    (nn.Selu(), tg.selu),
    (nn.Softplus(), tg.softplus),
    (nn.Squareplus(b=1.0), lambda x: tg.squareplus(x, b=1.0)),
    (nn.Softsign(), tg.softsign),
    (nn.Cube(), tg.cube),
    (nn.AffinePower(exponent=2, scale=3.0), lambda x: tg.affine_power(x, 2, scale=3.0)),
    (nn.Identity(), lambda x: x),
    (nn.Relu6(), tg.relu6),
    (nn.HardTanh(low=-0.5), lambda x: tg.hard_tanh(x, low=-0.5)),
    (nn.HardSigmoid(slope=0.2), lambda x: tg.hard_sigmoid(x, slope=0.2)),
    (nn.HardSilu(), tg.hard_silu),
    (nn.HardShrink(width=1.0), lambda x: tg.hard_shrink(x, width=1.0)),
    (nn.SoftShrink(width=1.0), lambda x: tg.soft_shrink(x, width=1.0)),
    (nn.Threshold(threshold=1.0, value=5.0), lambda x: tg.threshold(x, threshold=1.0, value=5.0)),
    (nn.ThresholdedRelu(theta=2.0), lambda x: tg.thresholded_relu(x, theta=2.0)),
    (nn.SparsePlus(), tg.sparse_plus),
    (nn.SparseSigmoid(), tg.sparse_sigmoid),
    (nn.Softmax(axis=0), lambda x: tg.softmax(x, axis=0)),
    (nn.LogSoftmax(axis=0), lambda x: tg.log_softmax(x, axis=0)),
    (nn.Softmin(axis=0), lambda x: tg.softmin(x, axis=0)),
    (nn.Sparsemax(axis=0), lambda x: tg.sparsemax(x, axis=0)),
    (nn.Glu(), tg.glu),
    (nn.CRelu(), tg.crelu),
    (nn.RRelu(), tg.rrelu),
]


@pytest.mark.parametrize(("layer", "f"), LAYERS, ids=[repr(layer) for layer, _ in LAYERS])
def test_a_layer_does_what_its_function_does(layer: nn.Layer, f: Callable[[Tensor], Tensor]) -> None:
    x = tg.asarray(X)
    found: Tensor = layer(x)
    assert np.array_equal(tg.to_numpy(found), tg.to_numpy(f(x)))
    assert tg.eval_shape(layer, "n 4").shape[1:] == found.shape[1:]


def test_a_learnt_slope_for_each_channel() -> None:
    layer = tg.init(nn.PRelu(), tg.random.key(0), input="n 3 h w", dtype="float64")
    assert layer.channels == 3
    assert layer.slope.tolist() == [0.25] * 3
    x = tg.asarray(np.random.default_rng(0).normal(size=(2, 3, 2, 2)))
    assert np.allclose(tg.to_numpy(layer(x)), np.where(tg.to_numpy(x) > 0, tg.to_numpy(x), 0.25 * tg.to_numpy(x)))
    assert_gradients(lambda layer, x: layer(x), layer, x)
    with pytest.raises(tg.ShapeError, match=r"PRelu\(channels=3\): `x` must have channels=3 on axis 1|PRelu"):
        layer(tg.ones((2, 4), dtype="float64"))


def test_random_slopes_while_training() -> None:
    layer, x = nn.RRelu(low=0.2, high=0.4), -tg.ones((1000,))
    with tg.training(tg.random.key(3)):
        first, second = tg.to_numpy(layer(x)), tg.to_numpy(layer(x))
    with tg.training(tg.random.key(3)):
        again = tg.to_numpy(layer(x))
    assert first.min() > -0.4
    assert first.max() <= -0.2
    assert first.std() == pytest.approx(0.2 / np.sqrt(12), rel=0.1)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert np.allclose(tg.to_numpy(layer(x)), -0.3)


def test_gumbel_softmax_chooses_as_softmax_says() -> None:
    logits = tg.log(tg.asarray([[0.7, 0.2, 0.1]] * 4000))
    found = tg.to_numpy(tg.gumbel_softmax(logits, tg.random.key(1), hard=True))
    assert set(np.unique(found)) == {0.0, 1.0}
    assert np.allclose(found.sum(axis=-1), 1.0)
    assert np.allclose(found.mean(axis=0), [0.7, 0.2, 0.1], atol=0.03)
    soft = tg.gumbel_softmax(logits, tg.random.key(1), temperature=0.5)
    assert np.allclose(tg.to_numpy(tg.sum(soft, axis=-1)), 1.0, atol=1e-5)
    x = tg.asarray(X)
    assert_gradients(lambda x: tg.gumbel_softmax(x, tg.random.key(2)), x)
    weights = tg.asarray(X[::-1].copy())
    hard, easy = (
        tg.grad(lambda x, hard=hard: tg.sum(weights * tg.gumbel_softmax(x, tg.random.key(2), hard=hard)))(x)
        for hard in (True, False)
    )
    assert np.allclose(tg.to_numpy(hard), tg.to_numpy(easy))


def test_sparsemax_of_ties_and_of_one() -> None:
    assert tg.sparsemax(tg.asarray([1.0, 1.0, 1.0, -9.0])).tolist() == pytest.approx([1 / 3] * 3 + [0.0])
    assert tg.sparsemax(tg.asarray([[5.0]])).tolist() == [[1.0]]
    assert tg.sparsemax(tg.asarray([1e4, 0.0])).tolist() == [1.0, 0.0]
    assert tg.sparsemax(tg.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("name", get_args(nn.ActivationName))
def test_every_name_is_a_function_that_keeps_the_shape(name: nn.ActivationName) -> None:
    assert nn.activation(name)(tg.asarray(X)).shape == X.shape


@pytest.mark.parametrize(
    ("given", "meant"), [("rleu", "relu"), ("RELU", "relu"), ("HardSigmoid", "hard_sigmoid"), ("soft-max", "softmax")]
)
def test_another_name_is_refused_with_the_nearest(given: Any, meant: str) -> None:
    with pytest.raises(ValueError, match=f"activation: there is no activation '{given}'; did you mean \"{meant}\""):
        nn.activation(given)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: nn.Gelu(approximate=ERF), 'Gelu: `approximate` must be "none", "tanh" or "sigmoid", got'),
        (lambda: nn.Celu(alpha=0.0), "Celu: `alpha` must be positive, got 0.0"),
        (lambda: nn.HardTanh(low=1.0, high=0.0), "HardTanh: `low` must not exceed `high`, got 1.0 and 0.0"),
        (lambda: nn.HardShrink(width=-1.0), "HardShrink: `width` must not be negative, got -1.0"),
        (lambda: nn.SoftShrink(width=float("nan")), "SoftShrink: `width` must not be negative, got nan"),
        (lambda: nn.Squareplus(b=-1.0), "Squareplus: `b` must not be negative, got -1.0"),
        (lambda: nn.RRelu(low=2.0), "RRelu: `low` must not exceed `high`, got 2.0"),
        (lambda: nn.PRelu(channels=0), "PRelu: `channels` must be a positive int, got 0"),
        (lambda: tg.rrelu(tg.ones(2), low=2), "rrelu: `low` must not exceed `high`, got 2"),
        (lambda: tg.gumbel_softmax(tg.ones(2), tg.random.key(0), temperature=0), "`temperature` must be positive"),
    ],
)
def test_options_that_make_no_sense(call: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        call()


def test_an_odd_axis_cannot_be_halved() -> None:
    with pytest.raises(tg.ShapeError, match="glu: axis -1 must be even, to be halved"):
        tg.glu(tg.ones((2, 3)))
