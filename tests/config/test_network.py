"""Networks are described step by step, sizes are inferred, conversions are listed, and what is built computes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import nn
from typedgrad.config import Backbone, LayerOptions, Network, NetworkSpec
from typedgrad.nn import (
    BatchNorm,
    Conv1d,
    Conv2d,
    Conv3d,
    Dense,
    Embedding,
    Flatten,
    LastStep,
    Lstm,
    MaxPool2d,
    Permute,
    Relu,
)

ROOT = Path(tg.__file__).parent


def _lenet() -> Network:
    return (
        tg.network(seed=7, updater=tg.optim.adam(1e-3), weight_init="xavier")
        .input("n 1 28 28")
        .layer(Conv2d, out_channels=20, kernel=5, activation="relu")
        .layer(MaxPool2d, kernel=2)
        .layer(Conv2d, out_channels=50, kernel=5, activation="relu")
        .layer(MaxPool2d, kernel=2)
        .layer(Dense, out_features=500, activation="relu")
        .output("softmax_cross_entropy", Dense, out_features=10)
        .build()
    )


def test_sizes_are_inferred() -> None:
    net = _lenet()
    assert net["conv2d"].in_channels == 1
    assert net["conv2d_2"].in_channels == 20
    assert net["dense"].in_features == 800
    assert net["output"].in_features == 500
    assert net(tg.ones((3, 1, 28, 28))).shape == (3, 10)
    assert net.spec.shapes()["flatten_for_dense"] == "n 800"


def test_a_network_is_its_layers_one_after_the_other() -> None:
    net = _lenet()
    x = tg.random.normal(tg.random.key(1), (2, 1, 28, 28))
    plain = nn.Sequential(*net.layers.values())
    np.testing.assert_array_equal(net(x), plain(x))
    np.testing.assert_array_equal(net.predict(x), tg.softmax(plain(x)))
    np.testing.assert_array_equal(net.activations(x)["output"], plain(x))
    np.testing.assert_array_equal(
        net.loss(x, tg.asarray([1, 2])), tg.softmax_cross_entropy(plain(x), tg.asarray([1, 2]))
    )


def test_the_same_seed_gives_the_same_parameters_and_another_others() -> None:
    a, b = _lenet(), _lenet().spec.build()
    for (path, x), (_, y) in zip(tg.leaves_with_paths(a), tg.leaves_with_paths(b), strict=True):
        np.testing.assert_array_equal(x, y, err_msg=path)
    other = _lenet().spec.build(key=tg.random.key(8))
    assert (other["dense"].weight.numpy() != a["dense"].weight.numpy()).any()


def test_layers_added_later_change_no_parameter_of_those_before() -> None:
    short = tg.network(seed=3).input("n 4").layer(Dense, out_features=5).build()
    long = tg.network(seed=3).input("n 4").layer(Dense, out_features=5).layer(Dense, out_features=6).build()
    np.testing.assert_array_equal(short["dense"].weight, long["dense"].weight)


def test_layers_are_reused_with_their_parameters() -> None:
    net = _lenet()
    again = net.spec.build(key=tg.random.key(99), reuse={"conv2d": net["conv2d"]})
    assert again["conv2d"].weight is net["conv2d"].weight
    assert (again["dense"].weight.numpy() != net["dense"].weight.numpy()).any()
    with pytest.raises(ValueError, match="there is no layer `conv` to reuse"):
        net.spec.build(reuse={"conv": net["conv2d"]})
    with pytest.raises(TypeError, match="`dense` is a Dense, but that to reuse is a Conv2d"):
        net.spec.build(reuse={"dense": net["conv2d"]})


@pytest.mark.parametrize(
    ("text", "add", "what", "by"),
    [
        ("n 3 8 8", lambda b: b.layer(Dense, out_features=2), "the image becomes features", Flatten),
        ("n 3 4 8 8", lambda b: b.layer(Dense, out_features=2), "the volume becomes features", Flatten),
        ("n time 6", lambda b: b.layer(Conv1d, out_channels=2, kernel=3, padding="same"), "steps of features", Permute),
        (
            "n 3 8",
            lambda b: b.layer(Conv1d, out_channels=2, kernel=3).layer(Lstm, features=4),
            "a signal becomes steps",
            Permute,
        ),
        (
            "n 3 8",
            lambda b: b.layer(Conv1d, out_channels=2, kernel=3).layer(Dense, out_features=4),
            "the signal becomes features",
            Flatten,
        ),
        (
            "n t 1 8 8",
            lambda b: b.layer(Conv2d, out_channels=2, kernel=3),
            "each step goes through Conv2d alone",
            nn.TimeDistributed,
        ),
        ("n t 1 8 8", lambda b: b.layer(Lstm, features=2), "the image of each step becomes features", Flatten),
        ("n t 1 8 8", lambda b: b.layer(Dense, out_features=2), "the image of each step becomes features", Flatten),
    ],
)
def test_conversions_are_inserted_and_listed(text: str, add: object, what: str, by: type[nn.Layer]) -> None:
    assert callable(add)
    net = add(tg.network().input(text)).build()
    assert isinstance(net, Backbone)
    (conversion,) = net.conversions
    assert what in conversion.what
    assert isinstance(net[conversion.by], by)
    assert conversion.by in repr(net)
    sizes = {"n": 2, "t": 3, "time": 3}
    net(tg.ones(tuple(sizes.get(word) or int(word) for word in text.split())))


def test_features_of_steps_stay_steps() -> None:
    net = (
        tg.network()
        .input("n t 6")
        .layer(Lstm, features=4)
        .output("softmax_cross_entropy", Dense, out_features=3)
        .build()
    )
    assert net.conversions == ()
    assert net(tg.ones((2, 5, 6))).shape == (2, 5, 3)
    assert net.loss(tg.ones((2, 5, 6)), tg.zeros((2, 5), dtype="int64")).shape == ()


def test_the_channels_of_images_are_the_classes_of_a_loss() -> None:
    net = tg.network().input("n 3 8 8").output("softmax_cross_entropy", Conv2d, out_channels=5, kernel=1).build()
    assert [c.by for c in net.conversions] == ["channels_last_for_loss"]
    assert net(tg.ones((2, 3, 8, 8))).shape == (2, 8, 8, 5)
    graph = net.to_graph()
    np.testing.assert_array_equal(graph(tg.ones((2, 3, 8, 8))), net(tg.ones((2, 3, 8, 8))))
    volume = tg.network().input("n 3 4 8 8").output("softmax_cross_entropy", Conv3d, out_channels=5, kernel=1).build()
    assert volume.spec.shapes()["channels_last_for_loss"] == "n 4 8 8 5"
    other = tg.network().input("n 3 8 8").output("mse", Conv2d, out_channels=5, kernel=1).build()
    assert other.conversions == ()


def test_integers_come_in_where_the_input_says_so() -> None:
    net = (
        tg.network()
        .input("Int n t")
        .layer(Embedding, vocabulary=10, features=4)
        .layer(Lstm, features=3)
        .layer(LastStep)
        .output("softmax_cross_entropy", Dense, out_features=2)
        .build()
    )
    assert net(tg.asarray([[1, 2, 3]])).shape == (1, 2)


def test_the_activation_of_the_network_is_for_layers_with_weights_that_say_none() -> None:
    net = (
        tg.network(activation="tanh")
        .input("n 4")
        .layer(Dense, out_features=3)
        .layer(BatchNorm)
        .layer(Dense, out_features=3, activation="identity")
        .layer(Dense, out_features=3, activation=tg.relu)
        .output("mse", Dense, out_features=1)
        .build()
    )
    assert [net[name].activation for name in ("dense", "dense_2", "dense_3", "output")] == [
        "tanh",
        "identity",
        "relu",
        None,
    ]


def test_a_loss_behind_a_layer_switches_the_activation_of_the_network_off_there() -> None:
    net = tg.network(activation="relu").input("n 4").layer(Dense, out_features=3).layer(Dense, out_features=2)
    assert [layer.activation for layer in net.loss("mse").build().layers.values() if isinstance(layer, Dense)] == [
        "relu",
        None,
    ]


def test_initial_values_are_for_weights_and_biases_and_not_for_norms() -> None:
    net = (
        tg.network(weight_init="zeros", bias_init=0.5)
        .input("n 4")
        .layer(Dense, out_features=3)
        .layer(BatchNorm)
        .using(LayerOptions(weight_init="ones", bias_init="zeros"))
        .layer(Dense, out_features=2)
        .build()
    )
    assert net["dense"].weight.tolist() == [[0.0] * 3] * 4
    assert net["dense"].bias.tolist() == [0.5] * 3
    assert net["batch_norm"].weight.tolist() == [1.0] * 3
    assert net["batch_norm"].bias.tolist() == [0.0] * 3
    assert net["dense_2"].weight.tolist() == [[1.0] * 2] * 3
    assert net["dense_2"].bias.tolist() == [0.0] * 2


def test_an_initialiser_of_the_network_draws_as_it_does_for_the_layer_alone() -> None:
    net = tg.network(seed=5, weight_init="he_normal").input("n 4").layer(Dense, out_features=3).build()
    key = tg.random.fold_in(tg.random.key(5), "layers.dense.weight")
    np.testing.assert_array_equal(net["dense"].weight, nn.he_normal(key, (4, 3), "float32", (4, 3)))


def test_dropout_stands_before_layers_with_weights() -> None:
    net = (
        tg.network(drop=0.5)
        .input("n 4")
        .layer(Dense, out_features=3)
        .layer(Relu)
        .using(LayerOptions(drop=0.0))
        .layer(Dense, out_features=3)
        .using(LayerOptions(drop=nn.AlphaDropout(drop=0.25)))
        .layer(Relu)
        .output("mse", Dense, out_features=1)
        .build()
    )
    dropped = {name: layer for name, layer in net.layers.items() if name.startswith("drop_for_")}
    assert repr(dropped) == (
        "{'drop_for_dense': Dropout(drop=0.5), 'drop_for_relu_2': AlphaDropout(drop=0.25), "
        "'drop_for_output': Dropout(drop=0.5)}"
    )
    x = tg.ones((1, 4))
    np.testing.assert_array_equal(net(x), net(x))
    with tg.training(tg.random.key(0)):
        assert net(x).tolist() != net(x).tolist()


def test_the_dtype_is_for_parameters_and_input() -> None:
    net = tg.network(dtype="float64").input("n 4").output("mse", Dense, out_features=1).build()
    assert net["output"].weight.dtype == np.float64
    assert net(tg.ones((1, 4), dtype="float64")).dtype == np.float64


def test_a_network_is_a_frozen_tree() -> None:
    net = _lenet()
    with pytest.raises(AttributeError, match="Network is frozen"):
        net.spec = net.spec  # type: ignore[misc]  # what is tested
    doubled = tg.tree_map(lambda x: x * 2.0, net)
    np.testing.assert_array_equal(doubled["dense"].weight, net["dense"].weight * 2.0)
    assert doubled.spec == net.spec
    assert doubled.recipe == net.recipe
    assert {path.split(".")[0] for path, _ in tg.leaves_with_paths(net)} == {"layers"}


def test_a_network_refuses_what_is_not_as_its_input_says() -> None:
    net = _lenet()
    with pytest.raises(tg.ShapeError, match=r"Network: .*28"):
        net(tg.ones((2, 1, 32, 32)))
    with pytest.raises(tg.ShapeError):
        net(tg.ones((28, 28)))
    with pytest.raises(TypeError, match="Network: `x` must be a Tensor, not list"):
        net([1.0])  # type: ignore[arg-type]  # what is tested
    with pytest.raises(KeyError, match="there is no layer `dens`"):
        net["dens"]


def test_summary_works_on_networks() -> None:
    net = _lenet()
    assert "431,080" in str(tg.summary(net, net.spec.input))
    assert len(net) == len(net.layers) == 7


def test_specs_are_equal_if_the_same_was_said() -> None:
    assert _lenet().spec == _lenet().spec
    other = tg.network(seed=7).input("n 4").layer(Dense, out_features=2).spec
    assert other != tg.network(seed=8).input("n 4").layer(Dense, out_features=2).spec
    assert other != tg.network(seed=7).input("n 4").layer(Dense, out_features=3).spec
    assert other == NetworkSpec("n 4", other.defaults, other.layers)


def test_a_layer_may_be_described_by_itself() -> None:
    by_class = tg.network().input("n 4").layer(Dense, out_features=2, activation="relu").spec
    assert tg.network().input("n 4").add(Dense(activation=tg.relu, out_features=2)).spec == by_class
    trained = tg.init(Dense(in_features=4, out_features=2), tg.random.key(0))
    with pytest.raises(ValueError, match="has parameters already"):
        tg.network().input("n 4").add(trained)


def test_losses_with_options_are_losses() -> None:
    loss = tg.config.with_options(
        tg.softmax_cross_entropy, label_smoothing=0.5, class_weights=tg.asarray([1.0, 2.0, 3.0])
    )
    net = tg.network().input("n 4").output(loss, Dense, out_features=3).build()
    x, y = tg.random.normal(tg.random.key(0), (5, 4)), tg.asarray([0, 1, 2, 1, 0])
    wanted = tg.softmax_cross_entropy(net(x), y, label_smoothing=0.5, class_weights=tg.asarray([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(net.recipe.loss(net(x), y), wanted)


@pytest.mark.parametrize(
    ("loss", "activation", "link"),
    [
        ("softmax_cross_entropy", None, tg.softmax),
        ("binary_cross_entropy_with_logits", None, tg.sigmoid),
        ("nll", "log_softmax", tg.exp),
        ("poisson_nll", None, tg.exp),
        ("categorical_cross_entropy", "softmax", lambda y: y),
        ("mse", None, lambda y: y),
    ],
)
def test_predictions_are_what_the_output_means(loss: str, activation: str | None, link: object) -> None:
    net = tg.network().input("n 4").output(loss, Dense, out_features=3, activation=activation).build()  # type: ignore[arg-type]  # names that pytest holds
    x = tg.random.normal(tg.random.key(0), (5, 4))
    assert callable(link)
    np.testing.assert_allclose(net.predict(x), link(net(x)), rtol=1e-6)


def test_lenet_takes_no_more_than_twelve_lines_with_one_size_for_each_layer() -> None:
    text = (ROOT.parents[1] / "examples" / "mnist_lenet.py").read_text("utf-8")
    lines = text[text.index("net = (") : text.index("\n)\n") + 2].splitlines()
    assert len(lines) <= 12
    sizes = [re.findall(r"out_\w+=\d+|kernel=\d+", line) for line in lines if ".layer(" in line or ".output(" in line]
    assert all(len({size.partition("=")[0] for size in of_one}) == len(of_one) <= 2 for of_one in sizes)
    assert "in_" not in text[text.index("net = (") : text.index("def main")]


def test_config_computes_no_sizes() -> None:
    # A fold over layers: whoever knows a formula of shapes is a layer or an op.
    found = [
        f"{path.name}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted((ROOT / "config").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr | ast.Add)
        if SIZES & {word for name in _names(node) for word in name.split("_")}
    ]
    assert not found


SIZES = {"shape", "shapes", "size", "sizes", "ndim", "axes", "features", "channels", "kernel", "stride", "units", "out"}


def _names(node: ast.AST) -> set[str]:
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return names | {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
