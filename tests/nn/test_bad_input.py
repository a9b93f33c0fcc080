"""What layers refuse: options that hold something else than their annotations say, sizes, and inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn

KEY = tg.random.key(0)
DENSE = nn.Dense(in_features=4, out_features=2)
X = tg.ones((2, 3, 4))


def made(layer: Any, *inputs: Any, **options: Any) -> Any:
    return tg.init(layer, KEY)(*inputs, **options)


def wrong(value: object) -> Any:
    """A mistake that type checkers would find."""
    return value


TYPES: list[tuple[Callable[[], object], str]] = [
    (lambda: nn.LayerNorm(epsilon=wrong("a")), "LayerNorm: `epsilon` must be a number, not 'a'"),
    (lambda: nn.LayerNorm(affine=wrong(1)), "LayerNorm: `affine` must be True or False, not 1"),
    (lambda: nn.BatchNorm(momentum=wrong(None)), "BatchNorm: `momentum` must be a number, not None"),
    (
        lambda: nn.Embedding(vocabulary=3, features=3, padding_index=True),
        "`padding_index` must be an int or None, not True",
    ),
    (lambda: nn.Lstm(features=2, activation=wrong("tanh")), "Lstm: `activation` must be a function, not 'tanh'"),
    (
        lambda: nn.Highway(activation=wrong(nn.Relu)),
        r"`activation` must be a function, not the class Relu; write Relu\(\)",
    ),
    (
        lambda: nn.TimeDistributed(layer=wrong(nn.Dense)),
        r"`layer` must be a layer, not the class Dense; write Dense\(\)",
    ),
    (lambda: nn.Reshape(shape=wrong([12])), r"Reshape: `shape` must be a tuple of ints, not \[12\]"),
    (lambda: nn.Concat(axis=wrong(1.0)), "Concat: `axis` must be an int, not 1.0"),
    (lambda: nn.Unstack(index=wrong("0"), axis=0), "Unstack: `index` must be an int, not '0'"),
    (lambda: nn.Scale(factor=wrong(np.ones(100))), "Scale: `factor` must be a number, not of type ndarray"),
    (lambda: nn.WeightNorm(layer=DENSE, name=wrong(3)), "WeightNorm: `name` must be a string, not 3"),
]
VALUES: list[tuple[Callable[[], object], str]] = [
    (lambda: nn.Lstm(features=2, forget_bias=float("nan")), "Lstm: `forget_bias` must be a number, got nan"),
    (lambda: nn.LocalResponseNorm(size=3, alpha=float("nan")), "LocalResponseNorm: `alpha` must be a number, got nan"),
    (lambda: nn.LayerNorm(features=0), "LayerNorm: `features` must be a positive int, got 0"),
    (lambda: nn.Embedding(vocabulary=-1, features=3), "Embedding: `vocabulary` must be a positive int, got -1"),
    (lambda: nn.FeedForward(features=4, hidden=0), "FeedForward: `hidden` must be a positive int, got 0"),
    (lambda: nn.MultiHeadAttention(features=5, heads=2), "`heads`=2 does not divide `features`=5"),
    (
        lambda: nn.TransformerEncoderBlock(features=4, heads=2, drop=2.0),
        "`drop` must be at least 0 and less than 1, got 2",
    ),
    (lambda: nn.MeanVarianceNorm(epsilon=0.0), "MeanVarianceNorm: `epsilon` must be positive, got 0"),
    (
        lambda: nn.LocalResponseNorm(size=3, region=wrong("around")),
        "`region` must be one of across, within, got 'around'",
    ),
    (lambda: nn.LearnedPositions(length=0, features=4), "LearnedPositions: `length` must be a positive int, got 0"),
    (lambda: made(nn.MultiHeadAttention(features=4, heads=2), X[:, :0]), "`x` is an empty sequence, its shape is"),
    (lambda: made(nn.OneHot(classes=2), tg.asarray([-1])), "the label at index 0 is -1, which is not in 0..1"),
    (lambda: made(nn.Gru(in_features=4, features=2), X[:, :0]), "Gru: `x` is an empty sequence, its shape is"),
]
SHAPES: list[tuple[Callable[[], object], str]] = [
    (lambda: made(nn.BatchNorm(features=5), X), "`x` has features=3, but features is 5"),
    (
        lambda: made(nn.MultiHeadAttention(features=4, heads=2), X, tg.ones((2, 5, 3))),
        "`memory` has features=3, but features is 4",
    ),
    (
        lambda: made(nn.MultiHeadAttention(features=4, heads=2), X, mask=tg.ones((2, 2), dtype="bool")),
        r"`mask` \[2 2\] must broadcast to \[2 2 3 3\]",
    ),
    (lambda: made(nn.MultiHeadAttention(features=4, heads=2), X, mask=X), "`mask` must be Bool, not float32"),
    (
        lambda: made(nn.Lstm(in_features=4, features=2), X, mask=tg.ones((2, 4), dtype="bool")),
        "`time` is 3 in `x` but 4 in `mask`",
    ),
    (lambda: made(nn.Embedding(vocabulary=3, features=3), X), "`indices` must be Int, not float32"),
    (lambda: made(nn.Concat(axis=5), X, X), "concat: axis 5 is out of range for 3 axes"),
    (lambda: made(nn.WeightNorm(layer=DENSE, axis=5), X), "there is no axis 5 in a weight of 2 axes"),
    (
        lambda: made(nn.TimeDistributed(layer=DENSE), tg.ones(3)),
        r"`x` needs at least 2 axes \(batch time \*rest\), got 1",
    ),
]


@pytest.mark.parametrize(("make", "message"), TYPES)
def test_options_of_another_type_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(("make", "message"), VALUES)
def test_values_that_make_no_sense_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("make", "message"), SHAPES)
def test_inputs_that_do_not_fit_are_refused_with_both_sizes(make: Callable[[], object], message: str) -> None:
    with pytest.raises(tg.ShapeError, match=message):
        make()


def test_fields_of_users_layers_are_checked_as_far_as_they_are_plain() -> None:
    class Mine(nn.Layer):
        depth: int
        rate: float = 0.5
        f: Callable[[Tensor], Tensor] = tg.relu
        other: int | str = 3
        inner: nn.Layer | None = None

    Mine(depth=0, rate=1, f=DENSE, other="x", inner=DENSE)
    with pytest.raises(TypeError, match="Mine: `depth` must be an int, not 1"):
        Mine(depth=wrong(1.5))
    with pytest.raises(TypeError, match="Mine: `f` must be a function, not 3"):
        Mine(depth=1, f=wrong(3))


@pytest.mark.parametrize(
    "layer",
    [
        nn.InstanceNorm(),
        nn.GroupNorm(groups=3),
        nn.MeanVarianceNorm(),
        nn.LocalResponseNorm(size=2),
        nn.LayerNorm(),
        nn.BatchNorm(),
    ],
    ids=repr,
)
def test_nothing_in_gives_nothing_out(layer: nn.Layer) -> None:
    model: Any = tg.init(layer, KEY, input="n 3 4")
    assert model(tg.ones((0, 3, 4))).shape == (0, 3, 4)
    if not isinstance(layer, nn.LayerNorm):
        assert model(tg.ones((2, 3, 0))).shape == (2, 3, 0)


def test_a_weight_of_zeros_has_no_nan_when_it_is_normalised() -> None:
    for wrapper in (nn.WeightNorm, nn.SpectralNorm):
        model: Any = tg.init(wrapper(layer=DENSE), KEY)
        zero = nn.layer.replaced(model, {"layer": tg.tree_map(lambda p: p * 0, model.layer)})
        value, gradient = tg.value_and_grad(lambda m: tg.sum(m(X)))(zero)
        assert np.isfinite(value.numpy())
        assert np.isfinite(gradient.layer.weight.numpy()).all()
