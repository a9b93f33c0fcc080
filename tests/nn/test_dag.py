"""Graphs of layers: what they compute, what they refuse, and that they are layers like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.testing import assert_gradients

KEY = tg.random.key(0)


def normal(*shape: int, seed: int = 3) -> Tensor:
    return tg.random.normal(tg.random.key(seed), shape, dtype="float64")


def as_any(value: object) -> Any:
    """A mistake that type checkers would find."""
    return value


def two_towers() -> nn.Dag[Tensor]:
    """An image and words, encoded apart, compared with a text that shares the encoder of the words."""
    image = nn.Input(name="image", shape="n 2 4 4")
    words = nn.Input(name="words", shape="n 6")
    text = nn.Input(name="text", shape="n 6")
    encoder = nn.Dense(out_features=3)
    seen = image.then(nn.Conv2d(out_channels=3, kernel=2)).then(nn.GlobalPool(kind="mean"), name="seen")
    left, right = words.then(encoder, name="left"), text.then(encoder, name="right")
    mean = left.then(nn.Average(), right, name="mean")
    score = seen.then(nn.Concat(axis=-1), mean, name="both").then(nn.Dense(out_features=2), name="score")
    return nn.Dag(inputs=(image, words, text), outputs=score)


def test_branches_part_and_meet() -> None:
    x = nn.Input(name="x", shape="n 3")
    h = x.then(nn.Dense(out_features=4), name="h")
    a, b = h.then(tg.tanh), h.then(nn.Relu())
    model = tg.init(nn.Dag(inputs=x, outputs=a.then(nn.Multiply(), b)), KEY, dtype="float64")
    value = normal(5, 3)
    hidden: Any = model["h"]
    wanted = hidden(value).numpy()
    assert np.allclose(model(value).numpy(), np.tanh(wanted) * np.maximum(wanted, 0))
    assert_gradients(lambda m, x: m(x), model, value)


def test_several_inputs_come_in_order_or_by_name() -> None:
    model = tg.init(two_towers(), KEY)
    image, words, text = tg.ones((5, 2, 4, 4)), tg.ones((5, 6)), 2 * tg.ones((5, 6))
    by_place = model(image, words, text)
    assert by_place.shape == (5, 2)
    assert np.array_equal(model(text=text, image=image, words=words).numpy(), by_place.numpy())
    assert np.array_equal(model(image, text=text, words=words).numpy(), by_place.numpy())
    with pytest.raises(TypeError, match="Dag: the input `text` is missing"):
        model(image, words)
    with pytest.raises(TypeError, match="Dag: there is no input `txt`; the inputs are image, words, text"):
        model(image, words, txt=text)
    with pytest.raises(TypeError, match="Dag: the input `words` was given twice"):
        model(image, words, words=text)
    with pytest.raises(TypeError, match="Dag: 4 inputs were given, but there are 3: image, words, text"):
        model(image, words, text, text)
    with pytest.raises(TypeError, match="Dag: the input `words` must be a Tensor, not list"):
        model(image, [1.0], text)  # type: ignore[arg-type]  # the mistake under test


def test_outputs_have_the_form_they_were_given_in() -> None:
    x = nn.Input(name="x")
    a, b = x.then(tg.tanh), x.then(tg.exp)
    value = normal(2)
    assert isinstance(nn.Dag(inputs=x, outputs=a)(value), Tensor)
    first, second = nn.Dag(inputs=x, outputs=(a, b))(value)
    assert np.allclose(first.numpy(), np.tanh(value.numpy()))
    assert np.allclose(second.numpy(), np.exp(value.numpy()))
    made = nn.Dag(inputs=x, outputs={"small": a, "large": b, "same": x})(value)
    assert list(made) == ["small", "large", "same"]
    assert made["same"] is value


def test_shared_layers_have_their_parameters_once() -> None:
    model = tg.init(two_towers(), KEY, dtype="float64")
    assert model["left"] is model["right"]
    paths = [path for path, _ in tg.leaves_with_paths(model)]
    assert [path for path in paths if "left" in path or "right" in path] == ["layers.left.weight", "layers.left.bias"]
    inputs = normal(5, 2, 4, 4), normal(5, 6), normal(5, 6, seed=4)
    gradient = tg.grad(lambda m: tg.sum(m(*inputs) ** 2))(model)
    assert gradient["left"] is gradient["right"]
    moved: Any = tg.tree_map(lambda p, g: p - 0.1 * g, model, gradient)
    assert moved["left"] is moved["right"]
    assert_gradients(lambda m, *xs: m(*xs), model, *inputs)


def test_missing_sizes_are_learnt_when_the_inputs_have_shapes() -> None:
    model: Any = two_towers()
    assert (model["score"].in_features, model["left"].in_features) == (6, 6)
    assert model["conv2d"].in_channels == 2
    x = nn.Input(name="x")
    later: Any = nn.Dag(inputs=x, outputs=x.then(nn.Dense(out_features=2), name="h"))
    assert tg.init(later, KEY, input="n 7")["h"].in_features == 7
    inner = nn.Dense(out_features=3)
    y = nn.Input(name="y", shape="n 3")
    nested: Any = nn.Dag(inputs=y, outputs=y.then(nn.Sequential(inner, nn.Relu()), name="a").then(inner, name="b"))
    assert nested["a"][0] is nested["b"]


def test_a_graph_is_a_layer_among_layers() -> None:
    x = nn.Input(name="x", shape="n 3")
    inner = nn.Dag(inputs=x, outputs=x.then(nn.Dense(out_features=3), name="h").then(nn.Add(), x))
    outer = nn.Input(name="outer", shape="n 3")
    model: Any = nn.Sequential(nn.Dag(inputs=outer, outputs=outer.then(inner, name="inner")), nn.Dense(out_features=2))
    made = tg.init(model, KEY, input="n 3", dtype="float64")
    assert made(normal(4, 3)).shape == (4, 2)
    assert [path for path, _ in tg.leaves_with_paths(made)][:2] == [
        "layers.0.layers.inner.layers.h.weight",
        "layers.0.layers.inner.layers.h.bias",
    ]
    assert_gradients(lambda m, x: m(x), made, normal(4, 3))
    assert str(tg.eval_shape(model, "n 3").shape) == "(n, 2)"
    optimiser = tg.optim.adam(0.01)
    moved, _ = optimiser.update(made, made, optimiser.init(made))
    assert moved(normal(4, 3)).shape == (4, 2)


def test_states_and_randomness_work_inside() -> None:
    x = nn.Input(name="x", shape="n 3")
    y = x.then(nn.BatchNorm(), name="norm").then(nn.Dropout(drop=0.5))
    model = tg.init(nn.Dag(inputs=x, outputs=y), KEY)
    with tg.training(KEY) as run:
        out = model(3 + tg.random.normal(KEY, (50, 3)))
    norm: Any = run.updated(model)["norm"]
    assert norm.running_mean.numpy().all()
    assert 0.3 < (out.numpy() == 0).mean() < 0.7


def test_masks_go_in_by_name_and_one_of_several_results_is_taken() -> None:
    x, mask = nn.Input(name="x", shape="n t 3"), nn.Input(name="mask", shape="n t", dtype="bool")
    states = x.then(nn.Gru(features=2), name="gru", mask=mask)
    last = states.then(nn.LastStep(), mask=mask)
    parts = x.then(lambda x: tg.split(x, 3, axis=-1), name="parts")
    model = tg.init(nn.Dag(inputs=(x, mask), outputs=(last, parts[1])), KEY, dtype="float64")
    seen = tg.asarray([[True, True, False], [True, False, False]])
    value = normal(2, 3, 3)
    final, middle = model(value, seen)
    gru: Any = model["gru"]
    assert np.allclose(final.numpy(), nn.LastStep()(gru(value, mask=seen), mask=seen).numpy())
    assert np.array_equal(middle.numpy(), value.numpy()[..., 1:2])


def test_a_layer_that_does_not_fit_is_refused_where_it_is_added() -> None:
    x = nn.Input(name="x", shape="n 3")
    with pytest.raises(tg.ShapeError, match="`x` has in_features=3, but in_features is 4") as caught:
        x.then(nn.Dense(in_features=4, out_features=2), name="wrong")
    assert caught.value.__notes__ == ["at `wrong` of a graph"]
    with pytest.raises(tg.ShapeError, match=r"`\*s` is \[n 3\] in `x` but \[n 2\] in `others\[0\]`"):
        x.then(nn.Add(), x.then(nn.Dense(out_features=2)))
    shared = nn.Dense(out_features=2)
    narrow = x.then(shared, name="narrow")
    with pytest.raises(tg.ShapeError, match="in_features") as caught:
        nn.Dag(inputs=x, outputs=narrow.then(shared, name="again"))
    assert caught.value.__notes__ == ["at `again` of a Dag"]


def test_inputs_of_another_shape_are_refused() -> None:
    model = tg.init(two_towers(), KEY)
    with pytest.raises(tg.ShapeError, match="Dag: `n` is 5 in `image` but 4 in `words`"):
        model(tg.ones((5, 2, 4, 4)), tg.ones((4, 6)), tg.ones((5, 6)))
    x = nn.Input(name="x")
    plain = tg.init(nn.Dag(inputs=x, outputs=x.then(nn.Dense(in_features=3, out_features=2), name="h")), KEY)
    with pytest.raises(tg.ShapeError) as caught:
        plain(tg.ones((2, 4)))
    assert caught.value.__notes__ == ["at `h` of a Dag"]


X, Y = nn.Input(name="x"), nn.Input(name="y")
H = X.then(nn.Relu(), name="h")
BAD: list[tuple[Callable[[], object], type[Exception], str]] = [
    (
        lambda: nn.Dag(inputs=X, outputs=Y.then(tg.exp)),
        ValueError,
        r"need the input `y` \(for .*\), but `inputs` has `x`",
    ),
    (lambda: nn.Dag(inputs=(X, Y), outputs=H), ValueError, "the input `y` leads to no output"),
    (lambda: nn.Dag(inputs=X, outputs=H.then(tg.exp, name="h")), ValueError, "two nodes are called `h`"),
    (lambda: nn.Dag(inputs=X, outputs=X.then(tg.exp, name="x")), ValueError, "two nodes are called `x`"),
    (lambda: nn.Dag(inputs=X, outputs=()), ValueError, "there must be at least one output"),
    (lambda: nn.Dag(inputs=[as_any(H)], outputs=H), TypeError, r"`inputs` must be made by nn.Input, not Node\(h\)"),
    (lambda: nn.Dag(inputs=X, outputs=(H, as_any(3))), TypeError, "`outputs` must be nodes, not int"),
    (lambda: X.then(as_any(nn.Relu)), TypeError, r"a layer or a function is due, not the class Relu; write Relu\(\)"),
    (lambda: X.then(nn.Add(), as_any(tg.ones(2))), TypeError, "inputs must be nodes, not Tensor"),
    (lambda: X.then(tg.exp, name="a b"), TypeError, "`name` must be a word such as `hidden`, not 'a b'"),
    (lambda: nn.Input(name="1x"), TypeError, "`name` must be a word such as `hidden`, not '1x'"),
    (lambda: nn.Input(name="x", shape="n, 3"), ValueError, "n, 3"),
]


@pytest.mark.parametrize(("make", "kind", "message"), BAD)
def test_graphs_that_make_no_sense_are_refused(make: Callable[[], object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


V = nn.Vertex
NAMED: list[tuple[dict[str, nn.Vertex], Any, str]] = [
    (
        {"a": V(nn.Add(), ("x", "c")), "b": V(tg.exp, ("a",)), "c": V(tg.exp, ("b",))},
        "c",
        "wait for each other: a -> b -> c -> a",
    ),
    ({"a": V(tg.exp, ("a",))}, "a", "wait for each other: a -> a"),
    ({"a": V(tg.exp, ("z",))}, "a", "`a` takes `z`, which is not there"),
    (
        {"hidden": V(tg.exp, ("x",)), "b": V(tg.exp, ("hiden",))},
        "b",
        "`hiden`, which is not there; did you mean `hidden`",
    ),
    ({"a": V(tg.exp, ("x",))}, "b", "the output `b` is not there"),
    ({"a": V(tg.exp, ("x",)), "b": V(tg.exp, ("a",))}, "a", "the vertex `b` leads to no output"),
    ({"x": V(tg.exp, ("x",))}, "x", "the name `x` is there twice"),
    ({"a": V(tg.exp, ())}, "a", "the vertex `a` takes nothing"),
]


@pytest.mark.parametrize(("vertices", "outputs", "message"), NAMED)
def test_names_that_make_no_graph_are_refused(vertices: Any, outputs: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.Dag.from_names(inputs=[X], vertices=vertices, outputs=outputs)


def test_names_and_back() -> None:
    model = tg.init(two_towers(), KEY)
    again = nn.Dag.from_names(inputs=model.ports, vertices=model.vertices, outputs="score")
    inputs = tg.ones((5, 2, 4, 4)), tg.ones((5, 6)), tg.ones((5, 6))
    assert np.array_equal(again(*inputs).numpy(), model(*inputs).numpy())
    assert again["left"] is model["left"]
    backwards = dict(reversed(list(model.vertices.items())))
    other = nn.Dag.from_names(inputs=model.ports, vertices=backwards, outputs={"s": "score", "l": "left"})
    assert np.array_equal(other(*inputs)["s"].numpy(), model(*inputs).numpy())


def test_activations_are_those_of_every_vertex() -> None:
    model = tg.init(two_towers(), KEY)
    found = model.activations(tg.ones((5, 2, 4, 4)), tg.ones((5, 6)), tg.ones((5, 6)))
    assert set(found) == {"image", "words", "text", "conv2d", "seen", "left", "right", "mean", "both", "score"}
    assert found["both"].shape == (5, 6)


def test_it_prints_as_it_is_wired() -> None:
    x = nn.Input(name="x", shape="n 3")
    h = x.then(nn.Dense(out_features=3))
    model = nn.Dag(inputs=x, outputs={"sum": h.then(nn.Add(), x)})
    assert repr(model) == (
        "Dag(\n  x: n 3\n  dense = Dense(in_features=3, out_features=3)(x)\n  add = Add()(dense, x)\n) -> sum: add"
    )
    assert repr(h) == "Node(Dense(out_features=3), [n 3])"
    assert len(model) == 2
    with pytest.raises(KeyError, match="there is no vertex `z`; there are dense, add"):
        model["z"]


def test_deep_graphs_are_no_trouble() -> None:
    x = nn.Input(name="x")
    node: nn.Node = x
    for _ in range(2000):
        node = node.then(tg.tanh)
    assert nn.Dag(inputs=x, outputs=node)(tg.ones(2)).shape == (2,)
