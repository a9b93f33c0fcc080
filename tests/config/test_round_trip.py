"""Everything the library has goes into a file and comes out equal, and the schema says the same as the reader."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

import typedgrad as tg
from tests.config import examples
from tests.config.evaluated import Evaluated
from tests.config.json_schema import errors_of
from typedgrad import nn
from typedgrad.config import Defaults, GraphSpec, LayerOptions, LayerSpec, Loss, NetworkSpec
from typedgrad.config.fold import Entry
from typedgrad.config.forms import arguments_of
from typedgrad.config.losses import registered_losses
from typedgrad.config.registry import MAKERS, layers, parts_of
from typedgrad.config.spec import Output
from typedgrad.nn.loss_names import LossName
from typedgrad.nn.names import ActivationName, InitializerName

SCHEMA = tg.config.schema()


def _returns(spec: NetworkSpec) -> None:
    """A spec is equal to what is read of it, and what is written of that to what was written of it."""
    text = spec.to_json()
    again = NetworkSpec.from_json(text)
    assert again == spec
    assert again.to_json() == text
    assert hash(again) == hash(spec)
    assert not errors_of(json.loads(text), SCHEMA)
    yaml = spec.to_yaml()
    assert NetworkSpec.from_yaml(yaml) == spec
    assert NetworkSpec.from_yaml(yaml).to_yaml() == yaml


LAYERS = {name: examples.layer_example(name, cls, arguments_of(cls)) for name, cls in layers().items()}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_returns(name: str) -> None:
    spec = LAYERS[name]
    assert spec.cls.__name__ == name
    _returns(NetworkSpec("n 4", layers=(Entry(spec, LayerOptions()),)))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_made_again_as_it_was_described(name: str) -> None:
    # What is described by a class and options, by a layer, and by the layer that was made of it, is the same.
    spec = LAYERS[name]
    assert LayerSpec.of(spec.make()) == LayerSpec.of(LayerSpec.of(spec.make()).make())


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_every_activation_returns(name: Any) -> None:
    named = LayerSpec.of(nn.Dense, out_features=1, activation=name)
    _returns(NetworkSpec("n 4", Defaults(activation=name), (Entry(named, LayerOptions()),)))


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_the_function_of_an_activation_is_its_name(name: Any) -> None:
    spec = LayerSpec.of(nn.Dense, out_features=1, activation=nn.activation(name))
    function = LayerSpec.of(nn.Rnn, features=1, activation=nn.activation(name))
    _returns(NetworkSpec("n 4", layers=(Entry(spec, LayerOptions()), Entry(function, LayerOptions()))))
    made = function.make()
    assert isinstance(made, nn.Rnn)
    assert made.activation is nn.activation(name)


@pytest.mark.parametrize("name", get_args(LossName))
def test_every_loss_returns(name: str) -> None:
    _returns(NetworkSpec("n 4", output=Output(Loss(name))))


@pytest.mark.parametrize("name", examples.LOSSES)
def test_losses_with_options_return(name: str) -> None:
    _returns(NetworkSpec("n 4", output=Output(examples.LOSSES[name]())))


@pytest.mark.parametrize("name", MAKERS["updater"])
def test_every_updater_returns(name: str) -> None:
    updater = examples.UPDATERS[name]
    parts = parts_of(updater)
    assert parts is not None
    assert parts[0] == name
    _returns(NetworkSpec("n 4", Defaults(updater=updater), (_entry(LayerOptions(bias_updater=updater)),)))


@pytest.mark.parametrize("name", MAKERS["schedule"])
def test_every_schedule_returns(name: str) -> None:
    parts = parts_of(examples.SCHEDULES[name])
    assert parts is not None
    assert parts[0] == name
    _returns(NetworkSpec("n 4", Defaults(updater=tg.optim.sgd(examples.SCHEDULES[name]))))


@pytest.mark.parametrize("name", [*MAKERS["initializer"], *get_args(InitializerName)])
def test_every_initialiser_returns(name: Any) -> None:
    initial = examples.INITIALIZERS.get(name, name)
    _returns(NetworkSpec("n 4", Defaults(weight_init=initial), (_entry(LayerOptions(bias_init=initial)),)))


def test_numbers_as_initial_values_return() -> None:
    _returns(NetworkSpec("n 4", Defaults(bias_init=0.5, weight_init=0)))


@pytest.mark.parametrize("name", MAKERS["constraint"])
def test_every_constraint_returns(name: str) -> None:
    constraint = examples.CONSTRAINTS[name]
    _returns(NetworkSpec("n 4", Defaults(constraints=[constraint]), (_entry(LayerOptions(constraints=[constraint])),)))


@pytest.mark.parametrize("name", MAKERS["transform"])
def test_every_gradient_transform_returns(name: str) -> None:
    transform = examples.TRANSFORMS[name]
    _returns(NetworkSpec("n 4", Defaults(gradient_normalization=transform)))


def test_all_that_is_said_of_layers_and_of_the_whole_returns() -> None:
    options = LayerOptions(
        name="hidden",
        l1=0.5,
        l2=0.25,
        l1_bias=1,
        l2_bias=0.0,
        weight_decay=0.5,
        drop=nn.AlphaDropout(drop=0.25),
        constraints=(),
        gradient_normalization="none",
    )
    defaults = Defaults(seed=3, drop=0.5, dtype="float64", truncate=5, activation=nn.LeakyRelu(slope=0.5))
    output = Output(Loss("mse"), _entry(LayerOptions(name="last")), "n 1")
    _returns(NetworkSpec("Float64 n 4", defaults, (_entry(options),), output))


def _entry(options: LayerOptions) -> Entry:
    return Entry(LayerSpec.of(nn.Dense, out_features=1), options)


def test_there_is_an_example_of_everything() -> None:
    assert set(MAKERS["updater"]) == set(examples.UPDATERS)
    assert set(MAKERS["schedule"]) == set(examples.SCHEDULES)
    assert set(MAKERS["initializer"]) == set(examples.INITIALIZERS)
    assert set(MAKERS["constraint"]) == set(examples.CONSTRAINTS)
    assert set(MAKERS["transform"]) == set(examples.TRANSFORMS)
    assert set(examples.LAYERS) <= set(layers())
    assert set(get_args(LossName)) <= set(registered_losses())


def test_the_registry_has_all_layers_and_updaters_of_the_library() -> None:
    public = {name for name, value in vars(nn).items() if isinstance(value, type) and issubclass(value, nn.Layer)}
    assert public - set(layers()) == {"Layer", "Dag"}  # the one is no layer of its own, the other a file of its own
    import inspect

    makers = {name for among in MAKERS.values() for name in among}
    functions = {name for name, value in vars(tg.optim).items() if inspect.isfunction(value)}
    others = {
        "momentum", "nesterov",  # cases of sgd, as which they are written
        "l1", "l2",  # of l1_l2
        "averaged", "global_norm", "minimize", "orthogonal_penalty", "penalty",  # no updaters
        "on_plateau",  # a listener that remembers
    }  # fmt: skip
    assert functions - makers == others


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    # What only constructors know (a size of 0, a stride that does not fit) is beyond a schema.
    wrong: list[dict[str, Any]] = [
        {"layers": [{"type": "Dense", "out_feature": 3}]},
        {"layers": [{"type": "Dense"}]},
        {"layers": [{"type": "Dense", "out_features": "3"}]},
        {"layers": [{"type": "Dense", "out_features": True}]},
        {"layers": [{"type": "Desne", "out_features": 3}]},
        {"layers": [{"type": "Pad2d", "padding": [1, 2, 3]}]},
        {"layers": [{"type": "Conv2d", "out_channels": 3, "kernel": 3, "padding": "sme"}]},
        {"layers": [{"type": "Dense", "out_features": 3, "with": {"nam": "a"}}]},
        {"layers": [{"type": "Residual", "layer": 3}]},
        {"layers": {}},
        {"layrs": []},
        {"activation": "rellu"},
        {"updater": "adam"},
        {"updater": {"type": "adm"}},
        {"updater": {"type": "sgd"}},
        {"updater": {"type": "sgd", "learning_rate": {"type": "cosine", "peak": 1.0}}},
        {"weight_init": "xaviar"},
        {"constraints": [{"type": "max_norm"}]},
        {"gradient_normalization": "nothing"},
        {"output": {"loss": "mses"}},
        {"output": {}},
        {"output": {"loss": {"type": "huber", "dleta": 1.0}}},
        {"typedgrad": "net"},
        {"version": 2},
        {"dtype": "int8"},
    ]
    for entries in wrong:
        document = {"typedgrad": "network", "input": "n 4", **entries}
        assert errors_of(document, SCHEMA), entries
        with pytest.raises(tg.config.SpecError):
            NetworkSpec.from_json(json.dumps(document))


def _doubled(x: tg.Tensor) -> tg.Tensor:
    return x * 2.0


def test_functions_that_are_registered_return() -> None:
    with pytest.raises(ValueError, match="there is a function `relu` already"):
        tg.config.register_function(type("f", (), {"__name__": "relu", "__call__": lambda self: None})())
    with pytest.raises(TypeError, match="a function with a name is due, not <function"):
        tg.config.register_function(lambda x: x)
    tg.config.register_function(_doubled)
    spec = (
        tg.network(activation=_doubled).input("n 4").layer(nn.Dense, out_features=2).layer(nn.Lambda, function=_doubled)
    )
    net = spec.build()
    assert NetworkSpec.from_json(net.spec.to_json()) == net.spec
    again = NetworkSpec.from_json(net.spec.to_json()).build_backbone()
    assert again(tg.ones((1, 4))).tolist() == net(tg.ones((1, 4))).tolist()


def test_layers_of_users_return_whose_annotations_are_evaluated() -> None:
    tg.config.register_layer(Evaluated)
    assert "Anything" not in repr(arguments_of(Evaluated))
    options: dict[str, Any] = {
        "count": 3,
        "share": 0.25,
        "several": (1, 2, 3),
        "pair": (5, 6),
        "words": ("a", "b"),
        "maybe": 7,
        "way": "down",
        "inner": nn.Relu(),
        "exact": nn.Dense(in_features=2, out_features=2),
        "function": tg.tanh,
    }
    spec = tg.network(activation="relu").input("n 4").layer(Evaluated, **options).build().spec
    assert NetworkSpec.from_json(spec.to_json()) == spec
    made = spec.build_backbone()["evaluated"]
    assert (made.function, made.activation) == (tg.tanh, "relu")
    with pytest.raises(tg.config.SpecError, match='way: must be "up" or "down", not'):
        NetworkSpec.from_json(spec.to_json().replace('"down"', '"sideways"'))


def test_graphs_return() -> None:
    g = tg.network(seed=3, activation="relu", updater=tg.optim.adam(0.5)).graph()
    a, b = g.input("a", "n 4"), g.input("b", "n 4")
    twin = nn.Dense(out_features=3)
    left, right = a.add(twin), b.using(LayerOptions(name="right")).add(twin)
    both = left.merge(right)
    heads = [
        both.output("softmax_cross_entropy", nn.Dense, out_features=2),
        (left - right).using(LayerOptions(name="far", l2=0.5)).output("mse", nn.Dense, out_features=1).weighted(0.5),
    ]
    spec = g.build(inputs=[a, b], outputs=[heads[0].labels("n"), heads[1]]).spec
    assert GraphSpec.from_json(spec.to_json()) == spec
    assert GraphSpec.from_yaml(spec.to_yaml()) == spec
    assert not errors_of(json.loads(spec.to_json()), SCHEMA)
    single = g.backbone(inputs=a, outputs=left).spec
    assert GraphSpec.from_json(single.to_json()) == single
    assert not errors_of(json.loads(single.to_json()), SCHEMA)


def test_what_has_no_name_is_not_written() -> None:
    class Mine(nn.Layer):
        def __call__(self, x: tg.Tensor) -> tg.Tensor:
            return x

    net = tg.network().input("n 4").layer(Mine).build()
    with pytest.raises(ValueError, match="Mine cannot be written to a file: register it with"):
        net.spec.to_json()
    by_function = tg.network().input("n 4").layer(nn.Lambda, function=lambda x: x).build()
    with pytest.raises(ValueError, match="functions get one by"):
        by_function.spec.to_json()
    chosen = tg.network(updater=tg.optim.grouped(tg.optim.adam(), {lambda path, p: True: tg.optim.sgd(0.1)}))
    with pytest.raises(ValueError, match="choose them by a pattern"):
        chosen.input("n 4").layer(nn.Relu).build().spec.to_json()
