"""`tg.trace`: what becomes of a function, what it refuses, and that graphs compute what functions do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.graph.test_primitives import same


def numbers(seed: int, *shape: int) -> tg.Tensor:
    return tg.random.normal(tg.random.key(seed), shape)


def leaves(tree: Any) -> list[Any]:
    return [getattr(x, "value", x) for _, x in tg.leaves_with_paths(tree)]


def test_a_graph_is_printed_with_types_and_names() -> None:
    def f(x: tg.Tensor, weight: tg.Tensor) -> tg.Tensor:
        return tg.sum(x @ weight, axis=0)

    assert str(tg.trace(f)(tg.ones((2, 3)), tg.ones((3, 4)))) == (
        "graph(x: Float32[2 3], weight: Float32[3 4]):\n"
        "    a: Float32[2 4] = matmul(x, weight)\n"
        "    b: Float32[4] = sum(a, axis=0, dtype=None, keepdims=False)\n"
        "    return b"
    )


def test_a_graph_takes_and_gives_trees() -> None:
    def f(p: dict[str, tg.Tensor], *, scale: float) -> tuple[dict[str, tg.Tensor], str]:
        return {name: x * scale for name, x in p.items()}, "done"

    p = {"a": tg.ones(2), "b": tg.ones(3)}
    traced = tg.trace(f)(p, scale=2.0)
    made, word = traced.run({"a": tg.ones(2), "b": tg.zeros(3)}, scale=5.0)
    assert word == "done"
    assert made["a"].tolist() == [5.0, 5.0]
    with pytest.raises(TypeError, match="structure"):
        traced.run({"a": tg.ones(2)}, scale=2.0)
    with pytest.raises(TypeError, match=r"leaf 0 of the arguments is float32\[3\], but it was traced for float32\[2\]"):
        traced.run({"a": tg.ones(3), "b": tg.ones(3)}, scale=2.0)


def test_gradients_become_steps_and_the_graph_can_be_differentiated_itself() -> None:
    def f(x: tg.Tensor, w: tg.Tensor) -> tg.Tensor:
        return tg.sum(tg.tanh(x * w) * tg.sigmoid(x))

    x, w = numbers(0, 4), numbers(1, 4)
    traced = tg.trace(tg.grad(f))(x, w)
    same(traced.run(x, w), tg.grad(f)(x, w))
    same(tg.grad(lambda x: tg.sum(traced.run(x, w)))(x), tg.grad(lambda x: tg.sum(tg.grad(f)(x, w)))(x))
    again = tg.trace(lambda x, w: traced.run(x, w) * 2.0)(x, w)
    same(again.run(x, w), traced.run(x, w) * 2.0)


def test_transforms_can_be_traced() -> None:
    x = numbers(0, 3)
    for f in (
        tg.hessian(lambda x: tg.sum(x**3)),
        tg.jacobian(lambda x: x * tg.sum(x)),
        tg.vmap(lambda x: tg.exp(x) * 2.0),
        lambda x: tg.jvp(tg.sin, (x,), (x,)),
        tg.grad(tg.checkpoint(lambda x: tg.sum(tg.exp(x) * x))),
        lambda x: tg.vjp(lambda x: x * x, x)[1](x),
        tg.grad(lambda x: tg.sum(tg.grad(lambda y: tg.sum(y**3))(x))),
    ):
        same(tg.trace(f)(x).run(x + 1.0), f(x + 1.0))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x if tg.sum(x) > 0 else -x,
        lambda x: float(tg.sum(x)),
        lambda x: int(tg.sum(x)),
        lambda x: tg.sum(x).item(),
        lambda x: x.tolist(),
        np.asarray,
        lambda x: x.numpy(),
        lambda x: np.sum(x.data),
        lambda x: [0, 1, 2][tg.argmax(x)],
        lambda x: range(tg.argmax(x)),
    ],
)
def test_looking_at_values_is_refused_with_the_alternative(f: Any) -> None:
    with pytest.raises(TypeError, match=r"being traced.*tg\.where.*tg\.cond"):
        tg.trace(f)(numbers(0, 3))


def test_shapes_may_decide() -> None:
    def f(x: tg.Tensor) -> tg.Tensor:
        return x[:2] if x.shape[0] > 2 and len(x) > 2 and x.ndim == 1 else x

    assert tg.trace(f)(tg.ones(5)).run(tg.ones(5)).shape == (2,)


def test_results_whose_shape_depends_on_values_are_refused() -> None:
    with pytest.raises(TypeError, match="depends on values"):
        tg.trace(tg.nonzero)(tg.ones(3))


def test_a_tensor_that_gets_out_is_refused_when_it_is_used() -> None:
    kept = []

    def f(x: tg.Tensor) -> tg.Tensor:
        kept.append(x)
        return x * 2.0

    tg.trace(f)(tg.ones(2))
    with pytest.raises(TypeError, match="pure"):
        kept[0] * 2.0
    with pytest.raises(TypeError, match="pure"):
        tg.trace(lambda x: x + kept[0])(tg.ones(2))


def test_a_run_that_is_open_outside_must_not_be_updated() -> None:
    norm = tg.init(tg.nn.BatchNorm(features=2), tg.random.key(0))
    with tg.training(tg.random.key(0)), pytest.raises(TypeError, match="open the run inside"):
        tg.trace(norm)(numbers(0, 4, 2))


def test_trace_wants_a_function() -> None:
    with pytest.raises(TypeError, match=r"tg\.linalg\.trace"):
        tg.trace(tg.ones((2, 2)))  # type: ignore[arg-type]  # what is refused
    with pytest.raises(TypeError, match="must be a function"):
        tg.trace(3)  # type: ignore[arg-type]  # what is refused


def test_random_keys_are_inputs() -> None:
    def f(key: tg.Key, x: tg.Tensor) -> tg.Tensor:
        a, b = tg.random.split(key)
        return tg.where(tg.random.bernoulli(a, 0.5, (4,)), x, 0.0) + tg.random.normal(
            tg.random.fold_in(b, "noise"), (4,)
        )

    x = numbers(0, 4)
    traced = tg.trace(f)(tg.random.key(0), x)
    for seed in (0, 1, 2):
        same(traced.run(tg.random.key(seed), x), f(tg.random.key(seed), x))


def test_numbers_are_inputs_unless_python_must_know_them() -> None:
    x = numbers(0, 4)
    traced = tg.trace(lambda x, s: x * s + (1 - s**2))(x, 0.5)
    same(traced.run(x, 3.0), x * 3.0 + (1 - 3.0**2))

    def looping(x: tg.Tensor, n: int) -> tg.Tensor:
        for _ in range(n):
            x = x * x
        return x

    unrolled = tg.trace(looping)(x, 3)
    assert len(unrolled.graph.steps) == 3
    with pytest.raises(TypeError, match="leaf 1"):
        unrolled.run(x, 4)


UPDATERS = [
    tg.optim.sgd(0.1),
    tg.optim.sgd(tg.optim.cosine(0.1, steps=10, warmup=2), momentum=0.9, nesterov=True, weight_decay=0.01),
    tg.optim.adam(1e-2),
    tg.optim.adamw(tg.optim.linear_warmup(0.1, steps=3), weight_decay=0.01),
    tg.optim.nadam(1e-2),
    tg.optim.amsgrad(1e-2),
    tg.optim.adamax(1e-2),
    tg.optim.rmsprop(1e-2),
    tg.optim.adagrad(1e-2),
    tg.optim.adadelta(),
    tg.optim.lion(1e-3),
]


@pytest.mark.parametrize("updater", UPDATERS, ids=repr)
def test_a_training_step_is_one_graph_for_all_steps(updater: Any) -> None:
    model = tg.init(
        tg.nn.Sequential(
            tg.nn.BatchNorm(), tg.nn.Dense(out_features=6), tg.nn.Dropout(drop=0.3), tg.nn.Dense(out_features=3)
        ),
        tg.random.key(0),
        input="n 4",
    )

    def step(model: Any, state: Any, x: tg.Tensor, y: tg.Tensor, key: tg.Key) -> Any:
        with tg.training(key) as run:
            loss, g = tg.value_and_grad(lambda m: tg.softmax_cross_entropy(m(x), y))(model)
        model, state = updater.update(model, g, state)
        return loss, run.updated(model), state

    x, y = numbers(1, 8, 4), tg.asarray([0, 1, 2, 0, 1, 2, 0, 1])
    state = updater.init(model)
    traced = tg.trace(step)(model, state, x, y, tg.random.key(0))
    ours: Any = (model, state)
    theirs: Any = ours
    for i in range(4):
        key = tg.random.key(i)
        found, wanted = traced.run(ours[0], ours[1], x, y, key), step(theirs[0], theirs[1], x, y, key)
        assert [type(a) for a in leaves(found)] == [type(b) for b in leaves(wanted)]
        for a, b in zip(leaves(found), leaves(wanted), strict=True):
            if isinstance(a, tg.Tensor):
                assert np.allclose(a, b, rtol=1e-4, atol=1e-5)
            else:
                assert a == pytest.approx(b)
        ours, theirs = found[1:], wanted[1:]


def test_drawings_show_steps_and_types() -> None:
    traced = tg.trace(lambda x: tg.sum(tg.exp(x) * 2.0))(tg.ones(3))
    dot, svg = traced.dot(), traced.svg()
    assert 'n1 [label="exp", shape=box];' in dot
    assert 'label="Float32[3]"' in dot
    assert svg.startswith("<svg")
    assert "multiply 2.0" in svg
