"""What is saved comes back: models of all kinds, states of all updaters, and whatever goes with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad.core.pytree import flatten, leaves_with_paths
from typedgrad.io import BundleError
from typedgrad.train import History, Moment, Position

KEY = tg.random.key(0)
o = tg.optim


def same(a: object, b: object) -> None:
    """Raise unless two trees have the same structure and the same leaves, to the last bit."""
    (ours, structure), (theirs, other) = flatten(a), flatten(b)
    assert structure == other
    for (path, _), x, y in zip(leaves_with_paths(a), ours, theirs, strict=True):
        x, y = getattr(x, "value", x), getattr(y, "value", y)
        assert type(x) is type(y), path
        if isinstance(x, tg.Tensor):
            assert (x.dtype, x.shape) == (y.dtype, y.shape), path
            assert tg.to_numpy(x).tobytes() == tg.to_numpy(y).tobytes(), path
        else:
            assert x == y or (x != x and y != y), path  # noqa: PLR0124  # NaN


def mlp(dtype: str = "float32") -> Any:
    return tg.init(described(), KEY, dtype=dtype)


def described() -> Any:
    layers = (tg.nn.Dense(in_features=4, out_features=3), tg.nn.BatchNorm(features=3), tg.nn.Dropout(drop=0.5))
    return tg.nn.Sequential(*layers, tg.nn.Dense(in_features=3, out_features=2))


class Pair(NamedTuple):
    """A model that is no layer, with one in it, and with things that are no tensors."""

    scale: tg.Tensor
    parts: dict[str, Any]
    name: str
    function: Callable[[float], float]


MODELS: dict[str, Callable[[], Any]] = {
    "sequential": mlp,
    "float64": lambda: mlp("float64"),
    "float16": lambda: mlp("float16"),
    "shared layer": lambda: tg.init(tg.nn.Sequential(*[tg.nn.Dense(in_features=2, out_features=2)] * 2), KEY),
    "frozen": lambda: tg.nn.Sequential(tg.nn.freeze(tg.init(tg.nn.BatchNorm(features=2), KEY)), tg.nn.Relu()),
    "recurrent": lambda: tg.init(tg.nn.Lstm(in_features=3, features=4), KEY),
    "dict": lambda: {"a": tg.ones((2, 0)), "b": [tg.asarray(3), (tg.asarray([True]), None)]},
    "named tuple": lambda: Pair(tg.asarray(2.0), {"inner": mlp()}, "x", abs),
    "one tensor": lambda: tg.ones(3),
    "zoo": lambda: tg.init(tg.zoo.lenet(), KEY),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_come_back(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    tg.save(tmp_path / "m.zip", model)
    zeros = tg.tree_map(
        lambda leaf: leaf * 0 if isinstance(leaf, tg.Tensor) and leaf.dtype.kind == "f" else leaf, model
    )
    same(tg.load(tmp_path / "m.zip", zeros).model, model)


def test_a_model_that_is_only_described_is_enough_and_takes_the_dtype_of_the_file(tmp_path: Path) -> None:
    for dtype in ("float16", "float32", "float64"):
        tg.save(tmp_path / "m.zip", mlp(dtype))
        same(tg.load(tmp_path / "m.zip", described()).model, mlp(dtype))
    tg.save(tmp_path / "m.zip", {"a": (mlp(),), "b": [mlp()]})
    same(tg.load(tmp_path / "m.zip", {"a": (described(),), "b": [described()]}).model, {"a": (mlp(),), "b": [mlp()]})
    ready = mlp()
    tg.save(tmp_path / "m.zip", tg.nn.Sequential(ready, mlp()))
    same(tg.load(tmp_path / "m.zip", tg.nn.Sequential(ready, described())).model, tg.nn.Sequential(ready, mlp()))


def test_a_size_that_is_left_out_must_be_said(tmp_path: Path) -> None:
    tg.save(tmp_path / "m.zip", tg.init(tg.nn.Dense(in_features=2, out_features=3), KEY))
    with pytest.raises(TypeError, match="in_features"):
        tg.load(tmp_path / "m.zip", tg.nn.Dense(out_features=3))


def test_all_that_differs_is_listed_by_path_with_both_shapes(tmp_path: Path) -> None:
    tg.save(tmp_path / "m.zip", mlp())
    other = tg.nn.Sequential(
        tg.nn.Dense(in_features=4, out_features=5), tg.nn.LayerNorm(features=3), tg.nn.Dropout(drop=0.5),
        tg.nn.Dense(in_features=3, out_features=2), tg.nn.Dense(in_features=2, out_features=2),
    )  # fmt: skip
    with pytest.raises(BundleError) as error:
        tg.load(tmp_path / "m.zip", other)
    assert str(error.value).splitlines() == [
        f"{tmp_path / 'm.zip'}: model.safetensors: these are not the tensors of Sequential:",
        "  missing     `layers.4.weight`: should be float16 or float32 or float64[2 2]",
        "  missing     `layers.4.bias`: should be float16 or float32 or float64[2]",
        "  unexpected  `layers.1.running_mean`: is float32[3]",
        "  unexpected  `layers.1.running_var`: is float32[3]",
        "  mis-shaped  `layers.0.weight`: should be float16 or float32 or float64[4 5], is float32[4 3]",
        "  mis-shaped  `layers.0.bias`: should be float16 or float32 or float64[5], is float32[3]",
    ]
    with pytest.raises(
        BundleError, match=r"mis-typed   `layers\.0\.weight`: should be float64\[4 3\], is float32\[4 3\]"
    ):
        tg.load(tmp_path / "m.zip", mlp("float64"))


UPDATERS: dict[str, Any] = {
    "sgd": lambda: o.sgd(0.1), "momentum": lambda: o.momentum(0.1, momentum=0.9), "nesterov": lambda: o.nesterov(1e-3),
    "adam": o.adam, "adamw": o.adamw, "amsgrad": o.amsgrad, "nadam": o.nadam, "radam": o.radam, "adamax": o.adamax,
    "adagrad": o.adagrad, "adadelta": o.adadelta, "rmsprop": lambda: o.rmsprop(momentum=0.9, centred=True),
    "lion": o.lion, "rprop": o.rprop, "lamb": o.lamb, "ftrl": o.ftrl, "adafactor": o.adafactor, "asgd": o.asgd,
    "fista": o.fista, "no_op": o.no_op, "chain": lambda: o.chain(o.clip_global_norm(1.0), o.l2(o.adam(), 0.1)),
    "ema": lambda: o.ema(0.9, o.adam()), "averaging": lambda: o.averaging(o.sgd(0.1)),
    "accumulate": lambda: o.accumulate(2, o.adam()), "weight_decay": lambda: o.weight_decay(o.adam(), 0.1),
    "grouped": lambda: o.grouped(o.adam(), {"bias": o.sgd(0.1, momentum=0.9), "layers.1.*": None}),
    "constrained": lambda: o.constrained(o.adam(), o.max_norm(1.0)),
    "schedule": lambda: o.adam(o.cosine(0.1, steps=10)),
    "nested": lambda: o.ema(0.9, o.accumulate(2, o.ema(0.5, o.adam()))),
}  # fmt: skip


def _loss(model: Any) -> tg.Tensor:
    return tg.sum(tg.square(model(tg.ones((2, 4)))))


@pytest.mark.parametrize("name", UPDATERS)
def test_states_of_updaters_come_back_and_go_on(name: str, tmp_path: Path) -> None:
    updater, model = UPDATERS[name](), mlp()
    state = updater.init(model)
    gradient: Any = tg.grad(_loss)
    for _ in range(3):
        model, state = updater.update(model, gradient(model), state)
    tg.save(tmp_path / "m.zip", model, state=state)
    for options in ({}, {"updater": updater}):
        loaded = tg.load(tmp_path / "m.zip", described(), **options)
        same(loaded.state, state)
        assert type(loaded.state) is type(state)
        same(updater.update(loaded.model, gradient(model), loaded.state), updater.update(model, gradient(model), state))


def test_every_updater_is_among_those() -> None:
    made = {name for name in vars(o) if callable(getattr(o, name)) and "update" in dir(_tried(name))}
    classes, same_states, for_matrices = {"Adam", "Sgd"}, {"l1", "l2", "l1_l2"}, {"muon"}
    assert made <= UPDATERS.keys() | classes | same_states | for_matrices


def _tried(name: str) -> object:
    try:
        return getattr(o, name)(1e-3)
    except (TypeError, ValueError):
        return None


def test_the_state_of_another_updater_is_refused_by_path(tmp_path: Path) -> None:
    model = tg.init(tg.nn.Dense(in_features=1, out_features=1), KEY)
    tg.save(tmp_path / "m.zip", model, state=o.adam().init(model))
    with pytest.raises(BundleError, match=r"not the state of the updater:\n  missing     `velocity\.weight`"):
        tg.load(tmp_path / "m.zip", model, updater=o.momentum(0.1))


class Mine(NamedTuple):
    """The state of somebody's own updater."""

    number: int
    kept: dict[str, tg.Tensor]
    more: tuple[float, str, None, list[bool]]


class AdamState(NamedTuple):
    """Somebody's own class, with the name of one of ours."""

    step: int
    first: int
    second: int


class Own:
    """An updater with a state of one's own."""

    def __init__(self, state: Any) -> None:
        self.state = state

    def init(self, params: object) -> Any:
        return self.state

    def update(self, params: Any, grads: Any, state: Any) -> tuple[Any, Any]:
        return params, state


def test_states_of_your_own_come_back_with_the_updater_and_as_leaves_without(tmp_path: Path) -> None:
    state = Mine(3, {"w": tg.ones(2)}, (float("nan"), "x", None, [True]))
    tg.save(tmp_path / "m.zip", tg.ones(1), state=state)
    same(tg.load(tmp_path / "m.zip", tg.ones(1), updater=Own(state)).state, state)
    leaves = tg.load(tmp_path / "m.zip", tg.ones(1)).state
    assert list(leaves) == ["number", "kept.w", "more.0", "more.1", "more.3.0"]
    assert leaves["number"] == 3
    tg.save(tmp_path / "m.zip", tg.ones(1), state=AdamState(1, 2, 3))
    assert tg.load(tmp_path / "m.zip", tg.ones(1)).state == {"step": 1, "first": 2, "second": 3}


def test_what_goes_with_a_training_comes_back(tmp_path: Path) -> None:
    history = History()
    history.steps, history.epochs = [1.0, float("inf"), 1e-300], []
    position = Position(3, 7, 70, total=0.1 + 0.2, weight=3.0, offset=2)
    key = tg.random.fold_in(KEY, "x")
    at = Moment(4, 10, None, 70, 0.5, model=abs, state=(1, 2.5), position=position, key=key)
    plateau = o.on_plateau(0.1).state
    tg.save(
        tmp_path / "m.zip", mlp(), at=at, history=history, score=-0.25, extras={"plateau": plateau, "n": {1: "é\n"}}
    )
    found = tg.load(tmp_path / "m.zip", described())
    assert (found.state, found.position, found.key, found.score) == ((1, 2.5), position, key, -0.25)
    assert found.extras == {"plateau": plateau, "n": {1: "é\n"}}
    assert found.history is not None
    assert (found.history.steps, found.history.epochs) == (history.steps, [])
    nothing = tg.load(_saved(tmp_path / "n.zip", mlp()), described())
    assert nothing[2:] == (None, None, None, None, None, None, {})


def _saved(path: Path, model: Any, **options: Any) -> Path:
    tg.save(path, model, **options)
    return path


def test_normalisers_come_back(tmp_path: Path) -> None:
    x = tg.random.normal(KEY, (20, 3, 2, 2))
    d = tg.data
    for unfitted in (d.Standardize(), d.MinMax(low=-1.0), d.SubtractMean(), d.Pipeline(d.Standardize(), d.MinMax())):
        fitted: Any = unfitted.fit(x)
        found: Any = tg.load(_saved(tmp_path / "m.zip", tg.ones(1), normaliser=fitted), tg.ones(1)).normaliser
        assert type(found) is type(fitted)
        same(found.apply(x), fitted.apply(x))
        same(found.invert(x), fitted.invert(x))
    with pytest.raises(TypeError, match="Standardize is none of"):
        tg.save(tmp_path / "m.zip", tg.ones(1), normaliser=d.Standardize())  # type: ignore[arg-type]  # not fitted


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.zip"
    with pytest.raises(TypeError, match=r"`state\.1\.f` is a builtin_function_or_method, which cannot be written"):
        tg.save(path, tg.ones(1), state=(1, {"f": abs}))
    with pytest.raises(TypeError, match=r"`extras\.x` is a set"):
        tg.save(path, tg.ones(1), extras={"x": {1}})
    with pytest.raises(TypeError, match="Dense has no tensors"):
        tg.save(path, tg.nn.Dense(in_features=1, out_features=1))
    with pytest.raises(TypeError, match="`key` must be a Key, not a int"):
        tg.save(path, tg.ones(1), key=3)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(BundleError, match=r"`w`: the format has no complex128"):
        tg.save(path, {"w": tg.Tensor(np.ones(1, complex))})
    with pytest.raises(ValueError, match=re.escape("two places of the tree have the path `a.b`")):
        tg.save(path, {"a.b": tg.ones(1), "a": {"b": tg.ones(1)}})
    assert not list(tmp_path.iterdir())


def test_a_file_says_when_it_needs_a_model(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"m\.zip holds no network, so say by `expecting=`"):
        tg.load(_saved(tmp_path / "m.zip", mlp()))


def test_tensors_go_to_the_device_that_is_asked_for(tmp_path: Path) -> None:
    model = tg.to(mlp(), "strict")
    updater = o.adam()
    tg.save(tmp_path / "m.zip", model, state=updater.init(model))
    assert tg.load(tmp_path / "m.zip", described()).model[0].weight.device == "cpu"
    found = tg.load(tmp_path / "m.zip", described(), device="strict", updater=updater)
    assert found.model[0].weight.device == found.state.first["layers.0.weight"].device == "strict"
    assert found.model(tg.to(tg.ones((2, 4)), "strict")).device == "strict"


def net(**options: Any) -> Any:
    builder = tg.network(seed=2, updater=o.adam(1e-3), **options).input("n 1 6 6")
    return builder.layer(tg.nn.Conv2d, out_channels=2, kernel=3, activation="relu").layer(tg.nn.BatchNorm)


def test_networks_need_nothing_but_the_file(tmp_path: Path) -> None:
    made = net().output("softmax_cross_entropy", tg.nn.Dense, out_features=3).build()
    state = made.recipe.updater.init(made)
    found = tg.load(_saved(tmp_path / "m.zip", made, state=state))
    assert type(found.model) is type(made)
    assert found.model.spec == made.spec
    same(found.model.layers, made.layers)
    same(found.state, state)
    x = tg.random.normal(KEY, (2, 1, 6, 6))
    same(found.model.predict(x), made.predict(x))
    backbone = net().build()
    same(tg.load(_saved(tmp_path / "b.zip", backbone)).model(x), backbone(x))
    double = net(dtype="float64").build()
    assert tg.load(_saved(tmp_path / "b.zip", double)).model["conv2d"].weight.dtype == "float64"


def test_graphs_need_nothing_but_the_file(tmp_path: Path) -> None:
    g = tg.network(seed=5, updater=o.sgd(0.1, momentum=0.9), dtype="float64").graph()
    x = g.input("x", "n 4")
    inner = x.layer(tg.nn.Dense, out_features=4, activation="tanh").layer(tg.nn.BatchNorm)
    head = (x + inner).output("mse", tg.nn.Dense, out_features=2)
    made: Any = g.build(inputs=x, outputs=head)
    state = made.recipe.updater.init(made)
    found = tg.load(_saved(tmp_path / "g.zip", made, state=state))
    assert type(found.model) is type(made)
    assert found.model.spec == made.spec
    same(found.state, state)
    for given in (tg.ones((3, 4), dtype="float64"), tg.random.normal(KEY, (2, 4), dtype="float64")):
        same(found.model(given), made(given))
    two: Any = g.backbone(inputs=x, outputs=[inner, x.layer(tg.nn.Relu)])
    given = tg.ones((3, 4), dtype="float64")
    same(tg.load(_saved(tmp_path / "b.zip", two)).model(given), two(given))


def test_a_network_that_was_taken_over_and_frozen_comes_back(tmp_path: Path) -> None:
    first = net().output("softmax_cross_entropy", tg.nn.Dense, out_features=3).build()
    made = tg.train.transfer(first).freeze_through("batch_norm").replace_out("output", 5).build()
    x = tg.random.normal(KEY, (2, 1, 6, 6))
    found = tg.load(_saved(tmp_path / "m.zip", made)).model
    same(found(x), made(x))
    assert type(found["conv2d"]) is tg.nn.Frozen
    gradient: Any = tg.grad(_total)(found, x)
    state = made.recipe.updater.init(found)
    moved, _ = made.recipe.updater.update(found, gradient, state)
    same(moved["conv2d"], made["conv2d"])


def _total(model: Any, x: tg.Tensor) -> tg.Tensor:
    return tg.sum(model(x))


def test_a_network_may_be_expected_by_its_class(tmp_path: Path) -> None:
    path = _saved(tmp_path / "m.zip", net().output("softmax_cross_entropy", tg.nn.Dense, out_features=3).build())
    loaded = tg.load(path, tg.config.Network)
    assert loaded.model.predict(tg.ones((1, 1, 6, 6))).shape == (1, 3)
    path = _saved(tmp_path / "m.zip", net().build())
    with pytest.raises(BundleError, match=r"model\.json: it is a Backbone, but a Network is expected"):
        tg.load(path, tg.config.Network)


def test_a_network_that_cannot_be_written_down_needs_a_model(tmp_path: Path) -> None:
    def mine(x: tg.Tensor) -> tg.Tensor:
        return x * 2.0

    made = tg.network().input("n 2").layer(tg.nn.Dense, out_features=1, activation=mine).build()
    path = _saved(tmp_path / "m.zip", made)
    with pytest.raises(TypeError, match="does not describe its network, so give `expecting=`"):
        tg.load(path)
    same(tg.load(path, made).model.layers, made.layers)


def test_a_network_with_other_tensors_is_refused_before_it_gets_memory(tmp_path: Path) -> None:
    from tests.io.hostile import bundle, parts_of

    path = _saved(tmp_path / "m.zip", net().build())
    parts = parts_of(path.read_bytes())
    huge = parts["model.json"].replace(b'"out_channels": 2', b'"out_channels": 2000000000000')
    assert huge != parts["model.json"]
    path.write_bytes(bundle({**parts, "model.json": huge}))
    with pytest.raises(BundleError, match=r"mis-shaped  `layers\.conv2d\.weight`: should be .*\[2000000000000 1 3 3\]"):
        tg.load(path)


def test_documents_and_tensors_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    from tests.io.hostile import bundle, parts_of

    path = _saved(tmp_path / "m.zip", tg.ones(1), extras={"a": tg.ones(2), "b": 3})
    parts = parts_of(path.read_bytes())

    def refused(old: bytes, new: bytes) -> str:
        assert old in parts["training.json"]
        path.write_bytes(bundle({**parts, "training.json": parts["training.json"].replace(old, new)}))
        with pytest.raises(BundleError) as error:
            tg.load(path, tg.ones(1))
        return str(error.value).removeprefix(f"{path}: training.json: ")

    tensor = b'{"tensor": "extras.a"}'
    assert refused(tensor, b"0") == "nothing refers to the tensor `extras.a`"
    assert refused(b'["b", 3]', b'["b", ' + tensor + b"]").endswith("is missing, or referred to twice")
    assert refused(tensor, b'{"tensor": "x"}') == "the tensor `x` is missing, or referred to twice"
    assert refused(tensor, b'{"call": "x"}') == "it says {'call': 'x'} where a tree was expected"
    assert refused(b'["b", 3]', b'["a", 3]') == "['a', 3] is no new key with a value"
    assert refused(b'"key": null', b'"key": 3') == "it says 3 where a Key was expected"
    assert refused(b'"key": null', b'"more": null').startswith("it is missing, or is not what `save` writes")
    deep = b'{"list": [' * 70 + b"1" + b"]}" * 70
    assert refused(b'["b", 3]', b'["b", ' + deep + b"]") == "it is nested deeper than 64 levels"
