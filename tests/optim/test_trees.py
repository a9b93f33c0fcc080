"""Updaters work on any tree, leave alone what is no tensor, change nothing in place, and refuse what does not match."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, assert_type

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.state import State
from typedgrad.optim import adam, adamw, momentum, sgd
from typedgrad.shapes import ShapeError


class Pair(NamedTuple):
    weight: tg.Tensor
    bias: tg.Tensor | None


UPDATERS: list[tg.optim.Updater[Any]] = [
    sgd(0.1), momentum(0.1), adam(0.1), adamw(0.1),
    tg.optim.rmsprop(0.1, momentum=0.5, centred=True), tg.optim.rprop(0.1), tg.optim.adafactor(0.1),
    tg.optim.fista(0.1), tg.optim.nadam(0.1), tg.optim.ema(0.5, tg.optim.lion(0.1)),
    tg.optim.grouped(adam(0.1), {}),
    tg.optim.accumulate(1, sgd(0.1)), tg.optim.constrained(tg.optim.l1_l2(sgd(0.1), l2=0.1), tg.optim.max_norm(1.0)),
]  # fmt: skip
every_updater = pytest.mark.parametrize("updater", UPDATERS, ids=repr)


def tree() -> dict[str, Any]:
    return {
        "layers": [Pair(tg.ones((2, 3)), None), Pair(tg.ones((3,)), tg.asarray(2.0))],
        "running": State(tg.asarray([5.0])),
        "name": "a leaf that is no tensor",
        "empty": tg.zeros((0, 4)),
    }


def slopes(params: dict[str, Any]) -> dict[str, Any]:
    leaves, structure = flatten(params)
    made: dict[str, Any] = unflatten(structure, [x + 1 if isinstance(x, tg.Tensor) else x for x in leaves])
    return made


@every_updater
def test_a_tree_keeps_its_structure_and_what_is_no_tensor(updater: tg.optim.Updater[Any]) -> None:
    params = tree()
    state = updater.init(params)
    for _ in range(3):
        params, state = updater.update(params, slopes(params), state)
    assert [path for path, _ in leaves_with_paths(params)] == [path for path, _ in leaves_with_paths(tree())]
    assert isinstance(params["layers"][0], Pair)
    assert params["layers"][0].bias is None
    assert params["running"].value.tolist() == [5.0]
    assert params["name"] == "a leaf that is no tensor"
    assert params["layers"][0].weight.tolist() != tree()["layers"][0].weight.tolist()
    assert params["layers"][1].bias.shape == ()
    # 0-d results of numpy are scalars, which are not arrays.
    assert isinstance(params["layers"][1].bias.data, np.ndarray)


@every_updater
def test_nothing_is_changed_in_place(updater: tg.optim.Updater[Any]) -> None:
    params, start = tree(), updater.init(tree())
    params, state = updater.update(params, slopes(params), start)
    grads = slopes(params)
    tensors = [x for x in flatten((params, grads, state))[0] if isinstance(x, tg.Tensor)]
    before = [x.tolist() for x in tensors]
    updater.update(params, grads, state)
    assert [x.tolist() for x in tensors] == before
    again = updater.update(params, grads, state)[0]
    assert again["layers"][0].weight.tolist() == updater.update(params, grads, state)[0]["layers"][0].weight.tolist()


def test_a_state_is_a_tree_of_tensors_with_the_parameters_paths() -> None:
    params = {"w": tg.ones((2,)), "b": (tg.ones((1,)),), "running": State(tg.ones((1,)))}
    assert [path for path, _ in leaves_with_paths(adam().init(params))] == [
        "step", "first.w", "first.b.0", "second.w", "second.b.0",
    ]  # fmt: skip
    assert [path for path, _ in leaves_with_paths(momentum(0.1).init(params))] == ["step", "velocity.w", "velocity.b.0"]
    assert [path for path, _ in leaves_with_paths(sgd(0.1).init(params))] == ["step"]


def test_a_training_that_is_resumed_from_its_state_goes_on_as_it_would_have() -> None:
    updater = adamw(0.1)
    w, g = tg.ones((3,)), tg.asarray([1.0, -2.0, 3.0])
    state = updater.init(w)
    for _ in range(5):
        w, state = updater.update(w, g, state)
    leaves, structure = flatten(state)
    saved = [x if isinstance(x, int) else tg.Tensor(tg.to_numpy(x).copy()) for x in leaves]
    resumed = unflatten(structure, saved)
    assert updater.update(w, g, resumed)[0].tolist() == updater.update(w, g, state)[0].tolist()


@every_updater
def test_shapes_alone_can_be_updated(updater: tg.optim.Updater[Any]) -> None:
    def step(w: tg.Tensor, g: tg.Tensor) -> tg.Tensor:
        return updater.update(w, g, updater.init(w))[0]

    from typedgrad.core.abstract import eval_shape

    assert eval_shape(step, "n 3", "n 3").aval.device == "abstract"


@every_updater
def test_no_parameters_at_all_are_no_trouble(updater: tg.optim.Updater[Any]) -> None:
    params, state = updater.update({"running": None}, {"running": None}, updater.init({"running": None}))
    assert params == {"running": None}
    assert state.step == 1


def update(params: object, grads: object, other: object = None) -> Callable[[], object]:
    updater = adam(0.1)
    return lambda: updater.update(params, grads, updater.init(params if other is None else other))


W = tg.ones((2, 3))
WRONG: Any = "0.1"  # a type checker would see it
REFUSED: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    (
        "shapes",
        update({"a": {"w": W}}, {"a": {"w": tg.ones((2, 4))}}),
        ShapeError,
        """adam: `a.w` and its gradient differ in shape

    parameter  [2 3]
                  ^
    gradient   [2 4]
                  ^""",
    ),
    (
        "ranks",
        update(W, tg.ones((3,))),
        ShapeError,
        "adam: the parameter and its gradient differ in shape\n\n    parameter  [2 3]\n    gradient   [3]",
    ),
    ("missing", update({"a": W, "b": W}, {"a": W}), ShapeError, "adam: `params` has `b`, which `grads` has not"),
    ("surplus", update({"a": W}, {"a": W, "b": W}), ShapeError, "adam: `grads` has `b`, which `params` has not"),
    (
        "kinds of trees",
        update((W,), [W]),
        ShapeError,
        "adam: `params` and `grads` have the same leaves but are different trees: tuple and list",
    ),
    (
        "dtypes",
        update({"w": W}, {"w": tg.ones((2, 3), dtype="float64")}),
        TypeError,
        "adam: `w` is float32, but its gradient is float64",
    ),
    (
        "integers",
        update({"w": tg.asarray([1])}, {"w": tg.asarray([1])}),
        TypeError,
        "adam: `w` is int64; only float tensors can be updated",
    ),
    (
        "numbers",
        update({"w": 1.5}, {"w": tg.asarray(1.0)}),
        TypeError,
        "adam: `w` is float 1.5, but has a gradient; make it a tensor: tg.asarray(1.5)",
    ),
    ("no gradient", update({"w": W}, {"w": 1.0}), TypeError, "adam: the gradient of `w` must be a Tensor, not float"),
    (
        "other state, more",
        update({"a": W, "b": W}, {"a": W, "b": W}, {"a": W}),
        ShapeError,
        "adam: `state` was made for other parameters: it lacks `b`; make a new one with adam(...).init(params)",
    ),
    (
        "other state, fewer",
        update({"a": W}, {"a": W}, {"a": W, "b": W}),
        ShapeError,
        "adam: `state` was made for other parameters: `params` lacks `b`; make a new one with adam(...).init(params)",
    ),
    (
        "other state, shape",
        update({"a": W}, {"a": W}, {"a": tg.ones((3,))}),
        ShapeError,
        "adam: `state` was made for other parameters: `a` is float32[2 3], but float32[3] in it; make a new one with ",
    ),
    (
        "other state, dtype",
        update({"a": W}, {"a": W}, {"a": tg.ones((2, 3), dtype="float64")}),
        ShapeError,
        "adam: `state` was made for other parameters: `a` is float32[2 3], but float64[2 3] in it; make a new one ",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_does_not_belong_together_is_refused(
    call: Callable[[], object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(words)


def test_an_update_inside_a_differentiation_is_refused_since_no_gradient_would_flow() -> None:
    updater = sgd(0.1)

    def after_one_step(w: tg.Tensor) -> tg.Tensor:
        w, _ = updater.update(w, tg.ones((2,)), updater.init(w))
        return tg.sum(w)

    with pytest.raises(TypeError, match=r"sgd: the parameter is being differentiated.*use tg\.stop_gradient"):
        tg.grad(after_one_step)(tg.ones((2,)))


MEANT_NOT: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: adam(math.nan), ValueError, "adam: `learning_rate` must be positive and finite, got nan"),
    (lambda: adam(0.0), ValueError, "adam: `learning_rate` must be positive and finite, got 0.0"),
    (lambda: sgd(-0.1), ValueError, "sgd: `learning_rate` must be positive and finite, got -0.1"),
    (lambda: sgd(math.inf), ValueError, "sgd: `learning_rate` must be positive and finite, got inf"),
    (lambda: sgd(WRONG), TypeError, "sgd: `learning_rate` must be a number or a schedule, not str"),
    (lambda: sgd(True), TypeError, "sgd: `learning_rate` must be a number or a schedule, not bool"),
    (lambda: sgd(0.1, momentum=1.0), ValueError, "sgd: `momentum` must be at least 0 and below 1, got 1.0"),
    (
        lambda: sgd(0.1, weight_decay=-1e-4),
        ValueError,
        "sgd: `weight_decay` must be at least 0 and finite, got -0.0001",
    ),
    (lambda: sgd(0.1, nesterov=True), ValueError, "sgd: `nesterov` needs a momentum, got momentum=0.0"),
    (lambda: adam(beta1=1.0), ValueError, "adam: `beta1` must be at least 0 and below 1, got 1.0"),
    (lambda: adam(beta2=-0.1), ValueError, "adam: `beta2` must be at least 0 and below 1, got -0.1"),
    (lambda: adam(beta2=math.nan), ValueError, "adam: `beta2` must be at least 0 and below 1, got nan"),
    (lambda: adam(eps=0.0), ValueError, "adam: `eps` must be positive and finite, got 0.0"),
    (lambda: adamw(weight_decay=math.nan), ValueError, "adamw: `weight_decay` must be at least 0 and finite, got nan"),
    (
        lambda: adam().init({"w": tg.ones((2,), dtype="float16")}),
        ValueError,
        "adam: eps=1e-08 is 0 in float16, the dtype of `w`; use a larger one",
    ),
    (lambda: adam().init({"w": tg.asarray([1])}), TypeError, "adam: `w` is int64; only float tensors can be updated"),
    (
        lambda: once(adamw(0.5, weight_decay=2.0)),
        ValueError,
        "adamw: learning_rate * weight_decay must be below 1, got 0.5 * 2.0: one step would forget all",
    ),
    (
        lambda: once(sgd(lambda step: math.nan)),
        ValueError,
        "sgd: `learning_rate` must be at least 0 and finite, but its schedule returned nan for step 0",
    ),
    (
        lambda: once(sgd(0.1, momentum=lambda step: 1.5)),
        ValueError,
        "sgd: `momentum` must be at least 0 and below 1, but its schedule returned 1.5 for step 0",
    ),
]


def once(updater: tg.optim.Updater[Any]) -> object:
    return updater.update(W, W, updater.init(W))


@pytest.mark.parametrize(("make", "kind", "words"), MEANT_NOT)
def test_a_hyper_parameter_that_cannot_be_meant_is_refused(
    make: Callable[[], object], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == words


def test_type_checkers_know_the_parameters_and_the_state() -> None:
    params = Pair(tg.ones((2,)), None)
    updater = tg.optim.chain(tg.optim.clip_value(1.0), tg.optim.clip_global_norm(1.0), adam(1e-3))
    state = updater.init(params)
    assert_type(state, tg.optim.AdamState)
    params, state = updater.update(params, params, state)
    assert_type(params, Pair)
    assert_type(sgd(0.1).init(params), tg.optim.SgdState)
    assert_type(sgd(0.1).update(params, params, sgd(0.1).init(params)), tuple[Pair, tg.optim.SgdState])


def test_updaters_are_values() -> None:
    assert adam(1e-3) == adam(1e-3, beta1=0.9)
    assert adam(1e-3) != adam(2e-3)
    assert hash(adam(1e-3)) == hash(adam(1e-3))
    with pytest.raises(AttributeError):
        adam(1e-3).learning_rate = 1.0  # type: ignore[misc]  # what is being tested
