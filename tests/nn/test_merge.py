"""Layers that merge, branch, rearrange and cut out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


MERGES: dict[str, tuple[nn.Layer, Callable[..., Any]]] = {
    "add": (nn.Add(), lambda *xs: sum(xs)),
    "multiply": (nn.Multiply(), lambda *xs: np.prod(xs, axis=0)),
    "average": (nn.Average(), lambda *xs: np.mean(xs, axis=0)),
    "maximum": (nn.Maximum(), lambda *xs: np.max(xs, axis=0)),
    "minimum": (nn.Minimum(), lambda *xs: np.min(xs, axis=0)),
    "concat": (nn.Concat(axis=-1), lambda *xs: np.concatenate(xs, axis=-1)),
    "stack": (nn.Stack(axis=1), lambda *xs: np.stack(xs, axis=1)),
}
PAIRS: dict[str, tuple[nn.Layer, Callable[..., Any]]] = {
    "subtract": (nn.Subtract(), lambda x, y: x - y),
    "dot": (nn.Dot(), lambda x, y: (x * y).sum(-1)),
    "cosine": (
        nn.Dot(normalize=True),
        lambda x, y: (x * y).sum(-1) / np.linalg.norm(x, axis=-1) / np.linalg.norm(y, axis=-1),
    ),
    "similarity": (
        nn.CosineSimilarity(),
        lambda x, y: (x * y).sum(-1) / np.linalg.norm(x, axis=-1) / np.linalg.norm(y, axis=-1),
    ),
    "distance": (nn.PairwiseDistance(), lambda x, y: np.linalg.norm(x - y, axis=-1)),
    "distance1": (nn.PairwiseDistance(ord=1), lambda x, y: abs(x - y).sum(-1)),
}


@pytest.mark.parametrize("name", MERGES)
def test_any_number_of_inputs_is_merged(name: str) -> None:
    layer, reference = MERGES[name]
    for count in (1, 2, 3):
        xs = [normal(2, 3, 4, seed=i) for i in range(count)]
        assert np.allclose(layer(*xs).numpy(), reference(*(x.numpy() for x in xs)))
        assert_gradients(layer, *xs)
    if name != "concat":
        with pytest.raises(tg.ShapeError, match=r"`\*s` is \[2 3 4\] in `x` but \[4\] in `others\[1\]`"):
            layer(normal(2, 3, 4), normal(2, 3, 4), normal(4))


@pytest.mark.parametrize("name", PAIRS)
def test_two_inputs_are_compared(name: str) -> None:
    layer, reference = PAIRS[name]
    x, y = normal(2, 3, 4), normal(2, 3, 4, seed=4)
    assert np.allclose(layer(x, y).numpy(), reference(x.numpy(), y.numpy()))
    assert_gradients(layer, x, y)
    with pytest.raises(tg.ShapeError, match=r"in `x` but .* in `y`"):
        layer(x, normal(2, 3, 1))


def test_concat_refuses_other_axes_that_differ() -> None:
    with pytest.raises(tg.ShapeError, match=r"for axis 1, `arrays\[0\]` and `arrays\[1\]` must have the same shape"):
        nn.Concat(axis=1)(normal(2, 3, 4), normal(2, 3, 5))


def test_parts_undo_what_was_put_together() -> None:
    x, y = normal(2, 3), normal(2, 3, seed=4)
    both = nn.Concat(axis=0)(x, y)
    assert np.array_equal(nn.Chunk(index=1, parts=2)(both).numpy(), y.numpy())
    assert np.array_equal(nn.Unstack(index=0, axis=1)(nn.Stack(axis=1)(x, y)).numpy(), x.numpy())
    assert np.array_equal(nn.Subset(start=1, stop=3)(x).numpy(), x.numpy()[:, 1:3])
    assert np.array_equal(nn.Subset(start=1, stop=2, axis=0)(x).numpy(), x.numpy()[1:2])
    assert np.array_equal(nn.Reshape(shape=(3, -1))(normal(2, 6)).numpy(), normal(2, 6).numpy().reshape(2, 3, 2))
    assert np.array_equal(
        nn.Permute(axes=(3, 1, 2))(normal(2, 3, 4, 5)).numpy(), normal(2, 3, 4, 5).numpy().transpose(0, 3, 1, 2)
    )
    for layer in (
        nn.Chunk(index=1, parts=3, axis=1),
        nn.Subset(start=1, stop=3),
        nn.Unstack(index=2, axis=1),
        nn.Reshape(shape=(3, 1)),
        nn.Scale(factor=3.0),
        nn.Shift(amount=2.0),
        nn.Identity(),
    ):
        assert_gradients(layer, x)


def test_shapes_without_values_flow_through() -> None:
    def shape(layer: nn.Layer, *inputs: str) -> str:
        return " ".join(map(str, tg.eval_shape(layer, *inputs).shape))

    assert shape(nn.Concat(axis=1), "n 2 h", "n 3 h") == "n 5 h"
    assert shape(nn.Chunk(index=0, parts=2, axis=1), "n 6") == "n 3"
    assert shape(nn.Reshape(shape=(3, 2)), "n 6") == "n 3 2"
    assert shape(nn.Permute(axes=(2, 1)), "n a b") == "n b a"
    assert shape(nn.Dot(), "n 6", "n 6") == "n"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Scale(factor=float("nan")), "Scale: `factor` must be a finite number, got nan"),
        (lambda: nn.Shift(amount=float("inf")), "Shift: `amount` must be a finite number, got inf"),
        (lambda: nn.Reshape(shape=(-1, -1)), r"Reshape: `shape` must be sizes, of which one may be -1, got \(-1, -1\)"),
        (lambda: nn.Permute(axes=(0, 1)), r"Permute: `axes` must name each of 1 to 2 once, got \(0, 1\)"),
        (lambda: nn.Subset(start=2, stop=2), "Subset: 0 <= start < stop must hold, got start=2 and stop=2"),
        (lambda: nn.Unstack(index=-1, axis=0), "Unstack: `index` must not be negative, got -1"),
        (lambda: nn.Chunk(index=2, parts=2), "Chunk: 0 <= index < parts must hold, got index=2 and parts=2"),
        (lambda: nn.CosineSimilarity(epsilon=0.0), "CosineSimilarity: `epsilon` must be positive, got 0.0"),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_axes_that_are_too_short_are_refused_with_both_sizes() -> None:
    with pytest.raises(tg.ShapeError, match="Subset: axis 1 of `x` must have at least 5 places, not 3"):
        nn.Subset(start=1, stop=5)(normal(2, 3))
    with pytest.raises(tg.ShapeError, match="Unstack: axis 0 of `x` must have at least 4 places, not 2"):
        nn.Unstack(index=3, axis=0)(normal(2, 3))
    with pytest.raises(tg.ShapeError, match="Chunk: axis 1 of `x` has 3 places, not a multiple of parts=2"):
        nn.Chunk(index=1, parts=2, axis=1)(normal(2, 3))
    with pytest.raises(tg.ShapeError, match="Subset: there is no axis 2 in `x` of 2 axes"):
        nn.Subset(start=0, stop=1, axis=2)(normal(2, 3))


def test_a_function_is_a_layer() -> None:
    layer = nn.Lambda(function=tg.tanh)
    assert repr(layer) == "Lambda(function=tanh)"
    assert np.allclose(layer(normal(3)).numpy(), np.tanh(normal(3).numpy()))
    assert nn.Lambda(function=lambda x, y: x + y)(tg.ones(2), tg.ones(2)).tolist() == [2, 2]
    for wrong in (3, nn.Relu):
        with pytest.raises(TypeError, match="Lambda: `function` must be a function, not"):
            nn.Lambda(function=wrong)  # type: ignore[arg-type]  # the mistake under test


def test_reversed_gradients_flow_through_layers_before() -> None:
    dense = tg.init(nn.Dense(in_features=3, out_features=2), tg.random.key(0), dtype="float64")
    x = normal(4, 3)
    plain = tg.grad(lambda m: tg.sum(m(x) ** 2))(dense)
    turned = tg.grad(lambda m: tg.sum(nn.GradientReversal(factor=0.5)(m(x)) ** 2))(dense)
    assert np.allclose(turned.weight.numpy(), -0.5 * plain.weight.numpy())
    _, tangent = tg.jvp(nn.GradientReversal(factor=0.5), (x,), (x,))
    assert np.allclose(tangent.numpy(), -0.5 * x.numpy())


def test_a_shortcut_passes_a_layer() -> None:
    x = normal(2, 3)
    model: Any = tg.init(nn.Residual(layer=nn.Dense(out_features=3)), tg.random.key(0), input=x, dtype="float64")
    assert np.allclose(model(x).numpy(), x.numpy() + model.layer(x).numpy())
    assert_gradients(lambda m, x: m(x), model, x)
    wide = nn.Residual(layer=nn.Dense(out_features=5), projection=nn.Dense(out_features=5, use_bias=False))
    made: Any = tg.init(wide, tg.random.key(0), input=x, dtype="float64")
    assert np.allclose(made(x).numpy(), made.projection(x).numpy() + made.layer(x).numpy())
    with pytest.raises(tg.ShapeError, match=r"Residual: the layer makes \[2 5\], but `x` is \[2 3\]"):
        tg.eval_shape(nn.Residual(layer=nn.Dense(in_features=3, out_features=5)), x)
    with pytest.raises(TypeError, match="Residual: Relu is a class; write Relu"):
        nn.Residual(layer=nn.Relu)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(TypeError, match="Residual: 3 is neither a layer nor a function"):
        nn.Residual(layer=3)  # type: ignore[arg-type]  # the mistake under test


def test_branches_see_the_same_input_and_are_merged() -> None:
    x = normal(2, 3, 4)
    layer = nn.Branches(
        nn.Conv1d(in_channels=3, out_channels=2, kernel=1), tg.tanh, nn.Identity(), merge=nn.Concat(axis=1)
    )
    model: Any = tg.init(layer, tg.random.key(0), dtype="float64")
    parts = [model[0](x).numpy(), np.tanh(x.numpy()), x.numpy()]
    assert np.allclose(model(x).numpy(), np.concatenate(parts, axis=1))
    assert len(model) == 3
    assert_gradients(lambda m, x: m(x), model, x)
    assert nn.Sequential(model, nn.Flatten())(x).shape == (2, 32)
    with pytest.raises(tg.ShapeError) as caught:
        model(normal(2, 4, 4))
    assert caught.value.__notes__ == ["in layer 0 of Branches"]
    with pytest.raises(TypeError, match="there must be at least one branch"):
        nn.Branches(merge=nn.Add())


def test_parallel_layers_have_an_input_each() -> None:
    x, y = normal(2, 3), normal(2, 3, seed=4)
    layer = nn.Parallel(tg.tanh, nn.Identity())
    a, b = layer(x, y)
    assert np.allclose(a.numpy(), np.tanh(x.numpy()))
    assert b is y
    with pytest.raises(TypeError, match="Parallel: there are 2 layers, but 1 inputs were given"):
        layer(x)


def test_bilinear_maxout_highway_and_weights_of_features() -> None:
    x, y = normal(5, 2), normal(5, 3)
    model: Any = tg.init(nn.Bilinear(out_features=4), tg.random.key(0), input=(x, y), dtype="float64")
    wanted = np.einsum("ni,ijk,nj->nk", x.numpy(), model.weight.numpy(), y.numpy()) + model.bias.numpy()
    assert np.allclose(model(x, y).numpy(), wanted)
    assert_gradients(lambda m, x, y: m(x, y), model, x, y)
    most: Any = tg.init(nn.Maxout(out_features=4, pieces=3), tg.random.key(0), input=x, dtype="float64")
    flat = x.numpy() @ most.weight.numpy() + most.bias.numpy()
    assert np.allclose(most(x).numpy(), flat.reshape(5, 3, 4).max(1))
    assert_gradients(lambda m, x: m(x), most, x)
    way: Any = tg.init(nn.Highway(), tg.random.key(0), input=x, dtype="float64")
    assert way.gate_bias.tolist() == [-1.0, -1.0]
    t = 1 / (1 + np.exp(-(x.numpy() @ way.gate_weight.numpy() - 1)))
    wanted = t * np.maximum(x.numpy() @ way.weight.numpy(), 0) + (1 - t) * x.numpy()
    assert np.allclose(way(x).numpy(), wanted)
    assert_gradients(lambda m, x: m(x), way, x)
    each: Any = tg.init(nn.ElementwiseMultiplication(), tg.random.key(0), input=x, dtype="float64")
    each = nn.layer.replaced(each, {"weight": tg.asarray([2.0, 3.0]), "bias": tg.asarray([1.0, 0.0])})
    assert np.allclose(each(x).numpy(), x.numpy() * [2, 3] + [1, 0])
    with pytest.raises(ValueError, match="Maxout: `pieces` must be a positive int, got 0"):
        nn.Maxout(out_features=4, pieces=0)
    with pytest.raises(tg.ShapeError, match="`y` has right_features=2, but right_features is 3"):
        model(x, x)
