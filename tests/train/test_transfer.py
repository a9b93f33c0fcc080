"""Transfer learning: what is kept has the very tensors it had, and what is frozen keeps them while one trains."""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import squared_error, values
from typedgrad.config import Network
from typedgrad.core.pytree import leaves_with_paths
from typedgrad.nn import BatchNorm, Conv2d, Dense, Dropout, Flatten, MaxPool2d, Sequential

KEY = tg.random.key(3)


def plain() -> Sequential:
    made = Sequential(
        Conv2d(out_channels=4, kernel=3),
        BatchNorm(),
        tg.relu,
        MaxPool2d(kernel=2),
        Flatten(),
        Dense(out_features=8),
        tg.relu,
        Dropout(drop=0.5),
        Dense(out_features=3),
    )
    return tg.init(made, KEY, input="n 1 8 8")


def built(activation: Any = "relu") -> Network:
    return (
        tg.network(seed=7, updater=tg.optim.adam(1e-2), activation=activation)
        .input("n 1 8 8")
        .layer(Conv2d, out_channels=4, kernel=3)
        .layer(BatchNorm)
        .layer(MaxPool2d, kernel=2)
        .layer(Dense, out_features=8)
        .output("softmax_cross_entropy", Dense, out_features=3)
        .build()
    )


def images(classes: int = 3, n: int = 12) -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(KEY, (n, 1, 8, 8))
    return tg.data.Dataset(x, tg.asarray([i % classes for i in range(n)]), classes=classes)


def tensors(model: Any) -> dict[str, Any]:
    """Every parameter and every running statistic, by path."""
    return {path: getattr(leaf, "value", leaf) for path, leaf in leaves_with_paths(model) if not callable(leaf)}


def trained(model: Any, **options: Any) -> Any:
    settings: dict[str, Any] = {
        "loss": tg.softmax_cross_entropy,
        "updater": tg.optim.adamw(0.05, weight_decay=0.1),
        "epochs": 3,
        "key": KEY,
    }
    return tg.fit(model, images(10), batch=4, **settings | options)


def test_frozen_weights_and_statistics_are_the_same_objects_after_training() -> None:
    net = plain()
    new = tg.transfer(net).freeze_through(5).replace_out(8, 10).build()
    assert_type(new, Sequential)
    after = trained(new)
    for i in (0, 1, 5):
        for name in ("weight", "bias", "running_mean", "running_var"):
            if hasattr(net[i], name):
                assert getattr(after[i].layer, name) is getattr(net[i], name)
    assert after[8].weight.tolist() != new[8].weight.tolist()
    assert after[8].weight.shape == (8, 10)


def test_frozen_weights_of_networks_are_the_same_objects_after_training() -> None:
    net = built()
    new = tg.transfer(net).freeze_through("dense").replace_out("output", 10).build()
    assert_type(new, Network)
    after = tg.fit(new, images(10), epochs=3, batch=4)
    for name in ("conv2d", "batch_norm", "dense"):
        before = tensors(net[name])
        assert before
        for path, tensor in before.items():
            assert tensors(after[name].layer)[path] is tensor
    assert tensors(after["output"])["weight"].tolist() != tensors(new["output"])["weight"].tolist()


def test_what_is_kept_but_not_frozen_starts_from_the_same_tensors_and_learns() -> None:
    net = plain()
    new = tg.transfer(net).freeze_through(1).replace_out(8, 10).build()
    assert new[5].weight is net[5].weight
    assert trained(new)[5].weight.tolist() != net[5].weight.tolist()
    network = built()
    other = tg.transfer(network).freeze_through("batch_norm").replace_out("output", 10).build()
    assert other["dense"].weight is network["dense"].weight


def test_a_frozen_model_gives_what_it_gave() -> None:
    net, x = plain(), images().x
    whole = tg.transfer(net).freeze_through(-1).build()
    with tg.training(KEY):
        np.testing.assert_array_equal(tg.to_numpy(whole(x)), tg.to_numpy(tg.stop_gradient(whole(x))))
    np.testing.assert_array_equal(tg.to_numpy(whole(x)), tg.to_numpy(net(x)))
    network = built()
    np.testing.assert_array_equal(
        tg.to_numpy(tg.transfer(network).freeze_through("dense").build()(x)), tg.to_numpy(network(x))
    )


def test_what_takes_another_size_learns_it_anew() -> None:
    net = plain()
    new = tg.transfer(net).replace_out(0, 6).build(input="n 1 8 8")
    assert new(images().x).shape == (12, 3)
    assert (new[1].features, new[5].in_features) == (6, 54)
    assert new[8].weight is net[8].weight
    middle = tg.transfer(net).replace_out(5, 20).build()
    assert middle[8].in_features == 20
    assert middle[0].weight is net[0].weight
    assert middle(images().x).shape == (12, 3)


def test_what_takes_another_size_learns_it_anew_in_networks() -> None:
    net = built()
    new = tg.transfer(net).replace_out("conv2d", 6).build()
    assert (new["batch_norm"].features, new["dense"].in_features) == (6, 54)
    assert new["output"].weight is net["output"].weight
    assert new(images().x).shape == (12, 3)


def test_layers_are_dropped_and_added() -> None:
    net = plain()
    new = tg.transfer(net).freeze_through(6).drop_last(2).add(Dense, out_features=5).add(Dense, out_features=10).build()
    assert (new[7].in_features, new[8].in_features, len(new)) == (8, 5, 9)
    trained(new)
    network = built()
    other = tg.transfer(network).drop_last(1).add(Dropout, drop=0.2).add(Dense, out_features=10).build()
    assert list(other.layers)[-3:] == ["dense", "dropout", "output"]
    # The activation of the network does not hold for what the loss takes.
    assert other["output"].activation is None
    assert other["dense"].weight is network["dense"].weight
    tg.fit(other, images(10), epochs=1)


def test_weights_are_drawn_as_one_says() -> None:
    zeros = tg.transfer(plain()).replace_out(8, 10, weight_init="zeros").build()
    assert float(tg.max(tg.abs(zeros[8].weight))) == 0.0
    network = tg.transfer(built()).replace_out("output", 10, weight_init="zeros").build()
    assert float(tg.max(tg.abs(network["output"].weight))) == 0.0
    one, other = (tg.transfer(plain()).replace_out(8, 10).build(key=tg.random.key(i)) for i in (1, 2))
    assert one[8].weight.tolist() != other[8].weight.tolist()


def test_a_network_can_be_tuned_with_another_updater() -> None:
    new = tg.transfer(built()).fine_tune(updater=tg.optim.sgd(0.5), seed=9).build()
    assert new.recipe.updater == tg.optim.sgd(0.5)
    assert new.recipe.seed == 9


def test_the_spec_of_a_new_network_builds_one_like_it() -> None:
    new = tg.transfer(built()).freeze_through("batch_norm").replace_out("output", 10).build()
    again = tg.config.NetworkSpec.from_json(new.spec.to_json()).build()
    assert [(path, x.shape) for path, x in tensors(again).items()] == [
        (path, x.shape) for path, x in tensors(new).items()
    ]


def test_the_trained_network_is_not_changed() -> None:
    net = plain()
    before = values(net)
    trained(tg.transfer(net).freeze_through(1).replace_out(8, 10).build())
    assert values(net) == before


def test_transfer_of_transferred() -> None:
    net = built()
    once = tg.transfer(net).freeze_through("batch_norm").replace_out("output", 10).build()
    twice = tg.transfer(once).freeze_through("dense").replace_out("output", 5).build()
    assert twice["conv2d"].layer.weight is net["conv2d"].weight
    assert twice["dense"].layer.weight is net["dense"].weight
    assert twice["output"].out_features == 5


def test_halves_give_what_the_whole_gives() -> None:
    x = images().x
    net = plain()
    features, head = tg.train.split_at(net, 5)
    np.testing.assert_array_equal(tg.to_numpy(head(features(x))), tg.to_numpy(net(x)))
    network = built()
    for name in ("conv2d", "max_pool2d", "dense"):
        first, rest = tg.train.split_at(network, name)
        np.testing.assert_array_equal(tg.to_numpy(rest(first(x))), tg.to_numpy(network(x)))
    assert list(first.layers) == ["conv2d", "batch_norm", "max_pool2d", "flatten_for_dense", "dense"]
    assert rest["output"].weight is network["output"].weight


def test_features_are_computed_once_and_the_head_learns_from_them() -> None:
    net, data = plain(), images()
    made = tg.train.featurise(net, data, through=5, batch=5)
    assert (made.x.shape, made.classes) == ((12, 8), 3)
    features, head = tg.train.split_at(net, 5)
    np.testing.assert_array_equal(tg.to_numpy(made.x), tg.to_numpy(features(data.x)))
    np.testing.assert_array_equal(
        tg.to_numpy(tg.train.featurise(features, [(data.x, data.y)]).x), tg.to_numpy(features(data.x))
    )
    with tg.training(KEY):
        assert tg.train.featurise(net, data, through=7).x.tolist() == tg.relu(made.x).tolist()
    trained_head = tg.fit(
        head, made, loss=tg.softmax_cross_entropy, updater=tg.optim.adam(0.05), epochs=60, key=KEY, batch=4
    )
    whole = Sequential(*features, *trained_head)
    assert whole[0].weight is net[0].weight
    assert tg.evaluate(whole, data).accuracy > tg.evaluate(net, data).accuracy


def test_a_trained_head_goes_back_into_its_network() -> None:
    net, data = built(), images()
    made = tg.train.featurise(net, data, through="dense")
    head = tg.fit(tg.train.split_at(net, "dense").head, made, epochs=3)
    whole = tg.train.rejoined(net, head)
    assert whole["conv2d"].weight is net["conv2d"].weight
    np.testing.assert_array_equal(tg.to_numpy(whole(data.x)), tg.to_numpy(head(made.x)))
    other = tg.network().input("n 4").layer(Dense, out_features=2).output("mse", Dense, out_features=1).build()
    with pytest.raises(ValueError, match="rejoined: the network has no layer `conv2d`; there are dense, output"):
        tg.train.rejoined(other, net)


def graph() -> Any:
    g = tg.network(seed=7, updater=tg.optim.adam(1e-2), activation="relu").graph()
    x = g.input("x", "n 4")
    stem = x.layer(Dense, out_features=6)
    left, right = stem.layer(Dense, out_features=5), stem.layer(Dense, out_features=5)
    head = (left + right).output("softmax_cross_entropy", Dense, out_features=3)
    return g.build(inputs=x, outputs=head)


def test_layers_of_graphs_are_frozen_on_all_ways_to_them_and_their_heads_replaced() -> None:
    net = graph()
    names = list(net.dag.layers)
    assert names[:3] == ["dense", "dense_2", "dense_3"]
    new = tg.transfer(net).freeze_through("dense_2").replace_out("output", 10).build()
    x = tg.random.normal(KEY, (8, 4))
    after = tg.fit(new, [(x, tg.asarray([*range(8)]))], epochs=3)
    for name in ("dense", "dense_2"):
        assert after[name].layer.weight is net[name].weight
    assert new["dense_3"].weight is net["dense_3"].weight
    assert after["dense_3"].weight.tolist() != net["dense_3"].weight.tolist()
    assert after(x).shape == (8, 10)
    loose = tg.transfer(after).thaw().fine_tune(updater=tg.optim.sgd(0.1)).build()
    assert loose["dense"].weight is net["dense"].weight
    assert tg.fit(loose, [(x, tg.asarray([*range(8)]))], epochs=1)["dense"].weight is not net["dense"].weight


def test_what_takes_another_size_learns_it_anew_in_graphs() -> None:
    net = graph()
    new = tg.transfer(net).replace_out("dense", 9).build()
    assert new["dense_2"].in_features == new["dense_3"].in_features == 9
    assert new["output"].weight is net["output"].weight
    with pytest.raises(tg.ShapeError):
        tg.transfer(net).replace_out("dense_2", 9).build()


def test_frozen_layers_are_thawed_to_train_all_of_them_a_little() -> None:
    net = plain()
    frozen = tg.transfer(net).freeze_through(5).replace_out(8, 10).build()
    loose = tg.transfer(trained(frozen)).thaw().build()
    assert type(loose[0]) is Conv2d
    assert loose[0].weight is net[0].weight
    assert trained(loose, updater=tg.optim.sgd(0.01))[0].weight.tolist() != net[0].weight.tolist()
    network = built()
    new = tg.transfer(network).freeze_through("dense").replace_out("output", 10).build()
    again = tg.transfer(new).thaw().fine_tune(updater=tg.optim.sgd(1e-3)).build()
    assert type(again["conv2d"]) is Conv2d
    assert again["conv2d"].weight is network["conv2d"].weight
    assert again["output"].weight is new["output"].weight


REFUSED: list[tuple[Any, type[Exception], str]] = [
    (lambda: tg.transfer(tg.init(Dense(in_features=1, out_features=1), KEY)), TypeError, "not a Dense"),  # type: ignore[call-overload]  # what is tested
    (lambda: tg.transfer(Sequential(Dense(in_features=1, out_features=1))), ValueError, "has no parameters to keep"),
    (lambda: tg.transfer(plain()).freeze_through(9), KeyError, "transfer: there is no layer 9 among 9"),
    (lambda: tg.transfer(plain()).freeze_through("fc7"), KeyError, "transfer: there is no layer `fc7`; there are 0, 1"),
    (lambda: tg.transfer(built()).freeze_through("fc7"), KeyError, "there is no layer `fc7`; there are conv2d, batch"),
    (lambda: tg.transfer(built()).freeze_through(1.5), TypeError, "a layer is named by its name or its number"),  # type: ignore[arg-type]  # what is tested
    (lambda: tg.transfer(plain()).replace_out(8, 0), ValueError, "must be a positive int, got 0"),
    (lambda: tg.transfer(built()).replace_out("output", -1), ValueError, "must be a positive int, got -1"),
    (lambda: tg.transfer(plain()).replace_out(3, 5), ValueError, r"`3`, MaxPool2d\(kernel=2\), has no size of what"),
    (lambda: tg.transfer(plain()).replace_out(2, 5), ValueError, "`2`, .*relu.*, has no size of what comes out"),
    (lambda: tg.transfer(plain()).replace_out(1, 5), ValueError, r"`1`, BatchNorm\(features=4\), has no size of what"),
    (lambda: tg.transfer(built()).replace_out("batch_norm", 5), ValueError, "has no size of what comes out"),
    (lambda: tg.transfer(plain()).freeze_through(8).replace_out(8, 5), ValueError, "`8` is frozen"),
    (lambda: tg.transfer(built()).freeze_through("dense").replace_out("dense", 5), ValueError, "`dense` is frozen"),
    (lambda: tg.transfer(plain()).drop_last(10), ValueError, "cannot drop the last 10 of 9 layers"),
    (lambda: tg.transfer(built()).drop_last(-1), ValueError, "cannot drop the last -1 of 5 layers"),
    (lambda: tg.transfer(plain()).drop_last(9).build(), ValueError, "transfer: there are no layers left"),
    (lambda: tg.transfer(built()).drop_last(5).build(), ValueError, "transfer: there are no layers left"),
    (lambda: tg.transfer(plain()).add(Dense, out_featurs=3), TypeError, "there is no field `out_featurs`"),  # type: ignore[call-arg]  # what is tested
    (lambda: tg.transfer(built()).add(Dense, out_featurs=3), TypeError, "there is no field `out_featurs`"),  # type: ignore[call-arg]  # what is tested
    (lambda: tg.transfer(plain()).replace_out(0, 6).build(), TypeError, "BatchNorm.features is not known yet"),
    (
        lambda: tg.transfer(built()).freeze_through("dense").drop_last(1).add(Conv2d, out_channels=1, kernel=1).build(),
        tg.ShapeError,
        "Conv2d",
    ),
    (
        lambda: tg.transfer(tg.transfer(plain()).freeze_through(1).build()).replace_out(0, 5),
        ValueError,
        "transfer: `0` is frozen",
    ),
    (
        lambda: tg.transfer(Sequential(plain()[0], tg.nn.freeze(plain()[1]))).replace_out(0, 5),
        ValueError,
        "transfer: `1` is frozen, but takes what comes out of `0`",
    ),
    (lambda: tg.transfer(graph()).freeze_through("fc7"), KeyError, "there is no layer `fc7`; there are dense, dense_2"),
    (lambda: tg.transfer(graph()).replace_out("fc7", 3), KeyError, "there is no layer `fc7`; there are dense, dense_2"),
    (
        lambda: tg.transfer(graph()).freeze_through("dense").replace_out("dense", 3),
        ValueError,
        "transfer: `dense` is frozen",
    ),
    (
        lambda: tg.transfer(graph()).replace_out("dense", 7).freeze_through("dense_2").build(),
        ValueError,
        "transfer: `dense_2` is frozen, but would have to take another size",
    ),
    (lambda: tg.train.split_at(plain(), 8), ValueError, "split_at: nothing comes after 8, the last layer"),
    (lambda: tg.train.split_at(built(), "output"), ValueError, "split_at: nothing comes after 'output'"),
    (lambda: tg.train.split_at(tg.nn.Relu(), 0), TypeError, "only a Sequential or a network can be split, not a Relu"),  # type: ignore[call-overload]  # what is tested
    (lambda: tg.train.featurise(tg.relu, [], through=0), TypeError, "`through` is for a Sequential or a network"),
    (lambda: tg.train.featurise(tg.relu, []), ValueError, "featurise: `data` has no batches"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED)
def test_what_makes_no_sense_is_refused(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        make()


def test_a_plain_model_with_a_squared_error_learns_in_its_last_layer_alone() -> None:
    net = tg.init(Sequential(Dense(in_features=2, out_features=4), tg.tanh, Dense(in_features=4, out_features=1)), KEY)
    new = tg.transfer(net).freeze_through(1).build()
    x = tg.random.normal(KEY, (8, 2))
    data = [(x, tg.sum(x, axis=1, keepdims=True))]
    options: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(0.05), "epochs": 5, "key": KEY}
    after = tg.fit(new, data, **options)
    head = tg.fit(Sequential(net[2]), [(tg.tanh(net[0](x)), data[0][1])], **options)
    np.testing.assert_allclose(tg.to_numpy(after[2].weight), tg.to_numpy(head[0].weight), rtol=1e-6)
