"""Graphs are described by handles, shared layers have one set of parameters, and sequential networks are graphs too."""

from __future__ import annotations

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn
from typedgrad.config import GraphSpec, LayerOptions, together
from typedgrad.config.graph_spec import GraphOutput, Vertex
from typedgrad.config.updating import Only
from typedgrad.nn import BatchNorm, Conv2d, Dense, Dropout, Lstm, MaxPool2d
from typedgrad.optim.penalties import Penalised


def test_branches_part_and_meet() -> None:
    g = tg.network(seed=7, activation="relu").graph()
    image, words = g.input("image", "n 3 8 8"), g.input("words", "n 20")
    seen = image.layer(Conv2d, out_channels=4, kernel=3).layer(Dense, out_features=16)
    said = words.layer(Dense, out_features=16)
    net = g.build(inputs=[image, words], outputs=(seen + said).output("softmax_cross_entropy", Dense, out_features=5))
    x, w = tg.ones((2, 3, 8, 8)), tg.ones((2, 20))
    assert net(x, w).shape == (2, 5)
    np.testing.assert_array_equal(net(words=w, image=x), net(x, w))
    assert [c.before for c in net.conversions] == ["dense"]
    made = net.activations(x, w)
    np.testing.assert_array_equal(made["add"], made["dense"] + made["dense_2"])
    assert {path.split(".")[2] for path, _ in tg.leaves_with_paths(net)} == {"conv2d", "dense", "dense_2", "output"}


def test_plain_operations_of_handles() -> None:
    g = tg.network().graph()
    a, b = g.input("a", "n 4"), g.input("b", "n 4")
    outputs = [
        a - b,
        a * b,
        a.merge(b),
        a.layer(nn.Subset, start=1, stop=3),
        together(a, b).layer(nn.Stack, axis=1),
        together(a, b).layer(nn.Stack, axis=1).layer(nn.Unstack, index=1, axis=1),
        together(a, b).layer(nn.PairwiseDistance),
        a.layer(nn.L2Normalize, axis=-1),
        a.layer(nn.Scale, factor=2.0),
        a.layer(nn.Shift, amount=1.0),
        a.layer(nn.Reshape, shape=(2, 2)),
        together(a, b).layer(nn.Maximum),
        together(a, b).layer(nn.Average),
    ]
    net = g.backbone(inputs=[a, b], outputs=outputs)
    x, y = tg.asarray([[1.0, 2.0, 3.0, 4.0]]), tg.asarray([[4.0, 3.0, 2.0, 1.0]])
    made = net(x, y)
    np.testing.assert_array_equal(made[0], x - y)
    np.testing.assert_array_equal(made[1], x * y)
    np.testing.assert_array_equal(made[2], tg.concat((x, y), axis=-1))
    np.testing.assert_array_equal(made[3], x[:, 1:3])
    np.testing.assert_array_equal(made[5], y)
    np.testing.assert_allclose(made[6], np.linalg.norm((x - y).numpy(), axis=-1), rtol=1e-6)
    np.testing.assert_array_equal(made[8], x * 2.0)
    assert [y.shape for y in made][-3:] == [(1, 2, 2), (1, 4), (1, 4)]


def test_images_merge_along_channels() -> None:
    g = tg.network().graph()
    x = g.input("x", "n 3 8 8")
    y = x.merge(x.layer(Conv2d, out_channels=5, kernel=3, padding="same"))
    assert y.place.value.shape[1:] == (8, 8, 8)


def test_a_layer_put_in_two_places_has_its_parameters_once() -> None:
    g = tg.network(seed=1).graph()
    left, right = g.input("left", "n 4"), g.input("right", "n 4")
    twin = Dense(out_features=3)
    far = together(left.add(twin), right.add(twin)).layer(nn.PairwiseDistance)
    net = g.build(inputs=[left, right], outputs=far.loss("mse"))
    assert sum(isinstance(x, tg.Tensor) for _, x in tg.leaves_with_paths(net)) == 2
    assert net.layers["dense"] is net.layers["dense_2"]
    np.testing.assert_allclose(net(tg.ones((2, 4)), tg.ones((2, 4))), [0.0, 0.0])
    again = GraphSpec.from_json(net.spec.to_json()).build()
    np.testing.assert_array_equal(again(tg.ones((2, 4)), tg.zeros((2, 4))), net(tg.ones((2, 4)), tg.zeros((2, 4))))
    assert sum(isinstance(x, tg.Tensor) for _, x in tg.leaves_with_paths(again)) == 2


def test_residuals() -> None:
    g = tg.network(seed=1).graph()
    x = g.input("x", "n 4")
    h = x
    for _ in range(3):
        h = h + h.layer(Dense, out_features=4, activation="relu")
    net = g.build(inputs=x, outputs=h.output("mse", Dense, out_features=1))
    assert len(net) == 7
    assert net(tg.ones((2, 4))).shape == (2, 1)


def test_several_losses_are_added_by_their_weights() -> None:
    g = tg.network(seed=1).graph()
    x = g.input("x", "n 4")
    kind = x.output("softmax_cross_entropy", Dense, out_features=3)
    size = x.using(LayerOptions(name="size")).output("mse", Dense, out_features=1).weighted(0.25)
    net = g.build(inputs=x, outputs=[kind, size])
    a, b = net(tg.ones((2, 4)))
    labels, sizes = tg.asarray([0, 2]), tg.ones((2, 1))
    wanted = tg.softmax_cross_entropy(a, labels) + 0.25 * tg.mse(b, sizes)
    np.testing.assert_allclose(net.recipe.loss((a, b), (labels, sizes)), wanted, rtol=1e-6)
    np.testing.assert_array_equal(net.predict(tg.ones((2, 4)))[0], tg.softmax(a))
    with pytest.raises(ValueError, match="there are 2 outputs, but targets for them: one tensor"):
        net.recipe.loss((a, b), labels)
    alone = g.build(inputs=x, outputs=size)
    y = alone(tg.ones((2, 4)))
    np.testing.assert_allclose(alone.recipe.loss(y, sizes), 0.25 * tg.mse(y, sizes), rtol=1e-6)


def test_the_updater_of_a_graph_is_put_together_as_that_of_a_network() -> None:
    g = tg.network(updater=tg.optim.sgd(0.5), l2=0.25).graph()
    x = g.input("x", "n 4")
    net = g.build(
        inputs=x, outputs=x.using(LayerOptions(updater=tg.optim.no_op())).output("mse", Dense, out_features=1)
    )
    before = net["output"].weight
    state = net.recipe.updater.init(net)
    gradients = tg.grad(lambda net: net.recipe.loss(net(tg.ones((2, 4))), tg.ones((2, 1))))(net)
    after, _ = net.recipe.updater.update(net, gradients, state)
    np.testing.assert_array_equal(after["output"].weight, before)
    updater = net.recipe.updater
    assert isinstance(updater, Penalised)
    assert updater.on == Only(frozenset({"dag.layers.output.weight"}))


def _networks() -> list[tuple[tg.config.Network, tg.Tensor]]:
    image = tg.random.normal(tg.random.key(0), (2, 1, 12, 12))
    steps = tg.random.normal(tg.random.key(0), (2, 5, 4))
    frames = tg.random.normal(tg.random.key(0), (2, 3, 1, 8, 8))
    network = tg.network(seed=5, activation="relu", drop=0.25, weight_init="he_normal")
    return [
        (
            network.input("n 1 12 12")
            .layer(Conv2d, out_channels=3, kernel=3)
            .layer(MaxPool2d, kernel=2)
            .layer(BatchNorm)
            .layer(Dense, out_features=5)
            .layer(Dropout, drop=0.5)
            .output("softmax_cross_entropy", Dense, out_features=3)
            .build(),
            image,
        ),
        (network.input("n t 4").layer(Lstm, features=3).output("mse", Dense, out_features=1).build(), steps),
        (
            network.input("n t 1 8 8")
            .layer(Conv2d, out_channels=2, kernel=3)
            .layer(Lstm, features=3)
            .loss("mse")
            .build(),
            frames,
        ),
        (network.input("n 1 12 12").output("softmax_cross_entropy", Conv2d, out_channels=3, kernel=3).build(), image),
    ]


@pytest.mark.parametrize("number", range(4))
def test_every_sequential_network_is_a_graph_of_the_same_numbers(number: int) -> None:
    net, x = _networks()[number]
    graph = net.to_graph()
    np.testing.assert_array_equal(graph(x), net(x))
    np.testing.assert_array_equal(graph.predict(x), net.predict(x))
    assert set(graph.layers) == set(net.layers)
    with tg.training(tg.random.key(3)):
        trained = net(x)
    with tg.training(tg.random.key(3)):
        np.testing.assert_array_equal(graph(x), trained)
    # The same seed draws the same parameters for either.
    np.testing.assert_array_equal(graph.spec.build()(x), net.spec.build()(x))
    assert GraphSpec.from_yaml(graph.spec.to_yaml()) == graph.spec


def test_networks_without_a_loss_are_graphs_too() -> None:
    net = tg.network(seed=3).input("n 4").using(LayerOptions(name="x")).layer(Dense, out_features=2).build()
    graph = net.to_graph()
    assert type(graph) is tg.config.GraphBackbone
    np.testing.assert_array_equal(graph(tg.ones((2, 4))), net(tg.ones((2, 4))))
    assert graph["x"].weight is net["x"].weight


def test_summary_works_on_graphs() -> None:
    net, _ = _networks()[0]
    assert "conv2d" in str(tg.summary(net.to_graph(), net.spec.input))


@pytest.mark.parametrize(
    ("vertices", "outputs", "message"),
    [
        ({"a": ("b",), "b": ("a",)}, ("a",), "wait for each other: a -> b -> a"),
        ({"a": ("y",)}, ("a",), "`a` takes `y`, which is not there"),
        ({"dense": ("x",)}, ("dens",), "the output `dens` is not there; did you mean `dense`?"),
        ({"a": ("x",), "b": ("x",)}, ("a",), "the vertex `b` leads to no output"),
        ({"a": ()}, ("a",), "the layer `a` takes nothing"),
        ({"x": ("x",)}, ("x",), "the name `x` is there twice"),
    ],
)
def test_graphs_of_names_that_make_no_sense_are_refused(
    vertices: dict[str, tuple[str, ...]], outputs: tuple[str, ...], message: str
) -> None:
    entry = tg.network().input("n 4").layer(Dense, out_features=4).spec.layers[0]
    spec = GraphSpec(
        (("x", "n 4"),),
        tuple((name, Vertex(inputs, entry)) for name, inputs in vertices.items()),
        tuple(GraphOutput(name) for name in outputs),
    )
    with pytest.raises(ValueError, match="graph: ") as raised:
        spec.build_backbone()
    assert message in str(raised.value)


def test_handles_that_make_no_sense_are_refused() -> None:
    g = tg.network().graph()
    x, y = g.input("x", "n 4"), g.input("y", "n 3")
    with pytest.raises(tg.ShapeError, match="layer `add`, Add"):
        x + y
    with pytest.raises(ValueError, match="the outputs need the input `y`, but `inputs` has `x`"):
        g.backbone(inputs=x, outputs=x.merge(y))
    with pytest.raises(ValueError, match="the input `y` leads to no output"):
        g.backbone(inputs=[x, y], outputs=x.layer(nn.Relu))
    named = LayerOptions(name="h")
    with pytest.raises(ValueError, match="two things called `h`"):
        g.backbone(inputs=x, outputs=x.using(named).layer(nn.Relu).using(named).layer(nn.Relu))
    with pytest.raises(ValueError, match="two inputs called `x`"):
        g.backbone(inputs=[x, g.input("x", "n 4")], outputs=x.layer(nn.Relu))
    with pytest.raises(ValueError, match="there must be at least one output"):
        g.backbone(inputs=x, outputs=[])
    with pytest.raises(TypeError, match="`outputs` must be made by"):
        g.build(inputs=x, outputs=x.layer(nn.Relu))  # type: ignore[call-overload]  # what is tested
    with pytest.raises(TypeError, match="`inputs` must be made by"):
        g.backbone(inputs=x.layer(nn.Relu), outputs=x.layer(nn.Relu))
    with pytest.raises(TypeError, match="handles of a graph are due, not int"):
        together(x, 3)  # type: ignore[arg-type]  # what is tested
    with pytest.raises(ValueError, match="weight of a loss must be a positive number, got 0"):
        x.layer(nn.Relu).loss("mse").weighted(0)
    with pytest.raises(ValueError, match="it takes what one layer makes, not 2"):
        together(x, y).loss("mse")


def test_shared_layers_must_fit_everywhere() -> None:
    g = tg.network().graph()
    x, y = g.input("x", "n 4"), g.input("y", "n 3")
    twin = Dense(out_features=2)
    a, b = x.add(twin), y.add(twin)
    with pytest.raises(tg.ShapeError, match="`x` has in_features=3, but in_features is 4"):
        g.backbone(inputs=[x, y], outputs=[a, b])


def test_losses_of_graphs_must_agree_with_what_is_made() -> None:
    g = tg.network().graph()
    x = g.input("x", "n 4")
    with pytest.raises(ValueError, match="graph: output `output`: the loss `softmax_cross_entropy` takes logits"):
        g.build(inputs=x, outputs=x.output("softmax_cross_entropy", Dense, out_features=3, activation="softmax"))
    image = g.input("image", "n 3 8 8")
    net = g.build(inputs=image, outputs=image.output("softmax_cross_entropy", Conv2d, out_channels=3, kernel=1))
    assert [c.by for c in net.conversions] == ["channels_last_for_loss"]
    turned = image.layer(Conv2d, out_channels=3, kernel=1).layer(nn.Permute, axes=(2, 3, 1))
    assert g.build(inputs=image, outputs=turned.loss("softmax_cross_entropy"))(tg.ones((1, 3, 8, 8))).shape == (
        1,
        8,
        8,
        3,
    )
    with pytest.raises(tg.ShapeError, match="mse"):
        g.build(inputs=x, outputs=x.output("mse", Dense, out_features=3).labels("n 2"))
